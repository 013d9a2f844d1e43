"""Taking the loudspeaker: what is not there is waited for and told, what is not needed is closed."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
import pytest

from edge_client.playback.devices.device_problem import LoudspeakerAway
from edge_client.playback.loudspeaker import Loudspeaker
from edge_client.settings.settings import Settings
from robotvoice.errors import PlayerFailed
from robotvoice.sound.pcm import WIRE_FORMAT
from tests.edge_client.playback.proc_rig import Proc
from tests.edge_client.playback.test_loudspeaker_lock import held_elsewhere
from tests.edge_client.rig import SOON, Program, chunks, noise

pytestmark = pytest.mark.usefixtures("no_process_is_left")

Make = Callable[..., Settings]
BUSY = "if [ -e busy ]; then echo 'audio open error: Device or resource busy' >&2; exit 1; fi"
PLAY = "cat >> heard"


async def play(loudspeaker: Loudspeaker, seconds: float = 0.05) -> None:
    async with loudspeaker.taken():
        await loudspeaker.play(chunks((WIRE_FORMAT, noise(WIRE_FORMAT, seconds))))


@asynccontextmanager
async def kept(settings: Settings, **how: object) -> AsyncIterator[Loudspeaker]:
    """As the daemon has it."""
    loudspeaker = Loudspeaker(settings, keeps=True, **how)  # type: ignore[arg-type]  # a test that errs fails
    await loudspeaker.prove()
    running = asyncio.create_task(loudspeaker.run())
    yield loudspeaker
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def until(happened: Callable[[], object]) -> None:
    async with asyncio.timeout(SOON):
        while not happened():  # noqa: ASYNC110 - what happens tells nobody
            await asyncio.sleep(0.01)


async def test_without_a_queue_a_busy_one_is_waited_for_and_whom_for_is_told(
    program: Program, settings: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E5: the program that has the card of this device, not the one that has another."""
    monkeypatch.setattr("edge_client.playback.loudspeaker.NOTICE", 0.1)
    folder = program("aplay", f"{BUSY}; {PLAY}")
    proc = Proc(tmp_path / "proc", "vc4hdmi0", "Device")
    for card, pid, name in ((0, 11, "kodi"), (1, 12, "mpv")):
        proc.play(card, pid)
        proc.program(pid, name)
    told: list[str] = []
    (folder / "busy").touch()
    loudspeaker = Loudspeaker(
        settings(player="aplay", device="plughw:1"), on_wait=told.append, proc=proc.path
    )
    playing = asyncio.create_task(play(loudspeaker))
    await until(lambda: told)
    assert re.fullmatch(r"held by another program \(mpv\)( since \d s)?", told[0])
    (folder / "busy").unlink()
    await playing
    assert (folder / "heard").exists()
    assert loudspeaker.problem is None


async def test_one_that_stays_busy_is_told_with_who_has_it(
    program: Program, settings: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_client.playback.loudspeaker.WAIT", 0.3)
    (program("aplay", f"{BUSY}; {PLAY}") / "busy").touch()
    with pytest.raises(
        LoudspeakerAway, match=r"as the loudspeaker is held by another program( since 1 s)?: end it"
    ):
        await play(Loudspeaker(settings(player="aplay")))


async def test_another_voice_is_waited_for_and_told(
    program: Program, settings: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_client.playback.loudspeaker.WAIT", 0.3)
    program("aplay", PLAY)
    own = settings(player="aplay")
    with (
        held_elsewhere(own.voice_lock),
        pytest.raises(LoudspeakerAway, match=r"taken by another program \(python.*\): end it"),
    ):
        await play(Loudspeaker(own))


GONE = 'case "$*" in *"-D plughw:{card} "*) echo "audio open error: No such device" >&2; exit 1;; esac'


async def test_a_card_that_is_not_there_is_told_at_once_with_the_names_of_those_that_are(
    program: Program, settings: Make, tmp_path: Path
) -> None:
    """E3: names that stay true; the screen comes last."""
    program("aplay", f"{GONE.format(card=1)}; {PLAY}")
    proc = Proc(tmp_path / "proc", "vc4hdmi0", "Camera", "Device")
    loudspeaker = Loudspeaker(settings(player="aplay", device="plughw:1"), proc=proc.path)
    with pytest.raises(LoudspeakerAway) as failed:
        await play(loudspeaker)
    assert failed.value.message == (
        "nothing was said, as the loudspeaker is missing (aplay: audio open error: No such device): there is "
        'no card 1; write device = "plughw:CARD=Device" for USB Audio Device or '
        'device = "plughw:CARD=vc4hdmi0" for vc4-hdmi-0 (the screen)'
    )


LISTED = """\
**** List of PLAYBACK Hardware Devices ****
card 2: Device [USB Audio Device], device 0: USB Audio [USB Audio]
  Subdevices: 1/1
"""
NAMED = """\
null
    Discard all samples (playback) or generate zero samples (capture)
plughw:CARD=Device,DEV=0
    USB Audio Device, USB Audio
    Hardware device with all software conversions
"""


@pytest.mark.parametrize(("option", "list"), [("-l", LISTED), ("-L", NAMED)])
async def test_where_the_kernel_does_not_tell_of_cards_aplay_is_asked(
    program: Program, settings: Make, tmp_path: Path, option: str, list: str
) -> None:
    program("aplay", f"[ $1 != {option} ] || {{ cat <<'END'\n{list}END\nexit 0; }}\n{GONE.format(card=1)}")
    loudspeaker = Loudspeaker(settings(player="aplay", device="plughw:1"), proc=tmp_path / "none")
    with pytest.raises(
        LoudspeakerAway, match=r'no card 1; write device = "plughw:CARD=Device" for USB Audio'
    ):
        await play(loudspeaker)


async def test_a_card_that_got_another_number_is_used_again_under_its_name(
    program: Program, settings: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """E3: it was plugged in again while something else had its number, or nothing."""
    folder = program("aplay", f'echo "$*" >> asked; [ ! -e gone ] || {{ {GONE.format(card=1)}; }}; {PLAY}')
    proc = Proc(tmp_path / "proc", "vc4hdmi0", "Device")
    loudspeaker = Loudspeaker(settings(player="aplay", device="plughw:1"), proc=proc.path)
    await play(loudspeaker)
    proc.plug("vc4hdmi0")
    (folder / "gone").touch()
    with pytest.raises(PlayerFailed):
        await play(loudspeaker)
    proc.plug("vc4hdmi0", "Camera", "Device")
    await play(loudspeaker)
    assert "-D plughw:CARD=Device " in (folder / "asked").read_text().splitlines()[-1]
    assert loudspeaker.as_json()["device"] == "plughw:CARD=Device"
    assert "plughw:1 is now plughw:CARD=Device: write that as device" in caplog.text


async def test_what_plays_in_place_of_a_missing_card_gives_way_to_it_after_a_rest(
    program: Program, settings: Make
) -> None:
    """E3: rather another loudspeaker than silence, and rather the right one."""
    folder = program("aplay", f"[ -e there ] || {{ {GONE.format(card=1)}; }}; {PLAY}")
    program("pw-play", "cat >> elsewhere")
    async with kept(settings(player="auto", device="plughw:1", rest=0.2)) as loudspeaker:
        await play(loudspeaker)
        told = loudspeaker.as_json()
        assert (told["player"], told["device"], told["problem"]) == ("pw-play", None, None)
        (folder / "there").touch()
        await until(lambda: not psutil.Process().children())
        await play(loudspeaker)
        told = loudspeaker.as_json()
        assert (told["player"], told["device"]) == ("aplay", "plughw:1")


@pytest.mark.parametrize(("device", "known"), [("plughw:0", True), (None, False)])
async def test_the_cards_own_buffer_counts_where_the_player_has_it_for_itself(
    program: Program, settings: Make, tmp_path: Path, device: str | None, known: bool
) -> None:
    """Behind ALSA's mixing it is that of all players."""
    program("aplay", PLAY)
    proc = Proc(tmp_path / "proc", "Device")
    proc.play(0, 812)
    proc.program(812, "aplay")
    place = Loudspeaker(settings(player="aplay", device=device), proc=proc.path).place
    assert (place.buffers_of(812) is not None) is known
    assert place.buffers_of(813) is None


async def test_a_wrong_name_is_told_at_once(program: Program, settings: Make) -> None:
    """Waiting helps only against what may come."""
    program("aplay", "echo 'ALSA lib pcm.c:2666:(open) Unknown PCM foo' >&2; exit 1")
    with pytest.raises(PlayerFailed, match=r"no sound can be played \(aplay: Unknown PCM foo\)"):
        await play(Loudspeaker(settings(player="aplay", device="foo")))


async def test_a_player_is_closed_after_a_rest_so_that_others_can_have_the_card(
    program: Program, settings: Make
) -> None:
    folder = program("aplay", f"{PLAY}; echo closed >> closed")
    async with kept(settings(player="aplay", rest=0.4)) as loudspeaker:
        await play(loudspeaker)
        assert len(psutil.Process().children()) == 1
        assert (folder / "closed").read_text() == "closed\n", "the proof"
        await until(lambda: not psutil.Process().children())
        assert (folder / "closed").read_text() == "closed\n" * 2, "in peace"
        await play(loudspeaker)


async def test_one_that_comes_back_is_noticed_although_nobody_speaks(
    program: Program, settings: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_client.playback.loudspeaker.LOOK_AGAIN", 0.1)
    folder = program("aplay", f"{BUSY}; {PLAY}")
    (folder / "busy").touch()
    async with kept(settings(player="aplay")) as loudspeaker:
        assert loudspeaker.problem == "held by another program"
        await asyncio.sleep(0.3)
        (folder / "busy").unlink()
        await until(lambda: loudspeaker.problem is None)


async def test_what_has_waited_is_counted_from_when_it_was_gone_or_asked_for(
    program: Program, settings: Make
) -> None:
    folder = program("aplay", f"{BUSY}; {PLAY}")
    (folder / "busy").touch()
    now = time.monotonic()
    loudspeaker = Loudspeaker(settings(player="aplay"), clock=lambda: now)
    await loudspeaker.prove()
    now += 100
    assert loudspeaker.waited(asked_at=now - 200) == pytest.approx(100)
    assert loudspeaker.waited(asked_at=now - 7) == pytest.approx(7)
    assert await loudspeaker.attempt()
    (folder / "busy").unlink()
    assert await loudspeaker.attempt() is None
    assert loudspeaker.waited(asked_at=now - 200) == 0


@pytest.mark.parametrize(
    ("cards", "how", "lead_in"),
    [
        (("Headphones",), {}, 0.0),
        (("vc4hdmi0",), {}, 1.0),
        (("Headphones", "vc4hdmi0"), {}, 0.0),
        (("Headphones", "vc4hdmi0"), {"device": "plughw:CARD=vc4hdmi0"}, 1.0),
        (("Headphones", "vc4hdmi0"), {"device": "plughw:1"}, 1.0),
        (("Headphones",), {"device": "bluealsa:DEV=00:11"}, 1.0),
        (("vc4hdmi0",), {"lead_in": 0.2}, 0.2),
        (("vc4hdmi0",), {"lead_in": 0.0}, 0.0),
    ],
)
async def test_what_is_known_to_sleep_is_woken_unless_the_owner_says_otherwise(
    program: Program,
    settings: Make,
    tmp_path: Path,
    cards: tuple[str, ...],
    how: dict[str, object],
    lead_in: float,
) -> None:
    """E1: headsets and screens; others cost no time."""
    folder = program("aplay", PLAY)
    proc = Proc(tmp_path / "proc", *cards)
    await play(Loudspeaker(settings(player="aplay", **how), proc=proc.path), seconds=0.1)
    given = (folder / "heard").read_bytes()[len(bytes(960)) :]
    assert len(given) == round((lead_in + 0.1) * 24_000) * 2
    assert not any(given[: round(lead_in * 48_000)])


async def test_a_headset_behind_a_sound_server_is_known_by_its_sink(
    program: Program, settings: Make, tmp_path: Path
) -> None:
    program("pactl", "echo bluez_output.00_11_22.1")
    folder = program("aplay", PLAY)
    loudspeaker = Loudspeaker(settings(player="aplay"), proc=Proc(tmp_path / "proc", "Headphones").path)
    await play(loudspeaker)
    assert len((folder / "heard").read_bytes()) == 960 + 48_000 + 2400
    assert loudspeaker.as_json()["sink"] == "bluez_output.00_11_22.1"
