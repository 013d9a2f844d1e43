"""YAML as plain data that knows the line of each key, read without what YAML could be abused for."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from gateway.ground.problems import shown
from gateway.personas.yaml_hints import slip

Location = tuple[str | int, ...]
"""The keys and list indices that lead to a value; () is the whole file."""

_DEPTH = 8
_NUMBER_LENGTH = 32
_TAG = "tag:yaml.org,2002:"
_TYPED = frozenset({f"{_TAG}int", f"{_TAG}float", f"{_TAG}bool", f"{_TAG}null"})
_PLAIN = _TYPED | {
    f"{_TAG}str",
    f"{_TAG}timestamp",
    f"{_TAG}map",
    f"{_TAG}seq",
    f"{_TAG}merge",
    f"{_TAG}value",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and what to do about it."""

    line: int
    """Counted from 1"""
    key: str
    """Such as `voice.pitch`; empty for the whole file"""
    text: str


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """`data` is what could be read, None if nothing could; `problems` says what could not."""

    data: object
    lines: Mapping[Location, int]
    problems: tuple[Problem, ...] = ()

    def line(self, location: Location) -> int:
        """The line of that key, or of the nearest one around it."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)


def key_of(location: Location) -> str:
    """`("fallbacks", 0, "pitch")` as a person writes it: `fallbacks[0].pitch`; odd keys are quoted."""

    def step(part: str | int) -> str:
        if isinstance(part, int):
            return f"[{part}]"
        return f".{part}" if part.isidentifier() and len(part) < 40 else f".{shown(part)}"

    return "".join(map(step, location)).removeprefix(".")


def read_yaml(text: str) -> YamlDocument:
    """A mapping of YAML; keys are always text, and so is every value but numbers, truth values and null."""
    try:
        refused = _refused(text)
        if refused is not None:
            return YamlDocument(None, {}, (refused,))
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        return _unreadable(*slip(error, text))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        character = f"U+{ord(text[error.position]):04X}"
        return _unreadable(line, f"the character {character} may not be in it; correct that line")
    except (ValueError, OverflowError):  # the parser reads these numbers without a check of its own
        return _unreadable(1, "an escape or a directive in it holds too large a number; correct that line")
    if not isinstance(node, MappingNode):
        return YamlDocument(None, {}, (Problem(1, "", "holds no keys; write lines such as `key: value`"),))
    builder = _Builder()
    return YamlDocument(builder.build(node, ()), builder.lines, tuple(builder.problems))


def _unreadable(line: int, why: str) -> YamlDocument:
    return YamlDocument(None, {}, (Problem(line, "", f"is not YAML: {why}"),))


def _refused(text: str) -> Problem | None:
    """What would let a small file become a large one, found before anything is built from it."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            return Problem(line, "", "anchors (&) and aliases (*) are not allowed; write it out, or quote it")
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if documents > 1:
            return Problem(line, "", "holds a second document; keep one, without `---` between")
        if depth > _DEPTH:
            return Problem(line, "", f"is nested more than {_DEPTH} deep; write it flatter")
    return None


class _Builder:
    """Turns nodes into data and notes lines and problems on its way."""

    def __init__(self) -> None:
        self.lines: dict[Location, int] = {}
        self.problems: list[Problem] = []

    def build(self, node: Node, at: Location) -> object:
        self.lines.setdefault(at, node.start_mark.line + 1)
        if node.tag not in _PLAIN:
            self._problem(node, at, f"the tag {node.tag} is not allowed; remove it")
        if isinstance(node, MappingNode):
            return self._mapping(node, at)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*at, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, at)

    def _mapping(self, node: MappingNode, at: Location) -> dict[str, object]:
        data: dict[str, object] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self._problem(key, at, "a key must be a word; write `key: value`")
                continue
            # As written: a lexicon may well hold the words yes, no and 42.
            name = self._whole(key.value, key, at)
            here = (*at, name)
            if name in data:
                self._problem(
                    key, here, f"is given twice, first in line {self.lines[here]}; keep one of them"
                )
                continue
            self.lines[here] = key.start_mark.line + 1
            data[name] = self.build(value, here)
        return data

    def _scalar(self, node: Node, at: Location) -> object:
        """The value; what claims to be a number and is none stays text, and so is refused later."""
        if node.tag in _TYPED and len(node.value) <= _NUMBER_LENGTH:
            with contextlib.suppress(ValueError, LookupError, yaml.YAMLError):
                return SafeConstructor().construct_object(node)
        return self._whole(node.value, node, at)

    def _whole(self, text: str, node: Node, at: Location) -> str:
        """`text` without the halves of a surrogate pair, which no encoding can write."""
        whole = text.encode("utf-8", "replace").decode()
        if whole != text:
            self._problem(node, at, "an escape stands for half a character; write the character itself")
        return whole

    def _problem(self, node: Node, at: Location, text: str) -> None:
        self.problems.append(Problem(node.start_mark.line + 1, key_of(at), text))
