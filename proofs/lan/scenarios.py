"""What is done to the gateway, trial after trial, and what is asked for meanwhile."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from proofs.lan import loudspeakers
from proofs.lan.addresses import (
    ANEW,
    IPV6,
    SIX,
    anew,
    as_before,
    ipv6,
    no_more_cards,
    six,
    with_ipv4,
    with_six_addresses,
    without_ipv4,
)
from proofs.lan.ear import Sound
from proofs.lan.loudspeakers import asleep, busy, fall_asleep, stay_awake
from proofs.lan.several import by_commands, by_the_daemon
from proofs.lan.texts import HELD, PHRASES, STORY, URGENT
from proofs.lan.trial import Line, Trial
from proofs.lan.world import CLONED, World
from proofs.rig.program import until

NEXT = "next line while away"
BACK = "gateway back, its voice heard"
PAUSES = (0.0, 0.05, 0.2, 0.6)
"""Seconds between the end of the gateway and the first line after it"""
ACCEPTED_WITHIN = 5.0
INTO = 0.4
"""Seconds of a story that are heard before something happens"""


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


def killed(trial: Trial) -> None:
    """The gateway is killed; then somebody speaks."""
    moment = _kill(trial)
    time.sleep(_pause(trial))
    trial.by_the_robot("gateway killed", trial.say(), moment)
    _next_and_back(trial, trial.world.start_gateway)


def killed_after_accepted(trial: Trial) -> None:
    """It is killed when it has accepted a line and not begun it."""
    line = _accepted(trial)
    trial.by_the_robot("gateway killed after accepted", line, _kill(trial))
    trial.up(trial.world.start_gateway())
    trial.world.until_connected()


def killed_in_the_middle(trial: Trial) -> None:
    """It is killed while it is heard; the time is the silence before the robot says the sentence again."""
    line = trial.say(STORY)
    trial.wait_for_sound(INTO)
    _kill(trial)
    sound = trial.heard(line)
    cut = [each for each in trial.world.sounds(trial.began) if each.who == "gateway"][-1]
    trial.measured.append(("silence after a sentence was cut", sound.began - cut.ended))
    trial.up(trial.world.start_gateway())
    trial.world.until_connected()


def frozen(trial: Trial) -> None:
    """The gateway is stopped; then somebody speaks."""
    moment = trial.world.gateway.freeze()
    trial.down(moment)
    time.sleep(_pause(trial))
    trial.by_the_robot("gateway frozen", trial.say(), moment)
    _next_and_back(trial, trial.world.gateway.wake)


def frozen_after_accepted(trial: Trial) -> None:
    """It is stopped when it has accepted a line and not begun it."""
    line = _accepted(trial)
    moment = trial.world.gateway.freeze()
    trial.down(moment)
    trial.by_the_robot("gateway frozen after accepted", line, moment)
    trial.up(trial.world.gateway.wake())
    trial.world.until_connected()


def cut_off(trial: Trial) -> None:
    """What is sent does not arrive any more; every second time the link itself is down."""
    network = trial.world.network
    cut, mend = (network.unplug, network.plug) if trial.number % 2 else (network.cut, network.mend)
    moment = time.monotonic()
    cut()
    trial.down(moment)
    time.sleep(_pause(trial))
    trial.by_the_robot("link cut", trial.say(), moment)

    def join() -> float:
        mend()
        return time.monotonic()

    _next_and_back(trial, join)


def booted(trial: Trial) -> None:
    """A robot that has never met a gateway, and there is none."""
    trial.world.start_daemon(fresh=True)
    trial.down(trial.began)
    trial.by_the_robot("first line after boot, no gateway", trial.say())


def moved(trial: Trial) -> None:
    """The gateway's machine gets another address."""
    moment = time.monotonic()
    trial.world.move_gateway()
    trial.down(moment)
    trial.by_the_gateway("address changed, its voice heard", moment)
    trial.up(trial.world.sounds(trial.began)[-1].began)


def recalled(trial: Trial) -> None:
    """A phrase from the book, and there is no gateway."""
    trial.down(trial.began)
    line = trial.say(PHRASES[trial.number % len(PHRASES)], persona=CLONED)
    sound = trial.heard(line)
    if sound.who != "gateway":
        trial.wrong.append(f"{line.text!r} was spoken by the {sound.who} and not from the book")
    trial.measured.append(("phrase from the book", sound.began - line.at))


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
    trial.measured.append(("urgent line, until the story is silent", cut.ended - urgent.at))


def _done(trial: Trial) -> list[Sound]:
    return [sound for sound in trial.world.sounds(trial.began) if sound.over]


def _kill(trial: Trial) -> float:
    moment = trial.world.gateway.send(signal.SIGKILL)
    trial.down(moment)
    trial.world.gateway.end()
    return moment


def _accepted(trial: Trial) -> Line:
    voice = trial.world.voice
    voice.pass_over()
    line = trial.say(HELD)
    voice.next_line(ACCEPTED_WITHIN)  # it is asked after the robot was told that the line is accepted
    return line


def _pause(trial: Trial) -> float:
    return PAUSES[trial.number % len(PAUSES)]


def _next_and_back(trial: Trial, revive: Callable[[], float]) -> None:
    line = trial.say()
    trial.wait_for_sound(0.05)
    moment = revive()
    trial.by_the_robot(NEXT, line)
    trial.up(moment)
    trial.by_the_gateway(BACK, moment)


def _without_gateway(world: World) -> None:
    world.gateway.end()


def _with_phrases(world: World) -> None:
    world.until_connected()
    world.until_phrases()
    _without_gateway(world)


def _all_anew(world: World) -> None:
    world.start_gateway()
    world.start_daemon()
    world.until_connected()


SCENARIOS = (
    Scenario("killed", "gateway killed", killed),
    Scenario("killed after accepted", "gateway killed after accepted", killed_after_accepted),
    Scenario("killed in the middle", "silence after a sentence was cut", killed_in_the_middle),
    Scenario("frozen", "gateway frozen", frozen),
    Scenario("frozen after accepted", "gateway frozen after accepted", frozen_after_accepted),
    Scenario("link cut", "link cut", cut_off),
    Scenario("phrases", "phrase from the book", recalled, _with_phrases, _all_anew),
    Scenario("boot", "first line after boot, no gateway", booted, _without_gateway, _all_anew),
    Scenario("address changed", "address changed, its voice heard", moved),
    Scenario("cards made anew", ANEW, anew),
    Scenario("six addresses", SIX, six, with_six_addresses, as_before(no_more_cards)),
    Scenario("IPv6 only", IPV6, ipv6, without_ipv4, as_before(with_ipv4)),
    Scenario("barge-in", "urgent line, until the story is silent", barged_in),
    Scenario("three with the daemon", "three at once, with the daemon", by_the_daemon),
    Scenario("three without the daemon", "three at once, without the daemon", by_commands),
    Scenario("loudspeaker asleep", loudspeakers.ASLEEP, asleep, fall_asleep, stay_awake),
    Scenario("loudspeaker busy", loudspeakers.BUSY, busy, _without_gateway, _all_anew, most=2),
)
