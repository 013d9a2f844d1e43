"""The table of checks that every recording goes through, each with its limits and where these come from.

Our own limits were set on 270 telephone prompts of five readers in five languages, LibriVox readings and
synthetic voices, and what was made of these: of 366 clean ones none is refused, and 15 are warned of.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gateway.clips.check_measures import (
    ECHO,
    GOOD_FROM,
    MUSIC_STILL,
    ROOM,
    SHORTEST,
    above_a_telephone,
    besides_the_voice,
    cut_end,
    cut_start,
    falling,
    left_out,
    like_speech,
    says_cut,
    says_left_out,
    says_little_speech,
    says_pause,
    says_room,
    says_short,
    says_stray,
)
from gateway.clips.clip import ClipFinding, Level
from gateway.clips.measures import Measures


@dataclass(frozen=True, slots=True)
class ClipCheck:
    """One row: beyond its limits a measure becomes a finding."""

    code: str
    measure: Callable[[Measures], float]
    says: Callable[[Measures, float], str]
    source: str
    """Of the limits"""
    problem: float | None = None
    warning: float | None = None
    remark: float | None = None
    below: bool = False
    """Whether less than the limit is too little; else more, or as much, is too much"""

    def finding(self, heard: Measures) -> ClipFinding | None:
        """The gravest that applies."""
        value = self.measure(heard)
        limits: tuple[tuple[Level, float | None], ...] = (
            ("problem", self.problem),
            ("warning", self.warning),
            ("remark", self.remark),
        )
        for level, limit in limits:
            if limit is not None and (value < limit if self.below else value >= limit):
                return ClipFinding(self.code, level, self.says(heard, value))
        return None


CHECKS: tuple[ClipCheck, ...] = (
    ClipCheck(
        "silent",
        lambda heard: heard.peak,
        lambda heard, value: "the clip is silent; check the microphone and record it again",
        "our own: the noise of a microphone that nobody speaks into",
        problem=-60.0,
        below=True,
    ),
    ClipCheck(
        "no_speech",
        like_speech,
        lambda heard, value: "there is no speech in it; record 10 to 15 s of one person who speaks",
        "our own: noise 0.4 dB, music 1.7 to 15, speech 4.7 in noise of 10 dB and 8 without",
        problem=3.5,
        below=True,
    ),
    ClipCheck(
        "little_speech",
        lambda heard: heard.seconds,
        says_little_speech,
        "Qwen3-TTS: three seconds are the least it is said to clone from",
        problem=SHORTEST,
        below=True,
    ),
    ClipCheck(
        "quiet",
        lambda heard: heard.level,
        lambda heard, value: (
            f"the clip is too quiet ({value:.0f} dBFS, needed are -45); "
            "record it again, nearer to the microphone"
        ),
        "our own: what is amplified more is mostly the room and the microphone",
        problem=-45.0,
        below=True,
    ),
    ClipCheck(
        "clipped",
        lambda heard: heard.file.clipped,
        lambda heard, value: (
            f"the clip is distorted, {value:.1%} of it is cut off at its loudest; "
            "record it again at a lower level"
        ),
        "our own: speech 4 dB too loud has 0.3 %, 6 dB too loud 1 %",
        problem=0.005,
        warning=0.001,
    ),
    ClipCheck(
        "room",
        besides_the_voice,
        says_room,
        "DNSMOS of speech falls from 3.3 to 2.8 with noise 30 dB below it; our clean clips: -35 and less",
        problem=-14.0,
        warning=ROOM,
    ),
    ClipCheck(
        "echo",
        falling,
        lambda heard, value: (
            "the room echoes in it, and the clone will sound so; record it nearer to the "
            "microphone, in a room with curtains or beds"
        ),
        "our own: half a second of decay 8 to 11 dB, sox's reverb 13, readers 21 and more",
        warning=ECHO,
        remark=14.5,
        below=True,
    ),
    ClipCheck(
        "hum",
        lambda heard: heard.hum_level,
        lambda heard, value: (
            f"the mains hum in it ({heard.hum or 0:.0f} Hz, {-value:.0f} dB below the voice); "
            "run the computer on its battery, or use another cable"
        ),
        "our own: a softer one is not heard beside a voice",
        warning=-38.0,
    ),
    ClipCheck(
        "telephone",
        above_a_telephone,
        lambda heard, value: (
            "it holds nothing above 4 kHz, as from a telephone, and so will the clone; "
            "record it anew, not by telephone or headset"
        ),
        "our own: a telephone's -40 dB and less, speech -28 to -7",
        warning=-38.0,
        below=True,
    ),
    ClipCheck(
        "starts_cut",
        cut_start,
        says_cut("begins"),
        "our own: cut vowels -12 dB and more, readers -25 and less, synthesizers -8",
        warning=-11.0,
    ),
    ClipCheck(
        "ends_cut",
        cut_end,
        says_cut("ends"),
        "our own: cut vowels -12 dB and more, natural ends -20 and less",
        warning=-19.0,
    ),
    ClipCheck(
        "unvoiced",
        lambda heard: heard.voiced,
        lambda heard, value: (
            "hardly anything in it has a pitch, so it is whispered, or no speech; "
            "record it in an ordinary voice"
        ),
        "our own: whispers 0.1 and less, voices 0.35 and more",
        warning=0.2,
        below=True,
    ),
    ClipCheck(
        "monotone",
        lambda heard: heard.still,
        lambda heard, value: (
            "its pitch stands still as that of music or of a machine; record somebody who speaks"
        ),
        "our own: voices at most 0.1, monotonous synthesizers 0.3",
        warning=MUSIC_STILL,
    ),
    ClipCheck(
        "pause",
        lambda heard: max((pause.seconds for pause in heard.activity.pauses), default=0.0),
        says_pause,
        "our own: readers pause for less than a second",
        warning=1.5,
    ),
    ClipCheck(
        "stray",
        lambda heard: heard.file.stray if heard.file.stray is not None else -1.0,
        says_stray,
        "our own: clicks last less than 0.1 s, breaths less than 0.6",
        warning=0.0,
    ),
    ClipCheck(
        "short",
        lambda heard: heard.seconds,
        says_short,
        "Qwen3-TTS: ten to fifteen seconds are recommended",
        warning=GOOD_FROM,
        below=True,
    ),
    ClipCheck(
        "left_out",
        left_out,
        says_left_out,
        "our own: a second of room is copied by a clone",
        warning=1.0,
        remark=0.1,
    ),
    ClipCheck(
        "channel",
        lambda heard: heard.file.channels,
        lambda heard, value: (
            f"channel {heard.file.channel + 1} of {value:.0f} is used, and the others are not"
        ),
        "",
        remark=2,
    ),
)


def findings_of(heard: Measures) -> tuple[ClipFinding, ...]:
    """What is told of a recording; of one that cannot be used only the first reason."""
    found = tuple(_found(heard))
    problems = tuple(finding for finding in found if finding.level == "problem")
    return problems[:1] or found


def _found(heard: Measures) -> Iterator[ClipFinding]:
    for check in CHECKS:
        if finding := check.finding(heard):
            yield finding
