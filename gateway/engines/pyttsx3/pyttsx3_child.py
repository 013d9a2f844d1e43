"""The child process that hosts pyttsx3 for one sentence: run as a program, never imported by the rest.

    python -P pyttsx3_child.py

It stands alone: pyttsx3 keeps state for its whole process, may end or hang it, and on Linux loads
libespeak-ng, which is GPL. The request is a line of JSON on standard input: `driver`, and to speak also
`text`, `voice`, `rate`, `volume` (0 to 1) and `file`, in a folder that is this sentence's own. The answer is
a big-endian length and JSON. The process then lives on until its input ends: a driver may still be writing.
"""

import contextlib
import json
import os
import signal
import struct
import sys
import threading
import time
from typing import Any

SENTENCE = "sentence"
TURN = 0.01
"""Seconds"""


class Answer:
    """What the parent is told: the first that is known, and nothing after it."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._once = threading.Lock()

    def give(self, answer: dict[str, object]) -> None:
        if self._once.acquire(blocking=False):
            payload = json.dumps(answer).encode()
            rest = memoryview(struct.pack(">I", len(payload)) + payload)
            while rest:
                rest = rest[os.write(self._pipe, rest) :]

    def problem(self, code: str, error: object) -> None:
        self.give({"problem": code, "text": str(error) or type(error).__name__})


def voices_of(engine: Any) -> dict[str, object]:
    return {
        "driver": str(engine),
        "default": engine.getProperty("voice"),
        "voices": [
            (str(voice.id), str(voice.name), [str(code) for code in voice.languages if code])
            for voice in engine.getProperty("voices")
        ],
    }


def speak(engine: Any, request: dict[str, Any], answer: Answer) -> None:
    """Writes the file; the answer is given as soon as the driver says that it is finished."""
    before = engine.getProperty("voice")

    def on_finished(completed: bool, **_: object) -> None:
        voice = engine.getProperty("voice")
        if request["voice"] not in (None, voice) and voice == before:
            answer.problem("unknown_voice", request["voice"])
        elif not completed:
            answer.problem("failed", "it stopped in the middle of the sentence")
        else:
            answer.give({"voice": voice})

    def on_error(name: str | None, exception: BaseException, **_: object) -> None:
        # Without the name it is about a setting; the voice is looked at in the end.
        if name == SENTENCE:
            answer.problem("failed", exception)

    # What goes wrong while the file is written, as on a full disk, is told to nobody else.
    sys.unraisablehook = lambda raised: answer.problem("failed", raised.exc_value)
    engine.connect("finished-utterance", on_finished)
    engine.connect("error", on_error)
    for name in ("voice", "rate", "volume"):  # the voice first: on macOS it resets the others
        if request[name] is not None:
            engine.setProperty(name, request[name])
    # macOS takes "[[" for the beginning of a command.
    text = request["text"].encode("utf-8", "replace").decode().replace("[", "[ ")
    engine.save_to_file(text, request["file"], SENTENCE)
    # Not runAndWait(): on Linux it returns too early, and before that it may cancel the settings.
    engine.startLoop()


def turn_run_loop() -> None:
    """On macOS work goes on only while this thread serves its run loop, which pyttsx3 may leave too early."""
    foundation: Any = sys.modules.get("Foundation")
    if foundation:
        until = foundation.NSDate.dateWithTimeIntervalSinceNow_(TURN)
        loop = foundation.NSRunLoop.currentRunLoop()
        loop.runMode_beforeDate_(foundation.NSDefaultRunLoopMode, until)
    # Without anything to wait for, a run loop returns at once.
    time.sleep(TURN)


def work(request: dict[str, Any], answer: Answer) -> None:
    try:
        import pyttsx3

        engine = pyttsx3.init(request["driver"])
    except Exception as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == "pyttsx3"
        answer.problem("not_installed" if missing else "unusable", error)
        return
    try:
        if "text" in request:
            speak(engine, request, answer)
        else:
            answer.give(voices_of(engine))
    except Exception as error:
        answer.problem("failed", error)
    while True:
        turn_run_loop()


def leave_with_parent(file: str | None) -> None:
    """Ends this process when its input does; its folder is gone, or its parent died and cannot remove it."""
    sys.stdin.buffer.read()
    if file:
        with contextlib.suppress(OSError):
            os.unlink(file)  # noqa: PTH108 - pathlib costs 5 ms here
        with contextlib.suppress(OSError):
            os.rmdir(os.path.dirname(file))  # noqa: PTH106, PTH120 - as above
    # The drivers do not survive an orderly end.
    os._exit(0)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process itself
    answer = Answer(os.dup(1))
    os.dup2(2, 1)  # pyttsx3 prints, which must not get into the answer
    if line := sys.stdin.buffer.readline():
        request = json.loads(line)
        leaving = threading.Thread(target=leave_with_parent, args=(request.get("file"),))
        leaving.start()
        work(request, answer)
        leaving.join()


if __name__ == "__main__":
    main()
