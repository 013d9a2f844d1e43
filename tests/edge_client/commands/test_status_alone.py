"""`robotvoice status` without a daemon asks the gateway itself, and says what a daemon would add."""

import json

import pytest

from edge_client.commands.status_alone import page
from tests.edge_client.rig import Commands
from tests.fakes.fake_gateway import FakeGateway
from tests.fakes.faults import Fault

MODEL = "model a/Model is not on this machine; type: robotvoice-gateway models pull a/Model"


def test_a_gateway_that_answers_is_asked_who_has_a_cloned_voice(
    robotvoice: Commands, fake: FakeGateway
) -> None:
    """There is no daemon, so the exit code is the one it always was."""
    alone = {"ROBOTVOICE_GATEWAY": fake.address, "ROBOTVOICE_PERSONA": "vixen"}
    done = robotvoice("status", **alone)
    assert done.returncode == 3
    assert done.stderr == "robotvoice: no daemon runs here; start it with: robotvoice daemon\n"
    first, _, *rows = done.stdout.splitlines()
    assert first == "Vixen sounds plain: it has no cloned voice"
    assert rows[0].startswith(f"Gateway     {fake.address}, answers in ")
    assert any(row.startswith("Daemon      none runs here. With one, several programs") for row in rows)
    told = json.loads(robotvoice("status", "--json", **alone).stdout)
    assert (told["daemon"], told["summary"], told["gateway"]["ready"]) == (False, first, True)
    assert set(told["personas"]) == {"vixen", "ada"}


def test_a_cloned_voice_that_is_not_ready_is_told_with_why_and_what_to_type_on_the_mac(
    robotvoice: Commands, fake: FakeGateway
) -> None:
    vixen, *others = fake.state.personas
    fake.state.personas = ({**vixen, "clones": True}, *others)
    alone = {"ROBOTVOICE_GATEWAY": fake.address, "ROBOTVOICE_PERSONA": "vixen"}
    assert robotvoice("status", **alone).stdout.startswith("All is well: Vixen speaks with its cloned voice")
    fake.state.not_ready["vixen"] = MODEL
    done = robotvoice("status", COLUMNS="60", **alone)
    assert done.stdout.splitlines()[:3] == [
        "Vixen sounds plain: model a/Model is not on the Mac;",
        "  type there: robotvoice-gateway models pull a/Model",
        "",
    ]
    fake.state.refuse_next("not_pulled", MODEL)
    said = robotvoice("say", "Hi.", **alone)
    assert said.stderr == (
        "spoken by the robot: model a/Model is not on the Mac; "
        "type there: robotvoice-gateway models pull a/Model\n"
    )


def test_a_gateway_that_is_away_is_told_with_what_to_do(robotvoice: Commands) -> None:
    """In as many columns as there are, and none of the words is lost."""
    done = robotvoice("status", "--json", ROBOTVOICE_GATEWAY="127.0.0.1:1")
    assert done.returncode == 3
    for width in (40, 80, 200, None):
        shown = page(json.loads(done.stdout), width)
        words = " ".join(shown.split())
        assert "start `robotvoice-gateway serve --lan` there" in words
        assert "gateway refused the connection, never seen yet" in words
        widest = max(map(len, shown.splitlines()[1:]))
        assert widest <= width if width else widest > 100


@pytest.mark.slow
def test_an_address_that_was_corrected_is_blamed_no_more(robotvoice: Commands, fake: FakeGateway) -> None:
    """Also if the one that is right does not work either just now."""
    wrong = {"ROBOTVOICE_GATEWAY": "127.0.0.1:1"}
    assert "the Mac refuses the connection" in robotvoice("say", "Hi.", **wrong).stderr
    right = {"ROBOTVOICE_GATEWAY": fake.address, "ROBOTVOICE_PERSONA": "vixen"}
    assert robotvoice("say", "Hi.", **right).stderr == ""
    fake.state.always = Fault.SILENCE
    assert "the Mac does not answer since" in robotvoice("say", "Hi.", **right).stderr
    again = robotvoice("say", "Hi.", **wrong).stderr
    assert again.endswith(
        "spoken by the robot: the Mac refuses the connection: start `robotvoice-gateway serve --lan` there\n"
    )
    assert "the Mac does not answer since" in robotvoice("say", "Hi.", **right).stderr


def test_until_when_a_cloned_voice_may_be_used_is_told_and_why_not_any_more(
    robotvoice: Commands, fake: FakeGateway
) -> None:
    vixen, *others = fake.state.personas
    alone = {"ROBOTVOICE_GATEWAY": fake.address, "ROBOTVOICE_PERSONA": "vixen"}
    for until, told in (
        ("2999-01-31", "vixen: its cloned voice, until 2999-01-31"),
        ("2020-01-31", "vixen: a plain voice, as the consent to this voice ended with 2020-01-31"),
    ):
        fake.state.personas = ({**vixen, "clones": True, "consent_until": until}, *others)
        done = robotvoice("status", **alone)
        assert told in done.stdout
    assert done.stdout.startswith("Vixen sounds plain: the consent to this voice ended with 2020-01-31\n")
    said = robotvoice("say", "Hi.", "--json", **alone)
    row = json.loads(said.stdout)
    assert (row["via"], row["substitute"]) == ("robot", True)
    assert "consent to this voice ended" in row["reason"]
