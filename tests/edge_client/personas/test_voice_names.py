"""What a program is told when it asks for somebody who is not there, and by which names it may ask."""

import traceback
from collections.abc import Callable

import pytest

from edge_client import Voice
from edge_client.settings.settings import Settings
from edge_client.voice import InvalidArgument
from robotvoice.errors import UnknownVoice


def test_what_cannot_be_said_is_a_short_traceback_that_ends_in_the_callers_line(
    settings: Callable[..., Settings],
) -> None:
    with pytest.raises(UnknownVoice, match="did you mean vixen") as raised:
        Voice("vixn", settings=settings()).say("Hello.")
    lines = traceback.format_exception(raised.value)
    assert len(lines) <= 4 and "direct cause" not in "".join(lines)


def test_a_persona_may_be_given_as_a_voice(settings: Callable[..., Settings]) -> None:
    assert Voice(voice="vixen", settings=settings()).persona == "vixen"
    with pytest.raises(InvalidArgument, match="mean the same"):
        Voice("vixen", voice="spark", settings=settings())
