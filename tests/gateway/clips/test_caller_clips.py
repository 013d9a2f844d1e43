"""Callers' clips: checked once, known while somebody speaks with them, and gone then."""

from pathlib import Path

import pytest

from gateway.clips import caller_clips
from gateway.clips.caller_clips import CallerClips
from gateway.clips.clip import CheckedClip
from gateway.clips.reference_clips import load_caller_clip
from robotvoice.errors import EngineUnavailable, InvalidClip
from robotvoice.persona import ModelVoice
from tests.gateway.clips.recordings import encoded, spoken


def voice(key: str) -> ModelVoice:
    return ModelVoice("model", key, ad_hoc=True)


async def test_the_same_file_is_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[bytes] = []

    async def counted(data: bytes) -> CheckedClip:
        decoded.append(data)
        return await load_caller_clip(data)

    monkeypatch.setattr(caller_clips, "load_caller_clip", counted)
    clips = CallerClips(kept=1)
    one, other = encoded(spoken(4.0)), encoded(spoken(5.0))
    assert await clips.load(one) is await clips.load(one)
    assert decoded == [one]
    await clips.load(other)
    await clips.load(one)
    assert decoded == [one, other, one]


async def test_what_is_no_clip_is_refused_each_time() -> None:
    clips = CallerClips()
    for _ in range(2):
        with pytest.raises(InvalidClip):
            await clips.load(b"nonsense")


async def test_a_clip_is_known_until_the_last_who_speaks_with_it_has_finished() -> None:
    clips = CallerClips()
    clip = (await clips.load(encoded(spoken(4.0)))).clip
    with clips.held("a", clip):
        with clips.held("a", clip):
            assert await clips.clip_of(voice("a")) is clip
            with pytest.raises(EngineUnavailable):
                await clips.clip_of(voice("b"))
        assert await clips.clip_of(voice("a")) is clip
    with pytest.raises(EngineUnavailable):
        await clips.clip_of(voice("a"))


async def test_a_personas_clip_comes_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "reference.wav"
    file.write_bytes(encoded(spoken(4.0)))
    clip = await CallerClips().clip_of(ModelVoice("model", "a", reference=file))
    assert clip.seconds == 4.0
