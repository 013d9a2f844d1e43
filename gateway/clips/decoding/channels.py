"""Which channel of a recording is the voice: one of them at its full level, never their sum.

A sum loses a pair with reversed phase, makes a centre channel softer and mixes in what only one side hears.
"""

from collections.abc import Iterable

import numpy as np

FRAME_SECONDS = 0.02
CLEAN = 40.0
"""dB between the loud and the soft parts of a channel; more tells nothing about its voice"""
LEVEL_COUNTS = 0.5
"""A dB of level is worth half a dB of cleanness: a clean but far channel loses, a loud noise too"""
SAME_WITHIN = 1.0
"""dB between channels that count as equal, of which the first is taken"""
QUIETEST = -90.0
"""dBFS; digital silence counts as this"""


class ChannelChoice:
    """Listens to a recording block by block."""

    def __init__(self, channels: int, rate: int) -> None:
        self._frame = max(1, round(FRAME_SECONDS * rate))
        self._levels: list[np.ndarray] = []
        self._rest = np.empty((0, channels), np.float32)

    def feed(self, block: np.ndarray) -> None:
        """`block`: float32, a column for each channel."""
        samples = np.concatenate([self._rest, block])
        whole = len(samples) // self._frame * self._frame
        self._rest = samples[whole:]
        frames = samples[:whole].reshape(-1, self._frame, samples.shape[1])
        self._levels.append(_decibels(np.mean(np.square(frames, dtype=np.float64), axis=1)))

    def best(self) -> int:
        """The channel whose voice is the loudest and clearest; the first of equal ones."""
        levels = np.concatenate(self._levels)
        if not len(levels):
            return 0
        loud, soft = np.percentile(levels, 95, axis=0), np.percentile(levels, 10, axis=0)
        worth = np.nan_to_num(np.minimum(loud - soft, CLEAN) + LEVEL_COUNTS * loud, nan=-np.inf)
        return int(np.flatnonzero(worth >= worth.max() - SAME_WITHIN)[0])


def chosen(blocks: Iterable[np.ndarray], channels: int, rate: int) -> int:
    """The best channel of a whole recording."""
    if channels == 1:
        return 0
    choice = ChannelChoice(channels, rate)
    for block in blocks:
        choice.feed(block)
    return choice.best()


def _decibels(power: np.ndarray) -> np.ndarray:
    levels: np.ndarray = np.maximum(QUIETEST, 10 * np.log10(power + 1e-30))
    return levels
