"""What a player's device is called: ALSA's words for aplay, a sound server's for the others."""

import re
from collections.abc import Sequence

from edge_client.playback.devices.sound_cards import Card

_OF_A_CARD = re.compile(
    r"(?P<kind>plughw|hw|dmix|plug:dmix|sysdefault|default|front|hdmi|iec958|surround\d\d|usbstream)"
    r":(?:CARD=)?(?P<card>[\w-]+)(?:,(?:DEV=)?(?P<device>\d+))?"
)
_ALSA = re.compile(r"(default|sysdefault|null|pulse|pipewire|dmix|bluealsa|jack|[a-z0-9]+:.*)$")
"""A sound server's sinks have names such as alsa_output.usb-…, bluez_output.…, and numbers"""
_OF_A_SERVER = re.compile(r"(alsa_output|alsa_card|bluez_output|bluez_sink|raop_output|raop_sink)\.")


def device_for(player: str, device: str | None) -> str | None:
    """What this player is to be told; None: nothing, so that it plays on its own default.

    A name of another player's would be an error there, or another loudspeaker.
    """
    if device is None or player == "afplay":
        return None
    foreign = _OF_A_SERVER.match(device) if player == "aplay" else _ALSA.match(device)
    return None if foreign else device


def card_named(device: str | None) -> str | None:
    """The number or id of the card in a name of ALSA's."""
    found = _OF_A_CARD.match(device or "")
    return found["card"] if found else None


def card_of(device: str | None, cards: Sequence[Card]) -> Card | None:
    """The card that is meant, if it is there."""
    named = card_named(device)
    return next((card for card in cards if named in (str(card.number), card.id)), None)


def on_card(device: str, card_id: str) -> str:
    """The same device of the card with this id, by a name that is true whatever number the card gets."""
    found = _OF_A_CARD.match(device)
    if not found:
        return f"plughw:CARD={card_id}"
    number = f",DEV={found['device']}" if found["device"] else ""
    return f"{found['kind']}:CARD={card_id}{number}"


def names_a_number(device: str | None) -> bool:
    """Whether it is true only as long as no card changes its number."""
    return (card_named(device) or "").isdigit()


def is_bluetooth(device: str | None) -> bool:
    return bool(re.match(r"bluealsa|bluez", device or ""))
