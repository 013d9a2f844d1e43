"""What a parser's complaint about YAML means to whoever wrote it: the line of the slip, and what to write."""

import re

import yaml

SECOND_COLON = re.compile(r"""\s*(- )?[\w-]+:\s+[^"'{\[\s].*:(\s|$)""")
WITH_KEY = re.compile(r"\s*(- )?[^:#]+:(\s|$)")


def slip(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str]:
    """The line, from 1, and what follows `is not YAML: `."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    began = error.context_mark.line + 1 if error.context_mark else line
    problem = error.problem or error.context or "broken"
    lines = text.splitlines()
    if problem.startswith("mapping values are not allowed"):
        return _misplaced_colon(line, lines)
    if problem.startswith("expected ',' or"):
        opened, closed = ("{", "}") if "}" in problem.partition(" but ")[0] else ("[", "]")
        return (
            began,
            f"a {opened} is not closed, or a comma or quotes are missing in it; close it with {closed}",
        )
    if "'\\t'" in problem:
        return line, "holds a tab; indent with spaces"
    if "cannot start any token" in problem:
        return line, f"a value cannot begin with {problem.split()[2]}; put it in quotes"
    if problem == "found unexpected end of stream":
        return began, "a quote is not closed; close it in the same line"
    if problem.startswith("could not find expected ':'"):
        return began, "has no colon, or no space behind its dash; write `key: value` or `- item`"
    found = problem.rpartition("found ")[2].strip("'")
    if found in ("]", "}"):
        return line, f"has a {found} too many; remove it"
    if problem.startswith("expected <block end>") and found == "<scalar>":
        return line, "has text behind a closing quote; put all of it in quotes, or none"
    if problem.startswith("expected <block end>") and found in ("-", "?"):
        return line, "mixes a list with keys; indent each below what it belongs to"
    if problem.startswith("sequence entries"):
        return line, "begins a list behind its key; begin it on the next line, or write [one, two]"
    if "chomping" in problem:
        return line, "has text behind | or >; put it on the next line"
    if problem.startswith("expected <block end>"):
        return line, "is indented differently from the lines it belongs to; use as many spaces as they have"
    if problem.startswith("found unknown escape character"):
        return line, f"\\{problem.split()[-1].strip(chr(39))} means nothing in double quotes; use single ones"
    return line, f"{problem}; correct that line"


def _misplaced_colon(line: int, lines: list[str]) -> tuple[int, str]:
    here = lines[line - 1] if line <= len(lines) else ""
    if SECOND_COLON.match(here):
        return line, "holds a second colon; put the value in quotes"
    above = next((number for number in range(line - 1, 0, -1) if lines[number - 1].strip()), line)
    if above != line and not WITH_KEY.match(lines[above - 1]):
        return above, "has no colon with a space behind it; write `key: value`"
    return line, "is indented further than the line above, which has a value already; use as many spaces"
