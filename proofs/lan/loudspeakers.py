"""A loudspeaker that sleeps, and one that another program has, on a robot without a gateway."""

import time

from proofs.lan.ear import AUDIBLE
from proofs.lan.texts import SENTENCES, STOP, URGENT
from proofs.lan.trial import Trial
from proofs.lan.world import World

SWALLOWS, AFTER = 0.6, 1.5
"""Seconds that it swallows after so many without sound"""
LEAD_IN, REST = "0.7", "1.0"
BUSY_FOR = 30.0


def asleep(trial: Trial) -> None:
    """Somebody says "Stop." after a rest; every frame of it is to come out."""
    time.sleep(AFTER + 0.2)
    line = trial.say(STOP, priority="urgent")
    sound = trial.heard(line)
    trial.measured.append((trial.row, sound.began - line.at))
    for play in trial.world.loudspeaker.plays:
        for first, last in play.swallowed:
            lost = sum(abs(sample) > AUDIBLE for sample in play.samples[first : min(last, play.heard)])
            if lost and play.at(first) > trial.began:
                trial.wrong.append(f"{lost} sounding frames were swallowed")


def busy(trial: Trial) -> None:
    """Ten lines are asked for and an urgent one, and another program has the loudspeaker for 30 s."""
    trial.world.loudspeaker.says("Device or resource busy")
    for text in SENTENCES[:10]:
        trial.say(text)
    urgent = trial.say(URGENT, priority="urgent")
    time.sleep(max(0.0, trial.began + BUSY_FOR - time.monotonic()))
    problem = trial.world.status()["loudspeaker"]["problem"] or ""
    if not problem.startswith("held by another program since"):
        trial.wrong.append(f"status tells of a busy loudspeaker: {problem!r}")
    trial.world.loudspeaker.says(None)
    free = time.monotonic()
    trial.world.settle()
    heard = trial.world.sounds(trial.began)
    if not heard or heard[0].text != urgent.text:
        trial.wrong.append("the urgent line was not the first")
    if heard:
        trial.measured.append((trial.row, heard[0].began - free))


def fall_asleep(world: World) -> None:
    """From now on, with a robot that knows of it; there is no gateway."""
    world.gateway.end()
    world.loudspeaker.sleeps(SWALLOWS, AFTER)
    world.start_daemon(ROBOTVOICE_LEAD_IN=LEAD_IN, ROBOTVOICE_REST=REST)


def stay_awake(world: World) -> None:
    """As it was, and the gateway is back."""
    world.loudspeaker.sleeps(0.0, float("inf"))
    world.start_all()
