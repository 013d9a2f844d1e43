"""The clip that the tiny checkpoint clones."""

import wave
from pathlib import Path

import pytest

from proofs.tiny_voice import reference_clip
from proofs.tiny_voice.configs import FRAME_SECONDS
from proofs.tiny_voice.reference import ADDED_SILENCE
from robotvoice.persona import VoiceSpec


@pytest.mark.parametrize("voice", ["en", "en+f4"])
def test_with_the_silence_added_to_it_it_has_a_frame_for_each_byte_of_its_transcript(
    voice: str, tmp_path: Path
) -> None:
    """Whoever speaks it; the checkpoint's endings count on this."""
    clip, words = reference_clip(tmp_path, VoiceSpec("espeak", voice=voice, rate=150), "clip")
    with wave.open(str(clip)) as file:
        seconds = file.getnframes() / file.getframerate()
        assert any(file.readframes(file.getnframes()))
    assert clip == tmp_path / "clip.wav"
    assert seconds + ADDED_SILENCE == pytest.approx(len(words.encode()) * FRAME_SECONDS, abs=0.001)
    assert 10 < seconds < 15


def test_it_is_the_same_each_time(tmp_path: Path) -> None:
    clips = [reference_clip(tmp_path, name=name)[0].read_bytes() for name in ("one", "other")]
    assert clips[0] == clips[1]


def test_a_voice_too_slow_for_its_length_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="raise its rate"):
        reference_clip(tmp_path, VoiceSpec("espeak", voice="en", rate=80))
    assert list(tmp_path.iterdir()) == []
