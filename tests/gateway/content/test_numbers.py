"""Numbers are the same words for a clone in the real worker and for eSpeak NG, at every door."""

# ruff: noqa: RUF001 - a dash as it is typed

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from proofs.tiny_voice import reference_clip
from tests.fakes.scripted_model import ScriptedModel, scripted_gateway, write_persona
from tests.gateway.process import GatewayProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = {
    "en": {
        "Ring 020 7946 0018.": "Ring zero two zero, seven nine four six, zero zero one eight.",
        "It costs $1,234.50.": "It costs one thousand two hundred thirty-four dollars fifty.",
        "It is 40–60°C.": "It is forty to sixty degrees Celsius.",
        "It is 2026-11-21.": "It is the twenty-first of November twenty twenty-six.",
        "It has 3,497 lines.": "It has three thousand four hundred ninety-seven lines.",
    },
    "de": {
        "Ruf 020 7946 0018 an.": "Ruf null zwei null, sieben neun vier sechs, null null eins acht an.",
        "Es kostet $1.234,50.": "Es kostet eintausendzweihundertvierunddreißig Dollar fünfzig.",
        "Es hat 40–60°C.": "Es hat vierzig bis sechzig Grad Celsius.",
        "Am 2026-11-21 war es.": "Am einundzwanzigsten November zweitausendsechsundzwanzig war es.",
        "Es hat 3.497 Zeilen.": "Es hat dreitausendvierhundertsiebenundneunzig Zeilen.",
        "Am 3. Mai kommt Dr. Müller.": "Am dritten Mai kommt Dr. Müller.",
    },
}
"""The right values of case A7"""
CASES = [(language, *case) for language, cases in WORDS.items() for case in cases.items()]
VARIES = 0.06
"""Seconds by which eSpeak NG differs from itself"""
LEXICON = "lexicon: {R2D2: artoo}"
ESPEAK = "name: {name}\nlanguage: {language}\nvoice: {{engine: espeak, voice: {language}}}\n"


@dataclass(frozen=True, slots=True)
class Stage:
    """Clones `en` and `de`, `raw` whose numbers stay, and `espeak-en` and `espeak-de` without a clone."""

    gateway: GatewayProcess
    model: ScriptedModel

    async def seconds(self, voice: str, text: str, **more: str) -> float:
        """Of the sound of a text."""
        told = urlencode({"voice": voice, "text": text, **more})
        answer = await self.gateway.ask(f"/synthesize?{told}")
        assert answer.status == 200
        return float(answer.headers["X-Duration"])

    def given(self, since: int = 0) -> list[str]:
        """To the model."""
        return [each.text for each in self.model.given()[since:]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    home = tmp_path_factory.mktemp("gateway")
    model, personas = ScriptedModel.made(home / "model"), home / "personas"
    recorded, words = await asyncio.to_thread(reference_clip, home, name="recorded")
    for name, language, more in (
        ("en", "en", ""),
        ("de", "de", ""),
        ("raw", "en", "numbers: as_written"),
    ):
        write_persona(personas, name, model, recorded, f"{name} says: {words}", more)
        file = personas / name / "persona.yaml"
        file.write_text(file.read_text().replace("language: en", f"language: {language}"))
    named = personas / "en" / "persona.yaml"
    named.write_text(named.read_text().replace("transcript.txt}", f"transcript.txt, {LEXICON}}}"))
    for language in WORDS:
        write_espeak(personas, language)
    async with scripted_gateway(home, model, "en") as gateway:
        yield Stage(gateway, model)


def write_espeak(personas: Path, language: str) -> None:
    folder = personas / f"espeak-{language}"
    folder.mkdir()
    told = ESPEAK.format(name=f"Espeak {language}", language=language)
    (folder / "persona.yaml").write_text(told)


@pytest.mark.slow
@pytest.mark.parametrize(("language", "written", "words"), CASES)
async def test_a_number_is_the_same_words_for_a_clone_and_for_espeak(
    stage: Stage, language: str, written: str, words: str
) -> None:
    """A7."""
    before = len(stage.given())
    await stage.seconds(language, written)
    assert stage.given(before) == [words]
    espeak = f"espeak-{language}"
    lasts = await stage.seconds(espeak, words)
    assert await stage.seconds(espeak, written) == pytest.approx(lasts, abs=VARIES)


async def test_every_door_has_numbers_in_words_of_the_language_that_is_asked_for(stage: Stage) -> None:
    """A7."""
    before, port = len(stage.given()), stage.gateway.port
    await stage.seconds("en", "Um 7:05 beginnt es.", language="de")
    async with ClientSession() as session:
        body = {"model": "any", "input": "Um 7:06 beginnt es.", "voice": "en", "language": "de"}
        async with session.post(f"http://127.0.0.1:{port}/v1/audio/speech", json=body) as answer:
            assert answer.status == 200
            await answer.read()
        async with session.ws_connect(f"http://127.0.0.1:{port}/ws/tts", max_msg_size=0) as socket:
            for id, text, prepared in (
                ("1", "Um 7:07 beginnt es.", False),
                ("2", "Um 7:08 beginnt es.", True),
            ):
                fields = {"voice": "en", "language": "de", "prepared": prepared}
                await socket.send_json({"type": "synthesize", "id": id, "text": text, **fields})
                async for message in socket:
                    if isinstance(message.data, str) and '"complete"' in message.data:
                        break
    assert stage.given(before) == [
        "Um sieben Uhr fünf beginnt es.",
        "Um sieben Uhr sechs beginnt es.",
        "Um sieben Uhr sieben beginnt es.",
        "Um 7:08 beginnt es.",
    ]


async def test_a_persona_keeps_its_digits_and_a_lexicon_its_names(stage: Stage) -> None:
    before = len(stage.given())
    await stage.seconds("raw", "It is 7:05.")
    await stage.seconds("en", "R2D2 has 3 legs.")
    assert stage.given(before) == ["It is 7:05.", "artoo has three legs."]
