"""The gateway's own voice: a server of `POST /v1/audio/speech` whose sentences are tones.

python -m proofs.lan.far_voice PORT. It says "asked" on standard output for each request, and never begins
one of the sentence that is to be held.
"""

import asyncio
import math
import sys
from array import array

from aiohttp import web

from proofs.lan.texts import HELD, SPOKEN, pitch, tone_seconds

RATE = 24_000
PIECE = 0.1
"""Seconds of sound that are sent at a time"""
FASTER = 1.5
"""Than real time"""
LOUDNESS = 8000
END_WITHIN = 0.5


def tone(text: str) -> bytes:
    """PCM_16, mono, 24 kHz."""
    turns = 2 * math.pi * pitch(text) / RATE
    samples = range(round(tone_seconds(text) * RATE))
    return array("h", [round(LOUDNESS * math.sin(turns * number)) for number in samples]).tobytes()


async def speak(request: web.Request) -> web.StreamResponse:
    """Sound in pieces, as a model makes it."""
    text = str((await request.json())["input"]).strip()
    if text not in SPOKEN:  # the gateway's own "Hi.", by which it proves its voices
        text = SPOKEN[0]
    else:
        print("asked", flush=True)
    response = web.StreamResponse(headers={"Content-Type": "audio/pcm"})
    if text == HELD:
        await asyncio.Event().wait()  # whoever asked leaves
    await response.prepare(request)
    sound = tone(text)
    step = 2 * round(PIECE * RATE)
    for start in range(0, len(sound), step):
        await response.write(sound[start : start + step])
        await asyncio.sleep(PIECE / FASTER)
    await response.write_eof()
    return response


async def models(request: web.Request) -> web.Response:
    return web.json_response({"object": "list", "data": [{"id": "tones", "object": "model"}]})


def main() -> None:
    app = web.Application()
    app.add_routes([web.post("/v1/audio/speech", speak), web.get("/v1/models", models)])
    web.run_app(
        app,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        print=lambda _: print("ready", flush=True),
        handler_cancellation=True,
        shutdown_timeout=END_WITHIN,
    )


if __name__ == "__main__":
    main()
