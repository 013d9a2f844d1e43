"""A clone and its substitute are equally loud, and so is what was kept before anybody knew how loud it is."""

from pathlib import Path

from gateway.loudness.loudness_measure import TARGET, integrated_loudness
from robotvoice.persona import Persona, VoiceSpec
from robotvoice.utterance import Sentence
from tests.gateway.engines.mlx.listening import Voice
from tests.gateway.in_process import soon
from tests.gateway.whole_gateway import check_alike, said, whole_gateway

KEPT = "The kettle sings."
MOST_SENTENCES = 40


async def test_a_clone_its_substitute_and_its_kept_sound_are_equally_loud(
    cloned: Voice, tmp_path: Path
) -> None:
    fallback = VoiceSpec("espeak", "en+croak", 20, 180)
    # The other reference makes a voice that is near the target by chance.
    ada = Persona("ada", "Ada", "en", cloned("b"), fallbacks=(fallback,))
    async with whole_gateway(tmp_path, ada) as (gateway, parts):
        assert parts.mlx and parts.cache and parts.loudness
        loudness = parts.loudness
        first = integrated_loudness(await said(gateway, "mlx", "ada", [KEPT]))
        for number in range(MOST_SENTENCES):
            if loudness.settled(ada.voice):
                break
            await said(gateway, "mlx", "ada", [f"This is sentence {number} of a story."])
        await soon(lambda: loudness.settled(ada.voice))
        clone = await said(gateway, "mlx", "ada")
        assert parts.cache.holds(Sentence(0, KEPT), ada.voice)
        kept = integrated_loudness(await said(gateway, "mlx", "ada", [KEPT]))
        assert abs(kept - TARGET) < 1 < abs(first - TARGET)
        await parts.mlx.use(())
        substitute = await said(gateway, "espeak", "ada", ["Who woke me?", "I was not worried at all."])
        check_alike({"clone": clone, "substitute": substitute})
