"""What is done to the gateway, trial after trial, and what is asked for meanwhile."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from proofs.lan.addresses import (
    anew,
    met_by_a_new_robot,
    no_more_cards,
    six,
    with_ipv4,
    with_six_addresses,
    without_ipv4,
)
from proofs.lan.ear import Sound
from proofs.lan.loudspeakers import asleep, busy, fall_asleep, stay_awake
from proofs.lan.strangers import passed_for
from proofs.lan.texts import HELD, PHRASES, STORY, URGENT
from proofs.lan.trial import BACK, NEXT, Line, Trial
from proofs.lan.world import CLONED, DAEMON_PORT, World
from proofs.rig.program import Program, RunBroken, until

PAUSES = (0.0, 0.05, 0.2, 0.6)
"""Seconds between the end of the gateway and the first line after it"""
ACCEPTED_WITHIN = 5.0
PROCESSES, SAID_WITHIN = 3, 30.0
INTO = 0.4
"""Seconds of a story that are heard before something happens"""
Deed = Callable[[World], float]
"""Returns when it was done"""


@dataclass(frozen=True, slots=True)
class Scenario:
    """`before` and `after` are done once, around all its trials."""

    name: str
    row: str
    """Of the report: the one that it is for"""
    run: Callable[[Trial], None]
    before: Callable[[World], None] = World.until_connected
    after: Callable[[World], None] = lambda world: None
    most: int = 1000
    """Trials, of one that takes long"""


def kill(world: World) -> float:
    moment = world.gateway.send(signal.SIGKILL)
    world.gateway.end()
    return moment


KILLED: tuple[Deed, Deed] = (kill, World.start_gateway)
FROZEN: tuple[Deed, Deed] = (lambda world: world.gateway.freeze(), lambda world: world.gateway.wake())
"""How the gateway leaves, and how it comes back"""


def away_and_back(leave: Deed, revive: Deed, trial: Trial) -> None:
    """One line a moment after the gateway left, another while it is away, and its voice when it is back."""
    moment = leave(trial.world)
    trial.down(moment)
    time.sleep(PAUSES[trial.number % len(PAUSES)])
    trial.by_the_robot(trial.row, trial.say(), moment)
    line = trial.say()
    trial.wait_for_sound(0.05)
    moment = revive(trial.world)
    trial.by_the_robot(NEXT, line)
    trial.up(moment)
    trial.by_the_gateway(BACK, moment)


def away_after_accepted(leave: Deed, revive: Deed, trial: Trial) -> None:
    """It leaves when it has accepted a line and not begun it."""
    voice = trial.world.voice
    voice.pass_over()
    line = trial.say(HELD)
    voice.next_line(ACCEPTED_WITHIN)  # it is asked after the robot was told that the line is accepted
    moment = leave(trial.world)
    trial.down(moment)
    trial.by_the_robot(trial.row, line, moment)
    trial.up(revive(trial.world))
    trial.world.until_connected()


def killed_in_the_middle(trial: Trial) -> None:
    """It is killed while it is heard; the time is the silence before the robot says the sentence again."""
    line = trial.say(STORY)
    trial.wait_for_sound(INTO)
    trial.down(kill(trial.world))
    sound = trial.heard(line)
    cut = [each for each in trial.world.sounds(trial.began) if each.who == "gateway"][-1]
    trial.measured.append((trial.row, sound.began - cut.ended))
    trial.up(trial.world.start_gateway())
    trial.world.until_connected()


def cut_off(trial: Trial) -> None:
    """What is sent does not arrive any more; every second time the link itself is down."""
    network = trial.world.network
    cut, mend = (network.unplug, network.plug) if trial.number % 2 else (network.cut, network.mend)

    def leave(world: World) -> float:
        moment = time.monotonic()
        cut()
        return moment

    def join(world: World) -> float:
        mend()
        return time.monotonic()

    away_and_back(leave, join, trial)


def booted(trial: Trial) -> None:
    """A robot that has never met a gateway, and there is none."""
    trial.world.start_daemon(fresh=True)
    trial.down(trial.began)
    trial.by_the_robot(trial.row, trial.say())


def moved(trial: Trial) -> None:
    """The gateway's machine gets another address."""
    moment = time.monotonic()
    trial.world.address = trial.world.network.move()
    trial.down(moment)
    trial.by_the_gateway(trial.row, moment)
    trial.up(trial.world.sounds(trial.began)[-1].began)


def recalled(trial: Trial) -> None:
    """A phrase from the book, and there is no gateway."""
    trial.down(trial.began)
    line = trial.say(PHRASES[trial.number % len(PHRASES)], persona=CLONED)
    sound = trial.heard(line)
    if sound.who != "gateway":
        trial.wrong.append(f"{line.text!r} was spoken by the {sound.who} and not from the book")
    trial.measured.append((trial.row, sound.began - line.at))


def barged_in(trial: Trial) -> None:
    """An urgent line cuts a story."""
    story = trial.say(STORY, priority="story")
    story.cut = True
    trial.wait_for_sound(INTO)
    urgent = trial.say(URGENT, priority="urgent")
    until(lambda: any(sound.text == URGENT for sound in _done(trial)), "nobody heard what is urgent")
    trial.world.stop()
    trial.world.settle()
    cut = next(sound for sound in trial.world.sounds(trial.began) if sound.text == STORY)
    trial.measured.append((trial.row, cut.ended - urgent.at))


def _done(trial: Trial) -> list[Sound]:
    return [sound for sound in trial.world.sounds(trial.began) if sound.over]


def at_once(trial: Trial, port: int) -> None:
    """Three commands say a line each, by the daemon at this port, or if it is 0 by themselves.

    The time is from the start of the commands to the first sound.
    """
    world = trial.world
    own = {**world.robot, "ROBOTVOICE_DAEMON_PORT": str(port)}
    texts = trial.different(PROCESSES)
    moment = time.monotonic()
    children = []
    for text in texts:
        trial.lines.append(Line(text, time.monotonic()))
        wait = ("--wait",) if port else ()
        command = (sys.executable, "-m", "edge_client", "say", *wait, text)
        children.append(Program("a command", command, own))
    until = time.monotonic() + SAID_WITHIN
    try:
        for child in children:
            if code := child.process.wait(max(0.1, until - time.monotonic())):
                trial.wrong.append(f"a command ended with {code}: {child.last_words()[-200:]}")
    except subprocess.TimeoutExpired:
        raise RunBroken(f"a command has not ended within {SAID_WITHIN:g} s") from None
    finally:
        for child in children:
            child.close(signal.SIGKILL)
    sounds = world.sounds(trial.began)
    if sounds:
        trial.measured.append((trial.row, sounds[0].began - moment))


def _without_gateway(world: World) -> None:
    world.gateway.end()


def _with_phrases(world: World) -> None:
    world.until_connected()
    world.until_phrases()
    _without_gateway(world)


SCENARIOS = (
    Scenario("killed", "gateway killed", partial(away_and_back, *KILLED)),
    Scenario("killed after accepted", "gateway killed after accepted", partial(away_after_accepted, *KILLED)),
    Scenario("killed in the middle", "silence after a sentence was cut", killed_in_the_middle),
    Scenario("frozen", "gateway frozen", partial(away_and_back, *FROZEN)),
    Scenario("frozen after accepted", "gateway frozen after accepted", partial(away_after_accepted, *FROZEN)),
    Scenario("link cut", "link cut", cut_off),
    Scenario("stranger", "gateway frozen, a stranger in its name", passed_for, World.until_connected, most=3),
    Scenario("phrases", "phrase from the book", recalled, _with_phrases, World.start_all),
    Scenario("boot", "first line after boot, no gateway", booted, _without_gateway, World.start_all),
    Scenario("address changed", "address changed, its voice heard", moved),
    Scenario("cards made anew", "cards made anew: a new robot hears its voice", anew),
    Scenario(
        "six addresses", "six addresses: a new robot hears its voice", six, with_six_addresses, no_more_cards
    ),
    Scenario(
        "IPv6 only", "IPv6 only: a new robot hears its voice", met_by_a_new_robot, without_ipv4, with_ipv4
    ),
    Scenario("barge-in", "urgent line, until the story is silent", barged_in),
    Scenario("three with the daemon", "three at once, with the daemon", partial(at_once, port=DAEMON_PORT)),
    Scenario("three without the daemon", "three at once, without the daemon", partial(at_once, port=0)),
    Scenario("loudspeaker asleep", "asleep loudspeaker: an urgent line", asleep, fall_asleep, stay_awake),
    Scenario(
        "loudspeaker busy",
        "busy loudspeaker: the urgent line, once it is free",
        busy,
        _without_gateway,
        World.start_all,
        most=2,
    ),
)
