"""Chinese numbers, in characters."""

# ruff: noqa: RUF001, SIM905 - signs as they are typed, lists would fill pages

import re
from collections.abc import Mapping

from robotvoice.text.numbers.grammar.figures import Figure
from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.grammar.vocabulary import Noun, currencies, nouns, pairs, prefixes
from robotvoice.text.numbers.others.east import Eastern, fours

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "兆", "京", "垓", "秭", "穰", "沟")
_YEAR = re.compile(r"(?P<year>[0-9]{4})(?=年)")
_COUNTERS = (
    "个 個 只 隻 条 條 张 張 本 位 次 件 台 辆 輛 家 名 头 頭 匹 棵 朵 瓶 杯 碗 片 块 塊 支 枝 把 双 雙 "
    "对 對 天 年 周 週 岁 歲 人 种 種 小时 小時 分钟 分鐘 点 點 元 倍 层 層 楼 樓 步 句 门 門 首 篇 座 间 "
    "間 套 份 斤 公斤 公里 米 秒 遍 回 场 場 节 節 章 页 頁 行"
).split()
_COUNTED = re.compile(rf"[ ]?(?:{'|'.join(_COUNTERS)})")


class Chinese(Eastern):
    """Mandarin. The characters are those that simplified and traditional writing share, where they do."""

    code = "zh"
    ones = tuple(_DIGITS)
    words = pairs(
        "minus 负 | plusminus 正负 | plus 加 | point 点 | stop 点 | to 到 | score 比 | by 乘 | times 乘以"
        " | equals 等于 | over 比 | divided 除以 | dot 点 | slash 斜杠 | port 端口 | hex 十六进制 | per 每"
        " | power 的 | squared 的平方 | cubed 的立方 | version 版本 | and 又"
    )
    units = nouns(
        "m - 米 | g - 克 | s - 秒 | Hz - 赫兹 | W - 瓦 | Wh - 瓦时 | V - 伏 | A - 安 | B - 字节"
        " | bit - 比特 | l - 升 | °C - 摄氏度 | °F - 华氏度 | ° - 度 | t - 吨 | h - 小时 | min - 分钟"
        " | d - 天 | dB - 分贝 | px - 像素 | ha - 公顷 | mi - 英里 | ft - 英尺 | lb - 磅 | oz - 盎司"
        " | Pa - 帕 | % - % | ‰ - ‰"
    )
    prefixes = prefixes("千 兆 吉 太 拍 百 分 厘 毫 微 纳 皮")
    currencies = currencies(
        "¥,￥,CNY,RMB - 元 | $,US$,USD - 美元 | €,EUR - 欧元 | £,GBP - 英镑 | JPY - 日元 | CHF - 瑞士法郎"
        " | HK$,HKD - 港元 | NT$,TWD - 新台币"
    )
    comma = "，"
    signs = pairs("# 第 | № 第")
    square, cubic = "平方", "立方"
    parts_of = "分之"
    speeds: Mapping[str, str] = {"h": "每小时", "s": "每秒", "min": "每分钟"}

    def cardinal(self, number: int, gender: str = "") -> str:
        if number == 0:
            return "零"
        said, gap = "", False
        for place, group in fours(number):
            if not group:
                gap = bool(said)
                continue
            if said and (gap or group < 1000):
                said += "零"
            gap = False
            two = "两" if group == 2 and place else _below_ten_thousand(group)
            said += two + _GROUPS[place]
        return said[1:] if said.startswith("一十") else said

    def counting(self, figure: Figure, scan: Scan, end: int) -> str:
        two = figure.whole == "2" and not figure.fraction
        if two and scan.written[scan.at - 1 : scan.at] != "第" and _COUNTED.match(self.behind(scan, end)):
            return "两"
        return self.number(figure)

    def counted(self, figure: Figure, noun: Noun) -> str:
        if noun.forms[0] in ("%", "‰"):
            return f"{'百' if noun.forms[0] == '%' else '千'}分之{self.number(figure)}"
        amount = "两" if figure.whole == "2" and not figure.fraction else self.number(figure)
        return f"{amount}{noun.forms[0]}"

    def prefixed(self, prefix: str, noun: Noun) -> Noun:
        word = {"千克": "千克", "千米": "公里"}.get(prefix + noun.forms[0], prefix + noun.forms[0])
        return Noun((word,))

    def clock(self, hour: int, minute: int, second: int | None) -> str:
        said = f"{'两' if hour == 2 else self.cardinal(hour)}点"
        if minute or second:
            said += f"{'零' if minute < 10 else ''}{self.cardinal(minute)}分" if minute else "零分"
        return f"{said}{self.cardinal(second)}秒" if second else said

    def date(self, day: int, month: int, year: int | None, scan: Scan) -> str:
        years = f"{self.spell(str(year))}年" if year else ""
        return f"{years}{self.cardinal(month)}月{self.cardinal(day)}日"


def _below_ten_thousand(number: int) -> str:
    said, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            said += (
                ("零" if gap and said else "")
                + ("两" if digit == 2 and place == 3 else _DIGITS[digit])
                + _PLACES[place]
            )
            gap = False
        else:
            gap = True
    return said


def _year(scan: Scan) -> Read | None:
    """`2026年`, digit by digit."""
    found = _YEAR.match(scan.written, scan.at)
    return Read(found.end(), scan.tongue.spell(found["year"])) if found else None


Chinese.rules = (_year,)
TONGUE = Chinese
