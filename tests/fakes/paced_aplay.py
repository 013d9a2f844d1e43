"""An `aplay` that keeps time: it takes sound as a loudspeaker needs it and writes down what it took.

In its folder it leaves `players`, a process in each line, PROCESS.RATE.raw for what each was given, and
`heard`, all that came out. There it also finds what is wrong with the loudspeaker:

- `says` and `says.de`: why it cannot be opened; the second one for whoever does not ask in English
- `unplugged`: it is gone from now on
- `sleeps`: two numbers, how many seconds of sound it swallows after how many seconds without any
"""

import os
import sys
import time
from pathlib import Path

AHEAD = float(os.environ.get("PACED_AHEAD", "0.1"))
"""Seconds of sound that it takes before they are heard"""
PIECE = 960

folder = Path(__file__).resolve().parent
english = os.environ.get("LC_ALL") == "C" or not os.environ.get("LANG", "").startswith("de")
words = folder / ("says" if english else "says.de")
if words.exists():
    sys.exit(f"aplay: main:831: {words.read_text()}")
rate = int(sys.argv[sys.argv.index("-r") + 1])
swallows, after = (
    map(float, (folder / "sleeps").read_text().split()) if (folder / "sleeps").exists() else (0, 0)
)
slept = folder / "last"
"""Its time of change: when something was heard last"""
heard_until = 0.0
left_to_swallow = 0


def wake() -> int:
    """Bytes that are swallowed from now on."""
    rested = time.time() - slept.stat().st_mtime if slept.exists() else float("inf")
    return int(swallows * rate) * 2 if rested > after else 0


with (folder / "players").open("a") as players:
    players.write(f"{os.getpid()} {' '.join(sys.argv[1:])}\n")
with (
    (folder / f"{os.getpid()}.{rate}.raw").open("wb", buffering=0) as record,
    (folder / "heard").open("ab", buffering=0) as heard,
):
    while piece := os.read(sys.stdin.fileno(), PIECE):
        if (folder / "unplugged").exists():
            sys.exit("aplay: pcm_write:2061: write error: No such device")
        record.write(piece)
        now = time.monotonic()
        if now > heard_until:
            left_to_swallow = max(left_to_swallow, wake())
        heard_until = max(heard_until, now) + len(piece) / 2 / rate
        swallowed = min(left_to_swallow, len(piece))
        left_to_swallow -= swallowed
        heard.write(piece[swallowed:])
        slept.touch()
        time.sleep(max(0.0, heard_until - AHEAD - time.monotonic()))
time.sleep(max(0.0, heard_until - time.monotonic()))
