"""What `doctor --clone` makes of what it has measured."""

import pytest

from gateway.console.doctor_clone import Take, judged

SOUND = bytes(96_000)


def take(first_audio: float = 0.5, wall: float = 1.0, seconds: float = 2.0) -> Take:
    return Take(SOUND, first_audio, wall, seconds)


@pytest.mark.parametrize(
    ("backend", "measured", "equal", "state", "said"),
    [
        ("Metal", take(), True, "ok", "first audio 0.50 s of 2 s, real-time factor 0.50, peak 3.0 GB, equal"),
        ("Metal", take(), False, "warn", "NOT equal each time, on Metal"),
        ("cpu", take(), False, "fail", "NOT equal each time, on CPU: voices may be mixed"),
        ("Metal", take(first_audio=2.1), True, "fail", "too late, so its fallback speaks"),
        ("Metal", take(wall=2.4), True, "warn", "real-time factor 1.20"),
        ("Metal", take(seconds=0.0), True, "fail", "made no sound"),
    ],
)
def test_each_figure_has_its_consequence(
    backend: str, measured: Take, equal: bool, state: str, said: str
) -> None:
    """Late and mixed voices fail; what is only not as good as it could be is a warning."""
    status = {"description": f"Qwen3-TTS Base, a/model (mlx-audio 0.6, {backend})", "peak_memory": 3e9}
    check = judged("ann: voice", 2.0, status, measured, equal)
    assert (check.state, said in check.found) == (state, True), check
    assert bool(check.todo) is (state != "ok") or "no sound" in said
    assert check.figures["equal"] is equal
