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


_RULES: Final[Mapping[str, Rule]] = {
    "near": _near,
    "over": _over,
    "least": _least,
    "under": _under,
    "most": _most,
    "about": _about,
}


def _table(*rows: tuple[str, str]) -> dict[str, str]:
    return {word: sense for words, sense in rows for word in words.split()}


# What each hedge means, by where it stands; ``more`` is 余 and 多, which stand right behind the numeral or its scale.
BEFORE: Final[Mapping[str, str]] = _table(
    ("近 将近 接近 逼近 临近", "near"),
    ("超 超过 逾 突破 超出 高于 多于 大于 过 不止 已超过 远超 远超过 破", "over"),
    ("不少于 至少 不低于 不小于 最少 起码 少说 不下 不下于 上", "least"),
    ("不足 不到 低于 少于 小于 未满 不满 未到", "under"),
    ("不超过 至多 最多 不高于 不多于 不大于", "most"),
    ("约 大约 大概 大致 约为 约占 约有 约合", "about"),
)
AFTER: Final[Mapping[str, str]] = _table(
    ("以上 之多 开外 + ＋", "least"),
    ("以下 以内 之内 内", "most"),
    ("左右 上下 前后 许", "about"),
)
BEHIND: Final[Mapping[str, str]] = _table(("余 多", "more"), ("来", "about"))


def sense(hedge: str) -> str:
    """``near``, ``over``, ``least``, ``under``, ``most``, ``about`` or ``more``; empty for what is no hedge."""
    return BEFORE.get(hedge) or AFTER.get(hedge) or BEHIND.get(hedge) or ""


def interval(number: Numeral, hedge: str = "", *, inner: bool = False, percent: bool = False) -> Interval:
    """The interval of a numeral with a hedge. ``inner``: 余 stands before the scale (270余万) or there is no scale.

    A share in percent is rounded to what is written, be it 14.5% or 15%; 0 and 100 % are meant exactly.
    """
    if number.spread is not None:
        return number.spread
    meant = sense(hedge)
    if meant == "more":
        step = number.last if inner or not number.scaled else number.place
        return Interval(number.value, number.value + step, low_open=True, high_open=True)
    if rule := _RULES.get(meant):
        return rule(number)
    if not number.value or not (number.scaled or percent) or (percent and number.value == _WHOLE):
        return Interval(number.value, number.value)
    half = number.place / 2
    return Interval(number.value - half, number.value + half, high_open=True)


def true_of(value: Decimal, claimed: Interval, number: Numeral | None) -> bool:
    """Whether a phrase holds of an exact value: it lies in the interval, or rounds to what is written.

    ``number`` is None for phrases that are not rounded. Source: GB/T 8170-2008, half to even, once.
    """
    return value in claimed or (number is not None and _rounds_to(value, number))


def _rounds_to(value: Decimal, number: Numeral) -> bool:
    """Whether a value, rounded once from its exact digits, half to even, is what stands written."""
    if not number.place:
        return False
    places = (value / number.place).to_integral_value(rounding=ROUND_HALF_EVEN)
    return places * number.place == number.value
