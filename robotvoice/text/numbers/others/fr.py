"""French numbers; those of Belgium and Switzerland have `septante` and `nonante`."""

# ruff: noqa: SIM905 - lists would fill pages

import re

from robotvoice.text.numbers.grammar.figures import Figure
from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.grammar.vocabulary import Noun, currencies, large_groups, nouns, pairs, prefixes
from robotvoice.text.numbers.others.romance import Romance

_SMALL = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize "
    "dix-sept dix-huit dix-neuf"
).split()
_TENS = "_ dix vingt trente quarante cinquante soixante septante huitante nonante".split()
_SCALES = "million milliard billion billiard trillion trilliard quadrillion quadrilliard".split()
_ORDINAL = re.compile(r"(?P<number>[0-9]{1,4})(?P<end>ers?|res?|ères?|èmes?|emes?|es?|nde?s?|ᵉ)(?!\w)")
_HOURS = re.compile(
    r"(?P<hour>2[0-4]|[01]?[0-9])[ \u00a0]?h(?:[ \u00a0]?(?P<minute>[0-5][0-9])(?:[ \u00a0]?min)?)?(?!\w)"
)


class French(Romance):
    """French of any region."""

    code = "fr"
    ones = _SMALL[:10]
    words = pairs(
        "minus moins | plusminus plus ou moins | plus plus | point virgule | stop point | to à | score à"
        " | by sur | times fois | equals égale | over sur | divided divisé par | dot point | slash barre"
        " | port port | hex hexadécimal | per par | power puissance | squared au carré | cubed au cube"
        " | version version | and et"
    )
    months = ("janvier février mars avril mai juin juillet août septembre octobre novembre décembre").split()
    of_month = ""
    first_of_month = "premier"
    units = nouns(
        """
        m m mètre mètres | g m gramme grammes | s f seconde secondes | Hz m hertz hertz | W m watt watts
        | Wh m watt-heure watt-heures | V m volt volts | A m ampère ampères | Ah m ampère-heure ampères-heures
        | B m octet octets | bit m bit bits | bps m bit_par_seconde bits_par_seconde | Pa m pascal pascals
        | bar m bar bars | J m joule joules | cal f calorie calories | N m newton newtons | Ω m ohm ohms
        | l m litre litres | °C m degré_Celsius degrés_Celsius | °F m degré_Fahrenheit degrés_Fahrenheit
        | ° m degré degrés | % m pour_cent pour_cent | ‰ m pour_mille pour_mille | t f tonne tonnes
        | h f heure heures | min f minute minutes | d m jour jours | dB m décibel décibels | px m pixel pixels
        | ha m hectare hectares | mi m mille milles | ft m pied pieds | lb f livre livres | oz f once onces
        | mph m mille_par_heure milles_par_heure | kcal f kilocalorie kilocalories
        | rpm m tour_par_minute tours_par_minute
        """
    )
    prefixes = prefixes("kilo méga giga téra péta hecto déci centi milli micro nano pico")
    square, cubic = "carré carrés", "cube cubes"
    raised_seconds = True
    hour_mark = "h"
    feminine = re.compile(
        r"(?:tion|sion|té|ette|elle|ance|ence|ure|ée|esse|ille|ine|ère|euse|ade|tude|ie|aine|ande|euille|asse|ouche)s?$"
        r"|^(?:fois|minute|heure|seconde|personne|page|pomme|tasse|semaine|chose|fille|femme|porte|table|carte|étape"
        r"|ligne|place|ville|lettre|note|question|image|vidéo|photo|nuit|main|clé|voix|fleur|part|tonne|boîte|robe)s?$"
    )
    no_nouns = frozenset("et ou à de en est sont pour par avec que plus la le les des du sur".split())
    currencies = currencies(
        "€,EUR m euro euros m centime centimes | $,US$,USD m dollar dollars m cent cents"
        " | £,GBP f livre livres m penny pence | ¥,JPY m yen yens"
        " | CHF m franc_suisse francs_suisses m centime centimes"
        " | CA$,CAD m dollar_canadien dollars_canadiens m cent cents"
    )
    magnitudes = nouns(
        "k m mille mille | M,million,millions m million millions"
        " | Md,Mds,milliard,milliards m milliard milliards"
    )
    labels = pairs(
        "p page | pp pages | chap chapitre | art article | fig figure | tél téléphone | vol volume"
        " | env environ | max maximum | min minimum | no numéro | nos numéros"
    )
    signs = pairs("# numéro | № numéro | n° numéro | N° numéro | nº numéro | Nº numéro | § paragraphe")
    dialling = frozenset("code pin clé chambre vol téléphone postal poste erreur".split())
    calling = frozenset("appelle appelez appeler compose composez composer le au".split())
    fillers = frozenset("est le numéro la au :".split())
    parts = frozenset("version python java node android windows ubuntu section chapitre figure".split())
    scoring = frozenset("gagné gagne battu perdu score échelle rapport ratio victoire défaite".split())
    centuries = frozenset({"siècle", "siècles"})
    after_clock = re.compile(r"(?!)")
    hours = _HOURS

    def cardinal(self, number: int, gender: str = "") -> str:
        said = [
            f"{self._below_thousand(group, '')} {name}{'s' if group > 1 else ''}"
            for group, name in large_groups(number, _SCALES)
        ]
        rest = number % 1_000_000
        if rest or not said:
            thousands, ones = divmod(rest, 1000)
            if thousands:
                head = self._below_thousand(thousands, "") if thousands > 1 else ""
                said.append(f"{re.sub('(cent|vingt)s$', chr(92) + '1', head)} mille".strip())
            if ones or not said:
                said.append(self._below_thousand(ones, gender))
        return " ".join(said)

    def _below_thousand(self, number: int, gender: str) -> str:
        hundreds, rest = divmod(number, 100)
        if not hundreds:
            return self._below_hundred(rest, gender)
        head = "cent" if hundreds == 1 else f"{_SMALL[hundreds]} cent{'' if rest else 's'}"
        return f"{head} {self._below_hundred(rest, gender)}" if rest else head

    def _below_hundred(self, number: int, gender: str) -> str:
        if number < 20:
            return "une" if number == 1 and gender == "f" else _SMALL[number]
        tens, ones = divmod(number, 10)
        if self.region not in ("BE", "CH") or (self.region == "BE" and tens == 8):
            if tens in (7, 9):
                head, ones = ("soixante" if tens == 7 else "quatre-vingt"), ones + 10
                return f"{head} et onze" if (tens, ones) == (7, 11) else f"{head}-{_SMALL[ones]}"
            if tens == 8:
                return f"quatre-vingt-{self._below_hundred(ones, gender)}" if ones else "quatre-vingts"
        name = _TENS[tens]
        if not ones:
            return name
        return f"{name} et {self._below_hundred(1, gender)}" if ones == 1 else f"{name}-{_SMALL[ones]}"

    def form(self, figure: Figure, noun: Noun) -> str:
        return noun.forms[0 if figure.whole in ("0", "1") else -1]

    def group(self, digits: str) -> str:
        """Two by two, as they are told in France."""
        return (
            f"zéro {self.cardinal(int(digits))}"
            if digits[0] == "0" and len(digits) == 2
            else (self.cardinal(int(digits)) if len(digits) == 2 else self.spell(digits))
        )

    def millions(self, amount: str, major: Noun) -> str:
        of = "d'" if major.forms[-1][0] in "aeiou" else "de "
        return f"{amount} {of}{major.forms[-1]}"

    def ordinal(self, number: int) -> str:
        if number == 1:
            return "premier"
        words = self.cardinal(number)
        if words.endswith("cinq"):
            return f"{words}uième"
        if words.endswith("neuf"):
            return f"{words[:-1]}vième"
        ending = "s" if words.endswith(("cents", "vingts")) else "e"
        return f"{words.removesuffix(ending)}ième"

    def read_century(self, number: int) -> str:
        return self.ordinal(number)

    def hour_and_minute(self, hour: int, minute: int, *, exact: bool) -> str:
        said = self.counted(Figure(str(hour)), self.units["h"])
        return f"{said} {self.cardinal(minute)}" if minute else said

    def fraction(self, numerator: int, denominator: int) -> str | None:
        if denominator in (2, 3, 4):
            name = {2: "demi", 3: "tiers", 4: "quart"}[denominator]
            many = "" if name == "tiers" or numerator == 1 else "s"
            return f"{self.cardinal(numerator)} {name}{many}"
        return f"{self.cardinal(numerator)} {self.ordinal(denominator)}{'s' if numerator > 1 else ''}"

    def mixed(self, whole: str, numerator: int, denominator: int) -> str | None:
        if (numerator, denominator) == (1, 2):
            return f"{self.cardinal(int(whole))} et demi"
        return f"{self.cardinal(int(whole))} et {self.fraction(numerator, denominator)}"

    def fraction_before(self, scan: Scan, read: Read) -> Read:
        following = scan.word_after(read.end)
        if read.words.endswith("demi") and following and self.feminine.search(following):
            return Read(read.end, {"un demi": "une demi"}.get(read.words, f"{read.words}e"))
        return read


def _ordinal(scan: Scan) -> Read | None:
    """`1er`, `1re`, `21e`, `2nde`."""
    found = scan.match(_ORDINAL)
    if not found or found["number"][0] == "0":
        return None
    number, end = int(found["number"]), found["end"]
    many = "s" if end.endswith("s") else ""
    if number == 1:
        return Read(found.end(), f"{'première' if end.startswith(('re', 'èr')) else 'premier'}{many}")
    if end.startswith("nd"):
        return Read(found.end(), f"second{end[2:]}") if number == 2 else None
    return Read(found.end(), f"{scan.tongue.ordinal(number)}{many}")


French.rules = (_ordinal,)
TONGUE = French
