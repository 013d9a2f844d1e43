"""Why the robot sounds as it does, and what to do: in a sentence for people, who call the gateway the Mac."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge_client.link.gateway_answers import UNKNOWN_NAME, on_the_mac, remark
from edge_client.personas.known_personas import KnownPersona
from robotvoice.console.output import moment
from robotvoice.utterance import Reason

SERVE = "`robotvoice-gateway serve --lan`"
PAIR_BY_ADDRESS = "pair with its address: robotvoice pair CODE --gateway ADDRESS"
NO_SUCH_PAGE = re.compile("answered /[a-z/]+ with ([0-9]{3})")
SILENT = {"no_answer", "unreachable"}
"""Codes of reasons that a machine which sleeps has, too"""


@dataclass(frozen=True, slots=True)
class GatewayStanding:
    """What is known of the gateway. Times are in seconds of the wall clock."""

    reason: Reason | None
    """Why it cannot be asked; None: it can"""
    since: float | None = None
    """When it answered for the last time, as far as is known"""
    address: str | None = None
    paired: bool = False
    """Whether this robot is, with any"""


def why_not_the_gateway(gateway: GatewayStanding) -> str:
    """Begins in small letters, for the middle of a line. There is a reason."""
    reason = gateway.reason
    assert reason is not None, "what can be asked needs no explanation"
    since = f" since {moment(gateway.since)}" if gateway.since else ""
    if reason.text.endswith(UNKNOWN_NAME):
        return f"{the_mac(reason.text)}: check the name, or give an IP address"
    if reason.code in SILENT:
        # An address at which nobody has ever answered may be wrong.
        where = f" at {gateway.address}" if gateway.address and not since else ""
        check = " check its address," if where else ""
        return f"the Mac{where} does not answer{since}: wake it,{check} or start {SERVE} there"
    if reason.code == "refused":
        return f"the Mac refuses the connection{since}: start {SERVE} there"
    if reason.code == "cut":
        return f"{the_mac(reason.text)}: it is asked again by itself; if it stays away, start {SERVE} there"
    if reason.code == "not_found" and "mDNS is off" not in reason.text:
        how = "give its address: ROBOTVOICE_GATEWAY=ADDRESS" if gateway.paired else PAIR_BY_ADDRESS
        return f"{reason.text}: start {SERVE} on the Mac, or {how}"
    if reason.code == "other_gateway":
        return f"{reason.text}: correct the address, or the setting gateway_id"
    if status := NO_SUCH_PAGE.search(reason.text):
        where = f" at {gateway.address}" if gateway.address else " there"
        if status[1] == "503":
            return "nobody can speak on the Mac; type there: robotvoice-gateway status"
        return f"what answers{where} is no gateway: correct its address"
    if reason.code == "protocol":
        return f"{the_mac(reason.text)}: update robotvoice on both machines, or correct the address"
    return the_mac(reason.text)


def the_mac(text: str) -> str:
    """A reason of the robot's own, in which it calls the gateway so."""
    return re.sub(r"^(the )?gateway\b", "the Mac", text)


def summary(
    persona: KnownPersona,
    gateway: GatewayStanding,
    own: Mapping[str, Any] | None,
    *,
    unheard: str | None,
    mute: str | None,
    ended: Reason | None = None,
) -> str:
    """`own` is what the gateway says of the persona's own voice in `/readyz`; None: it was not asked.

    `unheard`: why the loudspeaker plays nothing; `mute`: why the robot cannot speak by itself;
    `ended`: why the persona's cloned voice may not be used.
    """
    if unheard:
        return f"Nothing can be heard: {unheard}"
    if gateway.reason and mute:
        return f"Nothing can speak: {why_not_the_gateway(gateway)}; {mute}"
    if ended:
        return f"{remark(persona.name)} sounds plain: {ended.text}"
    if gateway.reason:
        return _capitalised(why_not_the_gateway(gateway))
    name = remark(persona.name)
    if not persona.clones:
        return f"{name} sounds plain: it has no cloned voice"
    if own and not own.get("own_voice", own.get("ready")):
        why = on_the_mac(str(own.get("reason") or "its voice is not ready"))
        return f"{name} sounds plain: {why}"
    where = f" at {gateway.address}" if gateway.address else ""
    return f"All is well: {name} speaks with its cloned voice, made by the Mac{where}"


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
