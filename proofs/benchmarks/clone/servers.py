"""The servers beside ours.

`python -m proofs.benchmarks.clone.servers library`
`python -m proofs.benchmarks.clone.servers guide MODEL CLIP TRANSCRIPT`
"""

import asyncio
import os
import socket
import sys
import tempfile
import types
from pathlib import Path
from typing import TextIO


def announce(port: int | None) -> TextIO:
    """Says "ready", and at which port if it has one; returns what is left to answer with.

    Libraries print to standard output; from that line on it goes where standard error goes.
    """
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    sys.stdout.flush()
    answers.write("ready\n" if port is None else f"ready at http://127.0.0.1:{port}\n")
    answers.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def library() -> object:
    """(c) mlx-audio's own server.

    As it comes, but for a GPU, which a machine may lack: where there is none, asking for a stream on one
    never returns.
    """
    import mlx.core as mx

    if not mx.metal.is_available():
        new_stream = mx.new_stream
        mx.new_stream = lambda _: new_stream(mx.cpu)
    from mlx_audio.server import app

    return app


def guide(model_path: str, clip: str, transcript: str) -> object:
    """(d) A server as guides to voice cloning have it.

    FastAPI, one lock, mlx-audio's `generate_audio` into a temporary file, and the whole of it as the answer.
    It is the guides' design at its best: the model is loaded once, and generation stays in the main thread.
    """
    from fastapi import FastAPI, Request, Response
    from mlx_audio.tts import load_model
    from mlx_audio.tts.generate import generate_audio

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


def main(name: str, *arguments: str) -> None:
    """On a free port, until a signal."""
    import uvicorn

    try:
        import sounddevice  # noqa: F401 (only to see whether it can be)
    except OSError:  # PortAudio is missing; mlx-audio imports it even where it plays nothing
        sys.modules["sounddevice"] = types.ModuleType("sounddevice")
    app = library() if name == "library" else guide(*arguments)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        announce(listening.getsockname()[1])
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


if __name__ == "__main__":
    main(*sys.argv[1:])
