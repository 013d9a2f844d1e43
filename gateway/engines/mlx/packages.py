"""Whether what runs the models is installed; found out without importing any of it."""

import importlib.util
import platform
import sys

from robotvoice.ground.installation import how_to_install

PACKAGES = ("mlx", "mlx_audio", "huggingface_hub")
ELSEWHERE = "it runs on Linux and on a Mac with Apple silicon"


def not_installed() -> str | None:
    """What is missing and the line to type; None if nothing is."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if not missing:
        return None
    said = f"mlx-audio is not installed ({', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing)"
    if sys.platform == "linux" or (sys.platform, platform.machine()) == ("darwin", "arm64"):
        return f"{said}; {how_to_install('mlx')}, then start the gateway again"
    return f"{said} and cannot be had for this machine: {ELSEWHERE}; give the persona another engine"
