"""Ctrl-C while a program is still being loaded: it ends without a word, as nothing is to be put away yet."""

import os
import signal
from collections.abc import Callable


def end_at_once(exit_code: int) -> Callable[[], None]:
    """From here on Ctrl-C ends the process; what is returned makes it an exception again, as Python has it.

    An import is a bad place for an exception: modules in C abort, and others take it for one of their own.
    Whoever started us with Ctrl-C ignored keeps it so.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return lambda: None
    signal.signal(signal.SIGINT, lambda *_: os._exit(exit_code))

    def again() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)

    return again
