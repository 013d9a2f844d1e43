"""What became of one text, from whoever spoke it to whoever asked."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # Who asks a daemon needs nothing of what speaks.
    from edge_client.discovery.endpoint import Endpoint
    from edge_client.personas.known_personas import KnownPersona
    from edge_client.playback.utterance_playback import Heard
    from robotvoice.persona import VoiceSpec


@dataclass(frozen=True, slots=True)
class Said:
    """By whom it was spoken, and why not by the persona's own voice."""

    persona: str
    text: str
    via: Literal["gateway", "robot"]
    """`robot` also for the phrasebook, which has recordings of the persona's own voice"""
    found_by: Literal["mdns", "address"] | None
    """How the address of the gateway was learned, also of one that did not speak; None if none is known"""
    engine: str
    voice: str
    pitch: int | None
    rate: int | None
    """Pitch and rate as the synthesiser reported them"""
    substitute: bool
    """Whether it was another voice than the persona's own"""
    reason: str | None
    """Why the gateway did not speak, for a person"""
    first_audio_ms: int
    """From the call to the first sound that was handed over"""
    audio_s: float
    file: str | None
    warnings: tuple[str, ...] = ()
    """What of the request was not followed, in sentences"""
    why: str | None = None
    """The reason with what to do about it; None if the gateway spoke, or was not needed"""


@dataclass(frozen=True, slots=True)
class Queued:
    """A line that is to be spoken, and nobody waits for it."""

    id: str
    warnings: tuple[str, ...] = ()


def as_row(result: Said | Queued) -> dict[str, Any]:
    """What `--json` prints; without `warnings` if there are none."""
    row = asdict(result)
    row.pop("why", None)
    if not result.warnings:
        del row["warnings"]
    return row


def as_answer(said: Said) -> dict[str, Any]:
    """What a daemon answers: who asks has the text, and no file is written for him."""
    row = as_row(said) | {"why": said.why}
    del row["text"], row["file"]
    return row


def from_answer(text: str, answer: Mapping[str, Any]) -> Said:
    """The same result, for the one who asked."""
    known = {field.name: answer.get(field.name) for field in fields(Said)}
    known |= {"text": text, "warnings": tuple(answer.get("warnings", ()))}
    if "why" not in answer and known["via"] == "robot":
        known["why"] = known["reason"]  # from a daemon that was not started again after an update
    return Said(**known)  # type: ignore[arg-type]  # the daemon is of this release, or of one before


def describe(
    text: str,
    persona: "KnownPersona",
    heard: "Heard",
    *,
    begun: float,
    endpoint: "Endpoint | None",
    last_seen: float | None,
    paired: bool,
    file: str | None = None,
    warnings: Iterable[str] = (),
) -> Said:
    """`begun` is when it was asked for, in the clock of `heard`; `endpoint` the gateway that is known.

    `last_seen`: when that one answered for the last time, in seconds since 1970; `paired`: whether this robot
    is, with any.
    """
    from edge_client.personas.voices import FIRST_LOCAL, local_voices
    from edge_client.playback.utterance_playback import via
    from edge_client.speaking.status_sentence import GatewayStanding, why_not_the_gateway

    local: tuple[VoiceSpec | None, ...] = (*(None,) * FIRST_LOCAL, *local_voices(persona))
    own = local[heard.entry] == persona.own_local_voice if heard.entry else True
    reason = why = None
    if heard.substitute:
        more = f", and in a plain voice, as the robot's voice for {persona.id} gave no sound"
        more = more if heard.entry == len(local) - 1 > FIRST_LOCAL else ""
        where = endpoint.label if endpoint else None
        standing = GatewayStanding(heard.substitute, last_seen, where, paired)
        reason, why = heard.substitute.text + more, why_not_the_gateway(standing) + more
    return Said(
        persona=persona.id,
        text=text,
        via=via(heard),
        found_by=endpoint.found_by if endpoint else None,
        engine=heard.origin.engine,
        voice=heard.origin.voice,
        pitch=heard.origin.settings.get("pitch"),
        rate=heard.origin.settings.get("rate"),
        substitute=heard.substitute is not None and not own,
        reason=reason,
        first_audio_ms=round((heard.first_audio - begun) * 1000),
        audio_s=round(heard.seconds, 3),
        file=file,
        warnings=tuple(warnings),
        why=why,
    )
