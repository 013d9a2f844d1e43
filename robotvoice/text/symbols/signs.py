"""Signs that would be misread become words of the text's language: comparisons, arrows, powers and more."""

# ruff: noqa: RUF001 - signs and letters of many scripts are meant

import re
from collections.abc import Mapping

from robotvoice.text.symbols.sign_words import words_of

_ANY = re.compile(r"[#<>^~〜～=→⇒⟶⟹↦←↔⇐⇔↑↓↕≤≥≠≈±×÷∞√∑∫∏∈∀∃−·⋅|\[\]{}]|->|\*|\+/-")
_ASCII = (
    (re.compile(r"(?<![-<=])<?(?:-{1,3}|–)>(?!\d)|⟶|↦|➜|➔"), "→"),
    (re.compile(r"(?<!\S)<-{1,2}(?=\s)|[↑↓↕]"), "←"),
    (re.compile(r"(?<![<=>])={1,2}>|⟹"), "⇒"),
    (re.compile(r"(?<!<)<=(?![=>])"), "≤"),
    (re.compile(r"(?<![>=-])>=(?!=)"), "≥"),
    (re.compile(r"(?<=[\w\s)])(?:!==?|=/=|<>)(?=[\w\s(\"'])"), "≠"),
    (re.compile(r"(?<=[\w\s)])={2,3}(?=[\w\s(\"'])"), "="),
    (re.compile(r"\+/-|\+-(?=\d)"), "±"),
    (re.compile(r"(?<=\d) ?\*(?!\*) ?(?=\d)|(?<=\b\w)\*(?=[\w(])|(?<=\b\w\w)\*(?=[\w(])"), " × "),
    (re.compile(r"(?<=[\w)])\*\*(?=[\w(])"), "^"),
    (re.compile(r"(?<=\d) ?[~〜～] ?(?=\d)"), "–"),
    (re.compile(r"(?<=\w)\^(?=[+−-](?!\w))"), " "),
    (re.compile(r"(?<=[^\W\d_])[~〜～]++(?![\w/])|(?<!\S)~++(?=[^\W\d_]|\s|$)"), ""),
)
_BEHIND = r"(?=[\w(+\-−$€£\"'.])"
_BETWEEN = re.compile(rf"(?P<left>[\w)%°\"'²³])(?P<space> *)(?P<sign>[<>≤≥≠≈]) *{_BEHIND}")
_BARE = re.compile(r"(?P<sign>[<>≤≥≈~]) ?(?=[\d$€£])")
_POWER = re.compile(r"(?<=[\w)])\^(\{[^{}\s]{1,20}\}|\(?[-−]?\w{1,8}\)?)")
_ANGLES = re.compile(r"<([^\s<>]{0,40}\w[^\s<>]{0,40})>")
_ANGLES_AT_END = re.compile(_ANGLES.pattern + r"(?=[.,;:!?)])")
_ARROW = re.compile(r" *+(?P<sign>[→⇒⇔↔←⇐]) *+(?=(?P<right>[^\s→⇒⇔↔←⇐]{0,40}))")
_LEFT = re.compile(r"[^\s→⇒⇔↔←⇐]*$")
_ALONE = re.compile(r" ?([±÷∞√∑∫∏∈∉∀∃∝∂∇∪∩⊂∅¬∧∨∴∠△⊥∥]|(?!(?<=\d)×\d(?!0 \D))×) ?")
_MINUS = re.compile(r"(?<![\w.])−(?=\d)|(?<=[\d)]) ?[−] ?(?=[\d(])|(?<=\d) - (?=\d[^\n]{0,20}=)")
_COPULAS = frozenset({"is", "are", "was", "be", "ist", "sind", "war", "es", "est", "è", "é", "son", "sono"})
_TAG = re.compile(r"(?<![\w#&])#(?=[^\W\d_]\w)(?!(?i:[0-9a-f]{6})\b)")
"""Of a topic"""
_LOVE = re.compile(r"<3+(?= \w)")
_SQUARE = re.compile(r"\[(?!pause \d{1,2}(?:\.\d+)?s\])([^\[\]\n]*)\]")
_CURLY = re.compile(r"(?<!\{)\{++([^{}\n]*+)\}++")


def read_signs(text: str, tongue: str) -> str:
    """Without a language, only brackets that say nothing go."""
    if not _ANY.search(text):
        return text
    text = _SQUARE.sub(r"\1", text)
    if not tongue:
        return text
    text = _TAG.sub("", _CURLY.sub(r"\1", text))
    text = _ANGLES.sub(r" \1 ", _ANGLES_AT_END.sub(r" \1", text))
    for pattern, sign in _ASCII:
        text = pattern.sub(sign, text)
    words = words_of(tongue)
    text = re.sub(r" +\|+ +", ", ", text)
    text = _ARROW.sub(lambda found: _arrow(text, found, words), text)
    if not words:
        return _POWER.sub(r" \1", text)
    text = _LOVE.sub(words.get("love", ""), text)
    text = _POWER.sub(lambda found: f" {_power(found[1].strip('{}()'), words)}", text)
    text = _BETWEEN.sub(lambda found: _comparison(text, found, words), text)
    text = _BARE.sub(
        lambda found: f"{words['b' + found['sign']] if found['sign'] in '<>≤≥' else words['~']} ", text
    )
    text = _MINUS.sub(f" {words['-']} ", text)
    return _ALONE.sub(lambda found: f" {words[found[1]]} " if found[1] in words else found[0], text)


def _power(exponent: str, words: Mapping[str, str]) -> str:
    named = {"2": "squared", "3": "cubed"}.get(exponent)
    if named:
        return words[named]
    less = words["-"] + " " if exponent[0] in "-−" else ""
    return f"{words['power']} {less}{exponent.lstrip('-−')}"


def _comparison(text: str, found: re.Match[str], words: Mapping[str, str]) -> str:
    """`5 < 6` compares; `takes <5 minutes` has nothing to compare with; `File > Open` is a way."""
    sign, behind = found["sign"], text[found.end() : found.end() + 24]
    before = re.search(r"[\w.-]+$", text[max(0, found.start() - 24) : found.start() + 1])
    left = before[0] if before else ""
    right = re.match(r"[\w-]*", behind)
    if sign == ">" and _is_a_name(left) and right and _is_a_name(right[0]):
        return f"{found['left']}, "
    bare = words["b" + sign] if "b" + sign in words else words["~"] if sign == "≈" else words[sign]
    if left.lower() in _COPULAS:
        return f"{found['left']} {bare} "
    stuck = found["space"] and found[0][-1] == sign and behind[:1].isdigit()
    if stuck and len(left) > 1 and left.isalpha() and sign in "<>≤≥≈":
        return f"{found['left']} {bare} "
    return f"{found['left']} {words[sign]} "


def _arrow(text: str, found: re.Match[str], words: Mapping[str, str]) -> str:
    """`A → B` leads somewhere; `Settings → Audio` is a way through a menu."""
    before = _LEFT.search(text[max(0, found.start() - 40) : found.start()])
    left, right, sign = before[0] if before else "", found["right"], found["sign"]
    if not left or not right or left[-1] in ".!?:;,":
        return " "
    way = _is_a_name(left.strip("\"'“”*_")) and _is_a_name(right.strip("\"'“”*_.,"))
    return f" {words[sign]} " if sign in words and not way else ", "


def _is_a_name(word: str) -> bool:
    """Whether it could be an entry of a menu."""
    return len(word) > 1 and word[0].isupper() and word[1:2].isalpha()
