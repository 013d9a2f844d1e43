"""The rules that are common to all languages, in the order in which they are tried."""

from collections.abc import Sequence

from robotvoice.text.numbers.grammar.scan import Rule
from robotvoice.text.numbers.rules.arithmetic import operation, scientific
from robotvoice.text.numbers.rules.clock import clock, duration, hours, ratio, zone
from robotvoice.text.numbers.rules.dates import date
from robotvoice.text.numbers.rules.fractions import fraction
from robotvoice.text.numbers.rules.labels import item, labelled
from robotvoice.text.numbers.rules.names import after_hyphen, name, row_of_numbers, version
from robotvoice.text.numbers.rules.quantities import quantity
from robotvoice.text.numbers.rules.rows import address, hexadecimal, telephone

FIRST: Sequence[Rule] = (item,)
"""Before those of a language"""
COMMON: Sequence[Rule] = (
    labelled, operation, zone, hexadecimal, address, date, telephone, clock, hours, version, ratio, duration,
    fraction, scientific, row_of_numbers, after_hyphen, quantity, name,
)  # fmt: skip
