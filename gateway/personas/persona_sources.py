"""Where personas come from: those that came with robotvoice, and the owner's folder, which adds to them."""

import datetime
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.ground.folders import reachable
from gateway.personas.persona_files import (
    FILE_NAME,
    NOTHING_READ,
    FolderRead,
    PersonaLibrary,
    library_of,
    read_folder,
)
from robotvoice.console.wrapping import one_line
from robotvoice.errors import InvalidPersona
from robotvoice.ground.near_names import near

log = logging.getLogger(__name__)

ALL_SHIPPED = "*"
"""In place of an id that is left out: all that came with robotvoice"""


@dataclass(frozen=True, slots=True)
class PersonaSources:
    """The folders, and which ids are left out, whoever's they are."""

    own: Path | None
    """Of the owner; need not be there. None: this user has no home folder"""
    shipped: Path | None = None
    hide: frozenset[str] = frozenset()
    named: bool = False
    """Whether the owner said where `own` is, and so expects it to be there"""

    @property
    def folders(self) -> tuple[Path, ...]:
        return tuple(filter(None, (self.shipped, self.own)))

    def load(
        self,
        today: Callable[[], datetime.date] = datetime.date.today,
        in_use: Collection[str] = (),
    ) -> PersonaLibrary:
        """Everybody who can be used, and why others cannot: a broken folder of the owner's takes nobody away.

        A consent holds up to its last day, which is compared with `today`. A persona whose name is another's,
        such as one of those `in_use`, cannot be used; one with such an alias can, without the alias. Raises
        InvalidPersona if there is nobody at all.
        """
        shipped = NOTHING_READ
        if self.shipped and ALL_SHIPPED not in self.hide:
            shipped = read_folder(self.shipped, today)
        own, unread = self._read_own(today)
        library = library_of(own.without(self.hide), shipped.without(self.hide), in_use)
        library = replace(library, problems=(*unread, *library.problems))
        if not library.personas:
            left_out = f", and {', '.join(sorted(self.hide))} is left out by hide" if self.hide else ""
            todo = f"add a folder NAME that holds a {FILE_NAME}" + (", or hide fewer" if self.hide else "")
            advice = f"no persona in {self.own or self.shipped} can be used{left_out}; {todo}"
            raise InvalidPersona("\n".join([one_line(advice), *library.problems]))
        return library

    def may_be_mended(self, id: str) -> bool:
        """Whether a persona that cannot be used is only broken, or out of reach for a moment."""
        if self.own is None or id in self.hide:
            return False
        return reachable(self.own / id.lower()) or (self.named and not reachable(self.own))

    def unknown_hidden(self) -> list[str]:
        """A line for each id that is left out and is nobody's."""
        known = {name for folder in self.folders for name in _names_in(folder)}
        lines = []
        for id in sorted(self.hide - known - {ALL_SHIPPED}):
            hint = f"; did you mean {meant[0]}?" if (meant := near(id, known)) else ""
            lines.append(one_line(f"hide: there is no persona {id!r} that could be left out{hint}"))
        return lines

    def _read_own(self, today: Callable[[], datetime.date]) -> tuple[FolderRead, tuple[str, ...]]:
        if self.own is None or (not self.named and not reachable(self.own)):
            return NOTHING_READ, ()
        try:
            return read_folder(self.own, today), ()
        except InvalidPersona as error:
            return NOTHING_READ, (error.message,)


def _names_in(folder: Path) -> set[str]:
    """Of the folders in it; none if it cannot be read."""
    try:
        return {entry.name for entry in folder.iterdir() if entry.is_dir()}
    except OSError:
        return set()
