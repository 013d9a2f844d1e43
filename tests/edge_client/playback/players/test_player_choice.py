"""Who plays is chosen by a moment of silence; why nobody can is told in a sentence."""

import shutil
import time
from pathlib import Path

import pytest

from edge_client.playback.devices.device_problem import Kind
from edge_client.playback.players.player import NullPlayer, Played
from edge_client.playback.players.player_choice import NoSound, open_player
from edge_client.settings.settings import PlayerName, Settings
from robotvoice.errors import PlayerFailed
from robotvoice.sound.pcm import WIRE_FORMAT
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
    monkeypatch.setattr("edge_client.playback.players.player_choice.PROOF_LIMIT", 0.3)
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


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("aplay: main:831: audio open error: Device or resource busy", Kind.BUSY),
        (
            "ALSA lib pcm_dmix.c:1032:(snd_pcm_dmix_open) unable to open slave\n"
            "aplay: main:831: audio open error: Device or resource busy",
            Kind.BUSY,
        ),
        ("ALSA lib confmisc.c:165:(snd_config_get_card) Cannot get card index for 1", Kind.MISSING),
        ("aplay: main:831: audio open error: No such device", Kind.MISSING),
        ("aplay: main:831: audio open error: No such file or directory", Kind.MISSING),
        ("aplay: main:831: audio open error: Host is down", Kind.DOWN),
        ("Connection failure: Connection refused", Kind.DOWN),
        (
            "ALSA lib pcm.c:2666:(snd_pcm_open_noupdate) Unknown PCM foo\naplay: No such file or directory",
            None,
        ),
        ("aplay: set_params:1349: Sample format non available", None),
    ],
)
async def test_what_waiting_may_help_against_is_told_apart(
    program: Program, words: str, kind: Kind | None
) -> None:
    """E3 E4 E5: whatever says it first in a player's words."""
    program("aplay", f"echo '{words}' >&2; exit 1")
    with pytest.raises(NoSound) as failed:
        await open_player(Settings(), clock=time.monotonic)
    assert failed.value.kind is kind


async def test_a_missing_card_counts_more_than_a_sound_server_that_does_not_run(program: Program) -> None:
    program("aplay", "echo 'No such device' >&2; exit 1")
    program("paplay", "echo 'Connection failure: Connection refused' >&2; exit 1")
    with pytest.raises(NoSound) as failed:
        await open_player(Settings(), clock=time.monotonic)
    assert failed.value.kind is Kind.MISSING


async def test_players_are_asked_to_speak_english_whatever_the_owner_speaks(program: Program) -> None:
    """E5: what they say is looked into."""
    english = "echo 'Device or resource busy' >&2"
    german = "echo 'Das Gerät oder die Ressource ist belegt' >&2"
    program("aplay", f'if [ "$LC_ALL" = C ]; then {english}; else {german}; fi; exit 1')
    with pytest.raises(NoSound) as failed:
        await open_player(Settings(), clock=time.monotonic)
    assert failed.value.kind is Kind.BUSY


async def test_another_player_takes_its_place_at_once(program: Program) -> None:
    program("aplay", "echo 'Device or resource busy' >&2; exit 1")
    program("paplay", "cat > heard")
    assert (await open_player(Settings(), clock=time.monotonic)).name == "paplay"


async def test_a_device_of_alsas_is_not_handed_to_a_sound_servers_player(
    program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    """E3: it would be an error there, or another loudspeaker; rather its default, and that is told."""
    program("aplay", "echo no >&2; exit 1")
    folder = program("pw-play", 'echo "$@" > called; cat > heard')
    player = await open_player(Settings(device="plughw:1"), clock=time.monotonic)
    assert player.name == "pw-play"
    assert "plughw" not in (folder / "called").read_text()
    assert caplog.messages == ["pw-play plays on its own default: plughw:1 is no name of its devices"]


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
