"""What somebody may have meant who wrote a name that there is not."""

from collections.abc import Collection, Sequence

LONGEST = 128
"""Characters that are compared, as this takes more than proportionally longer for more"""


def near(name: str, known: Collection[str], most: int = 1, alike: float = 0.6) -> list[str]:
    """The known names that may be meant, whatever the case, the nearest first; `alike` is from 0 to 1."""
    import difflib  # only mistakes pay for it

    spelled = {each.lower(): each for each in known}
    return [spelled[each] for each in difflib.get_close_matches(name[:LONGEST].lower(), spelled, most, alike)]


def did_you_mean(near: Sequence[str], otherwise: str) -> str:
    """The question, if there are near names, else what is to be done without them."""
    return f"did you mean {' or '.join(near)}?" if near else otherwise


def nearest_or_all(name: str, known: Collection[str]) -> str:
    """The question for the nearest name, or all of them if none is near."""
    return did_you_mean(near(name, known), f"known are {', '.join(known)}")
