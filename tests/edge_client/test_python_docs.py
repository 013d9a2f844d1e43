"""docs/python.md: every snippet runs, and shows what it says, on a robot without a gateway."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.edge_client.daemon.daemon_rig import Loudspeaker

PAGE = Path(__file__).parents[2] / "docs" / "python.md"


@pytest.mark.usefixtures("no_process_is_left")
def test_what_the_page_shows_is_what_happens(environment: dict[str, str], tmp_path: Path) -> None:
    loudspeaker = Loudspeaker.make(tmp_path / "bin", 0.01)
    done = subprocess.run(
        [sys.executable, "-m", "doctest", PAGE],
        env={**environment, **loudspeaker.environment},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
    assert PAGE.read_text("utf-8").count(">>>") > 15
    assert loudspeaker.players()
    assert (tmp_path / "hello.wav").exists()
