"""Two cloned voices through a gateway, by themselves while its model hangs, and through it again.

`make run-clone`. The model is a tiny one of random weights that is made here, unless --model names another.
Only the installed commands are used. Writes out/run-clone.json and a WAV file for each line.
"""

import argparse
import json
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Sequence
from functools import partial
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import psutil

from demo.commands import TRIES, CommandFailed, Gateway, Robot, command
from demo.performance import Row, perform
from demo.telling import tell

OUT = Path("out")
VOICES = {"nova": "en+f4", "brim": "en"}
"""Whose clips are cloned: eSpeak NG's, as nobody's consent is needed for these"""
LINES = {
    "nova": ("Nova speaks with a borrowed voice.", "The model hangs.", "It is back."),
    "brim": ("Brim speaks with another one.", "I talk on all the same.", "And so am I."),
}
WORKER = "gateway.engines.mlx.worker"
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
    return perform(OUT, "run-clone", "clone-*.wav", partial(_prepare, model), _show, as_wanted)


def as_wanted(rows: list[Row]) -> bool:
    """Through the gateway only with the clone, and by the robot only with a reason."""
    clones = all(row["engine"] == "mlx" for row in rows if row["via"] == "gateway")
    return clones and [row["via"] for row in rows] == VIA and all(map(_has_reason, rows))


def _has_reason(row: Row) -> bool:
    return bool(row["reason"]) is (row["via"] == "robot")


def _prepare(model: str | None) -> Gateway:
    """A gateway whose personas are made of clips, as an owner would make them."""
    personas = OUT / "state" / "personas"
    gateway = Gateway(OUT, personas)
    if model is None:
        tell(ON_RANDOM_WEIGHTS)
    tell("\nMaking two personas, each of a clip and what is said in it:")
    tiny = (OUT / "tiny-voice").resolve()
    for name, voice in VOICES.items():
        clip = OUT / "state" / "clips" / name
        _done(sys.executable, "-m", "proofs.tiny_voice", str(tiny), "--clip", str(clip), "--voice", voice)
        made = _done(
            *(command("robotvoice-gateway"), "persona", "new", name.title(), str(clip / "reference.wav")),
            *("--transcript", str(clip / "transcript.txt"), "--model", model or str(tiny)),
            *("--granted-by", "nobody, it is synthetic", "--scope", "this demonstration"),
            *("--personas", str(personas)),
            environment=gateway.environment,
        )
        tell("\n".join(f"  {line.strip()}" for line in made.splitlines() if " clip: " in line))
    return gateway


def _show(gateway: Gateway) -> list[Row]:
    robot = Robot(OUT, gateway, "clone-")
    tell("\nStarting a gateway, as on the Mac; the model is loaded by a worker process of its own:")
    tell(f"  {gateway.start()}")
    tell(f"  {_until_cloned(gateway)}")
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
    tell(f"  {_until_cloned(gateway)}")
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
        query = urllib.parse.urlencode({"text": text, "voice": persona})
        began = time.monotonic()
        with _get(gateway, f"/synthesize?{query}") as answer:
            engine, seconds = answer.headers["X-Voice-Engine"], answer.headers["X-Duration"]
        tell(f"  {persona}: {seconds} s by {engine}, in {time.monotonic() - began:.1f} s")


def _until_cloned(gateway: Gateway) -> str:
    """Waits until every persona has its own voice; what the gateway says of its model then."""
    began = time.monotonic()
    while True:
        told = _health(gateway)
        reasons = {each["reason"] for each in told["personas"].values() if not each["own_voice"]}
        if not reasons:
            return f"{told['model']}: ready after {time.monotonic() - began:.1f} s"
        if time.monotonic() - began > LOAD_WITHIN or any("type:" in reason for reason in reasons):
            raise CommandFailed(f"The voices cannot be cloned: {'; '.join(sorted(reasons))}")
        time.sleep(0.1)


def _health(gateway: Gateway) -> Any:
    with _get(gateway, "/health") as answer:
        return json.load(answer)


def _get(gateway: Gateway, target: str) -> HTTPResponse:
    """An answer, for the caller to read and close. Raises CommandFailed."""
    try:
        answer: HTTPResponse = urllib.request.urlopen(
            f"http://127.0.0.1:{gateway.port}{target}", timeout=ANSWER_WITHIN
        )
    except OSError as error:
        raise CommandFailed(f"The gateway does not answer as it should: {error}") from error
    return answer


def _freeze_worker(gateway: Gateway) -> psutil.Process:
    """A stopped process can be killed: the gateway does that, now or at its own end."""
    for child in psutil.Process(gateway.pid).children():
        if WORKER in child.cmdline():
            child.send_signal(signal.SIGSTOP)
            return child
    raise CommandFailed("The gateway has no worker that could be frozen.")


def _until_ended(worker: psutil.Process) -> None:
    try:
        worker.wait(NOTICED_WITHIN)
    except psutil.TimeoutExpired:
        raise CommandFailed("The gateway did not notice that its worker hangs.") from None


def _done(*arguments: str, environment: dict[str, str] | None = None) -> str:
    """What a command printed. Raises CommandFailed."""
    try:
        ended = subprocess.run(
            arguments,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=MAKE_WITHIN,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CommandFailed(f"{Path(arguments[0]).name} did not end within {MAKE_WITHIN:g} s") from None
    if ended.returncode:
        raise CommandFailed(f"{Path(arguments[0]).name} ended with {ended.returncode}:\n{ended.stderr}")
    return ended.stdout


if __name__ == "__main__":
    sys.exit(main())
