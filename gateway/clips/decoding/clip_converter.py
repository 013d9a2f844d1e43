"""The process in which a program of this machine converts a clip, within limits that it hands on.

Run by its path and isolated: `python -I clip_converter.py SUFFIX SECONDS FILE`. It writes a WAV of at most so
many seconds to stdout; if the program cannot make one it writes nothing.
"""

import os
import sys
from pathlib import Path

CONVERTED_BYTES = 64 * 2**20 if sys.platform == "darwin" else 0
"""That the program may write; ffmpeg writes none"""


def main() -> None:
    sys.path.append(str(Path(__file__).resolve().parents[3]))
    from gateway.clips.decoding.clip_decoder import limit_this_process
    from gateway.clips.decoding.containers import container_named, converted, converter_of

    limit_this_process(CONVERTED_BYTES)
    suffix, seconds, file = sys.argv[1:]
    container = container_named(suffix)
    program = converter_of(container) if container else None
    if container and program and (made := converted(Path(file), container, program, float(seconds))):
        with os.fdopen(1, "wb") as answer:
            answer.write(made)


if __name__ == "__main__":
    main()
