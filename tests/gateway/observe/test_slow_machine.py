"""A machine that can never keep a persona's budget is told of once, with the number and what to change."""

from dataclasses import replace

import pytest

from gateway.observe.slow_machine import TooSlow
from robotvoice.persona import Persona, VoiceSpec

NOVA = Persona("nova", "Nova", "en", VoiceSpec("mlx"), first_audio_budget=2.0, revision="1")


def test_it_is_said_once_with_what_to_change(caplog: pytest.LogCaptureFixture) -> None:
    too_slow = TooSlow(lambda voice: 3.14)
    for _ in range(3):
        too_slow.look([NOVA])
    (record,) = caplog.records
    said = record.getMessage()
    assert "nova" in said and "3.1 s" in said and "2 s" in said
    assert "first_audio_budget: 5.2" in said


def test_a_changed_persona_is_looked_at_again(caplog: pytest.LogCaptureFixture) -> None:
    too_slow = TooSlow(lambda voice: 3.0)
    too_slow.look([NOVA])
    too_slow.look([replace(NOVA, revision="2", first_audio_budget=1.0)])
    too_slow.look([replace(NOVA, revision="3", first_audio_budget=5.0)])
    assert len(caplog.records) == 2


@pytest.mark.parametrize("best", [None, 0.1, 1.6])
def test_who_is_in_time_or_not_measured_is_not_spoken_of(
    best: float | None, caplog: pytest.LogCaptureFixture
) -> None:
    TooSlow(lambda voice: best).look([NOVA])
    assert caplog.records == []


def test_the_time_that_is_kept_for_the_others_counts() -> None:
    """With it the chain would pass it over, though by itself it would be in time."""
    others = replace(NOVA, fallbacks=(VoiceSpec("espeak"), VoiceSpec("pyttsx3")))
    advice = TooSlow(lambda voice: 1.6).advice(others)
    assert advice and "first_audio_budget: 2.9" in advice and "robots" in advice
