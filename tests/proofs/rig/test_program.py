"""Nothing of a program is left, however a run ends, and it knows nothing of who started it."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from proofs.rig.program import Program, RunBroken, environment, until

DEAF = "import signal, sys, time; signal.signal(15, signal.SIG_IGN); "
PARENT = "import subprocess; child = subprocess.Popen(['sleep', '60']); print(child.pid, flush=True); "
SLEEPS = "import time; time.sleep(60)"
Start = Callable[[str], Program]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    def started(code: str) -> Program:
        return Program("a program", (sys.executable, "-c", code), environment(tmp_path))

    return started


def gone(*pids: int) -> None:
    until(lambda: not any(map(runs, pids)), "somebody is still there", 5.0)


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_program_inherits_nothing_of_the_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ROBOTVOICE_PORT", "XDG_CONFIG_HOME", "HF_TOKEN", "PYTHONSTARTUP", "COLUMNS"):
        monkeypatch.setenv(name, "the owner's")
    own = environment(tmp_path, "port = 1", ROBOTVOICE_HIDE="*")
    assert "the owner's" not in own.values()
    assert (own["HOME"], own["ROBOTVOICE_HIDE"]) == (str(tmp_path), "*")
    assert Path(own["ROBOTVOICE_CONFIG"]).read_text() == "port = 1"
    assert Path(environment(tmp_path)["ROBOTVOICE_CONFIG"]).read_text() == "port = 1", "it may run by it"


@pytest.mark.parametrize("frozen", [False, True])
def test_who_is_told_to_end_ends_by_itself_also_when_frozen(start: Start, frozen: bool) -> None:
    with start(f"print('here', flush=True); {SLEEPS}") as program:
        program.until_says("here")
        if frozen:
            program.freeze()
        assert program.end() == -signal.SIGTERM
        program.end_in_order()


def test_who_is_deaf_is_ended_by_force_with_its_children_and_that_is_told(start: Start) -> None:
    with start(DEAF + PARENT + SLEEPS) as program:
        child = int(program.next_line())
        assert program.end(within=0.2) == -signal.SIGKILL
        gone(program.process.pid, child)
        with pytest.raises(RunBroken, match="did not end when it was told to"):
            program.end_in_order()


def test_a_child_that_outlives_its_parent_is_not_left(start: Start) -> None:
    with start(PARENT + SLEEPS) as program:
        child = int(program.next_line())
    gone(program.process.pid, child)


async def test_nothing_is_left_of_a_run_that_is_cancelled_while_it_waits(start: Start) -> None:
    begun: list[Program] = []

    async def run() -> None:
        async with start(DEAF + PARENT + SLEEPS) as program:
            begun.append(program)
            await asyncio.to_thread(program.until_says, "what it never says")

    running = asyncio.create_task(run())
    while not (begun and begun[0].said):  # noqa: ASYNC110 (another process)
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.sleep(0.1)
    running.cancel()
    await asyncio.wait({running})
    assert running.cancelled()
    await asyncio.to_thread(gone, begun[0].process.pid, int(begun[0].said[0]))


def test_who_does_not_say_what_it_should_is_ended_and_its_last_words_are_told(start: Start) -> None:
    program = start("import sys; print('hello'); sys.exit('it is broken')")
    with pytest.raises(RunBroken, match="it is broken"):
        program.until_says("http://")
    gone(program.process.pid)
    began = time.monotonic()
    program = start(SLEEPS)
    with pytest.raises(RunBroken):
        program.until_says("http://", within=0.1)
    gone(program.process.pid)
    assert time.monotonic() - began < 5.0


def test_lines_of_a_log_are_found_by_what_they_say_and_when(start: Start) -> None:
    with start("import sys, time; [(print(n, file=sys.stderr), time.sleep(0.05)) for n in 'abc']") as program:
        program.process.wait(5.0)
    first, second, third = program.log
    assert (first, second, third) == ("a", "b", "c")
    assert program.logged("[abc]", second.at, second.at) == [second]
    assert first.at < second.at < third.at
