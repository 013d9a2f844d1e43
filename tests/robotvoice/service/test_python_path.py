"""Scripts of the system's `python3` import robotvoice from its own environment: by one file, that is all."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from robotvoice.service.service import InstallFailed
from robotvoice.service.system_python import PythonPath
from tests.interpreters import BASE, SystemPython

ROOT = Path(__file__).parents[3]
NAME = "edge_client"
SCRIPT = f"""
import sys
from {NAME} import Voice
from {NAME}.robot_hat import TTS
import {NAME}, aiohttp
print({NAME}.__file__, Voice.__name__, TTS.__name__)
print([folder for folder in sys.path if "-packages" in folder][0], sys.path[0])
"""


def test_a_script_of_the_systems_python_imports_it_and_nothing_else_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, script = tmp_path / "robotvoice", tmp_path / "script.py"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {NAME} "$@"\n')
    program.chmod(0o755)
    system = SystemPython(tmp_path / "system", BASE, program)
    system.folder.mkdir()
    system.make()
    script.write_text(SCRIPT)

    def robotvoice(action: str) -> "subprocess.CompletedProcess[str]":
        """This process has it from the clone, as `robotvoice` of an editable install has."""
        return system.run("env", f"PYTHONPATH={ROOT}", "robotvoice", "python-path", action)

    before = system.run("python3", str(script))
    assert before.returncode == 1 and f"No module named '{NAME}'" in before.stderr
    done = robotvoice("--install")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"import {NAME} from {ROOT / NAME / '__init__.py'}" in done.stdout
    names = sorted(file.name for file in system.packages.iterdir() if file.name != "__pycache__")
    assert names == [f"{NAME}.py", "robotvoice.py"]
    door = system.run("python3", "-c", "from robotvoice import Voice; print(Voice.__module__)")
    assert door.stdout == "edge_client.voice\n", door.stderr
    told = system.run("python3", str(script))
    assert (told.returncode, told.stderr) == (0, "")
    where, path = told.stdout.splitlines()
    assert where == f"{ROOT / NAME / '__init__.py'} Voice TTS"
    assert path.split()[1] == str(tmp_path), "the script's own folder comes first"
    plain = system.run("python3", "-c", "import sys; print(sys.path, 'aiohttp' in sys.modules)")
    assert str(ROOT) not in plain.stdout and "False" in plain.stdout
    assert "is in place: nothing was changed" in robotvoice("--install").stdout
    assert robotvoice("--uninstall").returncode == 0
    assert not list(system.packages.glob("*.py"))


def test_for_one_script_the_folders_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    from edge_client.cli import main

    assert main(["python-path"]) == 0
    folders = capsys.readouterr().out.strip().split(os.pathsep)
    assert folders[0] == str(ROOT)
    script = f"import {NAME}, aiohttp; print({NAME}.__file__)"
    done = subprocess.run(
        [BASE, "-c", script],
        env={"PYTHONPATH": os.pathsep.join(folders)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(ROOT / NAME / "__init__.py")


OURS = list(sys.version_info[:2])
FINE = {"version": OURS, "own": False, "managed": False, "found": None}


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"version": [3, 5]}, "is Python 3.5 and this environment was made with"),
        ({"own": True}, "belongs to another environment"),
        ({"path": []}, "keeps no folder for what its administrator adds"),
        ({"managed": True}, "keeps no folder for what its administrator adds"),
        (None, "does not say what it is"),
    ],
)
def test_a_python_that_cannot_take_it_is_left_alone(
    tmp_path: Path, told: dict[str, object] | None, problem: str
) -> None:
    """Also one whose packages the system manages, unless it has a folder that the system leaves alone."""
    folder = tmp_path / "packages"
    folder.mkdir()
    answer = {**FINE, "folder": str(folder), "path": [str(folder)], **(told or {})}
    program = tmp_path / "python3"
    program.write_text(f"#!/bin/sh\necho '{json.dumps(answer) if told else 'no'}'\n")
    program.chmod(0o755)
    with pytest.raises(InstallFailed, match=problem):
        PythonPath(NAME, tell=lambda line: None, environ={"PATH": str(tmp_path)}).install()
    assert not list(folder.iterdir())


def test_a_file_that_somebody_else_wrote_stays(tmp_path: Path) -> None:
    folder = tmp_path / "packages"
    folder.mkdir()
    (folder / f"{NAME}.py").write_text("mine = True\n")
    answer = {**FINE, "folder": str(folder), "path": [str(folder)]}
    program = tmp_path / "python3"
    program.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
    program.chmod(0o755)
    path = PythonPath(NAME, tell=lambda line: None, environ={"PATH": str(tmp_path)})
    for action in (path.install, path.uninstall):
        with pytest.raises(InstallFailed, match="is not as robotvoice wrote it"):
            action()
    assert (folder / f"{NAME}.py").read_text() == "mine = True\n"
