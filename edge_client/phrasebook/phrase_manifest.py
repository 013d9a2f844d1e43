"""What there is of a persona's phrases. It comes over the network or off a disk, and neither is trusted."""

import json
import re
from dataclasses import dataclass

from robotvoice.errors import InvalidMessage, RobotVoiceError
from robotvoice.json_records import read_object, read_record, write_record
from robotvoice.sound.pcm import WIRE_FORMAT, wav_header
from robotvoice.text import MAX_SENTENCE

LARGEST_MANIFEST = 512 * 1024
"""Bytes"""
MOST_SENTENCES = 512
LARGEST_RECORDING = 4_000_000
"""Bytes; 83 s, and the longest sentence takes less than 40"""
HEADER_BYTES = 44

DIGEST = re.compile(r"[0-9a-f]{64}")
REVISION = re.compile(r"[0-9a-f]{1,64}")
"""What may become part of a path; use `fullmatch`, as with DIGEST"""


class PhrasesFailed(RobotVoiceError):
    """Phrases could not be pulled; those that are held stay."""

    code = "phrases_not_pulled"


@dataclass(frozen=True, slots=True)
class Recording:
    """A sentence in the persona's own cloned voice, as a WAV file."""

    text: str
    """Cleaned, as a sentence is that is to be spoken"""
    sha256: str
    """Of the file, in hex"""
    bytes: int
    """Of the file"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A pack of recordings, all of one revision of their persona."""

    persona: str
    revision: str
    pack: str
    """Names these recordings of this revision, in hex"""
    complete: bool
    """Whether it holds all of the persona's phrases"""
    sentences: tuple[Recording, ...]

    @property
    def bytes(self) -> int:
        return sum(recording.bytes for recording in self.sentences)

    def find(self, text: str) -> Recording | None:
        return next((each for each in self.sentences if each.text == text), None)


def read_manifest(content: bytes, persona: str) -> Manifest:
    """Of that persona. Raises InvalidMessage that names the field."""
    manifest = read_record(Manifest, read_object(content, "the manifest"))
    if manifest.persona != persona:
        raise InvalidMessage(f"persona must be {persona!r}")
    if not REVISION.fullmatch(manifest.revision) or not DIGEST.fullmatch(manifest.pack):
        raise InvalidMessage("revision and pack must be hexadecimal")
    if len(manifest.sentences) > MOST_SENTENCES:
        raise InvalidMessage(f"sentences must hold at most {MOST_SENTENCES}")
    for recording in manifest.sentences:
        if not DIGEST.fullmatch(recording.sha256):
            raise InvalidMessage("sha256 must be 64 hexadecimal digits")
        if not HEADER_BYTES < recording.bytes <= LARGEST_RECORDING:
            raise InvalidMessage(f"bytes must be more than {HEADER_BYTES} and at most {LARGEST_RECORDING}")
        if not 0 < len(recording.text) <= MAX_SENTENCE:
            raise InvalidMessage(f"text must have 1 to {MAX_SENTENCE} characters")
    return manifest


def write_manifest(manifest: Manifest) -> bytes:
    """As `read_manifest` reads it."""
    return json.dumps(write_record(manifest)).encode()


def pcm_of(content: bytes, recording: Recording) -> memoryview:
    """The sound of a whole file, in WIRE_FORMAT. Raises ValueError if it is not that recording."""
    import hashlib  # loads OpenSSL, and most texts are not in the book

    if len(content) != recording.bytes or hashlib.sha256(content).hexdigest() != recording.sha256:
        raise ValueError("it is damaged")
    pcm = memoryview(content)[HEADER_BYTES:]
    if len(pcm) % WIRE_FORMAT.frame_bytes or content[:HEADER_BYTES] != wav_header(len(pcm), WIRE_FORMAT):
        raise ValueError("it is no WAV file of 16 bits, mono, at 24000 Hz with its true length")
    return pcm
