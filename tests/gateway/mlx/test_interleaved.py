"""Many requests of several clients at one worker: nothing is mixed, and nothing grows."""

from dataclasses import dataclass, field

import pytest

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow, pytest.mark.timeout(400)]

CLIENTS = 8
MIXED = 300
"""Sentences that are spoken to their end, of A, B, A, B ..."""
TEXTS = ("Hi.", "Yes.", "I do.", "So am I.")
MANY = 1000
WARM_UP = 100
"""Requests after which nothing may grow any more"""
SAMPLES = 10
"""Looks at the memory, each after as many requests"""
FLAT = 0.05
"""Of the memory after the warm-up"""


@dataclass(frozen=True)
class Voices:
    """Two personas, and their clips as they come with single requests."""

    model: str
    references: dict[str, tuple[object, str]] = field(repr=False)


@pytest.fixture(scope="module")
def voices() -> None: ...
