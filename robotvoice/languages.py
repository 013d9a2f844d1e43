"""The one table of languages, for every engine and every door: by tag, by code, by English name."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from robotvoice.errors import InvalidMessage, UnknownLanguage
from robotvoice.ground.near_names import near

# Code of ISO 639-1 (639-3 where there is none), code of 639-3, English name, scripts as Unicode names them,
# other codes and names. Sources: ISO 639 and the Unicode Character Database.
_TABLE = """
aa|aar|Afar|Latin; ab|abk|Abkhazian|Cyrillic; ae|ave|Avestan|Avestan; af|afr|Afrikaans|Latin;
ak|aka|Akan|Latin|tw twi Twi; am|amh|Amharic|Ethiopic; an|arg|Aragonese|Latin; ar|ara|Arabic|Arabic|arb;
as|asm|Assamese|Bengali; ast|ast|Asturian|Latin; av|ava|Avaric|Cyrillic; ay|aym|Aymara|Latin;
az|aze|Azerbaijani|Latin|azj; ba|bak|Bashkir|Cyrillic; be|bel|Belarusian|Cyrillic;
bg|bul|Bulgarian|Cyrillic; bho|bho|Bhojpuri|Devanagari|bh; bi|bis|Bislama|Latin; bm|bam|Bambara|Latin;
bn|ben|Bengali|Bengali; bo|bod|Tibetan|Tibetan|tib; bpy|bpy|Bishnupriya|Bengali; br|bre|Breton|Latin;
bs|bos|Bosnian|Latin; ca|cat|Catalan|Latin|Valencian; ce|che|Chechen|Cyrillic; ceb|ceb|Cebuano|Latin;
ch|cha|Chamorro|Latin; chr|chr|Cherokee|Cherokee; ckb|ckb|Central Kurdish|Arabic|Sorani;
co|cos|Corsican|Latin; cr|cre|Cree|Canadian Latin; crh|crh|Crimean Tatar|Latin Cyrillic;
cs|ces|Czech|Latin|cze; cu|chu|Church Slavonic|Cyrillic; cv|chv|Chuvash|Cyrillic; cy|cym|Welsh|Latin|wel;
da|dan|Danish|Latin; de|deu|German|Latin|ger Deutsch; dsb|dsb|Lower Sorbian|Latin; dv|div|Divehi|Thaana;
dz|dzo|Dzongkha|Tibetan; ee|ewe|Ewe|Latin; el|ell|Greek|Greek|gre; en|eng|English|Latin;
eo|epo|Esperanto|Latin; es|spa|Spanish|Latin|Castilian español; et|est|Estonian|Latin|ekk;
eu|eus|Basque|Latin|baq; fa|fas|Persian|Arabic|per Farsi pes prs Dari; ff|ful|Fulah|Latin;
fi|fin|Finnish|Latin; fj|fij|Fijian|Latin; fo|fao|Faroese|Latin; fr|fra|French|Latin|fre français;
fy|fry|Frisian|Latin; ga|gle|Irish|Latin|Gaelic; gd|gla|Scottish Gaelic|Latin; gl|glg|Galician|Latin;
gn|grn|Guarani|Latin; grc|grc|Ancient Greek|Greek; gsw|gsw|Swiss German|Latin; gu|guj|Gujarati|Gujarati;
gv|glv|Manx|Latin; ha|hau|Hausa|Latin; hak|hak|Hakka|CJK Latin; haw|haw|Hawaiian|Latin;
he|heb|Hebrew|Hebrew|iw; hi|hin|Hindi|Devanagari; ho|hmo|Hiri Motu|Latin; hr|hrv|Croatian|Latin;
hsb|hsb|Upper Sorbian|Latin; ht|hat|Haitian Creole|Latin; hu|hun|Hungarian|Latin;
hy|hye|Armenian|Armenian|arm hyw; hz|her|Herero|Latin; ia|ina|Interlingua|Latin; id|ind|Indonesian|Latin|in;
ie|ile|Interlingue|Latin; ig|ibo|Igbo|Latin; ii|iii|Sichuan Yi|Yi; ik|ipk|Inupiaq|Latin;
ilo|ilo|Iloko|Latin; io|ido|Ido|Latin; is|isl|Icelandic|Latin|ice; it|ita|Italian|Latin|italiano;
iu|iku|Inuktitut|Canadian Latin; ja|jpn|Japanese|Hiragana Katakana Cjk|日本語; jbo|jbo|Lojban|Latin;
jv|jav|Javanese|Latin; ka|kat|Georgian|Georgian|geo; kaa|kaa|Karakalpak|Latin Cyrillic;
kab|kab|Kabyle|Latin; kg|kon|Kongo|Latin; ki|kik|Kikuyu|Latin; kj|kua|Kuanyama|Latin;
kk|kaz|Kazakh|Cyrillic; kl|kal|Greenlandic|Latin; km|khm|Khmer|Khmer; kn|kan|Kannada|Kannada;
ko|kor|Korean|Hangul|한국어; kok|kok|Konkani|Devanagari; kr|kau|Kanuri|Latin;
ks|kas|Kashmiri|Arabic Devanagari; ku|kur|Kurdish|Latin|kmr Kurmanji; kv|kom|Komi|Cyrillic;
kw|cor|Cornish|Latin; ky|kir|Kyrgyz|Cyrillic; la|lat|Latin|Latin; lb|ltz|Luxembourgish|Latin;
lfn|lfn|Lingua Franca Nova|Latin; lg|lug|Ganda|Latin|Luganda; li|lim|Limburgish|Latin;
ln|lin|Lingala|Latin; lo|lao|Lao|Lao; lt|lit|Lithuanian|Latin; ltg|ltg|Latgalian|Latin;
lu|lub|Luba-Katanga|Latin; lv|lav|Latvian|Latin|lvs; mai|mai|Maithili|Devanagari;
mg|mlg|Malagasy|Latin|plt; mh|mah|Marshallese|Latin; mi|mri|Māori|Latin|mao Maori;
mk|mkd|Macedonian|Cyrillic|mac; ml|mal|Malayalam|Malayalam; mn|mon|Mongolian|Cyrillic|khk;
mr|mar|Marathi|Devanagari; ms|msa|Malay|Latin|may zsm; mt|mlt|Maltese|Latin;
my|mya|Burmese|Myanmar|bur Myanmar; na|nau|Nauru|Latin; nan|nan|Min Nan Chinese|CJK Latin|Hokkien;
nb|nob|Norwegian Bokmål|Latin|Bokmål; nci|nci|Classical Nahuatl|Latin; nd|nde|North Ndebele|Latin;
nds|nds|Low German|Latin; ne|nep|Nepali|Devanagari|npi; ng|ndo|Ndonga|Latin;
nl|nld|Dutch|Latin|dut Flemish; nn|nno|Norwegian Nynorsk|Latin|Nynorsk; no|nor|Norwegian|Latin;
nog|nog|Nogai|Cyrillic; nr|nbl|South Ndebele|Latin; nso|nso|Northern Sotho|Latin; nv|nav|Navajo|Latin;
ny|nya|Chichewa|Latin|Nyanja; oc|oci|Occitan|Latin; oj|oji|Ojibwa|Latin Canadian; om|orm|Oromo|Latin|gaz;
or|ori|Odia|Oriya|Oriya ory; os|oss|Ossetian|Cyrillic; pa|pan|Punjabi|Gurmukhi; pap|pap|Papiamento|Latin;
pi|pli|Pali|Latin; pl|pol|Polish|Latin; ps|pus|Pashto|Arabic|pbt; pt|por|Portuguese|Latin|português;
qu|que|Quechua|Latin; quc|quc|K'iche'|Latin; rm|roh|Romansh|Latin; rn|run|Rundi|Latin;
ro|ron|Romanian|Latin|rum mo Moldovan; ru|rus|Russian|Cyrillic|русский; rw|kin|Kinyarwanda|Latin;
sa|san|Sanskrit|Devanagari; sah|sah|Yakut|Cyrillic; sc|srd|Sardinian|Latin; scn|scn|Sicilian|Latin;
sco|sco|Scots|Latin; sd|snd|Sindhi|Arabic; se|sme|Northern Sami|Latin; sg|sag|Sango|Latin;
shn|shn|Shan|Myanmar; si|sin|Sinhala|Sinhala; sk|slk|Slovak|Latin|slo; sl|slv|Slovenian|Latin|Slovene;
sm|smo|Samoan|Latin; smj|smj|Lule Sami|Latin; sn|sna|Shona|Latin; so|som|Somali|Latin;
sq|sqi|Albanian|Latin|alb als; sr|srp|Serbian|Cyrillic Latin; ss|ssw|Swati|Latin; st|sot|Sotho|Latin;
su|sun|Sundanese|Latin; sv|swe|Swedish|Latin; sw|swa|Swahili|Latin|swh; szl|szl|Silesian|Latin;
ta|tam|Tamil|Tamil; te|tel|Telugu|Telugu; tg|tgk|Tajik|Cyrillic; th|tha|Thai|Thai;
ti|tir|Tigrinya|Ethiopic; tk|tuk|Turkmen|Latin; tl|tgl|Tagalog|Latin|fil Filipino; tn|tsn|Tswana|Latin;
to|ton|Tonga|Latin|Tongan; tpi|tpi|Tok Pisin|Latin; tr|tur|Turkish|Latin; ts|tso|Tsonga|Latin;
tt|tat|Tatar|Cyrillic; ty|tah|Tahitian|Latin; ug|uig|Uyghur|Arabic; uk|ukr|Ukrainian|Cyrillic;
ur|urd|Urdu|Arabic; uz|uzb|Uzbek|Latin Cyrillic|uzn; ve|ven|Venda|Latin; vi|vie|Vietnamese|Latin;
vo|vol|Volapük|Latin; wa|wln|Walloon|Latin; wo|wol|Wolof|Latin; wuu|wuu|Wu Chinese|CJK; xh|xho|Xhosa|Latin;
yi|yid|Yiddish|Hebrew|ydd; yo|yor|Yoruba|Latin; yue|yue|Cantonese|CJK|粵語; za|zha|Zhuang|Latin;
zh|zho|Chinese|CJK|chi cmn Mandarin 中文; zu|zul|Zulu|Latin
"""
_CONFUSED = {
    "cn": "zh", "cz": "cs", "dk": "da", "gb": "en", "gr": "el", "il": "he", "ir": "fa", "jp": "ja",
    "kr": "ko", "sp": "es", "ua": "uk", "us": "en", "vn": "vi",
}  # fmt: skip
"""Country codes that are written for languages"""
_EXTENDED = re.compile(r"^zh-(?=(?:cmn|hak|nan|wuu|yue)(?:-|$))")
"""RFC 5646 allows `zh-yue` and prefers `yue`"""
_LOCALE = re.compile(r"[.@].*$", re.DOTALL)
"""What POSIX adds: `de_DE.UTF-8@euro`"""
LONGEST = 64
"""Characters of a tag or a name"""
QWEN3_TTS = frozenset({"de", "en", "es", "fr", "it", "ja", "ko", "pt", "ru", "zh"})
"""The languages of Qwen3-TTS, which it calls by their English names"""
CANNOT_SPEAK, CANNOT_READ = "language", "script"
"""Codes of reasons to pass over a voice: it does not speak what is asked for, or does not read the text"""
NOT_SAID = frozenset({"", "auto"})
"""What stands for no language in a request"""
_TAG = re.compile(
    r"[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?(?:-[a-z0-9]{5,8})*(?:-x(?:-[a-z0-9]{1,8})+)?"
)
"""BCP 47 (RFC 5646) without extended languages and extensions, in small letters"""


@dataclass(frozen=True, slots=True)
class Language:
    """One row of the table."""

    code: str
    """ISO 639-1, such as `de`; ISO 639-3 where the former has none, such as `yue`"""
    code3: str
    """ISO 639-3, such as `deu`"""
    name: str
    """In English, such as `German`"""
    scripts: tuple[str, ...]
    """What it is written in, as `script_of` says it"""
    others: tuple[str, ...] = ()
    """Further codes and names, such as `ger`"""


def language_of(text: str) -> Language:
    """The language of a tag (`de-AT`, `de_AT`), a code (`deu`, `ger`) or a name (`German`), in any case.

    Raises UnknownLanguage, which lists near names.
    """
    asked = _plain(text)
    found = _by_name().get(asked) or _by_name().get(asked.partition("-")[0])
    if found is None or not (asked in _by_name() or _TAG.fullmatch(asked)):
        raise UnknownLanguage(_unknown(text, asked))
    return found


def language_tag(text: str) -> str:
    """What `language_of` takes, as a tag with the shortest code: `en-GB` of `en_gb`, `de` of `deu`.

    Raises UnknownLanguage, which lists near names.
    """
    language = language_of(text)
    asked = _plain(text)
    if asked in _by_name():
        return language.code
    public, x, private = asked.partition("-x-")
    _, *rest = public.split("-")
    return "-".join((language.code, *map(_subtag, rest))) + x + private


def asked_language(text: str | None) -> str | None:
    """The tag of what a request asks for; None if it says nothing, or `auto`.

    Raises InvalidMessage, which lists near names.
    """
    if text is None or text.strip().lower() in NOT_SAID:
        return None
    try:
        return language_tag(text)
    except UnknownLanguage as error:
        raise InvalidMessage(f"language: {error.message}", "language") from error


def same_language(one: str, other: str) -> bool:
    """Whether two tags, codes or names mean one language, whatever their regions; unknown ones do not."""
    try:
        return language_of(one) == language_of(other)
    except UnknownLanguage:
        return False


def is_other(asked: str, own: str) -> bool:
    """Whether a tag asks for another language than `own` (a tag, code or name), or for a region of it."""
    return not same_language(asked, own) or ("-" in asked and language_tag(own) != asked)


@lru_cache(maxsize=4096)
def script_of(character: str) -> str:
    """The script of a letter, by the first word of its Unicode name (`LATIN`, `CJK`); "" for all else.

    A letter that only looks special, such as a wide or a mathematical one, is what it stands for.
    """
    if unicodedata.category(character)[0] != "L":
        return ""
    plain = unicodedata.normalize("NFKC", character)[0]
    if unicodedata.category(plain)[0] != "L":
        return ""
    script = unicodedata.name(plain, "").partition(" ")[0]
    return _SCRIPTS.get(script, script)


_SCRIPTS = {"MODIFIER": "", "IDEOGRAPHIC": "CJK", "KATAKANA-HIRAGANA": "KATAKANA"}
"""First words that name no script"""


def _plain(text: str) -> str:
    text = _LOCALE.sub("", unicodedata.normalize("NFC", text[: LONGEST + 1]).strip())
    return _EXTENDED.sub("", text.replace("_", "-").lower())


def _subtag(part: str) -> str:
    """As BCP 47 writes it: a script is `Hans`, a region `GB`."""
    return part.title() if len(part) == 4 and part.isalpha() else part.upper() if len(part) == 2 else part


def _unknown(text: str, asked: str) -> str:
    known, likely = _by_name(), []
    first = asked.partition("-")[0]
    if meant := _CONFUSED.get(asked) or (first in known and first):
        likely = [meant]
    elif 2 < len(asked) <= LONGEST:
        names = [name for name in known if len(name) > 3]
        likely = [name for name in names if name.startswith(asked)] + near(asked, names, 3, 0.7)
    codes = list(dict.fromkeys(known[name].code for name in likely))[:3]
    hint = ", ".join(f"{code} ({known[code].name})" for code in codes)
    return f"{text!r:.80} is no language known here; " + (
        f"near: {hint}" if hint else "write one as de, en-GB or German"
    )


@cache
def _by_name() -> Mapping[str, Language]:
    """Every code and name, in small letters."""
    found: dict[str, Language] = {}
    for row in _TABLE.replace("\n", "").split(";"):
        code, code3, name, scripts, *others = (part.strip() for part in row.split("|"))
        more = tuple(" ".join(others).split())
        language = Language(code, code3, name, tuple(scripts.upper().split()), more)
        for known in (code, code3, name, *more):
            found[known.lower()] = language
    return found
