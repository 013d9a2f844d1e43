"""Two makes in one fresh clone at the same time, as `make check` beside `make run`."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.test_bootstrap import NOT_INSTALLED, Newcomer, ended


class Gate:
    """Holds the installation of packages until it is opened."""

    def __init__(self, newcomer: Newcomer, folder: Path) -> None:
        self._newcomer = newcomer
        self._reached, self._pass = folder / "reached", folder / "pass"
        os.mkfifo(self._reached)
        os.mkfifo(self._pass)

    def set_up(self) -> "subprocess.Popen[str]":
        """A set-up that now installs its packages."""
        wait = f"echo >'{self._reached}'; read -r line <'{self._pass}'"
        process = self._newcomer.begin("sh", "setup/environment.sh", FAKE_WAIT=wait)
        self._reached.read_text()
        return process

    def open(self) -> None:
        self._pass.write_text("\n")


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    return Newcomer(tmp_path / "a clone", {"python3": "3.11"})


@pytest.fixture
def gate(newcomer: Newcomer, tmp_path: Path) -> Gate:
    return Gate(newcomer, tmp_path)


def waiting(newcomer: Newcomer) -> "subprocess.Popen[str]":
    """A second set-up, which has said that it waits."""
    second = newcomer.begin("sh", "setup/environment.sh")
    assert second.stdout is not None
    assert second.stdout.readline() == "Another make sets up .venv; this one waits for it.\n"
    return second


def test_the_second_waits_and_uses_what_the_first_made(newcomer: Newcomer, gate: Gate) -> None:
    first = gate.set_up()
    second = waiting(newcomer)
    gate.open()
    assert ended(first).returncode == 0
    done = ended(second)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert newcomer.calls.read_text().count("-m pip install") == 1


def test_the_second_sets_up_when_the_first_could_not(newcomer: Newcomer, gate: Gate) -> None:
    newcomer.lacks = "packages"
    first = gate.set_up()
    newcomer.lacks = ""
    second = waiting(newcomer)
    gate.open()
    assert ended(first).returncode == NOT_INSTALLED
    done = ended(second)
    assert done.returncode == 0
    assert "Making .venv anew" in done.stdout
    assert newcomer.set_up().stdout == ""


def test_one_that_is_killed_leaves_no_lock(newcomer: Newcomer, gate: Gate) -> None:
    """But what it had begun is waited for: it would meddle with the new environment."""
    first = gate.set_up()
    first.kill()
    second = waiting(newcomer)
    gate.open()
    assert ended(first).returncode != 0
    assert ended(second).returncode == 0
    assert newcomer.set_up().stdout == ""
