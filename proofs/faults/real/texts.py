"""What is said: sentences whose length is known before, with a word that makes each text a new one.

A word may be too much for the model: then all of the text's sentences come out wrong in a cloned voice.
"""

import random
from collections.abc import Sequence

from proofs.tiny_voice import BABBLES_ON

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


def text(rng: random.Random, *, too_much: bool) -> tuple[Sequence[int], Sequence[str]]:
    """The numbers of the templates, and the sentences made of them."""
    chosen = rng.sample(range(len(TEMPLATES)), rng.randint(1, LONGEST))
    said = word(rng)
    if too_much:
        said = f"{said[:2]}{BABBLES_ON}{said[3:]}"
    return chosen, [TEMPLATES[each].format(word=said) for each in chosen]
