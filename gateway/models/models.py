"""The models on this machine: fetched from the Hub by hand, at a commit that is written down, and checked.

Nothing is fetched while the gateway serves.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.engines.mlx.families import Family, family_of
from gateway.ground.problems import what_to_do
from gateway.models.model_folders import local_model
from robotvoice.errors import InvalidModel
from robotvoice.ground.state_files import write_whole
from robotvoice.persona import ModelVoice, Persona

log = logging.getLogger(__name__)

PINNED: Mapping[str, str] = {}
"""The commit of each model this version was tried with; none yet.

Of all others the first pull trusts what it gets and writes down which commit that is: later pulls and every
load use exactly that one, until a pull with --revision takes another.
"""
RECORD = "models.json"
BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Pulled:
    """A model as it was fetched."""

    revision: str
    """The commit, 40 hex digits"""
    files: Mapping[str, int]
    """Bytes of each"""

    @property
    def size(self) -> int:
        """Bytes of all files"""
        return sum(self.files.values())


def models_of(personas: Iterable[Persona]) -> dict[str, list[str]]:
    """Every model that a voice of these personas is made by, with the ids of who needs it."""
    needed: dict[str, list[str]] = {}
    for persona in personas:
        for voice in persona.voices:
            if voice.model_voice and persona.id not in needed.setdefault(voice.model_voice.model, []):
                needed[voice.model_voice.model].append(persona.id)
    return needed


def pulled_models(state: Path) -> dict[str, Pulled]:
    """What was fetched, by the name on the Hub. A record that cannot be read is as good as none."""
    try:
        record = json.loads((state / RECORD).read_bytes())
        return {name: Pulled(row["revision"], dict(row["files"])) for name, row in record.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        log.warning("the record of pulled models cannot be read", extra={"file": str(state / RECORD)})
        return {}


def revisions(state: Path) -> dict[str, str]:
    """The commit each model is to be used at; any other is used as the Hub's cache has it."""
    return dict(PINNED) | {name: model.revision for name, model in pulled_models(state).items()}


def record_models(state: Path, name: str, model: Pulled) -> None:
    """So that it is the same from now on. Raises InvalidModel."""
    record = {
        known: {"revision": each.revision, "files": dict(each.files)}
        for known, each in (pulled_models(state) | {name: model}).items()
    }
    content = json.dumps(record, indent=1, sort_keys=True) + "\n"
    try:
        write_whole(state / RECORD, content.encode(), mode=None)
    except OSError as error:
        raise InvalidModel(
            f"{state / RECORD} cannot be written ({error.strerror}); {what_to_do(error)}"
        ) from error


def mismatch(folder: Path, model: Pulled) -> list[str]:
    """The files that are not there, or not as long as they must be."""
    return [name for name, size in model.files.items() if _size(folder / name) != size]


def _size(file: Path) -> int | None:
    try:
        return file.stat().st_size
    except OSError:
        return None


def digest_of(file: Path) -> str:
    """SHA-256 in hex."""
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def kind_of(folder: Path) -> str:
    """The model's family. Raises InvalidModel if nothing here speaks with such a model."""
    family, _ = describe(folder)
    return family.name


def describe(folder: Path) -> tuple[Family, tuple[str, ...]]:
    """The model's family and its preset voices, without loading it.

    Raises InvalidModel if nothing here speaks with such a model.
    """
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_bytes())
        kind, variant, size = (str(config.get(key, "")) for key in _KIND)
        speakers = tuple((config.get("talker_config") or {}).get("spk_id") or {})
    except (OSError, ValueError, AttributeError, TypeError):
        raise InvalidModel(f"{folder} has no config.json that can be read, so it is no model") from None
    family = family_of(kind, variant, size)
    if family is None:
        said = " ".join(filter(None, (kind, variant, size))) or "nothing"
        raise InvalidModel(f"this version cannot speak with a model of type {said}")
    return family, speakers


def refusal_of(voice: ModelVoice, revisions: Mapping[str, str]) -> str | None:
    """Why its model cannot make this voice; None if it can, or if too little of the model is here to know."""
    folder = local_model(voice.model, revisions.get(voice.model))
    if folder is None or not (folder / "config.json").is_file():
        return None
    try:
        family, speakers = describe(folder)
    except InvalidModel as error:
        return error.message
    reason = family.refusal(voice, speakers)
    return reason.text if reason else None


def unspoken_of(voice: ModelVoice, revisions: Mapping[str, str]) -> str | None:
    """What its owner should know if its model does not know its language, as far as the model is here."""
    folder = local_model(voice.model, revisions.get(voice.model))
    if folder is None or not (folder / "config.json").is_file():
        return None
    try:
        reason = describe(folder)[0].unspoken(voice.language)
    except InvalidModel:
        return None
    return f"{reason.text}; the model finds out by itself what it reads" if reason else None


def display_name(model: str) -> str:
    """A name on the Hub as it is; of a folder only the last part, as paths are nobody's business."""
    return Path(model).name if Path(model).is_absolute() or model.startswith((".", "~")) else model


_KIND = ("model_type", "tts_model_type", "tts_model_size")


def as_size(count: float) -> str:
    """Bytes for a person: 1.9 GB."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count:.0f} bytes"
