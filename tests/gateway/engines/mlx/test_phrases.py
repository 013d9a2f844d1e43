"""A persona's phrases are recorded once its model is ready, and sound like what `/synthesize` answers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gateway.loudness.voice_loudness import ENOUGH
from gateway.requests.app_keys import PHRASES
from robotvoice.persona import Persona
from tests.gateway.engines.mlx.listening import Voice, until
from tests.gateway.phrases.phrase_gateway import manifest, recordings
from tests.gateway.whole_gateway import whole_gateway

PHRASES_OF_ADA = ("Hello there.", "One moment. I am thinking.", "Today we find out how a robot speaks.")


@pytest.mark.slow
async def test_phrases_are_recorded_once_the_model_is_ready_and_sound_as_they_are_spoken(
    cloned: Voice, tmp_path: Path
) -> None:
    ada = replace(Persona("ada", "Ada", "en", cloned("a")), phrases=PHRASES_OF_ADA, revision="a1")
    async with whole_gateway(tmp_path, ada) as (gateway, parts):
        store, loudness = gateway.app[PHRASES], parts.loudness
        assert loudness

        def as_it_is_spoken() -> bool:
            pack = store.pack(ada)
            gain = loudness.gain(ada.voice)
            return pack.complete and all(abs(each.gain / gain - 1) < 0.002 for each in pack.recordings)

        await until(lambda: store.pack(ada).complete)
        number = 0
        while not loudness.settled(ada.voice):
            number += 1
            assert number < 10 * ENOUGH
            await gateway.say(f"This is sentence {number} of a story.", "ada")
        await until(as_it_is_spoken)
        for text, wav in (await recordings(gateway, await manifest(gateway))).items():
            answer = await gateway.say(text, "ada")
            assert answer.headers["X-Voice-Engine"] == "mlx"
            one, other = (np.frombuffer(pcm, "<i2").astype(float) for pcm in (wav[44:], answer.pcm))
            assert one.size == other.size
            assert np.abs(one - other).max() < 0.01 * np.abs(other).max()
