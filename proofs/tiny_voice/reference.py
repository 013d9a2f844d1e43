"""The clip whose voice the checkpoint clones, spoken by eSpeak NG, and what is said in it."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

from proofs.tiny_voice.configs import FRAME_SECONDS
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.ground.state_files import write_whole
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioFormat, wav_file
from robotvoice.utterance import Sentence

SENTENCES = (
    "A robot came into the kitchen before breakfast.",
    "It counted nine blue cups on the shelf,",
    "and then it told everyone about all of them.",
)
TRANSCRIPT = " ".join(SENTENCES)
ADDED_SILENCE = 0.5
"""Seconds that the gateway adds to the end of a clip"""
CLIP_SECONDS = len(TRANSCRIPT.encode()) * FRAME_SECONDS - ADDED_SILENCE
"""With that silence the clip has one frame for each byte of its transcript: what the checkpoint counts on"""
VOICE = VoiceSpec("espeak", voice="en", rate=150)


def reference_clip(folder: Path, voice: VoiceSpec = VOICE, name: str = "reference") -> tuple[Path, str]:
    """Writes `name`.wav (mono, eSpeak NG's rate, 10 to 11 s) into the folder; returns it and its transcript.

    Pauses between the sentences bring it to its length, whatever the voice; a voice so slow that it has no
    room for them raises ValueError. Raises EngineUnavailable where eSpeak NG is missing. Blocks for a few
    tenths of a second: from a coroutine, call it with `asyncio.to_thread`.
    """
    spoken, audio_format = asyncio.run(spoken_by_espeak(voice, SENTENCES))
    whole = round(CLIP_SECONDS * audio_format.sample_rate) * audio_format.frame_bytes
    missing = whole - sum(map(len, spoken))
    if missing < 0:
        raise ValueError(f"{voice.voice} speaks too slowly for {CLIP_SECONDS:.1f} s; raise its rate")
    # None at the end: there the gateway leaves it out, and the length would be another one.
    *others, last = spoken
    pause = bytes(missing // len(others) // audio_format.frame_bytes * audio_format.frame_bytes)
    pcm = b"".join(part + pause for part in others)
    pcm += bytes(whole - len(pcm) - len(last)) + last
    file = folder / f"{name}.wav"
    write_whole(file, wav_file(pcm, audio_format), mode=None)
    return file, TRANSCRIPT


async def spoken_by_espeak(voice: VoiceSpec, texts: Sequence[str]) -> tuple[list[bytes], AudioFormat]:
    """PCM of each text. Raises EngineUnavailable."""
    engine = EspeakEngine.installed(on_demand=True)
    spoken = []
    try:
        for index, text in enumerate(texts):
            async with aclosing(engine.speak(Sentence(index, text), voice)) as chunks:
                parts = [chunk async for chunk in chunks]
            spoken.append(b"".join(part.pcm for part in parts))
        return spoken, parts[0].format
    finally:
        await engine.close()
