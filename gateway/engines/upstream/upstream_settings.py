"""Other servers that speak for this gateway: the tables [upstreams.NAME] of its settings file.

The field of `Settings` is `upstreams: Upstreams`. What is written in a table is never repeated in a message:
where a key is put into the wrong place, it must not get into a log.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_settings import NoDecode
from yarl import URL

from gateway.ground.problems import shown
from robotvoice.console.wrapping import one_line
from robotvoice.errors import InvalidSettings
from robotvoice.ground.near_names import nearest_or_all

UPSTREAM_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
"""What an upstream may be called; use `fullmatch`"""
MOST = 16
"""Upstreams of one gateway"""
KEY_LIMIT = 4096
"""Bytes of a file that holds a key"""
_KEY = re.compile(r"[\x21-\x7e]{1,1024}")

DialectName = Literal["openai", "vllm-omni", "mlx-audio", "robotvoice"]


def _address(text: str) -> str:
    """The address in front of /v1, without a slash at its end."""
    try:
        url = URL(text)
    except ValueError:
        raise ValueError("this is no address") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError("this is no address of HTTP")
    if url.user is not None or url.password is not None:
        raise ValueError("a key does not belong into an address; name a key_file")
    if url.query_string or url.fragment:
        raise ValueError("nothing may follow the path")
    return str(url).rstrip("/").removesuffix("/v1").rstrip("/")


def _path(value: object) -> object:
    return Path(value).expanduser() if isinstance(value, str) and value.strip() else value


class UpstreamSettings(BaseModel):
    """One server. Each description says what may be given; all times are in seconds."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True
    )

    url: Annotated[str, AfterValidator(_address)] = Field(
        max_length=512, description="an address such as http://studio.local:8091"
    )
    dialect: DialectName = Field(
        default="openai", description="openai, vllm-omni, mlx-audio or robotvoice: whose server it is"
    )
    key_file: Annotated[Path, BeforeValidator(_path)] | None = Field(
        default=None, description="a file that holds the key and nothing else"
    )
    key_env: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$",
        description="the name of the environment variable that holds the key",
    )
    verify_tls: bool = Field(default=True, description="false to trust any certificate, or true")
    format: Literal["pcm", "wav"] | None = Field(
        default=None, description="pcm or wav: what to ask for, if not what the dialect prefers"
    )
    sample_rate: int = Field(
        default=24_000, ge=8_000, le=48_000, description="Hz of its PCM, from 8000 to 48000"
    )
    connect: float = Field(default=1.0, ge=0.05, le=30, description="seconds from 0.05 to 30")
    """To reach it"""
    first_audio: float = Field(default=2.0, ge=0.1, le=60, description="seconds from 0.1 to 60")
    """From the request to the first sound, connecting and a second try included"""
    # The chain waits no longer than this for any engine.
    gap: float = Field(default=0.8, ge=0.05, le=0.8, description="seconds from 0.05 to 0.8")
    """Between two pieces of a sentence"""
    requests: int = Field(default=32, ge=1, le=1024, description="a number from 1 to 1024")
    """At the same time; what is more goes to the next voice"""

    def key(self, environment: Mapping[str, str] = os.environ) -> str | None:
        """The key, None where none is needed. Reads a file. Raises InvalidSettings, without the key."""
        if self.key_file is not None:
            try:
                with self.key_file.open("rb") as file:
                    text = file.read(KEY_LIMIT).decode("ascii", "replace").strip()
            except OSError as error:
                raise InvalidSettings(
                    f"its key file cannot be read ({error.strerror}); make it readable for this user"
                ) from error
            origin = "its key file"
        elif self.key_env is not None:
            # Not named: whoever took key_env for the key itself would read it in the log.
            text, origin = environment.get(self.key_env, ""), "the environment variable of its key_env"
        else:
            return None
        if not _KEY.fullmatch(text):
            raise InvalidSettings(f"{origin} holds no key; put the key there and nothing else")
        return text


def read_upstreams(tables: Any) -> dict[str, UpstreamSettings]:
    """What the settings file says under `upstreams`. Raises InvalidSettings with one line for all of it."""
    if not isinstance(tables, Mapping):
        raise InvalidSettings(
            "upstreams: can only be given in the settings file, as a table [upstreams.NAME] with a url"
        )
    problems: list[str] = []
    if len(tables) > MOST:
        problems.append(f"upstreams: there are more than {MOST}; remove some")
    found: dict[str, UpstreamSettings] = {}
    for name, table in tables.items():
        if isinstance(table, UpstreamSettings):
            found[name] = table
        elif not UPSTREAM_NAME.fullmatch(name):
            wanted = "1 to 32 of the characters a-z, 0-9, _ and -, the first a letter or digit"
            problems.append(f"upstreams: the name {shown(name)} cannot be used; give {wanted}")
        else:
            try:
                found[name] = UpstreamSettings.model_validate(table)
            except ValidationError as error:
                problems += _told(name, error)
    for name, settings in found.items():
        if settings.key_file and settings.key_env:
            problems.append(f"upstreams.{name}: has a key_file and a key_env; remove one of them")
    if problems:
        raise InvalidSettings(one_line("; ".join(problems)))
    return found


def _told(name: str, error: ValidationError) -> list[str]:
    problems = []
    for detail in error.errors(include_url=False, include_input=False):
        key = str(detail["loc"][0]) if detail["loc"] else ""
        field = UpstreamSettings.model_fields.get(key)
        at = f"upstreams.{name}.{key[:32]}" if key else f"upstreams.{name}"
        match detail["type"]:
            case "extra_forbidden":
                near = nearest_or_all(key, UpstreamSettings.model_fields)
                problems.append(f"{at}: there is no such setting; {near}")
            case _ if field is None:
                problems.append(f"{at}: cannot be used; write a table with a url")
            case "missing":
                problems.append(f"{at}: is missing; give {field.description}")
            case "value_error":
                problems.append(f"{at}: {detail['ctx']['error']}; give {field.description}")
            case _:
                problems.append(f"{at}: cannot be used; give {field.description}")
    return problems


Upstreams = Annotated[Mapping[str, UpstreamSettings], NoDecode, BeforeValidator(read_upstreams)]
"""By name. In the environment there is no way to write them."""
