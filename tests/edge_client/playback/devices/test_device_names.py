"""Names of devices: whose they are, which card they mean, and which of them stay true."""

import pytest

from edge_client.playback.devices.device_names import card_named, card_of, device_for, names_a_number, on_card
from edge_client.playback.devices.sound_cards import Card

CARDS = (Card(0, "vc4hdmi0", "vc4-hdmi-0"), Card(2, "Device", "USB Audio Device"))


@pytest.mark.parametrize(
    "device",
    ["plughw:1", "hw:1,0", "plughw:CARD=Device,DEV=0", "default", "sysdefault:CARD=Device", "pulse", "dmix",
     "bluealsa:DEV=00:11:22:33:44:55,PROFILE=a2dp", "plug:dmix", "null"],
)  # fmt: skip
def test_alsas_names_are_told_to_aplay_only(device: str) -> None:
    """E3: `pw-play --target=plughw:1` is an error, or another loudspeaker."""
    assert device_for("aplay", device) == device
    assert [device_for(player, device) for player in ("pw-play", "paplay", "afplay")] == [None] * 3


@pytest.mark.parametrize(
    "device",
    ["alsa_output.usb-Generic_USB_Audio-00.analog-stereo", "bluez_output.00_11_22_33_44_55.1",
     "bluez_sink.00_11_22_33_44_55.a2dp_sink"],
)  # fmt: skip
def test_a_sound_servers_names_are_told_to_its_players_only(device: str) -> None:
    assert device_for("aplay", device) is None
    assert [device_for(player, device) for player in ("pw-play", "paplay")] == [device] * 2


@pytest.mark.parametrize("device", ["headphones", "67", "my_sink", "robothat"])
def test_a_name_that_may_be_anybodys_is_tried(device: str) -> None:
    """The owner's own, from asound.conf or of a sink."""
    assert [device_for(player, device) for player in ("aplay", "pw-play", "paplay")] == [device] * 3


@pytest.mark.parametrize(
    ("device", "named", "found"),
    [
        ("plughw:2", "2", CARDS[1]),
        ("hw:2,0", "2", CARDS[1]),
        ("plughw:CARD=Device", "Device", CARDS[1]),
        ("plughw:Device,0", "Device", CARDS[1]),
        ("sysdefault:CARD=vc4hdmi0", "vc4hdmi0", CARDS[0]),
        ("plughw:1", "1", None),
        ("default", None, None),
        (None, None, None),
    ],
)
def test_the_card_is_known_by_its_number_or_id(
    device: str | None, named: str | None, found: Card | None
) -> None:
    assert card_named(device) == named
    assert card_of(device, CARDS) == found
    assert names_a_number(device) is (named is not None and named.isdigit())


@pytest.mark.parametrize(
    ("device", "true"),
    [
        ("plughw:1", "plughw:CARD=Device"),
        ("hw:1,3", "hw:CARD=Device,DEV=3"),
        ("plughw:CARD=Old,DEV=0", "plughw:CARD=Device,DEV=0"),
        ("robothat", "plughw:CARD=Device"),
    ],
)
def test_a_name_by_id_stays_true_whatever_number_the_card_gets(device: str, true: str) -> None:
    assert on_card(device, "Device") == true
