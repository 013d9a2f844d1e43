"""`Voice` and `AsyncVoice`: the same promises with a daemon and without one."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from edge_client import AsyncVoice, RobotVoiceError, Said, Voice
from edge_client.daemon.daemon_errors import Stopped, TooLate
from edge_client.settings.settings import Settings
from edge_client.voice import InvalidArgument
from robotvoice.errors import EmptyText, UnknownVoice
from tests.edge_client.daemon.daemon_rig import Loudspeaker
from tests.edge_client.rig import SOON, read_wav, soon

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_process_is_left")]

STORY = " ".join(f"This is sentence number {number} of a long story." for number in range(20))


@pytest.fixture
def loudspeaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loudspeaker:
    made = Loudspeaker.make(tmp_path / "bin", 0.05)
    monkeypatch.setenv("PATH", made.environment["PATH"])
    return made


def playing(loudspeaker: Loudspeaker) -> bool:
    """Whether a player is at work for long enough to be no proof of itself."""
    return loudspeaker.plays()


def no_thread_is_left() -> bool:
    return "robotvoice" not in {thread.name for thread in threading.enumerate()}


def test_say_returns_when_all_was_heard_and_tells_who_spoke(
    robot: Settings, loudspeaker: Loudspeaker
) -> None:
    said = Voice("vixen", settings=robot).say("""Hello, it's "me"; $(exit).""")
    assert (said.persona, said.text, said.voice) == ("vixen", """Hello, it's "me"; $(exit).""", "en+f4")
    assert said.reason == "no gateway is known and mDNS is off"
    assert len(loudspeaker.players()) > 1
    assert not playing(loudspeaker)
    soon(no_thread_is_left)


def test_without_waiting_lines_are_spoken_in_their_order(robot: Settings, loudspeaker: Loudspeaker) -> None:
    voice = Voice("vixen", settings=robot)
    ids = [voice.say(f"Number {number}.", wait=False) for number in range(3)]
    assert len(set(ids)) == 3
    voice.say("The last one.")
    assert len(loudspeaker.sounds()) >= 5
    assert not loudspeaker.overlaps()


def test_stop_ends_a_line_that_somebody_waits_for(robot: Settings, loudspeaker: Loudspeaker) -> None:
    voice = Voice("vixen", settings=robot)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(voice.say, STORY)
        soon(lambda: len(loudspeaker.players()) > 1 and playing(loudspeaker))
        (stopped,) = Voice(settings=robot).stop()
        with pytest.raises(Stopped):
            waiting.result(SOON)
    assert stopped
    assert voice.stop(stopped) == []


def test_a_line_is_stopped_by_its_id_and_the_others_go_on(robot: Settings) -> None:
    voice = Voice("vixen", settings=robot)
    first = voice.say(STORY, wait=False)
    second = voice.say("The second.", wait=False)
    assert voice.stop(second) == [second]
    assert voice.stop(first) == [first]


def test_a_line_whose_deadline_passes_is_not_said(robot: Settings, loudspeaker: Loudspeaker) -> None:
    voice = Voice("vixen", settings=robot)
    first = voice.say(STORY, wait=False)
    with pytest.raises(TooLate):
        voice.say("Too late.", deadline=0.2)
    assert voice.stop(first) == [first]


@pytest.mark.parametrize(
    ("persona", "text", "more", "kind"),
    [
        ("vixn", "Hello.", {}, UnknownVoice),
        ("vixen", "", {}, EmptyText),
        ("vixen", "", {"wait": False}, EmptyText),
        ("vixen", 5, {}, InvalidArgument),
        (5, "Hello.", {}, InvalidArgument),
        ("vixen", "Hello.", {"priority": "high"}, InvalidArgument),
        ("vixen", "Hello.", {"deadline": 0}, InvalidArgument),
        ("vixen", "Hello.", {"deadline": "x"}, InvalidArgument),
        ("vixen", "Hello.", {"play": False}, InvalidArgument),
        ("vixen", "Hello.", {"file": ""}, InvalidArgument),
        ("vixen", "Hello.", {"file": 5}, InvalidArgument),
    ],
)
async def test_errors_are_of_one_kind_and_the_same_for_both(
    robot: Settings, persona: Any, text: Any, more: dict[str, Any], kind: type[RobotVoiceError]
) -> None:
    with pytest.raises(kind) as sync:
        Voice(persona, settings=robot).say(text, **more)
    with pytest.raises(kind) as asynchronous:
        await AsyncVoice(persona, settings=robot).say(text, **more)
    assert str(sync.value) == str(asynchronous.value)
    assert isinstance(sync.value, RobotVoiceError)


def test_a_file_is_written_by_this_process(robot: Settings, loudspeaker: Loudspeaker, wav: Path) -> None:
    said = Voice("vixen", settings=robot).say("Hello.", play=False, file=str(wav))
    assert said.file == str(wav)
    assert read_wav(wav).seconds == pytest.approx(said.audio_s, abs=0.01)


async def test_the_blocking_voice_works_where_an_event_loop_runs(robot: Settings) -> None:
    assert Voice("vixen", settings=robot).say("Hello.").persona == "vixen"


async def test_while_the_async_voice_speaks_the_loop_goes_on(robot: Settings) -> None:
    steps = 0

    async def step() -> None:
        nonlocal steps
        while True:
            await asyncio.sleep(0.01)
            steps += 1

    stepping = asyncio.create_task(step())
    said = await AsyncVoice("vixen", settings=robot).say("Hello.")
    stepping.cancel()
    assert isinstance(said, Said)
    assert steps > 5


async def test_who_is_cancelled_while_waiting_takes_the_line_along(
    robot: Settings, loudspeaker: Loudspeaker
) -> None:
    speaking = asyncio.create_task(AsyncVoice("vixen", settings=robot).say(STORY))
    await asyncio.to_thread(soon, lambda: len(loudspeaker.players()) > 1 and playing(loudspeaker))
    speaking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await speaking
    # The next line finds the loudspeaker free, long before the story would have ended.
    async with asyncio.timeout(SOON):
        await AsyncVoice("vixen", settings=robot).say("Hello.")
    assert await AsyncVoice(settings=robot).stop() == []


async def test_async_lines_have_ids_and_can_be_stopped(robot: Settings) -> None:
    voice = AsyncVoice("vixen", settings=robot)
    line = await voice.say(STORY, wait=False)
    assert await voice.stop(line) == [line]


def test_many_threads_may_use_it_at_once(settings: Callable[..., Settings]) -> None:
    """Its own thread comes and goes meanwhile."""
    voice = Voice(settings=settings(daemon_port=0))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: voice.stop(), range(400))) == [[]] * 400
    soon(no_thread_is_left)


PROGRAM = """
from edge_client import Voice
voice = Voice("vixen")
{}
"""


def program(environment: dict[str, str], loudspeaker: Loudspeaker, line: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(line)],
        env={**environment, **loudspeaker.environment},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_program_that_ends_waits_for_what_it_has_to_say(
    environment: dict[str, str], loudspeaker: Loudspeaker, wav: Path
) -> None:
    line = f"voice.say('One.', wait=False); voice.say('Two.', wait=False, play=False, file={str(wav)!r})"
    with program(environment, loudspeaker, line) as child:
        assert child.communicate(timeout=30)[1] == ""
    assert child.returncode == 0
    assert len(loudspeaker.players()) > 1
    assert not playing(loudspeaker)
    assert read_wav(wav).seconds > 0.2


@pytest.mark.parametrize("line", [f"voice.say({STORY!r})", f"voice.say({STORY!r}, wait=False)"])
def test_ctrl_c_ends_the_line_and_the_program(
    environment: dict[str, str], loudspeaker: Loudspeaker, line: str
) -> None:
    with program(environment, loudspeaker, line) as child:
        soon(lambda: len(loudspeaker.players()) > 1 and playing(loudspeaker))
        os.kill(child.pid, signal.SIGINT)
        assert "KeyboardInterrupt" in child.communicate(timeout=SOON)[1]


def test_a_forked_child_has_lines_of_its_own(
    environment: dict[str, str], loudspeaker: Loudspeaker, wav: Path
) -> None:
    line = f"""
import os
line = voice.say({STORY!r}, wait=False)
if (child := os.fork()) == 0:
    voice.say("Hello.", play=False, file={str(wav)!r})
    os._exit(7)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
assert voice.stop() == [line]
raise SystemExit(code)
"""
    with program(environment, loudspeaker, line) as child:
        child.communicate(timeout=30)
    assert child.returncode == 7
    assert read_wav(wav).seconds > 0.2
