"""Three personas speak through a gateway, by themselves while it is frozen, and through it again.

Only the installed commands are used. Writes out/run.json and a WAV file for each line.
"""

import sys
from pathlib import Path

from demo.commands import Robot, running_gateway, surroundings, tell
from demo.performance import Row, perform

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
VIA = [via for via in ("gateway", "robot", "gateway") for _ in LINES]


def main() -> int:
    """Returns 0 only if every line was spoken by whom it should."""
    return perform(OUT, "run", "[0-9]*.wav", _show, lambda rows: [row["via"] for row in rows] == VIA)


def _show() -> list[Row]:
    own = surroundings(OUT)
    tell("Starting a gateway, as on the Mac:")
    with running_gateway(OUT, own) as gateway:
        robot = Robot(OUT, own, gateway)
        tell("\nLooking for it, as on the robot:")
        tell(f"  {robot.discover()}")
        tell("\nEach persona speaks through the gateway:")
        rows = [robot.say(persona, lines[0]) for persona, lines in LINES.items()]
        tell("\nThe gateway is frozen (SIGSTOP), as if the Mac had hung. Each persona speaks by itself:")
        gateway.freeze()
        rows += [robot.say(persona, lines[1]) for persona, lines in LINES.items()]
        tell("\nThe gateway wakes (SIGCONT) and is found again:")
        gateway.wake()
        tell(f"  {robot.discover()}")
        rows += [robot.say(persona, lines[2]) for persona, lines in LINES.items()]
    return rows


if __name__ == "__main__":
    sys.exit(main())
