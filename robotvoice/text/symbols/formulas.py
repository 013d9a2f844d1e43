"""A formula in LaTeX as it is read aloud, or nothing, if there is something in it that has no words here."""

# ruff: noqa: RUF001, SIM905 - signs and letters of many scripts are meant and lists would fill pages

import re
from collections.abc import Mapping

from robotvoice.text.symbols.sign_words import words_of

LONGEST = 300
"""Characters; nobody follows more by ear"""
_DEEPEST = 8
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\d+(?:[.,]\d+)*|[A-Za-z]+|\S", re.DOTALL)
_GREEK = frozenset(
    """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau
    upsilon phi chi psi omega
    """.split()
)
_SIGNS: dict[str, str] = {
    "*": "×", "≤": "≤", "≥": "≥", "cdot": "×", "times": "×", "ast": "×", "div": "÷", "pm": "±", "mp": "±",
    "neq": "≠", "ne": "≠", "lt": "<", "gt": ">", "le": "≤", "leq": "≤", "leqslant": "≤", "ge": "≥",
    "geq": "≥", "geqslant": "≥", "approx": "≈", "simeq": "≈", "cong": "≈", "sim": "~", "propto": "∝",
    "to": "→", "rightarrow": "→", "mapsto": "→", "longrightarrow": "→", "Rightarrow": "⇒", "implies": "⇒",
    "Longrightarrow": "⇒", "iff": "⇔", "equiv": "=", "Leftrightarrow": "⇔", "infty": "∞", "in": "∈",
    "notin": "∉", "forall": "∀", "exists": "∃", "partial": "∂", "nabla": "∇", "cup": "∪", "cap": "∩",
    "subset": "⊂", "subseteq": "⊂", "emptyset": "∅", "varnothing": "∅", "neg": "¬", "lnot": "¬",
    "land": "∧", "wedge": "∧", "lor": "∨", "vee": "∨", "therefore": "∴", "angle": "∠", "triangle": "△",
    "perp": "⊥", "parallel": "∥", "degree": "°", "%": "%", "ldots": "…", "dots": "…", "cdots": "…",
    "mid": "∣", "prime": "'", "mod": "mod", "bmod": "mod", "−": "-", "–": "-", "·": "×", "⋅": "×",
    "→": "→", "⇒": "⇒",
}  # fmt: skip
_FUNCTIONS = frozenset({"sin", "cos", "tan", "log", "ln", "exp", "lim", "min", "max", "det", "gcd"})
_SUMS = {"sum": "∑", "int": "∫", "prod": "∏", "∑": "∑", "∫": "∫", "∏": "∏"}
_AS_IT_IS = frozenset(
    """
    mathrm mathbf mathit mathsf mathbb mathcal operatorname boldsymbol vec hat bar overline underline
    tilde boxed displaystyle textstyle limits nolimits left right big Big bigg Bigg bigl bigr Bigl Bigr
    middle mathnormal
    """.split()
)
_TEXT = frozenset({"ce", "text", "textbf", "textit", "textrm", "mbox", "textsf"})
_SPACES = frozenset({",", ";", ":", "!", " ", "quad", "qquad", "\n", "{", "}", "&"})
_FRACTIONS = {("1", "2"): "half", ("1", "3"): "1/3", ("2", "3"): "2/3", ("1", "4"): "1/4", ("3", "4"): "3/4"}
_BY_NAME = frozenset("arccos arcsin arctan arg cosh cot csc deg dim inf ker sec sinh sup tanh".split())
_SHORT_FRACTION = re.compile(r"(\\[dtc]?frac)\s*(?:(\d)|\{([^{}]{1,40})\})\s*(\d)")
"""`\\frac12` is one half: each number is one digit, if there are no braces."""
_LEFT_OUT = re.compile(r"\\begin|\\end")
COMMANDS = (
    frozenset({"frac", "dfrac", "tfrac", "sqrt"})
    | _TEXT
    | _AS_IT_IS
    | _GREEK
    | _FUNCTIONS
    | _BY_NAME
    | {"binom"}
    | {*_SUMS}
    | {name for name in _SIGNS if name.isalpha()}
)


class _Unreadable(Exception):
    pass


def in_words(formula: str, tongue: str) -> str | None:
    """None: it is left out."""
    if len(formula) > LONGEST or _LEFT_OUT.search(formula):
        return None
    try:
        formula = _SHORT_FRACTION.sub(r"\1{\2\3}{\4}", formula.replace("{,}", ","))
        parser = _Parser(formula, words_of(tongue))
        said = parser.sequence()
    except _Unreadable:
        return None
    return re.sub(r"\s+([,:])|(\$)\s+", r"\1\2", " ".join(said.split())).strip(" ,") or None


class _Parser:
    """Reads tokens from left to right, groups by recursion."""

    def __init__(self, formula: str, words: Mapping[str, str]) -> None:
        self._formula, self._words = formula, words
        self._tokens = list(_TOKEN.finditer(formula))
        self._at = self._depth = 0

    def sequence(self, until: str = "") -> str:
        said: list[str] = []
        while self._at < len(self._tokens):
            token = self._take()
            if token == until:
                return " ".join(said)
            said.append(self._read(token, said))
        if until:
            raise _Unreadable
        return " ".join(said)

    def _take(self) -> str:
        token = self._tokens[self._at][0]
        self._at += 1
        return token

    @property
    def _next(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _word(self, sign: str) -> str:
        """Raises _Unreadable where the language has none for it."""
        if self._words:
            if sign in self._words:
                return self._words[sign]
        elif sign in "+-=":
            return sign
        raise _Unreadable

    def _group(self) -> str:
        """What stands in braces, or the next token."""
        self._depth += 1
        if self._depth > _DEEPEST or not self._next:
            raise _Unreadable
        token = self._take()
        said = self.sequence("}") if token == "{" else self._read(token, [])
        self._depth -= 1
        return said

    def _read(self, token: str, before: list[str]) -> str:
        name = token.lstrip("\\") if token.startswith("\\") else ""
        if token == "\\\\":
            return ","
        if token == "{":
            self._at -= 1
            return self._group()
        if name in _SPACES or token in ("&", "~") or (name == "" and token == "\\"):
            return ""
        if name in ("frac", "dfrac", "tfrac", "cfrac"):
            return self._fraction()
        if name in ("binom", "dbinom", "tbinom"):
            return f"{self._group()} {self._word('choose')} {self._group()}"
        if name == "sqrt" or token == "√":
            return self._root()
        if name in _TEXT:
            return self._text()
        if name in _BY_NAME:
            return name
        if name in _AS_IT_IS or token == "\\|":
            if self._next == ".":
                self._at += 1
            return ""
        if name.removeprefix("var").lower() in _GREEK:
            return name.removeprefix("var").lower()
        if (name or token) in _SUMS or (name == "lim" and self._next == "_"):
            return self._sum(_SUMS.get(name or token, name))
        if (name or token) in _FUNCTIONS:
            return self._word(name or token)
        if token == "^":
            return self._power(before)
        if token == "_":
            return self._group()
        if sign := _SIGNS.get(name or token):
            return self._word(sign)
        if name and name not in "$#":
            raise _Unreadable
        return self._plain(name or token, before)

    def _plain(self, token: str, before: list[str]) -> str:
        if token[0].isdigit() or token in ",:;.$":
            return token
        if token.isalpha():
            # Two letters side by side are multiplied; more are a word.
            return token if len(token) > 2 or not token.isascii() else " ".join(token)
        if token in "([":
            called = before and len(before[-1]) == 1 and before[-1].isalpha() and before[-1] in "fghFGHPu"
            return self._word("of") if called and self._words else ""
        if token == "|" and self._formula.count("|") == 1:
            return self._word("∣")
        if token in ")]|":
            return ""
        return self._word(token)

    def _fraction(self) -> str:
        above, below = self._group(), self._group()
        if named := _FRACTIONS.get((above, below)):
            return self._word(named)
        comma = "," if " " in above else ""
        return f"{above}{comma} {self._word('/')} {below}"

    def _root(self) -> str:
        if self._next == "[":
            self._take()
            degree = self.sequence("]")
            named = self._word("∛") if degree == "3" else f"{degree} {self._word('root')}"
            return f"{named} {self._group()}"
        return f"{self._word('√')} {self._group()}"

    def _text(self) -> str:
        """As it is written."""
        if self._next != "{":
            raise _Unreadable
        start = self._tokens[self._at].end()
        while self._next and self._next != "}":
            self._at += 1
        if not self._next:
            raise _Unreadable
        end = self._tokens[self._at].start()
        self._at += 1
        return self._formula[start:end].replace("\\", " ")

    def _sum(self, sign: str) -> str:
        said = [self._word(sign)]
        below = "as" if sign == "lim" else "from"
        while self._next in ("_", "^"):
            said.append(self._word(below if self._take() == "_" else "upto"))
            said.append(self._group())
        return " ".join((*said, self._word("over" if sign == "∑" and len(said) > 1 else "of")))

    def _power(self, before: list[str]) -> str:
        raised = self._at >= 2 and self._tokens[self._at - 2][0] in (")", "]", "}")
        if self._next in ("\\circ", "°") or self._formula[self._tokens[self._at - 1].end() :].startswith(
            "{\\circ}"
        ):
            self._at += 3 if self._next == "{" else 1
            return self._word("°")
        exponent = self._group()
        named = {"2": "squared", "3": "cubed"}.get(exponent)
        said = self._word(named) if named else f"{self._word('power')} {exponent}"
        return (
            f", {self._word('all')} {said}" if raised and before and " " in " ".join(before).strip() else said
        )
