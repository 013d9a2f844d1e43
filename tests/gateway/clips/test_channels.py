"""Of several channels the one that holds the voice is used, at its full level."""

import numpy as np
import pytest

from gateway.clips.decoding.channels import chosen
from gateway.clips.reference_clips import load_caller_clip
from robotvoice.errors import InvalidClip
from tests.gateway.clips import made
from tests.gateway.clips.recordings import encoded, spoken

VOICE = spoken(6)[:, 0]
EMPTY = np.zeros_like(VOICE)
NOISE = made.hiss(6).astype(np.float32)
SOFT = (made.room(6, -60) + 0.03 * VOICE).astype(np.float32)


@pytest.mark.parametrize(
    ("columns", "best"),
    [
        ((VOICE, EMPTY), 0),
        ((EMPTY, VOICE), 1),
        ((VOICE, -VOICE), 0),
        ((VOICE, NOISE), 0),
        ((NOISE * 3, VOICE), 1),
        ((SOFT, VOICE), 1),
        ((VOICE * 0.5, VOICE), 1),
        ((SOFT, SOFT, VOICE, NOISE * 0.2, EMPTY, EMPTY), 2),
        ((EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, EMPTY, VOICE), 7),
        ((np.full_like(VOICE, np.nan), VOICE), 1),
    ],
)
def test_the_voice_is_found(columns: tuple[np.ndarray, ...], best: int) -> None:
    samples = np.stack(columns, axis=1)
    blocks = [samples[at : at + 65_536] for at in range(0, len(samples), 65_536)]
    assert chosen(blocks, len(columns), made.RATE) == best


@pytest.mark.parametrize("layout", ["one side empty", "reversed", "noise on the right", "5.1", "24 bits"])
async def test_whatever_the_layout_the_voice_has_its_full_level(layout: str) -> None:
    """B6."""
    columns = {
        "one side empty": (VOICE, EMPTY),
        "reversed": (VOICE, -VOICE),
        "noise on the right": (VOICE, NOISE),
        "5.1": (SOFT, SOFT, VOICE, EMPTY, SOFT, SOFT),
        "24 bits": (VOICE, VOICE),
    }[layout]
    file, depth = ("WAVEX", "PCM_24") if layout == "24 bits" else ("FLAC", None)
    checked = await load_caller_clip(encoded(np.stack(columns, axis=1), format=file, subtype=depth))
    heard = np.frombuffer(checked.clip.samples, "<f4")[: round(checked.clip.seconds * made.RATE)]
    assert made.strength(heard) == pytest.approx(made.strength(VOICE), rel=0.02)
    (channel,) = [finding.text for finding in checked.findings if finding.code == "channel"]
    assert channel.startswith(f"channel {3 if layout == '5.1' else 1} of {len(columns)} is used")


async def test_what_was_cut_off_and_then_made_softer_is_distorted_all_the_same() -> None:
    loud = np.clip(spoken(12, level=0.6)[:, 0] * 2, -0.99, 0.99) * 0.5
    with pytest.raises(InvalidClip, match="is cut off at its loudest"):
        await load_caller_clip(encoded(loud))
