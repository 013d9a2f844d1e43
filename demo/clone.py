"""Two cloned voices through a gateway, by themselves while its model hangs, and through it again.

`make run-clone`. The model is a tiny one of random weights that is made here, unless --model names another.
Only the installed commands are used. Writes out/run-clone.json and a WAV file for each line.
"""

import argparse
import http
import signal
import sys
import time
import urllib.parse
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import psutil

from demo.commands import TRIES, CommandFailed, Robot, command, ended, running_gateway, surroundings, tell
from demo.performance import Row, perform
from proofs.rig.asking import LOOPBACK, Answer, fetch
from proofs.rig.gateway import WORKER, Gateway

OUT = Path("out")
VOICES = {"nova": "en+f4", "brim": "en"}
"""Whose clips are cloned: eSpeak NG's, as nobody's consent is needed for these"""
LINES = {
    "nova": ("Nova speaks with a borrowed voice.", "The model hangs.", "It is back."),
    "brim": ("Brim speaks with another one.", "I talk on all the same.", "And so am I."),
}
MAKE_WITHIN = 150.0
ANSWER_WITHIN = 60.0
NOTICED_WITHIN = 30.0
LOAD_WITHIN = 300.0
"""Seconds; a large model is read from disk"""
ON_RANDOM_WEIGHTS = """\
The weights of this model are random: what you hear is noise as long as speech, and not a voice.
With real ones (Apple silicon): robotvoice-gateway models pull, then make run-clone ARGS="--model NAME"."""
VIA = [via for via in ("gateway", "robot", "gateway", "gateway") for _ in LINES]


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 only if every line was spoken by whom it should."""
    parser = argparse.ArgumentParser(prog="python -m demo.clone", description="Cloned voices, shown.")
    parser.add_argument("--model", help="one that was pulled, or a folder; else a tiny one is made")
    model: str | None = parser.parse_args(arguments).model
    return perform(OUT, "run-clone", "clone-*.wav", partial(_show, model), as_wanted)


def as_wanted(rows: list[Row]) -> bool:
    """Through the gateway only with the clone, and by the robot only with a reason."""
    clones = all(row["engine"] == "mlx" for row in rows if row["via"] == "gateway")
    return clones and [row["via"] for row in rows] == VIA and all(map(_has_reason, rows))


def _has_reason(row: Row) -> bool:
    return bool(row["reason"]) is (row["via"] == "robot")


def _make_personas(personas: Path, own: Mapping[str, str], model: str | None) -> None:
    """Of clips, as an owner would make them."""
    if model is None:
        tell(ON_RANDOM_WEIGHTS)
    tell("\nMaking two personas, each of a clip and what is said in it:")
    tiny = (OUT / "tiny-voice").resolve()
    for name, voice in VOICES.items():
        clip = OUT / "state" / "clips" / name
        _done(
            None, sys.executable, "-m", "proofs.tiny_voice", str(tiny), "--clip", str(clip), "--voice", voice
        )
        made = _done(
            own,
            *(command("robotvoice-gateway"), "persona", "new", name.title(), str(clip / "reference.wav")),
            *("--transcript", str(clip / "transcript.txt"), "--model", model or str(tiny)),
            *("--granted-by", "nobody, it is synthetic", "--scope", "this demonstration"),
            *("--personas", str(personas)),
        )
        tell("\n".join(f"  {line.strip()}" for line in made.splitlines() if " clip: " in line))


def _show(model: str | None) -> list[Row]:
    own, personas = surroundings(OUT), OUT / "state" / "personas"
    _make_personas(personas, own, model)
    tell("\nStarting a gateway, as on the Mac; the model is loaded by a worker process of its own:")
    with running_gateway(OUT, own, personas) as gateway:
        robot = Robot(OUT, own, gateway, "clone-")
        _tell_when_cloned(gateway)
        tell("\nWith the first sentence of a voice its clip is encoded, once; as curl would ask for it:")
        _encode_clips(gateway, "Hello.")
        tell("\nLooking for it, as on the robot:")
        tell(f"  {robot.discover()}")
        tell("\nEach persona speaks with its cloned voice:")
        rows = [_cloned(robot, persona, lines[0]) for persona, lines in LINES.items()]
        tell("\nThe worker is frozen (SIGSTOP), as if the GPU had hung. Each persona speaks by itself:")
        frozen = _freeze_worker(gateway)
        rows += [robot.say(persona, lines[1]) for persona, lines in LINES.items()]
        tell("\nThe gateway notices, ends the worker and starts another:")
        _until_ended(frozen)
        _tell_when_cloned(gateway)
        _encode_clips(gateway, "Hello again.")
        tell(f"  {robot.discover()}")
        rows += [_cloned(robot, persona, lines[2]) for persona, lines in LINES.items()]
        tell("\nThe worker is frozen again. What a clone has spoken is kept, and played without it:")
        _freeze_worker(gateway)
        rows += [robot.say(persona, lines[0]) for persona, lines in LINES.items()]
    return rows


def _cloned(robot: Robot, persona: str, text: str) -> Row:
    """Said again where the machine was too busy to make it in time."""
    for _ in range(TRIES - 1):
        row = robot.say(persona, text)
        if row["via"] == "gateway":
            return row
        tell(f"  Too slow, perhaps since this machine has much to do; once more. {robot.discover()}")
    return robot.say(persona, text)


def _encode_clips(gateway: Gateway, text: str) -> None:
    """By having every voice say something, as what comes next must come within two seconds."""
    for persona in LINES:
        began = time.monotonic()
        spoken = _get(gateway, "/synthesize?" + urllib.parse.urlencode({"text": text, "voice": persona}))
        engine, seconds = spoken.headers["X-Voice-Engine"], spoken.headers["X-Duration"]
        tell(f"  {persona}: {seconds} s by {engine}, in {time.monotonic() - began:.1f} s")


def _tell_when_cloned(gateway: Gateway) -> None:
    """Waits until every persona has its own voice; tells what the gateway says of its model then."""
    began = time.monotonic()
    while True:
        told = _get(gateway, "/health").json
        reasons = {each["reason"] for each in told["personas"].values() if not each["own_voice"]}
        if not reasons:
            tell(f"  {told['model']}: ready after {time.monotonic() - began:.1f} s")
            return
        if time.monotonic() - began > LOAD_WITHIN or any("type:" in reason for reason in reasons):
            raise CommandFailed(f"The voices cannot be cloned: {'; '.join(sorted(reasons))}")
        time.sleep(0.1)


def _get(gateway: Gateway, target: str) -> Answer:
    """Raises CommandFailed."""
    try:
        answer = fetch(LOOPBACK, gateway.port, "GET", target, within=ANSWER_WITHIN)
        if answer.status != http.HTTPStatus.OK:
            raise OSError(f"HTTP {answer.status}")
    except OSError as error:
        raise CommandFailed(f"The gateway does not answer as it should: {error}") from error
    return answer


def _freeze_worker(gateway: Gateway) -> psutil.Process:
    """A stopped process can be killed: the gateway does that, now or at its own end."""
    for child in gateway.children(WORKER):
        child.send_signal(signal.SIGSTOP)
        return child
    raise CommandFailed("The gateway has no worker that could be frozen.")


def _until_ended(worker: psutil.Process) -> None:
    try:
        worker.wait(NOTICED_WITHIN)
    except psutil.TimeoutExpired:
        raise CommandFailed("The gateway did not notice that its worker hangs.") from None


def _done(environment: Mapping[str, str] | None, program: str, *arguments: str) -> str:
    """What a command printed. Raises CommandFailed."""
    made = ended(MAKE_WITHIN, environment, program, *arguments)
    if made.returncode:
        raise CommandFailed(f"{Path(program).name} ended with {made.returncode}:\n{made.stderr}")
    return made.stdout


if __name__ == "__main__":
    sys.exit(main())
