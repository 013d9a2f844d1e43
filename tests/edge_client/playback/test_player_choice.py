"""Who plays is chosen by a moment of silence; why nobody can is told in a sentence."""

import shutil
import time
from pathlib import Path

import pytest

from edge_client.playback.player import NullPlayer, Played
from edge_client.playback.player_choice import open_player
from edge_client.settings import PlayerName, Settings
from speech.audio import WIRE_FORMAT
from speech.errors import PlayerFailed
from tests.edge_client.rig import Program, chunks, noise

pytestmark = pytest.mark.usefixtures("no_process_is_left")

needs_aplay = pytest.mark.skipif(shutil.which("aplay") is None, reason="aplay (alsa-utils) is not installed")


async def test_no_player_takes_everything_without_a_child() -> None:
    player = await open_player(Settings(player="none"), clock=lambda: 7.0)
    assert isinstance(player, NullPlayer)
    assert await player.play(chunks((WIRE_FORMAT, noise(WIRE_FORMAT, 0.5)))) == Played(0.5, 7.0)


@needs_aplay
async def test_the_first_player_that_works_is_taken_after_a_silent_proof(recorder: Path) -> None:
    player = await open_player(Settings(), clock=time.monotonic)
    assert player.name == "aplay"
    assert not any((recorder / "24000.raw").read_bytes())


@needs_aplay
async def test_without_a_device_aplays_own_words_are_told(recorder: Path) -> None:
    (recorder / "asound.conf").write_text("pcm.!default { type hw card 31 }\n")
    with pytest.raises(PlayerFailed, match=r"aplay: .*audio open error.*or write a file"):
        await open_player(Settings(player="aplay"), clock=time.monotonic)


async def test_a_player_that_does_not_work_makes_room_for_the_next(program: Program) -> None:
    program("aplay", "exit 1")
    program("paplay", "cat > heard")
    player = await open_player(Settings(), clock=time.monotonic)
    assert player.name == "paplay"


async def test_a_player_that_hangs_makes_room_for_the_next(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_client.playback.player_choice.PROOF_LIMIT", 0.3)
    program("aplay", "sleep 60")
    program("pw-play", "cat > heard")
    player = await open_player(Settings(), clock=time.monotonic)
    assert player.name == "pw-play"


async def test_every_player_that_was_tried_is_told_with_its_reason(program: Program) -> None:
    program("aplay", "echo \"ALSA lib confmisc.c:855:(parse_card) cannot find card '0'\" >&2; exit 1")
    program("paplay", "echo 'Connection failure: Connection refused' >&2; exit 1")
    with pytest.raises(PlayerFailed) as failed:
        await open_player(Settings(), clock=time.monotonic)
    assert failed.value.message == (
        "no sound can be played (aplay: cannot find card '0'; paplay: Connection failure: "
        "Connection refused): check the loudspeaker and the player and device settings, "
        "or write a file instead"
    )


@pytest.mark.parametrize(("player", "who"), [("auto", "aplay or pw-play or paplay"), ("aplay", "aplay")])
async def test_without_any_player_it_says_what_to_install(
    program: Program, monkeypatch: pytest.MonkeyPatch, player: PlayerName, who: str
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(PlayerFailed) as failed:
        await open_player(Settings(player=player), clock=time.monotonic)
    assert failed.value.message == (
        f"no sound can be played: {who} is not installed; type: sudo apt install alsa-utils"
    )


BUSY = "aplay: main:850: audio open error: Device or resource busy"


async def test_a_loudspeaker_that_another_program_has_is_waited_for(program: Program) -> None:
    """Whatever language the owner speaks: aplay is asked to speak English."""
    fail = f"echo '{BUSY}' >&2; exit 1"
    german = "echo 'aplay: main:850: Fehler: Das Gerät oder die Ressource ist belegt' >&2; exit 1"
    folder = program(
        "aplay",
        f'[ "$LC_ALL" = C ] || {{ {german}; }}; echo >> tries; [ $(wc -l < tries) -gt 2 ] || {{ {fail}; }}; '
        "cat > heard",
    )
    player = await open_player(Settings(), clock=time.monotonic)
    assert player.name == "aplay"
    assert (folder / "tries").read_text().count("\n") == 3


async def test_another_player_takes_its_place_at_once(program: Program) -> None:
    program("aplay", f"echo '{BUSY}' >&2; exit 1")
    program("paplay", "cat > heard")
    assert (await open_player(Settings(), clock=time.monotonic)).name == "paplay"


async def test_a_loudspeaker_that_stays_busy_is_told_as_such(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_client.playback.player_choice.BUSY_LIMIT", 0.3)
    program("aplay", f"echo '{BUSY}' >&2; exit 1")
    with pytest.raises(
        PlayerFailed, match=r"^another program has had the loudspeaker for more than 0 s: end it"
    ):
        await open_player(Settings(), clock=time.monotonic)


async def test_a_named_player_is_the_only_one_tried(program: Program) -> None:
    program("paplay", "cat > heard")
    with pytest.raises(PlayerFailed, match="aplay is not installed; type: sudo apt install alsa-utils"):
        await open_player(Settings(player="aplay"), clock=time.monotonic)


async def test_a_pw_play_that_knows_no_raw_option_is_called_without_it(program: Program) -> None:
    refuse = "echo \"pw-play: unrecognized option '--raw'\" >&2; exit 1"
    folder = program("pw-play", f'[ "$1" = --raw ] && {{ {refuse}; }}; echo "$@" > called; cat > heard')
    player = await open_player(Settings(player="pw-play", device="headphones"), clock=time.monotonic)
    pcm = noise(WIRE_FORMAT, 0.2)
    await player.play(chunks((WIRE_FORMAT, pcm)))
    assert (folder / "called").read_text() == "--format=s16 --rate=24000 --channels=1 --target=headphones -\n"
    assert (folder / "heard").read_bytes() == pcm
