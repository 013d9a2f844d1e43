"""What eSpeak NG's voices can read, and which of them reads a text in which language.

Measured with `espeak-ng -v VOICE -x -q`, versions 1.51 and 1.52; a test measures it again.
A letter that a voice does not know is spelled by its name, "Chinese letter", which nobody wants to hear.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from robotvoice.engines.espeak.espeak_letters import letters_for
from robotvoice.engines.espeak.espeak_voices import Catalogue
from robotvoice.errors import UnknownLanguage
from robotvoice.languages import language_of, script_of
from robotvoice.text.writing.characters import is_speakable
from robotvoice.text.writing.letters import is_plain_latin
from robotvoice.text.writing.scripts import KANA, Legible, Run, legible, runs

_LATIN = frozenset({"LATIN"})
_SPELL_LATIN = frozenset(
    {"ba", "be", "chr", "cv", "hak", "he", "hyw", "ja", "kok", "ky", "my", "nog", "shn", "ti"}
)
"""Whose voices spell Latin words letter by letter; all others read them, by themselves or as English"""
_READ_ONLY: Mapping[str, frozenset[str]] = {"ja": KANA, "uz": _LATIN, "ku": _LATIN, "kaa": _LATIN}
"""Whose voices read less than is written in the language: no kanji, above all"""
_BROKEN_CHINESE = re.compile(r"1\.([0-4]?\d|50|51)(\D|$)")
"""Versions whose voice `cmn` reads the tones of Chinese as English numbers"""
_READERS: Mapping[str, str] = {
    "ARABIC": "ar fa ur ug sd", "ARMENIAN": "hy", "BENGALI": "bn as", "CJK": "cmn-latn-pinyin cmn",
    "CYRILLIC": "ru uk be sr mk ky kk tt ba cv",
    "DEVANAGARI": "hi", "ETHIOPIC": "am", "GEORGIAN": "ka", "GREEK": "el", "GUJARATI": "gu", "GURMUKHI": "pa",
    "HANGUL": "ko", "HEBREW": "he", "HIRAGANA": "ja", "KANNADA": "kn", "KATAKANA": "ja", "LATIN": "en",
    "MALAYALAM": "ml", "MYANMAR": "my", "ORIYA": "or", "SINHALA": "si", "TAMIL": "ta", "TELUGU": "te",
    "THAI": "th",
}  # fmt: skip
"""Who reads a run in a script that is not the voice's own: the first who knows its letters"""
_NEAR: Mapping[str, tuple[str, ...]] = {"nn": ("nb",), "no": ("nb",)}
"""Voices that read a language as if it were theirs"""
_RELATED: Mapping[str, str] = {
    language: voice
    for voice, languages in {
        "ca": "oc", "cs": "dsb hsb", "cy": "br kw", "de": "gsw li nds", "en": "sco", "es": "ast",
        "fa": "ckb ps", "ga": "gv", "hi": "bho mai sa", "id": "ceb ilo jv mg su tl tpi",
        "it": "co rm sc scn", "nl": "fy", "pl": "szl", "pt": "gl", "ru": "ab av ce cu kv mn os sah tg",
        "smj": "se", "sw": "lg ny rn rw", "tn": "nso st", "tr": "crh",
    }.items()
    for language in languages.split()
}  # fmt: skip
"""Languages without a voice, and the voice that reads them best"""
_RU = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_AR = "ءآأؤإئابةتثجحخدذرزسشصضطظعغـفقكلمنهوىي"
_ALPHABETS: Mapping[str, frozenset[str]] = {
    code: frozenset(letters)
    for code, letters in {
        "ru": _RU, "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
        "bg": "абвгдежзийклмнопрстуфхцчшщъьюя", "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
        "mk": "абвгдѓежзѕијклљмнњопрстќуфхцчџш", "kk": f"{_RU}әғқңөұүһі", "ky": f"{_RU}ңөү",
        "tt": f"{_RU}әҗңөүһ", "ba": f"{_RU}ғҙҡңөҫүһә", "cv": f"{_RU}ӑӗҫӳ",
        "ar": f"{_AR}پگ", "fa": f"{_AR}پچژگکیۀ", "ur": "آأابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوؤہۂھءیئے",
        "ug": "ئاەبپتجچخدرزژسشغفقكگڭلمنھوۇۆۈۋېىي", "sd": f"{_AR}ٻپٺٽٿڀڄڃچڇڌڊڏڙڦڪگڳڱڻھ",
    }.items()
}  # fmt: skip
"""All that a voice knows of its script, where others are written in more of it"""
_SEVERAL = frozenset({"ARABIC", "BENGALI", "CYRILLIC"})
_WITHOUT: Mapping[str, frozenset[str]] = {"bn": frozenset("ৰৱ")}
_ANY_SLAVIC = _ALPHABETS["ru"] | frozenset("ґєіїўђјљћќџ")
"""What the Russian voice knows besides, for a run of several languages"""


@dataclass(frozen=True, slots=True)
class EspeakReader:
    """One voice, and all others in its manner that help it out."""

    catalogue: Catalogue
    voice: str
    """As a persona names it: `en+f4`"""

    def legible(self, text: str) -> Legible:
        """What it would say of a text."""
        return legible(text, lambda run: self._voice_for(run) is not None, self._language)

    def pieces(self, text: str) -> Iterator[tuple[str, str]]:
        """(voice, what it is to say), one after the other; nothing of what no voice can read."""
        if is_plain_latin(text) and scripts_read(self._language) >= _LATIN:
            yield self.voice, text
            return
        whole = self.legible(text)
        if whole.left_out and not whole.text:
            return
        voices: list[tuple[str, str]] = []
        for run in runs(whole.text, self._language):
            voice = self._voice_for(run) or self.voice
            if voices and voices[-1][0] == voice:
                voices[-1] = voice, voices[-1][1] + run.text
            else:
                voices.append((voice, run.text))
        for voice, piece in voices:
            plain = letters_for(_language_code(self.catalogue.code_of(voice)), piece)
            if len(voices) == 1 or is_speakable(plain):
                yield voice, plain

    @property
    def _language(self) -> str:
        return _language_code(self.catalogue.code_of(self.voice))

    def _voice_for(self, run: Run) -> str | None:
        if not run.scripts or self._reads(self.catalogue.code_of(self.voice), run):
            return self.voice
        script = min(run.scripts)
        codes = [code for code in _READERS.get(script, "").split() if self._reads(code, run)]
        if script == "CYRILLIC" and _letters(run) <= _ANY_SLAVIC:
            codes.append("ru")
        _, plus, variant = self.voice.partition("+")
        return next((f"{code}{plus}{variant}" for code in codes if self.catalogue.has(code)), None)

    def _reads(self, code: str, run: Run) -> bool:
        language = _language_code(code)
        if code == "cmn" and _BROKEN_CHINESE.match(self.catalogue.version):
            return False
        if not run.scripts <= scripts_read(language):
            return False
        letters = _letters(run)
        return letters <= _ALPHABETS.get(language, letters) - _WITHOUT.get(language, frozenset())


def voice_in(catalogue: Catalogue, voice: str, language: str) -> str | None:
    """The voice that speaks a language, a tag, in the manner of another: `de+f4` for `en+f4`.

    None: there is none. A voice of that language stays, unless another one is of the region that is said.
    """
    base, plus, variant = voice.partition("+")
    asked = language_of(language)
    codes = [language.lower(), asked.code, asked.code3, *asked.others, *_NEAR.get(asked.code, ())]
    own = catalogue.has(base) and _language_code(catalogue.code_of(base)) == asked.code
    for code in codes[:1] if own else codes:
        if catalogue.has(code):
            fits = own and catalogue.resolve(code) == catalogue.resolve(base)
            return voice if fits or (own and "-" not in code) else f"{code}{plus}{variant}"
    return voice if own else None


def stand_in(catalogue: Catalogue, language: str) -> str:
    """The voice for a language, a tag, or what reads it best where there is none; at last an English one."""
    try:
        if voice := voice_in(catalogue, "", language):
            return voice
        asked = language_of(language)
    except UnknownLanguage:
        return "en"
    readers = (reader for script in asked.scripts for reader in _READERS.get(script, "").split())
    related = (_RELATED.get(asked.code, ""), *readers)
    return next((voice for voice in related if voice and catalogue.has(voice)), "en")


@cache
def _language_code(code: str) -> str:
    """What the table of languages calls eSpeak NG's `en-gb-x-rp` or `cmn`; the code itself if nothing."""
    try:
        return language_of(code.partition("-")[0]).code
    except UnknownLanguage:
        return code


@cache
def scripts_read(language: str) -> frozenset[str]:
    """By the voices of a language, by its code."""
    try:
        written = frozenset(language_of(language).scripts)
    except UnknownLanguage:
        written = _LATIN
    return _READ_ONLY.get(language, written) | (frozenset() if language in _SPELL_LATIN else _LATIN)


def _letters(run: Run) -> frozenset[str]:
    """Of those scripts of which some voices know more than others."""
    return frozenset(letter for letter in run.text.lower() if script_of(letter) in _SEVERAL)
