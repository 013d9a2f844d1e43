"""Thoughts that no tag stands around: an agent's labelled steps, and what some programs print around them."""

import re

from robotvoice.text.marks.boundary_marks import BREAK
from robotvoice.text.marks.omissions import Omissions

_LABEL = re.compile(
    r"^[^\S\n]*(?P<mark>#{1,6} (?:\*\*)?|\*\*|> |\[\[ ## )?"
    r"(?P<label>thoughts?|thinking|reasoning|thought process|chain[- ]of[- ]thought|inner monologue|"
    r"internal monologue|scratchpad|action|action input|observation|final answer|final response|answer|"
    r"response)(?: \d{1,2})?"
    r"(?:(?:\*\*)?:(?:\*\*)?| ## \]\]|(?P<bare>(?(mark)(?:\*\*)?(?=[^\S\n]*$)|(?!))))[^\S\n]*",
    re.MULTILINE | re.IGNORECASE,
)
_THOUGHTS = frozenset(
    {
        "thought", "thoughts", "thinking", "reasoning", "thought process", "chain-of-thought",
        "chain of thought", "inner monologue", "internal monologue", "scratchpad",
    }
)  # fmt: skip
_STEPS = frozenset({"action", "action input", "observation"})
_TITLES = frozenset({"thought", "thoughts", "action", "response"})
_ANSWERS = frozenset({"final answer", "final response", "answer", "response"})
_ASIDE = re.compile(
    r"[\[(*]{1,2}(?:internal |inner |my )?(?:thinking|thoughts?|thinks|reasoning|monologue) ?:"
    r"(?=\s?\w)[^\[\]()*\n]{0,2000}[\])*]{1,2}",
    re.IGNORECASE,
)
"""`[Thinking: …]`"""
_ROLE = re.compile(
    r"^[^\S\n]*(?:### ?|\*\*)?(?P<role>instruction|input|human|user|system|response|assistant)"
    r"(?:\*\*)?:(?:\*\*)?[^\S\n]*",
    re.MULTILINE | re.IGNORECASE,
)
_OWN = frozenset({"response", "assistant"})
_COMPLETED = re.compile(r"\[\[ ## completed ## \]\]")
_AROUND = (
    # What ollama prints in a terminal, what Granite says, and gpt-oss when its marks are taken away.
    (
        re.compile(r"^[^\S\n]*thinking(?:\.{3}|…)[^\S\n]*$", re.M | re.I),
        re.compile(r"(?:\.{3}|…)done thinking\."),
    ),
    (re.compile(r"here is my thought process:", re.I), re.compile(r"here is my response:", re.I)),
    (re.compile(r"\A\s*analysis(?=[A-Z\s])"), re.compile(r"assistantfinal")),
)


def without_labelled(text: str, omissions: Omissions) -> str:
    """Only what follows `Final Answer:` and its like is left of such a text."""
    for opening, closing in _AROUND:
        if (begins := opening.search(text)) and (ends := closing.search(text, begins.end())):
            omissions.add("thought", text[begins.start() : ends.end()])
            text = text[: begins.start()] + BREAK + text[ends.end() :]
    text = _ASIDE.sub(lambda found: omissions.add("thought", found[0]), text)
    text = _own_turns(_COMPLETED.sub("", text), omissions)
    labels = [
        (found, found["label"].lower()) for found in _LABEL.finditer(text) if not _may_be_a_title(found)
    ]
    names = {name for _, name in labels}
    if not names & _THOUGHTS or not names & (_ANSWERS | _STEPS):
        return text  # an ordinary word with a colon
    kept = [text[: labels[0][0].start()]]
    ends_at = [found.start() for found, _ in labels[1:]] + [len(text)]
    for (found, name), end in zip(labels, ends_at, strict=True):
        if name in _ANSWERS:
            kept += BREAK, text[found.end() : end]
        else:
            omissions.add("tool call" if name in _STEPS else "thought", text[found.start() : end])
    return "".join(kept)


def _may_be_a_title(label: re.Match[str]) -> bool:
    """A heading such as `## Thoughts`, of an essay."""
    return label["bare"] is not None and label["label"].lower() in _TITLES


def _own_turns(text: str, omissions: Omissions) -> str:
    """What the model said, if the text is a conversation from its beginning; one in a story is left alone."""
    roles = [(found, found["role"].lower() in _OWN) for found in _ROLE.finditer(text)]
    if not any(own for _, own in roles) or text[: roles[0][0].start()].strip():
        return text
    kept = [text[: roles[0][0].start()]]
    ends = [found.start() for found, _ in roles[1:]] + [len(text)]
    for (found, own), end in zip(roles, ends, strict=True):
        if own:
            omissions.add("template", found[0])
            kept += BREAK, text[found.end() : end]
        else:
            omissions.add("template", text[found.start() : end])
    return "".join(kept)
