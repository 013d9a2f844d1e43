"""A player, or another program that was started, did not do its work."""

from robotvoice.errors import PlayerFailed

_NOT_OPENED = ("open error", "connection failure", "connect() failed", "failed connect", "cannot be started")
"""In the words of aplay, paplay and pw-play, in small letters"""


class ChildFailed(PlayerFailed):
    """A child did not do its work; `reason` is for a message that lists several."""

    def __init__(self, name: str, reason: str, words: str = "") -> None:
        what_to_do = "check the loudspeaker and the device setting, or write a file instead"
        super().__init__(f"{name}: {reason}; {what_to_do}")
        self.name, self.reason = name, reason
        self.words = words or reason
        """All that is known of it"""

    @property
    def before_any_sound(self) -> bool:
        """Whether it is a player that could not even open its device."""
        said = self.words.lower()
        return any(each in said for each in _NOT_OPENED)
