"""(c) mlx-audio's own server: `python -m proofs.benchmarks.clone.library_server`.

As it comes, but for what a machine may lack: PortAudio, which it does not need, and a GPU. Where there is
none, asking for a stream on one never returns.
"""

import mlx.core as mx

from proofs.benchmarks.clone.child import serve_by_uvicorn, stand_in_for_portaudio

stand_in_for_portaudio()

if not mx.metal.is_available():
    _new_stream = mx.new_stream
    mx.new_stream = lambda device: _new_stream(mx.cpu)

from mlx_audio.server import app  # noqa: E402 (it must find the patch)

if __name__ == "__main__":
    serve_by_uvicorn(app)
