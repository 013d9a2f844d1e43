"""How a persona wants its texts to be read."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

Acting: TypeAlias = Literal["drop", "say"]
"""What becomes of stage directions and sound marks, such as `*sighs*` and `[laughs]`"""

Numbers: TypeAlias = Literal["words", "as_written"]
"""Whether numbers are written out, or left for each engine to read in its own way"""


@dataclass(frozen=True, slots=True)
class Reading:
    """Of one text."""

    language: str = ""
    """A tag such as `en-GB`: signs become words of it. Empty: signs stay as they are"""
    acting: Acting = "drop"
    numbers: Numbers = "as_written"
    named: tuple[str, ...] = ()
    """Words with digits that a lexicon names: they stay as they are written"""

    @property
    def tongue(self) -> str:
        """The language without script and region, such as `en`."""
        return self.language.replace("_", "-").partition("-")[0].lower()

    def of(self, language: str | None) -> "Reading":
        """The same in the language that is asked for, a tag; None: in its own."""
        return replace(self, language=language) if language else self


PLAIN = Reading()
