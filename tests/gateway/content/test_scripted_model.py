"""The model that the tests beside this one use: it is in the real worker, and does as its script says."""

from pathlib import Path

import pytest

from tests.fakes.scripted_model import ScriptedModel, scripted_gateway

FOX = "The quick brown fox jumps over the lazy dog."


@pytest.mark.slow
async def test_the_real_worker_speaks_with_it_and_it_tells_what_it_was_given(tmp_path: Path) -> None:
    model = ScriptedModel.made(tmp_path / "model")
    async with scripted_gateway(tmp_path, model, "brim") as gateway:
        answer = await gateway.ask(f"/synthesize?voice=brim&text={FOX.replace(' ', '+')}")
        assert (answer.status, answer.headers["X-Voice-Engine"]) == (200, "mlx")
        assert 2.0 < float(answer.headers["X-Duration"]) < 5.0
        (told,) = model.given()
        assert (told.text, told.language) == (FOX, "english")
        assert told.clip > 10 and told.transcript and told.transcript.startswith("brim says: ")
        model.script(rules=[{"text": "fox", "voice": "^brim", "does": "nan"}])
        answer = await gateway.ask("/synthesize?voice=brim&text=A+fox.")
        assert (answer.headers["X-Voice-Engine"], answer.headers["X-Voice-Substitute"]) == (
            "espeak",
            "not_a_number",
        )
