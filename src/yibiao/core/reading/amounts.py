"""A numeral with what belongs behind it: 余 or 多, its scale, its unit. Fractions, tenths and halves included."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from yibiao.core import numerals
from yibiao.core.intervals import Interval
from yibiao.core.numerals import Numeral
from yibiao.core.reading.units import UNIT

_C: Final = numerals.CHINESE
CHINESE: Final = re.compile(
    rf"(?:好?[几数](?=[十百千万亿])[十百千万亿]+|几|[{_C}]+点[零〇一二三四五六七八九]+[万亿]?|[{_C}]+(?:几[百千万亿]*)?)"
)
_ABOVE: Final = rf"[{_C}几数]+(?:点[零〇一二三四五六七八九]+)?|\d+(?:\.\d+)?"
_FRACTION: Final = re.compile(rf"(?P<below>百|千|万|[{_C}]+|\d+)分之(?P<above>{_ABOVE})")
_SLASHED: Final = re.compile(r"(?<![\d/.])(\d)/([2-9]|10)(?![\d/年月日])")
_INTEGER: Final = re.compile(r"\d+(?![\d,.．/万亿千百十wW \u2009\u202f]|分之)")
_MORE: Final = re.compile(r"[余多]|来(?![自到源访信电人临说讲看去往回袭得]|$)|几(?=[万亿])")
_SCALE: Final = re.compile(numerals.SCALE)
_HALF: Final = re.compile(r"半(?![径数价年天小岛夜个山路截成导])")
# A lone character between a number and a stop is its measure word, whatever it is.
_OWN: Final = re.compile(
    r"[\u4e00-\u9fff](?<![的了和与及以等起至到由之是为有在元内外中上下前后左右年月日时分秒号第余多来名])(?=[，,、。；;）)])"
)
_HALVES: Final = Numeral(Decimal("0.5"), Decimal(0))
_TEN: Final = Decimal(10)
_SIGNS: Final = ("%", "％", "‰")
_HALVED_UNITS: Final = ("年", "天", "个月", "小时", "倍", "个小时")
_OPEN_UNITS: Final = (*_HALVED_UNITS, "米", "岁", "周", "个星期")
_MANY: Final = ("多名", "多次", "多个", "多家", "多条", "多方", "多部")


@dataclass(slots=True)
class Amount:
    """``text[at:num_end]`` is the numeral, ``text[at:end]`` with what belongs to it.

    ``more`` is 余, 多 or 来; ``inner`` says that it stands before the scale. ``unit`` is as written, None for none.
    """

    number: Numeral
    num_end: int
    end: int
    more: str = ""
    inner: bool = False
    unit: str | None = None


def amount(text: str, at: int) -> Amount | None:
    """The numeral at a place with its scale and unit; None where the characters make no number."""
    if match := _INTEGER.match(text, at):
        found = Amount(Numeral(Decimal(match[0])), match.end(), match.end())
    else:
        token = _token(text, at)
        if token is None:
            return None
        found = Amount(token[0], token[1], token[1])
    _take_more(text, found)
    if text.startswith(("百分之", "千分之"), at):
        found.unit = "%" if text[at] == "百" else "‰"
    elif found.number.place == 0 and not text.startswith("半", at):
        pass  # 三分之一村屯, 一半路段: what follows a fraction is what it is a part of
    elif match := UNIT.match(text, found.end):
        found.unit, found.end = match[0], match.end()
        if match[0] in _SIGNS:
            found.num_end = found.end  # the sign is part of the numeral: 53.1%
        _after_unit(text, found)
    elif text[at].isdecimal() and (match := _OWN.match(text, found.end)):
        found.unit, found.end = match[0], match.end()
    return found


def _token(text: str, at: int) -> tuple[Numeral, int] | None:
    if (ratio := _SLASHED.match(text, at)) and 0 < int(ratio[1]) < int(ratio[2]):
        return Numeral(Decimal(int(ratio[1])) / int(ratio[2]), Decimal(0)), ratio.end()
    fraction = _FRACTION.match(text, at)
    if fraction and (number := _divided(fraction)):
        return number, fraction.end()
    if match := numerals.ARABIC.match(text, at):
        return numerals.arabic(match[0]), match.end()
    if text[at] == "半" or text.startswith("一半", at):
        return _HALVES, at + (2 if text.startswith(("一半", "半数"), at) else 1)
    run = CHINESE.match(text, at)
    chinese = numerals.chinese(run[0]) if run else None
    return (chinese, run.end()) if run and chinese else None


def _divided(match: re.Match[str]) -> Numeral | None:
    """百分之三十 is 30 in percent points; 三分之一 a third."""
    below, above = _number(match["below"]), _number(match["above"])
    if below is None or above is None or not below.value:
        return None
    if match["below"] in ("百", "千", "万"):
        return above
    return Numeral(above.value / below.value, Decimal(0))


def _number(text: str) -> Numeral | None:
    return numerals.arabic(text) if text[0].isdecimal() else numerals.chinese(text)


def _take_more(text: str, found: Amount) -> None:
    """余 and 多, and a scale behind them: 270余万."""
    match = _MORE.match(text, found.end)
    if match is None:
        return
    end = match.end()
    if match[0] == "来" and not (UNIT.match(text, end) or text.startswith(("万", "亿"), end)):
        return
    found.more, found.end = match[0], end
    if scale := _SCALE.match(text, end):
        size = numerals.size(scale[0])
        found.number = Numeral(found.number.value * size, found.number.place * size, True)
        found.end, found.inner = scale.end(), True
        if again := _MORE.match(text, found.end):
            found.end = again.end()


def _after_unit(text: str, found: Amount) -> None:
    """What stands behind the unit and belongs to the number: 一年多, 3个多月, 两年半, 九成八."""
    unit, end = found.unit or "", found.end
    if unit == "成":
        _take_tenths(text, found)
    elif "多" in unit:
        found.more = found.more or "多"
    elif unit.startswith("个半"):
        found.number = replace(found.number, value=found.number.value + _HALVES.value)
    elif unit in _HALVED_UNITS and (half := _HALF.match(text, end)):
        found.number, found.end = replace(found.number, value=found.number.value + _HALVES.value), half.end()
    elif (
        unit in _OPEN_UNITS
        and not found.more
        and text.startswith(("多", "余"), end)
        and not text.startswith(_MANY, end)
    ):
        found.more, found.end = text[end], end + 1


def _take_tenths(text: str, found: Amount) -> None:
    """成 is told in percent points: 八成 is 80, 九成八 98, 两成多 between 20 and 30."""
    found.unit = "%"
    spread = found.number.spread
    if spread:
        spread = Interval(spread.low * _TEN, (spread.high or spread.low) * _TEN)
    found.number = Numeral(found.number.value * _TEN, _TEN, True, spread, found.number.word)
    following = text[found.end : found.end + 1]
    ones = 5 if following == "半" else numerals.DIGITS.get(following)
    if ones is not None and not UNIT.match(text, found.end + 1):
        found.number = Numeral(found.number.value + ones, scaled=True)
        found.end += 1
    elif following in tuple("多余") and not found.more:
        found.more, found.end = following, found.end + 1
