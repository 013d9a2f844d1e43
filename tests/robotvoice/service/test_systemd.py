"""What is written for systemd is what systemd reads, whatever a folder is called."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from robotvoice.service.service import InstallFailed, Service
from robotvoice.service.systemd import Systemd
from tests.robotvoice.service.rig import ODD

NAMES = ["robotvoice", "robotvoice-gateway"]
NASTY = f"{ODD} \\ \" ' % %h ${{HOME}} é"


def verified(unit: Systemd, folder: Path) -> str:
    """What systemd finds wrong with it."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed (Debian's package systemd)")
    unit.folder.mkdir(exist_ok=True)
    unit.path.write_bytes(unit.content)
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", unit.path],
        env=os.environ | {"XDG_RUNTIME_DIR": str(runtime), "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=30,
    )
    # Of units of the machine it may have its opinions as well.
    return "\n".join(line for line in done.stderr.splitlines() if unit.unit in line)


def unit_of(name: str, program: Path, folder: Path) -> Systemd:
    environment = {"ROBOTVOICE_CONFIG": f"/{NASTY}.toml"}
    return Systemd(Service(name, program, environment), folder / "units", "pi")


@pytest.mark.parametrize("name", NAMES)
def test_systemd_accepts_it_and_finds_the_program(tmp_path: Path, name: str) -> None:
    program = tmp_path / ODD / name
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = unit_of(name, program, tmp_path)
    assert verified(unit, tmp_path) == ""
    program.unlink()
    assert f"Command {program} is not executable" in verified(unit, tmp_path)


@pytest.mark.parametrize("sign", ['"', "'", "\\"])
def test_a_program_that_systemd_would_not_start_is_refused(tmp_path: Path, sign: str) -> None:
    with pytest.raises(InstallFailed, match="a quote or backslash in its path"):
        _ = unit_of("robotvoice", tmp_path / f"a{sign}b" / "robotvoice", tmp_path).content


@pytest.mark.parametrize("sign", ["\n", "\t", "\0", "\udcff"])
def test_a_path_that_no_file_can_hold_is_refused(sign: str) -> None:
    for program, variable in ((f"/a{sign}b", "c"), ("/a", f"b{sign}c")):
        with pytest.raises(InstallFailed, match="rename that folder"):
            Service("robotvoice", Path(program), {"ROBOTVOICE_CONFIG": variable})


@pytest.mark.parametrize("name", NAMES)
def test_a_crash_is_followed_by_a_start_but_not_without_end(tmp_path: Path, name: str) -> None:
    lines = unit_of(name, tmp_path / name, tmp_path).content.decode().splitlines()
    assert {"Restart=on-failure", "RestartSec=5s", "StartLimitIntervalSec=30min", "StartLimitBurst=120"} <= {
        *lines
    }


def test_a_variable_comes_out_as_it_went_in(tmp_path: Path) -> None:
    text = unit_of("robotvoice", tmp_path / "robotvoice", tmp_path).content.decode()
    (written,) = re.findall(r'^Environment="(.*)"$', text, re.MULTILINE)
    read = re.sub(r'\\(["\\])|%(%)', lambda found: found[1] or found[2], written)
    assert read == f"ROBOTVOICE_CONFIG=/{NASTY}.toml"
    assert not re.search(r'(?<!\\)(?:\\\\)*"', written)
