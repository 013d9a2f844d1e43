"""Sound in a file that tells whether it is as it was written, under a name that tells no text."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from robotvoice.ground.state_files import read_whole, write_whole

SECRET_BYTES = DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Seal:
    """Of a file: magic, digest of its name and of all that follows, a line of JSON, PCM."""

    magic: bytes
    """Names the format"""
    secret: bytes = field(default=b"", repr=False)
    """With one, what somebody else put there is not taken either"""

    def closed(self, name: str, about: object, pcm: bytes) -> bytes:
        """The content of a file."""
        body = json.dumps(about).encode() + b"\n" + pcm
        return self.magic + self._digest(name, body) + body

    def opened(self, name: str, content: bytes) -> tuple[Any, memoryview]:
        """What it is about, and its PCM. Raises ValueError if it is not what was closed under this name."""
        start = len(self.magic) + DIGEST_BYTES
        body = content[start:]
        if content[:start] != self.magic + self._digest(name, body):
            raise ValueError("it is damaged")
        end = body.index(b"\n")
        return json.loads(body[:end]), memoryview(body)[end + 1 :]

    def _digest(self, name: str, body: bytes) -> bytes:
        # Either loads OpenSSL, which a robot that kept nothing yet does not need.
        if self.secret:
            return digest(self.secret, name.encode() + body)
        import hashlib

        return hashlib.sha256(name.encode() + body).digest()


def digest(secret: bytes, content: bytes) -> bytes:
    """HMAC-SHA256."""
    import hmac

    return hmac.digest(secret, content, "sha256")


def secret_in(file: Path) -> bytes:
    """Made once, for its owner's eyes only. Raises OSError if it cannot be read, or not be kept."""
    with suppress(FileNotFoundError, ValueError):
        found = read_whole(file, SECRET_BYTES)
        file.chmod(0o600)
        if len(found) == SECRET_BYTES:
            return found
    fresh = os.urandom(SECRET_BYTES)
    write_whole(file, fresh, synced=True)
    return fresh
