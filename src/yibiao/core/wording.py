"""Writes a number as people say it, where that is provably true of the exact value; and reads it back as an interval.

The table of intervals is the definition; writing uses it backwards.
Source: GB/T 15835-2011 (writing numbers), GB/T 8170-2008 (rounding half to even, once, from the exact value).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Final

from yibiao.core import hedges
from yibiao.core.intervals import Interval
from yibiao.core.numerals import SCALES
from yibiao.core.problems import Rule, refuse
from yibiao.core.reading import Phrase, quantity

UNKNOWN: Final = Rule(
    "core.wording.unknown",
    "看不懂数字写法“{text}”。",
    "The wording “{text}” is not known.",
    "可用：exact、中文、万、万.1、亿.1、.1、余、多、近、超、约、以上，可带数，例如“近 100”“超 1000万”。",
    "Use “exact”, “中文”, “万”, “万.1”, “亿.1”, “.1”, “余”, “近”, “超” or “约”; with a number where wanted: “近 100”.",
)
UNTRUE: Final = Rule(
    "core.wording.untrue",
    "准确数是{value}，写法“{wording}”{phrase}不属实。",
    "The exact figure is {value}; the wording “{wording}”{phrase_en} is not true of it.",
    "可以改用：{offers}。",
    "True wordings: {offers}.",
)
UNREADABLE: Final = Rule(
    "core.wording.unreadable",
    "“{text}”里没有读得懂的数。",
    "No number can be read in “{text}”.",
    "请检查数字写法。",
    "Check how the number is written.",
)

_LONGEST_FRACTION: Final = 6


@dataclass(frozen=True, slots=True)
class Wording:
    """How a number is to be written. ``base`` is the round number that a hedge names, None to find it."""

    text: str
    hedge: str = ""
    scale: str = ""
    places: int | None = None
    base: Decimal | None = None
    chinese: bool = False


_TOKEN: Final = re.compile(
    r"\s*(?:(?P<hedge>将近|接近|超过|突破|不少于|至少|以上|左右|余|多|近|超|逾|约)"
    r"|(?P<number>\d+(?:\.(?P<fraction>\d+))?)(?P<of>万|亿)?"
    r"|(?P<scale>万|亿)?(?:\.(?P<places>\d))"
    r"|(?P<plain>万|亿)|(?P<word>exact|准确|中文))\s*"
)


_PARTS: Final[Mapping[str, str]] = {
    "hedge": "hedge", "word": "word", "number": "number", "fraction": "number", "of": "number",
    "plain": "scale", "places": "scale",
}  # fmt: skip


def parse(text: str) -> Wording:
    """Read a wording such as ``exact``, ``万.1 余``, ``近 万``, ``超 1000万``, ``.1`` or ``中文``.

    Raises: core.wording.unknown.
    """
    at, hedge, scale, base, chinese = 0, "", "", None, False
    places: int | None = None
    seen: set[str] = set()
    while at < len(text):
        match = _TOKEN.match(text, at)
        kind = _PARTS[match.lastgroup or ""] if match else ""
        if match is None or kind in seen:
            raise refuse(UNKNOWN.at(text=text))
        seen.add(kind)
        at = match.end()
        if match["number"]:
            base, scale = Decimal(match["number"]) * SCALES[match["of"] or ""], match["of"] or ""
            places = len(match["fraction"] or "")
        hedge = match["hedge"] or hedge
        scale = match["scale"] or match["plain"] or scale
        places = int(match["places"]) if match["places"] else places
        chinese = chinese or match["word"] == "中文"
    if (
        not seen
        or (seen & {"word"} and len(seen) > 1)
        or seen >= {"number", "scale"}
        or (base is not None and not hedge)
    ):
        raise refuse(UNKNOWN.at(text=text))
    return Wording(text.strip(), hedge, scale, places, base, chinese)


def write(value: Decimal, wording: Wording, unit: str = "") -> str:
    """The phrase for a value, with its unit where one is given: ``2.8万余个``, ``近45万人``, ``198人次``.

    Raises: core.wording.untrue, with wordings that are true.
    """
    phrase = _phrase(value, wording, unit)
    if phrase is None or not _read(phrase).holds(value):
        shown = f"（{phrase}）" if phrase else ""
        shown_en = f" ({phrase})" if phrase else ""
        true = "、".join(f"{text}（{_phrase(value, parse(text), unit)}）" for text in offers(value, unit))
        raise refuse(
            UNTRUE.at(value=_digits(value), wording=wording.text, phrase=shown, phrase_en=shown_en, offers=true or "无")
        )
    return phrase


def offers(value: Decimal, unit: str = "") -> list[str]:
    """Wordings that are true of a value in a unit, the most exact first."""
    usual = ["exact", ".1"] if value % 1 else ["exact"]
    if value >= 100_000_000:
        usual += ["亿.2", "亿.1", "亿.1 余"]
    if value >= 10_000:
        usual += ["万.2", "万.1", "万", "万.1 余", "万 余", "近 万.1", "近 万", "超 万", "约 万"]
    elif value >= 10:
        usual += ["余", "近", "超", "约"]
    return [text for text in usual if (phrase := _phrase(value, parse(text), unit)) and _read(phrase).holds(value)]


def _phrase(value: Decimal, wording: Wording, unit: str) -> str | None:
    """The phrase if one can be formed; whether it is true is for the interval to say."""
    if wording.chinese:
        return chinese(value, unit) + unit if value == value.to_integral_value() and 0 <= value < 10**12 else None
    if not wording.hedge:
        return _unhedged(value, wording, unit)
    for base in _bases(value, wording):
        digits = _digits(base / SCALES[wording.scale], wording.places)
        phrase = _placed(digits, wording, unit)
        if value in interval(phrase):
            return phrase
    return None


def _unhedged(value: Decimal, wording: Wording, unit: str) -> str | None:
    if wording.places is None and not wording.scale:
        digits = _digits(value)
        return None if len(digits.partition(".")[2]) > _LONGEST_FRACTION else digits + unit
    scaled = _rounded(value / SCALES[wording.scale], wording.places or 0)
    if value and not scaled:
        return None
    return _digits(scaled, wording.places or 0) + wording.scale + unit


# Towards which round number a hedge points; 余, 超 and 以上 name the one below.
_WAYS: Final[Mapping[str, str]] = {"near": ROUND_CEILING, "about": ROUND_HALF_EVEN}


def _bases(value: Decimal, wording: Wording) -> Iterator[Decimal]:
    """Round numbers that the hedge may name, the roundest first."""
    if wording.base is not None:
        yield wording.base
        return
    if value <= 0:
        return
    finest = SCALES[wording.scale].scaleb(-(wording.places or 0))
    sense = hedges.sense(wording.hedge)
    way = _WAYS.get(sense, ROUND_FLOOR)
    if wording.scale and (sense in ("more", "about") or wording.places is not None):
        yield _step(value, finest, way)
        return
    top = value.adjusted()
    coarsest = top - 1 if sense == "about" or (sense == "more" and value >= 1000) else top
    for exponent in range(max(coarsest, finest.adjusted()), finest.adjusted() - 1, -1):
        yield _step(value, Decimal(1).scaleb(exponent), way)


def _step(value: Decimal, step: Decimal, way: str) -> Decimal:
    return (value / step).to_integral_value(rounding=way) * step


def _placed(digits: str, wording: Wording, unit: str) -> str:
    if wording.hedge in hedges.BEHIND:
        return f"{digits}{wording.scale}{wording.hedge}{unit}"
    if wording.hedge in hedges.AFTER:
        return f"{digits}{wording.scale}{unit}{wording.hedge}"
    return f"{wording.hedge}{digits}{wording.scale}{unit}"


def interval(phrase: str) -> Interval:
    """What a written number says of the exact value.

    Raises: core.wording.unreadable.
    """
    return _read(phrase).interval


def _read(phrase: str) -> Phrase:
    found = quantity(phrase)
    if found is None:
        raise refuse(UNREADABLE.at(text=phrase))
    return found


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)


def _digits(value: Decimal, places: int | None = None) -> str:
    """Plain digits, with just the places asked for, or as many as the value has."""
    if places is not None and value == _rounded(value, places):
        return format(_rounded(value, places), "f")
    whole = value == value.to_integral_value()
    return format(value.quantize(Decimal(1)) if whole else value.normalize(), "f")


_ONES: Final = "零一二三四五六七八九"


def chinese(value: Decimal, unit: str = "") -> str:
    """A whole number in Chinese numerals: 14 → 十四; before a unit 2 is 两."""
    number = int(value)
    if number == 2 and unit:
        return "两"
    if number == 0:
        return "零"
    text, gap = "", False
    for scale, size in (("亿", 10**8), ("万", 10**4), ("", 1)):
        part, number = divmod(number, size)
        if not part:
            gap = bool(text)
            continue
        text += ("零" if text and (gap or part < 1000) else "") + _below_myriad(part) + scale
        gap = False
    return text.removeprefix("一") if text.startswith("一十") else text


def _below_myriad(number: int) -> str:
    text, gap = "", False
    for word, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, number = divmod(number, size)
        if digit:
            text += ("零" if gap and text else "") + _ONES[digit] + word
        gap = not digit
    return text


def phrases(value: Decimal, unit: str = "") -> list[tuple[str, str]]:
    """Every true wording with its phrase, for a chooser: ``[("exact", "28143个"), ("万.1 余", "2.8万余个")]``."""
    return [(text, write(value, parse(text), unit)) for text in offers(value, unit)]
