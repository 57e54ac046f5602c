"""The phrase around a numeral: the hedge before or behind it, a range, and the interval that it claims."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from yibiao.core import hedges, numerals
from yibiao.core.intervals import Interval
from yibiao.core.numerals import Numeral
from yibiao.core.reading.amounts import CHINESE, Amount, amount
from yibiao.core.reading.types import Precision
from yibiao.core.reading.units import TIME

__all__ = ["CHINESE", "Phrase", "joined", "phrase"]

_BESIDE: Final = 6
_AFTER: Final = re.compile(
    r"(?:及其?|或者?|[(（]含[)）])?(?:以上|以下|以内|之内|之多|开外|左右|[+＋](?![\dA-Za-z\u4e00-\u9fff])"
    r"|上下(?![联级游功浮班水左车学班]))|许(?=[,，。;；、）)\n]|$)|前后(?=[,，。;；])"
)
_AFTER_SIGNS: Final = frozenset("及或(（以之开左+＋上许前")
_WITHIN: Final = re.compile(r"内(?![容部外涵地设]|不得)")
# Before a numeral; some words end in the same character as a hedge and are none (最近, 节约, 人手不足).
_BEFORE: Final = re.compile(
    r"(?:不少于|不低于|不小于|不超过|不高于|不多于|不大于|不下于|已超过|远超过?|超出|超过|突破|将近|接近|逼近|临近|不止|高于|多于|大于|低于|少于|小于"
    r"|至少|最少|起码|少说|至多|最多|(?<!人手)(?<!补)不足|不到|未到|未满|不满|不下|大约|大概|大致|约[为占有合达]"
    r"|(?<![最附临靠邻贴亲远新])近|(?<![赶高])超|(?<![节预契条签违制公履续邀合简特守])约|逾)"
    r"(?P<link>了|到|达到?|至|过)?[ \u3000]*$"
)
_BEFORE_SIGNS: Final = frozenset("于过近止少多码说足到满下约概致为占有合达超逾出破上了至 \u3000")
_ROUND: Final = re.compile(
    r"(?:(?<![以网线路街场山船车会手身晚早马海之水])上|(?<![通经超不难跨])过|(?<![侦打突攻爆])破)$"
)
_ROUND_HEADS: Final = ("百", "千", "万", "亿", "半", "一半")
_BROKEN: Final = re.compile(r"(?<![侦打突攻爆已])破$")
# A hedge that stands away from its number: 不少于所辖小区总数1%.
_AWAY: Final = re.compile(
    r"(不少于|不低于|不超过|不高于|至少|最多|约(?=占))[^\d,，。;；:：、\n零一二两三四五六七八九十百千万%％]{2,14}$"
)
_AWAY_SIGNS: Final = ("不", "至少", "最多", "约占")
_AWAY_REACH: Final = 24
_RANGE: Final = re.compile(r"\s*(?:至|到|[-－—–~～]{1,2})\s*")
_SHARES: Final = ("%", "‰", "个百分点", "个千分点")
_NARROW: Final = str.maketrans("（）％", "()%")
# 近三年 is the last three years, 奋战近50天 almost fifty days.
_SPENT: Final = re.compile(r"(?:战|时|续|达|过|了|共|计|行|走|守|干|跑|用|花|长|忙|累|期|作|动|查|耗|经)$")
_CALENDAR: Final = ("年", "个月", "天", "周", "日", "月")
_RECENT_MOST: Final = 10


@dataclass(frozen=True, slots=True)
class Phrase:
    """A quantity in a text; offsets are those of ``Run``. ``bare``: the numeral is a lone 百, 千, 万 or 亿."""

    start: int
    end: int
    num_start: int
    num_end: int
    number: Numeral
    value: Decimal
    interval: Interval
    precision: Precision
    hedge: str | None
    unit: str | None
    bare: bool = False

    def holds(self, value: Decimal) -> bool:
        """Whether the phrase is true of an exact value."""
        return hedges.true_of(value, self.interval, self.number if self.precision == "rounded" else None)


def phrase(text: str, at: int, floor: int) -> Phrase | None:
    """The quantity whose numeral begins at a place, looking back no further than ``floor``; None if there is none."""
    found = amount(text, at)
    if found is None:
        return None
    start = at
    below = text.startswith("零下", max(0, at - 2))
    if below or _is_negative(text, at, floor):
        start = at if below else at - 1
        found.number = replace(found.number, value=-found.number.value)
    start, end, hedge = _hedged(text, start, floor, found)
    unit = found.unit.translate(_NARROW).replace("个多", "个").replace("个半", "个") if found.unit else None
    if unit is None and text[start - 1 : start] in ("￥", "¥"):
        unit = "元"
    number = found.number
    interval = hedges.interval(number, hedge or found.more, inner=found.inner, percent=unit in _SHARES)
    said = hedge or found.more or number.word or None
    precision: Precision = "exact" if interval.low == interval.high else "rounded"
    if said or number.spread:
        precision = "hedged"
    bare = number.value > 0 and text[at] in "百千万亿" and all(sign in "百千万亿" for sign in text[at : found.num_end])
    return Phrase(start, end, at, found.num_end, number, number.value, interval, precision, said, unit, bare)


def _is_negative(text: str, at: int, floor: int) -> bool:
    """A minus directly before the digits, where it cannot be a dash between two."""
    if at <= floor or text[at - 1] not in "-－−":
        return False
    before = text[at - 2 : at - 1] if at - 1 > floor else ""
    return not (before.isdecimal() or (before.isascii() and before.isalpha()) or before in tuple(")）%％万亿年月日时"))


def _hedged(text: str, start: int, floor: int, found: Amount) -> tuple[int, int, str | None]:
    """Where the phrase begins and ends with its hedge, and the hedge."""
    if before := _hedge_before(text, start, floor, found):
        word = before[0].strip(" \u3000")
        link = before["link"] if "link" in before.re.groupindex else None
        return before.start(), found.end, word.removesuffix(link) if link else word
    if after := _hedge_after(text, found):
        word = next((known for known in hedges.AFTER if after[0].endswith(known)), after[0])
        return start, after.end(), word
    window = text[max(floor, start - _AWAY_REACH) : start]
    if any(sign in window for sign in _AWAY_SIGNS) and (away := _AWAY.search(window)):
        return start, found.end, away[1]
    return start, found.end, None


def _hedge_after(text: str, found: Amount) -> re.Match[str] | None:
    sign = text[found.end : found.end + 1]
    if sign == "内" and found.unit and TIME.fullmatch(found.unit):
        return _WITHIN.match(text, found.end)
    return _AFTER.match(text, found.end) if sign in _AFTER_SIGNS else None


def _hedge_before(text: str, start: int, floor: int, found: Amount) -> re.Match[str] | None:
    low = max(floor, start - _BESIDE)
    if start == low or text[start - 1] not in _BEFORE_SIGNS:
        return None
    match = _BEFORE.search(text, low, start)
    if match is None and (text.startswith(_ROUND_HEADS, start) or text.startswith("成", found.num_end)):
        match = _ROUND.search(text, low, start)
    if match is None and found.number.scaled:
        match = _BROKEN.search(text, low, start)
    if match and match[0] == "近" and _is_recent(text, match.start(), floor, found):
        return None
    return match


def _is_recent(text: str, start: int, floor: int, found: Amount) -> bool:
    if found.unit not in _CALENDAR or found.number.value > _RECENT_MOST:
        return False
    return not _SPENT.search(text, max(floor, start - 2), start)


_FIRST: Final = re.compile(rf"\d|[{numerals.CHINESE}几半]|[数](?=[十百千万亿])")


def quantity(said: str) -> Phrase | None:
    """The quantity of a phrase that is nothing else: ``近45万人``, ``十四个月``, ``零``; None where there is none."""
    match = _FIRST.search(said)
    found = phrase(said, match.start(), 0) if match else None
    return joined(said, found) if found else None


def joined(text: str, first: Phrase) -> Phrase:
    """The range that begins with a phrase (3至5个, 63%~68%), or the phrase itself."""
    if first.unit is None and (shared := _shared(text, first)):
        return shared
    link = _RANGE.match(text, first.end)
    if link is None or (first.hedge and first.start != first.num_start):
        return first
    at = link.end()
    if not (text[at : at + 1].isdecimal() or text[at : at + 1] in tuple(numerals.CHINESE)):
        return first
    last = phrase(text, at, at)
    if last is None or (first.unit and first.unit != last.unit):
        return first
    low = first.number.value
    if not first.unit and not first.number.scaled and last.number.place > 1:
        low *= _scale_of(text[at : last.num_end])
    if low >= last.value:
        return first
    whole = replace(last.interval, low=low, low_open=False) if last.hedge else Interval(low, last.value)
    return Phrase(
        first.start, last.end, first.num_start, last.num_end,
        replace(first.number, value=low), low, whole, "hedged", "至", last.unit,
    )  # fmt: skip


_WITH: Final = re.compile("[和、与及](?=[\\d.]+)")


def _shared(text: str, first: Phrase) -> Phrase | None:
    """A number that takes its unit from the next: 分别提高2.16和1.66个百分点."""
    link = _WITH.match(text, first.end)
    following = phrase(text, link.end(), link.end()) if link else None
    if following is None or following.unit is None or following.hedge or not first.number.scaled:
        return None
    return replace(first, unit=following.unit)


def _scale_of(num: str) -> Decimal:
    """The 万 or 亿 that a range shares: 3至5万."""
    tail = num.rstrip("万亿")
    return numerals.size(num[len(tail) :])
