"""python -m gateway.engines.mlx.worker MODEL [REVISION]: loads a model, then does what the pipe asks for."""

import faulthandler
import importlib
import json
import os
import sys
import time
import traceback
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from gateway.engines.mlx.families import family_of
from gateway.engines.mlx.packages import not_installed
from gateway.engines.mlx.worker.model_folder import CannotSpeak, UnusableModel, model_folder, weight_bytes
from gateway.engines.mlx.worker.pipe import Pipe
from gateway.engines.mlx.worker_messages import Failed, Forget, Prepare, Progress, Speak, Unusable
from robotvoice.ground.installation import how_to_install

if TYPE_CHECKING:
    from gateway.engines.mlx.worker.worker_speaking import Speaking

# Whatever a library means to fetch: a worker has no business on the network.
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
UNUSABLE = 3
"""Exit status"""


def main(model: str, revision: str | None = None) -> None:
    faulthandler.enable()
    pipe = Pipe()
    try:
        speaking = _load(pipe, model, revision)
    except UnusableModel as error:
        pipe.send(Unusable(error.reason, str(error)))
        sys.exit(UNUSABLE)
    while True:
        request, body = pipe.next()
        speak_id = request.id if isinstance(request, Speak) else None
        try:
            if isinstance(request, Prepare):
                speaking.prepare(request, body)
            elif isinstance(request, Forget):
                speaking.forget(request)
            else:
                speaking.speak(request, partial(pipe.cancelled, request))
        except CannotSpeak as error:
            pipe.send(Failed(speak_id, error.reason, str(error)))
        except Exception as error:
            # Its message may hold the text that was to be spoken: only what kind it was is told.
            traceback.print_tb(error.__traceback__)
            pipe.send(Failed(speak_id, "model_failed", f"the model failed with {type(error).__name__}"))


def _load(pipe: Pipe, model: str, revision: str | None) -> "Speaking":
    began = time.perf_counter()
    pipe.send(Progress("loading"))
    if missing := not_installed():
        raise UnusableModel("not_installed", missing)
    folder = model_folder(model, revision)
    config = json.loads((folder / "config.json").read_bytes())
    kind, variant, size = (
        str(config.get(key, "")) for key in ("model_type", "tts_model_type", "tts_model_size")
    )
    family = family_of(kind, variant, size)
    if family is None:
        message = f"model {model} is of a kind not known here: {kind} {variant} {size}; use another model"
        raise UnusableModel("unknown_family", message)
    try:
        import mlx.core as mx

        from gateway.engines.mlx.worker.memory_fit import limit_memory
        from gateway.engines.mlx.worker.worker_speaking import Speaking

        adapter = importlib.import_module(f"gateway.engines.mlx.worker.{family.adapter}")
    except ImportError as error:
        message = f"mlx-audio cannot be used here ({error}); {how_to_install('mlx')}"
        raise UnusableModel("not_installed", message) from None
    if mx.default_device() == mx.cpu:
        # There a C++ compiler would be run for each kernel, for seconds each.
        mx.disable_compile()
    limit_memory(weight_bytes(folder))
    try:
        speaking = Speaking(adapter.load(folder), family, pipe.send)
        pipe.send(Progress("warming_up"))
        first_audio, factor = speaking.warm_up()
    except UnusableModel:
        raise
    except Exception as error:
        traceback.print_exc()
        message = f"model {model} cannot be loaded ({type(error).__name__}: {error}); pull or copy it again"
        raise UnusableModel("broken_model", message) from None
    facts = replace(
        speaking.describe(),
        load_seconds=time.perf_counter() - began,
        first_audio=first_audio,
        real_time_factor=factor,
    )
    pipe.send(facts)
    return speaking


if __name__ == "__main__":
    main(*sys.argv[1:3])
