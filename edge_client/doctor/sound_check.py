"""Six numbers, or six tones where no voice is: whoever hears only some of them knows which."""

from array import array
from contextlib import aclosing
from dataclasses import dataclass

from edge_client.playback.earcon import tone
from edge_client.settings.settings import Settings
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin, pcm_of, samples_of
from robotvoice.utterance import Sentence

NUMBERS = ("one", "two", "three", "four", "five", "six")
STEP = 0.5
"""Seconds from the beginning of one to that of the next"""
VOICE = VoiceSpec("espeak", voice="en", rate=210)
AUDIBLE = 200
"""Of 32768"""
LOWEST = 400.0
"""Hz; each tone is a whole tone above the one before"""
LOUDNESS = 9000
TONES = AudioFormat(24_000)
ORIGIN = Origin("doctor", "count")


@dataclass(frozen=True, slots=True)
class Count:
    """What is to be heard."""

    chunk: AudioChunk
    spoken: bool
    """In words; else they are tones"""


def swallowed(first: int) -> float:
    """Seconds at most, if this number was the first that was heard: 1 to 6."""
    return (first - 1) * STEP


async def count_to_six(settings: Settings) -> Count:
    """By eSpeak NG if it is here."""
    espeak = EspeakEngine.installed(settings.espeak, on_demand=True)
    try:
        words = [await _word(espeak, number) for number in NUMBERS]
    except (EngineFailure, EngineUnavailable):
        return Count(AudioChunk(_joined([_tone(n) for n in range(6)], TONES), TONES, ORIGIN), spoken=False)
    finally:
        await espeak.close()
    audio = words[0][1]
    return Count(AudioChunk(_joined([samples for samples, _ in words], audio), audio, ORIGIN), spoken=True)


async def _word(espeak: EspeakEngine, word: str) -> tuple["array[int]", AudioFormat]:
    """From its first sound to its last."""
    samples, audio = array("h"), TONES
    async with aclosing(espeak.speak(Sentence(0, word), VOICE)) as chunks:
        async for chunk in chunks:
            samples += samples_of(chunk.pcm)
            audio = chunk.format
    loud = [at for at, sample in enumerate(samples) if abs(sample) > AUDIBLE]
    if not loud:
        raise EngineFailure("silent", "espeak spoke without a sound")
    return samples[loud[0] : loud[-1] + 1], audio


def _tone(number: int) -> "array[int]":
    return array("h", tone(LOWEST * 2 ** (number / 6), STEP / 2, TONES.sample_rate, LOUDNESS))


def _joined(sounds: list["array[int]"], audio: AudioFormat) -> bytes:
    """Each begins a step after the one before, which is cut if it is not over by then."""
    step = round(STEP * audio.sample_rate)
    pcm = array("h")
    for samples in sounds:
        pcm += samples[:step]
        pcm.frombytes(bytes(2 * (step - len(samples[:step]))))
    return pcm_of(pcm)
