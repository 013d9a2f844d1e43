"""What can go wrong in a worker."""


class UnusableModel(Exception):
    """This worker cannot serve its model; the message says what to do."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class CannotSpeak(Exception):
    """One request cannot be done; the worker lives on."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
