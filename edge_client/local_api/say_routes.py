"""`POST /say` and `POST /stop`."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from edge_client.daemon.daemon_errors import Stopped
from edge_client.local_api.local_only import DAEMON
from edge_client.speaking.result import as_answer, describe
from robotvoice.errors import InvalidMessage
from robotvoice.http.file_answers import warned
from robotvoice.json_records import read_object, read_record
from robotvoice.languages import asked_language
from robotvoice.utterance import LONGEST_DEADLINE, PRIORITIES, PriorityName
from robotvoice.voice_warnings import VoiceWarnings
from robotvoice.wire.lenient_fields import nearest, read_leniently
from robotvoice.wire.speed import possible


@dataclass(frozen=True, slots=True)
class _Say:
    text: str
    persona: str | None = None
    voice: str | None = None
    """The same by the name that `/synthesize` has for it"""
    language: str | None = None
    speed: float = 1.0
    priority: PriorityName = "dialogue"
    wait: bool = False
    deadline_ms: int | None = None


@dataclass(frozen=True, slots=True)
class _Stop:
    id: str | None = None


async def say(request: web.Request) -> web.Response:
    """202 and the line's id; with `wait` 200 and what became of it: who leaves takes the line along.

    With the id comes a `problem` if the loudspeaker is not there.
    """
    daemon = request.app[DAEMON]
    warnings = VoiceWarnings()
    asked = read_leniently(_Say, await _fields(request), warnings, exact=("persona", "voice", "language"))
    job = await daemon.queue(
        asked.text,
        _one_of(asked),
        PRIORITIES[asked.priority],
        _deadline(asked, warnings),
        language=asked_language(asked.language),
        speed=possible(asked.speed, warnings),
        warnings=warnings,
    )
    if not asked.wait:
        problem = daemon.loudspeaker.problem
        return _answer({"id": job.id, **({"problem": problem} if problem else {})}, warnings, status=202)
    try:
        heard = await job.wait()
    finally:
        if not job.ended:
            daemon.speaker.end(job, Stopped("its caller left"))
    gateway = daemon.gateway.standing
    said = describe(
        asked.text,
        job.persona,
        heard,
        begun=job.asked_at,
        endpoint=gateway.endpoint,
        last_seen=gateway.last_seen,
        paired=daemon.gateway.rules.pairing is not None,
        warnings=warnings,
    )
    return _answer({"id": job.id, **as_answer(said), "last_seen": gateway.last_seen}, warnings)


async def stop(request: web.Request) -> web.Response:
    """Ends one line by its `id`, or all; tells which, and whose they were."""
    asked = read_record(_Stop, await _fields(request))
    speaker = request.app[DAEMON].speaker
    now, jobs = speaker.now, {job.id: job for job in (speaker.now, *speaker.waiting) if job}
    stopped = speaker.stop(asked.id)
    personas = {id: jobs[id].persona.id for id in stopped}
    spoke = now.id if now and now.id in personas else None
    return web.json_response({"stopped": stopped, "personas": personas, "spoke": spoke})


def _one_of(asked: _Say) -> str | None:
    """Who is to speak, by either name. Raises InvalidMessage when both are given and differ."""
    persona, voice = (name if name and name.strip() else None for name in (asked.persona, asked.voice))
    if persona and voice and persona.casefold() != voice.casefold():
        raise InvalidMessage("`persona` and `voice` mean the same and differ; send one of them", "voice")
    return persona or voice


def _deadline(asked: _Say, warnings: VoiceWarnings) -> float | None:
    """Seconds. Raises InvalidMessage for one that has passed: nothing may be said then."""
    if asked.deadline_ms is None:
        return None
    if asked.deadline_ms <= 0:
        raise InvalidMessage("deadline_ms must be 1 or more: it counts from now", "deadline_ms")
    most = round(LONGEST_DEADLINE * 1000)
    return nearest(asked.deadline_ms, 1, most, "deadline_ms", " ms", warnings) / 1000


def _answer(told: dict[str, Any], warnings: VoiceWarnings, status: int = 200) -> web.Response:
    """Warnings are in it and, for who looks at headers, there as well."""
    more = {"warnings": list(warnings)} if warnings else {}
    return web.json_response({**told, **more}, status=status, headers=warned(warnings))


async def _fields(request: web.Request) -> dict[str, Any]:
    return read_object(await request.read() or b"{}", "the body")
