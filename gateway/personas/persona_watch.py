"""Changes in the personas' folders are taken into use while the gateway runs, for the next sentence."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from types import MappingProxyType

from watchfiles import Change, awatch

from gateway.personas.active_personas import ActivePersonas, succeeded
from gateway.personas.persona_files import PersonaLibrary
from gateway.personas.persona_sources import PersonaSources
from robotvoice.errors import InvalidPersona

log = logging.getLogger(__name__)

PersonasChanged = Callable[[PersonaLibrary], Awaitable[None]]
QUIET_MS, LONGEST_MS = 100, 1_600
"""A change is looked at after so long a quiet, and at the latest after so long a storm"""
TICK_MS = 1_000
LOOK_ANYWAY = 60.0
"""Seconds: a consent ends without a change to any file, and no system tells of every change"""
WITHOUT_A_FOLDER = 1.0
"""Seconds between two looks for a folder that is gone"""


class PersonaWatch:
    """Keeps a shelf like its folders. `run` is to be a task for as long as the gateway runs."""

    def __init__(
        self,
        shelf: ActivePersonas,
        sources: PersonaSources,
        *,
        default: str,
        changed: PersonasChanged | None = None,
    ) -> None:
        """`default`: the persona that is never taken away; `changed` is told of every new library."""
        self._shelf = shelf
        self._sources = sources
        self._default = default
        self._changed = changed

    async def run(self) -> None:
        """Until cancelled; whatever goes wrong, it goes on."""
        while True:
            try:
                await self._watch()
            except OSError as error:
                log.debug("the personas folder cannot be watched: %s", error.strerror or error)
            except Exception:
                log.exception("the watch over the personas broke and starts again")
            await asyncio.sleep(WITHOUT_A_FOLDER)

    async def _watch(self) -> None:
        """Returns when the folders are not those any more that they were."""
        await self.look()
        identities = await asyncio.to_thread(self._identities)
        if not identities:
            return
        changes = awatch(
            *identities,
            watch_filter=self._concerns,
            debounce=LONGEST_MS,
            step=QUIET_MS,
            rust_timeout=TICK_MS,
            yield_on_timeout=True,
        )
        clock = asyncio.get_running_loop().time
        # With the first tick the watch has begun: what changed before that is looked for once.
        due = clock()
        async with aclosing(changes):
            async for changed in changes:
                if changed or clock() >= due:
                    due = clock() + LOOK_ANYWAY
                    await self.look()
                if await asyncio.to_thread(self._identities) != identities:
                    return

    async def look(self) -> None:
        """Reads the folders, and takes over what is different."""
        before = self._shelf.library
        after = await asyncio.to_thread(self._read, before)
        if after == before:
            return
        self._shelf.library = after
        _tell(before, after)
        if self._changed and after.personas != before.personas:
            await self._changed(after)

    def _read(self, before: PersonaLibrary) -> PersonaLibrary:
        try:
            found = self._sources.load(in_use=before.personas)
        except InvalidPersona as error:
            found = PersonaLibrary(MappingProxyType({}), tuple(error.message.splitlines()))
        folders = self._sources.folders
        return succeeded(before, found, folders[-1], self._default, self._sources.shipped)

    def _identities(self) -> dict[Path, tuple[int, int]]:
        """Of the folders that are there: one that was moved away and made again is another."""
        return {folder: identity for folder in self._sources.folders if (identity := _identity(folder))}

    def _concerns(self, change: Change, path: str) -> bool:
        """Hidden files are drafts: editors' and our own."""
        try:
            roots = [folder.resolve() for folder in self._sources.folders]
            parts = next(
                Path(path).relative_to(root).parts for root in roots if Path(path).is_relative_to(root)
            )
        except (OSError, StopIteration):
            return True
        return not any(part.startswith(".") for part in parts)


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        stat = folder.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def _tell(before: PersonaLibrary, after: PersonaLibrary) -> None:
    for line in after.problems + after.warnings:
        if line not in before.problems + before.warnings:
            log.warning("%s", line)
    for id in sorted(before.personas.keys() | after.personas.keys()):
        was, is_now = before.personas.get(id), after.personas.get(id)
        if was != is_now:
            news = "is new" if was is None else "is gone" if is_now is None else "has changed"
            log.info("persona %s %s", id, news)
