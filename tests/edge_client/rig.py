"""Commands as an owner types them, a gateway in a process of its own, and an ear for the sound they make."""

import asyncio
import subprocess
import sys
import wave
from array import array
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_client.settings.settings import Settings
from edge_client.speaking.result import Said
from edge_client.speaking.robot import Robot
from proofs.rig.gateway import Gateway
from proofs.rig.program import until
from robotvoice.sound.ai_mark import INFO_CHUNK
from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin
from tests.fakes.fake_gateway import SAMPLE

SOON = 10.0
"""Seconds within which what must happen happens, or the test fails"""
Program = Callable[[str, str], Path]
PYTHON = (sys.executable, "-X", "dev")
ROBOTVOICE = (*PYTHON, "-m", "edge_client")


def soon(happened: Callable[[], object], what: str = "") -> None:
    """Waits until it is so."""
    until(happened, what or "it did not happen", SOON)


async def say(settings: Settings, text: str, persona: str = "vixen", **how: Any) -> Said:
    """In this process, into nothing unless the test says otherwise."""
    said = await Robot(settings).say(text, persona, **{"play": False, **how})
    assert len(asyncio.all_tasks()) == 1, "a task was left behind"
    return said


def spoken_by_vixen(said: Said) -> bool:
    """With her local voice."""
    return (said.engine, said.voice, said.pitch, said.rate) == ("espeak", "en+f4", 72, 135)


def noise(audio: AudioFormat, seconds: float) -> bytes:
    samples = range(int(audio.sample_rate * seconds))
    return array("h", [number * 7919 % 30_000 - 15_000 for number in samples]).tobytes()


async def chunks(*runs: tuple[AudioFormat, bytes]) -> AsyncGenerator[AudioChunk, None]:
    for audio, pcm in runs:
        for start in range(0, len(pcm), 3000):
            yield AudioChunk(pcm[start : start + 3000], audio, Origin("test", "noise"))


@dataclass(slots=True)
class Commands:
    """`robotvoice`, run to its end."""

    environment: dict[str, str]
    folder: Path

    def __call__(
        self, *arguments: str, stdin: str | bytes | None = None, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        """`environment` adds to the usual one; an empty value takes away."""
        given = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            [*ROBOTVOICE, *arguments],
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            env=self.with_(environment),
            cwd=self.folder,
            capture_output=True,
            timeout=30,
            check=False,
        )
        out, err = done.stdout.decode(), done.stderr.decode()
        assert "Traceback" not in err, err
        assert "Warning" not in err, err
        return subprocess.CompletedProcess(done.args, done.returncode, out, err)

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """Left to the test, which ends it."""
        return subprocess.Popen(
            [*ROBOTVOICE, *arguments],
            env=self.with_(environment),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def with_(self, changes: Mapping[str, str]) -> dict[str, str]:
        return {name: value for name, value in {**self.environment, **changes}.items() if value}


def real_gateway(environment: Mapping[str, str], *options: str, mdns: bool = False) -> Gateway:
    """It listens, and every persona has its own voice: before that it says `starting`, and robots speak
    by themselves. For a `with`.
    """
    gateway = Gateway(environment, *options, mdns=mdns, program=(*PYTHON, "-m", "gateway"))
    gateway.until_ready()
    return gateway


@dataclass(frozen=True, slots=True)
class Sound:
    """A WAV file, read to its end."""

    rate: int
    samples: "array[int]"

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    @property
    def by_the_fake_gateway(self) -> float:
        """Which part of it: 0 to 1"""
        return self.samples.count(SAMPLE) / len(self.samples)


def read_wav(path: Path) -> Sound:
    """Raises when it is no PCM_16 mono WAV file whose header tells its true length."""
    content = path.read_bytes()
    assert int.from_bytes(content[4:8], "little") == len(content) - 8
    with wave.open(str(path)) as wav:
        assert (wav.getnchannels(), wav.getsampwidth()) == (1, 2)
        frames = wav.readframes(wav.getnframes())
        # Behind the sound is only the mark of what no human spoke.
        assert len(frames) == wav.getnframes() * 2
        assert content[44 + len(frames) :] in (b"", INFO_CHUNK)
        return Sound(wav.getframerate(), array("h", frames))
