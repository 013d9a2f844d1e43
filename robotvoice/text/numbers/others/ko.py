"""Korean numbers: those of Chinese origin, and native ones before what is counted with them."""

# ruff: noqa: SIM905 - lists would fill pages

import re
from collections.abc import Mapping

from robotvoice.text.numbers.grammar.figures import Figure
from robotvoice.text.numbers.grammar.scan import Scan
from robotvoice.text.numbers.grammar.vocabulary import Noun, currencies, nouns, pairs, prefixes
from robotvoice.text.numbers.others.east import Eastern, fours

_DIGITS = ("영", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")
_PLACES = ("", "십", "백", "천")
_GROUPS = ("", "만", "억", "조", "경", "해", "자", "양", "구")
_NATIVE = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_NATIVE_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_COUNTERS = (
    "개월 시간 가지 그루 마리 사람 송이 켤레 자루 접시 군데 명 개 살 시 권 잔 병 대 장 벌 채 통 곳 쌍 달 배"
).split()
_COUNTED = re.compile(rf"[ ]?(?:{'|'.join(_COUNTERS)}|번째|분(?=[이의께들]))")
_ONCE_OR_FIRST = re.compile(r"[ ]?번(?![째지호])")
"""`1번` may be either: the engine has to know"""
_MONTHS = re.compile(r"[ ]?(?P<year>년)|[ ]?(?P<month>월)")
_SINO = re.compile(
    r"[ ]?(?:개월|년|월|일|분|초|원|층|호|쪽|페이지|번지|도|퍼센트|킬로|미터|주|학년|등|점|편|회|인분)"
)


class Korean(Eastern):
    """Korean."""

    code = "ko"
    joint = " "
    ones = _DIGITS
    words = pairs(
        "minus 마이너스 | plusminus 플러스마이너스 | plus 더하기 | point 점 | stop 점 | to 에서 | score 대"
        " | by 곱하기 | times 곱하기 | equals 는 | over 분의 | divided 나누기 | dot 점 | slash 슬래시"
        " | port 포트 | hex 십육진수 | per 당 | power 의 | squared 제곱 | cubed 세제곱 | version 버전"
        " | and 와"
    )
    units = nouns(
        "m - 미터 | g - 그램 | s - 초 | Hz - 헤르츠 | W - 와트 | Wh - 와트시 | V - 볼트 | A - 암페어"
        " | B - 바이트 | bit - 비트 | l - 리터 | °C - 도 | °F - 화씨도 | ° - 도 | % - 퍼센트 | ‰ - 퍼밀"
        " | t - 톤 | h - 시간 | min - 분 | d - 일 | dB - 데시벨 | px - 픽셀 | ha - 헥타르 | mi - 마일"
        " | ft - 피트 | lb - 파운드 | oz - 온스 | Pa - 파스칼 | cal - 칼로리"
    )
    prefixes = prefixes("킬로 메가 기가 테라 페타 헥토 데시 센티 밀리 마이크로 나노 피코")
    currencies = currencies(
        "₩,￦,KRW - 원 | $,US$,USD - 달러 | €,EUR - 유로 | £,GBP - 파운드 | ¥,JPY - 엔 | CNY - 위안"
        " | CHF - 스위스_프랑"
    )
    signs = pairs("# 제 | № 제")
    square, cubic = "제곱", "세제곱"
    parts_of = "분의 "
    speeds: Mapping[str, str] = {"h": "시속 ", "s": "초속 ", "min": "분속 "}

    def cardinal(self, number: int, gender: str = "") -> str:
        if number == 0:
            return _DIGITS[0]
        said = []
        for place, group in fours(number):
            if group:
                head = "" if group == 1 and place == 1 and number < 20_000 else _below_ten_thousand(group)
                said.append(head + _GROUPS[place])
        return " ".join(said)

    def tidy(self, words: str) -> str:
        """Particles follow without a space."""
        return words.replace(" 에서 ", "에서 ").replace(" 는 ", "는 ")

    def spell(self, digits: str) -> str:
        return "".join(_DIGITS[int(digit)] for digit in digits)

    def group(self, digits: str) -> str:
        """Of a telephone number, where zero has a name of its own."""
        return self.spell(digits).replace("영", "공")

    def row(self, digits: str) -> str:
        return ", ".join(self.group(part) for part in re.findall(".{1,4}", digits))

    def counting(self, figure: Figure, scan: Scan, end: int) -> str:
        behind = self.behind(scan, end)
        if figure.fraction or figure.by_digit:
            return self.number(figure)
        if _ONCE_OR_FIRST.match(behind):
            return figure.whole
        if (found := _MONTHS.match(behind)) and found["month"] and figure.value in (6, 10):
            return "유" if figure.value == 6 else "시"
        gap = " " if behind[:1] not in (" ", "") and _is_hangul(behind[0]) else ""
        if (
            not (_SINO.match(behind) and not behind.lstrip().startswith("번째"))
            and figure.value < 100
            and scan.written[: scan.at].rstrip(" ")[-1:] != "제"
            and (_COUNTED.match(behind) or behind.lstrip().startswith("번째"))
        ):
            native = _native(figure.value)
            if behind.lstrip().startswith("번째") and figure.value == 1:
                native = "첫"
            return native + gap
        sino = _SINO.match(behind) is not None
        return self.number(figure) + (gap if sino else "")

    def counted(self, figure: Figure, noun: Noun) -> str:
        if noun.forms[0] == "시간" and not figure.fraction and figure.value < 100:
            return f"{_native(figure.value)} 시간"
        return super().counted(figure, noun)

    def clock(self, hour: int, minute: int, second: int | None) -> str:
        hours = f"{_native(hour) if 0 < hour <= 12 else self.cardinal(hour)} 시"
        said = hours + (f" {self.cardinal(minute)} 분" if minute else "")
        return f"{said} {self.cardinal(second)} 초" if second else said

    def date(self, day: int, month: int, year: int | None, scan: Scan) -> str:
        months = {6: "유", 10: "시"}.get(month) or f"{self.cardinal(month)} "
        said = f"{months}월 {self.cardinal(day)} 일"
        return f"{self.cardinal(year)} 년 {said}" if year else said


def _below_ten_thousand(number: int) -> str:
    said = ""
    for place in (3, 2, 1, 0):
        if digit := number // 10**place % 10:
            said += ("" if digit == 1 and place else _DIGITS[digit]) + _PLACES[place]
    return said


def _native(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not number:
        return _DIGITS[0]
    head = "스무" if number == 20 else _NATIVE_TENS[tens]
    return head + _NATIVE[ones]


def _is_hangul(letter: str) -> bool:
    return "\uac00" <= letter <= "\ud7a3"


TONGUE = Korean
