"""The mark in a file of speech that no human spoke. It is easily lost: who converts the file may drop it."""

import struct

from robotvoice.sound.pcm import AudioFormat, wav_header

AI_MARK = "AI-generated speech"
_TEXT = AI_MARK.encode() + bytes(1 + (len(AI_MARK) + 1) % 2)
INFO_CHUNK = struct.pack("<4sI4s4sI", b"LIST", 12 + len(_TEXT), b"INFO", b"ICMT", len(_TEXT)) + _TEXT
"""What comes behind the sound of a RIFF file: a comment, as the Multimedia Data Standards of 1991 have it"""


def marked_wav_header(pcm_bytes: int, audio_format: AudioFormat) -> bytes:
    """What comes before so many bytes of PCM and INFO_CHUNK: 44 bytes, as without it."""
    return wav_header(pcm_bytes, audio_format, behind=len(INFO_CHUNK))


def marked_wav(pcm: bytes, audio_format: AudioFormat) -> bytes:
    """A complete RIFF file with its true length."""
    return marked_wav_header(len(pcm), audio_format) + pcm + INFO_CHUNK
