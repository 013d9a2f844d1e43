"""A program that reads a text and writes its sound: real ones, and ones that break in every way."""

import asyncio
import shutil
import sys
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest

from robotvoice.engines.command.command_engine import CommandEngine, MissingCommand
from robotvoice.engines.command.command_settings import CommandVoice
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.languages import CANNOT_SPEAK
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Sentence
from tests.robotvoice.engines.espeak.real_espeak import Sound, children, eventually, hear, is_running

HELLO = "Hello, I am a robot."
GLADOS = VoiceSpec("command:glados", "glados")
ESPEAK = ("espeak-ng", "--stdin", "--stdout")
FLITE = ("sh", "-c", 'exec flite -voice rms -t "$(cat)" -o /dev/stdout')
"""It takes its text as an option; the owner's own shell is the owner's business"""
RAW = (
    sys.executable,
    "-c",
    "import sys; sys.stdout.buffer.write(bytes(2400) + b'ab' * len(sys.stdin.read()))",
)


def command(*words: str, rate: int | None = None, first_audio: float = 5.0) -> CommandEngine:
    return CommandEngine("glados", CommandVoice(words, rate, first_audio=first_audio))


def python(code: str, first_audio: float = 5.0) -> CommandEngine:
    """A program that writes raw PCM of 24 kHz."""
    return command(
        sys.executable, "-c", f"import os, sys, time\n{code}", rate=24_000, first_audio=first_audio
    )


async def heard(engine: CommandEngine, text: str = HELLO) -> Sound:
    try:
        return await hear(engine, text, GLADOS)
    finally:
        assert not children()
        await engine.close()


@pytest.mark.parametrize(("words", "rate"), [(ESPEAK, 22_050), (FLITE, 16_000)], ids=["espeak-ng", "flite"])
async def test_a_program_with_a_wav_speaks(words: tuple[str, ...], rate: int, nothing_left: None) -> None:
    if not shutil.which("flite" if words == FLITE else words[0]):
        pytest.skip("it is not installed")
    sound = await heard(command(*words), "Hello; $(reboot) is `a word`, and -o is none.")
    assert sound.sample_rate == rate and sound.seconds > 1.5 and sound.loudness > 200
    assert (sound.origin.engine, sound.origin.voice) == ("command:glados", "glados")


async def test_raw_sound_is_read_at_the_rate_that_is_told_and_the_text_goes_in_by_itself(
    nothing_left: None,
) -> None:
    text = "-x --help; \"$HOME\" 'é' "
    sound = await heard(command(*RAW, rate=16_000), text)
    assert sound.sample_rate == 16_000
    assert len(sound.pcm) == 2400 + 2 * len(f"{text}\n")


async def test_a_huge_text_is_written_while_sound_is_read(nothing_left: None) -> None:
    """Whichever the program wants first, neither waits for the other for ever."""
    loop = "while data := os.read(0, 4096): os.write(1, bytes(2 * len(data)))"
    sound = await heard(python(loop), "word " * 100_000)
    assert len(sound.pcm) == 2 * (500_000 + 1)
    assert (await heard(python("os.write(1, bytes(18000))"), "word " * 100_000)).seconds > 0.3


BROKEN = {
    "an exit code": (
        "sys.exit('model x.onnx not found')",
        "died",
        r"status 1 and no sound: model x\.onnx not",
    ),
    "a crash in a sentence": (
        "os.write(1, bytes(9000)); os.kill(os.getpid(), 11)",
        "died",
        "status -11 in a",
    ),
    "what it was to say": ("os.write(2, b'bad text: Hello, I am a robot.'); sys.exit(3)", "died", "sound$"),
    "no output": ("pass", "no_audio", "no sound"),
    "text": (
        "print('Loading model... 100% done. Speaking now, please wait a moment, sir.')",
        "not_audio",
        "text",
    ),
    "half a sample": ("os.write(1, bytes(9001))", "cut", "odd number"),
    "endless output": ("while True: os.write(1, bytes(65536))", "runaway", "far more sound"),
    "endless complaints": ("while True: os.write(2, b'x' * 65536)", "stalled", "no sound for 0.3 s"),
    "silence": ("time.sleep(60)", "stalled", "no sound for 0.3 s"),
}


@pytest.mark.parametrize(("code", "reason", "told"), BROKEN.values(), ids=BROKEN)
async def test_a_program_that_breaks_fails_the_sentence(
    code: str, reason: str, told: str, nothing_left: None
) -> None:
    with pytest.raises(EngineFailure, match=told) as failed:
        await heard(python(code, first_audio=5.0 if reason == "died" or reason == "no_audio" else 0.3))
    assert failed.value.reason == reason
    assert "command:glados" in failed.value.message and len(failed.value.message) < 300
    assert "robot" not in failed.value.message, "no log holds what is spoken"


async def test_garbage_in_place_of_a_wav_is_told(nothing_left: None) -> None:
    for code in ("os.write(1, os.urandom(9000))", "os.write(1, b'RIFF' + bytes(500))"):
        engine = command(sys.executable, "-c", f"import os; {code}")
        with pytest.raises(EngineFailure, match="WAV"):
            await heard(engine)


async def test_who_stops_listening_ends_the_program_and_all_that_it_started(
    tmp_path: Path, nothing_left: None
) -> None:
    note = tmp_path / "pid"
    code = f"""
import subprocess
child = subprocess.Popen(["sleep", "60"])
open({str(note)!r}, "w").write(str(child.pid))
os.write(1, bytes(9000))
time.sleep(60)
"""
    engine = python(code)
    async with aclosing(engine.speak(Sentence(0, HELLO), GLADOS)) as speaking:
        await anext(speaking)
        grandchild = psutil.Process(int(note.read_text()))
        assert is_running(grandchild)
    await eventually(lambda: not is_running(grandchild))
    assert not children()
    await engine.close()


async def test_cancelled_or_closed_at_any_moment_nothing_is_left(nothing_left: None) -> None:
    engine = python("os.write(1, bytes(9000)); time.sleep(60)")
    for pause in (0, 0.01, 0.05):
        task = asyncio.create_task(hear(engine, HELLO, GLADOS))
        await asyncio.sleep(pause)
        task.cancel()
        await asyncio.wait({task})
        assert not children()
    task = asyncio.create_task(hear(engine, HELLO, GLADOS))
    await eventually(children)
    await engine.close()
    with pytest.raises((EngineFailure, EngineUnavailable)):
        await task


async def test_what_is_not_there_is_not_ready_and_says_what_to_do(tmp_path: Path, nothing_left: None) -> None:
    program = tmp_path / "say"
    engine = command(str(program))
    reason = engine.readiness(GLADOS).reason
    assert reason and reason.code == "not_installed" and "[voices.glados]" in reason.text
    with pytest.raises(EngineUnavailable):
        await hear(engine, HELLO, GLADOS)
    program.write_text("#!/bin/sh\nexec head -c 4800 /dev/zero\n")
    program.chmod(0o755)
    await engine.start()
    assert engine.readiness(GLADOS), "installed since"
    missing = MissingCommand("command:glados").readiness(GLADOS).reason
    assert missing and "there is no [voices.glados]" in missing.text


def test_one_with_a_language_of_its_own_speaks_no_other() -> None:
    engine = CommandEngine("glados", CommandVoice(("true",), language="en"))
    assert engine.readiness(GLADOS.of("en-GB"))
    reason = engine.readiness(GLADOS.of("en").speaking("de")).reason
    assert reason and reason.code == CANNOT_SPEAK
    assert CommandEngine("any", CommandVoice(("true",))).readiness(GLADOS.of("de"))
