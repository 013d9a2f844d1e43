"""Clips in any format become mono at 24 kHz; what is no clip is refused, whatever it pretends to be."""

import asyncio
import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from gateway.clips import reference_clips
from gateway.clips.reference_clips import load_caller_clip, load_persona_clip
from robotvoice.errors import InvalidClip
from tests.gateway.clips.recordings import encoded, flac_bomb, spoken, with_pauses, without_length
from tests.gateway.in_process import soon

FORMATS = ["WAV", "FLAC", "MP3", "OGG"]


async def refusal(data: bytes) -> str:
    with pytest.raises(InvalidClip) as caught:
        await load_caller_clip(data)
    assert caught.value.code == "invalid_clip"
    return caught.value.message


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
async def test_every_format_becomes_mono_at_24_khz(format: str) -> None:
    left = spoken(12, rate=44_100)
    stereo = np.concatenate([left, left / 2], axis=1)
    clip = (await load_caller_clip(encoded(stereo, 44_100, format))).clip
    samples = np.frombuffer(clip.samples, "<f4")
    assert clip.seconds == 12.0
    assert len(samples) == 12.5 * 24_000
    assert not samples[-12_000:].any()
    # The left channel at its full level.
    assert np.sqrt(np.mean(samples[:-12_000] ** 2)) == pytest.approx(0.1, rel=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
async def test_no_format_gets_past_15_seconds(format: str, tmp_path: Path) -> None:
    data = encoded(with_pauses(16, 9), format=format)
    caller = await load_caller_clip(data)
    assert (caller.clip.seconds, len(caller.clip.samples)) == (9.0, 9.5 * 24_000 * 4)
    assert "was cut to its first 9.0 s" in caller.warnings[0]
    (tmp_path / "clip").write_bytes(data)
    with pytest.raises(InvalidClip, match=r"16\.0 s long and may have 15 s; cut it in the pause at 9 s"):
        await load_persona_clip(tmp_path / "clip")


@pytest.mark.parametrize("data", [b"", b"hello, I am no sound" * 100, b"RIFF\xff\xff\xff\xffWAVEfmt "])
async def test_what_is_no_sound_is_refused(data: bytes) -> None:
    told = "this is not a sound file that can be read; give WAV, FLAC, MP3, Ogg or Opus"
    rare = "it is WAV sound of a rare kind; send WAV, FLAC, MP3, Ogg or Opus, made for instance by: "
    expected = f"{rare}ffmpeg -i CLIP.wav clip.wav" if data.startswith(b"RIFF") else told
    assert await refusal(data) == f"the clip cannot be used: {expected}"


async def test_a_damaged_file_is_refused() -> None:
    data = encoded(spoken(12), format="FLAC")
    assert "it is damaged; export it again" in await refusal(data[: len(data) // 2])


async def test_values_that_are_no_numbers_are_refused() -> None:
    for value in (np.nan, np.inf):
        samples = spoken(12)
        samples[1000] = value
        assert "holds values that are no numbers" in await refusal(encoded(samples, subtype="FLOAT"))


@pytest.mark.parametrize("times", [1.6, 1e37])
async def test_a_float_file_that_is_only_louder_than_full_scale_is_taken(times: float) -> None:
    """B6."""
    clip = (await load_caller_clip(encoded(spoken(12, level=0.16) * times, subtype="FLOAT"))).clip
    assert np.abs(np.frombuffer(clip.samples, "<f4")).max() == pytest.approx(1.0, abs=0.02)


async def test_a_wav_as_long_recordings_are_written_is_taken() -> None:
    """RF64, EBU Tech 3306."""
    assert (await load_caller_clip(encoded(spoken(12), format="RF64"))).clip.seconds == 12.0


async def test_sound_at_full_scale_is_counted_before_it_is_resampled() -> None:
    loud = np.clip(spoken(12, rate=48_000) * 8, -1, 1)
    assert "is cut off at its loudest; record it again" in await refusal(encoded(loud, 48_000))


async def test_odd_rates_and_too_many_channels_are_refused() -> None:
    assert "sample rate is 4000 Hz; give one from 8000" in await refusal(encoded(spoken(12, rate=4000), 4000))
    many = encoded(spoken(4, rate=8000, channels=9), 8000)
    assert "it has 9 channels; give one with at most 8" in await refusal(many)


@pytest.mark.slow
async def test_of_a_bomb_only_the_beginning_is_opened_whether_its_header_tells_its_length_or_not() -> None:
    bomb = flac_bomb()
    assert len(bomb) < 500_000
    for data in (bomb, without_length(bomb)):
        assert "the clip is silent" in await refusal(data)


async def test_a_file_that_is_too_large_is_not_even_decoded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(reference_clips, "DECODER", tmp_path / "absent.py")
    data = b"RIFF" + bytes(10 * 2**20)
    assert "larger than 10 MB" in await refusal(data)
    with (tmp_path / "clip").open("wb") as file:
        file.truncate(64 * 2**20 + 1)
    with pytest.raises(InvalidClip, match="larger than 64 MB"):
        await load_persona_clip(tmp_path / "clip")


async def test_what_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    no_file = "it is no file"
    for name, why in (("absent", "No such file or directory"), ("pipe", no_file), (".", no_file)):
        with pytest.raises(InvalidClip, match=rf"cannot be read \({why}\); put a readable file there"):
            await load_persona_clip(tmp_path / name)


async def test_a_persona_clip_is_decoded_once_until_its_file_changes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "clip.wav"
    path.write_bytes(encoded(spoken(12)))
    first = await load_persona_clip(path)
    with monkeypatch.context() as without_decoder:
        without_decoder.setattr(reference_clips, "DECODER", tmp_path / "absent.py")
        assert await load_persona_clip(path) is first
    path.write_bytes(encoded(spoken(11)))
    assert (await load_persona_clip(path)).clip.seconds == 11.0


async def test_only_so_many_clips_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reference_clips, "CACHE_SIZE", 2)
    paths = [tmp_path / f"{index}.wav" for index in range(3)]
    for path in paths:
        path.write_bytes(encoded(spoken(3)))
        await load_persona_clip(path)
    assert len(reference_clips._kept) == 2


def still_runs(told: Path) -> bool:
    return psutil.pid_exists(int(told.read_text()))


@pytest.fixture
def hanging_decoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that will hold the process id of a decoder that never answers."""
    told = tmp_path / "pid"
    script = tmp_path / "decoder.py"
    part = tmp_path / "part"
    script.write_text(
        "import os, pathlib, time\n"
        f"part = pathlib.Path({str(part)!r})\n"
        "part.write_text(str(os.getpid()))\n"
        f"part.rename({str(told)!r})\n"
        "time.sleep(60)\n"
    )
    monkeypatch.setattr(reference_clips, "DECODER", script)
    return told


@pytest.mark.slow
async def test_a_decoder_that_hangs_is_ended(hanging_decoder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference_clips, "DECODE_WITHIN", 2.0)
    assert await refusal(b"x") == "the clip takes too long to decode; give a plain WAV file"
    assert not still_runs(hanging_decoder)


async def test_a_caller_that_leaves_takes_its_decoder_along(hanging_decoder: Path) -> None:
    loading = asyncio.create_task(load_caller_clip(b"x"))
    await soon(hanging_decoder.exists)
    loading.cancel()
    await asyncio.wait({loading})
    assert loading.cancelled()
    assert not still_runs(hanging_decoder)


@pytest.mark.parametrize("times", [1, 3])
async def test_a_caller_that_leaves_while_its_decoder_starts_leaves_nothing(
    hanging_decoder: Path, times: int, nothing_left: None
) -> None:
    """At whatever step of it, and again while it is ended: as by a time limit, and then by the caller."""
    for steps in range(24):
        loading = asyncio.create_task(load_caller_clip(bytes(400_000)))
        for turns in (steps, *[2] * (times - 1)):
            for _ in range(turns):
                await asyncio.sleep(0)
            loading.cancel()
        await asyncio.wait({loading})
        assert loading.cancelled()


async def test_many_at_once_are_decoded_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    running = most = 0
    decode = reference_clips._decode

    async def counted(data: bytes, path: Path | None = None) -> object:
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            return await decode(data, path)
        finally:
            running -= 1

    monkeypatch.setattr(reference_clips, "_decode", counted)
    clips = await asyncio.gather(*(load_caller_clip(encoded(spoken(10 + n))) for n in range(5)))
    assert [checked.clip.seconds for checked in clips] == [10, 11, 12, 13, 14]
    assert most == reference_clips.DECODERS


@pytest.mark.parametrize("format", ["AU", "W64", "VOC", "AVR", "NIST", "PAF", "IRCAM", "MAT5", "XI"])
async def test_what_nobody_promised_is_not_even_looked_at(format: str) -> None:
    """libsndfile reads it: a fault in there is nobody's way in."""
    subtype = "DPCM_16" if format == "XI" else None
    data = encoded(spoken(3), 44_100 if format == "XI" else 24_000, format, subtype)
    assert "this is not a sound file that can be read" in await refusal(data)


def test_while_a_file_is_looked_at_nothing_else_can_be_opened() -> None:
    tries = (
        "import socket",
        "from importlib.util import module_from_spec, spec_from_file_location as at",
        f"decoder = module_from_spec(spec := at('decoder', {str(reference_clips.DECODER)!r}))",
        "spec.loader.exec_module(decoder)",
        "decoder.open_nothing_more()",
        "for attempt in (lambda: open('/etc/passwd'), socket.socket, lambda: __import__('os').pipe()):",
        "    try: attempt()",
        "    except OSError as error: print(error.errno)",
        "    else: print('opened')",
    )
    command = (sys.executable, "-I", "-c", "\n".join(tries))
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.split() == [str(errno.EMFILE)] * 3


async def test_the_process_that_looks_at_a_file_knows_no_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("UPSTREAM_KEY", "secret")
    spy = tmp_path / "spy.py"
    spy.write_text(
        'import os, sys; sys.stdin.read(); print(\'{"refused": "\' + " ".join(os.environ) + \'"}\')'
    )
    monkeypatch.setattr(reference_clips, "DECODER", spy)
    told = await refusal(b"RIFF")
    assert "OPENBLAS_NUM_THREADS" in told and "UPSTREAM_KEY" not in told and "HOME" not in told
