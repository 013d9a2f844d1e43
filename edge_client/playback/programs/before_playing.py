"""A command that is run before playing, such as one that switches an amplifier on."""

import logging
from collections.abc import Sequence

from edge_client.playback.programs.child_failed import ChildFailed
from edge_client.playback.programs.child_process import run_child

log = logging.getLogger(__name__)


class BeforePlaying:
    """Called, it runs the command to its end, or kills it after `within` seconds.

    Its failure is an error in the log, and keeps nothing back.
    """

    def __init__(self, command: Sequence[str], within: float) -> None:
        self._command, self._within = command, within
        self.problem: str | None = None
        """Why it failed when it was run last"""

    async def __call__(self) -> None:
        name, *arguments = self._command
        try:
            await run_child(name, arguments, self._within)
        except ChildFailed as failure:
            self.problem = f"the command before it failed: {name}: {failure.reason}"
            log.error("playing although %s", self.problem)
        else:
            self.problem = None
