"""How often each fault is found, and how often one is claimed that is not there: over many voices."""

from collections.abc import Callable

import numpy as np
import pytest

from robotvoice.errors import InvalidClip
from tests.gateway.clips import made

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

VOICES = (
    "en-gb", "en-us", "en+f2", "en+f4", "en+m1", "en+m3", "en+m7", "en-gb-scotland", "en-gb-x-rp",
    "en+klatt4", "de", "fr-fr", "es", "it", "pt", "nl", "pl", "sv", "hu", "tr",
)  # fmt: skip
"""They read English with the sounds of their language; nothing here understands it"""
ENOUGH = 0.9
"""Share of the faults that have to be found"""


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> list[np.ndarray]:
    """Forty recordings of 9 to 15 s in a quiet room, each with half a second around the words."""
    folder = tmp_path_factory.mktemp("said")
    recordings = []
    for number, voice in enumerate(VOICES):
        for first in (0, 1):
            text = " ".join(made.SAYINGS[first : first + 3])
            words = made.said(text, voice, 150 + 5 * (number % 5), folder)[: 14 * made.RATE]
            # The synthesizer's first sound is as loud as its second.
            words[: made.RATE // 20] *= np.linspace(0, 1, made.RATE // 20)
            silence = np.zeros(round(0.3 * made.RATE))
            whole = made.joined(silence, words, silence)
            recordings.append(whole + made.room(len(whole) / made.RATE, -65, number))
    return recordings


def codes(samples: np.ndarray) -> set[str]:
    try:
        peaks = float(np.mean(np.abs(samples) >= 0.999 * np.abs(samples).max()))
        found = made.checked(samples, clipped=peaks).findings
        return {each.code if each.code != "short" else each.text for each in found if each.level == "warning"}
    except InvalidClip as refused:
        return {str(refused)}


def middle(samples: np.ndarray) -> int:
    """The softest place near the middle."""
    hops = np.square(samples[: len(samples) // 240 * 240].reshape(-1, 240)).mean(axis=1)
    begin, end = int(0.35 * len(hops)), int(0.65 * len(hops))
    return (begin + int(np.argmin(hops[begin:end]))) * 240


def paused(samples: np.ndarray) -> np.ndarray:
    whole = samples[: 10 * made.RATE]
    return made.joined(whole[: middle(whole)], made.room(4, -65), whole[middle(whole) :])


QUIET = made.room(0.4, -65)
FAULTS: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "white noise, 15 dB below": ("room", lambda x: made.with_sound(x, made.hiss(15), 15)),
    "pink noise, 12 dB below": ("room", lambda x: made.with_sound(x, made.room(15), 12)),
    "music, 12 dB below": ("room", lambda x: made.with_sound(x, made.music(15), 12)),
    "hum of 50 Hz, 20 dB below": ("hum", lambda x: made.with_sound(x, made.hum(15, 50), 20)),
    "hum of 60 Hz, 20 dB below": ("hum", lambda x: made.with_sound(x, made.hum(15, 60), 20)),
    "telephone, A-law": ("telephone", made.telephone),
    "telephone, low-pass": ("telephone", lambda x: made.band(x, 0, 3400)),
    "echo of 0.6 s": ("echo", lambda x: made.echoing(x, 0.6)),
    "cut at its loudest": ("ends_cut", lambda x: x[: made.loudest(x)]),
    "pause of 4 s": ("pause", paused),
    "click before": ("stray", lambda x: made.joined(QUIET, made.click(), QUIET, x)),
    "breath before": ("stray", lambda x: made.joined(made.breath(), QUIET, x[: 13 * made.RATE])),
    "seven seconds of room": ("left_out", lambda x: made.joined(made.room(7), x)),
    "distorted": ("distorted", lambda x: np.clip(x / np.abs(x).max() * 5, -1, 1)),
    "too soft": ("too quiet", lambda x: x / np.abs(x).max() * 0.012),
    "two seconds": ("s of speech in", lambda x: made.joined(made.room(5), x[: 2 * made.RATE], made.room(5))),
}  # fmt: skip


def test_no_good_recording_is_refused_and_hardly_any_is_warned_of(clean: list[np.ndarray]) -> None:
    told = [codes(samples) for samples in clean]
    assert len(told) == 40
    assert not [each for each in told if any(" " in code for code in each)]
    assert sum(map(bool, told)) <= 2, told


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_in_nearly_every_voice(fault: str, clean: list[np.ndarray]) -> None:
    wanted, spoil = FAULTS[fault]
    told = [codes(spoil(samples)) for samples in clean[::2]]
    found = [each for each in told if any(wanted in code for code in each)]
    print(f"{fault}: {len(found)} of {len(told)}")
    assert len(found) >= ENOUGH * len(told), [each for each in told if each not in found]
