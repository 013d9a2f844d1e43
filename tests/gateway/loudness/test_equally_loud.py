"""Whoever speaks for a persona, one is heard as loud as the other."""

from pathlib import Path

import numpy as np
import pytest

from gateway.ground.folders import bundled_personas
from gateway.loudness.loudness_measure import TARGET, integrated_loudness
from robotvoice.persona import Persona, VoiceSpec
from tests.gateway.in_process import Client
from tests.gateway.personas.loading import load_personas
from tests.gateway.whole_gateway import SENTENCES, check_alike, said, whole_gateway


async def test_the_shipped_personas_and_plain_substitutes_are_equally_loud_from_their_first_word(
    tmp_path: Path,
) -> None:
    shipped = load_personas(bundled_personas()).personas.values()
    plain = [Persona(f"plain-{name}", name, name, VoiceSpec("espeak", name)) for name in ("en", "de")]
    async with whole_gateway(tmp_path, *shipped, *plain) as (gateway, _):
        people = [each.id for each in (*shipped, *plain)]
        check_alike({each: await said(gateway, "espeak", each) for each in people})


async def test_a_robot_hears_the_same_loudness_over_its_socket(tmp_path: Path) -> None:
    quiet = Persona("gremlin", "Gremlin", "en", VoiceSpec("espeak", "en+croak", 20, 180))
    async with whole_gateway(tmp_path, quiet) as (gateway, _), gateway.socket() as client:
        assert isinstance(client, Client)
        await client.ask(text=" ".join(SENTENCES), engines="own", voice="gremlin")
        frames = [each["pcm"] for each in await client.until("complete", "error") if each["type"] == "pcm"]
        samples = np.frombuffer(b"".join(frames), "<i2") / 32768
        assert integrated_loudness(samples) == pytest.approx(TARGET, abs=1)


async def test_what_an_owner_wants_softer_is_softer(tmp_path: Path) -> None:
    """`volume` is a wish; half of it is 6 dB."""
    usual = Persona("usual", "Usual", "en", VoiceSpec("espeak", "en"))
    softer = Persona("softer", "Softer", "en", VoiceSpec("espeak", "en", volume=50))
    async with whole_gateway(tmp_path, usual, softer) as (gateway, _):
        levels = [integrated_loudness(await said(gateway, "espeak", each)) for each in ("usual", "softer")]
    assert levels[0] - levels[1] == pytest.approx(6, abs=1)
