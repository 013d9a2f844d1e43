"""A gateway's own voices besides eSpeak NG: hibari and commands, as its personas name them."""

from pathlib import Path

import pytest

from proofs.rig.program import environment
from tests.gateway.in_process import Answer
from tests.gateway.process import GatewayProcess, started
from tests.robotvoice.engines.hibari.real_hibari import NEEDS_HIBARI

pytestmark = pytest.mark.slow

PERSONAS = {
    "rook": "language: en\nvoice: {engine: hibari, pitch: 1.5}\nfallbacks: [{engine: espeak, voice: en}]",
    "heidi": "language: de\nvoice: {engine: hibari}\nfallbacks: [{engine: espeak, voice: de}]",
    "bell": "language: en\nvoice: {engine: command, voice: bell}\nfallbacks: [{engine: espeak, voice: en}]",
    "lost": "language: en\nvoice: {engine: command, voice: none}\nfallbacks: [{engine: espeak, voice: en}]",
}
SETTINGS = """
[voices.bell]
command = ["espeak-ng", "--stdin", "--stdout"]
"""


def everybody_can_speak(told: Answer) -> bool:
    """hibari too, which loads for about a second."""
    personas = told.json["personas"]
    return personas["rook"]["own_voice"] and all(each["ready"] for each in personas.values())


async def spoken(gateway: GatewayProcess, voice: str, more: str = "") -> tuple[str, str, str]:
    """By which engine, why not by its own, and what was not followed."""
    answer = await gateway.ask(f"/synthesize?text=Hello.&voice={voice}{more}")
    assert answer.status == 200 and answer.frames > 5000
    named = answer.headers
    return named["X-Voice-Engine"], named["X-Voice-Substitute"], named.get("X-Voice-Warning", "")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    for name, text in PERSONAS.items():
        (tmp_path / "personas" / name).mkdir(parents=True)
        (tmp_path / "personas" / name / "persona.yaml").write_text(f"name: {name.title()}\n{text}\n")
    (tmp_path / "gateway.toml").write_text(SETTINGS)
    own = {"PERSONAS": tmp_path / "personas", "CONFIG": tmp_path / "gateway.toml", "DAEMON_PORT": 0}
    return environment(tmp_path, **{f"ROBOTVOICE_{name}": str(value) for name, value in own.items()})


@NEEDS_HIBARI
async def test_each_persona_speaks_with_the_engine_it_names_or_says_why_not(
    env: dict[str, str], tmp_path: Path
) -> None:
    async with started(tmp_path, env=env) as gateway:
        await gateway.until("/readyz", everybody_can_speak)
        assert await spoken(gateway, "rook") == ("hibari", "none", "")
        assert await spoken(gateway, "rook", "&language=en-GB") == ("hibari", "none", "")
        assert (await spoken(gateway, "rook", "&language=de"))[:2] == ("espeak", "language")
        assert await spoken(gateway, "heidi") == ("espeak", "language", "")
        assert await spoken(gateway, "bell") == ("command:bell", "none", "")
        assert await spoken(gateway, "lost") == ("espeak", "unknown_command", "")
        told = (await gateway.ask("/v1/personas/bell")).json["local_voices"]
        assert [each["engine"] for each in told] == ["command:bell", "espeak"]
        assert "stdin" not in str(told), "what is run stays here"
