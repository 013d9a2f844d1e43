"""How the process gives memory back."""

import ctypes
import sys

M_MMAP_THRESHOLD = -3  # of mallopt(3)
LARGE = 1024 * 1024
"""Bytes from which a block is on its own, and gone when it is freed"""


def give_large_blocks_back() -> None:
    """Bodies, clips and files of sound leave no holes behind.

    glibc raises its threshold up to 32 MB with what it has seen freed, and such blocks then lie between
    others: the process kept 60 MB more after a dozen large bodies. Elsewhere there is nothing to do.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt:
        mallopt(M_MMAP_THRESHOLD, LARGE)
