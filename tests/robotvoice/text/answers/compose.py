"""Three hundred answers out of the blocks beside this file; `python -m tests.robotvoice.text.answers.compose` writes them.

Each block is an answer by itself. The others are several of one language, with what models put around them:
thoughts, calls of tools, marks of a chat template, faces; some are wrapped or have a Windows end of line.
"""

# ruff: noqa: E501, RUF001 - noise is shown as it is written

import json
import random
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from tests.robotvoice.text.answers.blocks import Block, blocks, words

NUMBER = 300
FILE = Path(__file__).with_name("answers.jsonl")
AROUND_THOUGHTS = [
    ("<think>", "</think>"), ("<think>\n", "\n</think>\n\n"), ("<thinking>", "</thinking>"), ("<THINKING>", "</THINKING>"),
    ("<thought>", "</thought>"), ("<reasoning>\n", "\n</reasoning>\n"), ("<reflection>", "</reflection>"),
    ("<scratchpad>", "</scratchpad>\n"), ("<inner_monologue>", "</inner_monologue>"), ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"), ("<seed:think>", "</seed:think>"), ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|begin_of_thought|>\n", "\n<|end_of_thought|>\n"), ("<antThinking>", "</antThinking>\n"), ("", "</think>\n\n"),
    ('<details type="reasoning" done="true">\n<summary>Thought for 3 s</summary>\n> ', "\n</details>\n\n"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    ("Thinking...\n", "\n...done thinking.\n\n"), ("Thought: ", "\nFinal Answer: "),
]  # fmt: skip
THOUGHTS = [
    "The user wants a short answer. I should not mention the list.",
    "Okay, so they ask again. Let me check: 3 * 4 = 12. Yes.",
    "Hmm, is this a trick?\n\n1. It could be.\n2. It could not.\n\nI will just answer.",
    "He sounds sad today; be kind, but do not say so.",
    "Der Nutzer ist ein Kind. Ich antworte einfach und kurz.",
    "El usuario quiere saber la hora. No tengo reloj.",
    "L'utilisateur est pressé, donc je réponds vite.",
    "ユーザーは疲れているようだ。短く答えよう。",
    "用户想要一个简短的回答。",
    "Wait, `x < 3` would be wrong here... **no**, it is right.",
]
CALLS = [
    '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Bristol"}}\n</tool_call>\n',
    '<function=search>{"query": "tides"}</function>\n',
    '<function_calls>\n<invoke name="clock">\n<parameter name="zone">UTC</parameter>\n</invoke>\n</function_calls>\n',
    '```tool_code\nprint(default_api.get_time(zone="UTC"))\n```\n',
    '{"action": "lookup", "action_input": "lighthouse"}\n',
    '[{"name": "play_song", "parameters": {"title": "Yellow"}}]\n',
    '<|python_tag|>{"name": "clock", "parameters": {}}<|eom_id|>',
    "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>clock<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
]
MARKS = [
    ("", "<|im_end|>"), ("", "</s>"), ("", "<|eot_id|>"), ("<|assistant|>\n", "<|end|>"), ("<bos>", "<eos>"),
    ("<|im_start|>assistant\n", "<|im_end|>\n<|im_start|>user\nAnd now?<|im_end|>"),
    ("<|start_header_id|>assistant<|end_header_id|>\n\n", "<|eot_id|>"),
    ("[INST] Tell me something. [/INST] ", "</s>"),
    ("<start_of_turn>user\nTell me.<end_of_turn>\n<start_of_turn>model\n", "<end_of_turn>"),
    ("", "<|endoftext|>"), ("", "\n\n[EOS]"),
]  # fmt: skip
FACES = [" :-)", " ;)", " 😊", " ^_^", " (◕‿◕)", " :D", "\n\n🙂", " <3"]
NO_PARAGRAPH = re.compile(r"^(?:[-*#|>+`<{─]|\d+[.)]|[a-z]\)|!\[|---)", re.MULTILINE)


def wrapped(text: str, width: int) -> str:
    """Each paragraph at a width; lists, tables, code and what has lines of its own stay."""

    def wrap(paragraph: str) -> str:
        if "\n" in paragraph or "&" in paragraph or NO_PARAGRAPH.search(paragraph):
            return paragraph
        return textwrap.fill(paragraph, width, break_long_words=False, break_on_hyphens=False)

    return "\n\n".join(map(wrap, text.split("\n\n")))


def composed(chosen: list[Block], pick: random.Random) -> str:
    """These blocks as one answer, with noise around it."""
    text = "\n\n".join(block.text for block in chosen)
    if chosen[0].language not in ("ja", "zh") and pick.random() < 0.3:
        text = wrapped(text, pick.choice([50, 60, 72]))
    if pick.random() < 0.3 and words(text[-12:]):
        text += pick.choice(FACES)
    if pick.random() < 0.2:
        text = f"{text}\n{pick.choice(CALLS)}" if pick.random() < 0.5 else pick.choice(CALLS) + text
    if pick.random() < 0.5:
        opening, closing = pick.choice(AROUND_THOUGHTS)
        text = f"{opening}{pick.choice(THOUGHTS)}{closing}{text}"
    elif pick.random() < 0.4:
        opening, closing = pick.choice(MARKS)
        text = f"{opening}{text}{closing}"
    return text.replace("\n", "\r\n") if pick.random() < 0.1 else text


def more(first: Block, every: list[Block], pick: random.Random) -> list[Block]:
    """What goes with a block: others of its language, but none that can only stand in front."""
    same = [
        each
        for each in every
        if each.language == first.language and each is not first and "front-matter" not in each.name
    ]
    return pick.sample(same, min(len(same), pick.choice([0, 1, 1, 2])))


def answers() -> Iterator[dict[str, object]]:
    """Name, language, text, and the words of each sentence that should be heard."""
    pick = random.Random(2026)
    every = list(blocks())
    found = {block.text: [block] for block in every}
    while len(found) < NUMBER:
        first = pick.choice(every)
        chosen = [first, *more(first, every, pick)]
        found.setdefault(composed(chosen, pick), chosen)
    for text, chosen in found.items():
        yield {
            "name": " + ".join(block.name for block in chosen),
            "language": chosen[0].language,
            "text": text,
            "sentences": [sentence for block in chosen for sentence in block.sentences],
        }


def lines() -> str:
    return "".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers())


if __name__ == "__main__":
    FILE.write_text(lines(), "utf-8")
