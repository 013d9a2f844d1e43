"""Links, addresses and the marks of where something was found."""

# ruff: noqa: RUF001 - signs and letters of many scripts are meant

import re

from robotvoice.text.marks.omissions import Omissions
from robotvoice.text.markup.direction_words import is_sound

_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+\)")
_REFERRED = re.compile(r"!?\[(?![\d^])([^\[\]\n]+)\] ?\[([^\[\]\n]{0,80})\]")
_NOTE = re.compile(r"[^\S\n]?\[\[\^?\d{1,3}\]\]\([^()\n]*+\)")
_WIKI = re.compile(r"\[\[(?:[^\[\]|\n]{1,120}\|)?([^\[\]|\n]{1,120})\]\]")
_DEFINITION = re.compile(
    r"^[^\S\n]{0,3}\[(?P<note>\^)?[^\[\]\n]{1,80}\]:[^\S\n]+(?P<where>\S.*)$", re.MULTILINE
)
# Scripts that follow an address without a space end it: CJK, its punctuation, full-width forms.
_CJK = r"\u3000-\u9fff\uff00-\uffef"
_URL = re.compile(
    r"(?P<opening><)?"
    r"(?:(?<![A-Za-z0-9])(?i:https?|ftp)://(?:[^\s/?#@<>\"]{1,64}@)?(?i:www\.)*|(?<![\w.@/-])(?i:www\.)+)"
    rf"(?P<host>[^\W{_CJK}](?:[^\W{_CJK}]|[-.]++(?=\w))*)"
    rf"(?:[/?#:][^\s<>\"{_CJK}]*[^\s<>\".,;:!?)\]}}'*_~`|{_CJK}]|/)?"
    r"(?(opening)>?)"
)

_MAIL = re.compile(r"<?(?i:mailto):([^\s<>?]{1,80}@[^\s<>?]{1,80})(?:\?[^\s<>]{0,300})?>?")

_NUMBERS = r"\^?\d{1,3}(?:\s*[,;–-]\s*\^?\d{1,3}){0,20}"
_WHERE = (
    r"citation needed|source needed|clarification needed|who\?|when\?|which\?|according to whom\?|sources?|"
    r"quellen?|beleg fehlt|nachweis fehlt|fuentes?|cita requerida|référence nécessaire|réf\. nécessaire|"
    r"fonti?|senza fonte|fontes?|carece de fontes|источник|出典|要出典|来源|출처"
)
_NAME = r"[A-ZÄÖÜ][\w’'-]{1,30}"
_CITED = re.compile(
    rf"[^\S\n]?(?:\^?\[\s?(?:{_NUMBERS}|\^[\w.-]{{1,40}})\s?\]\^?"
    rf"|【(?:[^【】\n]{{0,80}}†[^【】\n]{{0,80}}|[\d:;, –-]{{1,20}})】"
    rf"|\[(?i:{_WHERE})\]|[(（](?i:{_WHERE})(?:\s?[:：][^()（）\n]{{1,120}})?[)）]"
    r"|\[(?i:source|doc|document|page|p\.|seite|s\.|ref|chunk|note|cite|file|web|search)[ _:#-]{0,2}\d{1,4}"
    r"(?:[,: -][^\[\]\n]{1,40})?\]"
    r"|:?contentReference\[oaicite:\d{1,4}\](?:\{index=\d{1,4}\})?|\[oaicite:\d{1,4}\]"
    r"|(?:file)?cite(?:turn\d{1,4}[a-z]{2,12}\d{1,4})+"
    rf"|[(\[](?:(?:see|cf\.|vgl\.|siehe|e\.g\.,?) )?{_NAME}(?: (?:et al\.?|(?:and|&|und|y|et) {_NAME}))?,? "
    r"(?:19|20)\d\d[a-z]?(?:, (?:pp?|S)\. ?\d[\d–-]{0,8})?[)\]]"
    r"|\[\d{1,3}, (?:pp?|S)\. ?\d[\d–-]{0,8}\]|\[-?@[\w:.-]{1,60}\]"
    r"|\{\{(?i:cite|citation|refn?|sfn)\b[^{}\n]{0,300}\}\}"
    r"|\\(?:cite[a-z]{0,8}|ref|label|footnote)\{[^{}\n]{0,200}\})"
    r"|(?<=[\w.,;:!?])\[[a-z]\]"
    r"|(?<=[A-Za-zÀ-ÿ]{3})¹|(?:(?<=[.,;:!?”\"])|(?<!\S))[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}(?!\w)|(?<=\w)[†‡]"
)


def without_links(text: str, omissions: Omissions) -> str:
    """Links leave their label, images their alternative text, bare addresses their host.

    The marks of where something was found go, and the space before each.
    """
    if "[" in text:
        text = _DEFINITION.sub(lambda found: _definition(found, omissions), text)
        text = _NOTE.sub(lambda found: omissions.add("citation", found[0]), text)
        for _ in range(2):  # a picture may be the label of a link
            text = _LINK.sub(lambda found: _label(found, omissions), text)
    text = _CITED.sub(lambda found: omissions.add("citation", found[0]), text)
    text = _REFERRED.sub(_referring, _WIKI.sub(r"\1", text)) if "[" in text else text
    text = _MAIL.sub(r"\1", text) if "@" in text else text
    return _URL.sub(lambda found: _host(found, omissions), text)


def _definition(found: re.Match[str], omissions: Omissions) -> str:
    return omissions.add("citation" if found["note"] else "link", found[0])


def _label(found: re.Match[str], omissions: Omissions) -> str:
    omissions.add("link", found[0][len(found[1]) + 2 :])
    label = found[1].strip()
    # A number as a label is that of a note.
    return f"[{label}]" if label.isdigit() else found[1]


def _referring(found: re.Match[str]) -> str:
    """Two sounds of somebody, such as `[laughs][sighs]`, are no link."""
    if found[2] and all(is_sound(each.split()[-1]) for each in found.groups() if each.strip()):
        return f"[{found[1]}] [{found[2]}]"
    return found[1]


def _host(found: re.Match[str], omissions: Omissions) -> str:
    if found[0] != found["host"]:
        omissions.add("link", found[0])
    return found["host"]
