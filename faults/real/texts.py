"""What is said: sentences whose length is known before, with a word that makes each text a new one."""

import random
from collections.abc import Sequence

TEMPLATES = (
    "{word} came in early.",
    "The kettle sang to {word}.",
    "Nine cups stood by {word}.",
    "Then {word} went home.",
)
LONGEST = 3
"""Sentences in a text"""
_CONSONANTS, _VOWELS = "bdfgklmnprstv", "aeiou"


def word(rng: random.Random) -> str:
    """Six letters, so that each sentence takes about as long with one as with another."""
    return "".join(rng.choice(_CONSONANTS) + rng.choice(_VOWELS) for _ in range(3)).capitalize()


def text(rng: random.Random) -> tuple[Sequence[int], Sequence[str]]:
    """The numbers of the templates, and the sentences made of them."""
    chosen = rng.sample(range(len(TEMPLATES)), rng.randint(1, LONGEST))
    said = word(rng)
    return chosen, [TEMPLATES[each].format(word=said) for each in chosen]
