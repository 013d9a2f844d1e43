"""Whether a transcript can be all that is said in a recording: its syllables against those that are heard."""

from gateway.clips.clip import ClipFinding
from gateway.clips.frames import HOP_SECONDS
from gateway.clips.measures import Measures
from gateway.clips.syllables import syllables

WRITTEN_FOR_HEARD = 1.07
"""Syllables of a right transcript for each that is heard: unstressed ones run together"""
FEW = 0.7
"""Of the right number: of 336 right transcripts one has less"""
MANY, VERY_MANY = 1.33, 3.0
"""Times the right number: of 336 right transcripts two have more than the first"""
SLOW, FAST = 4.4, 5.2
"""Syllables a second of speech that anybody may say; readers of five languages have 2.8 to 7.5"""
NEAR_A_PAUSE = 1.0
"""Seconds: where the written words end is taken for the pause that is so near"""
WRITE_IT_ALL = "write down all that is said, to the letter, and nothing else"


def words_against(heard: Measures, transcript: str, language: str | None) -> ClipFinding | None:
    """What is wrong with the length of a transcript. `language` is a tag, None if nobody knows."""
    written = syllables(transcript, language or "")
    sounded = len(heard.nuclei) * WRITTEN_FOR_HEARD
    spoken = heard.activity.seconds
    if not sounded or not spoken:
        return None
    times, pace = written / sounded, written / spoken
    if times < FEW and pace < SLOW:
        return ClipFinding("words", "warning", _too_few(heard, written))
    if times > MANY and pace > FAST:
        more = f"has about {times:.1f} times the words that are heard in its clip"
        return ClipFinding(
            "words",
            "problem" if times > VERY_MANY else "warning",
            f"the transcript {more}; {WRITE_IT_ALL}",
        )
    return None


def _too_few(heard: Measures, written: float) -> str:
    end = _end_of(heard, written)
    place = round(heard.file.before + end)
    return (
        f"about {end:.1f} of {heard.seconds:.1f} s are written down; from {place // 60}:{place % 60:02d} on "
        f"something is missing in the transcript, or before; {WRITE_IT_ALL}"
    )


def _end_of(heard: Measures, written: float) -> float:
    """Seconds until so many syllables are said, and the pause behind them is over."""
    last = min(len(heard.nuclei) - 1, round(written / WRITTEN_FOR_HEARD))
    end = heard.nuclei[last]
    pauses = (pause.end * HOP_SECONDS for pause in heard.activity.pauses)
    near = (pause for pause in pauses if abs(pause - end) <= NEAR_A_PAUSE)
    return min(near, key=lambda pause: abs(pause - end), default=end)
