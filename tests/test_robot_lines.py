"""`make robot` prints what is typed on a robot, with the address that this clone came from."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def told(folder: Path) -> list[str]:
    done = subprocess.run(
        ["sh", str(folder / "setup" / "robot.sh")], capture_output=True, text=True, timeout=30, check=True
    )
    return [line.strip() for line in done.stdout.splitlines() if line.startswith("    ")]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    (tmp_path / "setup").mkdir()
    (tmp_path / "setup" / "robot.sh").write_bytes((ROOT / "setup" / "robot.sh").read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        (
            "https://example.org/me/robotvoice.git",
            "git clone https://example.org/me/robotvoice.git robotvoice",
        ),
        ("https://me:secret@example.org/x.git", "git clone https://example.org/x.git robotvoice"),
        ("git@example.org:me/robotvoice.git", "git clone git@example.org:me/robotvoice.git robotvoice"),
        ("/srv/robotvoice", "git clone '"),
        (None, "scp -r '"),
    ],
)
def test_the_address_is_that_of_the_clone_without_its_password(
    clone: Path, origin: str | None, line: str
) -> None:
    if origin:
        subprocess.run(["git", "init", "-q"], cwd=clone, check=True)
        subprocess.run(["git", "remote", "add", "origin", origin], cwd=clone, check=True)
    (found,) = [
        each for each in told(clone) if "robotvoice" in each and each.startswith(("git clone", "scp"))
    ]
    assert found.startswith(line) and "secret" not in found
    if line.endswith("'"):
        assert f":{clone.resolve()}' robotvoice" in found


@pytest.mark.parametrize("page", ["README.md", "docs/install.md"])
def test_the_pages_show_the_same_lines(clone: Path, page: str) -> None:
    shown = (ROOT / page).read_text("utf-8")
    for line in told(clone)[:-1]:
        assert ("    git clone ADDRESS robotvoice" if line.startswith("scp") else f"    {line}") in shown


def test_what_make_lists_fits_a_terminal() -> None:
    # `make test` would tell this one that it runs inside another one.
    env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "help"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=30, check=True
    )
    lines = done.stdout.splitlines()
    assert lines[0].startswith("make help") and max(map(len, lines)) <= 80
