"""What became of one text: a row of what `--json` prints."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from edge_client.discovery.endpoint import Endpoint
from edge_client.personas.known_personas import KnownPersona
from edge_client.personas.voices import FIRST_LOCAL, local_voices
from edge_client.playback.player_session import Heard
from edge_client.speaking.plain_words import GatewayStanding, why_not_the_gateway
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


def as_row(said: Said) -> dict[str, Any]:
    """What `--json` prints; without `warnings` if there are none."""
    row = asdict(said)
    if not said.warnings:
        del row["warnings"]
    return row


def in_words(said: Said, heard: Heard, last_seen: float | None, endpoint: Endpoint | None) -> str | None:
    """Why the gateway did not speak, and what to do, in a sentence; None if it did, or was not needed."""
    if heard.substitute is None or said.reason is None:
        return None
    standing = GatewayStanding(heard.substitute, last_seen, endpoint.label if endpoint else None)
    return why_not_the_gateway(standing) + said.reason.removeprefix(heard.substitute.text)


def describe(
    text: str,
    persona: KnownPersona,
    heard: Heard,
    *,
    begun: float,
    endpoint: Endpoint | None,
    file: str | None = None,
    warnings: Iterable[str] = (),
) -> Said:
    """`begun` is when it was asked for, in the clock of `heard`; `endpoint` the gateway that is known."""
    local: tuple[VoiceSpec | None, ...] = (*(None,) * FIRST_LOCAL, *local_voices(persona))
    reason = heard.substitute.text if heard.substitute else None
    if reason and heard.entry == len(local) - 1 > FIRST_LOCAL:
        reason = f"{reason}, and in a plain voice, as the robot's voice for {persona.id} gave no sound"
    own = local[heard.entry] == persona.own_local_voice if heard.entry else True
    return Said(
        persona=persona.id,
        text=text,
        via="robot" if heard.substitute or heard.recalled else "gateway",
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
    )
