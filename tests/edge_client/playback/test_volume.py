"""The volume that is set is the volume of all that is played, by whichever player."""

from array import array
from collections.abc import AsyncGenerator

import pytest

from edge_client.playback.loudspeaker import PIECE, Loudspeaker, softer
from edge_client.settings.settings import Settings
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk, AudioFormat, Origin
from tests.edge_client.rig import Program, chunks, noise

pytestmark = pytest.mark.usefixtures("no_process_is_left")

LOUDEST = array("h", [32_767, -32_768, 1000, -1, 0])


async def one(pcm: bytes, audio: AudioFormat = WIRE_FORMAT) -> AsyncGenerator[AudioChunk, None]:
    yield AudioChunk(pcm, audio, Origin("test", "noise"))


@pytest.mark.parametrize(
    ("percent", "loudest"), [(50, [16_383, -16_384, 500, -1, 0]), (1, [327, -328, 10, -1, 0]), (0, [0] * 5)]
)
async def test_every_sample_is_that_much_smaller(percent: int, loudest: list[int]) -> None:
    (chunk,) = [chunk async for chunk in softer(one(LOUDEST.tobytes()), percent)]
    assert array("h", chunk.pcm).tolist() == loudest
    assert (chunk.format, chunk.origin) == (WIRE_FORMAT, Origin("test", "noise"))


async def test_a_recording_in_one_chunk_comes_in_pieces() -> None:
    """So that nothing else on the robot waits for it."""
    stereo = AudioFormat(48_000, 2)
    pieces = [chunk async for chunk in softer(one(bytes(100_000), stereo), 80)]
    assert sum(len(piece.pcm) for piece in pieces) == 100_000
    assert max(piece.samples for piece in pieces) == PIECE


@pytest.mark.parametrize("player", ["aplay", "afplay"])
async def test_players_are_given_softer_sound(program: Program, player: str) -> None:
    """Through a pipe or as a file, after the command before it."""
    folder = program(player, 'cat "${1:-/dev/null}" > heard 2> /dev/null; [ $# -eq 1 ] || cat > heard')
    before = ("/bin/sh", "-c", f"echo on > {folder}/amplifier")
    settings = Settings(player=player, volume=50, before=before, voice_lock=folder / "lock")  # type: ignore[arg-type]  # one of them
    loudspeaker = Loudspeaker(settings)
    pcm = noise(WIRE_FORMAT, 0.2)
    async with loudspeaker.taken():
        played = await loudspeaker.play(chunks((WIRE_FORMAT, pcm)))
    assert played.seconds == pytest.approx(0.2)
    heard = array("h", (folder / "heard").read_bytes()[-len(pcm) :])
    assert heard.tolist() == [sample // 2 for sample in array("h", pcm)]
    assert (folder / "amplifier").exists()
