"""Where models lie on this machine, found without the Hub's client, which is not always installed."""

import os
from pathlib import Path


def hub_cache() -> Path:
    """The folder that the Hub's client keeps models in, by the variables that it goes by."""
    if told := os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE"):
        return _expanded(told)
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return _expanded(os.environ.get("HF_HOME") or f"{base}/huggingface") / "hub"


def local_model(model: str, revision: str | None = None) -> Path | None:
    """The folder of a model, if anything of it is here: itself, or what the Hub's client keeps under a name.

    Of a name it is the commit `revision`, else the newest that was fetched.
    """
    folder = _expanded(model)
    if folder.is_dir():
        return folder
    if model.count("/") != 1:
        return None
    kept = hub_cache() / f"models--{model.replace('/', '--')}"
    try:
        commit = revision or (kept / "refs" / "main").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    snapshot = kept / "snapshots" / commit
    return snapshot if snapshot.is_dir() else None


def _expanded(text: str) -> Path:
    return Path(os.path.expandvars(os.path.expanduser(text)))  # noqa: PTH111 (leaves `~` alone where there is no home)
