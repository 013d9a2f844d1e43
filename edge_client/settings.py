"""The robot's settings: given values over environment over a TOML file over defaults."""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from edge_client.lock_file import default_path
from speech.errors import InvalidSettings
from speech.persona import PERSONA_ID

ENVIRONMENT_PREFIX = "ROBOTVOICE_"
CONFIG_VARIABLE = "ROBOTVOICE_ROBOT_CONFIG"
GATEWAY_PORT = 7860
DAEMON_PORT = 7870

LONGEST_WAIT = 60.0
"""Seconds no setting may exceed: a robot that waits longer counts as silent."""

_ADDRESS = re.compile(r"(?:http://)?(\[[^\[\]\s/]*:[^\[\]\s/]*\]|[\w.-]+)(?::([0-9]{1,5}))?/?")
_TRUE, _FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")

PlayerName = Literal["auto", "aplay", "pw-play", "paplay", "afplay", "none"]
EspeakName = Literal["auto", "library", "command"]


def default_state_dir(environ: Mapping[str, str]) -> Path:
    """XDG's folder for state; without a usable home a per-user one in the temporary directory."""
    folder = _xdg_folder(environ, "XDG_STATE_HOME", ".local/state")
    if folder is None:
        import tempfile  # slow to import, and only a homeless process needs it

        folder = Path(tempfile.gettempdir(), f"robotvoice-{os.getuid()}")
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
    """In the player's own words: `plughw:1` for aplay, a sink's name for the others"""
    before: tuple[str, ...] = ()
    """A command run before playing, such as one that switches an amplifier on"""
    before_timeout: float = 3.0
    connect_timeout: float = 0.6
    discovery_timeout: float = 1.5
    """How long one `say` may look on mDNS when no address is known"""
    mdns: bool = True
    interface: str | None = None
    """IP address of the one interface mDNS uses; None: all of them"""
    state_dir: Path = field(default_factory=lambda: default_state_dir(os.environ))
    """What outlives a process; may not exist yet"""
    espeak: EspeakName = "auto"
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
    path = _config_file(environ, config)
    given: list[tuple[str, object, str]] = []
    if path is not None:
        given = [(name, value, str(path)) for name, value in _read_toml(path).items()]
    for name in _PARSERS:
        variable = ENVIRONMENT_PREFIX + name.upper()
        if text := environ.get(variable, "").strip():
            given.append((name, text, variable))
    given += [(name, value, "the caller") for name, value in overrides.items() if value is not None]

    values: dict[str, Any] = {"state_dir": default_state_dir(environ)}
    problems: list[str] = []
    for name, value, source in given:
        if name not in _PARSERS:
            problems.append(f"{name} (from {source}) is not a setting{_near(name, _PARSERS)}")
            continue
        try:
            values[name] = _PARSERS[name](value)
        except ValueError as error:
            problems.append(f"{name} (from {source}): {error}")
    if problems:
        raise InvalidSettings(f"the robot's settings cannot be used: {'; '.join(problems)}")
    return Settings(**values)


def _config_file(environ: Mapping[str, str], config: Path | None) -> Path | None:
    """The file to read: one that was named, or the usual one if there is one."""
    if config is not None:
        return config
    if named := environ.get(CONFIG_VARIABLE):
        return Path(named)
    folder = _xdg_folder(environ, "XDG_CONFIG_HOME", ".config")
    if folder is None or not os.access(folder / "robot.toml", os.F_OK):
        return None
    return folder / "robot.toml"


def _read_toml(path: Path) -> dict[str, object]:
    import tomllib  # slow to import, and a robot without a file does not need it

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InvalidSettings(f"there is no file {path}: create it or do not name it") from None
    except OSError as error:
        raise InvalidSettings(
            f"{path} cannot be read ({error.strerror}): make it readable or remove it"
        ) from None
    except ValueError as error:  # broken TOML, or bytes that are not UTF-8
        raise InvalidSettings(f"{path} is not valid TOML ({error}): correct it") from None


def _near(name: str, known: Iterable[str]) -> str:
    import difflib  # only mistakes pay for it

    near = difflib.get_close_matches(name, known)
    return f", did you mean {' or '.join(near)}?" if near else f"; there are {', '.join(known)}"


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError(f"{value!r:.80} is not text; give some in quotes, without control characters")
    return value.strip()


def _address(value: object) -> str:
    found = _ADDRESS.fullmatch(_text(value))
    port = int(found[2] or GATEWAY_PORT) if found else 0
    if not found or not 0 < port < 65536:
        raise ValueError(f"{value!r:.80} is not an address; give host, host:port or [IPv6]:port")
    if found[1].startswith("["):
        _ip_address(found[1][1:-1])
    return f"{found[1]}:{port}"


def _ip_address(value: object) -> str:
    import ipaddress  # few robots name one

    try:
        return str(ipaddress.ip_address(_text(value)))
    except ValueError:
        raise ValueError(f"{value!r:.80} is not an IP address; give one such as 192.168.1.20") from None


def _persona(value: object) -> str:
    if not PERSONA_ID.fullmatch(_text(value)):
        raise ValueError(f"{value!r:.80} cannot be a persona's name; use a to z, 0 to 9, - and _")
    return _text(value)


def _one_of(*choices: str) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if value not in choices:
            raise ValueError(f"{value!r:.80} is not known{_near(str(value), choices)}")
        return str(value)

    return parse


def _seconds(value: object) -> float:
    try:
        seconds = float(str(value))
    except ValueError:
        seconds = 0.0
    if not 0.0 < seconds <= LONGEST_WAIT:
        raise ValueError(f"{value!r:.80} is not a number of seconds above 0 and at most {LONGEST_WAIT:.0f}")
    return seconds


def _port(value: object) -> int:
    if not re.fullmatch("[0-9]{1,5}", str(value)) or int(str(value)) > 65535:
        raise ValueError(f"{value!r:.80} is not a port; give a number from 0 to 65535")
    return int(str(value))


def _switch(value: object) -> bool:
    word = str(value).lower()
    if not isinstance(value, bool | str) or word not in _TRUE + _FALSE:
        raise ValueError(f"{value!r:.80} is neither true nor false")
    return word in _TRUE


def _command(value: object) -> tuple[str, ...]:
    import shlex  # only robots with such a command pay for it

    try:
        return tuple(shlex.split(_text(value)))
    except ValueError as error:
        raise ValueError(f"{value!r:.80} is not one command line ({error}); check its quotes") from None


def _folder(value: object) -> Path:
    if isinstance(value, Path):
        return value.absolute()
    try:
        return Path(_text(value)).expanduser().absolute()
    except RuntimeError:
        raise ValueError(f"{value!r:.80} has no home to start from; give the whole path") from None


_PARSERS: dict[str, Callable[[object], object]] = {
    "gateway": _address,
    "gateway_id": _text,
    "persona": _persona,
    "player": _one_of(*get_args(PlayerName)),
    "device": _text,
    "before": _command,
    "before_timeout": _seconds,
    "connect_timeout": _seconds,
    "discovery_timeout": _seconds,
    "mdns": _switch,
    "interface": _ip_address,
    "state_dir": _folder,
    "espeak": _one_of(*get_args(EspeakName)),
    "daemon_port": _port,
    "voice_lock": _folder,
}
