"""python -m proofs.lan [--trials N] [--only NAME]: robot and gateway on a network that is broken on purpose.

Prints a table; writes out/lan.json and out/lan.svg. Ends with 0 when every promise was kept, else with 1,
naming what was broken, and with 2 where this system does not allow namespaces.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from proofs.lan.report import rows, table
from proofs.lan.run import trials
from proofs.lan.scenarios import SCENARIOS
from proofs.lan.sink import BUFFER
from proofs.lan.timeline import picture
from proofs.rig.figures import save
from proofs.rig.namespaces import PATH, space_of_its_own
from proofs.rig.program import RunBroken
from robotvoice.console.output import columns

OUT = Path("out")
TRIALS = 20
INSIDE = "ROBOTVOICE_LAN_FOLDER"
"""In the environment of the process that has a space of its own: a folder that is removed after it"""
LONGEST = 2700.0
"""Seconds after which even a run that hangs is ended"""
NOT_ALLOWED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m proofs.lan", description=(__doc__ or "").partition("\n")[0]
    )
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument("--trials", type=int, default=TRIALS, metavar="N", help="of each scenario")
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help="one of: %(choices)s")
    parser.add_argument("--no-speed", action="store_true", help="judge what is lost, not how long it took")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FOLDER", help="for lan.json and lan.svg")
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = parser.parse_args(given)
    if options.trials < 1:
        parser.error("there must be at least one trial")
    if INSIDE not in os.environ:
        return _in_a_space_of_its_own(given)
    chosen = [each for each in SCENARIOS if not options.only or each.name in options.only]
    try:
        done = trials(Path(os.environ[INSIDE], "run"), chosen, options.trials)
    except (RunBroken, OSError, subprocess.SubprocessError) as problem:
        print(problem, file=sys.stderr)
        return 1
    found = rows(done)
    print(table(found, columns(sys.stdout)))
    print(
        f"The sink holds {BUFFER * 1000:.0f} ms, begins when it is full or the input ended, as aplay does, "
        "and is silent when its player was killed."
    )
    save(options.out / "lan.json", [asdict(row) for row in found])
    (options.out / "lan.svg").write_text(picture(done), encoding="utf-8")
    broken = [told for row in found for told in row.broken(speed=not options.no_speed)]
    broken += [f"{trial.scenario}, trial {trial.number}: {trial.hung}" for trial in done if trial.hung]
    broken += [f"{trial.scenario}, trial {trial.number}: {told}" for trial in done for told in trial.wrong]
    missing = [
        each.name
        for each in chosen
        if sum(trial.scenario == each.name for trial in done) < min(options.trials, each.most)
    ]
    broken += [f"{name}: not all trials were done" for name in missing]
    for told in broken:
        print(f"BROKEN: {told}", file=sys.stderr)
    return 1 if broken else 0


def _in_a_space_of_its_own(arguments: Sequence[str]) -> int:
    """Runs this program again, with nothing left of it afterwards."""
    space = space_of_its_own()
    if space is None:
        print(
            "This system does not allow network namespaces, or ip, tc or unshare is missing: run it as root "
            "on Linux, with iproute2 and util-linux installed.",
            file=sys.stderr,
        )
        return NOT_ALLOWED
    with tempfile.TemporaryDirectory(prefix="robotvoice-lan-") as folder:
        command = (*space, sys.executable, "-m", "proofs.lan", *arguments)
        inside = subprocess.Popen(command, env={**os.environ, "PATH": PATH, "TMPDIR": folder, INSIDE: folder})
        signal.signal(signal.SIGTERM, lambda *_: inside.kill())
        try:
            code = inside.wait(LONGEST)
            return code if code >= 0 else 128 - code  # as a shell tells of a signal
        except subprocess.TimeoutExpired:
            print(f"It has not ended within {LONGEST:g} s.", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130
        finally:
            inside.kill()
            inside.wait()


if __name__ == "__main__":
    sys.exit(main())
