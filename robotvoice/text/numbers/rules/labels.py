"""What stands before a number: `No. 5`, `p. 12`, `§ 5`; the number of an item of a list."""

import re
from functools import lru_cache

from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.grammar.tongue import Tongue
from robotvoice.text.numbers.grammar.vocabulary import alternatives

_ITEM = re.compile(r"(?P<number>[0-9]{1,3})(?P<mark>[.)])(?=[ \u00a0]+(?P<next>\S+))")
_ANOTHER = r"(?=[#§$€£]?\.?[0-9])"
"""A number, or its sign"""


def labelled(scan: Scan) -> Read | None:
    """Without the number, which is read by itself."""
    found = _labels(scan.tongue).match(scan.text, scan.at)
    if not found:
        return None
    words = scan.tongue.labels[found["label"]] if found["label"] else scan.tongue.signs[found["sign"]]
    return Read(found.end(), f"{words} ")


def item(scan: Scan) -> Read | None:
    """The number of an item of a list, as `1. Open the door`; a colon keeps it in the item's sentence."""
    found = scan.match(_ITEM) if not scan.text[: scan.at].strip() else None
    if not found or not scan.tongue.is_item(found["mark"], found["next"].strip(".,;:!?")):
        return None
    return Read(found.end(), f"{scan.tongue.cardinal(int(found['number']))}:")


@lru_cache(maxsize=32)
def openers(tongue: Tongue) -> str:
    """A pattern for where a label may begin."""
    stopped, bare, signs = map(alternatives, (tongue.labels, tongue.bare_labels, tongue.signs))
    return rf"(?:{stopped})\.[ \u00a0]?[#§$€£]?\.?[0-9]|(?:{bare})[ \u00a0][0-9]|(?:{signs})[ \u00a0]?[0-9]"


@lru_cache(maxsize=32)
def _labels(tongue: Tongue) -> re.Pattern[str]:
    stopped, bare, signs = map(alternatives, (tongue.labels, tongue.bare_labels, tongue.signs))
    return re.compile(
        rf"(?<!\w)(?:(?P<label>(?:{stopped})(?=\.)|(?:{bare})(?=[ \u00a0]))\.?[ \u00a0]?{_ANOTHER}"
        rf"|(?P<sign>{signs})[ \u00a0]?(?=[0-9]))"
    )
