"""(d) A server as guides to voice cloning have it.

`python -m proofs.benchmarks.clone.guide_server MODEL CLIP TRANSCRIPT`

FastAPI, one lock, mlx-audio's `generate_audio` into a temporary file, and the whole of it as the answer.
It is the guides' design at its best: the model is loaded once, and generation stays in the main thread.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from fastapi import FastAPI, Request, Response
from mlx_audio.tts import load_model

from proofs.benchmarks.clone.child import serve_by_uvicorn, stand_in_for_portaudio

stand_in_for_portaudio()

from mlx_audio.tts.generate import generate_audio  # noqa: E402 (it must find the stand-in)


def make_app(model_path: str, clip: str, transcript: str) -> FastAPI:
    app = FastAPI()
    model = load_model(model_path)
    one_at_a_time = asyncio.Lock()

    async def tts(request: Request) -> Response:
        text = (await request.json())["text"]
        async with one_at_a_time:
            with tempfile.TemporaryDirectory() as folder:
                generate_audio(
                    text,
                    model,
                    ref_audio=clip,
                    ref_text=transcript,
                    output_path=folder,
                    file_prefix="speech",
                    join_audio=True,
                    verbose=False,
                )
                return Response((Path(folder) / "speech.wav").read_bytes(), media_type="audio/wav")

    app.add_api_route("/tts", tts, methods=["POST"])
    return app


if __name__ == "__main__":
    serve_by_uvicorn(make_app(*sys.argv[1:]))
