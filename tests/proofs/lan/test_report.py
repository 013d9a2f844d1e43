"""The report tells times and what was broken; the picture can be read by a program."""

import json
import xml.etree.ElementTree as ET
from dataclasses import asdict
from pathlib import Path

from proofs.lan.report import rows, table
from proofs.lan.timeline import picture
from proofs.lan.trial import Trial
from proofs.rig.figures import save
from tests.proofs.lan.sounds import sound, trial


def measured(*seconds: float) -> list[Trial]:
    trials = []
    for each in seconds:
        made = trial(sound("a", 101, 1), sound("b", 103, 1, "gateway"))
        made.measured, made.away = [("link cut", each)], [(100.5, 102.0)]
        trials.append(made)
    return trials


def test_a_row_holds_the_median_and_the_worst_and_its_target(tmp_path: Path) -> None:
    (row,) = rows(measured(0.3, 0.2, 0.9))
    assert (row.name, row.trials, row.median_ms, row.worst_ms, row.target_ms) == (
        "link cut",
        3,
        300,
        900,
        400,
    )
    assert row.broken(speed=True) == []
    save(tmp_path / "out" / "lan.json", [asdict(row)])
    (told,) = json.loads((tmp_path / "out" / "lan.json").read_text())
    assert {"name", "trials", "median_ms", "worst_ms", "target_ms", "lost"} <= set(told)
    assert "link cut" in table([row])


def test_a_median_above_the_target_is_broken_where_speed_is_judged() -> None:
    (row,) = rows(measured(0.5, 0.5, 0.1))
    assert len(row.broken(speed=True)) == 1
    assert row.broken(speed=False) == []


def test_what_was_lost_and_who_hung_is_told() -> None:
    lost, hung = measured(0.1, 0.1)
    lost.sounds.pop()
    hung.hung, hung.measured = "nothing was heard", []
    (row,) = rows([lost, hung])
    assert (row.trials, row.lost, row.hung) == (1, 1, 1)
    assert len(row.broken(speed=False)) == 2


def test_what_a_trial_broke_is_counted_once_though_it_is_in_two_rows() -> None:
    (lost,) = measured(0.1)
    lost.sounds.pop()
    lost.measured.append(("next line while away", 0.05))
    assert [row.lost for row in rows([lost])] == [1, 0]


def test_the_picture_shows_who_spoke_and_when_the_gateway_was_gone() -> None:
    (shown,) = measured(0.1)
    picture_of = ET.fromstring(picture([shown]))
    bars = [each.get("class") for each in picture_of.iter("{http://www.w3.org/2000/svg}rect")]
    assert {"robot", "gateway", "away", "up"} <= set(bars)
    titles = [each.text for each in picture_of.iter("{http://www.w3.org/2000/svg}title")]
    assert sum("asked" in (title or "") for title in titles) == 2


def test_a_run_without_trials_has_a_picture_too() -> None:
    ET.fromstring(picture([]))
