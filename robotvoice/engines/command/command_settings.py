"""Commands that speak: the tables [voices.NAME] of the settings file of a gateway or a robot.

They name programs that are run, so nothing else may hold them: no persona's file, no request, no answer of a
gateway. Those name a voice, and the machine's own settings say what it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from robotvoice.errors import UnknownLanguage
from robotvoice.ground.near_names import nearest_or_all
from robotvoice.languages import language_tag

VOICE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
"""What a voice may be called; use `fullmatch`"""
MOST_VOICES, MOST_WORDS, LONGEST_WORD = 16, 64, 4096
RATES = (8_000, 48_000)
LONGEST_WAIT = 30.0
MOST_AT_ONCE = 16
IN_THE_FILE = "can only be given in the settings file, as a table [voices.NAME] with a command"


@dataclass(frozen=True, slots=True)
class CommandVoice:
    """One program, without a shell around it."""

    command: tuple[str, ...]
    """The program, by its name on the PATH or its path, and what it is given"""
    sample_rate: int | None = None
    """Hz of raw PCM_16, mono; None: it writes a WAV"""
    language: str | None = None
    """The only one it speaks, as a tag; None: it is given every text"""
    first_audio: float = 5.0
    """Seconds from its start to its first sound"""
    at_once: int = 2
    """Processes at the same time; who is one too many waits"""


KEYS = tuple(each.name for each in fields(CommandVoice))


def read_command_voices(tables: object) -> dict[str, CommandVoice]:
    """What the settings file says under `voices`. Raises ValueError that says what to give instead."""
    if not isinstance(tables, Mapping):
        raise ValueError(IN_THE_FILE)
    if len(tables) > MOST_VOICES:
        raise ValueError(f"there are more than {MOST_VOICES}; remove some")
    found = {}
    for name, table in tables.items():
        if isinstance(table, CommandVoice):
            found[name] = table
            continue
        if not VOICE_NAME.fullmatch(name):
            wanted = "1 to 32 of the characters a-z, 0-9, _ and -, the first a letter or digit"
            raise ValueError(f"the name {name!r:.80} cannot be used; give {wanted}")
        if not isinstance(table, Mapping):
            raise ValueError(f"{name} {IN_THE_FILE}")
        found[name] = _voice(name, table)
    return found


def _voice(name: str, table: Mapping[str, object]) -> CommandVoice:
    for key in table:
        if key not in KEYS:
            raise ValueError(f"{name}.{key:.32}: there is no such setting; {nearest_or_all(key, KEYS)}")
    usual = CommandVoice(())
    rate, language = table.get("sample_rate"), table.get("language")
    return CommandVoice(
        _command(name, table.get("command")),
        None if rate is None else int(_number(name, "sample_rate", rate, *RATES, whole=True)),
        None if language is None else _language(name, language),
        _number(name, "first_audio", table.get("first_audio", usual.first_audio), 0.1, LONGEST_WAIT),
        int(_number(name, "at_once", table.get("at_once", usual.at_once), 1, MOST_AT_ONCE, whole=True)),
    )


def _command(name: str, value: object) -> tuple[str, ...]:
    words = tuple(value) if isinstance(value, list | tuple) else ()
    fit = all(isinstance(word, str) and len(word) <= LONGEST_WORD and "\0" not in word for word in words)
    if not words or len(words) > MOST_WORDS or not fit or not str(words[0]).strip():
        wanted = (
            'a list of a program and what it is given, such as ["piper", "--output_raw"]; no shell reads it'
        )
        raise ValueError(f"{name}.command: {'cannot be used' if value else 'is missing'}; give {wanted}")
    return words


def _number(name: str, key: str, value: object, least: float, most: float, *, whole: bool = False) -> float:
    kinds = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value <= most:
        kind = "a whole number" if whole else "a number"
        raise ValueError(
            f"{name}.{key}: {value!r:.80} cannot be used; give {kind} from {least:g} to {most:g}"
        )
    return value


def _language(name: str, value: object) -> str:
    try:
        return language_tag(value if isinstance(value, str) else "")
    except UnknownLanguage as error:
        raise ValueError(f"{name}.language: {error.message}") from error
