"""The table of checks that every recording goes through, each with its limits and where these come from.

Our own limits were set on 270 telephone prompts of five readers in five languages, LibriVox readings and
synthetic voices, and what was made of these: of 366 clean ones none is refused, and 15 are warned of.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.clips.activity import ABOVE_ROOM
from gateway.clips.clip import ClipFinding, Level
from gateway.clips.frames import QUIETEST
from gateway.clips.measures import Measures

SHORTEST, LONGEST = 3.0, 15.0
"""Seconds. Encoding costs with the square of the length, and beyond this it adds nothing."""
GOOD_FROM = 10.0
"""Seconds; a shorter clip works, but is less like its speaker"""
ENDS_STEEPLY = 12.0
"""dB within 100 ms; a word that dies away so fast is over"""
MUSIC_STILL, MUSIC_SWING = 0.35, 16.0
"""Of music with loud and soft notes; of a voice at most a tenth stands still, and it swings more"""
BAND_STILL, BAND_SWING = 0.2, 5.0
"""Of music that is equally loud throughout"""
ECHO = 11.5
"""dB that the voice falls in 50 ms; in a room where it falls less, the clone echoes"""
NOT_ONLY_NOISE, FRICATIVES_FROM = 6.0, -28.0
"""dB that a fricative is above the noise, and of 366 clips the softest but one"""
ROOM = -32.0
"""dB of a room that is heard in the clone"""
FLOOR_IS_HIGHER = 3.0
"""dB that a voice without a pause leaves above the room"""
PAUSES_FROM = 6.0
"""Seconds of speech in which nobody gets by without a pause, in a room where one can be heard"""
DROWNED, FREE = 7.5, 9.5
"""dB that a voice swings with music 12 dB below it, and with noise 20 dB below; without, 8 and more"""
BETWEEN_VOICED = 0.6
"""Share of the pauses with a pitch: of noise at most 0.45, of music and voices nearly all"""


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


def like_speech(heard: Measures) -> float:
    """dB that the level swings; none for what stands on its notes."""
    music = heard.still > MUSIC_STILL and heard.swing < MUSIC_SWING
    band = heard.still > BAND_STILL and heard.swing < BAND_SWING
    return 0.0 if music or band else heard.swing


def falling(heard: Measures) -> float:
    """dB that the voice falls in 50 ms; unknown where noise covers it."""
    return heard.falls if _echoes(heard) or besides_the_voice(heard) < ROOM else -QUIETEST


def _echoes(heard: Measures) -> bool:
    """Whether what fills the pauses is the voice itself."""
    return heard.room is not None and heard.falls < ECHO and heard.room_voiced > BETWEEN_VOICED


def above_a_telephone(heard: Measures) -> float:
    """dB; nothing where only noise is there, unless that is loud enough to hide a fricative."""
    only_noise = heard.fricatives - heard.fricatives_room < NOT_ONLY_NOISE
    return QUIETEST if only_noise and heard.fricatives < FRICATIVES_FROM else heard.fricatives


def cut_start(heard: Measures) -> float:
    """dB; none where it may be the room that sounds."""
    return heard.start if heard.start >= _audible(heard) else QUIETEST


def cut_end(heard: Measures) -> float:
    """The same of the end, and none where the word dies away."""
    return heard.end if heard.end_falls < ENDS_STEEPLY and heard.end >= _audible(heard) else QUIETEST


def _audible(heard: Measures) -> float:
    """dB from which on it is not the room."""
    return (heard.floor if heard.room is None else heard.room) + ABOVE_ROOM


def says_speech(heard: Measures) -> str:
    """`5.0 s of speech in 12.0 s`"""
    return f"{heard.activity.seconds:.1f} s of speech in {heard.file.seconds:.1f} s"


def says_little_speech(heard: Measures, value: float) -> str:
    length = f"the clip is {heard.file.seconds:.1f} s long and needs {SHORTEST:g} s"
    if heard.file.before + heard.file.after > 0:
        length = f"there are only {says_speech(heard)}, and {SHORTEST:g} s are needed"
    return f"{length}; record {GOOD_FROM:g} to {LONGEST:g} s of speech"


def says_short(heard: Measures, value: float) -> str:
    length = f"the clip is {heard.file.seconds:.1f} s long"
    if heard.file.before + heard.file.after > 0:
        length = f"there are {says_speech(heard)}, and the rest is left out"
    return f"{length}; with {GOOD_FROM:g} to {LONGEST:g} s the voice comes nearer to its speaker"


def left_out(heard: Measures) -> float:
    """Seconds, where that is not told with how short the rest is."""
    return 0.0 if heard.seconds < GOOD_FROM else heard.file.before + heard.file.after


def says_left_out(heard: Measures, value: float) -> str:
    where = " and ".join(
        f"{seconds:.1f} s {place} it"
        for seconds, place in ((heard.file.before, "before"), (heard.file.after, "after"))
        if seconds >= 0.1
    )
    return f"{says_speech(heard)}; {where} are left out"


def says_stray(heard: Measures, value: float) -> str:
    return (
        f"at {value:.1f} s something sounds that is no word, such as a click or a breath, and is left out; "
        "listen whether a word is missing there"
    )


def says_pause(heard: Measures, value: float) -> str:
    return (
        f"there is a pause of {value:.1f} s in it, and the clone will pause like that; cut it shorter, "
        "or record it without"
    )


def besides_the_voice(heard: Measures) -> float:
    """dB of what is heard besides the voice: in its pauses, and if it has none by how little it swings."""
    if _echoes(heard):
        return QUIETEST
    if heard.room is not None:
        return heard.room
    if heard.seconds < PAUSES_FROM:
        return QUIETEST
    if heard.swing < DROWNED:
        return max(ROOM, heard.floor - FLOOR_IS_HIGHER)
    return heard.floor - FLOOR_IS_HIGHER if heard.swing < FREE else QUIETEST


def says_room(heard: Measures, value: float) -> str:
    how_far = f"{-value:.0f} dB below the voice"
    if heard.room_voiced > BETWEEN_VOICED:
        return f"something sounds between the words, {how_far}; record it where nothing else is heard"
    return f"there is noise, {how_far}; record it in a quieter room, nearer to the microphone"


def says_cut(place: str) -> Callable[[Measures, float], str]:
    return lambda heard, value: f"it {place} in the middle of a word; cut it in a pause, or record it again"


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
    found = tuple(filter(None, (check.finding(heard) for check in CHECKS)))
    problems = tuple(finding for finding in found if finding.level == "problem")
    return problems[:1] or found
