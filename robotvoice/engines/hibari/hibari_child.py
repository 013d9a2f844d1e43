"""The child process that hosts hibari: run as a program, never imported by the rest of robotvoice.

    python hibari_child.py

It brings numpy and onnxruntime, which neither a robot's daemon nor a gateway should have to hold, and the
weights of one young package: they are run only if they are those that were listened to.
`robotvoice.engines.speaking_child` serves its pipes.
"""

import hashlib
import json
import os
import sys

if __name__ == "__main__":  # behind all others, as a folder of packages has more names than ours
    sys.path.append(os.path.abspath(f"{__file__}/../../../.."))  # noqa: PTH100 - as its brother does

from robotvoice.engines.speaking_child import TYPE_CHECKING, CannotBeUsed, Send, Speak, serve

if TYPE_CHECKING:
    from typing import Any

    import numpy as np

    Samples = np.ndarray[tuple[int], np.dtype[np.float32]]

SAMPLE_RATE = 24_000
WEIGHTS = {
    "hibari.onnx": "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8",
    "oov.onnx": "d3cfd8122c5f172a98c8de38268bf1213ee09f2c2ae4df6e055fc6532590fe76",
}
"""SHA-256 of the networks of hibari-tts 0.2.1: what sounds, and what reads words that no lexicon has"""
PIECE = 1440
"""Samples of a frame: 60 ms"""
FASTEST, SLOWEST = 2.0, 0.5
"""What the network was made for"""
GAIN = 1.8
"""To the -20 LUFS that the gateway brings all voices to; a robot plays this as it is"""
KNEE = 0.8
"""Of full scale, above which peaks are bent"""
QUIET = 0.004
"""Of full scale: -48 dBFS, below its softest consonants and above the noise around them"""
BEFORE, BEHIND = 0.03, 0.15
"""Seconds kept around what sounds; of itself it leaves 0.3 and 0.45, which is heard as hesitation"""
VOICE = "heart"


def begin(send: Send) -> tuple[dict[str, object], Speak]:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # it multiplies nothing, and each thread holds memory
    try:
        import hibari
    except ImportError as error:
        raise CannotBeUsed("not_installed", f"hibari cannot be loaded ({error})") from error
    assets = os.path.join(os.path.dirname(hibari.__file__), "assets")  # noqa: PTH118, PTH120
    for name, wanted in WEIGHTS.items():
        with open(os.path.join(assets, name), "rb") as file:  # noqa: PTH118, PTH123
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != wanted:
            told = (
                f"{name} of hibari-tts is not that of release 0.2.1 (SHA-256 {found[:12]}…), so it is not run"
            )
            raise CannotBeUsed("wrong_weights", told)
    model = hibari.Hibari(voice=VOICE, model=os.path.join(assets, "hibari.onnx"))  # noqa: PTH118
    model("Hello.")  # its first sentence takes three times as long as the others

    def speak(request: "dict[str, Any]") -> None:
        semitones, speed = request["semitones"], request["speed"]
        factor = 2 ** (semitones / 12)
        # Played faster, and so higher, by `factor`: it is spoken slower by as much.
        pace = min(max(speed / factor, SLOWEST), FASTEST)
        told = {"voice": VOICE, "cents": round(100 * semitones), "percent": round(100 * speed)}
        send(b"S", json.dumps(told).encode())
        # "](" would begin a pronunciation in its own spelling.
        for spoken in model.stream(request["text"].replace("](", "] ("), speed=pace):
            pcm = pcm_of(trimmed(resampled(spoken, factor)))
            for at in range(0, len(pcm), 2 * PIECE):
                send(b"A", pcm[at : at + 2 * PIECE])

    return {"sample_rate": SAMPLE_RATE}, speak


def resampled(sound: "Samples", factor: float) -> "Samples":
    """As if played `factor` times as fast, by the spectrum of the whole; it begins and ends in silence."""
    import numpy as np

    count = round(len(sound) / factor)
    if count == len(sound) or not len(sound):
        return sound
    whole: Samples = np.fft.irfft(np.fft.rfft(sound)[: count // 2 + 1], count).astype(np.float32)
    return whole * np.float32(count / len(sound))


def trimmed(sound: "Samples") -> "Samples":
    """Without most of the silence around it; nothing of what is silent all through."""
    import numpy as np

    loud = np.flatnonzero(np.abs(sound) > QUIET)
    if not len(loud):
        return sound[:0]
    first, last = loud[0] - round(BEFORE * SAMPLE_RATE), loud[-1] + round(BEHIND * SAMPLE_RATE)
    return sound[max(first, 0) : last]


def pcm_of(sound: "Samples") -> bytes:
    """PCM_16; peaks above KNEE are bent to stay below full scale."""
    import numpy as np

    loud = sound * GAIN
    over = np.abs(loud) > KNEE
    room = 1 - KNEE
    bent = np.sign(loud[over]) * (KNEE + room * np.tanh((np.abs(loud[over]) - KNEE) / room))
    loud[over] = bent
    return (loud * 32_767).astype("<i2").tobytes()


if __name__ == "__main__":
    serve(begin)
