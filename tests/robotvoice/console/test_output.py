"""Programs as they are read: as wide as the terminal is, and without a word when the reader has left."""

import os
import pty
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TELL = "import sys; from robotvoice.console.output import columns; sys.stdout.write(str(columns(sys.stdout)))"
TALK = """
import sys
from robotvoice.console.output import leave_readers_free_to_go
leave_readers_free_to_go()
stream = getattr(sys, sys.argv[1])
for number in range(20_000):
    stream and print("line", number, file=stream)
sys.exit(7)
"""


def on_a_terminal(columns: int, program: str, **environment: str) -> str:
    ours, theirs = pty.openpty()
    try:
        ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        command = [sys.executable, "-c", program]
        kept = {"PATH": os.environ["PATH"], **environment}
        subprocess.run(command, cwd=ROOT, env=kept, stdout=theirs, stderr=theirs, timeout=30, check=True)
        return os.read(ours, 65_536).decode()
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(("columns", "told"), [(40, "40"), (80, "80"), (200, "200"), (0, "80"), (3, "20")])
def test_a_terminal_is_as_wide_as_it_says(columns: int, told: str) -> None:
    assert on_a_terminal(columns, TELL) == told


def test_columns_comes_before_the_terminal() -> None:
    assert on_a_terminal(80, TELL, COLUMNS="50") == "50"
    assert on_a_terminal(80, TELL, COLUMNS="many") == "80"


def test_a_pipe_is_nobodys_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-c", TELL], cwd=ROOT, env={}, capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == "None"


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "line",
    [
        "{ $program stdout; echo $? > code; } | head -n 1",
        "{ $program stdout; echo $? > code; } | true",
        "{ $program stderr 2>&1 >/dev/null; echo $? > code; } | head -n 1",
        "$program stdout >&-; echo $? > code",
        "$program stderr 2>&-; echo $? > code",
        "$program stdout <&- >&- 2>&-; echo $? > code",
    ],
)
def test_who_leaves_early_costs_neither_a_word_nor_the_exit_code(
    tmp_path: Path, line: str, unbuffered: str
) -> None:
    done = subprocess.run(
        ["sh", "-c", line.replace("$program", '"$@"'), "sh", sys.executable, "-c", TALK],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": unbuffered},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout in ("", "line 0\n")
    assert (tmp_path / "code").read_text() == "7\n"


def test_what_was_closed_is_opened_on_nothing(tmp_path: Path) -> None:
    """Else the next file that is opened would be standard output to every child."""
    program = (
        "import os; from robotvoice.console.output import leave_readers_free_to_go as go; go(); "
        "f = open('file', 'w'); f.write(str(f.fileno() > 2)); os.system('echo spoilt')"
    )
    command = ["sh", "-c", '"$@" >&- <&-', "sh", sys.executable, "-c", program]
    subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        timeout=30,
        check=True,
    )
    assert (tmp_path / "file").read_text() == "True"
