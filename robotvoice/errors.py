"""Every error robotvoice raises on purpose: one root, stable codes, one sentence that says what to do."""

from typing import ClassVar


class RobotVoiceError(Exception):
    """The root. `code` is stable and goes over the wire; the message is for a person."""

    code: ClassVar[str] = "internal"
    field: str | None = None
    """Of the request, if one is at fault"""

    @property
    def message(self) -> str:
        return str(self)


class EmptyText(RobotVoiceError):
    """There is nothing in the text that could be spoken."""

    code = "empty_text"
    field = "text"


class TextTooLong(RobotVoiceError):
    """The text has more characters than one request may hold."""

    code = "text_too_long"
    field = "text"


class UnknownVoice(RobotVoiceError):
    """No persona, or no voice of an engine, has this name."""

    code = "unknown_voice"
    field = "voice"


class UnknownLanguage(RobotVoiceError):
    """No language has this tag, code or name; the message lists near ones."""

    code = "unknown_language"
    field = "language"


class InvalidPersona(RobotVoiceError):
    """A persona file cannot be used; the message names file, line and key."""

    code = "invalid_persona"


class InvalidSettings(RobotVoiceError):
    """A setting cannot be used; the message names the field and where it was read."""

    code = "invalid_settings"


class InvalidClip(RobotVoiceError):
    """A recording cannot be used as the voice that is cloned; the message says what to do about it."""

    code = "invalid_clip"
    field = "ref_audio"


class InvalidModel(RobotVoiceError):
    """A model cannot be fetched or used; the message says what to do about it."""

    code = "invalid_model"


class InvalidMessage(RobotVoiceError):
    """A message on the wire breaks the protocol; the message names the field."""

    code = "invalid_message"

    def __init__(self, message: str, field: str | None = None) -> None:
        """`field` is the one at fault, if there is one."""
        super().__init__(message)
        self.field = field


class InvalidCode(RobotVoiceError):
    """What was typed cannot be the code that pairs a robot with a gateway; the message shows one."""

    code = "invalid_code"
    field = "code"


class WrongHost(RobotVoiceError):
    """A request came by a name that is not this server's; the message says by which one to ask."""

    code = "wrong_host"


class ForeignPage(RobotVoiceError):
    """A web page asks, from elsewhere."""

    code = "forbidden"


class NoKey(RobotVoiceError):
    """Who asks is not known here; the message says how one becomes so."""

    code = "unauthorized"


class OwnerOnly(RobotVoiceError):
    """Only the owner of a gateway may do this."""

    code = "owner_only"


class TooManyRequests(RobotVoiceError):
    """A bounded queue is full."""

    code = "too_many_requests"


class PlayerFailed(RobotVoiceError):
    """No player could bring the audio to a loudspeaker."""

    code = "player_failed"


class NothingCanSpeak(RobotVoiceError):
    """No entry of the persona is ready: the text cannot be spoken at all."""

    code = "nothing_can_speak"


class SpokenInPart(RobotVoiceError):
    """The beginning of a text was spoken, the rest could not be."""

    code = "incomplete"


class EngineUnavailable(RobotVoiceError):
    """An engine refuses a sentence without being at fault; never counted by its breaker.

    `reason` is a short code such as `not_ready`; `retry_after` is in seconds, None if unknown.
    """

    code = "unavailable"

    def __init__(self, reason: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after = retry_after


class EngineForbidden(EngineUnavailable):
    """An engine will refuse everything until somebody changes a setting; its breaker is forced open."""


class MachineFull(EngineUnavailable):
    """This machine can open no file or start no process at the moment; no engine's fault, and it passes."""

    def __init__(self, message: str) -> None:
        super().__init__("machine_full", message)


class EngineFailure(RobotVoiceError):
    """An engine took a sentence and did not deliver; counted by its breaker.

    `reason` is a short code such as `died`, `stalled`, `refused`, `no_answer`, `no_audio`.
    """

    code = "engine_failed"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class ContentFailure(EngineFailure):
    """What an engine made of one text in one voice cannot be that text.

    That may be the text's affair, or the voice's: `robotvoice.chain.failure_attribution` tells when it is the
    engine's. With `another_take` it may come out well the next time.
    """

    code = "content_failed"

    def __init__(self, reason: str, message: str, *, another_take: bool = True) -> None:
        super().__init__(reason, message)
        self.another_take = another_take


NOT_THE_ENGINES = frozenset(
    {"no_audio", "silent", "silent_gap", "too_short", "too_long", "runaway", "not_a_number", "model_failed"}
)
"""The reasons of a ContentFailure"""
