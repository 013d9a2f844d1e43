"""What `/metrics` and `/v1/status` say of a model that runs."""

from pathlib import Path

from robotvoice.persona import Persona, VoiceSpec
from tests.gateway.engines.mlx.listening import Voice
from tests.gateway.observe.scraped import scraped
from tests.gateway.whole_gateway import whole_gateway


async def test_of_a_model_line_predictions_process_and_cache_are_told(cloned: Voice, tmp_path: Path) -> None:
    ada = Persona(
        "ada", "Ada", "en", cloned("a"), fallbacks=(VoiceSpec("espeak", "en"),), whole_answer_budget=60.0
    )
    async with whole_gateway(tmp_path, ada) as (gateway, _):
        for _ in range(2):
            assert (await gateway.say("The kettle sings.", "ada")).headers["X-Voice-Engine"] == "mlx"
        now = await scraped(gateway)
        told = (await gateway.ask("/v1/status")).json
    (model,) = {each["model"] for each in now.labels("voice_queue_length")}
    assert "/" not in model
    assert now.value("voice_queue_length", model=model) == 0
    assert now.value("voice_predictions_total", model=model) == 1
    assert now.value("voice_prediction_error_seconds_total", model=model) > 0
    assert now.value("voice_worker_memory_bytes", model=model, kind="resident") > 1_000_000
    assert now.value("voice_worker_restarts_total", model=model) == 0
    assert now.value("voice_real_time_factor", engine="mlx") > 0
    assert (now.value("voice_cache_hits_total"), now.value("voice_cache_misses_total")) == (1, 1)
    assert now.value("voice_sentences_total", engine="mlx", stored="true") == 1
    assert now.value("voice_cloned_share") == 1
    assert told["last_hour"] == {"sentences": 2, "cloned": 2, "share": 1.0, "reasons": {}}
    (row,) = told["engines"]["mlx"]["models"]
    assert (row["model"], row["waiting"], row["refused"]) == (model, 0, {})
