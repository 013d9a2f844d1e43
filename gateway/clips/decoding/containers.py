"""Sound files that are not read here, known by their first bytes, and the programs that convert them.

Run by its path and isolated it is the process in which one does, within limits that it hands on:
`python -I containers.py SUFFIX SECONDS FILE` writes a WAV of at most so many seconds to stdout, or nothing.
"""

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

READABLE = "WAV, FLAC, MP3, Ogg or Opus"
CONVERTED_BYTES = 64 * 2**20 if sys.platform == "darwin" else 0
"""That the program may write; ffmpeg writes none"""
WITHIN = 8.0
"""Seconds for a conversion"""
MOST_BYTES = 64 * 2**20
"""Of what a conversion makes: five minutes of stereo"""
ALSO_IN = ("/opt/homebrew/bin", "/usr/local/bin")
"""A service that launchd starts does not have them on its PATH"""


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of file that has to be converted."""

    name: str
    suffix: str
    """As people name such files"""
    demuxer: str
    """What ffmpeg is told it is, so that it looks for nothing else in it"""
    apple: bool = False
    """Whether afconvert, which every Mac has, can read it"""

    def line_to_type(self, file: str = "", mac: bool = sys.platform == "darwin") -> str:
        """What converts it by hand."""
        quoted = shlex.quote(file) if file else f"CLIP.{self.suffix}"
        if mac and self.apple:
            return f"afconvert -f WAVE -d LEI16 {quoted} clip.wav"
        return f"ffmpeg -i {quoted} clip.wav"


MPEG4 = Container("MPEG-4 sound", "m4a", "mov", apple=True)
AAC = Container("AAC sound", "aac", "aac", apple=True)
_SIGNS: tuple[tuple[int, bytes, Container], ...] = (
    (4, b"ftyp", MPEG4),
    (4, b"moov", MPEG4),
    (4, b"wide", MPEG4),
    (4, b"mdat", MPEG4),
    (0, b"\x1aE\xdf\xa3", Container("WebM or Matroska sound", "webm", "matroska")),
    *((0, bytes((0xFF, sign)), AAC) for sign in (0xF0, 0xF1, 0xF8, 0xF9)),
    (0, b"ID3", AAC),
    (0, b"#!AMR", Container("AMR sound", "amr", "amr", apple=True)),
    (0, b"0&\xb2u", Container("Windows Media sound", "wma", "asf")),
    (0, b"MAC ", Container("Monkey's Audio", "ape", "ape")),
    (0, b"wvpk", Container("WavPack sound", "wv", "wv")),
    (0, b"\x0bw", Container("AC-3 sound", "ac3", "ac3", apple=True)),
    (0, b"caff", Container("CAF sound", "caf", "caf", apple=True)),
    (0, b"FORM", Container("AIFF sound", "aiff", "aiff", apple=True)),
    # These can be read, but not with every codec in them.
    (0, b"RIFF", Container("WAV sound of a rare kind", "wav", "wav", apple=True)),
    (0, b"OggS", Container("Ogg sound of a rare kind", "ogg", "ogg")),
)
"""(place, bytes there, what begins so); tried on what is not read here"""


def container_of(data: bytes) -> Container | None:
    """What a file is that is not read here, if it can be converted."""
    for place, sign, container in _SIGNS:
        if data[place : place + len(sign)] == sign:
            return container
    return None


def container_named(suffix: str) -> Container | None:
    """By what such files are called."""
    return next((container for _, _, container in _SIGNS if container.suffix == suffix), None)


def converter_of(container: Container) -> str | None:
    """The program on this machine that converts it."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *ALSO_IN))
    if container.apple and (program := shutil.which("afconvert", path=path)):
        return program
    return shutil.which("ffmpeg", path=path)


def converted(file: Path, container: Container, program: str, longest: float) -> bytes | None:
    """The bytes of a file that can be read here; None if the program cannot convert it in time."""
    if Path(program).name == "afconvert":
        return _by_afconvert(file, program)
    command = (
        *(program, "-nostdin", "-hide_banner", "-v", "error", "-threads", "1"),
        *("-protocol_whitelist", "file,pipe", "-f", container.demuxer, "-i", f"file:{file}"),
        *("-map", "0:a:0", "-t", f"{longest:g}", "-threads", "1", "-c:a", "pcm_s24le"),
        *("-map_metadata", "-1", "-f", "wav", "pipe:1"),
    )
    return _output(command)


def _by_afconvert(file: Path, program: str) -> bytes | None:
    """It writes to no pipe."""
    with tempfile.TemporaryDirectory(prefix="robotvoice-clip-") as folder:
        target = Path(folder) / "clip.wav"
        if _output((program, "-f", "WAVE", "-d", "LEI16", str(file), str(target))) is None:
            return None
        with contextlib.suppress(OSError):
            return target.read_bytes()
    return None


def _output(command: tuple[str, ...]) -> bytes | None:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=WITHIN, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def main() -> None:
    sys.path.append(str(Path(__file__).resolve().parents[3]))
    from gateway.clips.decoding.clip_decoder import limit_this_process

    limit_this_process(CONVERTED_BYTES)
    suffix, seconds, file = sys.argv[1:]
    container = container_named(suffix)
    program = converter_of(container) if container else None
    if container and program and (made := converted(Path(file), container, program, float(seconds))):
        with os.fdopen(1, "wb") as answer:
            answer.write(made)


if __name__ == "__main__":
    main()
