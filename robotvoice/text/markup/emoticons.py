"""Faces made of letters and signs: `:-)`, `:3`, `¯\\_(ツ)_/¯`, `(^_^)`, and names of emoji, `:smile:`."""

# ruff: noqa: RUF001 - signs and letters of many scripts are meant

import re

from robotvoice.text.marks.omissions import Omissions
from robotvoice.text.writing.characters import EMOJI

_FACE = re.compile(
    r"(?<![^\s\"“(.!?…,])(?:"
    r"[:;]'?[-^o~]?(?:[)(\]\[]{1,4}|[DPpOoXx3*|/\\$@cbÞ])|=[)(\]\[DP]{1,4}|[:;]'[-]?[)(]|[Bb8]-[)(]"
    r"|xD+|XD+|</3|<3+(?=[ \t]*(?:$|[\n.,!?…)A-ZÄÖÜ\0]))|m\(_ _\)m|_?\(:3」∠\)_?|\\o/|o/|\\m/|>[:;]-?[)(]"
    r"|(?<!\S)[)(]-?[:;]|:-?\)|\^[_.o-]?\^|-[_.]{1,3}-|[oO][_.][oO]|0_0|>[_.]?<(?!=)|[TtQ]_[TtQ]|;[_.-]{1,3};"
    r"|[uU][wW][uU]|[oO][wW][oO]|\._\.|=[_.]=|[@$×x]_[@$×x]|ಠ[_-]+ಠ|ಥ_ಥ|[◕•˘≧✿⊙][‿◡ᴥω_.▽∀][◕•˘≦✿⊙]"
    r")(?=$|[\s.,!?…)\"”])"
    r"|(?<=[a-zà-ÿ!?.]):-?[)(](?=$|[\s.!?])"  # close behind a word
)
_ARMS = "ヽ＼٩ヾ乁ψわ╰┌ᕕᕙʕつゞ┐凸☆ノﾉ／۶づっლงค︵ㄏᕗᕤ╯シ┛\\/"
_KAOMOJI = re.compile(
    rf"(?:[¯￣]\\*_?|[{_ARMS}][_ ]?|[^\w\s()（）]{{1,2}})?"
    r"[(（ʕ](?P<face>[^()（）\n]{1,16})[)）ʔ]"
    rf"(?:\\?_?/?[¯￣]|_/|[{_ARMS}](?!\w)[^\w\s()（）.,!?:;\[]{{0,3}})?(?:\s?[︵彡~]*\s?┻━┻)?"
)
_EYES = "^°◕•ಠಥ≧≦><oOTт-ー¬´`'’˘˙ᵔᴗ◠*xX;@・･￣.‾⌒￢ʘ☉◉◔⊙♥❤≖⇀↼⌐■︶ω;ﾟ゜ｰ~=＾╥ㅠㅜTᗒᗕ҂̀́͡°"
_MOUTH = re.compile(r"[_.‿◡ᴥωwvoO3uᴗ▽∀д益皿Д﹏︿‸ツシ∇ヮ□ʖ͜–ー_ \-'^3εзㅅㅂ人ωε。ᆺ┬╭╮︵^]{1,6}")
_MIRRORED = frozenset({"≧≦", "><", "´`", "`´", "｀´", "￢￢", "ᗒᗕ", "⇀↼"})
_DRESSED = " *;｡。'\"╯ヽ\u0300\u0301\u0361\u035c∩ノっづﾉ⁄‧˚๑?!"
_ODD = re.compile(r"[ω益皿ಠಥಡ∀▽‿◡◠ᴗᴥᵕ•´｀`°º҂＼／ᵔ˘˙ಸ◕♥✧✿｡」∠\u0300-\u036f]")
"""What is hardly ever in brackets, but in a face"""
_SAID = re.compile(r"[A-Za-zÀ-ÿ\u0400-\u04ff\u3041-\u3096]{2}|\d")
_LOVERS = frozenset({"i", "we", "you", "they", "ich", "wir", "yo", "je", "io", "eu"})
_NAMED = re.compile(r"(?<![\w:/]):(?=[a-z+-])[a-z0-9+-]*+(?:_[a-z0-9+-]++)*+:(?![\w:/])")
"""Names of emoji"""


def without_emoticons(text: str, omissions: Omissions) -> str:
    """An emoji in the place of each face, which later goes like one."""

    def gone(match: re.Match[str]) -> str:
        if _is_none(text, match):
            return match[0]
        omissions.add("emoticon", match[0])
        return EMOJI

    def face(match: re.Match[str]) -> str:
        return gone(match) if _is_face(match["face"]) else match[0]

    if any(each in text for each in "(（ʕ"):
        text = _KAOMOJI.sub(face, text)
    text = _FACE.sub(gone, text)
    return _NAMED.sub(gone, text) if ":" in text else text


def _is_none(text: str, match: re.Match[str]) -> bool:
    """`(see:)` and `I <3 you` only look like it."""
    start = match.start()
    if match[0].startswith(":") and match[0].endswith(")"):
        return text.rfind("(", max(0, start - 80), start) > text.rfind(")", max(0, start - 80), start)
    if match[0].startswith("<3"):
        return text[max(0, start - 6) : start].strip().lower().split(" ")[-1] in _LOVERS
    return False


def _is_face(said: str) -> bool:
    """Whether what stands in brackets is two eyes and a mouth."""
    if said.strip() in ("ツ", "シ", "ﾂ"):
        return True
    if not _SAID.search(said) and len(_ODD.findall(said)) > 1:
        return True
    return _has_eyes(said.strip()) or _has_eyes(said.strip(_DRESSED))


def _has_eyes(plain: str) -> bool:
    if len(plain) < 3 or (plain.isascii() and plain.isalpha()):
        return False
    left, right = plain[0], plain[-1]
    if left not in _EYES or not (left == right or left + right in _MIRRORED):
        return False
    return _MOUTH.fullmatch(plain[1:-1].strip(_DRESSED) or "_") is not None
