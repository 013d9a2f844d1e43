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


def chosen(blocks: Iterable[np.ndarray], channels: int, rate: int) -> int:
    """The channel whose voice is the loudest and clearest; the first of equal ones.

    Each block is float32, with a column for each channel.
    """
    if channels == 1:
        return 0
    frame = max(1, round(FRAME_SECONDS * rate))
    levels: list[np.ndarray] = []
    rest = np.empty((0, channels), np.float32)
    for block in blocks:
        samples = np.concatenate([rest, block])
        whole = len(samples) // frame * frame
        rest = samples[whole:]
        power = np.mean(np.square(samples[:whole].reshape(-1, frame, channels), dtype=np.float64), axis=1)
        levels.extend(np.maximum(QUIETEST, 10 * np.log10(power + 1e-30)))
    if not levels:
        return 0
    loud, soft = np.percentile(levels, 95, axis=0), np.percentile(levels, 10, axis=0)
    worth = np.nan_to_num(np.minimum(loud - soft, CLEAN) + LEVEL_COUNTS * loud, nan=-np.inf)
    return int(np.flatnonzero(worth >= worth.max() - SAME_WITHIN)[0])
