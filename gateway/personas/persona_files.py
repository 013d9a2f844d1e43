"""The folder of personas: each sub-folder with a persona.yaml is one, and a broken one harms no other."""

import datetime
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from gateway.ground.folder_files import Missing, Unreadable, names_beside, read_inside
from gateway.personas.consent import consent_ended_in
from gateway.personas.persona_names import by_name, casefolded, name_conflicts, unknown_name
from gateway.personas.persona_schema import PersonaFile, problems_in
from gateway.personas.voice_files import VoiceFiles
from gateway.personas.yaml_lines import Location, Problem, YamlDocument, key_of, read_yaml
from robotvoice.console.wrapping import one_line
from robotvoice.errors import InvalidPersona, UnknownVoice
from robotvoice.ground.near_names import near
from robotvoice.persona import PERSONA_ID, Persona, VoiceSpec

FILE_NAME = "persona.yaml"
_NEARLY = re.compile(r".+[.]ya?ml(?:[.](?:txt|rtf))?~?", re.IGNORECASE)
FILE_LIMIT = 64 * 1024
"""Bytes of one persona.yaml"""
LONGEST_NAME = 80
"""Characters; nobody is called anything longer"""


@dataclass(frozen=True, slots=True)
class PersonaLibrary:
    """Every persona that can be used, and why the others cannot."""

    personas: Mapping[str, Persona]
    """By id, in the order of the ids"""
    problems: tuple[str, ...] = ()
    """One line each: `file:line: key: what is wrong; what to do`"""
    warnings: tuple[str, ...] = ()
    """What a persona that can be used would be better without, in the same form"""
    shipped: frozenset[str] = frozenset()
    """Ids of those that came with robotvoice and are as they came"""
    _known: Mapping[str, Persona] = field(init=False, repr=False, compare=False)
    """Everyone by each folded name"""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", by_name(self.personas.values()))

    @property
    def voices(self) -> tuple[VoiceSpec, ...]:
        """All that its personas may speak with."""
        return tuple(voice for persona in self.personas.values() for voice in persona.voices)

    def find(self, name: str) -> Persona:
        """The persona with this id, else this display name, else this alias, whatever its case.

        Raises UnknownVoice.
        """
        known = self._known
        wanted = casefolded(name[:LONGEST_NAME])
        if wanted in known and len(name) <= LONGEST_NAME:
            return known[wanted]
        meant = list(dict.fromkeys(known[match].id for match in near(wanted, known, 4)))[:2]
        raise UnknownVoice(unknown_name(name, meant, list(self.personas)))


@dataclass(frozen=True, slots=True)
class _Read:
    """A persona that can be used, if its names are its own."""

    path: Path
    document: YamlDocument
    persona: Persona
    warnings: list[str]

    def lines(self, found: Iterable[tuple[Location, str]]) -> list[str]:
        return _lines(self.path, _located(self.document, found))

    def without(self, aliases: Collection[Location]) -> Persona:
        kept = (each for at, each in enumerate(self.persona.aliases) if ("aliases", at) not in aliases)
        return replace(self.persona, aliases=tuple(kept))


@dataclass(frozen=True, slots=True)
class FolderRead:
    """What is in a folder of personas, by the names of their own folders."""

    personas: Mapping[str, _Read]
    problems: Mapping[Path, list[str]]
    """Of those that cannot be used, by their own folders"""

    def without(self, ids: Collection[str]) -> "FolderRead":
        return FolderRead(
            {id: each for id, each in self.personas.items() if id not in ids},
            {folder: lines for folder, lines in self.problems.items() if folder.name not in ids},
        )


NOTHING_READ = FolderRead({}, {})


def read_folder(folder: Path, today: Callable[[], datetime.date] = datetime.date.today) -> FolderRead:
    """Raises InvalidPersona for one that cannot be read."""
    try:
        root = folder.resolve(strict=True)
        entries = sorted(entry for entry in folder.iterdir() if _meant_as_persona(entry))
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or "a loop of symlinks"
        raise InvalidPersona(
            one_line(f"the personas folder {folder} cannot be read ({why}); name one that holds personas")
        ) from error
    read: dict[str, _Read] = {}
    problems: dict[Path, list[str]] = {}
    for entry in entries:
        try:
            read[entry.name] = _load(entry, root, today())
        except _Refused as refused:
            problems[entry] = refused.lines
    return FolderRead(read, problems)


def library_of(
    own: FolderRead, shipped: FolderRead = NOTHING_READ, in_use: Collection[str] = ()
) -> PersonaLibrary:
    """Those of both, which may be nobody. Of two with one id the owner's is used, and a name that both want
    is the owner's too, unless it is an id.
    """
    as_shipped = frozenset(shipped.personas.keys() - own.personas.keys())
    read = dict(sorted({**shipped.personas, **own.personas}.items()))
    problems = {**shipped.problems, **own.problems}
    lost = name_conflicts({id: each.persona for id, each in read.items()}, in_use, as_shipped)
    personas: dict[str, Persona] = {}
    warnings: list[str] = []
    for id, each in read.items():
        taken = dict(lost.get(id, ()))
        if ("name",) in taken:
            problems[each.path.parent] = each.lines(taken.items())
        else:
            personas[id] = each.without(taken)
            # What the owner gave somebody else is no mistake in a file that is not the owner's.
            warnings += each.warnings + ([] if id in as_shipped else each.lines(taken.items()))
    told = [line for entry in sorted(problems) for line in problems[entry]]
    return PersonaLibrary(
        MappingProxyType(personas), tuple(told), tuple(warnings), as_shipped & personas.keys()
    )


class _Refused(Exception):
    """This persona cannot be used."""

    def __init__(self, path: Path, *problems: Problem) -> None:
        super().__init__()
        self.lines = _lines(path, problems)


def _lines(path: Path, problems: Iterable[Problem]) -> list[str]:
    return [one_line(f"{path}:{p.line}: {p.key or 'file'}: {p.text}") for p in problems]


def _located(document: YamlDocument, found: Iterable[tuple[Location, str]]) -> list[Problem]:
    return [Problem(document.line(at), key_of(at), text) for at, text in found]


def _load(folder: Path, root: Path, today: datetime.date) -> _Read:
    """Raises _Refused."""
    if not PERSONA_ID.fullmatch(folder.name):
        wanted = "1 to 32 of the characters a-z, 0-9, _ and -, the first a letter or digit"
        raise _Refused(
            folder, Problem(1, "id", f"the folder's name is the persona's id; rename it to {wanted}")
        )
    path = folder / FILE_NAME
    document = read_yaml(_read(path, root))
    problems = list(document.problems)
    if document.data is None:
        raise _Refused(path, *problems)
    try:
        file = PersonaFile.model_validate(document.data)
    except ValidationError as error:
        problems += _located(document, [*problems_in(error), *consent_ended_in(document.data, today)])
        raise _Refused(path, *sorted(problems, key=lambda problem: problem.line)) from error
    files = VoiceFiles(file, folder, root, today)
    persona = file.persona(folder.name, files.model_voices, files.upstream_voices)
    problems += _located(document, files.problems)
    ended = _located(document, files.ended)
    if problems:
        raise _Refused(path, *problems, *ended)
    return _Read(path, document, persona, _lines(path, [*ended, *_located(document, files.warnings)]))


def _meant_as_persona(entry: Path) -> bool:
    """A folder, or a link that leads nowhere: whoever made it expects a persona, and is told."""
    if entry.name.startswith((".", "_")):
        return False
    return entry.is_dir() or (entry.is_symlink() and not entry.exists())


def _read(path: Path, root: Path) -> str:
    """The text of a persona.yaml inside `root`."""
    try:
        raw = read_inside(path, root, FILE_LIMIT)
    except Missing as error:
        named = next((name for name in names_beside(path) if _NEARLY.fullmatch(name)), None)
        mend = f"rename {named} to {FILE_NAME}" if named else "write one, or remove the folder"
        raise _Refused(path, Problem(1, "", f"is missing; {mend}")) from error
    except Unreadable as error:
        raise _Refused(path, Problem(1, "", str(error))) from error
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _Refused(path, Problem(line, "", "is not UTF-8; save it as UTF-8")) from error
