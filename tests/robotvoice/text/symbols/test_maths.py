r"""Formulas are words of the text's language or nothing: no backslash, and no dollar that is no money."""

import re

import pytest

from robotvoice.text import Omissions, Reading, clean


def read(text: str, language: str = "en") -> str:
    return clean(text, reading=Reading(language))


@pytest.mark.parametrize(
    ("formula", "spoken"),
    [
        (r"\frac{1}{2}bh", "one half b h"),
        (r"E = mc^2", "E equals m c squared"),
        (r"a^2 + b^2 = c^2", "a squared plus b squared equals c squared"),
        (
            r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}",
            "x equals minus b plus or minus the square root of b squared minus 4 a c, over 2 a",
        ),
        (r"\sum_{i=1}^{n} i", "the sum from i equals 1 to n of i"),
        (r"\int_0^1 x^2 \, dx", "the integral from 0 to 1 of x squared d x"),
        (r"\lim_{x \to 0} \frac{\sin x}{x}", "the limit as x to 0 of sine x, over x"),
        (r"\alpha + \beta \leq \Gamma", "alpha plus beta is less than or equal to gamma"),
        (r"f(x) = 2x", "f of x equals 2 x"),
        (r"5 \times 3 \neq 16", "5 times 3 is not equal to 16"),
        (r"10^{-3}", "10 to the power of minus 3"),
        (r"(a+b)^2", "a plus b, all squared"),
        (r"90^\circ", "90 degrees"),
        (r"x_1 + x_{max}", "x 1 plus x max"),
        (r"\sqrt[3]{8}", "the cube root of 8"),
        (r"x \in \mathbb{R}", "x in R"),
        (r"\text{area} = \pi r^2", "area equals pi r squared"),
        (r"p \approx 0.05", "p is about 0.05"),
        (r"n!", "n factorial"),
        (r"\boxed{42}", "42"),
        (r"\mathrm{H_2O}", "H 2 O"),
        (r"50\%", "50 percent"),
        (r"\frac12", "one half"),
        (r"\binom{n}{k}", "n choose k"),
        (r"\arctan 1{,}5", "arctan 1,5"),
        (r"\|v\|", "v"),
        (r"\$5", "$5"),
    ],
)
def test_a_formula_is_read_aloud(formula: str, spoken: str) -> None:
    """Case A8, in every way to mark one."""
    for written in (f"${formula}$", f"$${formula}$$", rf"\({formula}\)", rf"\[{formula}\]"):
        assert read(f"So {written} is it.") == f"So {spoken} is it.", written


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("de", "3 durch x ist kleiner oder gleich Wurzel aus 2 hoch n"),
        ("es", "3 sobre x es menor o igual que raíz cuadrada de 2 elevado a n"),
        ("fr", "3 sur x est inférieur ou égal à racine carrée de 2 puissance n"),
        ("it", "3 fratto x è minore o uguale a radice quadrata di 2 alla n"),
        ("pt-BR", "3 sobre x é menor ou igual a raiz quadrada de 2 elevado a n"),
    ],
)
def test_a_formula_is_read_in_the_language_of_the_text(language: str, spoken: str) -> None:
    assert read(r"$\frac{3}{x} \le \sqrt{2^n}$", language) == spoken


@pytest.mark.parametrize("language", ["ja", "ru", "zh", ""])
def test_where_signs_have_no_words_a_formula_is_left_out_and_told(language: str) -> None:
    omissions = Omissions()
    text = clean(r"A $\frac{1}{2}bh$ B", reading=Reading(language), omissions=omissions)
    assert text == "A B"
    assert [each.kind for each in omissions.found] == ["maths"]
    assert read("Die $x$ und $y = 5$.", language) == "Die x und y = 5."


@pytest.mark.parametrize(
    "formula",
    [
        r"$\begin{pmatrix} 1 & 0 \\ 0 & 1 \end{pmatrix}$",
        r"\begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}",
        r"$\overset{!}{\rightsquigarrow} \mathfrak{g}$",
        r"$" + r"\frac{" * 30 + "1" + "}{2}" * 30 + "$",
        r"$\frac{1}$",
        r"$\sqrt{$",
        "$" + "x + " * 200 + "x$",
    ],
)
def test_what_nobody_could_follow_by_ear_is_left_out(formula: str) -> None:
    spoken = read(f"Look: {formula} Done.")
    assert "backslash" not in spoken and "\\" not in spoken
    assert re.sub(r"[^A-Za-z]+", " ", spoken).split()[0] == "Look"
    assert spoken.endswith("Done.")


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 to $10.",
        "From $5-$10, or $5/$6.",
        "I have $5, you have $6.",
        "US$ and A$ are money.",
        "He paid $1,000 and got $20 back.",
        "$5 and I paid it with A$ today.",
        "Put $HOME and $PATH into it.",
        "Wer $5 hat, hat 5 $.",
        "C:\\Users\\tim\\new",
        "Costs: $3.50 (was $4.00).",
    ],
)
def test_money_and_paths_are_no_formulas(text: str) -> None:
    assert read(text) == text


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("The area is \\frac{1}{2} b h.", "The area is one half b h."),
        ("5\\times3 is 15 and \\alpha is small", "5 times 3 is 15 and alpha is small"),
        ("\\begin{align} a &= b \\\\ c &= d \\end{align}", "a equals b, c equals d"),
        (
            "Then x^2 + y^2 = z^2, or 2^10.",
            "Then x squared + y squared = z squared, or 2 to the power of 10.",
        ),
        ("So it is \\[1\\], \\(x\\) too, \\[see above\\].", "So it is, x too, see above."),
    ],
)
def test_a_formula_without_marks_has_no_backslash_either(text: str, spoken: str) -> None:
    assert read(text) == spoken
