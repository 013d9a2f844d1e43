"""The one table of languages, for every engine and every door: by tag, by code, by English name."""

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from speech.errors import UnknownLanguage

# Code of ISO 639-1 (639-3 where there is none), code of 639-3, English name, scripts as Unicode names them,
# other codes and names. Sources: ISO 639 and the Unicode Character Database.
_TABLE = """
af|afr|Afrikaans|Latin; am|amh|Amharic|Ethiopic; ar|ara|Arabic|Arabic; as|asm|Assamese|Bengali;
az|aze|Azerbaijani|Latin; ba|bak|Bashkir|Cyrillic; be|bel|Belarusian|Cyrillic;
bg|bul|Bulgarian|Cyrillic; bn|ben|Bengali|Bengali; bo|bod|Tibetan|Tibetan|tib; br|bre|Breton|Latin;
bs|bos|Bosnian|Latin; ca|cat|Catalan|Latin|Valencian; ceb|ceb|Cebuano|Latin; cs|ces|Czech|Latin|cze;
cv|chv|Chuvash|Cyrillic; cy|cym|Welsh|Latin|wel; da|dan|Danish|Latin;
de|deu|German|Latin|ger Deutsch; dv|div|Divehi|Thaana; el|ell|Greek|Greek|gre; en|eng|English|Latin;
eo|epo|Esperanto|Latin; es|spa|Spanish|Latin|Castilian español; et|est|Estonian|Latin;
eu|eus|Basque|Latin|baq; fa|fas|Persian|Arabic|per Farsi; fi|fin|Finnish|Latin;
fr|fra|French|Latin|fre français; fy|fry|Frisian|Latin; ga|gle|Irish|Latin|Gaelic;
gd|gla|Scottish Gaelic|Latin; gl|glg|Galician|Latin; gn|grn|Guarani|Latin; gu|guj|Gujarati|Gujarati;
ha|hau|Hausa|Latin; haw|haw|Hawaiian|Latin; he|heb|Hebrew|Hebrew|iw; hi|hin|Hindi|Devanagari;
hr|hrv|Croatian|Latin; ht|hat|Haitian Creole|Latin; hu|hun|Hungarian|Latin;
hy|hye|Armenian|Armenian|arm; id|ind|Indonesian|Latin|in; ig|ibo|Igbo|Latin;
is|isl|Icelandic|Latin|ice; it|ita|Italian|Latin|italiano; ja|jpn|Japanese|Hiragana Katakana Cjk|日本語;
jv|jav|Javanese|Latin; ka|kat|Georgian|Georgian|geo; kk|kaz|Kazakh|Cyrillic;
kl|kal|Greenlandic|Latin; km|khm|Khmer|Khmer; kn|kan|Kannada|Kannada; ko|kor|Korean|Hangul|한국어;
ky|kir|Kyrgyz|Cyrillic; la|lat|Latin|Latin; lb|ltz|Luxembourgish|Latin; lo|lao|Lao|Lao;
lt|lit|Lithuanian|Latin; lv|lav|Latvian|Latin; mg|mlg|Malagasy|Latin; mi|mri|Māori|Latin|mao Maori;
mk|mkd|Macedonian|Cyrillic|mac; ml|mal|Malayalam|Malayalam; mn|mon|Mongolian|Cyrillic;
mr|mar|Marathi|Devanagari; ms|msa|Malay|Latin|may; mt|mlt|Maltese|Latin;
my|mya|Burmese|Myanmar|bur Myanmar; ne|nep|Nepali|Devanagari; nl|nld|Dutch|Latin|dut Flemish;
no|nor|Norwegian|Latin|nb nob nn nno; oc|oci|Occitan|Latin; om|orm|Oromo|Latin;
or|ori|Odia|Oriya|Oriya; pa|pan|Punjabi|Gurmukhi; pl|pol|Polish|Latin; ps|pus|Pashto|Arabic;
pt|por|Portuguese|Latin|português; qu|que|Quechua|Latin; ro|ron|Romanian|Latin|rum mo Moldovan;
ru|rus|Russian|Cyrillic|русский; rw|kin|Kinyarwanda|Latin; sd|snd|Sindhi|Arabic;
si|sin|Sinhala|Sinhala; sk|slk|Slovak|Latin|slo; sl|slv|Slovenian|Latin; sm|smo|Samoan|Latin;
sn|sna|Shona|Latin; so|som|Somali|Latin; sq|sqi|Albanian|Latin|alb; sr|srp|Serbian|Cyrillic Latin;
st|sot|Sotho|Latin; su|sun|Sundanese|Latin; sv|swe|Swedish|Latin; sw|swa|Swahili|Latin;
ta|tam|Tamil|Tamil; te|tel|Telugu|Telugu; tg|tgk|Tajik|Cyrillic; th|tha|Thai|Thai;
tk|tuk|Turkmen|Latin; tl|tgl|Tagalog|Latin|fil Filipino; tn|tsn|Tswana|Latin; tr|tur|Turkish|Latin;
tt|tat|Tatar|Cyrillic; ug|uig|Uyghur|Arabic; uk|ukr|Ukrainian|Cyrillic; ur|urd|Urdu|Arabic;
uz|uzb|Uzbek|Latin Cyrillic; vi|vie|Vietnamese|Latin; xh|xho|Xhosa|Latin; yi|yid|Yiddish|Hebrew;
yo|yor|Yoruba|Latin; yue|yue|Cantonese|CJK|粵語; zh|zho|Chinese|CJK|chi cmn Mandarin 中文;
zu|zul|Zulu|Latin
"""
_CONFUSED = {"cn": "zh", "cz": "cs", "dk": "da", "gr": "el", "jp": "ja", "kr": "ko", "se": "sv", "ua": "uk"}
"""Country codes that are written for languages"""
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


@cache
def script_of(character: str) -> str:
    """The script of a letter, by the first word of its Unicode name (`LATIN`, `CJK`); "" for all else."""
    if unicodedata.category(character)[0] != "L":
        return ""
    script = unicodedata.name(character, "").partition(" ")[0]
    return {"FULLWIDTH": "LATIN", "HALFWIDTH": "KATAKANA", "MODIFIER": "", "KANGXI": "CJK"}.get(
        script, script
    )


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().replace("_", "-").lower()


def _subtag(part: str) -> str:
    """As BCP 47 writes it: a script is `Hans`, a region `GB`."""
    return part.title() if len(part) == 4 and part.isalpha() else part.upper() if len(part) == 2 else part


def _unknown(text: str, asked: str) -> str:
    known = _by_name()
    if asked in _CONFUSED:
        near = [_CONFUSED[asked]]
    else:
        names = {language.name.lower(): language.name for language in known.values()}
        close = difflib.get_close_matches(asked, [*known, *names], n=3, cutoff=0.6)
        near = list(dict.fromkeys(known[name].code for name in close))
    hint = ", ".join(f"{known[code].code} ({known[code].name})" for code in near)
    return f"{text!r:.80} is no language known here; " + (
        f"near: {hint}" if hint else "write a tag such as en, en-GB or cmn, or a name such as German"
    )


@cache
def _by_name() -> Mapping[str, Language]:
    """Every code and name, in small letters."""
    found: dict[str, Language] = {}
    for row in _TABLE.replace("\n", "").split(";"):
        code, code3, name, scripts, *others = (part.strip() for part in row.split("|"))
        language = Language(code, code3, name, tuple(scripts.upper().split()))
        for known in (code, code3, name, *" ".join(others).split()):
            found[known.lower()] = language
    return found
