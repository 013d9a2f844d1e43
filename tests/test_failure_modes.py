"""Every failure that is described names a test that is there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "failure-modes.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
ROWS = [
    line for line in PAGE.splitlines() if line.startswith("|") and not line.startswith(("| what ", "|---"))
]


@cache
def names_in(file: str) -> set[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED.findall(PAGE))))
def test_a_test_that_is_named_exists(file: str, test: str) -> None:
    assert test in names_in(file)


def test_every_row_names_a_test() -> None:
    assert len(ROWS) > 50
    assert [row for row in ROWS if not NAMED.search(row)] == []


def test_every_mention_of_a_test_is_understood() -> None:
    """One that is spelled another way would not be looked for."""
    assert PAGE.count("::") == len(NAMED.findall(PAGE))
