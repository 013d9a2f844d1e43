"""What no listener should hear goes with all it holds, in whatever spelling, whether it ends or not."""

# ruff: noqa: E501, RUF001 - what is tested is shown as it is written

import pytest

from robotvoice.errors import EmptyText
from robotvoice.text import Omissions, clean, sentences

SPELLINGS = r"""
<think>¦</think>
<THINK>¦</THINK>
<thinking>¦</thinking>
<Thinking>¦</Thinking>
<think >¦</think >
<think duration="3" hidden>¦</think>
<thought>¦</thought>
<thoughts>¦</thoughts>
<inner_thoughts>¦</inner_thoughts>
<thought_process>¦</thought_process>
<reasoning>¦</reasoning>
<reasoning effort=high>¦</reasoning>
<reflection>¦</reflection>
<scratchpad>¦</scratchpad>
<scratch_pad>¦</scratch_pad>
<inner_monologue>¦</inner_monologue>
<internal>¦</internal>
<analysis>¦</analysis>
<plan>¦</plan>
<cot>¦</cot>
<chain_of_thought>¦</chain_of_thought>
<chainOfThought>¦</chainOfThought>
<antThinking>¦</antThinking>
<thinking>¦</thinking>
<seed:think>¦</seed:think>
<Denken>¦</Denken>
<思考>¦</思考>
<details type="reasoning" done="true" duration="12">¦</details>
<div class="message reasoning">¦</div>
<section id='chain-of-thought'>¦</section>
◁think▷¦◁/think▷
⟨think⟩¦⟨/think⟩
[THINK]¦[/THINK]
[THINKING]¦[/THINKING]
[think]¦[/think]
[REASONING]¦[/REASONING]
<|begin_of_thought|>¦<|end_of_thought|>
<|START_THINKING|>¦<|END_THINKING|>
<|think|>¦<|/think|>
<|thinking_start|>¦<|thinking_end|>
<｜begin▁of▁thinking｜>¦<｜end▁of▁thinking｜>
<|channel|>analysis<|message|>¦<|end|><|start|>assistant<|channel|>final<|message|>
<|channel>thought¦<channel|>
```thinking⏎¦⏎```
Here is my thought process: ¦ Here is my response:
Thinking...⏎¦⏎...done thinking.⏎
Thought: ¦⏎Final Answer:
Reasoning: ¦⏎Answer:
**Thinking:** ¦⏎⏎**Answer:**
**Thinking**⏎¦⏎⏎**Answer**⏎
## Reasoning⏎¦⏎⏎## Final Answer⏎
[[ ## reasoning ## ]]⏎¦⏎⏎[[ ## answer ## ]]⏎
analysis¦assistantfinal
"""
"""Around a thought; ⏎ is a new line."""
THOUGHTS = [line.replace("⏎", "\n").split("¦") for line in SPELLINGS.split("\n") if line]
SECRET = "He looks tired, so I should be brief. `x < 3` is so."


def heard(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(text)]


@pytest.mark.parametrize(("opening", "closing"), THOUGHTS)
def test_a_thought_is_not_heard(opening: str, closing: str) -> None:
    """Case A1: neither glued to the answer, nor in lines, nor with code in it."""
    for thought in (SECRET, f"\n{SECRET}\n\n- {SECRET}\n", f"\n~~~python\n{SECRET}\n~~~\n"):
        assert heard(f"{opening}{thought}{closing}Good night. Sleep well.") == ["Good night.", "Sleep well."]


IN_TAGS = [each for each in THOUGHTS if each[0][0] in "<◁⟨[" and each[0].strip() == each[0] != "[think]"]
"""`[think]` alone may be a stage direction, too."""


@pytest.mark.parametrize("opening", [opening for opening, _ in IN_TAGS])
def test_a_thought_that_never_ends_goes_to_the_end(opening: str) -> None:
    with pytest.raises(EmptyText):
        clean(f"{opening}{SECRET} More of it.")
    assert heard(f"It is noon.\n{opening}{SECRET}") == ["It is noon."]


CLOSING = [closing for _, closing in IN_TAGS if "think" in closing.lower() or "_" in closing]


@pytest.mark.parametrize("closing", CLOSING)
def test_all_before_a_lone_end_is_a_thought(closing: str) -> None:
    """Some templates open it before the model begins, and show only the end."""
    assert heard(f"{SECRET}\n\n{SECRET}{closing}\n\nGood night.") == ["Good night."]


@pytest.mark.parametrize(
    "text",
    [
        "<think>a <think>b</think> c</think>Noon.",
        "<think>a <think>b</think>Noon.",
        "<think>a <thought>b</think>Noon.",
        "<thinking>a</think>Noon.",
        "<think>a</think><think>b</think>Noon.",
        "<think>a</think>b</think>Noon.",
        "&lt;think&gt;a&lt;/think&gt;Noon.",
        "<think>a <b>b</b> <tool_call> c</think>Noon.",
        "<think></think>\n\nNoon.",
        "<th\u200bink>a</think>Noon.",
        "**<think>a</think>** Noon.",
        "> <think>\n> a\n> </think>\n\nNoon.",
    ],
)
def test_thoughts_within_and_after_thoughts_go_too(text: str) -> None:
    assert heard(text) == ["Noon."]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Put it into `<think>` and `</think>`, please.", "Put it into think and think, please."),
        ("I think that <b>thinking</b> helps.", "I think that thinking helps."),
        ("Use `<|im_end|>` and `[INST]`.", "Use im_end and INST."),
        ("The thought: it rains.", "The thought: it rains."),
        ("Action: stir the soup.", "Action: stir the soup."),
        ("Look:\n```html\n<think>\n```\nDone.", "Look:\nDone."),
        ("It takes 3 < x and y > 2 steps.", "It takes 3 < x and y > 2 steps."),
        ('See <a href="https://x.org/thinking">this</a>.', "See this."),
        ('<img alt="a hidden door" src="x.png"> opens.', "a hidden door opens."),
    ],
)
def test_what_only_speaks_of_it_is_heard(text: str, spoken: str) -> None:
    assert clean(text) == spoken


TEMPLATES = [
    "It is noon.<|im_end|>",
    "<|im_start|>assistant\nIt is noon.<|im_end|>\n<|im_start|>user\nThanks!<|im_end|>",
    "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>assistant\nIt is noon.",
    "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nTime?<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\nIt is noon.<|eot_id|>",
    "<s>[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nTime? [/INST] It is noon. </s>",
    "[INST] Time? [/INST]It is noon.",
    "Time? [/INST] It is noon.",
    "It is noon. [INST] And now?",
    "<start_of_turn>user\nTime?<end_of_turn>\n<start_of_turn>model\nIt is noon.<end_of_turn>",
    "<bos>It is noon.<eos>",
    "<|user|>\nTime?<|end|>\n<|assistant|>\nIt is noon.<|end|>",
    "[|user|]Time?[|assistant|]It is noon.[|endofturn|]",
    "<｜begin▁of▁sentence｜><｜User｜>Time?<｜Assistant｜>It is noon.<｜end▁of▁sentence｜>",
    "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>Time?<|END_OF_TURN_TOKEN|>"
    "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>It is noon.<|END_OF_TURN_TOKEN|>",
    "<|start_of_role|>user<|end_of_role|>Time?<|end_of_text|>\n"
    "<|start_of_role|>assistant<|end_of_role|>It is noon.<|end_of_text|>",
    '<|start|>assistant to=functions.clock<|channel|>commentary<|constrain|>json<|message|>{"z": 1}<|call|>'
    "<|start|>assistant<|channel|>final<|message|>It is noon.<|return|>",
    "<|im_user|>user<|im_middle|>Time?<|im_end|><|im_assistant|>assistant<|im_middle|>It is noon.<|im_end|>",
    "<user>Time?</user><assistant>It is noon.</assistant>",
    "<system-reminder>Be kind.</system-reminder>It is noon.",
    "It is noon.<|endoftext|>",
    "It is noon.[EOS]",
]


@pytest.mark.parametrize("text", TEMPLATES)
def test_of_a_conversations_marks_only_the_answer_is_heard(text: str) -> None:
    """Case Y4."""
    assert heard(text) == ["It is noon."]


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>if (a < b && c > d) { say('x'); }</script>",
        '<script src="x.js" async>x</script>',
        "<style>x > b { color: red }</style>",
        "<head><title>T</title><meta charset=utf-8></head>",
        "<template><p>x</p></template>",
        "<svg viewBox='0 0 1 1'><text>x</text></svg>",
        "<noscript>x</noscript>",
        "<iframe src=x>x</iframe>",
        "<!-- x -->",
        "<!-- <b>x</b> > y -->",
        "<pre><code>x = 1</code></pre>",
        "<math><mi>x</mi></math>",
        "<p hidden>x</p>",
        '<span style="display: none">x</span>',
        '<i aria-hidden="true">x</i>',
        '<antArtifact identifier="a" type="code">x = 1</antArtifact>',
    ],
)
def test_what_a_page_does_not_show_is_not_heard(hidden: str) -> None:
    assert heard(f"It is {hidden}noon.") in (["It is noon."], ["It is.", "noon."])
    omissions = Omissions()
    clean(f"It is {hidden}noon.", omissions=omissions)
    assert "x" in "".join(each.text for each in omissions.found) or "T" in hidden


@pytest.mark.parametrize(
    "opening",
    [
        "<script>",
        "<style>",
        "<template>",
        "<svg>",
        "<!--",
        "<head>",
        "<pre>",
        "<tool_call>",
        "<iframe src=x>",
    ],
)
def test_what_is_not_shown_goes_to_the_end_if_it_never_ends(opening: str) -> None:
    assert heard(f"It is noon.\n{opening} x = 1; and so on") == ["It is noon."]


def test_it_is_told_what_was_left_out_and_why() -> None:
    omissions = Omissions()
    clean(
        "<think>a</think> *sighs* Hi [1] :-) see [this](https://x.org) <!-- b -->\n```\nc\n```\n"
        '{"action": "x"} <|im_end|> {"data": 1} 😀\n----\n$\\begin{matrix}1\\end{matrix}$',
        omissions=omissions,
    )
    assert {each.kind for each in omissions.found} == {
        "thought", "stage direction", "citation", "emoticon", "link", "markup", "code", "tool call", "template",
        "data", "decoration", "maths", "emoji",
    }  # fmt: skip
