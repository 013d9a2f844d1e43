"""By whose leave a persona speaks with somebody's voice: without it no voice is cloned."""

import datetime
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from gateway.personas.voice_schema import Block, Name
from gateway.personas.yaml_lines import Location
from robotvoice.persona import Consent

NEEDED = (
    "is missing; a cloned voice needs the leave of its owner: "
    "give a block such as {subject: Ada, granted_by: Ada, scope: our robot at home}"
)


def _day(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ValueError(f"{text!r} is no day; give one as 2026-01-31") from error


Day = Annotated[str, Field(max_length=10), AfterValidator(_day)]


class ConsentBlock(Block):
    subject: Name = Field(description="text of 1 to 64 characters: whose voice it is")
    granted_by: Name = Field(description="text of 1 to 64 characters: who allowed its use")
    scope: Name = Field(description="text of 1 to 64 characters: what it may be used for")
    relationship: Name | None = Field(
        default=None, description="text of 1 to 64 characters: what the two are to each other"
    )
    date: Day | None = Field(default=None, description="the day it was given, such as 2026-01-31")
    expires: Day | None = Field(default=None, description="its last day, such as 2026-01-31")
    clip_sha256: str | None = Field(
        default=None,
        pattern="^[0-9a-f]{64}$",
        description="the 64 hex digits of the clip's SHA-256, in small letters",
    )
    guardian: Name | None = Field(
        default=None,
        description="text of 1 to 64 characters: who agreed for somebody who may not do so alone",
    )

    def consent(self) -> Consent:
        return Consent(**self.model_dump())


def consent_problems(
    block: ConsentBlock | None, clips: Collection[str | None]
) -> Iterator[tuple[Location, str]]:
    """What stands against cloning `clips`: the SHA-256 of each file, None of one that cannot be read, and of
    a voice that another server has already.
    """
    if not clips:
        return
    if block is None:
        yield ("consent",), NEEDED
        return
    if block.clip_sha256 is not None and {*clips} - {None, block.clip_sha256}:
        text = "was given for another clip; put that clip back, or ask for leave to use this one"
        yield ("consent", "clip_sha256"), text


def consent_ended(
    block: ConsentBlock | None, clips: Collection[str | None], today: datetime.date
) -> Iterator[tuple[Location, str]]:
    """That its days are over, where there is something to clone: the persona's other voices speak on."""
    if clips and block:
        yield from _ended(block.expires, today)


def consent_ended_in(data: Any, today: datetime.date) -> Iterator[tuple[Location, str]]:
    """The same, of a file that is no persona as it stands: the last good one is not to clone on."""
    block = data.get("consent") if isinstance(data, dict) else None
    expires = block.get("expires") if isinstance(block, dict) else None
    with suppress(ValueError):
        yield from _ended(_day(expires) if isinstance(expires, str) else None, today)


def _ended(expires: str | None, today: datetime.date) -> Iterator[tuple[Location, str]]:
    if expires is not None and expires < today.isoformat():
        text = f"ended with {expires}, so no voice is cloned; ask for a new consent, or use another voice"
        yield ("consent", "expires"), text
