"""The gateway's settings: command line over environment over a TOML file over defaults.

The environment variable of a setting is its name in capitals behind ROBOTVOICE_.
"""

import logging
import os
import socket
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, SettingsConfigDict

from gateway.engines.upstream.upstream_settings import Upstreams
from gateway.ground.folders import bundled_personas, config_folder, owned_personas, reachable, state_folder
from gateway.ground.problems import shown
from gateway.personas.persona_sources import PersonaSources
from robotvoice.console.wrapping import one_line
from robotvoice.engines.command.command_settings import CommandVoice, read_command_voices
from robotvoice.errors import InvalidSettings
from robotvoice.ground.near_names import nearest_or_all
from robotvoice.ground.setting_variables import PREFIX
from robotvoice.ground.toml_file import read_toml
from robotvoice.wire.wire import DEFAULT_PORT, DEFAULT_TLS_PORT

log = logging.getLogger(__name__)

NO_MORE = {"gateway_id": "is no setting any more, since the id is now that of the gateway's key; remove it"}
"""Settings of older versions, which are read over"""
NAME_LIMIT = 40
"""Characters of the announced name"""
_LABEL_BYTES = 63  # a DNS label, and so an mDNS instance name, holds no more


def _printable(text: str) -> str:
    if not text.strip() or any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in text):
        raise ValueError("blank, or holds control characters")
    return text


def _fits_a_label(text: str) -> str:
    if len(text.encode()) > _LABEL_BYTES:
        raise ValueError("too many bytes")
    return text


def _no_truth_value(value: object) -> object:
    if isinstance(value, bool):  # which pydantic would read as 0 or 1
        raise ValueError("not a number")
    return value


def _folder(value: object) -> object:
    if not isinstance(value, str | Path):
        return value
    _printable(str(value))
    try:
        return Path(value).expanduser()
    except RuntimeError as error:  # `~` without a known home
        raise ValueError("no home folder") from error


def _ids(value: object) -> object:
    """A list; a variable of the environment has commas or spaces between them."""
    if isinstance(value, str):
        value = value.replace(",", " ").split()
    return tuple(map(_lower, value)) if isinstance(value, list | tuple) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _default_state_dir() -> Path:
    folder = state_folder()
    if folder is None:
        raise InvalidSettings("state_dir: this user has no home folder; set ROBOTVOICE_STATE_DIR to a folder")
    return folder


def _voices(value: object) -> object:
    try:
        return read_command_voices(value)
    except ValueError as error:
        raise InvalidSettings(f"voices: {error}") from error


CommandVoices = Annotated[Mapping[str, CommandVoice], NoDecode, BeforeValidator(_voices)]
"""By name. In the environment there is no way to write them."""
Number = Annotated[int, BeforeValidator(_no_truth_value)]
Folder = Annotated[Path, BeforeValidator(_folder)]
Text = Annotated[str, AfterValidator(_printable)]
HostName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]{1,253}$")]
PageOrigin = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9+.-]*://[^\s/*]{0,253}$")]


class Settings(BaseSettings):
    """What the gateway was told. Each description says what may be given."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix=PREFIX, env_ignore_empty=True)

    host: str = Field(
        default="127.0.0.1",
        pattern=r"^[A-Za-z0-9.:%_-]{1,253}$",
        description="the address to listen on, such as 127.0.0.1",
    )
    port: Number = Field(
        default=DEFAULT_PORT, ge=0, le=65535, description="a number from 0 to 65535; 0 takes any free port"
    )
    tls_port: Number = Field(
        default=DEFAULT_TLS_PORT,
        ge=0,
        le=65535,
        description="a number from 0 to 65535; 0 takes any free port",
    )
    """Where paired robots speak to it, if others than this machine can reach it"""
    lan: bool = Field(default=False, description="true to listen on all interfaces, or false")
    open_lan: bool = Field(
        default=False,
        description="true to let everybody in your network hear personas without a clip, or false",
    )
    open_personas: Annotated[
        tuple[Annotated[str, StringConstraints(max_length=64)], ...], NoDecode, BeforeValidator(_ids)
    ] = Field(default=(), max_length=256, description='ids or names of personas in a list, such as ["nova"]')
    """Those with a clip that everybody may hear as well, if `open_lan`"""
    hosts: Annotated[tuple[HostName, ...], NoDecode, BeforeValidator(_ids)] = Field(
        default=(),
        max_length=64,
        description='names without a port in a list, such as ["mac.example.org"]',
    )
    """By which the gateway is asked, besides addresses and names that only a home has"""
    origins: Annotated[tuple[PageOrigin, ...], NoDecode, BeforeValidator(_ids)] = Field(
        default=(),
        max_length=64,
        description='origins of web pages in a list, such as ["https://ui.example.org"]',
    )
    """Of web pages that may do what programs may"""
    personas: Folder | None = Field(default=None, description="the folder that holds the personas")
    """The owner's; those that came with robotvoice are there as well, but for those that it overrides"""
    hide: Annotated[
        tuple[Annotated[str, StringConstraints(max_length=32)], ...], NoDecode, BeforeValidator(_ids)
    ] = Field(
        default=(),
        max_length=256,
        description='ids of personas in a list, such as ["gremlin"]; "*": all shipped ones',
    )
    """Personas that are left out"""
    default_persona: Text | None = Field(
        default=None, max_length=64, description="the id or name of a persona, at most 64 characters"
    )
    name: Annotated[Text, AfterValidator(_fits_a_label)] | None = Field(
        default=None,
        max_length=NAME_LIMIT,
        description="a name of at most 40 characters and 63 bytes, without control characters",
    )
    announce: bool = Field(default=True, description="true to announce the gateway by mDNS, or false")
    state_dir: Folder = Field(
        default_factory=_default_state_dir, description="a folder the gateway may write to"
    )
    espeak: Literal["auto", "library", "command"] = Field(
        default="auto", description="auto, library or command"
    )
    max_requests: Number = Field(default=32, ge=1, le=1024, description="a number from 1 to 1024")
    """Syntheses at the same time"""
    cache: bool = Field(default=True, description="true to keep what a model has spoken, or false")
    cache_disk_mb: Number = Field(default=512, ge=0, le=1_000_000, description="megabytes from 0 to 1000000")
    cache_memory_mb: Number = Field(default=32, ge=0, le=100_000, description="megabytes from 0 to 100000")
    phrases_disk_mb: Number = Field(
        default=64, ge=0, le=100_000, description="megabytes from 0 to 100000; 0 records no phrases"
    )
    """For recordings of the personas' phrases"""
    upstreams: Upstreams = Field(
        default={}, description="tables [upstreams.NAME] with a url, in the settings file"
    )
    voices: CommandVoices = Field(
        default={}, description="tables [voices.NAME] with a command, in the settings file"
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = Field(
        default="info", description="debug, info, warning or error"
    )
    log_file: Folder | None = Field(
        default=None, description="a file to write to in place of standard output and error"
    )

    @property
    def listen_host(self) -> str:
        """The address to bind: every one this machine has if `lan`, or if `open_lan` and nobody named one."""
        opened = self.open_lan and "host" not in self.model_fields_set
        return "::" if self.lan or opened else self.host

    @property
    def announced_name(self) -> str:
        return self.name or f"robotvoice on {socket.gethostname().partition('.')[0]}"[:NAME_LIMIT]

    @property
    def persona_sources(self) -> PersonaSources:
        """The package's, and as told the owner's folder or the usual one, whether or not it is there."""
        named = self.personas is not None
        own = self.personas if named else owned_personas()
        return PersonaSources(own, bundled_personas(), frozenset(self.hide), named)


def load_settings(config: Path | None = None, **overrides: Any) -> Settings:
    """Settings from `overrides` (None: not given), the environment, the TOML file and the defaults.

    The file is `config`, else what ROBOTVOICE_CONFIG names, else robotvoice/gateway.toml in the user's
    configuration folder if it is there. Raises InvalidSettings with one line for each problem.
    """
    problems: list[str] = []
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}

    def lay(layer: Mapping[str, Any], origin: Callable[[str], str]) -> None:
        for name, value in layer.items():
            if name in Settings.model_fields:
                values[name], origins[name] = value, origin(name)
            elif name in NO_MORE:
                log.warning("%s, read from %s, %s", name, origin(name), NO_MORE[name])
            else:
                near = nearest_or_all(name, Settings.model_fields)
                problems.append(f"{name}: read from {origin(name)}: there is no such setting; {near}")

    file = settings_file(config)
    if file is not None:
        try:
            told, mistakes = _read_toml(file)
            problems += [f"{file}: is not TOML: {mistake}" for mistake in mistakes]
            lay(told, lambda _: str(file))
        except InvalidSettings as error:
            problems.append(error.message)
    no_more = {name: "" for name in NO_MORE if os.environ.get(f"{PREFIX}{name.upper()}")}
    variables = {**EnvSettingsSource(Settings)(), **no_more}
    lay(variables, lambda name: f"environment variable {PREFIX}{name.upper()}")
    lay({k: v for k, v in overrides.items() if v is not None}, lambda name: f"option {name}")
    try:
        settings = Settings(**values)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            name = str(detail["loc"][0])
            wanted = Settings.model_fields[name].description
            given = f"{shown(detail['input'])}, read from {origins[name]}"
            problems.append(f"{name}: {given}, cannot be used; give {wanted}")
    except InvalidSettings as error:
        problems.append(error.message)
    if problems:
        raise InvalidSettings("\n".join(map(one_line, problems)))
    return settings


def settings_file(config: Path | None) -> Path | None:
    """The file to read, if any; one that was named is returned even if it is not there."""
    if config is not None:
        return config
    if named := os.environ.get(f"{PREFIX}CONFIG"):
        return Path(os.path.expanduser(named))  # noqa: PTH111 (leaves `~` alone where there is no home)
    folder = config_folder()
    usual = folder / "gateway.toml" if folder else None
    return usual if usual and reachable(usual) else None


def _read_toml(file: Path) -> tuple[dict[str, Any], list[str]]:
    """What is in it, and its mistakes. Raises InvalidSettings for a file that cannot be read at all."""
    try:
        text = file.read_bytes().decode()
    except OSError as error:
        raise InvalidSettings(f"{file}: {error.strerror}; name a file that is there and readable") from error
    except UnicodeDecodeError as error:
        raise InvalidSettings(f"{file}: is not UTF-8; save it as UTF-8") from error
    return read_toml(text)
