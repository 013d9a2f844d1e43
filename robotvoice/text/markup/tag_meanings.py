"""What a tag means to a listener, whoever made it up: a table of names, and how an unknown one is guessed."""

import enum
import re
from functools import lru_cache

from robotvoice.text.markup.direction_words import is_sound


class Meaning(enum.Enum):
    """What becomes of a tag and of what is between it and its end."""

    THOUGHT = "goes with what it holds: what a model says to itself"
    TOOL = "goes with what it holds: what a model says to a program"
    TURN = "goes with what it holds: what somebody else said, or was told to the model"
    CODE = "goes with what it holds"
    HIDDEN = "goes with what it holds: a page does not show it either"
    CITATION = "goes with what it holds: where something was found"
    RAISED = "a footnote's number goes, an exponent stays"
    BLOCK = "what it holds is read by itself"
    ROW = "the same, in a table"
    CELL = "what it holds is one of several things with commas between"
    INLINE = "goes, also within a word"
    WORD = "goes, and never stood within a word"
    PAUSE = "is silence"
    SOUND = "is a stage direction"
    IMAGE = "is the words that stand for it"


DROPPED = {
    Meaning.THOUGHT, Meaning.TOOL, Meaning.TURN, Meaning.CODE, Meaning.HIDDEN, Meaning.CITATION,
}  # fmt: skip
RAW = frozenset({"script", "style", "template", "svg", "textarea"})
"""Nothing in it is looked at but its own end"""

_NAMES: dict[Meaning, str] = {
    Meaning.BLOCK: """
        address answer article aside blockquote body br caption center dd details dialog div dl dt
        fieldset figcaption figure final_answer final footer form h1 h2 h3 h4 h5 h6 header hr html
        legend li main menu nav ol optgroup option output p paragraph reply response section solution
        speak summary ul
    """,
    Meaning.ROW: "table tbody tfoot thead tr",
    Meaning.CELL: "td th",
    Meaning.INLINE: """
        abbr acronym b bdi bdo big cite code data del dfn em emphasis font i ins kbd mark q s samp small
        strike strong sub time token tt u var w wbr
    """,
    Meaning.WORD: """
        a audio button express-as label lang meter metadata phoneme progress prosody ruby say-as
        sentence source span speaker voice input col colgroup link meta base track embed param area map
        lexicon desc
    """,
    Meaning.HIDDEN: """
        annotation applet canvas datalist head iframe math noframes noscript object rp rt script select
        style svg template textarea title video xml
    """,
    Meaning.CODE: "antartifact artifact boltaction boltartifact diff file listing plaintext pre xmp",
    Meaning.TURN: "human system system_prompt systemprompt system_reminder user user_query sys inst prompt",
    Meaning.CITATION: """
        citation citations footnote footnotes grounding ref reference references search_results sources
        document_index oai-mem-cite
    """,
    Meaning.RAISED: "sup",
    Meaning.PAUSE: "break silence sil pause wait",
    Meaning.IMAGE: "img image",
}
_BY_NAME = {name: meaning for meaning, names in _NAMES.items() for name in names.split()}
HIDING = frozenset(name for name, meaning in _BY_NAME.items() if meaning in DROPPED) | {
    "think", "thinking", "thought", "reasoning", "scratchpad", "tool_call", "function_calls", "invoke",
    "parameter", "arg_key", "arg_value",
}  # fmt: skip
"""Names by which a tag can be told that was cut off"""
_THOUGHT = re.compile(
    r"think|thought|reason|reflect|scratch|monolog|deliberat|ruminat|brainstorm|introspect|contemplat|analy[sz]|"
    r"rationale|internal|private|critique|self_?(?:check|eval)|working_?out|draft|"
    r"(?:^|[_:])(?:cot|plan|planning|inner\w*|ponder\w*|hidden|pensa\w*)(?:$|[_:])|"
    r"denken|gedank|überleg|pensée|pensiero|razona|raciocin|ragiona|réfl|raisonn|思考|推理|想法|размышл|생각"
)
_TOOL = re.compile(
    r"tool|func(?:tion)?s?(?:_?call|_?result|_?response|_|$)|invoke|invocation|^parameter|mcp|api_?call|"
    r"^plugin|^action|^observation|^execute|code_?interpreter|^arg_(?:key|value)$|python_tag|^arguments$"
)
_SHOWN = re.compile(
    r"""(?:^|\s)(?:type|class|id|role|kind|name|data-[\w-]+)\s*=\s*["']?[^"'<>]*\b"""
    r"(?:think(?:ing)?|thoughts?|reasoning|scratchpad|chain-of-thought|cot)\b",
    re.IGNORECASE,
)
"""Such as `<details type="reasoning">`"""
_UNSEEN = re.compile(
    r"""(?:^|\s)aria-hidden\s*=\s*["']?true"""
    r"""|(?:^|\s)style\s*=\s*["'][^"']*(?:display\s*:\s*none|visibility\s*:\s*hidden)""",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"=\s*(?:\"[^\"]*\"|'[^']*'|\S+)")


@lru_cache(maxsize=1024)
def meaning_of(name: str) -> Meaning | None:
    """By its name alone, in any case; None: nobody knows."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("▁", "_").replace("-", "_")
    known = name.lower()
    if found := _BY_NAME.get(known) or _BY_NAME.get(plain):
        return found
    namespace, _, local = plain.rpartition(":")
    if _THOUGHT.search(plain):
        return Meaning.THOUGHT
    if _TOOL.search(local):
        return Meaning.TOOL
    if namespace and local:
        return _BY_NAME.get(local, Meaning.WORD)
    if is_sound(plain):
        return Meaning.SOUND
    return None


def of_attributes(attributes: str) -> Meaning | None:
    """What a tag of any name means by what else stands in it."""
    if not attributes:
        return None
    if _SHOWN.search(attributes):
        return Meaning.THOUGHT
    if "hidden" in _QUOTED.sub("", attributes).lower().split() or _UNSEEN.search(attributes):
        return Meaning.HIDDEN
    return None
