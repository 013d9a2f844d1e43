"""Fetching a model from the Hub into its cache, where mlx-audio and other programs find it too."""

import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.models.model_folders import local_model
from gateway.models.models import (
    PINNED,
    Pulled,
    as_size,
    digest_of,
    kind_of,
    mismatch,
    pulled_models,
    record_models,
)
from robotvoice.console.output import show
from robotvoice.errors import InvalidModel
from robotvoice.ground.installation import how_to_install

try:
    import huggingface_hub as hub
    from huggingface_hub import constants
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )
except ModuleNotFoundError as missing:
    raise InvalidModel(
        f"models need their own packages ({missing.name} is missing); {how_to_install('mlx')}"
    ) from None

NEWEST = "main"
TELL_EVERY = 10.0
"""Seconds between two lines where there is no terminal to draw a bar on"""


def pull(model: str, state: Path, revision: str | None = None) -> Path:
    """Fetches what is not here yet, checks all of it and writes down which commit it is; its folder.

    Without a `revision` it is the commit that was pulled before, else the one this version is pinned to,
    else the newest. Prints what it does. Raises InvalidModel.
    """
    before = pulled_models(state).get(model)
    asked = revision or (before.revision if before else PINNED.get(model, NEWEST))
    if before and before.revision == asked:
        folder = local_model(model, asked)
        if folder and not mismatch(folder, before):
            show(f"{model} is here already: {kind_of(folder)}, commit {asked[:12]}, {as_size(before.size)}")
            return folder
    show(f"looking for {model} at {constants.ENDPOINT}")
    try:
        found, digests = _on_the_hub(model, asked)
        _make_room(found)
        show(
            f"pulling {len(found.files)} files, {as_size(found.size)}, commit {found.revision[:12]}",
        )
        with _told(model, found.size):
            # As it was asked for: the Hub's cache then knows the commit by that name too.
            folder = Path(hub.snapshot_download(model, revision=asked))
        if folder.name != found.revision:
            raise InvalidModel(f"{model} was changed on the Hub just now; pull once more")
    # The Hub's client raises errors of its own, of the HTTP library beneath it, and OSError.
    except InvalidModel:
        raise
    except Exception as error:
        raise InvalidModel(_why_not(model, asked, error)) from error
    _check(folder, found, digests)
    kind = kind_of(folder)
    record_models(state, model, found)
    show(f"{model} is here and complete: {kind}, commit {found.revision[:12]}, {as_size(found.size)}")
    return folder


def _on_the_hub(model: str, revision: str) -> tuple[Pulled, dict[str, str]]:
    """What there is to fetch, and the SHA-256 of the files that have one."""
    info = hub.HfApi().model_info(model, revision=revision, files_metadata=True)
    files = info.siblings or []
    if not info.sha or "config.json" not in {file.rfilename for file in files}:
        raise InvalidModel(f"{model} has no config.json, so it is no model that can speak; correct the name")
    sizes = {file.rfilename: file.size or 0 for file in files}
    return Pulled(info.sha, sizes), {file.rfilename: file.lfs.sha256 for file in files if file.lfs}


def _make_room(model: Pulled) -> None:
    place = Path(constants.HF_HUB_CACHE)
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if free < model.size:
        raise InvalidModel(
            f"the model needs {as_size(model.size)} and {place} has {as_size(free)} free; make room, "
            "or set HF_HOME to a folder on another disk"
        )


def _check(folder: Path, model: Pulled, digests: dict[str, str]) -> None:
    """Raises InvalidModel if a file is not what the Hub says it is; that one is removed."""
    wrong = mismatch(folder, model)
    wrong += [
        name for name, digest in digests.items() if name not in wrong and digest_of(folder / name) != digest
    ]
    for name in wrong:
        (folder / name).resolve().unlink(missing_ok=True)
        (folder / name).unlink(missing_ok=True)
    if wrong:
        raise InvalidModel(f"{', '.join(wrong)} came damaged and was removed; pull once more")


def _why_not(model: str, revision: str, error: Exception) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    match error:
        case OfflineModeIsEnabled():
            return "HF_HUB_OFFLINE is set, so nothing can be fetched; unset it for this command"
        case HFValidationError():
            return f"{model!r} is no name on the Hub; one looks like somebody/Model"
        case GatedRepoError():
            return f"{model} wants its conditions to be agreed to on its page first; then type: hf auth login"
        case RepositoryNotFoundError():
            return f"there is no model {model} on the Hub, or it is private; correct the name"
        case RevisionNotFoundError():
            return f"{model} has no commit {revision}; leave --revision out"
        case HfHubHTTPError():
            return f"the Hub answered {status} for {model}; try again later, what came is kept"
        case OSError(strerror=str(why)):
            return f"{model} could not be written ({why}); make room and pull once more, what came is kept"
    return (
        f"{constants.ENDPOINT} could not be reached, or the connection broke ({type(error).__name__}); "
        "check the network and pull once more, what came is kept"
    )


@contextmanager
def _told(model: str, size: int) -> Iterator[None]:
    """Progress: the Hub's own bars on a terminal, else a line now and then."""
    if sys.stderr.isatty():
        yield
        return
    hub.utils.disable_progress_bars()
    done = threading.Event()
    blobs = Path(constants.HF_HUB_CACHE) / f"models--{model.replace('/', '--')}" / "blobs"

    def tell() -> None:
        while not done.wait(TELL_EVERY):
            there = sum(entry.stat().st_size for entry in os.scandir(blobs)) if blobs.is_dir() else 0
            show(f"{as_size(min(there, size))} of {as_size(size)}")

    teller = threading.Thread(target=tell, name="progress", daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
