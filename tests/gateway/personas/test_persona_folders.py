"""What is not a readable persona.yaml inside the folder is told, and harms no other persona."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.personas.loading import MINIMAL, load_personas, persona, problems_of


@pytest.mark.parametrize("name", ["Rook", "rook 2", "-rook", "r" * 33, "röök", "rook\n"])
def test_a_folder_must_be_named_as_an_id(name: str, tmp_path: Path) -> None:
    persona(tmp_path, name, MINIMAL)
    (line,) = problems_of(tmp_path)
    shown = str(tmp_path / name).replace("\n", "\\n")
    assert line == (
        f"{shown}:1: id: the folder's name is the persona's id; "
        "rename it to 1 to 32 of the characters a-z, 0-9, _ and -, the first a letter or digit"
    )


def test_what_is_no_readable_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "folder/persona.yaml").mkdir(parents=True)
    (tmp_path / "gone").symlink_to(tmp_path / "unplugged")
    persona(tmp_path, "large", MINIMAL + "#" * 64 * 1024)
    persona(tmp_path, "latin", "").write_bytes(MINIMAL.encode() + b"# \xfc\n")
    (tmp_path / "loop").mkdir()
    (tmp_path / "loop/persona.yaml").symlink_to(tmp_path / "loop/persona.yaml")
    (tmp_path / "pipe").mkdir()
    os.mkfifo(tmp_path / "pipe/persona.yaml")
    told = [line.removeprefix(f"{tmp_path}/") for line in problems_of(tmp_path)]
    assert told[5].startswith("loop/persona.yaml:1: file: cannot be read (")
    assert told[:5] + told[6:] == [
        "empty/persona.yaml:1: file: is missing; write one, or remove the folder",
        "folder/persona.yaml:1: file: is not a file; replace it with one",
        "gone/persona.yaml:1: file: is missing; write one, or remove the folder",
        "large/persona.yaml:1: file: is larger than 64 KiB; shorten it",
        "latin/persona.yaml:4: file: is not UTF-8; save it as UTF-8",
        "pipe/persona.yaml:1: file: is not a file; replace it with one",
    ]


def test_a_symlink_must_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    outside = persona(tmp_path, "outside", MINIMAL)
    inside = tmp_path / "personas"
    (inside / "byfile").mkdir(parents=True)
    (inside / "byfile/persona.yaml").symlink_to(outside)
    (inside / "byfolder").symlink_to(outside.parent)
    (inside / "byfolder2").symlink_to("../outside")
    why = "a symlink leads out of the personas folder; copy into it what it leads to"
    assert problems_of(inside) == [
        f"{inside / name / 'persona.yaml'}:1: file: {why}" for name in ("byfile", "byfolder", "byfolder2")
    ]


def test_a_symlink_may_lead_to_a_place_inside(tmp_path: Path) -> None:
    (tmp_path / "real/_shared").mkdir(parents=True)
    (tmp_path / "real/_shared/persona.yaml").write_text(MINIMAL)
    (tmp_path / "real/rook").symlink_to("_shared")
    (tmp_path / "personas").symlink_to("real")
    assert list(load_personas(tmp_path / "personas").personas) == ["rook"]


@contextlib.contextmanager
def without_privileges() -> Iterator[None]:
    """Root may read everything; as `nobody` it may not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_an_unreadable_file_is_told() -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to `nobody`
        folder = Path(name)
        folder.chmod(0o755)
        persona(folder, "good", MINIMAL.replace("Rook", "Good"))
        file = persona(folder, "rook", MINIMAL)
        file.chmod(0)
        with without_privileges():
            library = load_personas(folder)
    why = "cannot be read (Permission denied); make it readable for this user"
    assert library.problems == (f"{file}:1: file: {why}",)
