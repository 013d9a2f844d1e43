"""What the kernel tells of cards and of who plays on them."""

import os
import sys
from pathlib import Path

import pytest

from edge_client.playback.devices.player_commands import Buffers
from edge_client.playback.devices.sound_cards import Card, Use, cards, lock_holder, program, use_of, uses
from robotvoice.ground.lock_file import locked
from tests.edge_client.playback.proc_rig import Proc


@pytest.fixture
def proc(tmp_path: Path) -> Proc:
    return Proc(tmp_path / "proc", "vc4hdmi0", "Camera", "Device")


def test_cards_that_can_play_are_known_by_number_id_and_name(proc: Proc) -> None:
    assert cards(proc.path) == (Card(0, "vc4hdmi0", "vc4-hdmi-0"), Card(2, "Device", "USB Audio Device"))
    assert [card.is_hdmi for card in cards(proc.path) or ()] == [True, False]
    proc.plug()
    assert cards(proc.path) == ()


def test_a_machine_whose_kernel_tells_nothing_is_told_apart_from_one_without_cards(tmp_path: Path) -> None:
    assert cards(tmp_path) is None
    assert uses(tmp_path) == uses(tmp_path / "nowhere") == ()


def test_who_plays_is_known_and_how_much_sound_the_card_holds(proc: Proc) -> None:
    """E5: also of a thread, as sound servers have them."""
    assert uses(proc.path) == ()
    proc.play(2, 812)
    proc.program(812, "data-loop.0", thread_of=800)
    proc.program(800, "pipewire")
    assert uses(proc.path) == (Use(2, 0, 812, Buffers((4096 + 1024) / 48_000, 1024 / 48_000)),)
    assert program(812, proc.path) == "pipewire"
    assert use_of(812, proc.path) == uses(proc.path)[0]
    assert use_of(800, proc.path) is None


def test_where_the_kernel_does_not_tell_it_open_files_do(tmp_path: Path) -> None:
    proc = Proc(tmp_path)
    for pid, file in ((700, "/dev/snd/pcmC0D0c"), (701, "/dev/snd/controlC0"), (702, "/dev/snd/pcmC1D3p")):
        proc.program(pid, f"program-{pid}")
        proc.opens(pid, file)
    proc.program(703, "unreadable")
    assert uses(proc.path) == (Use(1, 3, 702),)
    assert use_of(702, proc.path) == Use(1, 3, 702)


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("mpv", "--no-video", "song.mp3"), "mpv"),
        (("/usr/bin/python3", "-u", "/home/pi/radio.py", "on"), "radio.py"),
        (("python3", "-m", "edge_client", "daemon"), "robotvoice"),
        (("/opt/venv/bin/python3.11", "/opt/venv/bin/robotvoice", "daemon"), "robotvoice"),
        (("python3",), "python3"),
        (("python3", "-c", "import time; time.sleep(60)"), "python3"),
    ],
)
def test_a_program_is_called_what_its_owner_calls_it(
    tmp_path: Path, command: tuple[str, ...], name: str
) -> None:
    proc = Proc(tmp_path)
    proc.program(7, Path(command[0]).name, *command)
    assert program(7, proc.path) == name
    assert program(8, proc.path) is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
def test_who_has_a_file_locked_is_known(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert lock_holder(path) is None
    descriptor = locked(path)
    assert descriptor is not None
    assert lock_holder(path) == os.getpid()
    os.close(descriptor)
    assert lock_holder(path) is None
