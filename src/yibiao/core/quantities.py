"""What a number counts: units of bulletins, kinds of figures, and which of them go together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from yibiao.core.problems import Problem, Rule

KINDS: Final = ("flow", "visits", "distinct", "stock", "ratio", "streak", "zero")

# Which kinds a measure can give: distinct counts are re-counted and stocks are newest values, so neither is a sum.
# Person-shifts are visits that are counted as distinct pairs of person and shift.
_KINDS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "count": ("flow", "visits"),
    "sum": ("flow", "visits"),
    "distinct": ("distinct", "stock", "visits"),
    "latest": ("stock", "flow", "visits"),
    "ratio": ("ratio",),
    "streak": ("streak",),
    "zero": ("zero",),
    "expr": KINDS,
}
MEASURES: Final = tuple(_KINDS_OF)

MEASURE: Final = Rule(
    "core.quantity.measure",
    "没有“{measure}”这种算法。",
    "There is no measure “{measure}”.",
    "可用：{known}。",
    "Known: {known}.",
)
KIND: Final = Rule(
    "core.quantity.kind",
    "算法“{measure}”得不出“{kind}”类的数。",
    "The measure “{measure}” cannot give a figure of kind “{kind}”.",
    "可用的类：{known}。",
    "Kinds that it gives: {known}.",
)
UNIT: Final = Rule(
    "core.quantity.unit",
    "“{kind}”类的数不能用单位“{unit}”。",
    "A figure of kind “{kind}” cannot have the unit “{unit}”.",
    "请这样改：{remedy}",
    "{remedy_en}",
)


@dataclass(frozen=True, slots=True)
class Unit:
    """``dimension`` groups units that may be compared; ``counts`` is what one of it is.

    ``factor`` is how many of the dimension's base unit one of it is: 10000 for 万元, whose base is 元.
    """

    symbol: str
    dimension: str
    counts: str
    factor: Decimal = Decimal(1)


def _table(*rows: tuple[str, str, str]) -> dict[str, Unit]:
    """Symbols may carry their factor: ``公顷*10000``."""
    found = {}
    for symbols, dimension, counts in rows:
        for each in symbols.split():
            symbol, _, factor = each.partition("*")
            found[symbol] = Unit(symbol, dimension, counts, Decimal(factor or 1))
    return found


UNITS: Final[Mapping[str, Unit]] = _table(
    ("人 名 位", "persons", "persons"),
    ("户 家 个", "objects", "objects"),
    ("处", "spots", "objects"),
    ("所 座 栋 幢", "buildings", "objects"),
    ("起 件 宗 例", "events", "events"),
    ("项 条", "items", "events"),
    ("份 册 张 本 篇 幅", "copies", "copies"),
    ("套 台 辆 架 艘 部", "machines", "machines"),
    ("支 队 组", "teams", "teams"),
    ("场 期", "sessions", "sessions"),
    ("场次 批次 期次", "sessions", "sessions"),
    ("次", "times", "visits"),
    ("台次 辆次 车次", "machines-visits", "visits"),
    ("户次 家次", "objects-visits", "visits"),
    ("% ‰ 个百分点", "share", "share"),
    ("天 日", "days", "time"),
    ("个月", "months", "time"),
    ("年", "years", "time"),
    ("秒 分钟*60 分*60 刻钟*900 小时*3600 个小时*3600", "clock", "time"),
    ("元 角*0.1 万元*10000 亿元*100000000", "money", "money"),
    ("公斤 千克 克*0.001 毫克*0.000001 斤*0.5 吨*1000", "mass", "amount"),
    ("平方米 平米 ㎡ 公顷*10000 平方公里*1000000 平方千米*1000000 亩*666.6666666666666666666666667", "area", "amount"),
    ("米 厘米*0.01 毫米*0.001 公里*1000 千米*1000 里*500 海里*1852", "length", "amount"),
    ("立方米 立方 升*0.001 毫升*0.000001", "volume", "amount"),
    ("千瓦时 度 兆瓦时*1000", "energy", "amount"),
)  # fmt: skip


def unit(symbol: str) -> Unit:
    """Any “X次” counts visits of X (人次, 矿次); another unknown word counts things of its own."""
    if found := UNITS.get(symbol):
        return found
    if symbol.endswith("次") and len(symbol) > 1:
        base = UNITS.get(symbol[:-1])
        return Unit(symbol, f"{base.dimension if base else symbol[:-1]}-visits", "visits")
    return Unit(symbol, symbol, "objects")


# Measure words of pieces have no word in English: the label says what is counted.
_ENGLISH: Final[Mapping[str, str]] = {
    "天": "days", "日": "days", "个月": "months", "年": "years",
    "秒": "seconds", "分钟": "minutes", "分": "minutes", "小时": "hours", "个小时": "hours",
    "元": "yuan", "万元": "×10,000 yuan", "亿元": "×100 million yuan",
    "公斤": "kg", "千克": "kg", "克": "g", "吨": "t", "平方米": "m²", "平米": "m²", "公顷": "ha", "平方公里": "km²",
    "米": "m", "厘米": "cm", "毫米": "mm", "公里": "km", "千米": "km", "升": "l", "立方米": "m³", "千瓦时": "kWh",
    "个百分点": "percentage points",
}  # fmt: skip


def said(symbol: str, language: str) -> str:
    """A unit behind a number, for readers of ``zh`` or ``en``; empty where English says nothing there (3 起 is 3)."""
    if language != "en" or symbol.isascii() or symbol == "‰":
        return symbol
    return _ENGLISH.get(symbol, "times" if unit(symbol).counts == "visits" else "")


def headed(label: str, symbol: str, language: str) -> str:
    """What stands above numbers: what they are of, and in which unit."""
    unit_said = said(symbol, language) if symbol else ""
    return (f"{label} ({unit_said})" if language == "en" else f"{label}（{unit_said}）") if unit_said else label


def compatible(a: str, b: str) -> bool:
    """Whether two numbers with these units may be held against each other: 户 and 家 may, 人 and 人次 may not."""
    return unit(a).dimension == unit(b).dimension


def convert(value: Decimal, unit_from: str, unit_to: str) -> Decimal | None:
    """A value told in another unit of its dimension: 3 万元 is 30000 元. None where the two cannot be compared."""
    a, b = unit(unit_from), unit(unit_to)
    if a.dimension != b.dimension:
        return None
    return value if a.factor == b.factor else value * a.factor / b.factor


def fits(measure: str, kind: str, symbol: str) -> list[Problem]:
    """Whether an indicator may combine this measure, kind and unit; all objections."""
    if measure not in _KINDS_OF:
        return [MEASURE.at(measure=measure, known="、".join(MEASURES))]
    problems = []
    if kind not in _KINDS_OF[measure]:
        problems.append(KIND.at(measure=measure, kind=kind, known="、".join(_KINDS_OF[measure])))
    counts = unit(symbol).counts
    if remedy := _objection(kind, counts):
        problems.append(UNIT.at(kind=kind, unit=symbol, remedy=remedy[0], remedy_en=remedy[1]))
    return problems


def _objection(kind: str, counts: str) -> tuple[str, str] | None:
    if kind == "visits" and counts not in ("visits", "sessions"):
        return "人次一类的数要用“…次”作单位，例如人次、户次。", "Use a unit that ends in “次”, such as “人次”."
    if kind in ("distinct", "stock", "flow") and counts == "visits":
        return (
            "“…次”是人次一类的数，请把类改为 visits。",
            "A unit that ends in 次 counts visits: set the kind to visits.",
        )
    if kind == "ratio" and counts != "share":
        return "比率请用 %、‰ 或个百分点。", "Use “%”, “‰” or “个百分点” for a ratio."
    if kind == "streak" and counts != "time":
        return "连续时长请用天、个月或年。", "Use “天”, “个月” or “年” for a streak."
    return None
