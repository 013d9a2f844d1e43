"""What is sent, case by case, from a seed: HTTP that is wrong in its form or its values, messages, clips."""

import base64
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

import numpy as np

from proofs.fuzz.clip_files import damaged, others, recordings
from proofs.fuzz.odd_values import (
    FIELDS,
    HEADERS,
    HOST,
    MESSAGE_FIELDS,
    METHODS,
    ODD,
    PATHS,
    TEXTS,
    VOICES,
)


@dataclass(frozen=True, slots=True)
class Case:
    """One request, and what may become of it besides an answer of 2xx to 4xx."""

    kind: str
    data: bytes
    may_503: str = ""
    """Why the voice itself may be away, if that is an answer to it"""
    well_formed: bool = False
    """So that an answer has to come"""


def cases(seed: int, http: int, messages: int, clips: int, speech: np.ndarray) -> list[Case]:
    """So many of each, mixed. `speech` is what the clips hold, at RATE."""
    dice = random.Random(seed)
    made = [*_http(dice, http), *_conversations(dice, messages), *_clips(dice, clips, speech)]
    dice.shuffle(made)
    return made


def request(
    method: str, target: str, headers: Mapping[str, str], body: bytes = b"", *, length: bool = True
) -> bytes:
    told = {"Host": HOST, "Connection": "close", **headers}
    if length and (body or method == "POST"):
        told.setdefault("Content-Length", str(len(body)))
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join(lines).encode("utf-8", "surrogatepass") + b"\r\n\r\n" + body


def _http(dice: random.Random, count: int) -> Iterator[Case]:
    for _ in range(count):
        own = dice.random() < 0.5
        headers = {name: dice.choice(values) for name, values in HEADERS.items() if dice.random() < 0.07}
        path = dice.choice(PATHS)
        query = "&".join(f"{dice.choice(FIELDS)}={_quoted(_text(dice))}" for _ in range(dice.randrange(4)))
        if path == "/synthesize":
            query = f"text={_quoted(_text(dice)[:300])}&voice={_quoted(dice.choice(VOICES))}&{query}"
        body, method = b"", dice.choice(METHODS[:6] if own else METHODS)
        if method == "POST":
            body = _body(dice)
            headers.setdefault("Content-Type", "application/json")
        data = request(method, f"{path}?{query}" if query else path, headers, body)
        if not own:
            data = damaged(data, b"\x16\x03\x01\x02\x00" + bytes(60), dice)
        yield Case("HTTP, odd values" if own else "HTTP, broken", data, _may_503(path, headers))


def _may_503(path: str, headers: Mapping[str, str]) -> str:
    if path == "/readyz":
        return "not everybody has the own voice"
    return "the own voice alone was asked for" if headers.get("X-Voice-Engines") == "own" else ""


def _body(dice: random.Random) -> bytes:
    fields = {dice.choice(FIELDS): dice.choice(ODD) for _ in range(dice.randrange(6))}
    if dice.random() < 0.7:
        fields |= {"input": dice.choice(TEXTS), "text": dice.choice(TEXTS), "voice": dice.choice(VOICES)}
    text = json.dumps(fields)
    match dice.randrange(8):
        case 0:
            return damaged(text.encode(), b"[" * 3000, dice)
        case 1:
            return b"[" * 20_000
        case 2:
            return "&".join(f"{name}={_quoted(str(value))}" for name, value in fields.items()).encode()
        case 3:
            return b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nHello.\r\n--x--\r\n'
    return text.encode()


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _text(dice: random.Random) -> str:
    return str(dice.choice((dice.choice(TEXTS), dice.choice(ODD))))


def _conversations(dice: random.Random, count: int) -> Iterator[Case]:
    """A handshake and up to three frames behind it."""
    for _ in range(count):
        told = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Key": base64.b64encode(dice.randbytes(16)).decode(),
            "Sec-WebSocket-Version": "13",
        }
        head = request("GET", dice.choice(("/ws/tts", "/ws/tts?events=1")), told)
        yield Case("WebSocket", head + b"".join(_frame(dice) for _ in range(dice.randrange(1, 4))))


def _frame(dice: random.Random) -> bytes:
    message = {dice.choice(MESSAGE_FIELDS): dice.choice(ODD) for _ in range(dice.randrange(5))}
    if dice.random() < 0.8:
        message |= {
            "type": dice.choice(("synthesize", "synthesize", "cancel", "x")),
            "text": dice.choice(TEXTS),
        }
    payload = json.dumps(message).encode()
    if dice.random() < 0.2:
        payload = damaged(payload, b"\xff\xfe" * 40, dice)
    opcode = dice.choice((1, 1, 1, 1, 1, 2, 8, 9, 10, 0, 3, 11)) | dice.choice(
        (0x80, 0x80, 0x80, 0, 0xC0, 0xF0)
    )
    mask = dice.randbytes(4)
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
    frame = bytes([opcode]) + size + mask + masked
    return damaged(frame, b"", dice) if dice.random() < 0.15 else frame


def _clips(dice: random.Random, count: int, speech: np.ndarray) -> Iterator[Case]:
    read, unread = recordings(speech), others(speech)
    every = [*read.values(), *unread.values()]
    for number in range(count):
        kinds = read if number % 2 else unread
        name = dice.choice(tuple(kinds))
        file = kinds[name] if dice.random() < 0.1 else damaged(kinds[name], dice.choice(every), dice)
        fields = {
            "input": "Hello.",
            "ref_audio": base64.b64encode(file).decode(),
            "consent": "the fuzz",
            "ref_text": "Hello.",
        }
        if dice.random() < 0.3:
            fields["response_format"] = dice.choice(("wav", "pcm", "mp3", "flac"))
        body = json.dumps(fields).encode()
        data = request("POST", "/v1/audio/speech", {"Content-Type": "application/json"}, body)
        kind = "clip of a format that is read" if number % 2 else "clip of another"
        yield Case(kind, data, "no model here clones", well_formed=True)
