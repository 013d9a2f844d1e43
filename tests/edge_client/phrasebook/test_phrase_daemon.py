"""With the daemon and without it, with the gateway and without it: phrases sound in the own voice."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from edge_client.daemon.robot_daemon import Daemon
from edge_client.settings.settings import Settings
from robotvoice.utterance import Priority
from tests.edge_client.daemon.daemon_rig import Loudspeaker, RunningDaemon, running_daemon
from tests.edge_client.link.link_rig import until
from tests.edge_client.phrasebook.phrase_rig import (
    BACK,
    HELLO,
    MOMENT,
    NEW,
    SECONDS,
    VIXEN,
    Pack,
    PhraseGateway,
)
from tests.edge_client.rig import SOON, Commands, say, soon
from tests.fakes.fake_gateway import running
from tests.gateway.phrases.phrase_gateway import ADA, TEXTS, complete, manifest, phrase_gateway, recordings

ELSE = "This is in no book."


@asynccontextmanager
async def daemon_here(settings: Settings) -> AsyncIterator[Daemon]:
    """In this process; nothing of it is left."""
    before = asyncio.all_tasks()
    daemon = Daemon(settings)
    running = asyncio.create_task(daemon.run())
    try:
        yield daemon
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await until(lambda: asyncio.all_tasks() <= before)


def phrases(daemon: RunningDaemon) -> dict[str, tuple[int, bool, int]]:
    """By persona: how many, whether all, how many were heard often."""
    told = daemon.status()["phrasebook"]["personas"]
    return {each["persona"]: (each["phrases"], each["complete"], each["kept"]) for each in told}


@pytest.mark.slow
def test_the_gateways_phrases_are_spoken_when_it_is_away_with_and_without_the_daemon(
    robotvoice: Commands, loudspeaker: Loudspeaker
) -> None:
    with running(kind=PhraseGateway) as fake:
        with running_daemon(robotvoice, loudspeaker, "--gateway", fake.address) as daemon:
            soon(lambda: phrases(daemon) == {VIXEN: (2, True, 0)})
            soon(lambda: daemon.say(ELSE, persona=VIXEN, wait=True) and phrases(daemon)[VIXEN][2] == 1)
            asyncio.run_coroutine_threadsafe(fake.close(), fake._server.get_loop()).result(SOON)
            soon(lambda: not daemon.status()["gateway"]["ready"])
            for text in (HELLO, f"{HELLO} {MOMENT}", ELSE):
                _, row = daemon.say(text, persona=VIXEN, wait=True)
                assert (row["via"], row["substitute"], row["reason"]) == ("robot", False, None)
                assert row["engine"] == ("fake" if text == ELSE else "mlx")
                assert row["audio_s"] == pytest.approx({HELLO: SECONDS, ELSE: 0.4}.get(text, 2 * SECONDS))
            _, row = daemon.say(f"{HELLO} That is all.", persona=VIXEN, wait=True)
            assert (row["engine"], row["via"]) == ("espeak", "robot")
            shown = robotvoice("status").stdout
            assert "Phrasebook  vixen: 2 phrases, 1 sentence heard often\n" in shown
            assert "4 sentences from the phrasebook, made with mlx" in shown
            assert "from the phrasebook, made with fake\n" in shown
            assert HELLO not in "".join(daemon.log) + shown
        done = robotvoice("say", HELLO, "--persona", VIXEN, "--json", ROBOTVOICE_DAEMON_PORT="0")
        row = json.loads(done.stdout)
        assert (done.stderr, row["engine"], row["via"], row["substitute"]) == ("", "mlx", "robot", False)


async def test_a_single_say_looks_into_the_book_before_it_looks_for_a_gateway(
    settings: Callable[..., Settings], gateway: PhraseGateway
) -> None:
    """A book is looked up even if the gateway is there; the gateway has the rest."""
    own = settings(gateway=gateway.address)
    async with daemon_here(own) as daemon:
        await until(lambda: [each["complete"] for each in daemon.phrases.as_json()["personas"]] == [True])
    connections = gateway.state.connections
    said = await say(own, f"{HELLO} {MOMENT}")
    assert (said.via, said.engine, said.substitute) == ("robot", "mlx", False)
    assert said.audio_s == pytest.approx(2 * SECONDS)
    assert gateway.state.connections == connections
    said = await say(own, f"{HELLO} {ELSE}")
    assert (said.via, said.engine) == ("gateway", "fake")
    assert said.audio_s == pytest.approx(SECONDS + 0.4)
    whole = own.state_dir / "whole.wav"
    said = await say(own, HELLO, out=whole)
    assert (said.via, said.engine) == ("robot", "mlx")
    gateway.change(NEW)
    await say(own, ELSE)
    said = await say(own, HELLO)
    assert (said.via, said.engine) == ("gateway", "fake"), "its voice is another one now"


async def test_a_new_revision_replaces_the_book_when_the_gateway_tells_of_it(
    settings: Callable[..., Settings], gateway: PhraseGateway
) -> None:
    async with daemon_here(settings(gateway=gateway.address)) as daemon:

        def held() -> tuple[str, int] | None:
            book = daemon.voices.store.book(VIXEN)
            return (book.revision, len(book.sentences)) if book else None

        await until(held)
        async with daemon.announcements.listened_to() as told:
            gateway.change(NEW)
            gateway.packs[VIXEN] = Pack([HELLO, MOMENT, BACK], NEW)
            await asyncio.to_thread(gateway.tell_from_outside)
            await until(lambda: held() == (NEW, 3))
            async with asyncio.timeout(SOON):
                while (event := await told.get()) and event["phrases"] != 3:
                    pass
            assert event is not None
            del event["at"]
            assert event == {"type": "phrases", "persona": VIXEN, "phrases": 3, "complete": True}
            line = await daemon.queue(BACK, VIXEN, Priority.DIALOGUE, None)
            async with asyncio.timeout(SOON):
                await line.wait()
                while (event := await told.get()) and event["type"] != "sentence":
                    pass
            assert event is not None
            assert (event["via"], event["engine"], event["stored"]) == ("robot", "mlx", True)
            assert event["reason"] is None
        assert gateway.state.requests == []


async def test_the_real_gateways_phrases_come_to_the_robot(settings: Callable[..., Settings]) -> None:
    """Also when both keep their things in one folder, as they do on one machine."""
    async with phrase_gateway(state=settings().state_dir) as gateway:
        await complete(gateway)
        address = f"127.0.0.1:{gateway.port}"
        async with daemon_here(settings(gateway=address, persona=ADA.id)) as daemon:
            await until(lambda: (book := daemon.voices.store.book(ADA.id)) and book.complete)
            book = daemon.voices.store.book(ADA.id)
            assert book and tuple(each.text for each in book.sentences) == TEXTS
            await until(lambda: daemon.gateway.standing.ready)
            line = await daemon.queue(" ".join(TEXTS), ADA.id, Priority.DIALOGUE, None)
            async with asyncio.timeout(SOON):
                heard = await line.wait()
            assert (heard.recalled, heard.origin.engine, heard.origin.stored) == (True, "mlx", True)
            assert daemon.status()["phrasebook"]["problem"] is None
        assert set(await recordings(gateway, await manifest(gateway))) == set(TEXTS)
