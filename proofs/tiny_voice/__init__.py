"""A Qwen3-TTS checkpoint of random weights, small enough to make in seconds.

It goes through the ordinary loader and everything behind it is real: tokenizer, cloning, streaming. Only the
sound is noise. When speech ends is written into its weights, so that its length follows the text. A text or
a transcript that holds `BABBLES_ON` makes it go on and on, as a real model does now and then.
"""

from proofs.tiny_voice.checkpoint import CheckpointFailed, make_checkpoint
from proofs.tiny_voice.configs import Ending, Kind, Size
from proofs.tiny_voice.reference import reference_clip
from proofs.tiny_voice.tokenizer import BABBLES_ON

__all__ = ["BABBLES_ON", "CheckpointFailed", "Ending", "Kind", "Size", "make_checkpoint", "reference_clip"]
