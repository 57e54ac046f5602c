"""What a hedged number says of the exact value: the one table, read by readers and used backwards by writers.

Source: the draft check's table of intervals; GB/T 15835-2011 (余, 多, 近, 约, 超), GB/T 8170-2008 (rounding).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final, TypeAlias

from yibiao.core.intervals import Interval
from yibiao.core.numerals import Numeral

Rule: TypeAlias = Callable[[Numeral], Interval]

_WHOLE: Final = 100
_TENTH: Final = Decimal("0.1")
_TWENTIETH: Final = Decimal("0.05")
_NINE_TENTHS: Final = Decimal("0.9")


def _near(number: Numeral) -> Interval:
    low = max(number.value - number.last, number.value * _NINE_TENTHS)
    return Interval(low, number.value, high_open=True)


def _over(number: Numeral) -> Interval:
    return Interval(number.value, None, low_open=True)


def _least(number: Numeral) -> Interval:
    return Interval(number.value, None)


def _under(number: Numeral) -> Interval:
    return Interval(Decimal(0), number.value, high_open=True)


def _most(number: Numeral) -> Interval:
    return Interval(Decimal(0), number.value)


def _about(number: Numeral) -> Interval:
    """A place is the last that is not nought: 约300 is 270 to 330, 约25万 is 5 % either way."""
    size = abs(number.value)
    slack = min(max(number.last / 2, size * _TWENTIETH), size * _TENTH)
    return Interval(number.value - slack, number.value + slack)


def _table(*rows: tuple[str, Rule]) -> dict[str, Rule]:
    return {word: rule for words, rule in rows for word in words.split()}


BEFORE: Final[Mapping[str, Rule]] = _table(
    ("近 将近 接近 逼近 临近", _near),
    ("超 超过 逾 突破 超出 高于 多于 大于 过 不止 已超过 远超 远超过 破", _over),
    ("不少于 至少 不低于 不小于 最少 起码 少说 不下 不下于 上", _least),
    ("不足 不到 低于 少于 小于 未满 不满 未到", _under),
    ("不超过 至多 最多 不高于 不多于 不大于 不超", _most),
    ("约 大约 大概 大致 约为 约占 约有 约合", _about),
)
AFTER: Final[Mapping[str, Rule]] = _table(
    ("以上 及以上 之多 开外 + ＋", _least),
    ("以下 以内 之内 及以下 内", _most),
    ("左右 上下 前后 许", _about),
)
MORE: Final = ("余", "多", "来")


def interval(number: Numeral, hedge: str = "", *, inner: bool = False, percent: bool = False) -> Interval:
    """The interval of a numeral with a hedge. ``inner``: 余 stands before the scale (270余万) or there is no scale.

    A share in percent is rounded to what is written, be it 14.5% or 15%; 0 and 100 % are meant exactly.
    """
    if number.spread is not None and not hedge:
        return number.spread
    if hedge == "来":
        return _about(number)
    if hedge in MORE:
        step = number.last if inner or not number.scaled else number.place
        return Interval(number.value, number.value + step, low_open=True, high_open=True)
    if rule := BEFORE.get(hedge) or AFTER.get(hedge):
        return rule(number)
    if not number.value or not (number.scaled or percent) or (percent and number.value == _WHOLE):
        return Interval(number.value, number.value)
    half = number.place / 2
    return Interval(number.value - half, number.value + half, high_open=True)


def rounds_to(value: Decimal, number: Numeral) -> bool:
    """Whether a value, rounded once from its exact digits, half to even, is what stands written."""
    if not number.place:
        return False
    places = (value / number.place).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    return places * number.place == number.value
