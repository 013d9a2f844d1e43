"""What is known of the loudspeaker is told in one line, to whoever asks why it stutters."""

from collections.abc import Callable

from edge_client.daemon import Daemon
from edge_client.settings import Settings
from edge_client.status_page import page


def shown(daemon: Daemon) -> str:
    (line,) = [line for line in page(daemon.status()).splitlines() if line.startswith("Loudspeaker")]
    return line.removeprefix("Loudspeaker ")


async def test_underruns_earcons_and_what_is_wrong_are_shown(settings: Callable[..., Settings]) -> None:
    """Nothing is said of what did not happen."""
    daemon = Daemon(settings(player="aplay", device="plughw:1"))
    assert shown(daemon) == "aplay on plughw:1"
    for _ in range(2):
        daemon.loudspeaker.pre_buffer.ran_dry(0.3)
    assert shown(daemon) == "aplay on plughw:1, 2 underruns, 225 ms held back"
    daemon.loudspeaker.tell_of_an_earcon()
    daemon.loudspeaker.problem = "it is unplugged"
    assert shown(daemon) == (
        "aplay on plughw:1, 2 underruns, 225 ms held back, 1 text ended with an earcon: it is unplugged"
    )
    told = daemon.status()["loudspeaker"]
    assert (told["underruns"], told["gaps_ms"], told["pre_buffer_ms"], told["earcons"]) == (2, 600, 225, 1)


async def test_a_failed_command_before_playing_is_shown(settings: Callable[..., Settings]) -> None:
    status = Daemon(settings(player="aplay")).status()
    status["loudspeaker"]["before"] = "the command before it failed: gpio: no such pin"
    assert "aplay: the command before it failed: gpio: no such pin" in page(status)


async def test_a_phrasebook_that_is_switched_off_is_not_called_empty(
    settings: Callable[..., Settings],
) -> None:
    assert "Phrasebook  off\n" in page(Daemon(settings(phrasebook_mb=0)).status())
    assert "Phrasebook  empty\n" in page(Daemon(settings()).status())
