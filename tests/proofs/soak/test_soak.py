"""A short soak: what is broken is seen, and a daemon lasts while its gateway sleeps, crashes and moves."""

from dataclasses import replace

import pytest

from proofs.soak.report import broken_promises, figures_of
from proofs.soak.robot import Held
from proofs.soak.run import Run, run

SPOKEN = {"sentences": 1, "via": "gateway", "reason": None, "first_audio_ms": 100}
HELD = Held(megabytes=40.0, descriptors=15, threads=4, children=1, files=3, kilobytes=4)


def good() -> Run:
    texts = [SPOKEN] * 9
    return Run(1, 12, texts=texts, lines={"spoken": 9}, sentences=9, back_ms=[500], held=[HELD] * 6)


def test_a_run_in_which_all_is_well_breaks_no_promise() -> None:
    figures = figures_of(good())
    assert figures["broken"] == []
    assert [figures[each] for each in ("texts", "lost", "by_gateway", "repeated")] == [9, 0, 9, 0]


@pytest.mark.parametrize(
    ("changed", "broken"),
    [
        ({"texts": [SPOKEN] * 8 + [{"sentences": 1, "error": "daemon_gone: gone"}]}, "1 texts were lost"),
        ({"texts": []}, "hardly anything"),
        ({"lines": {"spoken": 8, "dropped": 1}}, "the daemon counts"),
        ({"held": [HELD] * 4 + [replace(HELD, megabytes=41.5)] * 2}, "grew from 40.0 to 41.5 MB"),
        ({"held": [HELD] * 5 + [replace(HELD, megabytes=46.0)]}, "had 46.0 MB"),
        ({"held": [HELD] * 5 + [replace(HELD, descriptors=16)]}, "1 descriptors are left open"),
        ({"held": [HELD] * 5 + [replace(HELD, files=4)]}, "grew from 3 files to 4"),
        ({"held": [HELD] * 5 + [replace(HELD, kilobytes=99)]}, "99 KiB"),
        ({"idle_with_gateway": 0.02}, "2.0% of a core"),
        ({"idle_without_gateway": 0.02}, "without a gateway"),
    ],
)
def test_each_promise_is_seen_when_it_is_broken(changed: dict[str, object], broken: str) -> None:
    found = broken_promises(replace(good(), **changed))  # type: ignore[arg-type]  # fields of it
    assert any(broken in promise for promise in found), found


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("paired", [False, True])
def test_a_daemon_outlasts_its_gateway_and_loses_nothing(paired: bool) -> None:
    """How much of a core it needs while idle is for a machine nobody else uses: `make soak` measures that."""
    found = run(seed=2, changes=12, idle=0.0, paired=paired)
    figures = figures_of(found)
    assert figures["broken"] == [], figures
    assert set(figures["absences"].values()) == {2}
    assert figures["by_gateway"] and figures["by_robot"]
