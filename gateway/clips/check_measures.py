"""What the checks of a recording look at where one measure alone does not tell, and what they say."""

from collections.abc import Callable

from gateway.clips.activity import ABOVE_ROOM
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
