"""What can go wrong between a caller and the daemon, besides what can go wrong in speaking."""

from robotvoice import errors


class TooLate(errors.RobotVoiceError):
    """The deadline passed before the first word."""

    code = "too_late"


class Stopped(errors.RobotVoiceError):
    """Somebody ended it: `stop`, or a caller that left."""

    code = "stopped"


class DaemonGone(errors.RobotVoiceError):
    """The daemon ended, or does not answer, before all was spoken."""

    code = "daemon_gone"


class DaemonHangs(DaemonGone):
    """It has its port and does not answer in time."""


class NoDaemon(errors.RobotVoiceError):
    """No daemon runs here."""

    code = "no_daemon"


class UnknownLine(errors.RobotVoiceError):
    """The daemon has no line of this id."""

    code = "unknown_line"


class NotAccepted(errors.RobotVoiceError):
    """The daemon refused a request."""

    code = "refused"


_KINDS: dict[str, type[errors.RobotVoiceError]] = {
    kind.code: kind
    for kind in (
        TooLate,
        Stopped,
        DaemonGone,
        errors.EmptyText,
        errors.TextTooLong,
        errors.UnknownVoice,
        errors.TooManyRequests,
        errors.NothingCanSpeak,
        errors.SpokenInPart,
        errors.PlayerFailed,
    )
}


def from_answer(code: str, message: str) -> errors.RobotVoiceError:
    """The error that the daemon met, as the caller raises it."""
    return _KINDS.get(code, NotAccepted)(message)
