"""Recordings in every format that is read here, in every other one, and what is none: each a bit wrong."""

import io
import random
import struct
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import soundfile

RATE = 24_000
"""Hz, of the speech"""
HEAD = 128
"""Bytes in which the mistakes are made most of the time: what says how to read the rest"""
EXTREMES = (0, 1, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1)
MOST_BYTES = 400_000

READ: Mapping[str, tuple[str, str | None]] = {
    "wav u8": ("WAV", "PCM_U8"),
    "wav 16": ("WAV", "PCM_16"),
    "wav 24": ("WAV", "PCM_24"),
    "wav float": ("WAV", "FLOAT"),
    "wav double": ("WAV", "DOUBLE"),
    "wav alaw": ("WAV", "ALAW"),
    "wav ulaw": ("WAV", "ULAW"),
    "wav ima": ("WAV", "IMA_ADPCM"),
    "wav ms": ("WAV", "MS_ADPCM"),
    "wav gsm": ("WAV", "GSM610"),
    "wav extensible": ("WAVEX", "PCM_16"),
    "flac 16": ("FLAC", "PCM_16"),
    "flac 24": ("FLAC", "PCM_24"),
    "ogg vorbis": ("OGG", "VORBIS"),
    "ogg opus": ("OGG", "OPUS"),
    "mp3": ("MP3", None),
}
"""Format and encoding of libsndfile"""
NOT_READ: Mapping[str, tuple[str, str | None]] = {
    "rf64": ("RF64", "PCM_16"),
    "aiff": ("AIFF", "PCM_16"),
    "aiff float": ("AIFF", "FLOAT"),
    "caf": ("CAF", "PCM_16"),
    "caf alac": ("CAF", "ALAC_16"),
    "w64": ("W64", "PCM_16"),
    "au": ("AU", "PCM_16"),
    "voc": ("VOC", "PCM_U8"),
    "mat4": ("MAT4", "PCM_16"),
    "mat5": ("MAT5", "PCM_16"),
    "htk": ("HTK", "PCM_16"),
    "nist": ("NIST", "PCM_16"),
    "paf": ("PAF", "PCM_16"),
    "svx": ("SVX", "PCM_16"),
    "ircam": ("IRCAM", "PCM_16"),
    "pvf": ("PVF", "PCM_16"),
    "xi": ("XI", "DPCM_16"),
    "avr": ("AVR", "PCM_16"),
    "sds": ("SDS", "PCM_16"),
    "mpc2k": ("MPC2K", "PCM_16"),
    "wve": ("WVE", "ALAW"),
}


def recordings(speech: np.ndarray) -> dict[str, bytes]:
    """One of each that is read here, by name."""
    return {name: _written(speech, *how) for name, how in READ.items()}


def others(speech: np.ndarray) -> dict[str, bytes]:
    """One of each that is not: formats nobody promised, containers, and what is no sound at all."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.wav", _written(speech, "WAV", "PCM_16")[:1000])
    size = struct.pack(">L", 24)
    return {
        **{name: _written(speech, *how) for name, how in NOT_READ.items()},
        "sd2": struct.pack(">LLLL", 256, 300, 44, 50) + bytes(240) + b"\x0bsample-size\x012",
        "rifx": b"RIFX"
        + struct.pack(">L", 36)
        + b"WAVEfmt "
        + struct.pack(">LHHLLHH", 16, 1, 1, RATE, 32_000, 2, 16),
        "avi": b"RIFF" + struct.pack("<L", 5000) + b"AVI LIST" + bytes(400),
        "webp": b"RIFF" + struct.pack("<L", 5000) + b"WEBPVP8 " + bytes(400),
        "m4a": size + b"ftypM4A " + bytes(12) + size + b"moov" + bytes(200),
        "webm": b"\x1a\x45\xdf\xa3" + bytes(40) + b"webm" + bytes(200),
        "ogg theora": b"OggS" + bytes(24) + b"\x80theora" + bytes(200),
        "gif": b"GIF89a" + struct.pack("<HH", 9, 9) + bytes(60),
        "png": b"\x89PNG\r\n\x1a\n" + struct.pack(">L", 13) + b"IHDR" + bytes(60),
        "jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(60),
        "zip": packed.getvalue(),
        "gzip": b"\x1f\x8b\x08" + bytes(60),
        "elf": b"\x7fELF\x02\x01\x01" + bytes(60),
        "pdf": b"%PDF-1.7\n" + bytes(60),
        "html": b"<!doctype html><script>alert(1)</script>",
        "xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        "playlist": b"#EXTM3U\nfile:///etc/passwd\n",
        "concat": b"ffconcat version 1.0\nfile /etc/passwd\n",
        "json": b'{"RIFF": "WAVE"}',
        "zeros": bytes(4000),
        "a byte": b"R",
        "RIFF alone": b"RIFF",
        "fLaC alone": b"fLaC",
        "OggS alone": b"OggS",
        "ID3 alone": b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f",
    }


def damaged(data: bytes, other: bytes, dice: random.Random) -> bytes:
    """A few mistakes in it; `other` is a file of another format."""
    wrong = bytearray(data)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
        reach = len(wrong) if dice.random() < 0.2 else min(HEAD, len(wrong))
        at = dice.randrange(max(1, reach))
        match dice.randrange(9):
            case 0:
                wrong[at : at + 1] = bytes([dice.randrange(256)])
            case 1 if at < len(wrong):
                wrong[at] ^= 1 << dice.randrange(8)
            case 2:
                wrong[at & ~3 : (at & ~3) + 4] = struct.pack(dice.choice("<>") + "L", dice.choice(EXTREMES))
            case 3:
                wrong[at & ~1 : (at & ~1) + 2] = struct.pack(
                    dice.choice("<>") + "H", dice.choice(EXTREMES) & 0xFFFF
                )
            case 4:
                del wrong[dice.randrange(max(1, len(wrong))) :]
            case 5:
                del wrong[at : at + dice.randrange(1, 40)]
            case 6:
                wrong[at:at] = dice.randbytes(dice.randrange(1, 40))
            case 7:
                wrong[at:at] = wrong[: dice.randrange(1, 200)]
            case _:
                wrong[at:] = other[min(at, len(other)) :]
    return bytes(wrong[:MOST_BYTES])


def _written(speech: np.ndarray, format: str, encoding: str | None) -> bytes:
    rate = 8000 if format in ("WVE", "VOC") or encoding == "GSM610" else RATE
    samples = speech if rate == RATE else speech[::3]
    file = io.BytesIO()
    how: dict[str, Any] = {} if encoding is None else {"subtype": encoding}
    soundfile.write(file, samples, rate, format=format, **how)
    return file.getvalue()
