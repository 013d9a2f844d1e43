"""What is known of the loudspeaker is told in one line, to whoever asks why it stutters."""

from collections.abc import Callable

from edge_client.commands.status import page
from edge_client.daemon.robot_daemon import Daemon
from edge_client.playback.devices.device_problem import Away, Kind
from edge_client.playback.devices.mixer import Mixer
from edge_client.playback.devices.sound_cards import Card
from edge_client.settings.settings import Settings


def shown(daemon: Daemon) -> str:
    (line,) = [line for line in page(daemon.status()).splitlines() if line.startswith("Loudspeaker")]
    return line.removeprefix("Loudspeaker ")


async def test_underruns_and_earcons_are_shown(settings: Callable[..., Settings]) -> None:
    """Nothing is said of what did not happen."""
    daemon = Daemon(settings(player="aplay", device="plughw:1"))
    assert shown(daemon) == "aplay on plughw:1"
    for _ in range(2):
        daemon.loudspeaker.pre_buffer.underrun(0.3)
    assert shown(daemon) == "aplay on plughw:1, 2 underruns, 225 ms held back"
    daemon.loudspeaker.tell_of_an_earcon()
    assert shown(daemon) == "aplay on plughw:1, 2 underruns, 225 ms held back, 1 text ended with an earcon"
    told = daemon.status()["loudspeaker"]
    assert (told["underruns"], told["gaps_ms"], told["pre_buffer_ms"], told["earcons"]) == (2, 600, 225, 1)


async def test_card_and_mixer_are_shown_and_who_has_it_with_what_to_do(
    settings: Callable[..., Settings],
) -> None:
    """E2 E5."""
    now = 0.0
    daemon = Daemon(settings(player="aplay", device="plughw:CARD=Device", lead_in=0.7), clock=lambda: now)
    place = daemon.loudspeaker.place
    place.cards = (Card(0, "vc4hdmi", "vc4-hdmi"), Card(1, "Device", "USB Audio Device"))
    place.mixer = Mixer("PCM", 40, muted=True)
    daemon.loudspeaker.away = Away(Kind.BUSY, 0.0, "busy", "mpv", "end it")
    now = 30.0
    assert shown(daemon) == (
        "aplay on plughw:CARD=Device (card 1, USB Audio Device), mixer PCM 40 % muted, woken by 0.7 s of "
        "silence: held by another program (mpv) since 30 s"
    )
    assert "\n            end it\n" in page(daemon.status())
    told = daemon.status()["loudspeaker"]
    assert told["card"] == {"number": 1, "id": "Device", "name": "USB Audio Device"}
    assert (told["held_by"], told["mixer"], told["lead_in_s"]) == ("mpv", "PCM 40 % muted", 0.7)


async def test_a_failed_command_before_playing_is_shown(settings: Callable[..., Settings]) -> None:
    status = Daemon(settings(player="aplay")).status()
    status["loudspeaker"]["before"] = "the command before it failed: gpio: no such pin"
    assert "aplay: the command before it failed: gpio: no such pin" in page(status)


async def test_a_phrasebook_that_is_switched_off_is_not_called_empty(
    settings: Callable[..., Settings],
) -> None:
    assert "Phrasebook  off\n" in page(Daemon(settings(phrasebook_mb=0)).status())
    assert "Phrasebook  empty\n" in page(Daemon(settings()).status())
