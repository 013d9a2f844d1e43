"""A clip that comes with a request is the voice of its answer, and of no other."""

import asyncio
import base64
from dataclasses import replace

import pytest

from gateway.requests.app_keys import CALLER_CLIPS
from robotvoice.engines.base import READY, Readiness
from robotvoice.persona import ModelVoice, VoiceSpec
from robotvoice.utterance import Reason
from tests.gateway.api.openai.openai_client import (
    CHUNK,
    DESIGNED,
    MODEL,
    Cloner,
    Told,
    alone,
    ask,
    base64_clip,
    cloning,
    refused,
)
from tests.gateway.clips.recordings import WORDS, encoded, with_pauses
from tests.gateway.in_process import RunningGateway, running


def used(engine: Told) -> ModelVoice:
    """The voice that was asked for last."""
    voice = engine.voices[-1].model_voice
    assert voice is not None
    return voice


def listening(gateway: RunningGateway, engine: Cloner) -> None:
    engine.clips = gateway.app[CALLER_CLIPS]


async def test_the_engine_gets_the_clip_its_words_and_what_else_was_asked() -> None:
    engine = Cloner()
    async with running(*cloning(engine)) as gateway:
        listening(gateway, engine)
        clip = base64_clip(12.0, format="FLAC")
        answer = await ask(
            gateway,
            voice="anything",
            ref_audio=f"data:audio/flac;base64,{clip}",
            ref_text=f"  {WORDS}\n",
            language="de-AT",
            seed=7,
        )
        assert (answer.status, answer.body) == (200, CHUNK)
        assert answer.headers["X-Voice-Engine"] == "mlx"
        assert "X-Voice-Warning" not in answer.headers
        voice = used(engine)
        assert (voice.model, voice.ad_hoc, voice.reference) == (MODEL, True, None)
        assert (voice.transcript, voice.language, voice.seed, voice.instruct) == (WORDS, "de-AT", 7, None)
        assert [heard.seconds for heard in engine.heard] == [12.0]


async def test_a_voice_is_known_by_its_clip_and_words_and_not_by_what_is_said_with_it() -> None:
    engine = Cloner()
    async with running(*cloning(engine)) as gateway:
        listening(gateway, engine)

        async def key(seconds: float = 12.0, **more: object) -> str:
            assert (await ask(gateway, ref_audio=base64_clip(seconds), **more)).status == 200
            return used(engine).key

        first = await key(ref_text=WORDS)
        assert first == await key(ref_text=WORDS, input="Something else.", seed=3, language="en")
        keys = {first, await key(), await key(ref_text="Other words."), await key(11.0, ref_text=WORDS)}
        assert len(keys) == 4


async def test_without_words_only_the_timbre_is_cloned_and_the_caller_is_told_unless_it_was_meant() -> None:
    engine = Cloner()
    async with running(*cloning(engine)) as gateway:
        answer = await ask(gateway, ref_audio=base64_clip())
        assert "timbre" in answer.headers["X-Voice-Warning"]
        assert used(engine).transcript is None
        answer = await ask(gateway, ref_audio=base64_clip(), ref_text=WORDS, x_vector_only_mode=True)
        assert "X-Voice-Warning" not in answer.headers
        assert used(engine).transcript is None


@pytest.mark.parametrize("pauses", [(), (4, 13)])
async def test_a_clip_that_is_too_long_is_cut_and_its_words_are_not_used(pauses: tuple[float, ...]) -> None:
    """X3: never fifteen seconds with the words of twenty-two."""
    engine = Cloner()
    async with running(*cloning(engine)) as gateway:
        listening(gateway, engine)
        clip = base64.b64encode(encoded(with_pauses(22, *pauses))).decode()
        for format in ("wav", "flac"):
            answer = await ask(gateway, ref_audio=clip, ref_text=f"{WORDS} {WORDS}", response_format=format)
            assert answer.status == 200
            warning = answer.headers["X-Voice-Warning"]
            assert "the clip of 22.0 s was cut to its first 1" in warning
            assert "ref_text is not used and only the timbre is cloned" in warning
            assert ("at 4 or 13 s" in warning) == bool(pauses)
            assert used(engine).transcript is None
        assert {heard.seconds for heard in engine.heard} == {13.0 if pauses else 15.0}


@pytest.mark.parametrize(
    ("words", "told", "taken"),
    [
        (WORDS * 4, "times the words that are heard", False),
        ("WEBVTT\n\n00:00.000 --> 00:12.000\n" + WORDS, "it is a file of subtitles (VTT)", False),
        ("{\\rtf1 " + WORDS + "}", "it is RTF", False),
        (WORDS[: len(WORDS) // 2], "something is missing in the transcript", True),
        ("[Speaker 1]: " + WORDS, "line 1 holds the name of a speaker", True),
    ],
)
async def test_words_that_cannot_be_those_of_the_clip_leave_its_timbre_and_others_are_warned_of(
    words: str, told: str, taken: bool
) -> None:
    engine = Cloner()
    async with running(*cloning(engine)) as gateway:
        answer = await ask(gateway, ref_audio=base64_clip(12.0), ref_text=words)
        assert answer.status == 200
        warning = answer.headers["X-Voice-Warning"]
        assert told in warning
        assert ("only the timbre is cloned" in warning) == (not taken)
        assert (used(engine).transcript is not None) == taken


@pytest.mark.slow
async def test_many_callers_with_clips_of_their_own_never_get_each_others_voice() -> None:
    engine = Cloner()
    async with running(*cloning(engine)) as gateway:
        listening(gateway, engine)
        seconds = [4.0 + number / 4 for number in range(8)]
        await asyncio.gather(*(ask(gateway, ref_audio=base64_clip(each)) for each in seconds))
        assert sorted(heard.seconds for heard in engine.heard) == seconds
        keys = {voice.model_voice.key for voice in engine.voices if voice.model_voice}
        assert len(keys) == 8


async def test_a_clip_is_spoken_with_by_nobody_else() -> None:
    """No other voice stands in for it: the caller asked for this one."""
    cold = Readiness(Reason("cold", "the model is being loaded"))
    personas, _ = cloning()
    personas = replace(
        personas,
        personas={k: replace(p, fallbacks=(VoiceSpec("spare"),)) for k, p in personas.personas.items()},
    )
    spare = Told("spare")
    async with running(personas, {"mlx": Cloner(ready=cold), "spare": spare}) as gateway:
        assert (await ask(gateway)).headers["X-Voice-Engine"] == "spare"
        answer = await ask(gateway, ref_audio=base64_clip(), ref_text=WORDS)
        assert (answer.status, answer.json["error"]["code"]) == (503, "nothing_can_speak")
        assert "is being loaded" in answer.json["error"]["message"]
        assert len(spare.voices) == 1


async def test_a_gateway_that_cannot_clone_says_so() -> None:
    async with running() as gateway:
        code, param = refused(await ask(gateway, ref_audio=base64_clip()), 400)
        assert (code, param) == ("cannot_clone", "ref_audio")


async def test_the_model_of_a_clip_may_be_chosen_and_models_are_listed_without_their_folders() -> None:
    personas, engines = cloning(engine := Cloner())
    other = replace(DESIGNED, model_voice=ModelVoice("/home/someone/models/Other-Base", "other"))
    vixen = replace(personas.personas["spark"], id="vixen", name="Vixen", voice=other)
    personas = replace(personas, personas={**personas.personas, "vixen": vixen})
    async with running(personas, engines) as gateway:
        listed = (await gateway.ask("/v1/models")).json["data"]
        assert [model["id"] for model in listed] == ["robotvoice", MODEL, "Other-Base"]
        for model, expected in (("Other-Base", "/home/someone/models/Other-Base"), ("tts-1", MODEL)):
            assert (await ask(gateway, model=model, ref_audio=base64_clip())).status == 200
            assert used(engine).model == expected


async def test_a_personas_voice_takes_language_seed_and_instructions_of_a_request() -> None:
    engine = Cloner()
    async with running(*cloning(engine)) as gateway:
        answer = await ask(gateway, language="fr", seed=0, instructions="angrily")
        assert "X-Voice-Warning" not in answer.headers
        assert used(engine) == ModelVoice(MODEL, "key", instruct="angrily", language="fr", seed=0)
        await ask(gateway)
        assert used(engine) == DESIGNED.model_voice


class TakesNoInstructions(Cloner):
    def readiness(self, voice: VoiceSpec) -> Readiness:
        if voice.model_voice and voice.model_voice.instruct:
            return Readiness(Reason("not_supported", "it takes no instruct"))
        return READY


async def test_what_a_voice_does_not_follow_is_said_and_does_not_silence_it() -> None:
    engine = TakesNoInstructions()
    personas, engines = cloning(engine)
    async with running(personas, engines) as gateway:
        answer = await ask(gateway, ref_audio=base64_clip(12.0), ref_text=WORDS, instructions="angrily")
        assert answer.status == 200
        assert answer.headers["X-Voice-Warning"] == "instructions are not followed by this model"
        assert used(engine).instruct is None
    async with running(alone("own"), {"own": Told("own")}) as gateway:
        answer = await ask(gateway, instructions="angrily", language="de")
        assert answer.status == 200
        warning = answer.headers["X-Voice-Warning"]
        assert "instructions are not followed" in warning
        assert "language is not followed" in warning


async def test_a_clip_is_cloned_only_if_it_is_said_who_allowed_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    engine = Cloner()
    async with running(*cloning(engine)) as gateway:
        listening(gateway, engine)
        clip = {"ref_audio": base64_clip(), "ref_text": WORDS, "x_vector_only_mode": True}
        for none in (None, ""):
            answer = await ask(gateway, consent=none, **clip)
            assert refused(answer, 400) == ("missing_field", "consent")
            assert "who allowed its use" in answer.json["error"]["message"]
        for wrong in (" ", "x" * 201, "Ada\nERROR a line", "\x1b[2J", 7, True, ["Ada"], {"by": "Ada"}):
            assert refused(await ask(gateway, consent=wrong, **clip), 400) == ("invalid_value", "consent")
        assert engine.voices == []
        answer = await ask(gateway, consent="  Ada L\u00f8velace, herself ", **clip)
        assert answer.status == 200
        (told,) = [each for each in caplog.messages if "allowed by" in each]
        assert told == (
            f"the clip of request {answer.headers['x-request-id']} is cloned, "
            "as allowed by: Ada L\u00f8velace, herself"
        )
        assert WORDS not in caplog.text and "Hello." not in caplog.text
