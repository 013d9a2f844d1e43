"""`python -m proofs.tiny_voice OUT`: a checkpoint in the folder OUT."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import get_args

from proofs.tiny_voice.checkpoint import CheckpointFailed, make_checkpoint
from proofs.tiny_voice.configs import Ending, Kind, Size
from proofs.tiny_voice.reference import VOICE, reference_clip


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m proofs.tiny_voice", description="Makes a tiny Qwen3-TTS checkpoint of random weights."
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="the folder; reused when it is this checkpoint")
    parser.add_argument("--kind", choices=get_args(Kind), default="base")
    parser.add_argument("--ending", choices=get_args(Ending), default="natural", help="when speech ends")
    parser.add_argument("--size", choices=get_args(Size), help="what it says it is; by default as is usual")
    parser.add_argument(
        "--clip", type=Path, metavar="FOLDER", help="also make a clip to clone there, and its transcript"
    )
    parser.add_argument("--voice", default=VOICE.voice, help=f"eSpeak NG's voice in it ({VOICE.voice})")
    arguments = parser.parse_args()
    try:
        made = make_checkpoint(
            arguments.out, kind=arguments.kind, ending=arguments.ending, size=arguments.size
        )
    except CheckpointFailed as failure:
        print(f"tiny_voice: {failure}", file=sys.stderr)
        return 1
    if arguments.clip:
        arguments.clip.mkdir(parents=True, exist_ok=True)
        clip, words = reference_clip(arguments.clip, replace(VOICE, voice=arguments.voice))
        clip.with_name("transcript.txt").write_text(f"{words}\n", encoding="utf-8")
    print(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
