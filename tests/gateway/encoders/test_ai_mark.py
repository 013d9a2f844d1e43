"""Every file says that no human spoke it, and every program still reads the sound in it as it was."""

import io
import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from gateway.encoders.encodings import ENCODINGS, encode
from gateway.encoders.ogg_opus import OggOpus
from robotvoice.sound.ai_mark import AI_MARK, INFO_CHUNK, marked_wav
from robotvoice.sound.pcm import WIRE_FORMAT, AudioFormat, wav_header

SOUND = (np.sin(np.arange(12_000) / 9) * 9_000).astype("<i2").tobytes()
FILES = [name for name, encoding in ENCODINGS.items() if encoding.file and encoding.available]
PROGRAMS = {
    "sox": ("sox", "-V1", "-", "-t", "raw", "-"),
    "ffmpeg": ("ffmpeg", "-v", "error", "-i", "-", "-f", "s16le", "-"),
}
"""What they read from standard input they write as PCM"""


@pytest.mark.parametrize("name", FILES)
def test_it_is_in_whole_files_of_every_format(name: str, tmp_path: Path) -> None:
    content = encode(SOUND, ENCODINGS[name])
    with soundfile.SoundFile(io.BytesIO(content)) as sound:
        assert sound.comment == AI_MARK
        assert len(sound.read()) >= len(SOUND) // 2


def test_it_is_in_opus_that_is_sent_while_it_is_made() -> None:
    opus = OggOpus()
    content = opus.feed(SOUND) + opus.end()
    with soundfile.SoundFile(io.BytesIO(content)) as sound:
        assert sound.comment == AI_MARK
    assert content.index(AI_MARK.encode()) < 512, "it stands before the sound"


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_marked_wav_is_read_by_others_as_it_was(program: str) -> None:
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    done = subprocess.run(
        PROGRAMS[program], input=marked_wav(SOUND, WIRE_FORMAT), capture_output=True, check=True
    )
    assert (done.stdout, done.stderr) == (SOUND, b"")


def test_so_it_is_by_the_libraries_and_by_who_looks_at_44_bytes_only() -> None:
    content = marked_wav(SOUND, WIRE_FORMAT)
    with wave.open(io.BytesIO(content)) as wav:
        assert wav.readframes(wav.getnframes() + 9) == SOUND
    pcm, rate = soundfile.read(io.BytesIO(content), dtype="int16")
    assert (pcm.tobytes(), rate) == (SOUND, 24_000)
    assert int.from_bytes(content[4:8], "little") == len(content) - 8
    assert content[8:44] == wav_header(len(SOUND), WIRE_FORMAT)[8:]
    assert content[44 : 44 + int.from_bytes(content[40:44], "little")] == SOUND
    assert content[44 + len(SOUND) :] == INFO_CHUNK and len(INFO_CHUNK) % 2 == 0


def test_a_player_plays_no_sample_of_it(tmp_path: Path) -> None:
    """What is behind the sound would be heard as a click."""
    if not shutil.which("aplay"):
        pytest.skip("aplay is not installed")
    played = tmp_path / "played"
    asound = f'pcm.file {{ type file slave.pcm null file "{played}" format raw }}\npcm.null {{ type null }}\n'
    (tmp_path / "asoundrc").write_text(asound)
    environment = {"ALSA_CONFIG_PATH": str(tmp_path / "asoundrc"), "PATH": "/usr/bin:/bin"}
    subprocess.run(
        ("aplay", "-q", "-D", "file", "-"),
        input=marked_wav(SOUND, WIRE_FORMAT),
        env=environment,
        check=True,
        timeout=20,
    )
    assert played.read_bytes() == SOUND


def test_what_other_rates_and_channels_there_are_is_marked_too() -> None:
    content = marked_wav(SOUND, AudioFormat(22_050, 2))
    with soundfile.SoundFile(io.BytesIO(content)) as sound:
        assert (sound.samplerate, sound.channels, sound.comment) == (22_050, 2, AI_MARK)
