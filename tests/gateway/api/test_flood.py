"""Four programs that send frames without end: how long others wait for their first audio."""

import base64
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from proofs.rig.asking import fetch
from proofs.rig.figures import median, percentile
from proofs.rig.gateway import Gateway
from proofs.rig.program import environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]
MOST_MORE = 0.05
"""Seconds by which a first audio may be later"""
FLOOD = """
import socket, sys
port, head, frame = int(sys.argv[1]), bytes.fromhex(sys.argv[2]), bytes.fromhex(sys.argv[3])
while True:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as s:
            s.sendall(head)
            s.recv(1000)
            while True:
                s.sendall(frame * 2000)
    except OSError:
        pass
"""
HEAD = (
    b"GET /ws/tts HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + base64.b64encode(bytes(16)) + b"\r\n\r\n"
)
FRAMES = {"pings": b"\x89\x80\0\0\0\0", "no JSON": b"\x81\x84\0\0\0\0{no}"}


def first_audio(gateway: Gateway, seconds: float) -> list[float]:
    """None is lost."""
    took, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        answer = fetch("127.0.0.1", gateway.port, "GET", "/synthesize?text=Hello")
        took.append(time.monotonic() - began)
        assert answer.status == 200
        time.sleep(0.02)
    return took


@pytest.mark.parametrize("kind", FRAMES)
def test_others_hear_their_first_audio_as_soon_while_four_send_frames_without_end(
    tmp_path: Path, kind: str
) -> None:
    with Gateway(environment(tmp_path)) as gateway, ExitStack() as floods:
        gateway.until_ready()
        alone = first_audio(gateway, 3)
        for _ in range(4):
            command = [sys.executable, "-c", FLOOD, str(gateway.port), HEAD.hex(), FRAMES[kind].hex()]
            flood = floods.enter_context(subprocess.Popen(command))
            floods.callback(flood.kill)
        time.sleep(1)
        among = first_audio(gateway, 8)
        for name, each in (("alone", alone), ("in the flood", among)):
            told = [round(1000 * found, 1) for found in (median(each), percentile(each, 95), max(each))]
            print(f"first audio {name}, ms (p50, p95, worst): {told}")
        assert percentile(among, 95) < percentile(alone, 95) + MOST_MORE
        assert gateway.logged("sends too many frames")
        assert not gateway.logged("Traceback"), gateway.last_words()
