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
sleeps = folder / "sleeps"
swallows, after = map(float, sleeps.read_text().split()) if sleeps.exists() else (0.0, 0.0)
last, woken = folder / "last", folder / "woken"
"""Their times of change: when something was played last, and when after a rest"""
heard_until = 0.0


def awake_in(begins: float) -> float:
    """Seconds from when something begins, in so many seconds, until it can be heard."""
    now = time.time() + begins
    if not last.exists() or now - last.stat().st_mtime > after:
        woken.touch()
        os.utime(woken, (now, now))
    return max(0.0, woken.stat().st_mtime + swallows - now)


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
        begins = max(heard_until, now)
        heard_until = begins + len(piece) / 2 / rate
        swallowed = round(awake_in(begins - now) * rate) * 2 if swallows else 0
        heard.write(piece[swallowed:])
        last.touch()
        os.utime(last, (time.time() + heard_until - now,) * 2)
        time.sleep(max(0.0, heard_until - AHEAD - time.monotonic()))
time.sleep(max(0.0, heard_until - time.monotonic()))
