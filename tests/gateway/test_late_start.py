"""eSpeak NG that could not start when the machine booted speaks as soon as it can."""

import pytest

from gateway import app
from robotvoice.engines.base import READY, Readiness
from robotvoice.utterance import Reason
from tests.fakes.scripted_engine import ScriptedEngine
from tests.gateway.in_process import library, named, persona, running, soon

ABSENT = Readiness(Reason("not_installed", "it did not start"))


class Late(ScriptedEngine):
    """Starts at the third try."""

    starts = 0

    async def start(self) -> None:
        self.starts += 1
        if self.starts == 3:
            self.ready = READY


async def test_a_local_engine_that_did_not_start_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "START_AGAIN", 0.01)
    late = Late("espeak", readiness=ABSENT)
    async with running(library(persona("ada", "espeak")), named(late)) as gateway:
        await soon(lambda: late.starts >= 3)
        assert (await gateway.say("Hello.", "ada")).status == 200
    assert late.starts == 3, "who is ready is not started again"


async def test_a_start_that_never_works_ends_with_the_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "START_AGAIN", 0.01)
    never = ScriptedEngine("espeak", readiness=ABSENT)
    async with running(library(persona("ada", "espeak")), named(never)) as gateway:
        assert (await gateway.say("Hello.", "ada")).status == 503
