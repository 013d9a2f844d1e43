"""How sound that breaks off is let end."""

import array

from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin
from robotvoice.sound.silence_and_fade import faded


def chunk(samples: list[int], rate: int = 24_000) -> AudioChunk:
    return AudioChunk(array.array("h", samples).tobytes(), AudioFormat(rate), Origin("clone", "nova"))


def samples_of(made: AudioChunk) -> list[int]:
    return array.array("h", made.pcm).tolist()


def test_it_goes_on_where_the_sound_broke_off_and_falls_to_nothing() -> None:
    last = chunk([round(20_000 * (-1) ** (at // 40)) for at in range(4800)])
    tail = samples_of(faded(last))
    assert len(tail) == 480, "20 ms"
    before = samples_of(last)
    assert abs(tail[0] - before[-1]) < abs(before[-1]) / 100
    assert tail[-1] == 0
    assert max(map(abs, tail[240:])) <= 20_000 / 2


def test_a_chunk_shorter_than_the_fade_is_all_there_is_to_it() -> None:
    assert len(samples_of(faded(chunk([1000] * 10)))) == 10
    assert samples_of(faded(chunk([]))) == []


def test_it_is_of_the_same_voice_and_format() -> None:
    last = chunk([1000] * 1000, 16_000)
    tail = faded(last)
    assert (tail.format, tail.origin) == (last.format, last.origin)
    assert len(samples_of(tail)) == 320
