"""As much of MLX as a worker calls, by numpy. For what it is here see tests/fakes/scripted_model.py."""

from types import SimpleNamespace
from typing import Any

import numpy as np

__version__ = "0.32.4"
array = np.asarray
float32 = np.float32
isfinite = np.isfinite
cpu = SimpleNamespace(type="DeviceType.cpu")
metal = SimpleNamespace(is_available=lambda: False)
seeded: list[int] = [0]
"""What `random.seed` was given last"""
random = SimpleNamespace(seed=lambda seed: seeded.__setitem__(0, seed))


def default_device() -> Any:
    return cpu


def disable_compile() -> None: ...


def clear_cache() -> None: ...


def get_active_memory() -> int:
    return 0


def get_peak_memory() -> int:
    return 0
