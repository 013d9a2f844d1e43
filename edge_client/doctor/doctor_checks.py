"""What stands between a line and an ear: daemon, players, cards, device, mixer and who has it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from edge_client.daemon.daemon_client import reach
from edge_client.link.gateway_list import ask_the_known
from edge_client.pairing.dial_rules import FORGOTTEN, PAIR_AGAIN, STRANGER, DialRules
from edge_client.pairing.pairing_file import DamagedPairing, load
from edge_client.playback.devices.device_names import card_of, names_a_number, on_card
from edge_client.playback.devices.device_problem import which_cards
from edge_client.playback.devices.output_device import OutputDevice
from edge_client.playback.devices.player_commands import PACKAGES
from edge_client.playback.devices.sound_cards import PROC
from edge_client.playback.loudspeaker import Loudspeaker
from edge_client.settings.settings import Settings
from robotvoice.console.checks import Check


async def findings(settings: Settings, proc: Path = PROC) -> list[Check]:
    """A moment of silence is played. Nothing is changed."""
    daemon = await _daemon(settings)
    loudspeaker = Loudspeaker(settings, proc=proc)
    await loudspeaker.prove()
    place = loudspeaker.place
    await place.look_closer()
    await place.look_at_mixer()
    told = loudspeaker.as_json()
    try:
        return [
            daemon,
            await _pairing(settings),
            _players(settings),
            _cards(place),
            *_device(settings, place),
            *_mixer(place),
            _loudspeaker(loudspeaker, str(told["player"])),
            *_before(settings),
            _lead_in(settings, place),
        ]
    finally:
        await loudspeaker.close()


async def _daemon(settings: Settings) -> Check:
    if not (daemon := await reach(settings.daemon_port)):
        return Check("daemon", "warn", "none runs here", "robotvoice daemon, or robotvoice install")
    async with daemon:
        problem = (await daemon.status())["loudspeaker"]["problem"]
    where = f"runs at port {settings.daemon_port}"
    if problem:
        return Check("daemon", "warn", f"{where}, and cannot be heard: {problem}", "robotvoice status")
    return Check("daemon", "ok", where)


async def _pairing(settings: Settings) -> Check:
    try:
        mine = load(settings.state_dir)
    except DamagedPairing as damaged:
        return Check("pairing", "fail", damaged.message, "robotvoice unpair")
    if mine is None:
        found = "with no gateway: only one on this machine is asked"
        return Check("pairing", "ok", found, "on the Mac: robotvoice-gateway pair")
    if settings.gateway_id not in (None, mine.id):
        found = f"with {mine.name}, and the setting gateway_id, which names another one, is passed over"
        return Check("pairing", "warn", found, "take gateway_id out of the settings")
    answers = await ask_the_known(settings, DialRules(settings.state_dir, mine))
    if not any(each.ready for each in answers):
        codes = {each.code for each in answers}
        if FORGOTTEN in codes:
            return Check("pairing", "fail", f"{mine.name} has forgotten this robot", PAIR_AGAIN)
        if STRANGER in codes:
            found = f"another gateway answers in place of {mine.name}"
            return Check("pairing", "fail", found, f"if the Mac was installed anew: {PAIR_AGAIN}")
    return Check("pairing", "ok", f"with {mine.name}, which calls this robot {mine.robot}")


def _players(settings: Settings) -> Check:
    known = ("aplay", "pw-play", "paplay", "afplay")
    found = [name for name in known if shutil.which(name)]
    wanted = settings.player
    if wanted == "none":
        return Check("player", "warn", "the settings want none: nothing is played", 'player = "auto"')
    if wanted not in ("auto", *found):
        package = PACKAGES.get(wanted)
        install = f"sudo apt install {package}" if package else 'player = "auto"'
        return Check("player", "fail", f"{wanted} is not installed", install)
    if not found:
        return Check("player", "fail", "none is installed", "sudo apt install alsa-utils")
    return Check("player", "ok", f"{wanted}; installed: {', '.join(found)}")


def _cards(place: OutputDevice) -> Check:
    if not place.cards:
        return Check("cards", "warn", "no sound card was found", "aplay -l lists those there are")
    listed = "; ".join(card.label for card in place.cards)
    if all(card.is_hdmi for card in place.cards):
        return Check("cards", "warn", listed, "only HDMI: the sound comes out of the screen")
    return Check("cards", "ok", listed)


def _device(settings: Settings, place: OutputDevice) -> Iterator[Check]:
    device = settings.device
    if device is None:
        if len(place.cards) > 1 and place.cards[0].is_hdmi:
            found = "the system's default, which may be the screen"
            yield Check("device", "warn", found, which_cards(None, place.cards))
        else:
            yield Check("device", "ok", place.sink or "the system's default")
        return
    card = card_of(place.device, place.cards)
    if card and names_a_number(device):
        stays = f'numbers change: device = "{on_card(device, card.id)}"'
        yield Check("device", "warn", f"{device}, which is {card.name} today", stays)
    else:
        yield Check("device", "ok", f"{device}{f' ({card.label})' if card else ''}")


def _mixer(place: OutputDevice) -> Iterator[Check]:
    if not (mixer := place.mixer):
        return
    which = f"-c {place.card.number} " if place.card and place.card.number is not None else ""
    if mixer.muted:
        yield Check("mixer", "fail", mixer.label, f"amixer {which}sset '{mixer.control}' unmute")
    elif mixer.is_soft:
        yield Check("mixer", "warn", mixer.label, f"amixer {which}sset '{mixer.control}' 70%")
    else:
        yield Check("mixer", "ok", mixer.label)


def _loudspeaker(loudspeaker: Loudspeaker, player: str) -> Check:
    if not loudspeaker.problem:
        return Check("loudspeaker", "ok", f"{player} plays without a complaint")
    todo = loudspeaker.away.advice if loudspeaker.away else ""
    return Check("loudspeaker", "fail", loudspeaker.problem, todo)


def _before(settings: Settings) -> Iterator[Check]:
    if settings.before and not shutil.which(settings.before[0]):
        found = f"{settings.before[0]} is not there: an amplifier may stay off"
        yield Check("before", "fail", found, "correct the setting before")


def _lead_in(settings: Settings, place: OutputDevice) -> Check:
    rest = f"after {settings.rest:g} s of rest"
    if settings.lead_in is None:
        kind = f"as {place.kind} sleeps" if place.kind else "as nothing here is known to sleep"
        return Check("lead-in", "ok", f"{place.lead_in:g} s of silence {rest}, {kind}")
    return Check("lead-in", "ok", f"{settings.lead_in:g} s of silence {rest}, by the settings")
