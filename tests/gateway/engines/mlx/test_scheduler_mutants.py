"""Line and pace against their contracts told a second time; and that this would find a fault in them."""

import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import gateway.engines.mlx.model_pace
import gateway.engines.mlx.scheduler
from proofs.rig.virtual_time import run
from tests.gateway.engines.mlx.line_model import (
    EACH,
    LIMIT,
    MEASURED,
    MOVES,
    PATIENCE,
    Move,
    play_line,
    play_pace,
)

pytestmark = pytest.mark.slow

REAL = {"scheduler": gateway.engines.mlx.scheduler, "pace": gateway.engines.mlx.model_pace}
MUTANTS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "scheduler": {
        "priority reversed": ("return turn.priority, self", "return -turn.priority, self"),
        "priority is not looked at": ("return turn.priority, self", "return 0, self"),
        "clients do not take turns": ("self._served.get(turn.client, 0)", "0"),
        "who was served last goes next": (
            "self._served.get(turn.client, 0)",
            "-self._served.get(turn.client, 0)",
        ),
        "a client that was served long ago stays in its place": (
            "        self._served.pop(turn.client, None)\n",
            "",
        ),
        "clients are remembered for ever": ("while len(self._served) > self._limit + 1:", "while False:"),
        "a client has no share": ("len(mine) >= self._each", "False"),
        "a client's share is one more": ("len(mine) >= self._each", "len(mine) > self._each"),
        "the urgent take the share of others": ("if other.priority is not Priority.URGENT]", "]"),
        "the share holds for the urgent": ("if turn.priority is not Priority.URGENT:", "if True:"),
        "who has no name has a share": ("if turn.client and len", "if len"),
        "the share is that of all": ("if other.client == turn.client]", "]"),
        "the line has no bound": ("len(self._line) >= self._limit", "False"),
        "the line holds one more": ("len(self._line) >= self._limit", "len(self._line) > self._limit"),
        "a full line makes no room for the urgent": ("last.priority <= turn.priority", "True"),
        "equals take each other's place": (
            "last.priority <= turn.priority",
            "last.priority < turn.priority",
        ),
        "the most urgent makes room": ("last = max(", "last = min("),
        "the first of the least urgent makes room": ("max(reversed(self._line)", "max((self._line)"),
        "who made room is not told": ("        turn.put(self._counted(reason))", "        pass"),
        "who was given back stays in the line":
            ("        del self._line[turn]\n        turn.put", "        turn.put"),
        "who is spoken stays in the line":
            ("        del self._line[turn]\n        self._served", "        self._served"),
        "expired work is spoken": ("if now > turn.asked.start_by:", "if False:"),
        "expired work is called busy": ('"too_late", "its turn', '"busy", "its turn'),
        "a wait has no end": ("elif now > given_back:", "elif False:"),
        "a wait ends at once": (".time() + self._patience", ".time()"),
        "who comes is not noticed": ("+ self._patience\n        self._filled.set()", "+ self._patience"),
        "the empty line is not noticed": ("self._filled.clear()", "pass"),
        "who leaves stays in the line": ("self._line.pop(turn, None)", "pass"),
        "who would go before is not counted":
            ("if turn.priority <= priority]", "if turn.priority < priority]"),
        "everybody goes before": ("if turn.priority <= priority]", "]"),
        "one is forgotten when all are refused": ("in list(self._line):\n", "in list(self._line)[1:]:\n"),
    },
    "pace": {
        "percentile is the largest": ("int(0.95 * len(ordered))", "len(ordered)"),
        "percentile is the median": ("0.95 *", "0.5 *"),
        "percentile of what is not in order": ("sorted(known.first_audio)", "list(known.first_audio)"),
        "nothing is too old": ("deque(maxlen=KEPT)", "deque()"),
        "voices are not told apart": ("of = self._of(voice)", 'of = self._of("nova")'),
        "voices are never forgotten": ("len(self._voices) > VOICES", "False"),
        "the voice heard last is forgotten": ("popitem(last=False)", "popitem()"),
        "who was heard again is old": ("        self._voices.move_to_end(voice)\n", ""),
        "the first measurement is one of many": ("NEWEST if self._measured else 1.0", "NEWEST"),
        "only the newest counts": ("NEWEST if self._measured else 1.0", "1.0"),
        "the factor is upside down": ("wall / audio -", "audio / wall -"),
        "a sentence without sound counts": ("        if audio:\n", "        if audio := audio or 1.0:\n"),
        "characters pass for bytes": ("max(1, len(text.encode()))", "max(1, len(text))"),
        "an empty text divides by nothing": ("max(1, len(text.encode()))", "len(text.encode())"),
        "the time to the first sound is left out": ("return self.first_audio_p95(voice) + len", "return len"),
        "the factor is left out": ("* seconds_a_byte * self.real_time_factor", "* seconds_a_byte"),
        "a warm-up that found nothing is believed": ("if first_audio:\n", "if True:\n"),
        "a warm-up is not believed": ("if first_audio:\n", "if False:\n"),
        "encoding is not measured": ("self.prepare += (seconds - self.prepare) * NEWEST", "pass"),
    },
}  # fmt: skip


def run_line(module: Any, game: list[Move]) -> None:
    run(play_line(module.Scheduler(LIMIT, PATIENCE, EACH), game))


def run_pace(module: Any, measured: list[Move]) -> None:
    play_pace(module.Pace(), measured)


GAMES: Mapping[str, tuple[Callable[[Any, list[Move]], None], st.SearchStrategy[list[Move]]]] = {
    "scheduler": (run_line, MOVES),
    "pace": (run_pace, MEASURED),
}


@cache
def worlds(name: str) -> list[list[Move]]:
    """Made once for all mutants."""
    made: list[list[Move]] = []

    @settings(
        max_examples=600,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(GAMES[name][1])
    def collect(world: list[Move]) -> None:
        GAMES[name][0](REAL[name], world)
        made.append(world)

    collect()
    return made


def play_all(name: str, module: Any) -> None:
    for world in worlds(name):
        GAMES[name][0](module, world)


@given(MOVES)
@settings(deadline=None)
def test_everybody_in_the_line_is_served_as_the_contract_says(game: list[Move]) -> None:
    run_line(REAL["scheduler"], game)


@given(MEASURED)
@settings(deadline=None)
def test_what_is_predicted_is_what_was_measured(measured: list[Move]) -> None:
    run_pace(REAL["pace"], measured)


@pytest.mark.parametrize("name", REAL)
def test_the_model_agrees_with_it_as_it_is(name: str) -> None:
    """Otherwise the below would prove nothing."""
    play_all(name, REAL[name])


@pytest.mark.parametrize(("name", "fault"), [(name, fault) for name in MUTANTS for fault in MUTANTS[name]])
def test_the_model_finds(name: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real, (old, new) = REAL[name], MUTANTS[name][fault]
    source = Path(str(real.__file__)).read_text(encoding="utf-8")
    assert source.count(old) == 1, "each mutant applies exactly once"
    mutated = ModuleType(real.__name__)
    # Where its dataclasses look for their module while they are made.
    monkeypatch.setitem(sys.modules, real.__name__, mutated)
    exec(compile(source.replace(old, new), f"<mutated {name}>", "exec"), mutated.__dict__)
    monkeypatch.undo()
    with pytest.raises((AssertionError, ZeroDivisionError, TimeoutError, KeyError)):
        play_all(name, mutated)
