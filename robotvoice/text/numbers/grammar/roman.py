"""Roman numerals up to 39, as kings and chapters have them."""

import re

_CANONICAL = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")
_VALUES = {"I": 1, "V": 5, "X": 10}


def value_of(numeral: str) -> int:
    """0: it is none that is written properly."""
    if not _CANONICAL.fullmatch(numeral):
        return 0
    digits = [_VALUES[each] for each in numeral]
    return sum(
        -here if here < following else here for here, following in zip(digits, [*digits[1:], 0], strict=True)
    )
