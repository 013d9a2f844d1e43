"""Three personas speak through a gateway, by themselves while it is frozen, and through it again.

Only the installed commands are used. Writes out/run.json and a WAV file for each line.
"""

import json
import signal
import sys
from pathlib import Path

from demo.commands import CommandFailed, Gateway, Robot
from demo.report import table

OUT = Path("out")

LINES = {
    "spark": (
        "Hello, I'm Spark. Today we find out how a robot speaks.",
        "The big computer is asleep, but I can still talk to you.",
        "It is awake again. That was easy.",
    ),
    "gremlin": (
        "Gremlin here. Who woke me?",
        "Nobody answers me. Fine, I talk to myself.",
        "Oh, it is back. I was not worried at all.",
    ),
    "vixen": (
        "Hello, I'm Vixen. Now watch closely.",
        "The line went quiet, and still you hear me.",
        "And we are back. That is how it's done.",
    ),
}


def main() -> int:
    """Returns 0 only if every line was spoken by whom it should."""
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # as Ctrl-C: the gateway may be frozen just then
    OUT.mkdir(exist_ok=True)
    for old in (*OUT.glob("*.wav"), OUT / "run.json"):
        old.unlink(missing_ok=True)
    gateway = Gateway(OUT)
    try:
        robot = Robot(OUT, gateway)
        rows = _show(gateway, robot)
    except CommandFailed as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        gateway.stop()
    (OUT / "run.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print(f"\n{table(rows)}\n\nThe same as {OUT / 'run.json'}; the sound is in {OUT}/*.wav")
    wanted = [via for via in ("gateway", "robot", "gateway") for _ in LINES]
    if [row["via"] for row in rows] != wanted:
        print("Not every line was spoken by whom it should; see the column VIA.", file=sys.stderr)
        return 1
    return 0


def _show(gateway: Gateway, robot: Robot) -> list[dict[str, object]]:
    print("Starting a gateway, as on the Mac:")
    print(f"  {gateway.start()}")
    print("\nLooking for it, as on the robot:")
    print(f"  {robot.discover()}")
    print("\nEach persona speaks through the gateway:")
    rows = [robot.say(persona, lines[0]) for persona, lines in LINES.items()]
    print("\nThe gateway is frozen (SIGSTOP), as if the Mac had hung. Each persona speaks by itself:")
    gateway.signal(signal.SIGSTOP)
    rows += [robot.say(persona, lines[1]) for persona, lines in LINES.items()]
    print("\nThe gateway wakes (SIGCONT) and is found again:")
    gateway.signal(signal.SIGCONT)
    print(f"  {robot.discover()}")
    rows += [robot.say(persona, lines[2]) for persona, lines in LINES.items()]
    return rows


if __name__ == "__main__":
    sys.exit(main())
