"""What the first user's own script does with a host that speaks, and what it takes for sound."""

import io
import subprocess
import time
import wave
from array import array
from dataclasses import dataclass
from urllib.parse import quote

from robotvoice.sound.ai_mark import INFO_CHUNK
from tests.edge_client.rig import Sound

LIMIT = 20.0
"""Seconds after which the script ends its curl"""
NOISE = 100
"""Bytes; whatever is longer goes to the loudspeaker"""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one call brought."""

    code: int
    body: bytes
    seconds: float

    @property
    def plays(self) -> bool:
        """Whether the script gives it to the loudspeaker."""
        return self.code == 0 and len(self.body) > NOISE

    @property
    def sound(self) -> Sound:
        """Raises when it is not the whole of a PCM_16 mono WAV file, whose header tells the true length."""
        assert int.from_bytes(self.body[4:8], "little") == len(self.body) - 8
        with wave.open(io.BytesIO(self.body)) as file:
            assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
            frames = file.readframes(file.getnframes())
            # Behind the sound is only the mark of what no human spoke.
            assert len(frames) == 2 * file.getnframes() == len(self.body) - 44 - len(INFO_CHUNK)
            return Sound(file.getframerate(), array("h", frames))


def tool_voice(host: str, text: str, voice: str) -> Heard:
    """Its call, to the letter. `host` is a URL without a path."""
    url = f"{host}/synthesize?text={quote(text)}&voice={voice}"
    command = ["curl", "-s", "--connect-timeout", "5", "--max-time", "15", "-o", "-", url]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, timeout=LIMIT, check=False)
    return Heard(done.returncode, done.stdout, time.monotonic() - began)
