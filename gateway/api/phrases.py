"""`GET /v1/phrases/ID[/REVISION/SHA256]`: its phrases in its own cloned voice, for a robot to keep."""

from http import HTTPStatus

from aiohttp import web

from gateway.phrases.pack_store import DamagedRecording
from gateway.requests.app_keys import PERSONAS, PHRASE_RENDERING, PHRASES
from robotvoice.http.error_answers import problem
from robotvoice.wire import wire

FOR_EVER = "private, max-age=31536000, immutable"


async def manifest(request: web.Request) -> web.Response:
    """What there is by now; 404 for an unknown persona."""
    persona = request.app[PERSONAS].library.find(request.match_info["id"])
    pack = request.app[PHRASES].pack(persona)
    return web.json_response(
        {
            "persona": pack.persona,
            "revision": pack.revision,
            "pack": pack.id,
            "complete": pack.complete,
            "sentences": [
                {"text": each.text, "sha256": each.sha256, "bytes": each.bytes} for each in pack.recordings
            ],
        }
    )


async def recording(request: web.Request) -> web.StreamResponse:
    """A WAV, also in part (Range); 404 when that revision, or that recording of it, is gone."""
    app, asked = request.app, request.match_info
    persona = app[PERSONAS].library.find(asked["id"])
    try:
        file = (
            await app[PHRASES].file(persona, asked["sha256"])
            if persona.revision == asked["revision"]
            else None
        )
    except DamagedRecording:
        file = None
        app[PHRASE_RENDERING].look_again()
    if file is None:
        message = f"there is no such recording; ask /v1/phrases/{persona.id} for those there are"
        return problem(request, HTTPStatus.NOT_FOUND, "unknown_recording", message)
    headers = {"Content-Type": "audio/wav", "Cache-Control": FOR_EVER, wire.HEADER_AI: "true"}
    return web.FileResponse(file, headers=headers)
