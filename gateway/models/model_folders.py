"""Where models lie on this machine: the folder that a persona names, or what the Hub's client keeps.

Found without that client, which is not always installed.
"""

import os
import re
from pathlib import Path

from robotvoice.ground.near_names import did_you_mean, near

HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
"""OWNER/NAME, as on the Hub; use `fullmatch`"""
_HOME = re.compile(r"\$(?:HOME\b|\{HOME\})")
_CORRECT = "correct the key model"


def is_folder(model: str) -> bool:
    """Whether a `model` as it was resolved is a folder; else it is a name on the Hub."""
    return Path(model).is_absolute()


def resolved(model: str, folder: Path) -> str:
    """The path of the folder that is meant, as seen from `folder`; a name on the Hub stays as it is.

    `~` and `$HOME` are this user's; other variables stay as they are. A name that may be both is a folder
    if that is there.
    """
    path = Path(_HOME.sub("~", model, count=1) if _HOME.match(model) else model)
    try:
        path = path.expanduser()
    except RuntimeError:  # no home folder: then there is no such folder either
        return os.path.normpath(folder / path)
    if path.is_absolute():
        return os.path.normpath(path)
    if HUB_NAME.fullmatch(model) and not model.startswith(".") and not _is_dir(folder / path):
        return model
    return os.path.normpath(folder / path)


def why_no_model(model: str) -> str | None:
    """Why no model lies in the folder that is meant; None if one does, or if it is a name on the Hub."""
    if not is_folder(model):
        return None
    path = Path(model)
    try:
        if not path.exists():
            return f"there is no folder {path}; {_near(path)}"
        if not path.is_dir():
            return f"{path} is a file; give the folder that the model lies in"
        if not any(path.iterdir()):
            return f"{path} is empty; copy the model into it, or {_CORRECT}"
        if not (path / "config.json").is_file():
            lacks = f"{path} has no config.json"
            if has_part_of_a_model(model):
                return f"{lacks}; copy all files of the model into it"
            return f"{lacks}, so it is no model; {_inside(path)}"
        if not any(path.glob("*.safetensors")):
            return f"{path} has no weights; copy all files of the model into it"
    except OSError as error:
        return f"{path} cannot be read ({error.strerror}); make it readable for this user"
    return None


def has_part_of_a_model(model: str) -> bool:
    """Whether the folder that is meant holds weights or a config.json: then not all of it was copied."""
    path = Path(model)
    return _is_dir(path) and ((path / "config.json").is_file() or any(path.glob("*.safetensors")))


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


def _near(path: Path) -> str:
    """What its writer may have meant, by name alone."""
    if not _is_dir(path.parent):
        return f"{_CORRECT}, or give OWNER/NAME as on the Hub"
    names = sorted(entry.name for entry in path.parent.iterdir() if entry.is_dir())
    return did_you_mean(near(path.name, names, 2), f"{_CORRECT}, or give OWNER/NAME as on the Hub")


def _inside(path: Path) -> str:
    """The folder below that is a model, if there is one."""
    inner = sorted(file.parent for file in path.glob("*/config.json"))
    return f"did you mean {inner[0].name}?" if inner else _CORRECT


def _is_dir(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _expanded(text: str) -> Path:
    return Path(os.path.expandvars(os.path.expanduser(text)))  # noqa: PTH111 (leaves `~` alone where there is no home)
