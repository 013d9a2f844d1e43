"""Where a part that nobody is to hear ends: with its tag, with the turn, with what it calls, or never."""

import re
from collections import Counter
from collections.abc import Iterator

from robotvoice.text.markup import objects, templates
from robotvoice.text.markup.tag_meanings import RAW, Meaning
from robotvoice.text.markup.tag_syntax import TAG, Tag, meaning_in, tag_of
from robotvoice.text.markup.templates import Turn

_TAGS = re.compile(TAG)
_CLOSING = re.compile(r"[<\[]/([^\W\d_][\w:-]{0,40})")
_CALL = re.compile(r"\s*+(?:\w{1,64}+\s*+)?(?:\[\s*+)?(?=\{)")
"""What stands before the object of a call"""
_CALL_ENDS = re.compile(r"[\s,]*\]?")
_HEAD_ENDS = re.compile(r"</head\s*>|(?=<body[\s>])", re.IGNORECASE)
_BY_NAME = frozenset({Meaning.HIDDEN, Meaning.CODE, Meaning.CITATION})
"""Only a tag of the same name ends these; the others have many spellings."""
_TURN_ENDS = frozenset({Turn.OWN, Turn.END, Turn.HEADER, Turn.CHANNEL})

_RELATED = {Meaning.TOOL: (Turn.CALLS, Turn.CALLED), Meaning.THOUGHT: (Turn.THINKS, Turn.THOUGHT)}


class HiddenParts:
    """Of one text; all that is asked of it takes linear time together."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.closed = {name.lower() for name in _CLOSING.findall(text)}
        """Names of which there is an end somewhere"""
        self._last_end = text.rfind("</")
        self._endless: set[str] = set()
        """Names of tags that are known not to be closed any more"""

    def end_of(self, meaning: Meaning, name: str, start: int) -> int:
        """Of what a tag with this meaning and name opened before `start`."""
        text = self._text
        if meaning is Meaning.TOOL and (end := self._call_without_end(start)):
            return end
        if name.lower() in RAW:
            closing = re.compile(rf"</{re.escape(name)}\s*>", re.IGNORECASE).search(text, start)
            return closing.end() if closing else len(text)
        if name.lower() == "head" and (ending := _HEAD_ENDS.search(text, start)):
            return ending.end()
        if name.lower() in self._endless:
            return start
        open_ones = [templates.topic(name)]
        opened = Counter(open_ones)
        last = 0
        for match, tag in self._related(meaning, name, start):
            if tag is None:
                return match.start()
            topic = templates.topic(tag.name)
            if not tag.closes:
                open_ones.append(topic)
                opened[topic] += 1
                continue
            last = match.end()
            # What began within it and has no end of its own ends with it.
            until = topic if opened[topic] else open_ones[-1]
            while (ended := open_ones.pop()) != until:
                opened[ended] -= 1
            opened[until] -= 1
            if not open_ones:
                return last
        if not last and meaning is Meaning.CITATION:
            # Without an end it is only a mark.
            self._endless.add(name.lower())
            return start
        return last or len(text)

    def _call_without_end(self, start: int) -> int | None:
        """What is called ends the call, if nothing else in the text does."""
        before = _CALL.match(self._text, start)
        if not before or not objects.begins(self._text, before.end()):
            return None
        found = objects.read_object(self._text, before.end())
        if found is None or found.end <= self._last_end:
            return None
        ending = _CALL_ENDS.match(self._text, found.end)
        return ending.end() if ending else found.end

    def _related(self, meaning: Meaning, name: str, start: int) -> Iterator[tuple[re.Match[str], Tag | None]]:
        """Tags that open or close what has this meaning; None for the tag of another turn."""
        for match in _TAGS.finditer(self._text, start):
            tag = tag_of(match)
            if special := templates.special_name(match):
                turn = templates.turn_of(special)
                if turn in _TURN_ENDS and meaning not in _BY_NAME:
                    yield match, None
                elif turn in _RELATED.get(meaning, ()):
                    yield match, Tag(special.strip("/"), "", turn in (Turn.CALLED, Turn.THOUGHT))
            elif not tag.is_whole and (
                tag.name.lower() == name.lower()
                or (meaning not in _BY_NAME and meaning_in(tag, self.closed) is meaning)
            ):
                yield match, tag
