"""All that a robot has learned from a gateway, to be forgotten at once: another gateway has other voices."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from edge_client.link.last_gateway import FILE_NAME as LAST_GATEWAY
from edge_client.link.last_gateway import load
from edge_client.personas.known_personas import FILE_NAME as PERSONAS
from edge_client.personas.voices import KEY_FILE, PHRASES_FOLDER

FILES = (LAST_GATEWAY, PERSONAS, KEY_FILE)


def forget_learned(state_dir: Path, *, but_of: str | None = None) -> list[str]:
    """What could not be taken away, each with its reason. It blocks.

    Where it was, its personas with their local voices, its phrases, and what it said often. A program that
    speaks meanwhile has what it holds in memory. `but_of`: where the gateway of this id was is kept.
    """
    trouble: list[str] = []
    files: Sequence[str] = FILES
    if but_of and (last := load(state_dir / LAST_GATEWAY).endpoint) and last.gateway_id == but_of:
        files = [name for name in FILES if name != LAST_GATEWAY]
    # The names first: without them nothing in the folder is played any more.
    for name in files:
        path = state_dir / name
        try:
            path.unlink(missing_ok=True)
        except NotADirectoryError:
            continue
        except OSError as error:
            trouble.append(f"{path} ({error.strerror})")

    def tell(_: object, path: str, error: BaseException) -> None:
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError | NotADirectoryError):
            trouble.append(f"{path} ({error.strerror})")

    folder = state_dir / PHRASES_FOLDER
    shutil.rmtree(folder, onerror=lambda function, path, info: tell(function, path, info[1]))
    return trouble
