"""Why the robot sounds as it does is told in a sentence that names the Mac and says what to do."""

import time

import pytest

from edge_client.link.gateway_answers import on_the_mac
from edge_client.personas.known_personas import KnownPersona
from edge_client.speaking.status_sentence import GatewayStanding, summary, why_not_the_gateway
from robotvoice.console.output import moment
from robotvoice.utterance import Reason

NOON = time.mktime((2026, 11, 30, 12, 4, 0, 0, 0, -1))
SERVE = "`robotvoice-gateway serve --lan`"
MODEL = "model a/Model is not on this machine; type: robotvoice-gateway models pull a/Model"

SILENT = f"the Mac does not answer since @: wake it, or start {SERVE} there"
TOLD = {
    ("no_answer", "gateway did not answer in time"): SILENT,
    ("unreachable", "gateway cannot be reached"): SILENT,
    (
        "refused",
        "gateway refused the connection",
    ): f"the Mac refuses the connection since @: start {SERVE} there",
    ("not_found", "no gateway was found"): (
        f"no gateway was found: start {SERVE} on the Mac, or "
        "pair with its address: robotvoice pair CODE --gateway ADDRESS"
    ),
    ("not_found", "no gateway is known and mDNS is off"): "no gateway is known and mDNS is off",
    ("unreachable", "gateway's name den is not known in this network"): (
        "the Mac's name den is not known in this network: check the name, or give an IP address"
    ),
    ("not_ready", "gateway answered /readyz with 404"): (
        "what answers at 10.0.0.5:7860 is no gateway: correct its address"
    ),
    ("not_ready", "gateway answered /readyz with 503"): (
        "nobody can speak on the Mac; type there: robotvoice-gateway status"
    ),
    ("other_gateway", "another gateway answers at 10.0.0.5:7860"): (
        "another gateway answers at 10.0.0.5:7860: correct the address, or the setting gateway_id"
    ),
    ("too_late", "gateway would begin in 3.2 s"): "the Mac would begin in 3.2 s",
    ("not_pulled", on_the_mac(MODEL)): (
        "model a/Model is not on the Mac; type there: robotvoice-gateway models pull a/Model"
    ),
}


@pytest.mark.parametrize("reason", TOLD)
def test_each_reason_says_what_to_do(reason: tuple[str, str]) -> None:
    told = why_not_the_gateway(GatewayStanding(Reason(*reason), NOON, "10.0.0.5:7860"))
    assert told == TOLD[reason].replace("@", moment(NOON))
    assert "this machine" not in told


def test_a_paired_robot_needs_only_the_address() -> None:
    standing = GatewayStanding(Reason("not_found", "no gateway was found"), paired=True)
    assert why_not_the_gateway(standing).endswith("or give its address: ROBOTVOICE_GATEWAY=ADDRESS")


def test_an_address_at_which_nobody_ever_answered_is_told_as_it_may_be_wrong() -> None:
    standing = GatewayStanding(Reason("unreachable", "gateway cannot be reached"), None, "10.0.0.5:7860")
    assert why_not_the_gateway(standing) == (
        f"the Mac at 10.0.0.5:7860 does not answer: wake it, check its address, or start {SERVE} there"
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (MODEL, "model a/Model is not on the Mac; type there: robotvoice-gateway models pull a/Model"),
        ("the model is loading", "on the Mac, the model is loading"),
        (
            "mlx-audio is not installed; in your clone of robotvoice, type: python -m pip install",
            "on the Mac, mlx-audio is not installed; in its clone of robotvoice, type there: "
            "python -m pip install",
        ),
        ("this machine can open no more files", "the Mac can open no more files"),
        ("a\x1b[2Jb", "on the Mac, a [2Jb"),
    ],
)
def test_what_is_here_to_the_gateway_is_on_the_mac_to_the_robot(words: str, told: str) -> None:
    assert on_the_mac(words) == told


def persona(*, clones: bool) -> KnownPersona:
    return KnownPersona("spark", "Spark", "en", "1", clones=clones)


HERE = GatewayStanding(None, NOON, "10.0.0.5:7860")
AWAY = GatewayStanding(Reason("no_answer", "gateway gives no sign of life"), NOON, "10.0.0.5:7860")


def told(
    gateway: GatewayStanding,
    own: dict[str, object] | None = None,
    *,
    clones: bool = True,
    mute: str | None = None,
    unheard: str | None = None,
) -> str:
    return summary(persona(clones=clones), gateway, own, unheard=unheard, mute=mute)


def test_the_summary_is_of_what_matters_most() -> None:
    assert told(HERE, clones=False) == "Spark sounds plain: it has no cloned voice"
    well = "All is well: Spark speaks with its cloned voice, made by the Mac at 10.0.0.5:7860"
    assert told(HERE, {"own_voice": True}) == told(HERE) == well
    assert told(HERE, {"own_voice": False, "reason": MODEL}) == f"Spark sounds plain: {on_the_mac(MODEL)}"
    away = f"The Mac does not answer since {moment(NOON)}: wake it, or start {SERVE} there"
    assert told(AWAY) == told(AWAY, clones=False) == away
    assert told(HERE, mute="eSpeak NG is missing") == well
    assert told(AWAY, mute="eSpeak NG is missing") == f"Nothing can speak: t{away[1:]}; eSpeak NG is missing"
    assert told(AWAY, unheard="no player works") == "Nothing can be heard: no player works"
