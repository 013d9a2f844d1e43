"""Files that cannot be read here are converted by what the machine has, or the line to type is told."""

import shutil
import stat
import subprocess
from pathlib import Path

import numpy as np
import psutil
import pytest

from gateway.clips.decoding.containers import container_of
from gateway.clips.reference_clips import load_caller_clip, load_persona_clip
from robotvoice.errors import InvalidClip
from tests.gateway.clips.recordings import encoded, spoken

FTYP = b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00"
CONVERTED = {
    "m4a": ("-c:a", "aac"),
    "alac.m4a": ("-c:a", "alac"),
    "mov": ("-c:a", "aac"),
    "webm": ("-c:a", "libopus"),
    "aac": ("-c:a", "aac"),
    "wma": ("-c:a", "wmav2"),
    "aiff": ("-c:a", "pcm_s16be"),
    "caf": ("-c:a", "pcm_s16be"),
}


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder that programs are found in; empty."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr("gateway.clips.decoding.containers.ALSO_IN", ())
    return folder


def program(folder: Path, name: str, *lines: str) -> Path:
    """A stand-in that writes down what it was given."""
    file = folder / name
    file.write_text("\n".join(("#!/bin/sh", f'echo "$@" >> {folder}/typed', *lines, "")))
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


@pytest.fixture
def ffmpeg() -> str:
    found = shutil.which("ffmpeg")
    if not found:
        pytest.skip("ffmpeg is not installed (Debian's package ffmpeg)")
    return found


@pytest.fixture
def recorded(suffix: str, ffmpeg: str, tmp_path: Path) -> Path:
    """Twelve seconds as such a device writes them."""
    (tmp_path / "a.wav").write_bytes(encoded(spoken(12)))
    file = tmp_path / f"odd 'name'.{suffix}"
    command = (
        ffmpeg,
        "-v",
        "error",
        "-nostdin",
        "-i",
        str(tmp_path / "a.wav"),
        *CONVERTED[suffix],
        str(file),
    )
    subprocess.run(command, check=True, timeout=30)
    return file


@pytest.fixture
def sent(recorded: Path) -> bytes:
    return recorded.read_bytes()


@pytest.mark.parametrize(
    "suffix", ["m4a", *(pytest.param(each, marks=pytest.mark.slow) for each in CONVERTED if each != "m4a")]
)
async def test_the_real_ffmpeg_converts_what_phones_and_browsers_record(recorded: Path, sent: bytes) -> None:
    """B2."""
    clip = (await load_persona_clip(recorded)).clip
    assert clip.seconds == pytest.approx(12, abs=0.2)
    loudness = np.sqrt(np.mean(np.frombuffer(clip.samples, "<f4")[: 12 * 24_000] ** 2))
    assert loudness == pytest.approx(0.1, rel=0.1)
    with pytest.raises(InvalidClip, match=r"it is .*; send WAV, FLAC, MP3, .* ffmpeg -i CLIP\.\w+ clip\.wav"):
        await load_caller_clip(sent)


async def test_a_playlist_in_disguise_leads_ffmpeg_nowhere(ffmpeg: str, tmp_path: Path) -> None:
    """A file is only what its first bytes say, and no other file is opened for it."""
    secret = tmp_path / "secret.wav"
    secret.write_bytes(encoded(spoken(12)))
    file = tmp_path / "clip.m4a"
    file.write_bytes(b"ffconcat version 1.0\nfile secret.wav\n")
    with pytest.raises(InvalidClip, match="this is not a sound file that can be read"):
        await load_persona_clip(file)
    file.write_bytes(FTYP + b"ffconcat version 1.0\nfile secret.wav\n")
    with pytest.raises(InvalidClip, match="it is MPEG-4 sound that ffmpeg cannot convert; export it as WAV"):
        await load_persona_clip(file)


async def test_without_a_converter_the_line_to_type_is_told(tools: Path, tmp_path: Path) -> None:
    """B2."""
    file = tmp_path / "Müller & me.m4a"
    file.write_bytes(FTYP)
    with pytest.raises(InvalidClip) as caught:
        await load_persona_clip(file)
    line = "afconvert -f WAVE -d LEI16" if shutil.which("afconvert") else "ffmpeg -i"
    assert caught.value.message.startswith(
        "the clip cannot be used: it is MPEG-4 sound, and nothing on this machine converts it; type: " + line
    )
    assert "'Müller & me.m4a' clip.wav" in caught.value.message


async def test_a_mac_converts_with_its_own_program(tools: Path, tmp_path: Path) -> None:
    """A stand-in with the arguments of Apple's, which writes a file and no pipe."""
    (tmp_path / "made.wav").write_bytes(encoded(spoken(4)))
    program(tools, "afconvert", f'/bin/cp {tmp_path}/made.wav "$6" 2>/dev/null || exit 1')
    program(tools, "ffmpeg", "exit 1")
    file = tmp_path / "a b.m4a"
    file.write_bytes(FTYP)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gateway.clips.reference_clips.CONVERTER", _with_room_to_write(tmp_path))
        assert (await load_persona_clip(file)).clip.seconds == 4.0
    (typed,) = (tools / "typed").read_text().splitlines()
    assert typed.startswith(f"-f WAVE -d LEI16 {file} /")
    assert not Path(typed.rpartition(" ")[2]).parent.exists()


def _with_room_to_write(folder: Path) -> Path:
    """The converter as it is on a Mac, where a program may write what it converts."""
    from gateway.clips.reference_clips import CONVERTER

    file = folder / "converter.py"
    code = CONVERTER.read_text("utf-8").replace('if sys.platform == "darwin" else 0', "")
    file.write_text(code.replace("parents[3]", "parents[0]"), "utf-8")
    (folder / "gateway").symlink_to(CONVERTER.parents[2])
    return file


@pytest.mark.slow
async def test_a_converter_that_hangs_is_ended_with_the_decoder(tools: Path, tmp_path: Path) -> None:
    program(tools, "ffmpeg", "/bin/sleep 100 </dev/null")
    file = tmp_path / "a.m4a"
    file.write_bytes(FTYP)
    with pytest.raises(InvalidClip, match="ffmpeg cannot convert"):
        await load_persona_clip(file)
    commands = [" ".join(each.info["cmdline"] or ()) for each in psutil.process_iter(["cmdline"])]
    assert not [command for command in commands if str(tools) in command]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (FTYP, "MPEG-4 sound"),
        (b"\x1aE\xdf\xa3\x01", "WebM or Matroska sound"),
        (b"\xff\xf1\x50\x80", "AAC sound"),
        (b"#!AMR\n", "AMR sound"),
        (b"0&\xb2u\x8e\x66", "Windows Media sound"),
        (b"plain text", None),
        (b"", None),
    ],
)
def test_a_file_is_known_by_its_first_bytes(head: bytes, name: str | None) -> None:
    found = container_of(head)
    assert (found.name if found else None) == name
