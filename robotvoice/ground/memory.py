"""How soon the C library gives memory back that Python has freed. Only glibc can be told."""

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Of mallopt(3)"""


def give_blocks_back(large: int) -> None:
    """A block of `large` bytes and more is on its own, and gone when it is freed, and threads share one heap.

    By itself glibc raises its thresholds up to 32 MB with what it has seen freed, and such blocks then lie
    between others: a gateway kept 60 MB more after a dozen large bodies, and a daemon 2 MB for its TLS.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt:
        for setting, value in ((M_MMAP_THRESHOLD, large), (M_TRIM_THRESHOLD, large), (M_ARENA_MAX, 1)):
            mallopt(setting, value)
