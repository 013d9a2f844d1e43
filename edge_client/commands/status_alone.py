"""What can be known without a daemon of why the robot sounds as it does: the gateway itself is asked."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from edge_client.commands.status import paired, strangers
from edge_client.link.command_gateway import CommandGateway
from edge_client.link.gateway_answers import on_the_mac
from edge_client.link.gateway_list import FoundGateway, discover
from edge_client.personas.known_personas import ANY_VOICE
from edge_client.personas.own_engines import OwnEngines
from edge_client.personas.voices import Voices
from edge_client.settings.settings import Settings
from edge_client.speaking.status_sentence import GatewayStanding, summary
from robotvoice.console.output import moment
from robotvoice.console.tables import sheet
from robotvoice.errors import EngineFailure
from robotvoice.utterance import Reason

A_DAEMON_ADDS = (
    "none runs here. With one, several programs speak in turn and urgent lines first, nobody waits for a "
    "gateway that is away, phrases are kept for that time, and this page tells who spoke and why"
)


async def look(settings: Settings) -> dict[str, Any]:
    """Finds the gateway and asks it, for as long as one `say` would look. Raises DiscoveryFailed."""
    gateway = CommandGateway(settings)
    last_seen = gateway.last_seen
    found = await discover(settings, settings.discovery_timeout, gateway.rules)
    nobody = gateway.rules.why_nobody or gateway.link.readiness(ANY_VOICE).reason
    asked = next((each for each in found if each.ready), found[0] if found else None)
    engines = OwnEngines(settings)
    voices = Voices(settings, gateway, engines)
    own: Mapping[str, Any] = {}
    if asked and asked.ready:
        gateway.link.answered_by = asked.endpoint
        await voices.learn()
        with suppress(EngineFailure, TypeError, AttributeError):
            own = dict((await gateway.link.get("/readyz"))["personas"])
    await engines.espeak.start()
    await engines.close()
    where = asked.endpoint.label if asked else None
    paired = gateway.rules.pairing is not None
    standing = GatewayStanding(_why_not(asked, nobody), last_seen, where, paired)
    usual = voices.usual()
    consents = {each["persona"]: each for each in voices.consents()}
    return {
        "service": "robotvoice",
        "daemon": False,
        "summary": summary(
            usual,
            standing,
            own.get(usual.id),
            unheard=None,
            mute=engines.why_mute(usual.local_voices),
            ended=voices.consent_ended(usual),
        ),
        "gateway": {
            "ready": bool(asked and asked.ready),
            "address": asked.endpoint.label if asked else None,
            "found_by": asked.found_by if asked else None,
            "answer_ms": asked.answer_ms if asked else None,
            "last_seen": last_seen,
            "reason": standing.reason.text if standing.reason else None,
        },
        "pairing": gateway.rules.as_json(),
        "strangers": gateway.rules.strangers.as_json(),
        "personas": {
            each.id: {
                "name": each.name,
                "clones": each.clones,
                "own_voice": own.get(each.id, {}).get("own_voice", own.get(each.id, {}).get("ready")),
                "reason": own.get(each.id, {}).get("reason"),
                "consent": consents.get(each.id),
            }
            for each in voices.known.personas
        },
        "local": engines.mute or engines.description,
        "loudspeaker": {"player": settings.player, "device": settings.device, "volume": settings.volume},
    }


def _why_not(asked: FoundGateway | None, nobody: Reason | None) -> Reason | None:
    if asked is None:
        return nobody or Reason("not_found", "no gateway was found")
    return None if asked.ready else Reason(asked.code or "", asked.problem or "it does not answer")


def page(told: Mapping[str, Any], width: int | None = None) -> str:
    """The same for a person, in so many columns of a terminal."""
    rows = sheet(list(_rows(told)), width, " ")
    return f"{told['summary']}\n\n{rows}"


def _rows(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    gateway = told["gateway"]
    where = gateway["address"]
    if where is None:
        yield "Gateway", gateway["reason"]
    elif gateway["ready"]:
        yield "Gateway", f"{where}, answers in {gateway['answer_ms']} ms, found by {gateway['found_by']}"
    else:
        seen = f", last seen {moment(gateway['last_seen'])}" if gateway["last_seen"] else ", never seen yet"
        yield "Gateway", f"{where}, away: {gateway['reason']}{seen}"
    yield from (("Paired" if not n else "", line) for n, line in enumerate(paired(told["pairing"])))
    yield from (("Strangers" if not n else "", line) for n, line in enumerate(strangers(told["strangers"])))
    for number, (id, each) in enumerate(told["personas"].items()):
        yield "" if number else "Personas", f"{id}: {_voice(each)}"
    yield "Local voice", told["local"]
    speaker = told["loudspeaker"]
    yield "Loudspeaker", f"{speaker['player']}" + (f" on {speaker['device']}" if speaker["device"] else "")
    yield "Daemon", A_DAEMON_ADDS
    yield "", "type: robotvoice daemon"
    yield "", "from the start of the machine on: robotvoice install"


def _voice(persona: Mapping[str, Any]) -> str:
    if not persona["clones"]:
        return "a plain voice, it has no cloned one"
    consent = persona["consent"] or {}
    if consent.get("ended"):
        return f"a plain voice, as {consent['ended']}"
    if persona["own_voice"] is None:
        return "a cloned voice, which the Mac makes"
    if persona["own_voice"]:
        until = f", until {consent['consent_until']}" if consent.get("consent_until") else ""
        return f"its cloned voice{until}"
    return f"a plain voice, as {on_the_mac(persona['reason'] or 'its cloned voice is not ready')}"
