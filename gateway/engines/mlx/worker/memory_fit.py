"""How much memory a model may take, and how much it has taken."""

import resource
import sys
from pathlib import Path

import mlx.core as mx

from gateway.engines.mlx.worker.model_folder import UnusableModel

CACHE_LIMIT = 256 << 20
FOR_THE_REST = 3 << 30
"""Bytes of a Mac's memory that are left to everything else"""
ROOM = 1.3
"""What a loaded model needs at least, as a multiple of its weights"""


def limit_memory(weights: int) -> None:
    """Sets the limits of a Mac's GPU. Raises UnusableModel if a model of so many bytes does not fit."""
    if mx.metal.is_available():
        info = mx.device_info()
        total = int(info["memory_size"])
        available = min(int(0.9 * info["max_recommended_working_set_size"]), total - FOR_THE_REST)
        mx.set_memory_limit(max(available, 1 << 30))
        mx.set_cache_limit(CACHE_LIMIT)
    else:
        available = _available() or weights * 2
    if weights * ROOM > available:
        needed, free = (f"{size / 1e9:.1f} GB" for size in (weights * ROOM, max(available, 0)))
        message = f"the model needs {needed} of memory, {free} can be had; use a smaller model"
        raise UnusableModel("not_enough_memory", message)


def memory_in_use() -> dict[str, float]:
    """Bytes: of MLX now and at most, and of the whole process (on a Mac: at most)."""
    rss = _status(Path("/proc/self/status"), "VmRSS")
    if rss is None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        rss = peak if sys.platform == "darwin" else peak * 1024
    return {
        "active_memory": float(mx.get_active_memory()),
        "peak_memory": float(mx.get_peak_memory()),
        "rss": float(rss),
    }


def _available() -> int | None:
    return _status(Path("/proc/meminfo"), "MemAvailable")


def _status(file: Path, name: str) -> int | None:
    """Bytes of a `Name:  123 kB` line; None where there is no such file."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), None)
