"""A voice for Python programs: `Voice("vixen").say("Hello.")`, and the same with `await`.

What is said goes through the daemon when one runs on this robot; else this process speaks, by the same rules
as `robotvoice say`. Every error is a RobotVoiceError.
"""

import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args, overload

from edge_client.door.lines_of_process import Asked, LinesOfProcess, lines_of_process
from edge_client.ground.sound_files import no_wav
from edge_client.settings.settings import Settings
from edge_client.settings.sudo import settings_of_caller
from edge_client.speaking.result import Said
from robotvoice.errors import InvalidMessage, RobotVoiceError
from robotvoice.languages import asked_language

__all__ = ["AsyncVoice", "InvalidArgument", "Said", "Voice"]

PriorityName: TypeAlias = Literal["urgent", "dialogue", "story", "background"]
File: TypeAlias = str | os.PathLike[str]

LONGEST_DEADLINE = 24 * 3600.0
"""Seconds"""


class InvalidArgument(RobotVoiceError, ValueError):
    """A call's argument cannot be used; the message names it."""

    code = "invalid_argument"


class _Settled:
    """A persona's name, what it speaks, and this caller's settings."""

    def __init__(
        self,
        persona: str | None = None,
        *,
        voice: str | None = None,
        language: str | None = None,
        settings: Settings | None = None,
    ) -> None:
        """`persona`, or `voice`, which means the same; None: the one of the settings. `language` (`de`,
        `German`) None: the persona's own.

        Whether there is such a persona is found out when it is to speak. Raises InvalidSettings and
        InvalidArgument.
        """
        if None not in (persona, voice) and persona != voice:
            raise InvalidArgument(f"persona {persona!r:.80} and voice {voice!r:.80} mean the same: give one")
        persona = voice if persona is None else persona
        if not isinstance(persona, str | None):
            raise InvalidArgument(f"the persona must be a string, not {persona!r:.80}")
        if not isinstance(language, str | None):
            raise InvalidArgument(f"the language must be a string, not {language!r:.80}")
        self.persona = persona
        try:
            self._language = asked_language(language)
        except InvalidMessage as error:
            raise InvalidArgument(error.message) from error
        self._settings = settings_of_caller() if settings is None else settings

    def _asked(
        self, text: str, priority: str, deadline: float | None, play: bool, file: File | None
    ) -> Asked:
        if not isinstance(text, str):
            raise InvalidArgument(f"the text must be a string, not {text!r:.80}")
        if priority not in get_args(PriorityName):
            names = ", ".join(get_args(PriorityName))
            raise InvalidArgument(f"there is no priority {priority!r:.80}; there are {names}")
        if deadline is not None and not (
            isinstance(deadline, int | float) and 0 < deadline <= LONGEST_DEADLINE
        ):
            limits = f"a number of seconds above 0, at most {LONGEST_DEADLINE:.0f}"
            raise InvalidArgument(f"the deadline must be {limits}, not {deadline!r:.80}")
        if not play and file is None:
            raise InvalidArgument("with play=False the sound needs a file: say(text, play=False, file=NAME)")
        if file is not None and not (isinstance(file, str | os.PathLike) and os.fspath(file)):
            raise InvalidArgument(f"the file must have a name, not {file!r:.80}")
        if file is not None and (problem := no_wav(Path(file))):
            raise InvalidArgument(problem)
        path = None if file is None else Path(file)
        return Asked(text, self.persona, priority, deadline, play, path, self._settings, self._language)


class Voice(_Settled):
    """Each call blocks; it works in notebooks, in any thread, and where an event loop runs, which then waits.

    `say` returns when all was heard, and tells who spoke and why. With `wait=False` it returns the line's id
    at once; why such a line was not spoken is in the log. A line whose `deadline` (seconds) passes before its
    first word is dropped. `file` is written as WAV, in one voice. Ctrl-C ends the line.

    `stop` ends a line by its id, or all that this robot says; it returns the ids of what it ended. `priority`
    has a meaning for the daemon only: without it, this process says its lines in their order.

    Raises InvalidArgument, EmptyText, TextTooLong, UnknownVoice, NothingCanSpeak, SpokenInPart, PlayerFailed,
    FileNotWritten, TooManyRequests, TooLate, Stopped and DaemonGone, all of them RobotVoiceError.
    """

    @overload
    def say(
        self,
        text: str,
        *,
        priority: PriorityName = ...,
        wait: Literal[True] = ...,
        deadline: float | None = ...,
        play: bool = ...,
        file: File | None = ...,
    ) -> Said: ...

    @overload
    def say(
        self,
        text: str,
        *,
        priority: PriorityName = ...,
        wait: Literal[False],
        deadline: float | None = ...,
        play: bool = ...,
        file: File | None = ...,
    ) -> str: ...

    def say(
        self,
        text: str,
        *,
        priority: PriorityName = "dialogue",
        wait: bool = True,
        deadline: float | None = None,
        play: bool = True,
        file: File | None = None,
    ) -> Said | str:
        """Says a text, and returns when all was heard: who spoke, and why (a Said).

        wait=False: returns the line's id at once.
        priority: "urgent", "dialogue", "story" or "background"; for the daemon.
        deadline: seconds in which it must begin, else it is not said.
        file: a WAV file that is written as well; with play=False only that.

        Raises RobotVoiceError; its `code` is stable, its message says what to do.
        """
        asked = self._asked(text, priority, deadline, play, file)
        lines = lines_of_process()
        try:
            return lines.thread.start(lambda: _say(lines, asked, wait)).result()
        except RobotVoiceError as error:
            raise _shortly(error) from None

    def stop(self, line: str | None = None) -> list[str]:
        """The ids of what was ended."""
        lines = lines_of_process()
        try:
            return lines.thread.start(lambda: lines.stop(line, self._settings.daemon_port)).result()
        except RobotVoiceError as error:
            raise _shortly(error) from None


class AsyncVoice(_Settled):
    """Like Voice, for asyncio: nothing blocks the loop, and who is cancelled while waiting ends the line."""

    @overload
    async def say(
        self,
        text: str,
        *,
        priority: PriorityName = ...,
        wait: Literal[True] = ...,
        deadline: float | None = ...,
        play: bool = ...,
        file: File | None = ...,
    ) -> Said: ...

    @overload
    async def say(
        self,
        text: str,
        *,
        priority: PriorityName = ...,
        wait: Literal[False],
        deadline: float | None = ...,
        play: bool = ...,
        file: File | None = ...,
    ) -> str: ...

    async def say(
        self,
        text: str,
        *,
        priority: PriorityName = "dialogue",
        wait: bool = True,
        deadline: float | None = None,
        play: bool = True,
        file: File | None = None,
    ) -> Said | str:
        """As `Voice.say`."""
        asked = self._asked(text, priority, deadline, play, file)
        lines = lines_of_process()
        try:
            return await lines.thread.start(lambda: _say(lines, asked, wait)).awaited()
        except RobotVoiceError as error:
            raise _shortly(error) from None

    async def stop(self, line: str | None = None) -> list[str]:
        """The ids of what was ended."""
        lines = lines_of_process()
        try:
            return await lines.thread.start(lambda: lines.stop(line, self._settings.daemon_port)).awaited()
        except RobotVoiceError as error:
            raise _shortly(error) from None


def _shortly(error: RobotVoiceError) -> RobotVoiceError:
    """What a caller can do something about ends in the caller's own line, not in forty of ours below it."""
    return error.with_traceback(None)


def _say(lines: LinesOfProcess, asked: Asked, wait: bool) -> Coroutine[Any, Any, Said | str]:
    return lines.say(asked) if wait else lines.begin(asked)
