"""Whatever stands in a persona.yaml, at worst it is told in a line."""

import re
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.personas.loading import load_personas

MINIMAL = "name: Rook\nlanguage: en\nvoice: {engine: espeak, voice: en}\n"

PIECES = st.sampled_from(
    [
        *"{}[]:,-?&*!|>'\"#%@ \n\t\x00\u2028😀",
        "\\ud800",
        "...",
        "---",
        "<<",
        "!!int",
        "0x",
        "1:30",
        "name",
        "voice",
    ]
)
KEYS = st.sampled_from(
    [
        *("name", "language", "aliases", "voice", "fallbacks", "phrases", "consent", "engine", "pitch"),
        *("lexicon", "model", "reference", "transcript", "x_vector_only", "subject", "expires"),
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["espeak", "mlx"])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=4), inner)
)


def usable_or_told(raw: bytes) -> None:
    """The file's persona is loaded, or each line of the refusal names file, line, key and what to do."""
    with tempfile.TemporaryDirectory() as name:
        for persona in ("good", "rook"):
            file = Path(name) / persona / "persona.yaml"
            file.parent.mkdir()
            file.write_bytes(raw if persona == "rook" else MINIMAL.replace("Rook", "Good").encode())
        library = load_personas(Path(name))
    assert set(library.personas) == ({"good"} if library.problems else {"good", "rook"})
    for line in library.problems:
        assert line.isprintable()
        assert re.fullmatch(re.escape(str(file)) + r":\d+: \S.*: .+; .+", line)


@settings(max_examples=100, deadline=None, database=None)
@given(st.binary(max_size=200) | st.lists(PIECES, max_size=40).map(lambda pieces: "".join(pieces).encode()))
def test_no_bytes_whatever_do_more_than_a_problem_line(raw: bytes) -> None:
    usable_or_told(raw)


@settings(max_examples=100, deadline=None, database=None)
@given(st.integers(0, len(MINIMAL)), st.integers(0, 9), PIECES | st.text(max_size=3))
def test_no_slip_of_the_hand_does_more_than_a_problem_line(at: int, removed: int, put: str) -> None:
    usable_or_told((MINIMAL[:at] + put + MINIMAL[at + removed :]).encode())


@pytest.mark.slow
@settings(max_examples=100, deadline=None, database=None)
@given(st.dictionaries(KEYS | st.text(max_size=4), VALUES, max_size=8))
def test_no_data_whatever_do_more_than_a_problem_line(data: dict[str, object]) -> None:
    usable_or_told(yaml.safe_dump(data).encode())
