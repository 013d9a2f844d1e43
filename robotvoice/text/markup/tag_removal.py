"""What is left of a text for a listener when tags, marks, fences and braces are read by what they mean.

One walk from left to right. What is out of sight is not heard when its end is missing: it goes on to the
end of the text. A lone end of a thought means that all before it was one.
"""

import re

from robotvoice.reading_options import Acting
from robotvoice.text.marks.boundary_marks import BREAK, CELL, INLINE, ROW, WORD, settled
from robotvoice.text.marks.omissions import Kind, Omissions
from robotvoice.text.marks.pauses import mark
from robotvoice.text.markup import objects, templates
from robotvoice.text.markup.code import Code
from robotvoice.text.markup.hidden_ends import HiddenParts
from robotvoice.text.markup.tag_meanings import DROPPED, Meaning
from robotvoice.text.markup.tag_syntax import TAG, Tag, meaning_in, tag_of, unfinished_tag
from robotvoice.text.markup.templates import Turn

_TOKEN = re.compile(
    rf"(?P<fence>{Code.FENCE})|(?P<ticks>`+)|(?P<comment><!--|<!\[CDATA\[|\]\]>|<[!?][A-Za-z][^<>]*+>)"
    rf"|{TAG}|(?P<brace>(?:\[\s{{0,20}})?\{{)|(?P<cited>\ue200[^\ue200\ue201\n]{{0,400}}\ue201)",
    re.MULTILINE,
)
_SUMMARISED = re.compile(
    r"\s*<summary[^<>]*>[^<>]{0,30}(?:think|thought|reasoning|denk|gedanke|pensamiento|réflexion)",
    re.IGNORECASE,
)
"""What folds away says what it is."""
_CALLED = re.compile(r"[A-Za-z_][\w.]*\(\s*$")
_CALL_ENDS = re.compile(r"\s*\)?")
_RAISED = re.compile(r"\s*[\[(]?([\d,*†‡ ]{1,8}|[a-z])[\])]?\s*</sup\s*>", re.IGNORECASE)
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_KINDS: dict[Meaning, Kind] = {
    Meaning.THOUGHT: "thought", Meaning.TOOL: "tool call", Meaning.TURN: "template", Meaning.CODE: "code",
    Meaning.HIDDEN: "markup", Meaning.CITATION: "citation",
}  # fmt: skip
_BETWEEN = {Meaning.BLOCK: BREAK, Meaning.ROW: ROW, Meaning.CELL: CELL, Meaning.INLINE: INLINE}
_MUTED: dict[Turn, Kind] = {Turn.OTHERS: "template", Turn.THINKS: "thought", Turn.CALLS: "tool call"}


class Reader:
    """One text. `heard` may be called once."""

    def __init__(self, text: str, acting: Acting, omissions: Omissions) -> None:
        self._text, self._acting, self._omissions = text, acting, omissions
        self._code, self._hidden = Code(text, omissions), HiddenParts(text)
        self._out: list[str] = []
        self._turn = 0
        """Where in `_out` the turn begins that is being read"""
        self._muted: Kind | None = None
        """Why nothing of the turn is heard"""
        self._spoke = False
        """Whether there was a word for the listener"""
        self._objects = True
        """Whether a brace can still be that of an object which ends"""

    def heard(self) -> str:
        """Without tags; breaks are marked by `BREAK`."""
        at = 0
        if cut_off := unfinished_tag(self._text):
            self._omissions.add("markup", self._text[cut_off:])
            self._text = self._text[:cut_off]
        while token := _TOKEN.search(self._text, at):
            self._say(self._text[at : token.start()])
            at = self._read(token)
        self._say(self._text[at:])
        return settled("".join(self._out))

    def _say(self, text: str) -> None:
        if not self._muted:
            self._out.append(text)
            self._spoke = self._spoke or any(map(str.isalnum, text))
        elif any(map(str.isalnum, text)):
            self._omissions.add(self._muted, text)

    def _drop(self, kind: Kind, start: int, end: int, between: str = WORD) -> int:
        self._omissions.add(kind, self._text[start:end])
        self._say(between)
        return end

    def _read(self, token: re.Match[str]) -> int:
        """Takes up a token; returns where reading goes on."""
        match token.lastgroup:
            case "fence":
                end, inside = self._code.block(token)
                self._say(f"{BREAK}{inside}{BREAK}")
                return end
            case "ticks":
                end, inside = self._code.span(token)
                self._say(inside)
                return end
            case "comment":
                return self._comment(token)
            case "brace":
                return self._brace(token)
            case "cited":
                return self._drop("citation", *token.span(), "")
        if special := templates.special_name(token):
            return self._special(special, token)
        return self._tag(token)

    def _comment(self, token: re.Match[str]) -> int:
        if token[0] != "<!--":
            self._say(WORD)  # the frame of character data, whose content is text, or a declaration
            return token.end()
        end = self._text.find("-->", token.end())
        return self._drop("markup", token.start(), len(self._text) if end < 0 else end + 3, INLINE)

    def _brace(self, token: re.Match[str]) -> int:
        start, end = token.span()
        found = None
        if self._objects and objects.begins(self._text, start):
            found = objects.read_objects(self._text, start)
            self._objects = found is not None
        if found is None:
            self._say(token[0])
            return end
        if found.answer is not None and (found.calls or not self._spoke):
            self._say(f"{BREAK}{found.answer}{BREAK}")
            return found.end
        name = _CALLED.search(self._out[-1][-80:]) if self._out and not self._muted else None
        ending = _CALL_ENDS.match(self._text, found.end)
        if name and ending:
            # It is what a function is called with.
            self._out[-1] = self._out[-1][: -len(name[0])]
            return self._drop("tool call", start - len(name[0]), ending.end())
        return self._drop("tool call" if found.calls else "data", start, found.end)

    def _special(self, name: str, token: re.Match[str]) -> int:
        """A mark of a chat template."""
        turn, end = templates.turn_of(name), token.end()
        if turn in (Turn.HEADER, Turn.CHANNEL):
            end, said = templates.read_header(self._text, end, turn)
            if turn is Turn.CHANNEL and (said is None or self._muted in ("template", "tool call")):
                return end  # whose turn it is, is known
            turn = said or Turn.OWN
        elif turn is Turn.THINKS:
            return self._hide(Meaning.THOUGHT, name, token)
        elif turn is Turn.CALLS:
            return self._hide(Meaning.TOOL, name, token)
        elif turn is Turn.THOUGHT:
            return self._was_a_thought(token)
        self._omissions.add("template", self._text[token.start() : end])
        if turn in (Turn.OWN, Turn.END, *_MUTED):
            self._muted = _MUTED.get(turn)
            self._turn = len(self._out)
            self._out.append(BREAK)
        else:
            self._say(WORD)
        return end

    def _was_a_thought(self, token: re.Match[str]) -> int:
        """A lone end: so was all before it, back to where the turn began."""
        before = "".join(self._out[self._turn :])
        del self._out[self._turn :]
        self._omissions.add("thought", before + token[0])
        self._out.append(BREAK)
        if self._muted == "thought":
            self._muted = None
        return token.end()

    def _tag(self, token: re.Match[str]) -> int:
        tag = tag_of(token)
        meaning = meaning_in(tag, self._hidden.closed)
        if meaning is Meaning.BLOCK and not tag.closes and _SUMMARISED.match(self._text, token.end()):
            meaning = Meaning.THOUGHT
        if meaning is None:
            self._say(self._text[token.start()])
            return token.start() + 1
        if isinstance(meaning, Turn):
            return self._special(tag.name, token)
        if meaning in DROPPED:
            if not tag.closes and not tag.is_whole:
                return self._hide(meaning, tag.name, token)
            if tag.closes and meaning in (Meaning.THOUGHT, Meaning.TURN):
                return self._was_a_thought(token)
            return self._drop(_KINDS[meaning], *token.span())
        if meaning is Meaning.RAISED and not tag.closes:
            return self._raised(token)
        if tag.name.lower() == "sub" and (alias := tag.attributes.get("alias")):
            end = re.compile(r"[^<>]{0,200}</sub\s*>", re.IGNORECASE).match(self._text, token.end())
            self._say(alias)
            return end.end() if end else token.end()
        self._say(self._instead(meaning, tag))
        return token.end()

    def _instead(self, meaning: Meaning, tag: Tag) -> str:
        """What is heard in the place of a tag."""
        if meaning in _BETWEEN:
            return _BETWEEN[meaning]
        if meaning is Meaning.PAUSE and not tag.closes:
            return f"{BREAK}{mark(tag.pause)}{BREAK}"
        if meaning is Meaning.IMAGE:
            return f" {tag.attributes.get('alt', '')} "
        if meaning is Meaning.SOUND and tag.name.lower() not in self._hidden.closed:
            if self._acting == "say":
                return f" {tag.name.replace('_', ' ')} "
            self._omissions.add("stage direction", f"<{tag.name}>")
        elif target := tag.attributes.get("href", ""):
            self._omissions.add("link", target)
        return WORD

    def _raised(self, token: re.Match[str]) -> int:
        """An exponent, `m<sup>2</sup>`, or the number of a footnote."""
        found = _RAISED.match(self._text, token.end())
        if not found:
            self._say(INLINE)
            return token.end()
        *_, word = re.split(r"[^\w²³)]", self._text[max(0, token.start() - 12) : token.start()])
        is_exponent = word and (len(word) <= 2 or word[-1].isdigit() or word.endswith(")"))
        if is_exponent and found[1].isalnum():
            digits = found[1].isdigit()
            self._say(found[1].translate(_SUPERSCRIPT) if digits else f"^{found[1]} ")
            return found.end()
        return self._drop("citation", token.start(), found.end(), INLINE)

    def _hide(self, meaning: Meaning, name: str, token: re.Match[str]) -> int:
        """What goes with what it holds."""
        end = self._hidden.end_of(meaning, name, token.end())
        between = BREAK
        if meaning in (Meaning.HIDDEN, Meaning.CITATION):
            between = INLINE if meaning is Meaning.CITATION or name.lower() in ("rt", "rp") else WORD
        return self._drop(_KINDS[meaning], token.start(), end, between)
