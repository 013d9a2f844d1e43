"""Japanese numbers: in kana, which every voice can read; in characters before a counter in characters."""

import re
from collections.abc import Mapping

from robotvoice.text.numbers.grammar.figures import Figure
from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.grammar.vocabulary import Noun, currencies, nouns, pairs, prefixes
from robotvoice.text.numbers.others.east import Eastern, fours

_KANJI = "零一二三四五六七八九"
_KANA = ("ぜろ", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう")
_GROUPS = ("", "万", "億", "兆", "京", "垓", "𥝱", "穣", "溝")
_GROUPS_KANA = ("", "まん", "おく", "ちょう", "けい", "がい", "じょ", "じょう", "こう")
_HUNDREDS = {1: "ひゃく", 3: "さんびゃく", 6: "ろっぴゃく", 8: "はっぴゃく"}
_THOUSANDS = {1: "せん", 3: "さんぜん", 8: "はっせん"}
_IS_KANJI = re.compile(r"[ ]?[\u3400-\u9fff]")
_MINUTES = re.compile(r"(?P<number>[0-9]{1,3})分(?!の)(?P<half>間)?")
_THINGS = ("ひと", "ふた", "みっ", "よっ", "いつ", "むっ", "なな", "やっ", "ここの")
_COUNTED = re.compile(r"(?P<number>[1-9])つ(?!つ)")
_HOURS = ("れい", "いち", "に", "さん", "よ", "ご", "ろく", "しち", "はち", "く")
_DAYS = {
    1: "ついたち", 2: "ふつか", 3: "みっか", 4: "よっか", 5: "いつか", 6: "むいか", 7: "なのか",
    8: "ようか", 9: "ここのか", 10: "とおか", 14: "じゅうよっか", 20: "はつか", 24: "にじゅうよっか",
}  # fmt: skip


class Japanese(Eastern):
    """Japanese."""

    code = "ja"
    ones = _KANA
    words = pairs(
        "minus まいなす | plusminus ぷらすまいなす | plus ぷらす | point てん | stop てん | to から"
        " | score たい | by かける | times かける | equals いこーる | over ぶん | divided わる | dot どっと"
        " | slash すらっしゅ | port ぽーと | hex じゅうろくしん | per まい | power の | squared のにじょう"
        " | cubed のさんじょう | version ばーじょん | and と"
    )
    units = nouns(
        "m - メートル | g - グラム | s - びょう | Hz - ヘルツ | W - ワット | Wh - ワットじ | V - ボルト"
        " | A - アンペア | B - バイト | bit - ビット | l - リットル | °C - ど | °F - かしど | ° - ど"
        " | % - パーセント | ‰ - パーミル | t - トン | h - じかん | min - ふん | d - にち | dB - デシベル"
        " | px - ピクセル | ha - ヘクタール | mi - マイル | ft - フィート | lb - ポンド | oz - オンス"
        " | Pa - パスカル | cal - カロリー"
    )
    prefixes = prefixes("キロ メガ ギガ テラ ペタ ヘクト デシ センチ ミリ マイクロ ナノ ピコ")
    currencies = currencies(
        "¥,￥,JPY - えん | $,US$,USD - ドル | €,EUR - ユーロ | £,GBP - ポンド | CNY - げん"
        " | CHF - スイスフラン"
    )
    signs = pairs("# だい | № だい")
    square, cubic = "へいほう", "りっぽう"
    parts_of = "ぶんの"
    speeds: Mapping[str, str] = {"h": "じそく", "s": "びょうそく", "min": "ふんそく"}

    def cardinal(self, number: int, gender: str = "") -> str:
        if number == 0:
            return _KANA[0]
        said = ""
        for place, group in fours(number):
            if group:
                name = _GROUPS_KANA[place]
                head = _below_ten_thousand(group)
                if name in ("ちょう", "けい") and head.endswith(("いち", "はち", "じゅう")):
                    head = f"{head[:-1]}っ"
                said += f"いっせん{name}" if place and group == 1000 else head + name
        return said

    def in_characters(self, number: int) -> str:
        """For what is counted in characters."""
        if number == 0:
            return _KANJI[0]
        said = ""
        for place, group in fours(number):
            if group:
                said += _characters(group, bool(place)) + _GROUPS[place]
        return said

    def counting(self, figure: Figure, scan: Scan, end: int) -> str:
        if not figure.by_digit and not figure.fraction and _IS_KANJI.match(self.behind(scan, end)):
            return self.in_characters(figure.value)
        return self.number(figure)

    def number(self, figure: Figure, gender: str = "") -> str:
        said = super().number(figure, gender)
        if figure.fraction and not figure.by_digit:
            # The whole part is short before the point: いってん, じゅってん.
            said = re.sub("いちてん", "いってん", said, count=1)
            said = re.sub("^ぜろてん", "れいてん", said)
        return said

    def counted(self, figure: Figure, noun: Noun) -> str:
        unit = noun.forms[0]
        if unit == "ふん" and not figure.fraction:
            return self.minutes(figure.value)
        if unit == "じかん" and not figure.fraction:
            return re.sub("じ$", "じかん", self.hour(figure.value))
        amount = self.number(figure)
        return f"{re.sub('よん$', 'よ', amount) if unit == 'えん' else amount}{unit}"

    def minutes(self, number: int) -> str:
        """With the sound that the counter has behind each number."""
        said = self.cardinal(number)
        for end, changed in (
            ("いち", "いっ"),
            ("ろく", "ろっ"),
            ("はち", "はっ"),
            ("じゅう", "じゅっ"),
            ("ひゃく", "ひゃっ"),
        ):
            if said.endswith(end):
                return f"{said.removesuffix(end)}{changed}ぷん"
        return f"{said}{'ぷん' if said.endswith(('さん', 'よん')) else 'ふん'}"

    def hour(self, number: int) -> str:
        """`しちじ`."""
        ones = number % 10
        head = self.cardinal(number - ones) if number >= 10 else ""
        return f"{head}{_HOURS[ones] if ones or not head else ''}じ"

    def clock(self, hour: int, minute: int, second: int | None) -> str:
        said = self.hour(hour) + (self.minutes(minute) if minute else "")
        return f"{said}{self.cardinal(second)}びょう" if second else said

    def date(self, day: int, month: int, year: int | None, scan: Scan) -> str:
        said = ""
        if year:
            said = f"{re.sub('よん$', 'よ', self.cardinal(year))}ねん"
        months = {4: "し", 7: "しち", 9: "く"}.get(month) or self.cardinal(month)
        days = _DAYS.get(day) or f"{re.sub('なな$', 'しち', re.sub('きゅう$', 'く', self.cardinal(day)))}にち"
        return f"{said}{months}がつ{days}"


def _below_ten_thousand(number: int) -> str:
    thousands, hundreds, tens, ones = (number // 10**place % 10 for place in (3, 2, 1, 0))
    said = (_THOUSANDS.get(thousands) or f"{_KANA[thousands]}せん") if thousands else ""
    said += (_HUNDREDS.get(hundreds) or f"{_KANA[hundreds]}ひゃく") if hundreds else ""
    said += ("じゅう" if tens == 1 else f"{_KANA[tens]}じゅう") if tens else ""
    return said + (_KANA[ones] if ones else "")


def _characters(number: int, grouped: bool) -> str:
    said = ""
    for place, name in ((3, "千"), (2, "百"), (1, "十"), (0, "")):
        if digit := number // 10**place % 10:
            said += ("" if digit == 1 and name and not (place == 3 and grouped) else _KANJI[digit]) + name
    return said


def _minutes(scan: Scan) -> Read | None:
    """`10分`, whose characters alone could also mean enough."""
    found = _MINUTES.match(scan.written, scan.at)
    tongue = scan.tongue
    if not found or not isinstance(tongue, Japanese):
        return None
    return Read(found.end(), tongue.minutes(int(found["number"])) + ("かん" if found["half"] else ""))


def _things(scan: Scan) -> Read | None:
    """`2つ`, whose numbers are native ones."""
    found = _COUNTED.match(scan.written, scan.at)
    return Read(found.end(), f"{_THINGS[int(found['number']) - 1]}つ") if found else None


Japanese.rules = (_minutes, _things)
TONGUE = Japanese
