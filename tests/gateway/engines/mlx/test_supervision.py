"""Workers that die or hang, in every situation: the sentence ends well, and there is a new worker."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import aclosing

import psutil
import pytest

from gateway.engines.mlx.mlx_engine import MlxEngine
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Sentence
from tests.gateway.engines.mlx.listening import LONG, TEXT, Checkpoint, Voice, clip_of, pcm_of, pid_of, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


def children() -> set[int]:
    """Zombies too."""
    return {child.pid for child in psutil.Process().children()}


@pytest.fixture(autouse=True)
def _nothing_leaks(engine: MlxEngine) -> Iterator[None]:
    """Each worker is replaced by exactly one, with exactly as many pipes."""
    process = psutil.Process()
    before = process.num_fds(), len(children())
    yield
    assert (process.num_fds(), len(children())) == before


def send(engine: MlxEngine, number: signal.Signals) -> int:
    pid = pid_of(engine)
    assert pid is not None
    os.kill(pid, number)
    return pid


async def replaced(engine: MlxEngine, voice: VoiceSpec, pid: int) -> None:
    await until(lambda: pid_of(engine) not in (pid, None) and engine.readiness(voice))
    assert not psutil.pid_exists(pid)


async def test_a_worker_killed_while_idle_is_replaced_and_no_sentence_fails(
    engine: MlxEngine, cloned: Voice
) -> None:
    right = await pcm_of(engine, cloned("a"))
    pid = send(engine, signal.SIGKILL)
    await until(lambda: not engine.readiness(cloned("a")))
    readiness = engine.readiness(cloned("a"))
    assert readiness.reason is not None
    assert readiness.reason.code == "restarting"
    assert "SIGKILL" in readiness.reason.text
    assert readiness.retry_after is not None
    with pytest.raises(EngineUnavailable):
        await pcm_of(engine, cloned("a"))
    await replaced(engine, cloned("a"), pid)
    assert await pcm_of(engine, cloned("a")) == right


async def test_a_worker_killed_before_the_first_sound_fails_that_sentence_once(
    engine: MlxEngine, cloned: Voice
) -> None:
    """The one that waits is refused, which nobody counts."""
    right = await pcm_of(engine, cloned("a"), TEXT)
    speaking = asyncio.create_task(pcm_of(engine, cloned("a"), LONG))
    await until(lambda: busy(engine))
    waiting = asyncio.create_task(pcm_of(engine, cloned("b"), TEXT))
    await asyncio.sleep(0)
    pid = send(engine, signal.SIGKILL)
    with pytest.raises(EngineFailure) as failure:
        await speaking
    assert failure.value.reason == "died"
    assert "SIGKILL" in failure.value.message
    with pytest.raises(EngineUnavailable):
        await waiting
    await replaced(engine, cloned("a"), pid)
    assert await pcm_of(engine, cloned("a"), TEXT) == right


def busy(engine: MlxEngine) -> bool:
    return next(iter(engine.status.values()))["state"] == "busy"


async def test_a_worker_that_does_not_stop_when_told_is_replaced(engine: MlxEngine, cloned: Voice) -> None:
    """Who left need not wait for that."""
    async with aclosing(engine.speak(Sentence(0, LONG), cloned("a"))) as chunks:
        await anext(chunk async for chunk in chunks if chunk.pcm)
        pid = send(engine, signal.SIGSTOP)
    assert psutil.pid_exists(pid)
    await replaced(engine, cloned("a"), pid)


async def test_after_closing_nothing_is_left(checkpoint: Checkpoint, cloned: Voice) -> None:
    """In the middle of a sentence, and while a worker is being loaded."""
    process = psutil.Process()
    before = process.num_fds(), children()
    loading = MlxEngine([checkpoint()], clip_of)
    starting = asyncio.create_task(loading.start())
    await until(lambda: children() - before[1])
    await loading.close()
    starting.cancel()
    speaking = MlxEngine([checkpoint()], clip_of)
    await speaking.start()
    chunks = speaking.speak(Sentence(0, LONG), cloned("a"))
    await anext(chunk async for chunk in chunks if chunk.pcm)
    await speaking.close()
    with pytest.raises(EngineUnavailable):
        async for _ in chunks:
            pass
    assert (process.num_fds(), children()) == before


STANDS_STILL = pytest.param(True, marks=pytest.mark.skipif(sys.platform != "linux", reason="only Linux can"))


@pytest.mark.parametrize("stopped", [False, STANDS_STILL])
async def test_a_worker_ends_when_the_gateway_is_killed(checkpoint: Checkpoint, stopped: bool) -> None:
    """Even one that stands still and sees nothing."""
    program = (
        "import asyncio, sys\n"
        "from gateway.engines.mlx.worker_process import WorkerProcess\n"
        "async def main():\n"
        "    async with WorkerProcess.running(sys.argv[1], None) as worker:\n"
        "        while True:\n"
        "            await worker.receive()\n"
        "            print(worker.pid, flush=True)\n"
        "asyncio.run(main())"
    )
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, checkpoint()), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    if stopped:
        os.kill(pid, signal.SIGSTOP)
    parent.kill()
    await parent.communicate()
    await until(lambda: gone(pid))


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
