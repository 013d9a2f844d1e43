"""Pulls the phrases of the gateway that is linked onto the robot's disk, in the background, pack by pack."""

import asyncio
import importlib
import logging
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import aclosing, suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from edge_client.discovery.endpoint import Endpoint
from edge_client.phrasebook.pack_intake import Intake
from edge_client.phrasebook.phrase_manifest import Manifest, PhrasesFailed, Recording, read_manifest
from edge_client.phrasebook.phrase_store import PhraseStore, Shelf
from robotvoice.errors import InvalidMessage
from robotvoice.ground.backoff import Backoff
from robotvoice.ground.changes import set_within

if TYPE_CHECKING:  # aiohttp is loaded off the loop
    from edge_client.phrasebook.phrase_download import PhraseDownload

log = logging.getLogger(__name__)

BETWEEN_FILES = 0.2
"""Seconds before each round: news come in rows, and anybody may make news"""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds until a round that failed is repeated; each pause is twice as long as the one before it"""
AT_A_TIME = 300.0
"""Seconds for one persona, and the rest of one recording; what is left then waits for the next round"""
CHECK_EVERY = 24 * 3600.0
"""Seconds until a round though there is no news: what nobody speaks with any more goes some day"""


class PhrasePull:
    """`run` is to be kept running by its owner, who tells it of all that changes."""

    def __init__(
        self,
        store: PhraseStore,
        gateway: Callable[[], Endpoint | None],
        revisions: Callable[[], Mapping[str, str] | None],
        *,
        resting: Callable[[], Collection[str]] = tuple,
        connect_timeout: float,
        first: str = "",
        on_switch: Callable[[Manifest], None] = lambda manifest: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`gateway`: the one that is linked. `revisions`: those of all personas with a cloned voice, by id,
        None before any gateway told; `resting`: those that may come back. `first`: the persona that is pulled
        first. `clock` is the wall's.
        """
        self._store, self._gateway, self._revisions = store, gateway, revisions
        self._resting = resting
        self._connect_timeout, self._first = connect_timeout, first
        self._on_switch, self._clock = on_switch, clock
        self._packs: Mapping[str, str] | None = None
        """What the gateway said it has; None: it did not say"""
        self._asked: set[str] = set()
        """Personas whose phrases this connection was asked for"""
        self._without: set[str] = set()
        """Personas of which the gateway has nothing"""
        self._unsure: set[str] | None = None
        """Personas whose files are to be looked at; None: everybody's"""
        self._news = asyncio.Event()
        self._shelves: list[Shelf] = []
        self._pulling: str | None = None
        self._last_pull: float | None = None
        self._problem: str | None = None

    def told(self, packs: Mapping[str, str] | None) -> None:
        """The gateway has these packs; None: it is another connection, and not said yet."""
        self._packs = packs
        self._without.clear()
        if packs is None:
            self._asked.clear()
        self.look()

    def look(self) -> None:
        """Something may have changed."""
        self._news.set()

    def suspect(self, persona: str) -> None:
        """A recording of it could not be played."""
        if self._unsure is not None:
            self._unsure.add(persona)
        self.look()

    def as_json(self) -> dict[str, Any]:
        return {
            "personas": [asdict(shelf) for shelf in self._shelves],
            "bytes": sum(shelf.bytes for shelf in self._shelves),
            "limit_bytes": self._store.limit,
            "pulling": self._pulling,
            "last_pull": self._last_pull and round(self._last_pull, 3),
            "problem": self._problem,
        }

    async def run(self) -> None:
        """Until cancelled."""
        backoff = Backoff(FIRST_PAUSE, LONGEST_PAUSE)
        try:
            while True:
                self._news.clear()
                if not (again := await self._round()):
                    backoff.reset()
                await set_within(self._news, backoff.next() if again else CHECK_EVERY)
                await asyncio.sleep(BETWEEN_FILES)
        finally:
            self._store.close()

    async def recount(self) -> None:
        """What `as_json` tells of the disk is taken anew."""
        self._shelves = await asyncio.to_thread(self._store.shelves)

    async def _round(self) -> bool:
        """Brings every persona up to date; whether it is to be tried again."""
        before, problem = self._problem, None
        endpoint = self._gateway()
        try:
            await asyncio.to_thread(self._store.open)
            revisions = self._revisions()
            if revisions is not None:
                await asyncio.to_thread(self._store.tidy, revisions, self._resting())
            if endpoint and revisions and self._store.limit:
                problem = await self._pull_all(endpoint, revisions)
        except BlockingIOError:
            problem = f"another process keeps the phrases in {self._store.folder}"
        except OSError as error:
            problem = (
                f"{self._store.folder} cannot be written ({error.strerror}): make room, or make it writable"
            )
            self._unsure = None
        except Exception:
            log.exception("pulling phrases broke")
            problem = "it broke; see the log"
            self._unsure = None
        finally:
            self._pulling = None
        if problem and problem != before:
            log.warning("phrases were not pulled: %s", problem)
        if problem or endpoint:  # while the gateway is away, why it failed last stays known
            self._problem = problem
        with suppress(OSError, RuntimeError):  # no file or no thread can be had
            await self.recount()
        return problem is not None

    async def _pull_all(self, endpoint: Endpoint, revisions: Mapping[str, str]) -> str | None:
        unsure, self._unsure = self._unsure, set()
        wanted = [
            persona
            for persona in sorted(revisions, key=lambda each: (each != self._first, each))
            if await asyncio.to_thread(self._is_wanted, persona, revisions[persona], unsure)
        ]
        if not wanted:
            return None
        module = await asyncio.to_thread(importlib.import_module, "edge_client.phrasebook.phrase_download")
        problem = None
        async with module.PhraseDownload(endpoint, self._connect_timeout) as download:
            for self._pulling in wanted:
                if self._gateway() != endpoint:
                    self._unsure.update(wanted)
                    break
                try:
                    await self._pull(download, self._pulling, revisions, endpoint)
                except (PhrasesFailed, InvalidMessage) as failure:
                    problem = f"{self._pulling}: {ascii(failure.message)[1:-1]}"
                    self._unsure.add(self._pulling)
        return problem

    def _is_wanted(self, persona: str, revision: str, unsure: set[str] | None) -> bool:
        if unsure is None or persona in unsure:
            return True
        packs = self._packs  # it may be told anew while this is asked in a thread
        pack = packs.get(persona) if packs is not None else None
        if packs is None and persona not in self._asked:
            return True
        if persona in self._without or (packs is not None and pack is None):
            return False
        book = self._store.book(persona)
        if not book or book.revision != revision or not book.complete:
            return True
        return pack not in (None, book.pack)

    async def _pull(
        self, download: "PhraseDownload", persona: str, revisions: Mapping[str, str], endpoint: Endpoint
    ) -> None:
        """Raises PhrasesFailed, InvalidMessage and OSError; then what was held is held still."""
        until = asyncio.get_running_loop().time() + AT_A_TIME
        content = await download.manifest(persona)
        self._asked.add(persona)
        if content is None:
            self._without.add(persona)
            return
        manifest = await asyncio.to_thread(read_manifest, content, persona)
        if manifest.revision != revisions[persona]:
            raise PhrasesFailed("the gateway's recordings are of another revision than was learned")
        book = await asyncio.to_thread(self._store.book, persona)
        held = len(book.sentences) if book and book.revision == manifest.revision else 0
        if held > len(manifest.sentences) and not manifest.complete:
            return  # they are being made anew there, and here there are more
        intake = Intake(self._store, manifest)
        try:
            for recording in await asyncio.to_thread(intake.prepare, revisions):
                await self._fetch(download, intake, manifest, recording)
                if self._gateway() != endpoint:
                    raise PhrasesFailed("its gateway is not linked any more")
                if asyncio.get_running_loop().time() > until:
                    raise PhrasesFailed("the gateway is slow; the rest is pulled later")
            if book != manifest:
                await asyncio.to_thread(intake.switch)
        except OSError:
            with suppress(OSError):
                await asyncio.to_thread(intake.give_up)
            raise
        if book != manifest:
            self._last_pull = self._clock()
            self._on_switch(manifest)

    async def _fetch(
        self, download: "PhraseDownload", intake: Intake, manifest: Manifest, recording: Recording
    ) -> None:
        """Goes on where it was cut before."""
        start = await asyncio.to_thread(intake.begun, recording)
        if start < recording.bytes:
            async with aclosing(download.recording(manifest, recording, start)) as pieces:
                async for place, piece in pieces:
                    if place != start:
                        await asyncio.to_thread(intake.begin_again, recording)
                    await asyncio.to_thread(intake.append, recording, piece)
                    start = place + len(piece)
        await asyncio.to_thread(intake.finish, recording)
