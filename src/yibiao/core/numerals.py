"""Numerals as Chinese texts write them: Arabic, grouped, full-width, Chinese, mixed; with the place last written.

Source: GB/T 15835-2011 (digits in running text).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from yibiao.core.intervals import Interval

ONE: Final = Decimal(1)
DIGITS: Final[Mapping[str, int]] = {
    **dict(zip("零〇一二三四五六七八九", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)),
    "两": 2,
}  # fmt: skip
TENS: Final[Mapping[str, int]] = {"十": 10, "百": 100, "千": 1000, "廿": 20, "卅": 30}
MYRIADS: Final[Mapping[str, int]] = {"万": 10**4, "亿": 10**8}
SCALES: Final[Mapping[str, Decimal]] = {"": ONE, "万": Decimal(10**4), "亿": Decimal(10**8)}
CHINESE: Final = "零〇一二两三四五六七八九十百千万亿廿卅"

# Of Arabic figures: 千 and 百 are scales unless they begin a unit (千瓦时, 千克, 百分点).
_ARABIC: Final = (
    r"(?:\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?"
    r"|\d{1,3}(?:[ \u2009\u202f]\d{3})+(?=[\u4e00-\u9fff])|\d+(?:[.．]\d+)?)"
)
SCALE: Final = (
    r"(?:万亿|百万|千万|十万|百亿|千亿|万|亿|千(?![瓦克米伏卡帕赫焦兆安]|字节)|百(?![分姓货强余帕])"
    r"|[wW](?=[余多+\u4e00-\u9fff]))"
)
SCALED: Final = re.compile(rf"(?<=[\d余多]){SCALE}")
ARABIC: Final = re.compile(
    rf"{_ARABIC}(?:亿零?\d+(?:\.\d+)?万|万零?\d+(?:\.\d+)?千(?![瓦克米伏卡])|万零?\d{{1,4}}(?![\d.万,])|{SCALE})?"
)
_PART: Final = re.compile(r"(\d[\d, \u2009\u202f]*(?:[.．]\d+)?)([百千万亿十wW]*)")


@dataclass(frozen=True, slots=True)
class Numeral:
    """What a bare numeral says. ``place`` is one unit of the last place written, 0 for fractions.

    ``scaled`` says that it was written with 万, 亿 or decimals, so that it is rounded to its last place unless a hedge
    says otherwise. ``spread`` is set for numerals that are a range by themselves (数十, 三五百); ``word`` is 数 or 几.
    """

    value: Decimal
    place: Decimal = ONE
    scaled: bool = False
    spread: Interval | None = None
    word: str = ""

    @property
    def last(self) -> Decimal:
        """One unit of the last place that is not nought; of a fraction, a twentieth."""
        return last_place(self.value) if self.place else self.value / 20


_PLAIN_DIGITS: Final = str.maketrans({",": "", " ": "", "\u2009": "", "\u202f": "", "．": "."})


def arabic(text: str) -> Numeral:
    """An Arabic numeral that ``ARABIC`` matched, with its scale words."""
    if text.isdecimal():
        return Numeral(Decimal(text))
    value, place, scaled = Decimal(0), ONE, False
    for match in _PART.finditer(text):
        digits, scale = match[1].translate(_PLAIN_DIGITS), match[2]
        step = size(scale)
        value += Decimal(digits) * step
        places = len(digits.partition(".")[2])
        place = step.scaleb(-places)
        scaled = bool(scale) or places > 0
    return Numeral(value, place, scaled)


def size(scale: str) -> Decimal:
    """What a scale word multiplies by: 千万 → 10000000; w, as some type it, is 万."""
    product = 1
    for sign in scale:
        product *= TENS.get(sign) or MYRIADS.get(sign) or MYRIADS["万"]
    return Decimal(product)


def last_place(value: Decimal) -> Decimal:
    """One unit of the last place that is not nought: 270 → 10, 300 → 100, 450000 → 10000."""
    if not value:
        return ONE
    return ONE.scaleb(int(value.normalize().as_tuple().exponent))


_LONGEST, _MOST_DIGITS = 40, 18
_ABOUT: Final = re.compile(r"([一二两三四五六七八九])([二两三四五六七八九])(?=[十百千万亿]|$)")
_SEVERAL: Final = re.compile(r"好?([数几])")


def chinese(text: str) -> Numeral | None:
    """A numeral in Chinese characters: 十四, 两千三百, 一万三, 二〇二二, 数十, 十几, 三五百; None if it is none."""
    if len(text) > _LONGEST:
        return None
    if several := _SEVERAL.search(text):
        return _several(text, several)
    if "点" in text:
        return _pointed(text)
    if _ABOUT.search(text) and (spread := _between(text)):
        return spread
    if len(text) > 1 and all(sign in DIGITS for sign in text):
        return None if len(text) > _MOST_DIGITS else Numeral(Decimal("".join(str(DIGITS[sign]) for sign in text)))
    value = _counted(text)
    if value is None:
        return None
    scaled = "万" in text or "亿" in text
    if scaled and all(sign in MYRIADS or sign in TENS for sign in text):
        return Numeral(value, value, scaled)  # 百万, 千万: the word itself is what was written
    return Numeral(value, _written_place(text) if scaled else ONE, scaled)


def _pointed(text: str) -> Numeral | None:
    """三点五亿, 四十一点六: decimals read out digit by digit."""
    whole, _, rest = text.partition("点")
    digits = rest.rstrip("万亿")
    above = _counted(whole)
    if above is None or not digits or any(sign not in DIGITS for sign in digits):
        return None
    step = size(rest[len(digits) :])
    value = (above + Decimal("0." + "".join(str(DIGITS[sign]) for sign in digits))) * step
    return Numeral(value, step.scaleb(-len(digits)), scaled=True)


def _written_place(text: str) -> Decimal:
    """One unit of the last place that is written: 三万 → 10000, 三万五千 → 1000, 二十万 → 10000."""
    tail = text[max(text.rfind("万"), text.rfind("亿")) + 1 :]
    if not tail:
        return Decimal(MYRIADS[text[-1]]) * (MYRIADS[text[-2]] if text[-2:-1] in MYRIADS else 1)
    return last_place(_counted(tail) or ONE) if tail[-1] in TENS or "零" in tail else last_place(_counted(text) or ONE)


def _counted(text: str) -> Decimal | None:
    """The value of characters with tens and myriads. A lone last digit counts tenths of what came before: 一万三."""
    total = part = 0
    digit: int | None = None
    unit = 1
    for sign in text:
        if sign in DIGITS:
            if digit:
                return None
            digit = DIGITS[sign]
            unit = 1 if digit == 0 else unit
        elif sign in TENS:
            ten = TENS[sign]
            part += ten if sign in "廿卅" else (1 if digit is None else digit) * ten
            digit, unit = None, ten if sign not in "廿卅" else 10
        elif sign in MYRIADS:
            total = _myriads(total, part + (digit or 0), MYRIADS[sign])
            part, digit, unit = 0, None, MYRIADS[sign]
        else:
            return None
    if digit:
        part += digit * (unit // 10 if unit > 10 else 1)
    return Decimal(total + part)


def _myriads(total: int, part: int, myriad: int) -> int:
    """一万亿 multiplies what came before; 一亿二千万 adds to it."""
    below = part if part or total else 1
    if myriad == MYRIADS["亿"] or (total and total % MYRIADS["亿"]):
        return (total + below) * myriad
    return total + below * myriad


def _several(text: str, match: re.Match[str]) -> Numeral | None:
    """数十 is 20 up to 100, 十几 between 10 and 20, 几个 from 2 to 9: the unknown digit lies between 1 and 9."""
    before, after = text[: match.start()], text[match.end() :]
    scale = _counted(after) if after else ONE
    base = _counted(before) if before else Decimal(0)
    if scale is None or base is None or (before and after and after[0] in TENS):
        return None
    if not before:
        return Numeral(scale, scale, True, Interval(scale * 2, scale * 10, high_open=True), match[1])
    spread = Interval(base * scale, (base + last_place(base)) * scale, low_open=True, high_open=True)
    return Numeral(spread.low, scale, True, spread, match[1])


def _between(text: str) -> Numeral | None:
    """三五百, 七八十, 十七八, 四五十万: both neighbours are ends of the range."""
    match = _ABOUT.search(text)
    if match is None:
        return None
    low, high = DIGITS[match[1]], DIGITS[match[2]]
    if high - low != 1 and (low, high) != (3, 5):
        return None
    ends = [_counted(text[: match.start()] + match[each] + text[match.end() :]) for each in (1, 2)]
    if ends[0] is None or ends[1] is None:
        return None
    return Numeral(ends[0], ONE, True, Interval(ends[0], ends[1]))
