"""The robot's settings: given values over environment over a TOML file over defaults."""

import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from edge_client.ground.loudspeaker_lock_path import default_path
from edge_client.settings import setting_values
from robotvoice.engines.command.command_settings import CommandVoice, read_command_voices
from robotvoice.errors import InvalidSettings
from robotvoice.ground.setting_variables import PREFIX
from robotvoice.ground.state_files import is_private

log = logging.getLogger(__name__)

CONFIG_VARIABLE = "ROBOTVOICE_ROBOT_CONFIG"
DAEMON_PORT = 7870

PlayerName = Literal["auto", "aplay", "pw-play", "paplay", "afplay", "none"]
EspeakName = Literal["auto", "library", "command"]


NO_FOLDER = Path(os.devnull, "robotvoice")
"""Is not there, and cannot be made"""


def default_state_dir(environ: Mapping[str, str]) -> Path:
    """XDG's folder for state; without a usable home a per-user one in the temporary directory.

    Anybody may make that one first, and fill it: then nothing is read there, and nothing can be kept.
    """
    folder = _xdg_folder(environ, "XDG_STATE_HOME", ".local/state")
    if folder is None:
        import tempfile  # slow to import, and only a homeless process needs it

        folder = Path(tempfile.gettempdir(), f"robotvoice-{os.getuid()}")
        if not is_private(folder):
            log.warning("%s belongs to another user, or others may write to it: nothing is kept", folder)
            return NO_FOLDER
    return folder


def _xdg_folder(environ: Mapping[str, str], variable: str, below_home: str) -> Path | None:
    folder, home = environ.get(variable, ""), environ.get("HOME", "")
    if Path(folder).is_absolute():
        return Path(folder, "robotvoice")
    # Service accounts have a home that does not exist, such as /nonexistent.
    if Path(home).is_absolute() and os.access(home, os.X_OK):
        return Path(home, below_home, "robotvoice")
    return None


@dataclass(frozen=True, slots=True)
class Settings:
    """What the owner of a robot may choose. Times are in seconds."""

    gateway: str | None = None
    """`host:port` (IPv6 in brackets) that is used besides mDNS, or without it"""
    gateway_id: str | None = None
    """The only gateway to be used; the announcements of others are ignored"""
    persona: str = "spark"
    """Who speaks when nobody is named"""
    player: PlayerName = "auto"
    device: str | None = None
    """In the player's own words: `plughw:CARD=Device` for aplay, a sink's name for the others"""
    volume: int = 100
    """Percent of the sound's own amplitude"""
    before: tuple[str, ...] = ()
    """A command run before playing, such as one that switches an amplifier on"""
    before_timeout: float = 3.0
    lead_in: float | None = None
    """Silence before the first sound after a rest; None: as the kind of loudspeaker needs it"""
    rest: float = 3.0
    """How long nothing was heard when the loudspeaker may have fallen asleep, and the player is closed"""
    earcon: bool = True
    """Whether a short sound tells that a text could not be finished"""
    connect_timeout: float = 0.6
    discovery_timeout: float = 1.5
    """How long one `say` may look on mDNS when no address is known"""
    mdns: bool = True
    interface: str | None = None
    """IP address of the one interface mDNS uses; None: all of them"""
    state_dir: Path = field(default_factory=lambda: default_state_dir(os.environ))
    """What outlives a process; may not exist yet"""
    espeak: EspeakName = "auto"
    voices: Mapping[str, CommandVoice] = field(default_factory=dict)
    """Commands that speak, by the names that personas know them by; only the settings file can hold them"""
    phrasebook_mb: int = 64
    """Megabytes of phrases and often heard sentences that are kept in the state folder; 0: none are"""
    daemon_port: int = DAEMON_PORT
    """On loopback. 0: no daemon is asked, and a daemon takes a free port"""
    voice_lock: Path = field(default_factory=default_path)
    """Held by whoever plays; the same file for every user of this robot"""


def load_settings(
    environ: Mapping[str, str] = os.environ, config: Path | None = None, **overrides: object
) -> Settings:
    """Reads every source once. An override of None and an empty variable count as not given.

    Raises InvalidSettings that names every problem there is, with its field and where it was read.
    """
    path = config_file(environ, config)
    given: list[tuple[str, object, str]] = []
    problems: list[str] = []
    if path is not None:
        found, mistakes = _read_toml(path)
        given = [(name, value, str(path)) for name, value in found.items()]
        problems = [f"{path} is not valid TOML: {mistake}" for mistake in mistakes]
    for name in _PARSERS:
        variable = PREFIX + name.upper()
        if text := environ.get(variable, "").strip():
            given.append((name, text, variable))
    given += [(name, value, "the caller") for name, value in overrides.items() if value is not None]

    values: dict[str, Any] = {"state_dir": default_state_dir(environ)}
    for name, value, source in given:
        if name not in _PARSERS:
            problems.append(
                f"{name} (from {source}) is not a setting{setting_values.what_is_meant(name, _PARSERS)}"
            )
            continue
        try:
            values[name] = _PARSERS[name](value)
        except ValueError as error:
            problems.append(f"{name} (from {source}): {error}")
    if problems:
        told = f" {problems[0]}" if len(problems) == 1 else "".join(f"\n  {each}" for each in problems)
        raise InvalidSettings(f"the robot's settings cannot be used:{told}")
    return Settings(**values)


def config_file(environ: Mapping[str, str], config: Path | None) -> Path | None:
    """The file to read: one that was named, or the usual one if there is one."""
    if config is not None:
        return config
    if named := environ.get(CONFIG_VARIABLE):
        return Path(named)
    folder = _xdg_folder(environ, "XDG_CONFIG_HOME", ".config")
    if folder is None or not os.access(folder / "robot.toml", os.F_OK):
        return None
    return folder / "robot.toml"


def likely_state_dir(environ: Mapping[str, str], config: Path | None) -> Path:
    """The state folder that `load_settings` will find, if it finds no mistake. Never raises.

    For whoever must know before anything else is loaded; reads the file only for its sake.
    """
    with suppress(OSError, ValueError, InvalidSettings):
        if told := environ.get(PREFIX + "STATE_DIR", "").strip():
            return setting_values.folder(told)
        path = config_file(environ, config)
        if path is not None and b"state_dir" in path.read_bytes():
            found, _ = _read_toml(path)
            if "state_dir" in found:
                return setting_values.folder(found["state_dir"])
    return default_state_dir(environ)


def _read_toml(path: Path) -> tuple[dict[str, object], list[str]]:
    """What is in it, and its mistakes. Raises InvalidSettings for a file that cannot be read at all."""
    # Slow to import, and a robot without a file does not need it.
    from robotvoice.ground.toml_file import read_toml

    try:
        return read_toml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InvalidSettings(f"there is no file {path}: create it or do not name it") from None
    except OSError as error:
        raise InvalidSettings(
            f"{path} cannot be read ({error.strerror}): make it readable or remove it"
        ) from None
    except UnicodeDecodeError:
        return {}, ["it is not UTF-8; save it as UTF-8"]


_PARSERS: dict[str, Callable[[object], object]] = {
    "gateway": setting_values.address,
    "gateway_id": setting_values.text,
    "persona": setting_values.persona,
    "player": setting_values.one_of(*get_args(PlayerName)),
    "device": setting_values.text,
    "volume": setting_values.percent,
    "before": setting_values.command,
    "before_timeout": setting_values.seconds,
    "lead_in": setting_values.lead_in,
    "rest": setting_values.seconds,
    "earcon": setting_values.switch,
    "connect_timeout": setting_values.seconds,
    "discovery_timeout": setting_values.seconds,
    "mdns": setting_values.switch,
    "interface": setting_values.ip_address,
    "state_dir": setting_values.folder,
    "espeak": setting_values.one_of(*get_args(EspeakName)),
    "voices": read_command_voices,
    "phrasebook_mb": setting_values.megabytes,
    "daemon_port": setting_values.port,
    "voice_lock": setting_values.folder,
}
SETTINGS = tuple(_PARSERS)
"""Their names"""
