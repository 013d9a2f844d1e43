"""A voice for Python programs: `Voice("vixen").say("Hello.")`, and the same with `await`.

What is said goes through the daemon when one runs on this robot; else this process speaks, by the same rules
as `robotvoice say`. Every error is a RobotVoiceError.
"""

import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Generic, Literal, TypeAlias, TypedDict, TypeVar, Unpack, overload

from edge_client.door.daemon_or_self import SayRequest
from edge_client.door.program_queue import ProgramQueue, program_queue
from edge_client.ground.loop_thread import LoopFuture
from edge_client.ground.sound_files import no_wav
from edge_client.settings.settings import Settings
from edge_client.settings.sudo import settings_of_caller
from edge_client.speaking.result import Queued, Said
from robotvoice.errors import InvalidMessage, RobotVoiceError
from robotvoice.languages import asked_language
from robotvoice.utterance import LONGEST_DEADLINE, PRIORITIES, PriorityName

__all__ = ["AsyncVoice", "InvalidArgument", "Said", "Voice"]

Result = TypeVar("Result")
Id = TypeVar("Id")
Ids = TypeVar("Ids")
File: TypeAlias = str | os.PathLike[str]


class _How(TypedDict, total=False):
    """What else `say` takes, for type checkers; `Voice.say` explains it."""

    priority: PriorityName
    deadline: float | None
    play: bool
    file: File | None


class InvalidArgument(RobotVoiceError, ValueError):
    """A call's argument cannot be used; the message names it."""

    code = "invalid_argument"


class _Speaker(Generic[Result, Id, Ids]):
    """A persona's name, what it speaks, and this caller's settings. Its types are what calls return."""

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

    @overload
    def say(self, text: str, *, wait: Literal[True] = ..., **how: Unpack[_How]) -> Result: ...

    @overload
    def say(self, text: str, *, wait: Literal[False], **how: Unpack[_How]) -> Id: ...

    def say(
        self,
        text: str,
        *,
        priority: PriorityName = "dialogue",
        wait: bool = True,
        deadline: float | None = None,
        play: bool = True,
        file: File | None = None,
    ) -> Result | Id:
        """Says a text, and returns when all was heard: who spoke, and why (a Said).

        wait=False: returns the line's id at once.
        priority: "urgent", "dialogue", "story" or "background"; for the daemon.
        deadline: seconds in which it must begin, else it is not said.
        file: a WAV file that is written as well; with play=False only that.

        Raises RobotVoiceError; its `code` is stable, its message says what to do.
        """
        if not isinstance(text, str):
            raise InvalidArgument(f"the text must be a string, not {text!r:.80}")
        if priority not in tuple(PRIORITIES):
            raise InvalidArgument(f"there is no priority {priority!r:.80}; there are {', '.join(PRIORITIES)}")
        if deadline is not None and not (
            isinstance(deadline, int | float) and 0 < deadline <= LONGEST_DEADLINE
        ):
            limits = f"a number of seconds above 0, at most {LONGEST_DEADLINE:.0f}"
            raise InvalidArgument(f"the deadline must be {limits}, not {deadline!r:.80}")
        if not play and file is None:
            raise InvalidArgument("with play=False the sound needs a file: say(text, play=False, file=NAME)")
        if file is not None and not (isinstance(file, str | os.PathLike) and os.fspath(file)):
            raise InvalidArgument(f"the file must have a name, not {file!r:.80}")
        path = None if file is None else Path(file)
        if path and (problem := no_wav(path)):
            raise InvalidArgument(problem)
        settings, by_daemon = self._settings, play and path is None and self._settings.player != "none"
        request = SayRequest(
            text, settings, self.persona, self._language, priority, deadline, wait, play, path, by_daemon
        )

        async def saying(queue: ProgramQueue) -> Said | str:
            result = await queue.say(request)
            return result.id if isinstance(result, Queued) else result

        try:
            said: Result | Id = self._outcome(saying)
        except RobotVoiceError as error:
            raise _shortly(error) from None
        return said

    def stop(self, line: str | None = None) -> Ids:
        """The ids of what was ended."""
        try:
            stopped: Ids = self._outcome(lambda queue: queue.stop(line, self._settings.daemon_port))
        except RobotVoiceError as error:
            raise _shortly(error) from None
        return stopped

    def _outcome(self, work: "_Work") -> Any:
        """Of work in the thread of this process's lines."""
        raise NotImplementedError


class Voice(_Speaker[Said, str, list[str]]):
    """Each call blocks; it works in notebooks, in any thread, and where an event loop runs, which then waits.

    `say` returns when all was heard, and tells who spoke and why. With `wait=False` it returns the line's id
    at once; why such a line was not spoken is in the log. A line whose `deadline` (seconds) passes before its
    first word is dropped. `file` is written as WAV, in one voice. Ctrl-C ends the line.

    `stop` ends a line by its id, or all that this robot says; it returns the ids of what it ended. `priority`
    has a meaning for the daemon only: without it, this process says its lines in their order.

    Raises InvalidArgument, EmptyText, TextTooLong, UnknownVoice, NothingCanSpeak, SpokenInPart, PlayerFailed,
    FileNotWritten, TooManyRequests, TooLate, Stopped and DaemonGone, all of them RobotVoiceError.
    """

    def _outcome(self, work: "_Work") -> Any:
        return _begun(work).result()


class AsyncVoice(
    _Speaker[Coroutine[Any, Any, Said], Coroutine[Any, Any, str], Coroutine[Any, Any, list[str]]]
):
    """Like Voice, for asyncio: nothing blocks the loop, and who is cancelled while waiting ends the line."""

    async def _outcome(self, work: "_Work") -> Any:
        try:
            return await _begun(work).awaited()
        except RobotVoiceError as error:
            raise _shortly(error) from None


_Work = Callable[[ProgramQueue], Coroutine[Any, Any, Any]]


def _begun(work: _Work) -> LoopFuture[Any]:
    queue = program_queue()
    return queue.thread.start(lambda: work(queue))


def _shortly(error: RobotVoiceError) -> RobotVoiceError:
    """What a caller can do something about ends in the caller's own line, not in forty of ours below it."""
    return error.with_traceback(None)
