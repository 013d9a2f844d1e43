"""What is said: sentences that are told apart by their sound, whichever voice speaks them."""

from collections.abc import Sequence

SENTENCES: Sequence[str] = (
    "Tea is ready.",
    "Nine cups.",
    "Where is it?",
    "A fox ran off.",
    "Open the door.",
    "We go home.",
    "More milk.",
    "My wheel sticks.",
    "It rains.",
    "Too bright.",
)
"""Short, as a trial has to wait for the end of each"""
STORY = "Once upon a time a small robot lived behind a clock."
"""Long enough to be cut in its middle"""
HELD = "Wait for me."
"""The gateway accepts it, and its voice does not begin"""
URGENT = "Danger, the battery is hot."
STOP = "Stop."
PHRASES: Sequence[str] = ("Hello, I am here.", "One moment, please.", "Good night, everybody.")
"""What the robot keeps in the gateway's voice"""
SPOKEN: Sequence[str] = (*SENTENCES, STORY, HELD, URGENT, *PHRASES, STOP)
LOWEST, STEP = 400, 60
"""Hz"""


def pitch(text: str) -> int:
    """Of the tone that is this sentence in the gateway's voice, in Hz."""
    return LOWEST + STEP * SPOKEN.index(text)


def text_of(pitch: float) -> str | None:
    """The sentence of a tone that was heard."""
    number = round((pitch - LOWEST) / STEP)
    near = abs(pitch - (LOWEST + STEP * number)) < STEP / 3
    return SPOKEN[number] if near and 0 <= number < len(SPOKEN) else None


def tone_seconds(text: str) -> float:
    """How long a sentence takes in the gateway's voice."""
    return 0.04 * len(text)
