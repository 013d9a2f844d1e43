"""What a gateway's answers mean to the robot: sound that can be played, or why there is none."""

import re

from edge_client.discovery.endpoint import Endpoint
from edge_client.pairing.dial_rules import FORGOTTEN, NOT_PAIRED, was_forgotten
from robotvoice.errors import NOT_THE_ENGINES, EngineFailure, EngineUnavailable
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk, Origin
from robotvoice.utterance import RequestOptions
from robotvoice.wire import wire

NOT_AT_FAULT = {"unknown_voice", "too_many_requests", "nothing_can_speak"}
"""Errors of a gateway that works"""
REFUSED = NOT_THE_ENGINES | {"bad_voice", "busy", "client_busy", "gave_way", "too_late"}
"""Reasons for which one that works did not speak a sentence: that text, that voice, or the time there was"""
MISSING_AT_MOST = 20
"""Milliseconds of audio that a complete sentence may lack of what the gateway says it has"""
LONGEST_REMARK = 160
"""Characters of a gateway's own words that are passed on"""
LONGEST_REASON = 400
"""The same of a reason, which may name a model twice, once in a command to type"""
UNKNOWN_NAME = "is not known in this network"
"""How the reason ends when a gateway's host has no address"""


def check_admitted(answer: bytes | wire.Answer | None, within: float, paired_with: str | None = None) -> None:
    """Whether it said yes to a request, with a first sound in so many seconds.

    `paired_with`: the name of the gateway, if that is known by its certificate.
    Raises EngineUnavailable for its no and for a yes that would come too late, EngineFailure for all else.
    """
    if isinstance(answer, wire.Unavailable):
        if paired_with and answer.reason == NOT_PAIRED:
            raise EngineUnavailable(FORGOTTEN, was_forgotten(paired_with))
        retry = None if answer.retry_after_ms is None else answer.retry_after_ms / 1000
        raise EngineUnavailable(remark(answer.reason), on_the_mac(answer.detail or answer.reason), retry)
    if isinstance(answer, wire.Error):
        raise refusal(answer)
    if not isinstance(answer, wire.Accepted):
        raise EngineFailure("protocol", "gateway answered a request with something else than yes or no")
    if answer.predicted_first_audio_ms > within * 1000:
        seconds = answer.predicted_first_audio_ms / 1000
        raise EngineUnavailable("too_late", f"gateway would begin in {seconds:.1f} s")


def origin_of(start: wire.Start) -> Origin:
    """Who speaks. Raises EngineFailure for what was not asked for."""
    if (start.sample_rate, start.channels) != (WIRE_FORMAT.sample_rate, WIRE_FORMAT.channels):
        raise EngineFailure(
            "protocol", f"gateway sent sound of {start.sample_rate} Hz, which was not asked for"
        )
    if start.substitute:
        raise EngineFailure("protocol", "gateway spoke with another voice than the persona's own")
    return Origin(remark(start.engine), remark(start.voice), start.settings, start.stored)


def chunk_of(pcm: bytes, origin: Origin | None) -> AudioChunk:
    """Raises EngineFailure."""
    if origin is None or len(pcm) % WIRE_FORMAT.frame_bytes:
        raise EngineFailure("protocol", "gateway sent sound that cannot be played")
    return AudioChunk(pcm, WIRE_FORMAT, origin)


def pass_on_warnings(said: wire.Start | wire.Complete, asked: RequestOptions) -> None:
    """What the gateway does not follow of a request, to whoever made it."""
    for warning in said.warnings:
        asked.warnings.add("gateway", warning)


def check_end(end: wire.Complete | wire.Error | wire.Cancelled, samples: int) -> None:
    """What is called complete but lacks its end would be noticed by nobody else. Raises EngineFailure."""
    if isinstance(end, wire.Error):
        raise refusal(end)
    if isinstance(end, wire.Cancelled):
        raise EngineFailure("cut", "gateway gave up a sentence")
    if end.duration_ms - WIRE_FORMAT.seconds(samples) * 1000 > MISSING_AT_MOST:
        raise EngineFailure("cut", "gateway ended a sentence too early")


def refusal(error: wire.Error) -> EngineFailure | EngineUnavailable:
    """An error of the gateway's, as the robot's chain counts it."""
    if error.reason in REFUSED:
        return EngineUnavailable(remark(error.reason), f"gateway: {remark(error.message)}")
    kind = EngineUnavailable if error.code in NOT_AT_FAULT else EngineFailure
    return kind(remark(error.code), on_the_mac(error.message))


def other_gateway(endpoint: Endpoint) -> EngineFailure:
    """For an answer by somebody else than the gateway that is wanted."""
    return EngineFailure("other_gateway", f"another gateway answers at {endpoint.label}")


def on_the_mac(words: str) -> str:
    """A gateway's own words, as the robot must say them: what is here to the gateway is there to us."""
    told = re.sub(r"\bthis machine\b", "the Mac", remark(words, LONGEST_REASON))
    told = re.sub(r"\bin your clone of robotvoice, type: ", "in its clone of robotvoice, type there: ", told)
    told = re.sub(r"(^|[;,] )type: ", r"\1type there: ", told)
    return told if "the Mac" in told else f"on the Mac, {told}"


def remark(text: str, most: int = LONGEST_REMARK) -> str:
    """A gateway's own words, fit for a terminal and a log."""
    return "".join(each if each.isprintable() else " " for each in text)[:most]
