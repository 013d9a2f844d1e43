"""An `aplay` that keeps time: it takes sound as a loudspeaker needs it and writes down what it took.

In its folder it leaves `players`, a process in each line, and PROCESS.RATE.raw for each.
"""

import os
import sys
import time
from pathlib import Path

AHEAD = float(os.environ.get("PACED_AHEAD", "0.1"))
"""Seconds of sound that it takes before they are heard"""
PIECE = 960

folder = Path(__file__).resolve().parent
rate = int(sys.argv[sys.argv.index("-r") + 1])
heard_until = 0.0
with (folder / "players").open("a") as players:
    players.write(f"{os.getpid()}\n")
with (folder / f"{os.getpid()}.{rate}.raw").open("wb", buffering=0) as record:
    while piece := os.read(sys.stdin.fileno(), PIECE):
        record.write(piece)
        heard_until = max(heard_until, time.monotonic()) + len(piece) / 2 / rate
        time.sleep(max(0.0, heard_until - AHEAD - time.monotonic()))
time.sleep(max(0.0, heard_until - time.monotonic()))
