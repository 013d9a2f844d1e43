"""What stands between a line and an ear is told in plain words, with what to type."""

from collections.abc import Callable
from pathlib import Path

import pytest

from edge_client.discovery.endpoint import Endpoint
from edge_client.doctor.doctor_checks import findings
from edge_client.link.command_gateway import CommandGateway
from edge_client.pairing.dial_rules import PAIR_AGAIN
from edge_client.settings.settings import Settings
from robotvoice.console.checks import Check, page
from tests.edge_client.pairing.pairing_rig import LOOPBACK, NAME, door, files_in, made, pair_by_hand
from tests.edge_client.playback.devices.test_mixer import PI, USB
from tests.edge_client.playback.proc_rig import Proc
from tests.edge_client.rig import Program

pytestmark = pytest.mark.usefixtures("no_process_is_left")

Make = Callable[..., Settings]
PLAY = "cat > /dev/null"
BUSY = "echo 'audio open error: Device or resource busy' >&2; exit 1"


async def found(settings: Settings, proc: Proc) -> dict[str, Check]:
    """By name."""
    return {finding.name: finding for finding in await findings(settings, proc.path)}


async def test_a_robot_that_can_be_heard_has_nothing_to_complain_of(
    program: Program, settings: Make, tmp_path: Path
) -> None:
    program("aplay", PLAY)
    program("amixer", f"cat <<'END'\n{PI}END")
    told = await found(settings(player="aplay", daemon_port=0), Proc(tmp_path / "proc", "Headphones"))
    assert {name: finding.state for name, finding in told.items()} == {
        "daemon": "warn", "pairing": "ok", "player": "ok", "cards": "ok", "device": "ok", "mixer": "ok",
        "loudspeaker": "ok", "lead-in": "ok",
    }  # fmt: skip
    assert told["daemon"].todo == "robotvoice daemon, or robotvoice install"
    assert (told["cards"].found, told["mixer"].found) == ("card 0, bcm2835 Headphones", "PCM 41 %")


@pytest.mark.parametrize(
    ("forgets", "found_is", "todo"),
    [
        (True, f"{NAME} has forgotten this robot", PAIR_AGAIN),
        (
            False,
            f"another gateway answers in place of {NAME}",
            f"if the Mac was installed anew: {PAIR_AGAIN}",
        ),
    ],
)
async def test_a_robot_that_its_gateway_does_not_know_any_more_is_to_be_paired_again(
    program: Program, settings: Make, tmp_path: Path, forgets: bool, found_is: str, todo: str
) -> None:
    program("aplay", PLAY)
    robot = settings(player="aplay", daemon_port=0)
    mac, other = made(tmp_path / "mac"), made(tmp_path / "other")
    with door(mac if forgets else other, tokens=set()) as there:
        pair_by_hand(robot.state_dir, mac, there.port)
        known = CommandGateway(robot)
        known.adopt(known.rules.way_to(Endpoint(LOOPBACK, there.port, "mdns", mac.id, NAME, tls=there.port)))
        before = files_in(robot.state_dir)
        told = (await found(robot, Proc(tmp_path / "proc", "Headphones")))["pairing"]
        assert (told.state, told.found, told.todo) == ("fail", found_is, todo)
        assert files_in(robot.state_dir) == before
    with door(mac, port=there.port):
        assert (await found(robot, Proc(tmp_path / "proc2", "Headphones")))["pairing"].state == "ok"


async def test_who_has_the_card_is_named(program: Program, settings: Make, tmp_path: Path) -> None:
    """E5."""
    program("aplay", BUSY)
    proc = Proc(tmp_path / "proc", "Headphones")
    proc.play(0, 7)
    proc.program(7, "mpv")
    told = (await found(settings(player="aplay", daemon_port=0), proc))["loudspeaker"]
    assert (told.state, told.found) == ("fail", "held by another program (mpv)")
    assert told.todo.startswith("end it")


async def test_a_sound_server_that_has_the_card_is_to_be_played_through(
    program: Program, settings: Make, tmp_path: Path
) -> None:
    program("aplay", BUSY)
    proc = Proc(tmp_path / "proc", "Headphones")
    proc.play(0, 7)
    proc.program(7, "pipewire")
    told = (await found(settings(player="aplay", daemon_port=0, device="hw:0"), proc))["loudspeaker"]
    assert told.todo == "it is a sound server: play through it, without the setting device"


async def test_a_muted_mixer_is_told_with_the_line_to_type(
    program: Program, settings: Make, tmp_path: Path
) -> None:
    """E2."""
    program("aplay", PLAY)
    program("amixer", f"cat <<'END'\n{USB}END")
    proc = Proc(tmp_path / "proc", "vc4hdmi0", "Device")
    told = await found(settings(player="aplay", daemon_port=0, device="plughw:CARD=Device"), proc)
    assert (told["mixer"].state, told["mixer"].found) == ("fail", "Speaker 11 % muted")
    assert told["mixer"].todo == "amixer -c 1 sset 'Speaker' unmute"


async def test_a_number_that_may_change_and_a_default_that_may_be_the_screen_are_told(
    program: Program, settings: Make, tmp_path: Path
) -> None:
    """E2 E3."""
    program("aplay", PLAY)
    proc = Proc(tmp_path / "proc", "vc4hdmi0", "Device")
    told = (await found(settings(player="aplay", daemon_port=0, device="plughw:1"), proc))["device"]
    assert (told.state, told.found) == ("warn", "plughw:1, which is USB Audio Device today")
    assert told.todo == 'numbers change: device = "plughw:CARD=Device"'
    told = (await found(settings(player="aplay", daemon_port=0), proc))["device"]
    assert told.found == "the system's default, which may be the screen"
    assert told.todo.startswith('write device = "plughw:CARD=Device" for USB Audio Device or ')


async def test_only_a_screen_no_card_and_no_player_are_told(
    program: Program, settings: Make, tmp_path: Path
) -> None:
    wanted = settings(player="aplay", daemon_port=0, before=("/nonexistent/amplifier",))
    told = await found(wanted, Proc(tmp_path / "proc", "vc4hdmi0"))
    assert told["cards"].todo == "only HDMI: the sound comes out of the screen"
    assert (told["player"].state, told["player"].todo) == ("fail", "sudo apt install alsa-utils")
    assert told["before"].state == "fail"
    assert told["lead-in"].found == "1 s of silence after 3 s of rest, as HDMI sleeps"
    assert (await found(wanted, Proc(tmp_path / "none")))["cards"].found == "no sound card was found"


def test_it_fits_a_terminal() -> None:
    long = Check("loudspeaker", "fail", "missing " * 20, "write " * 30)
    shown = page([long, Check("a", "ok", "b")], 80).splitlines()
    assert max(map(len, shown)) <= 80
    assert shown[-1] == "ok    a            b"
