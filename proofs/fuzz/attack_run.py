"""A real gateway that is sent all cases, and what becomes of each of them and of the gateway."""

import asyncio
import io
import re
import tempfile
import time
import wave
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import numpy as np

from proofs.fuzz.hostile_requests import Case
from proofs.rig.asking import fetch
from proofs.rig.gateway import Gateway
from proofs.rig.program import environment

AT_ONCE = 8
ANSWER_WITHIN = 30.0
PATIENCE, AND_MORE = 0.4, 0.05
"""Seconds for an answer to what may be a request without an end, and for more of it"""
LOOK_EVERY = 250
"""Cases between two looks at the memory"""
WORDS = "The sun was warm that day, and nobody at all wanted to be the first to leave the table by the river."
PERSONA = """
name: Cloned
language: en
voice: {engine: mlx, model: nobody/has-it, instruct: calm}
consent: {subject: synthetic, granted_by: project, scope: fuzz}
"""
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
BROKEN = re.compile(r"Traceback|CRITICAL|was never (retrieved|awaited)")
ERROR = re.compile(r"\bERROR\b")


@dataclass(slots=True)
class Found:
    """Of one run."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often, by kind and what became of it"""
    broken: list[str] = field(default_factory=list)
    """What must not happen, each with its case"""
    megabytes: list[float] = field(default_factory=list)
    seconds: float = 0.0
    slowest: float = 0.0
    """Seconds to the end of an answer to what is well formed"""


def attack(make: Callable[[np.ndarray], Sequence[Case]]) -> Found:
    """`make` is given speech. Raises RunBroken if there is no gateway to attack."""
    found = Found()
    with tempfile.TemporaryDirectory() as folder, _gateway(Path(folder)) as gateway:
        gateway.until_listening()
        _speaks(gateway, found, "before the first case")
        cases = make(_speech(gateway))
        began = time.monotonic()
        asyncio.run(_send_all(gateway, cases, found))
        found.seconds = time.monotonic() - began
        _speaks(gateway, found, "after the last case")
        if (code := gateway.process.poll()) is not None:
            found.broken.append(f"the gateway ended with {code}: {gateway.last_words()}")
        log = [line for line in gateway.log if BROKEN.search(line) or ERROR.search(line)]
        found.broken += [f"its log: {line}" for line in log[:20]]
    return found


def _gateway(home: Path) -> Gateway:
    """With somebody whose model is not here: whether a clip can be used is looked at all the same."""
    persona = home / "personas" / "cloned" / "persona.yaml"
    persona.parent.mkdir(parents=True)
    persona.write_text(PERSONA, encoding="utf-8")
    return Gateway(environment(home), "--personas", str(persona.parent.parent))


def _speech(gateway: Gateway) -> np.ndarray:
    """As the gateway itself speaks, for clips that can be used."""
    answer = fetch(
        "127.0.0.1", gateway.port, "GET", f"/synthesize?text={quote(WORDS)}&voice=spark", within=60.0
    )
    with wave.open(io.BytesIO(answer.body)) as sound:
        pcm = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")
    return pcm.astype(np.float32) / 32768


def _speaks(gateway: Gateway, found: Found, when: str) -> None:
    deadline = time.monotonic() + ANSWER_WITHIN
    status = 0
    while time.monotonic() < deadline and status != 200:
        with suppress(OSError):
            status = fetch("127.0.0.1", gateway.port, "GET", "/synthesize?text=Hello.&voice=vixen").status
    if status != 200:
        found.broken.append(f"{when} a plain request got {status}")


async def _send_all(gateway: Gateway, cases: Sequence[Case], found: Found) -> None:
    """In blocks; memory is looked at between two of them, when nothing is in work."""
    for first in range(0, len(cases), LOOK_EVERY):
        left = iter(range(first, min(first + LOOK_EVERY, len(cases))))
        await asyncio.gather(*(_send_some(gateway, cases, left, found) for _ in range(AT_ONCE)))
        if gateway.process.poll() is not None:
            return
        found.megabytes.append(gateway.found.memory_info().rss / 1e6)


async def _send_some(gateway: Gateway, cases: Sequence[Case], left: Iterator[int], found: Found) -> None:
    for number in left:
        case = cases[number]
        began = time.monotonic()
        outcome = await _outcome(gateway.port, case)
        if case.well_formed:
            found.slowest = max(found.slowest, time.monotonic() - began)
        found.outcomes[case.kind, outcome] += 1
        if why := _wrong(case, outcome):
            found.broken.append(f"case {number}, {case.kind}: {why}: {case.data[:160]!r}")


async def _outcome(port: int, case: Case) -> str:
    """The status, or that it was cut or waits for more."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError as error:
        return f"not connected ({error.strerror})"
    received = bytearray()
    try:
        writer.write(case.data)
        async with asyncio.timeout(ANSWER_WITHIN if case.well_formed else None):
            while True:
                async with asyncio.timeout(None if case.well_formed else AND_MORE if received else PATIENCE):
                    piece = await reader.read(65536)
                if not piece:
                    break
                received += piece[: max(0, 4096 - len(received))]
    except TimeoutError:
        if not received:
            return "waits for more"
    except OSError:
        pass
    finally:
        writer.transport.abort()
    status = STATUS.match(received)
    return status[1].decode() if status else "cut"


def _wrong(case: Case, outcome: str) -> str:
    """Why that must not be; empty: it may."""
    if outcome.startswith("not connected") or (case.well_formed and not outcome.isdecimal()):
        return outcome
    if outcome == "503" and case.may_503:
        return ""
    return outcome if outcome.startswith("5") else ""
