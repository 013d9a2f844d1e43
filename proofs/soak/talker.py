"""python -m proofs.soak.talker PERSONA PRIORITY: a program that speaks and waits until it was heard.

For each text a row of JSON: who spoke it and how soon, or the code of what went wrong.
"""

import json
import random
import signal
import sys
import threading
from typing import cast

from edge_client import RobotVoiceError, Voice
from robotvoice.utterance import PriorityName

SENTENCES = (
    "I am here.",
    "The battery is well.",
    "Somebody comes along the corridor.",
    "It is warm today, and nobody is in the kitchen.",
)
PAUSES = {"urgent": (2.0, 4.0)}
PAUSE = (0.05, 0.4)
"""Seconds between two texts, from and to; who always cut the others short would silence them"""


def main(persona: str, priority: PriorityName) -> None:
    chance = random.Random(persona)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    voice = Voice(persona)
    while not ended.wait(chance.uniform(*PAUSES.get(priority, PAUSE))):
        sentences = chance.choices(SENTENCES, k=chance.randint(1, 3))
        row: dict[str, object] = {"sentences": len(sentences)}
        try:
            said = voice.say(" ".join(sentences), priority=priority)
        except RobotVoiceError as error:
            row |= {"error": f"{error.code}: {error.message}"}
        else:
            row |= {"via": said.via, "reason": said.reason, "first_audio_ms": said.first_audio_ms}
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], cast(PriorityName, sys.argv[2]))
