"""What was heard of a count leads to the line to write."""

import asyncio
from array import array
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from edge_client.doctor.hearing import Hearing
from edge_client.doctor.sound_check import AUDIBLE, STEP, count_to_six, swallowed
from edge_client.playback.devices.sound_cards import Card
from edge_client.settings.settings import Settings
from tests.edge_client.rig import Program

pytestmark = pytest.mark.usefixtures("no_process_is_left")

Make = Callable[..., Settings]


class Person:
    """Answers in turn, and reads what is told."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []
        self.told = ""

    def ask(self, question: str) -> str:
        self.asked.append(question)
        return self._answers.pop(0)

    def tell(self, text: str) -> None:
        self.told += f"{text}\n"


@pytest.fixture
def player(program: Program, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("edge_client.doctor.hearing.REST", 0.01)
    return program("aplay", 'echo "$*" >> called; cat > heard.$(wc -l < called)')


def hear(settings: Settings, person: Person, *cards: Card) -> bool:
    return Hearing(settings, list(cards), asyncio.run, person.ask, person.tell).test()


def silence_before(pcm: bytes, rate: int) -> float:
    samples = array("h", pcm)
    return next(at for at, sample in enumerate(samples) if abs(sample) > AUDIBLE) / rate


@pytest.mark.parametrize("espeak", ["auto", "command"], ids=["numbers", "tones"])
async def test_each_of_six_begins_half_a_second_after_the_one_before(
    settings: Make, program: Program, espeak: str
) -> None:
    """In words, or by tones where no voice is: then PATH holds nothing."""
    count = await count_to_six(settings(espeak=espeak))
    assert count.spoken is (espeak == "auto")
    samples = array("h", count.chunk.pcm)
    step = round(STEP * count.chunk.format.sample_rate)
    assert len(samples) == 6 * step
    for number in range(6):
        early = samples[number * step : number * step + step // 4]
        assert max(map(abs, early)) > AUDIBLE
        assert not any(samples[(number + 1) * step - step // 50 : (number + 1) * step])
    assert [swallowed(first) for first in (1, 2, 6)] == [0, 0.5, 2.5]


def test_who_heard_all_of_it_needs_nothing(settings: Make, player: Path) -> None:
    person = Person("")
    assert hear(settings(player="aplay"), person)
    assert "does not swallow anything" in person.told
    assert len(person.asked) == 1


def test_who_heard_only_the_end_gets_the_lead_in_that_saves_the_beginning(
    settings: Make, player: Path
) -> None:
    """E1: it is tried before it is told. Here by six tones, of which so many were heard."""
    person = Person("x", "4", "5", "6")
    assert hear(settings(player="aplay", espeak="command"), person) is True
    assert "    lead_in = 1.9\n" in person.told
    tried = [silence_before((player / f"heard.{number}").read_bytes(), 24_000) for number in (2, 4, 6)]
    assert tried == [pytest.approx(lead_in, abs=0.03) for lead_in in (0.0, 1.2, 1.9)]


def test_who_heard_nothing_tries_the_other_cards(settings: Make, player: Path) -> None:
    """E2: and is told which one it is."""
    cards = (Card(0, "vc4hdmi0", "vc4-hdmi"), Card(1, "Headphones", "Headphones"), Card(2, "Device", "USB"))
    person = Person("0", "n", "", "0", "", "4")
    assert hear(settings(player="aplay", device="plughw:0"), person, *cards)
    assert 'device = "plughw:CARD=Device"' in person.told
    assert [question for question in person.asked if question.startswith("Try")] == [
        f"Try {card.name}? (Enter: yes, n: no) " for card in cards
    ]
    with suppress(FileNotFoundError):
        assert "-D plughw:CARD=Device " in (player / "called").read_text().splitlines()[-1]


def test_who_never_hears_anything_is_told_what_is_left_to_look_at(settings: Make, player: Path) -> None:
    person = Person("0")
    assert not hear(settings(player="aplay"), person)
    assert "alsamixer" in person.told and "before" in person.told
