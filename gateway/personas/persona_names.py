"""Which persona a name stands for, when several lay claim to it."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence

from gateway.personas.yaml_lines import Location
from robotvoice.persona import Persona

MOST_LISTED = 12
"""Personas that are named to somebody who asked for another one"""
NameConflict = tuple[Location, str]
"""Where a name is written that belongs to somebody else, and what to do"""


def casefolded(name: str) -> str:
    """What makes two names one: case, surrounding space and the way of composing characters do not count."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def by_name(personas: Iterable[Persona]) -> dict[str, Persona]:
    """Everyone by each folded name: an id stands before a display name, and that before an alias."""
    everyone = list(personas)
    known = {casefolded(each.id): each for each in everyone}
    for each in everyone:
        known.setdefault(casefolded(each.name), each)
    for each in everyone:
        for alias in each.aliases:
            known.setdefault(casefolded(alias), each)
    return known


def name_conflicts(
    personas: Mapping[str, Persona], in_use: Collection[str] = (), shipped: Collection[str] = ()
) -> dict[str, list[NameConflict]]:
    """By id, what each persona cannot be called; who has all its names is left out.

    Of those with one name it belongs to the one whose id it is, then to one that was not `shipped`, then to
    the one whose id it is like, then to one whose id is `in_use`, then to the first. Whose display name is
    lost is a copy, and its aliases belong to nobody.
    """

    def rank(persona: Persona) -> tuple[bool, bool, bool, str]:
        unlike = _plain(persona.name) != _plain(persona.id)
        return persona.id in shipped, unlike, persona.id not in in_use, persona.id

    ranked = sorted(personas.values(), key=rank)
    owners = {casefolded(id): id for id in personas}
    lost: dict[str, list[NameConflict]] = {}
    for persona in ranked:
        owner = owners.setdefault(casefolded(persona.name), persona.id)
        if owner != persona.id:
            text = f"{persona.name!r} already belongs to {owner}; give {persona.id} a name of its own"
            if owner in shipped:
                text += f', or leave out the one that came with robotvoice: hide = ["{owner}"]'
            lost[persona.id] = [(("name",), text)]
    for persona in [each for each in ranked if each.id not in lost]:
        for index, alias in enumerate(persona.aliases):
            owner = owners.setdefault(casefolded(alias), persona.id)
            if owner != persona.id:
                text = f"{alias!r} already belongs to {owner}, who is found by it; take it out here"
                lost.setdefault(persona.id, []).append((("aliases", index), text))
    return lost


def unknown_name(name: str, near: Sequence[str], ids: Sequence[str]) -> str:
    """Printable ASCII, the near names first: who can show only its beginning shows those."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "?" for c in name[:24])
    said = f"no voice '{plain}{'...' if len(name) > 24 else ''}'"
    meant = f"; did you mean {' or '.join(near)}? There" if near else "; there"
    more = ", ... (all: GET /v1/personas)" if len(ids) > MOST_LISTED else ""
    return f"{said}{meant} {'is' if len(ids) == 1 else 'are'} {', '.join(ids[:MOST_LISTED])}{more}"


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "-", casefolded(name))
