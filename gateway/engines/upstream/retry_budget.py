"""How often requests may be sent a second time: seldom enough that a server in trouble is not drowned."""

REQUESTS_FOR_A_RETRY = 10
"""So that second tries are at most a tenth of all requests, but for the one in hand"""
MOST_IN_HAND = 3
"""Retries that may be saved up"""


class RetryBudget:
    """One retry in hand, and one more for every ten requests."""

    def __init__(self) -> None:
        self._saved = REQUESTS_FOR_A_RETRY

    def requested(self) -> None:
        """A request is sent for the first time."""
        self._saved = min(self._saved + 1, MOST_IN_HAND * REQUESTS_FOR_A_RETRY)

    def take(self) -> bool:
        """Whether a request may be sent again; if so, that is paid for."""
        if self._saved < REQUESTS_FOR_A_RETRY:
            return False
        self._saved -= REQUESTS_FOR_A_RETRY
        return True
