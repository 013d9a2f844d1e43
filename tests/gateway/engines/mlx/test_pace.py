"""What is predicted of a worker."""

import pytest

from gateway.engines.mlx.model_pace import VOICES, Pace

TEXT = "x" * 100


def test_what_was_measured_is_what_is_predicted() -> None:
    pace = Pace()
    pace.warmed_up(0.2, 0.5)
    for _ in range(60):
        pace.spoke("nova", TEXT, first_audio=0.1, audio=8.0, wall=4.0)
    assert pace.first_audio_p95("nova") == pytest.approx(0.1)
    assert pace.wall_of("nova", TEXT) == pytest.approx(0.1 + 4.0, rel=0.05)


def test_before_anything_is_measured_the_warm_up_tells() -> None:
    pace = Pace()
    pace.warmed_up(0.25, 0.5)
    assert pace.first_audio_p95("nova") == 0.25
    assert 0.25 < pace.wall_of("nova", TEXT) < 10


def test_one_slow_start_in_twenty_is_what_one_has_to_reckon_with() -> None:
    pace = Pace()
    for number in range(40):
        pace.spoke("nova", TEXT, first_audio=1.5 if number % 20 == 0 else 0.1, audio=8.0, wall=4.0)
    assert pace.first_audio_p95("nova") == 1.5


def test_voices_are_told_apart_and_forgotten_in_the_end() -> None:
    pace = Pace()
    pace.spoke("slow", TEXT, first_audio=2.0, audio=20.0, wall=4.0)
    pace.spoke("quick", TEXT, first_audio=0.1, audio=4.0, wall=4.0)
    assert pace.first_audio_p95("slow") == 2.0 > pace.first_audio_p95("quick")
    for number in range(VOICES):
        pace.spoke(f"voice {number}", TEXT, first_audio=0.1, audio=4.0, wall=4.0)
    assert pace.first_audio_p95("slow") < 1.0, "nothing of it is left but the mean of all"


def test_a_sentence_without_sound_changes_no_factor() -> None:
    pace = Pace()
    pace.spoke("nova", "Hi.", first_audio=0.1, audio=0.0, wall=4.0)
    assert pace.real_time_factor == 1.0
