"""The words of stage directions: what is heard of somebody, what they do, and how they say something."""

# ruff: noqa: RUF001, SIM905 - signs and letters of many scripts are meant, lists would fill pages

from functools import cache

_SOUNDS = """
applaud bark beep breathe burp buzz cackle cheer chortle chuckle clap click cough creak cry exclaim exhale
gag gasp giggle groan growl grumble grunt gulp gurgle hiccup hiss howl huff hum inhale laugh meow moan
mumble murmur mutter pant purr scoff scream shriek shout sigh sing sneeze snicker snigger sniff sniffle
snore snort sob squeak squeal stammer stutter swallow tut weep wheeze whimper whine whir whirr whisper
whistle yawn yell
"""
"""What somebody does that is heard"""
_GESTURES = """
adjust approach arch bite blink blush bounce bow cock cross crouch curtsy dance drum enter facepalm fidget
flap flick flip flutter fold freeze frown furrow gaze gesture giggle glance glare glow grab grimace grin
grip hesitate hop hug jump kneel lean leap lick lift look lower narrow nod nudge open pace pat peek peer
perk pick pinch point poke pounce pout pretend pull puff purse push raise reach reply roll rub rustle
salute scratch shake shift shiver shrug shudder shuffle sit skip slam slouch slump smile smirk snap spin
squint squirm stand stare step stomp straighten stretch stroke strut stumble swing sway take tap tilt
tremble turn twirl twist twitch wag waggle walk wave whirl widen wiggle wince wink wipe wriggle
"""
"""What somebody does that is seen"""
_DOUBLED = frozenset(
    "clap flap flip gag grab grin grip hop hug hum nod pat skip slam snap sob spin step tap tut wag".split()
)
"""Verbs that double their last letter"""

_ABROAD = frozenset(
    """
    atmet bellt flüstert gähnt grinst hustet kichert keucht klatscht lacht lächelt murmelt nickt räuspert
    ruft schluchzt schluckt schnaubt schnieft schreit schweigt seufzt singt stöhnt summt weint winkt zuckt
    zwinkert lachend flüsternd seufzend kichernd schluchzend lächelnd gähnend hustend gelächter lachen
    applaus seufzen räuspern husten suspira suspirando ríe riendo sonríe susurra susurrando tose llora
    grita murmura bosteza jadea guiña asiente risas aplausos soupire rit sourit chuchote tousse pleure
    crie murmure bâille ricane gémit rires applaudissements soupir sospira sorride sussurra tossisce
    piange mormora sbadiglia annuisce risate applausi rindo sorri tosse chora boceja risos вздыхает
    вздох смеётся смеется смех улыбается шепчет шёпотом кашляет плачет кричит бормочет зевает кивает
    аплодисменты
    sospiro suspiro tossindo gargalha zucht zuchtend glimlacht fluistert knikt hoest
    gaapt giechelt wzdycha chichocze szepcze kaszle ziewa śmiech öksürür fısıldar suckar skrattar viskar
    nickar hostar gäspar niest pfeift piept
    笑 笑い 笑う 大笑 苦笑 微笑 ため息 溜息 咳 拍手 泣 小声 叹气 叹息 咳嗽 鼓掌 低声 哭 大哭 轻笑 笑着
    掌声 掌聲 笑声 沉默 웃음 한숨 기침 박수 웃으며
    """.split()
)
_WITHOUT_SPACES = tuple(word for word in _ABROAD if word[0] >= "\u3040")
_ABROAD_SEEN = frozenset(
    """
    beugt blinzelt greift klopft kratzt reibt runzelt schiebt streckt verbeugt wedelt wirft
    pisca kiwa uśmiecha śmieje
    blickt dreht geht hebt kommt lehnt legt neigt nimmt rollt schaut schüttelt sieht setzt springt steht
    tritt verdreht verschränkt zeigt zieht zögert überlegt läuft camina mira señala regarde hausse
    hoche lève marche guarda alza scuote olha acena balança смотрит пожимает
    """.split()
)
_ONLY_IN = {"it": frozenset({"ride"}), "pt": frozenset({"ri", "dá"}), "tr": frozenset({"iç", "güler"})}
"""What is something else in other languages"""
_REFLEXIVE = frozenset({"sich", "se", "si", "się", "zich", "sig"})
_NOUNS = frozenset(
    """
    applause audio bell chatter chime chuckling coughing crosstalk cheering drumroll fanfare footsteps
    giggling inaudible indistinct instrumental jingle laughter music noise noises outro rain sighing
    silence singing sound sounds static thunder unintelligible whispering musik musique música musica
    музыка geräusch geräusche
    """.split()
)
"""What is heard that nobody says; the last word of a direction"""
_GOING_ON = frozenset(
    {"playing", "plays", "continues", "starts", "stops", "fades", "swells", "läuft", "spielt"}
)
_SOUND_OF = frozenset(
    {"sound", "sounds", "noise", "geräusch", "geräusche", "sonido", "bruit", "rumore", "som", "звук"}
)
_MANNERS = frozenset(
    """
    amused amusedly angrily angry annoyed anxious awkwardly bitterly bored brightly calm calmly cheerful
    cheerfully coldly confused conspiratorially curious curiously deadpan delighted dramatic dramatically
    dryly eagerly embarrassed excited excitedly exhausted fast firmly flatly flirtatiously frustrated
    gently gleefully gloomily grumpily grimly happily happy hesitantly hoarse hoarsely hopeful hushed
    impatiently innocently ironically joking jokingly kindly loud loudly mischievous mischievously
    mockingly monotone muffled muttering nervous nervously panicked playful playfully proudly quiet
    quietly reassuring relieved robotic sad sadly sarcastic sarcastically scared serious seriously
    sheepish sheepishly shocked shouting shyly sincere sleepily slow slowly smugly soft softly solemnly
    sternly surprised suspiciously teasing tenderly thoughtful thoughtfully tired tiredly warmly wearily
    whispered whispering wistfully worried leise laut traurig fröhlich wütend ironisch genervt
    """.split()
)
"""How something is said"""
ALONE = frozenset(
    """
    afterwards always answers anything being besides ceiling does during evening everything examples has
    ingredients instructions is its less lots meeting morning news notes nothing nowadays perhaps plus
    results something sometimes spring steps string thanks thing things this thus tips us warning was yes
    """.split()
)
"""Ordinary words that end like verbs"""
SUBJECTS = frozenset(
    """
    he she it they we i you who that which and or never always often also not really just to can will
    would someone everyone everybody nobody everything still er sie es ich du wir ihr und oder nicht auch
    immer nie
    """.split()
)
"""Before these words' verbs stands a clause, not a direction."""


_VOICES = frozenset("voice tone whisper breath accent stimme ton voz voix voce tono".split())


def _forms(verb: str) -> tuple[str, str, str]:
    """He does, doing, done; by the rules of spelling."""
    doubled = verb + verb[-1] if verb in _DOUBLED else verb
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies", verb + "ing", verb[:-1] + "ied"
    stem = verb[:-1] if verb.endswith("e") else doubled
    third = verb + ("es" if verb.endswith(("ch", "sh", "s", "x", "z")) else "s")
    return third, stem + "ing", stem + "ed"


@cache
def sounds() -> frozenset[str]:
    """Forms of verbs by which something is heard; their bare form is not among them."""
    return frozenset(form for verb in _SOUNDS.split() for form in _forms(verb)) | _ABROAD


@cache
def gestures() -> frozenset[str]:
    """Forms of verbs by which something is seen: he does, or doing."""
    return frozenset(form for verb in _GESTURES.split() for form in _forms(verb)[:2]) | _ABROAD_SEEN


@cache
def bare_sounds() -> frozenset[str]:
    return frozenset(_SOUNDS.split())


def is_sound(name: str) -> bool:
    """Whether a tag's name is the sound of somebody, such as `sigh` or `clear_throat`."""
    word = name.strip("_").lower()
    return word in bare_sounds() or word in sounds() or word in _NOUNS or word.startswith("clear_throat")


def is_manner(word: str) -> bool:
    """Whether it says how something is said, such as `softly`."""
    return word in _MANNERS


def is_abroad(word: str) -> bool:
    """The same in a script without spaces, where more may follow."""
    return len(word) <= 4 and not word.isascii() and any(word.startswith(each) for each in _WITHOUT_SPACES)


def is_seen_abroad(word: str) -> bool:
    """Whether it is also what one says to somebody, such as `mira`."""
    return word in _ABROAD_SEEN


def is_doing_in(tongue: str, words: list[str]) -> bool:
    return len(words) <= 3 and words[0] in _ONLY_IN.get(tongue, frozenset())


def is_reflexive(words: list[str]) -> bool:
    """Whether it begins like what somebody does to themselves, such as `kratzt sich` or `se encoge`."""
    return len(words) > 1 and (words[1] in _REFLEXIVE or words[0] in ("se", "si"))


def is_noise(words: list[str]) -> bool:
    """Whether they name something that is heard, such as `soft music` or `sound of rain`."""
    if words[-1] in _GOING_ON:
        return any(word in _NOUNS for word in words)
    return words[-1] in _NOUNS or (words[0] in _SOUND_OF and len(words) > 1)


def is_voice(words: list[str]) -> bool:
    """Whether they name a voice, such as `in a low voice` or `under his breath`."""
    return len(words) > 1 and words[-1] in _VOICES


def clears_throat(words: list[str]) -> bool:
    return words[0] in ("clear", "clears", "clearing") and "throat" in words
