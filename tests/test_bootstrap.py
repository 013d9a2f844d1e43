"""The set-up behind `make`: what a newcomer reads when it cannot work, and when it starts again from nothing.

The interpreters are small shell scripts: every Python a newcomer may have is at hand, nothing is installed.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

NO_PYTHON, NO_VENV, NOT_INSTALLED = 3, 4, 5
"""Exit codes of the set-up."""

INTERPRETER = """#!/bin/sh
printf '%s\\n' "$*" >>"$FAKE_CALLS"
case "$*" in
*version_info*) echo "$FAKE_VERSION" ;;
*ensurepip*) test "$FAKE_LACKS" != venv ;;
*flock*) exec "$REAL_PYTHON" "$@" ;;
"-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
"-m pip "*)
    eval "$FAKE_WAIT"
    test "$FAKE_LACKS" != packages || { echo "cannot connect to proxy"; exit 1; }
    ;;
esac
"""


@dataclass
class Newcomer:
    """A fresh clone in a folder of its own, on a machine with these interpreters."""

    clone: Path
    interpreters: dict[str, str]
    """Name: version"""
    lacks: str = ""
    """What the interpreters cannot bring: `venv` or `packages`"""
    calls: Path = field(init=False)
    programs: Path = field(init=False)

    def __post_init__(self) -> None:
        self.programs = self.clone.parent / "programs"
        self.calls = self.clone.parent / "calls"
        (self.clone / "setup").mkdir(parents=True)
        shutil.copy(ROOT / "setup" / "environment.sh", self.clone / "setup")
        for name in ("Makefile", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, self.clone)
        self.programs.mkdir()
        # Nothing but these is on the PATH, so no real interpreter is ever found.
        for tool in ("awk", "cat", "cksum", "cp", "dirname", "make", "mkdir", "rm", "sh", "tail"):
            found = shutil.which(tool)
            assert found, tool
            (self.programs / tool).symlink_to(found)
        for name, version in self.interpreters.items():
            self.install(name, version)

    def install(self, name: str, version: str) -> None:
        interpreter = self.programs / name
        interpreter.write_text(INTERPRETER.replace("$FAKE_VERSION", version))
        interpreter.chmod(0o755)

    def begin(self, *command: str, **variables: str) -> "subprocess.Popen[str]":
        environment = {
            "PATH": str(self.programs),
            "REAL_PYTHON": sys.executable,
            "FAKE_LACKS": self.lacks,
            "FAKE_CALLS": str(self.calls),
        }
        return subprocess.Popen(
            command,
            cwd=self.clone,
            env=environment | variables,
            executable=self.programs / command[0],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def type(self, *command: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        self.calls.write_text("")
        return ended(self.begin(*command, **variables))

    def set_up(self, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.type("sh", "setup/environment.sh", **variables)

    @property
    def installed_now(self) -> bool:
        """Whether the last set-up called pip."""
        return "-m pip install" in self.calls.read_text()


def ended(process: "subprocess.Popen[str]") -> "subprocess.CompletedProcess[str]":
    with process:
        try:
            output, errors = process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return tmp_path / "a robot's folder"


def test_it_sets_up_once_and_is_silent_from_then_on(clone: Path) -> None:
    newcomer = Newcomer(clone, {"python3": "3.11"})
    first = newcomer.set_up()
    assert (first.returncode, first.stderr) == (0, "")
    assert "Setting up .venv with Python 3.11" in first.stdout
    assert newcomer.installed_now
    second = newcomer.set_up()
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert not newcomer.installed_now


def test_a_python_that_is_too_old_is_named_with_what_to_type(clone: Path) -> None:
    result = Newcomer(clone, {"python3": "3.9"}).set_up()
    assert result.returncode == NO_PYTHON
    assert "needs Python 3.11 or newer; found: python3 is 3.9." in result.stderr
    assert "sudo apt install python3" in result.stderr
    assert "brew install python" in result.stderr
    assert not (clone / ".venv").exists()


def test_no_python_at_all_is_said(clone: Path) -> None:
    result = Newcomer(clone, {}).set_up()
    assert result.returncode == NO_PYTHON
    assert "found: none" in result.stderr


def test_a_missing_venv_module_is_said_with_the_package_that_brings_it(clone: Path) -> None:
    result = Newcomer(clone, {"python3": "3.12"}, lacks="venv").set_up()
    assert result.returncode == NO_VENV
    assert "sudo apt install python3.12-venv" in result.stderr
    assert not (clone / ".venv").exists()


def test_the_first_interpreter_that_will_do_is_taken(clone: Path) -> None:
    """Also past one that only says it is not there, as the shims of a version switcher do."""
    newcomer = Newcomer(clone, {"python3.12": "3.12", "python3": "3.9"})
    broken = newcomer.programs / "python3.13"
    broken.write_text("#!/bin/sh\necho 'python3.13: command not found' >&2\nexit 127\n")
    broken.chmod(0o755)
    result = newcomer.set_up()
    assert (result.returncode, result.stderr) == (0, "")
    assert "with Python 3.12" in result.stdout


def test_the_interpreter_can_be_chosen(clone: Path) -> None:
    newcomer = Newcomer(clone, {"python3.11": "3.11", "my python": "3.14"})
    assert newcomer.set_up().returncode == 0
    chosen = newcomer.set_up(PYTHON=str(newcomer.programs / "my python"))
    assert "with Python 3.14" in chosen.stdout
    assert newcomer.set_up().stdout == "", "a choice holds until there is another"


def test_when_packages_cannot_be_installed_pip_is_quoted_and_the_next_run_starts_afresh(clone: Path) -> None:
    newcomer = Newcomer(clone, {"python3": "3.11"}, lacks="packages")
    result = newcomer.set_up()
    assert result.returncode == NOT_INSTALLED
    assert "cannot connect to proxy" in result.stderr
    assert "needs the network" in result.stderr
    newcomer.lacks = ""
    again = newcomer.set_up()
    assert again.returncode == 0
    assert "Making .venv anew" in again.stdout


def test_a_moved_folder_is_set_up_anew(clone: Path) -> None:
    newcomer = Newcomer(clone, {"python3": "3.11"})
    newcomer.set_up()
    newcomer.clone = clone.rename(clone.with_name("moved"))
    assert "Making .venv anew" in newcomer.set_up().stdout
    assert newcomer.set_up().stdout == ""


def test_an_interpreter_that_is_gone_or_was_replaced_is_noticed(clone: Path) -> None:
    newcomer = Newcomer(clone, {"python3": "3.11"})
    newcomer.set_up()
    (clone / ".venv" / "bin" / "python").unlink()
    assert "Making .venv anew" in newcomer.set_up().stdout
    newcomer.install("python3", "3.13")
    shutil.copy(newcomer.programs / "python3", clone / ".venv" / "bin" / "python")
    assert "with Python 3.13" in newcomer.set_up().stdout


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_other_requirements_are_installed(clone: Path, name: str) -> None:
    newcomer = Newcomer(clone, {"python3": "3.11"})
    newcomer.set_up()
    with (clone / name).open("a") as file:
        file.write("# changed\n")
    newcomer.set_up()
    assert newcomer.installed_now


def test_make_hides_what_a_shell_has_set_for_another_project(clone: Path) -> None:
    newcomer = Newcomer(clone, {"python3": "3.11"})
    stray = ("PIP_USER", "PIP_TARGET", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")
    with (clone / "Makefile").open("a") as file:
        file.write("\nshow: environment\n\t@echo " + "".join(f"[$${name}]" for name in stray) + "\n")
    result = newcomer.type("make", "show", **dict.fromkeys(stray, "stray"))
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1] == "[0][][][][]"


def test_make_alone_lists_what_can_be_typed(clone: Path) -> None:
    result = Newcomer(clone, {}).type("make")
    assert (result.returncode, result.stderr) == (0, "")
    for target in ("run", "serve", "test", "check", "bench", "clean"):
        assert f"make {target} " in result.stdout
    assert not (clone / ".venv").exists()
