"""Benchmarks hand over figures in one form, and a lost request is never a quick one."""

import json
import math
from pathlib import Path

import pytest

from proofs.benchmarks import breaker
from proofs.benchmarks.__main__ import BENCHMARKS, main
from proofs.benchmarks.report import Figure, lost, table
from proofs.rig.figures import Progress, percentile, save
from proofs.rig.program import RunBroken


def test_figures_are_kept_as_a_list_of_the_agreed_form(tmp_path: Path) -> None:
    figures = breaker.measure(Progress(), batches=1, calls=100)
    file = save(tmp_path / "bench" / "breaker.json", [figure.as_json() for figure in figures])
    kept = json.loads(file.read_text())
    assert [set(row) for row in kept] == [{"name", "value", "unit", "target", "met"}] * len(figures)
    assert kept[0]["met"] is (kept[0]["value"] < kept[0]["target"])


def test_a_missed_target_is_plain_to_see() -> None:
    assert "MISSED" in table([Figure("slow", 7.0, "ms", 5.0)])
    assert "MISSED" not in table([Figure("quick", 3.0, "ms", 5.0), Figure("shown", 9.0, "ms")])


def test_a_lost_request_is_infinitely_slow_and_counted() -> None:
    latencies = [1.0, 2.0, math.inf]
    assert percentile(latencies, 99) == math.inf
    figure = lost("requests", latencies)
    assert (figure.value, figure.met, figure.tells_of_loss) == (1, False, True)
    assert Figure("p99", math.inf, "ms", 5.0).as_json()["value"] is None


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_losing_a_request_or_breaking_fails_the_run_and_missing_a_target_does_not(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(progress: Progress) -> list[Figure]:
        raise RunBroken("no gateway")

    for name, measure in {
        "missed": lambda _: [Figure("slow", 7.0, "ms", 5.0)],
        "lossy": lambda _: [lost("requests", [math.inf])],
        "broken": breaks,
    }.items():
        monkeypatch.setitem(BENCHMARKS, name, measure)
    assert [main([name]) for name in ("missed", "lossy", "broken")] == [0, 1, 1]
    assert "no gateway" in capsys.readouterr().err
    assert (elsewhere / "out" / "bench" / "missed.json").is_file()


def test_an_unknown_name_is_told_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["breakers"]) == 2
    assert "breaker, doors, gateway, health, robot" in capsys.readouterr().err
