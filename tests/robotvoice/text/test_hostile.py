"""No text takes more than linear time, and none breaks the cleaning, whatever it repeats."""

# ruff: noqa: E501, RUF001 - what is tested is shown as it is written

import pytest

from robotvoice.errors import EmptyText, TextTooLong
from robotvoice.text import Reading, sentences

LONG = 100_000
UNITS = r"""
<think> </think> <think></think> <think><think></think> </thinkx> <thinking <think¦ [think] [THINK] [/THINK] [INST] [/INST]
<tool_call> </tool_call> <tool_call>{"name":"x"} {"action": {"a":1} {"a":{ {"text":"a"} [{"a":1}, [{ { } {{ }} {' {"a
<|im_end|> <|im_start|> <|im_start|>user <|channel|>analysis <|channel|>final <|message|> <| |> <|think|> <|/think|> <｜
<script> </script> <style <!-- --> <![CDATA[ ]]> <! <? <ref> </ref> <sup>1</sup> <sup> <td> <tr><td> <b> </b><b> <span>
<sub␣alias="x"> <break␣time="1s"/> [pause] [pause␣2s] [pause␣ (pause) <#0.5#> [[slnc␣
$ $$ $x$ $x $$x \( \) \[ \] \(x\) \begin{a} \begin{align} \end{align} \frac{ \frac{1}{2} \sqrt $\frac{ ^ x^ x^{ _ \
[1] [^1] 【 】 【1†】 [^ (Smith,␣2020) (source citeturn0search0 \ue200 [a][ [[ ]] [a]:␣
:-) :) ( (( (^ ʕ ¯\_( (ツ) :smile: :a :: ^_^ <3 xD
*sighs* *a␣ *sighs␣ (laughs) (laughs [laughs] [laughs _a ~a~ ::a::
< > <␣ ␣<␣ a<b a␣<␣b -> → ␣→␣ a→ <= >= ~5 x^2 2*3 | ␣|␣ [a] {a} <a@b>
a. a.⏎ a⏎ A⏎ a,⏎ a-⏎ It⏎ The⏎ 1.⏎ 字⏎ 字。⏎ ⏎⏎ ␣⏎ a.␣ A.␣ a.␣b.␣ 1.␣ Dr.␣ z.␣B.␣ (a.␣ "a." ?␣ …␣ ...␣ 。」と
aaaa aaaab !!!! ?! ... ==== ___ ababab haha
``` `` ` ```a⏎ ```tool_code⏎ ~~~ ~~~a⏎ `a``b```c
Thought:⏎ Answer:⏎ Thinking...⏎ analysis
"""
"""Each is repeated without end; ␣ stands for a space, ⏎ for a newline, ¦ for nothing."""


def junk(unit: str, length: int) -> str:
    unit = unit.replace("␣", " ").replace("⏎", "\n").replace("¦", "").replace("\\ue200", "\ue200")
    return (unit * length)[:length]


def read(text: str) -> None:
    try:
        assert sentences(text, reading=Reading("en"), limit=8 * LONG)
    except (EmptyText, TextTooLong):
        return


@pytest.mark.slow
@pytest.mark.timeout(30)
@pytest.mark.parametrize("unit", UNITS.split())
def test_a_text_that_repeats_itself_takes_linear_time(unit: str) -> None:
    """A pattern that backtracks would take minutes for a text twenty times as long as a request may be."""
    read("Hello.\n" + junk(unit, LONG) + "\nx")


@pytest.mark.parametrize("unit", UNITS.split())
def test_a_text_that_repeats_itself_breaks_nothing(unit: str) -> None:
    read(junk(unit, 600))
    read(f"Hello. {junk(unit, 300)}\n{junk(unit, 300)}x")
