"""Where a model lies on this machine. Nothing here ever downloads."""

import json
from pathlib import Path

from gateway.models.model_folders import has_part_of_a_model, is_folder, resolved, why_no_model
from robotvoice.errors import EngineUnavailable


class UnusableModel(EngineUnavailable):
    """This worker cannot serve its model; the message says what to do."""


class CannotSpeak(EngineUnavailable):
    """One request cannot be done; the worker lives on."""


HOW_TO_PULL = "robotvoice-gateway models pull"


def model_folder(model: str, revision: str | None) -> Path:
    """The complete folder of a path or of a name on the Hub. Raises UnusableModel."""
    model = resolved(model, Path.cwd())
    if (why := why_no_model(model)) and not has_part_of_a_model(model):
        raise UnusableModel("no_model", why)
    folder = Path(model) if is_folder(model) else _in_the_hubs_cache(model, revision)
    if missing := _missing(folder):
        mend = "copy all of its files" if is_folder(model) else f"type: {HOW_TO_PULL} {model}"
        raise UnusableModel("incomplete_model", f"model {model} lacks {missing}; {mend}")
    return folder


def _in_the_hubs_cache(model: str, revision: str | None) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, revision=revision, local_files_only=True))
    except LocalEntryNotFoundError:
        message = f"model {model} is not on this machine; type: {HOW_TO_PULL} {model}"
        raise UnusableModel("not_pulled", message) from None


def _missing(folder: Path) -> str | None:
    """The first file that a broken-off download left out."""
    if not (folder / "config.json").is_file():
        return "config.json"
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        names = set(json.loads(index.read_bytes())["weight_map"].values())
        return next((name for name in sorted(names) if not (folder / name).is_file()), None)
    return None if any(folder.glob("*.safetensors")) else "its weights"


def weight_bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*.safetensors"))
