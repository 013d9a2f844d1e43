"""Nothing that a gateway says of its recordings is trusted."""

import json
from typing import Any

import pytest

from edge_client.phrasebook.phrase_manifest import Recording, pcm_of, read_manifest, write_manifest
from robotvoice.errors import InvalidMessage
from robotvoice.sound.pcm import AudioFormat, wav_file
from tests.edge_client.phrasebook.phrase_rig import HELLO, MOMENT, VIXEN, Pack, as_manifest, digest, pcm

GOOD = Pack().manifest()
FIRST = GOOD["sentences"][0]


def test_what_is_written_is_read_again() -> None:
    manifest = read_manifest(json.dumps(GOOD).encode(), VIXEN)
    assert manifest == as_manifest(Pack())
    assert read_manifest(write_manifest(manifest), VIXEN) == manifest
    assert manifest.bytes == 2 * FIRST["bytes"]
    assert (found := manifest.find(MOMENT)) is not None and found.text == MOMENT
    assert manifest.find(HELLO.lower()) is None


def test_what_a_newer_gateway_adds_is_passed_over() -> None:
    told = {**GOOD, "mood": "good", "sentences": [{**FIRST, "speaker": "vixen"}]}
    assert len(read_manifest(json.dumps(told).encode(), VIXEN).sentences) == 1


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"persona": "ada"}, "persona"),
        ({"revision": "../../etc"}, "revision"),
        ({"revision": ""}, "revision"),
        ({"revision": "A1"}, "revision"),
        ({"pack": ".."}, "pack"),
        ({"pack": "a" * 63}, "pack"),
        ({"pack": "a" * 64 + "\n"}, "pack"),
        ({"complete": 1}, "complete"),
        ({"sentences": {}}, "sentences"),
        ({"sentences": [FIRST] * 513}, "sentences"),
        ({"sentences": [{**FIRST, "sha256": "../book"}]}, "sha256"),
        ({"sentences": [{**FIRST, "sha256": FIRST["sha256"].upper()}]}, "sha256"),
        ({"sentences": [{**FIRST, "bytes": 44}]}, "bytes"),
        ({"sentences": [{**FIRST, "bytes": -1}]}, "bytes"),
        ({"sentences": [{**FIRST, "bytes": 4_000_001}]}, "bytes"),
        ({"sentences": [{**FIRST, "bytes": True}]}, "bytes"),
        ({"sentences": [{**FIRST, "text": ""}]}, "text"),
        ({"sentences": [{**FIRST, "text": "a" * 241}]}, "text"),
        ({"sentences": [{"text": "a"}]}, "sha256"),
    ],
)
def test_a_manifest_that_breaks_the_contract_is_refused_by_field(change: dict[str, Any], names: str) -> None:
    with pytest.raises(InvalidMessage, match=names):
        read_manifest(json.dumps({**GOOD, **change}).encode(), VIXEN)


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff", b"{" * 100_000, b'{"persona": NaN}'])
def test_what_is_no_manifest_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidMessage):
        read_manifest(content, VIXEN)


SOUND = pcm(HELLO)


@pytest.mark.parametrize(
    "content",
    [
        wav_file(SOUND, AudioFormat(22_050)),
        wav_file(SOUND, AudioFormat(24_000, 2)),
        wav_file(SOUND, AudioFormat(24_000))[:-2],
        wav_file(SOUND, AudioFormat(24_000)) + b"..",
        wav_file(SOUND + b".", AudioFormat(24_000)),
        SOUND,
        b"",
    ],
    ids=["rate", "channels", "short", "long", "half a sample", "no header", "nothing"],
)
def test_a_file_of_another_kind_is_refused_whatever_its_hash(content: bytes) -> None:
    with pytest.raises(ValueError, match="no WAV file"):
        pcm_of(content, Recording(HELLO, digest(content), len(content)))


def test_a_file_that_is_not_that_recording_is_refused() -> None:
    content = wav_file(SOUND, AudioFormat(24_000))
    assert pcm_of(content, Recording(HELLO, digest(content), len(content))) == SOUND
    for other in (content[:-1] + b"!", content + b"!", content[:-1]):
        with pytest.raises(ValueError, match="damaged"):
            pcm_of(other, Recording(HELLO, digest(content), len(content)))
