"""A robot does not speak with somebody's voice for longer than it may, also while its gateway is away."""

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_client.link.command_gateway import CommandGateway
from edge_client.personas.consent_lease import CONSENT_EXPIRED, last_day, why_ended
from edge_client.personas.known_personas import FILE_NAME, KnownPersona, load_known_personas
from edge_client.personas.own_engines import OwnEngines
from edge_client.personas.voices import Voices
from edge_client.settings.settings import Settings
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.utterance import Reason
from tests.edge_client.phrasebook.phrase_rig import OLD, VIXEN

DAY = 24 * 3600.0
HEARD = datetime.datetime(2026, 3, 1, 12).timestamp()
"""When the gateway was heard last"""


def cloned(until: str | None = None) -> KnownPersona:
    return KnownPersona(VIXEN, "Vixen", "en", OLD, engine="mlx", clones=True, consent_until=until)


@pytest.mark.parametrize(
    ("until", "days", "ended"),
    [
        (None, 0, False),
        (None, 30, False),
        (None, 31, True),
        ("2026-03-01", 0, False),
        ("2026-03-01", 1, True),
        ("2026-02-28", 0, True),
        ("2027-01-01", 30, False),
        ("2027-01-01", 31, True),
        ("2026-02-01", -1, False),
        (None, -1e4, False),
    ],
    ids=lambda each: str(each),
)
def test_it_ends_with_the_consent_or_thirty_days_after_the_gateway_was_heard(
    until: str | None, days: float, ended: bool
) -> None:
    """And never before that: a clock that stands before it has been set wrong."""
    why = why_ended(cloned(until), HEARD, HEARD + days * DAY)
    assert (why is not None) == ended
    assert why is None or why.code == CONSENT_EXPIRED


def test_who_has_no_cloned_voice_or_was_never_told_of_by_a_gateway_loses_nothing() -> None:
    plain = KnownPersona(VIXEN, "Vixen", "en", OLD, consent_until="2020-01-01")
    assert why_ended(plain, HEARD, HEARD + 99 * DAY) is None and last_day(plain, HEARD) is None
    assert why_ended(cloned("2020-01-01"), None, HEARD) is None


@pytest.mark.parametrize("told", ["soon", "2026-02-31", "2026-1-1", "", 7])
def test_a_day_that_is_none_is_refused(
    told: object, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    persona = {"id": VIXEN, "name": "Vixen", "language": "en", "revision": OLD, "consent_until": told}
    (tmp_path / FILE_NAME).write_text(json.dumps({"personas": [persona]}))
    assert not load_known_personas(tmp_path).learned
    assert "consent_until" in caplog.text


@pytest.mark.parametrize("told", [-1, 1e300, "yesterday", True])
def test_a_time_at_which_nobody_can_have_been_heard_is_refused(told: object, tmp_path: Path) -> None:
    persona = {"id": VIXEN, "name": "Vixen", "language": "en", "revision": OLD}
    (tmp_path / FILE_NAME).write_text(json.dumps({"heard_at": told, "personas": [persona]}))
    assert not load_known_personas(tmp_path).learned


def test_the_reason_goes_before_every_other(settings: Callable[..., Settings]) -> None:
    own = settings(persona=VIXEN)
    own.state_dir.mkdir()
    told = {"id": VIXEN, "name": "Vixen", "language": "en", "revision": OLD, "clones": True}
    listed = {"heard_at": HEARD, "personas": [{**told, "consent_until": "2026-03-01"}]}
    (own.state_dir / FILE_NAME).write_text(json.dumps(listed))
    voices = Voices(
        own, CommandGateway(own), OwnEngines(own, espeak=EspeakEngine([])), clock=lambda: HEARD + DAY
    )
    assert voices.cloned() == {}
    chain = voices.chain(voices.usual(), Reason("unknown_voice", "something else"))
    reason = chain.readiness().reason
    assert reason == Reason(CONSENT_EXPIRED, "the consent to this voice ended with 2026-03-01")
