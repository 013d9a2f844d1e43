"""The rules that are common to all languages, in the order in which they are tried."""

from collections.abc import Sequence

from speech.numbers.arithmetic import operation, scientific
from speech.numbers.clock import clock, duration, hours, ratio, zone
from speech.numbers.dates import date
from speech.numbers.fractions import fraction
from speech.numbers.labels import item, labelled
from speech.numbers.names import after_hyphen, name, row_of_numbers, version
from speech.numbers.quantities import quantity
from speech.numbers.rows import address, hexadecimal, telephone
from speech.numbers.scan import Rule

FIRST: Sequence[Rule] = (item,)
"""Before those of a language"""
COMMON: Sequence[Rule] = (
    labelled, operation, zone, hexadecimal, address, date, telephone, clock, hours, version, ratio, duration,
    fraction, scientific, row_of_numbers, after_hyphen, quantity, name,
)  # fmt: skip
