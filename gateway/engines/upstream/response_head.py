"""What an upstream answered: sound, or why there is none.

Nothing of what it wrote is told but codes: a message may repeat the text that was to be spoken.
"""

import email.utils
import json
import math
import re
from http import HTTPStatus

import aiohttp

from robotvoice.errors import (
    NOT_THE_ENGINES,
    ContentFailure,
    EngineFailure,
    EngineForbidden,
    EngineUnavailable,
    NotPermitted,
)
from robotvoice.sound.audio_body import SniffedBody

ERROR_LIMIT = 4096
"""Bytes that are read of an error"""
SHORTEST_HOLD, LONGEST_HOLD = 1.0, 300.0
"""Seconds; whoever asks for less or more is held to these"""
NO_ENTRY = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
PCM_TYPES = frozenset({"audio/pcm", "audio/x-pcm"})
WAV_TYPES = frozenset({"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"})
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,47}")


class WorthARetry(Exception):
    """Nothing was received, and the same request may do better at once."""

    def __init__(self, failure: EngineFailure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class HoldOff(EngineUnavailable):
    """The server asks to be left alone for `seconds`."""

    def __init__(self, name: str, status: int, seconds: float) -> None:
        super().__init__("held_off", f"{name} is busy ({status}) and says when to come back", seconds)
        self.seconds = seconds


class NotAuthorised(EngineForbidden):
    """No request will do any better until somebody gives it another key."""

    def __init__(self, name: str, status: int) -> None:
        super().__init__(
            "not_authorised",
            f"{name} refuses the key ({status}); put the right one into its key_file or key_env, and start "
            "the gateway again",
        )


async def check_status(response: aiohttp.ClientResponse, name: str, now: float) -> None:
    """Returns if the answer is a 200. `now` is the time of day as seconds since 1970.

    Raises WorthARetry, EngineFailure (a bad server), EngineUnavailable (a bad request) or one of their kinds.
    """
    status = response.status
    if status == HTTPStatus.OK:
        return
    if status == HTTPStatus.FORBIDDEN and await _error_code(response) == NotPermitted.code:
        # Another gateway of ours, which speaks with this key, but not with our recordings.
        raise EngineUnavailable(
            "refused", f"{name} takes no recording with this key; make one there with --clips"
        )
    if status in NO_ENTRY:
        raise NotAuthorised(name, status)
    wait = _retry_after(response.headers.get("Retry-After"), now)
    if status == HTTPStatus.TOO_MANY_REQUESTS or (status == HTTPStatus.SERVICE_UNAVAILABLE and wait):
        raise HoldOff(name, status, wait or SHORTEST_HOLD)
    if 300 <= status < 400:
        raise EngineFailure(
            "redirected", f"{name} sends us to another address ({status}); put that one into the settings"
        )
    code = await _error_code(response)
    told = f"{status}, {code}" if code else str(status)
    if code in NOT_THE_ENGINES:
        # Another gateway of ours, which has tried again by itself.
        raise ContentFailure(code, f"{name} does not understand this ({told})", another_take=False)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        # It lives and tells that just this went wrong; whoever is down says 502 or 503, or nothing.
        raise WorthARetry(ContentFailure("refused", f"{name} failed at this ({told})", another_take=False))
    if status >= 500 or status == HTTPStatus.REQUEST_TIMEOUT:
        raise WorthARetry(EngineFailure("refused", f"{name} failed ({told})"))
    if 400 <= status < 500 and response.content_type == "application/json":
        raise EngineUnavailable(
            "refused", f"{name} refuses this ({told}); look at the voice and the model of the persona"
        )
    raise EngineFailure("not_audio", f"{name} does not answer like a speech server ({told}); look at its url")


def body_of(
    response: aiohttp.ClientResponse, name: str, sample_rate: int, *, several_wavs: bool
) -> SniffedBody:
    """What finds the sound; `sample_rate`: Hz of PCM that does not say it.

    Raises EngineFailure if its headers say that there is none.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding != "identity":
        raise EngineFailure("not_audio", f"{name} compresses its answer, though it was asked not to")
    kind = response.content_type
    if kind == "text/event-stream":
        raise EngineFailure("not_audio", f"{name} sends events in place of sound; give it another dialect")
    if kind not in PCM_TYPES | WAV_TYPES:
        shown = kind if _CODE.fullmatch(kind.replace("/", ".")) else "something else"
        raise EngineFailure("not_audio", f"{name} sends {shown} in place of sound")
    if response.content_length is None and "chunked" not in response.headers.get("Transfer-Encoding", ""):
        raise EngineFailure("not_audio", f"{name} does not say where its answer ends, so it may be a part")
    if kind in PCM_TYPES and (response.content_length or 0) % 2:
        raise EngineFailure("cut", f"{name} sends an odd number of bytes, so a part of them is missing")
    rate = _rate(response, sample_rate)
    return SniffedBody(wav=kind in WAV_TYPES, rate=rate, several=several_wavs)


def _rate(response: aiohttp.ClientResponse, default: int) -> int:
    """As `audio/pcm; rate=24000` says it."""
    said = re.search(r";\s*rate=(\d{4,5})\b", response.headers.get("Content-Type", ""))
    rate = int(said[1]) if said else default
    return rate if 8_000 <= rate <= 48_000 else default


def _retry_after(text: str | None, now: float) -> float | None:
    """Seconds, within the bounds; None if nothing that can be read is said."""
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(text).timestamp() - now
        except (ValueError, OverflowError):
            return None
    if not math.isfinite(seconds):
        return None
    return min(max(seconds, SHORTEST_HOLD), LONGEST_HOLD)


async def _error_code(response: aiohttp.ClientResponse) -> str | None:
    """The code or type of an error in OpenAI's form."""
    if response.content_type != "application/json":
        return None
    text = bytearray()
    async for piece in response.content.iter_any():
        text += piece
        if len(text) > ERROR_LIMIT:
            return None
    try:
        error = json.loads(text)["error"]
        found = [error.get(key) for key in ("code", "type")]
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return None
    return next((code for code in found if isinstance(code, str) and _CODE.fullmatch(code)), None)
