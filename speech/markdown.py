"""Takes the markup out of a text and leaves what a person would read aloud.

Every pattern runs in linear time: it can match in one way only, and gives up where the next attempt begins.
"""

import re

_FENCE = re.compile(r"\s*(?:>\s?)*(?P<fence>`{3,}(?=[^`]*$)|~{3,})")
_RULE = re.compile(r"\s*(?:([-*_])(?:\s*+\1){2,}|={3,})\s*")
_TABLE = re.compile(r"^[^|\n]*\|.*\n(?=[ :-]*\|)(?=[ :|]*-)[ :|-]++$(?:\n[^|\n]*\|.*)*", re.MULTILINE)
_QUOTE = re.compile(r"^[^\S\n]*(?:>[^\S\n]?)+", re.MULTILINE)
_HEADING = re.compile(r"^ *#{1,6} +(.*)$", re.MULTILINE)
_BULLET = re.compile(r"^[^\S\n]*(?:[-*+•‣]\s++)+(?:\[[ xX]\] +)?", re.MULTILINE)

_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+\)")
# Scripts that follow an address without a space end it: CJK, its punctuation, full-width forms.
_CJK = r"\u3000-\u9fff\uff00-\uffef"
_URL = re.compile(
    r"(?P<opening><)?"
    r"(?:(?<![A-Za-z0-9])(?i:https?|ftp)://(?:[^\s/?#@<>\"]{1,64}@)?(?i:www\.)*|(?<![\w.@/-])(?i:www\.)+)"
    rf"(?P<host>[^\W{_CJK}](?:[^\W{_CJK}]|[-.]++(?=\w))*)"
    rf"(?:[/?#:][^\s<>\"{_CJK}]*[^\s<>\".,;:!?)\]}}'*_~`|{_CJK}]|/)?"
    r"(?(opening)>?)"
)
_COMMENT = re.compile(r"<!--[^<>]*-->")
# An attribute needs its "=", so that `a <b and c> d` stays a comparison.
_TAG = re.compile(
    r"</?([A-Za-z][\w:.-]*+)(?:\s++[\w:.-]++\s*+=\s*+(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=]++))*+\s*+/?>"
)
_BLOCK_TAGS = frozenset({"br", "p", "div", "li", "ul", "ol", "tr", "h1", "h2", "h3", "h4", "h5", "h6"})
_ENTITY = re.compile(r"&(amp|lt|gt|quot|apos|nbsp|#39);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "#39": "'", "nbsp": " "}
_NOISE = re.compile(r"`+|~~+")
# Single signs beside a Latin letter or digit are arithmetic or names: 2*3*4, snake_case.
_EMPHASIS = (
    re.compile(r"(?<![\d*\\])(\*{2,3})(?=[^\s*])([^*\n]*[^\s*\\])\1(?![\d*])"),
    re.compile(r"(?<![A-Za-z0-9*\\])(\*)(?=[^\s*])([^*\n]*[^\s*\\])\*(?![A-Za-z0-9*])"),
    re.compile(r"(?<![\w\\])(_{1,3})(?=[^\s_])([^_\n]*[^\s_\\])\1(?!\w)"),
)
_ESCAPE = re.compile(r"(?<!\\)\\++(?=[!-/:-@\[\]-`{-~])")


def strip_markup(text: str) -> str:
    """One level of Markdown, HTML and addresses taken away; what was nested in it needs another pass.

    Code between fences goes, a fence that is never closed goes alone. Links leave their label, images their
    alternative text, bare addresses their host, tables their cells with commas between. Lists keep their
    numbers.
    """
    text = _TABLE.sub(_table, _without_fences(text))
    text = _QUOTE.sub("", text)
    text = _HEADING.sub(_heading, text)
    text = _BULLET.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _URL.sub(r"\g<host>", text)
    text = _TAG.sub(_tag, _COMMENT.sub("", text))
    text = _NOISE.sub("", text)
    for emphasis in _EMPHASIS:
        text = emphasis.sub(r"\2", text)
    return _ENTITY.sub(lambda match: _ENTITIES[match[1]], _ESCAPE.sub("", text))


def _without_fences(text: str) -> str:
    """Drops fenced code and rules."""
    kept: list[str] = []
    fence = ""
    opened_at = 0
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if fence:
            if match and line.strip("> \t").startswith(fence) and not line.strip("> \t" + fence[0]):
                del kept[opened_at:]
                fence = ""
                continue
        elif match:
            fence, opened_at = match["fence"], len(kept)
            continue
        if not _RULE.fullmatch(line):
            kept.append(line)
    return "\n".join(kept)


def _heading(match: re.Match[str]) -> str:
    """`## Weather ##` is closed by its last word; `# I like C#` is not."""
    title, _, closing = match[1].rstrip().rpartition(" ")
    return match[1] if closing.strip("#") else title


def _table(match: re.Match[str]) -> str:
    header, _, *rows = match[0].split("\n")
    cells = ([cell.strip() for cell in row.split("|")] for row in (header, *rows))
    return "\n".join(", ".join(filter(None, row)) for row in cells)


def _tag(match: re.Match[str]) -> str:
    return "\n" if match[1].lower() in _BLOCK_TAGS else ""
