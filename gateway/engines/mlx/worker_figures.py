"""What a model's workers did, for a person to look at, and for the pace that is expected of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.engines.mlx.model_pace import Pace
from gateway.engines.mlx.worker_messages import WARM_UP
from gateway.engines.mlx.worker_sentence import WorkerSentence


@dataclass(slots=True)
class Figures:
    """Bytes and seconds."""

    restarts: int = 0
    sentences: int = 0
    first_audio: float = 1.0
    real_time_factor: float = 1.0
    predictions: int = 0
    prediction_error: float = 0.0
    """The sum over all predictions of how far off each was, in either direction"""
    active_memory: float = 0.0
    peak_memory: float = 0.0
    rss: float = 0.0

    def count(self, turn: WorkerSentence, stats: Mapping[str, float], pace: Pace) -> None:
        """A sentence came to its end; the pace learns of it too."""
        self.sentences += 1
        pace.spoke(
            key_of(turn),
            turn.speak.text,
            first_audio=stats["first_audio"],
            audio=stats["audio"],
            wall=stats["wall"],
        )
        if turn.preparing is not None:
            pace.prepared(turn.preparing)
        self.first_audio, self.real_time_factor = pace.first_audio, pace.real_time_factor
        if turn.voice and turn.sounded:
            self.predictions += 1
            self.prediction_error += abs(turn.sounded - turn.submitted - turn.predicted)
        self.active_memory = stats["active_memory"]
        self.peak_memory = stats["peak_memory"]
        self.rss = stats["rss"]


def key_of(turn: WorkerSentence) -> str:
    """Of its voice, as the pace knows it."""
    return turn.voice.key if turn.voice else WARM_UP
