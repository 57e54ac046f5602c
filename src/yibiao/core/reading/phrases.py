"""The phrase around a numeral: hedge, scale, unit, range; and the interval that it claims."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from yibiao.core import hedges, numerals
from yibiao.core.intervals import Interval
from yibiao.core.numerals import Numeral
from yibiao.core.reading.types import Precision
from yibiao.core.reading.units import TIME, UNIT

_C: Final = numerals.CHINESE
CHINESE: Final = re.compile(
    rf"(?:好?[几数](?=[十百千万亿])[十百千万亿]+|几|[{_C}]+点[零〇一二三四五六七八九]+[万亿]?|[{_C}]+(?:几[百千万亿]*)?)"
)
_FRACTION: Final = re.compile(
    rf"(?P<below>百|千|万|[{_C}]+|\d+)分之(?P<above>[{_C}几数]+(?:点[零〇一二三四五六七八九]+)?|\d+(?:\.\d+)?)"
)
_RATIO: Final = re.compile(r"(?<![\d/.])(\d)/([2-9]|10)(?![\d/年月日])")
_MORE: Final = re.compile(r"[余多]|来(?![自到源访信电人临说讲看去往回袭得]|$)|几(?=[万亿])")
_SCALE: Final = re.compile(numerals.SCALE)
_HALF: Final = re.compile(r"半(?![径数价年天小岛夜个山路截成导])")
_AFTER: Final = re.compile(
    r"(?:及其?|或者?|[(（]含[)）])?(?:以上|以下|以内|之内|之多|开外|左右|[+＋](?![\dA-Za-z\u4e00-\u9fff])|上下(?![联级游功浮班水左车学班]))|许(?=[,，。;；、）)\n]|$)|前后(?=[,，。;；])"
)
# The open class: a lone character between a number and a stop is its measure word.
_OWN: Final = re.compile(r"[\u4e00-\u9fff](?<![的了和与及以等起至到由之是为有在元内外中上下前后左右年月日时分秒号第余多来名])(?=[，,、。；;）)])")
_WITHIN: Final = re.compile(r"内(?![容部外涵地设]|不得)")
# Before a numeral; what may not stand before the hedge itself is a word that ends in the same character.
_BEFORE: Final = re.compile(
    r"(?:不少于|不低于|不小于|不超过|不高于|不多于|不大于|不下于|已超过|远超过?|超出|超过|突破|将近|接近|逼近|临近|不止|高于|多于|大于|低于|少于|小于"
    r"|至少|最少|起码|少说|至多|最多|(?<!人手)(?<!补)不足|不到|未到|未满|不满|不下|大约|大概|大致|约[为占有合达]"
    r"|(?<![最附临靠邻贴亲远新])近|(?<![赶高])超|(?<![节预契条签违制公履续邀合简特守])约|逾)"
    r"(?:了|到|达到?|至|过)?[ \u3000]*$"
)
_ROUND: Final = re.compile(r"(?:(?<![以网线路街场山船车会手身晚早马海之水])上|(?<![通经超不难跨])过|(?<![侦打突攻爆])破)$")
# A hedge that stands away from its number: 不少于所辖小区总数1%.
_AWAY: Final = re.compile(r"(不少于|不低于|不超过|不高于|至少|最多|约(?=占))[^\d,，。;；:：、\n零一二两三四五六七八九十百千万%％]{2,14}$")
_RANGE: Final = re.compile(r"\s*(?:至|到|[-－—–~～]{1,2})\s*")
_CLASSES: Final = {"已超过": "超过", "远超": "超", "远超过": "超过"}
_WIDTH: Final = str.maketrans("（）％", "()%")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A quantity in a text; offsets are those of ``Run``."""

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
    bare: bool = False  # the numeral is a lone 百, 千, 万 or 亿


def phrase(text: str, at: int, floor: int) -> Phrase | None:
    """The quantity whose numeral begins at a place, looking back no further than ``floor``; None if there is none."""
    token = _token(text, at)
    if token is None:
        return None
    number, num_end = token
    start, sign = _signed(text, at, floor)
    if sign:
        number = replace(number, value=-number.value)
    return _finish(text, start, at, num_end, number, floor)


_HALF_OF: Final = Numeral(Decimal("0.5"), Decimal(0), Decimal("0.05"))


def _token(text: str, at: int) -> tuple[Numeral, int] | None:
    if (ratio := _RATIO.match(text, at)) and 0 < int(ratio[1]) < int(ratio[2]):
        value = Decimal(int(ratio[1])) / int(ratio[2])
        return Numeral(value, Decimal(0), value / 20), ratio.end()
    if fraction := _FRACTION.match(text, at):
        if number := _divided(fraction):
            return number, fraction.end()
    if match := numerals.ARABIC.match(text, at):
        return numerals.arabic(match[0]), match.end()
    if text[at] == "半" or text.startswith("一半", at):
        return _HALF_OF, at + (2 if text.startswith(("一半", "半数"), at) else 1)
    match = CHINESE.match(text, at)
    if match is None:
        return None
    number = numerals.chinese(match[0])
    return None if number is None else (number, match.end())


def _divided(match: re.Match[str]) -> Numeral | None:
    """百分之三十 is 30 in percent points; 三分之一 a third."""
    below = _number(match["below"])
    above = _number(match["above"])
    if below is None or above is None or not below.value:
        return None
    if match["below"] in ("百", "千", "万"):
        return above
    value = above.value / below.value
    return Numeral(value, Decimal(0), value / 20)


def _number(text: str) -> Numeral | None:
    return numerals.arabic(text) if text[0].isdecimal() else numerals.chinese(text)


def _signed(text: str, at: int, floor: int) -> tuple[int, bool]:
    """A minus directly before the digits, where it cannot be a dash between two."""
    if at > floor and text[at - 1] in "-－−" and (at - 1 == floor or not (text[at - 2].isdecimal() or text[at - 2].isascii() and text[at - 2].isalpha() or text[at - 2] in ")）%％万亿年月日时")):
        return at - 1, True
    return at, False


def _finish(text: str, start: int, at: int, num_end: int, number: Numeral, floor: int) -> Phrase:
    end, unit, more, inner = num_end, None, "", False
    percent = text[at:num_end].startswith(("百分之", "千分之"))
    more_match = _MORE.match(text, end)
    if more_match and (more_match[0] != "来" or UNIT.match(text, more_match.end()) or text[more_match.end() : more_match.end() + 1] in "万亿"):
        more, end = more_match[0], more_match.end()
        if scale := _SCALE.match(text, end):
            number, end, inner, num_end = _scaled(number, scale[0]), scale.end(), True, num_end
            if again := _MORE.match(text, end):
                end = again.end()
    if percent:
        unit = "%" if text[at] == "百" else "‰"
    elif (match := UNIT.match(text, end)) and match[0]:
        unit, end = match[0], match.end()
        end, more, number = _after_unit(text, end, more, number, unit)
    elif not percent and text[at].isdecimal() and (match := _OWN.match(text, end)):
        unit, end = match[0], match.end()
    before = _hedge_before(text, start, floor, number, unit)
    after = _AFTER.match(text, end) or (_WITHIN.match(text, end) if unit and TIME.fullmatch(unit) else None)
    hedge, near_end = _hedge(before, after, more)
    if before is not None:
        start = before.start()
    elif hedge is None and (away := _AWAY.search(text, max(floor, start - 24), start)):
        hedge = away[1]
    if after is not None and (before is None):
        end = after.end()
    unit_plain = _plain(unit)
    if unit is None and text[start - 1 : start] in ("￥", "¥"):
        unit_plain = "元"
    rule = hedge or more or ""
    interval = hedges.interval(number, _CLASSES.get(rule, rule), inner=inner, percent=unit_plain == "%")
    said = hedge or more or number.word or None
    precision: Precision = "hedged" if said or number.spread else "exact" if interval.low == interval.high else "rounded"
    unit_said = "%" if unit_plain == "成" else unit_plain
    bare = number.value > 0 and all(sign in "百千万亿" for sign in text[at:num_end])
    return Phrase(start, end, at, num_end, number, number.value, interval, precision, said, unit_said, bare)


def _scaled(number: Numeral, scale: str) -> Numeral:
    size = Decimal(1)
    for sign in scale:
        size *= numerals.TENS.get(sign) or numerals.MYRIADS[sign]
    return Numeral(number.value * size, number.place * size, number.last * size, True)


def _after_unit(text: str, end: int, more: str, number: Numeral, unit: str) -> tuple[int, str, Numeral]:
    """一年多, 3个月余, 两年半, 3个多月."""
    if "多" in unit and not more:
        return end, "多", number
    if unit.startswith("个半"):
        return end, more, replace(number, value=number.value + _HALF_OF.value)
    if unit == "成":
        return _tenths(text, end, more, number)
    if (half := _HALF.match(text, end)) and unit in ("年", "天", "个月", "小时", "倍", "个小时"):
        return half.end(), more, replace(number, value=number.value + Decimal("0.5"))
    if not more and text[end : end + 1] in ("多", "余") and unit in _OPEN_UNITS:
        if not text.startswith(("多名", "多次", "多个", "多家", "多条", "多方", "多部"), end):
            return end + 1, text[end], number
    return end, more, number


_OPEN_UNITS: Final = ("年", "个月", "天", "小时", "个小时", "倍", "米", "岁", "周", "个星期")
_TEN: Final = Decimal(10)


def _tenths(text: str, end: int, more: str, number: Numeral) -> tuple[int, str, Numeral]:
    """成 is told in percent points: 八成 is 80, 九成八 98, 两成多 between 20 and 30."""
    spread = number.spread
    if spread:
        spread = Interval(spread.low * _TEN, (spread.high or spread.low) * _TEN)
    told = Numeral(number.value * _TEN, _TEN, number.last * _TEN, True, spread, number.word)
    following = text[end : end + 1]
    if following in numerals.DIGITS and not UNIT.match(text, end + 1):
        value = told.value + numerals.DIGITS[following]
        return end + 1, more, Numeral(value, numerals.ONE, numerals.ONE, True)
    if following == "半":
        return end + 1, more, Numeral(told.value + 5, numerals.ONE, numerals.ONE, True)
    if following in ("多", "余") and not more:
        return end + 1, following, told
    return end, more, told


def _hedge_before(
    text: str, start: int, floor: int, number: Numeral, unit: str | None
) -> re.Match[str] | None:
    low = max(floor, start - 6)
    found = _BEFORE.search(text, low, start)
    if found is None and (text[start] in "百千万亿半" or text.startswith("一半", start) or unit == "成"):
        found = _ROUND.search(text, low, start)
    if found is None and number.scaled and text[low:start].endswith("破"):
        found = _BROKEN.search(text, low, start)
    if found and found[0] == "近" and _recent(text, found.start(), floor, number, unit):
        return None
    return found


_BROKEN: Final = re.compile(r"(?<![侦打突攻爆已])破$")
_SPENT: Final = re.compile(r"(?:战|时|续|达|过|了|共|计|行|走|守|干|跑|用|花|长|忙|累|期|作|动|查|耗|经|期)$")


def _recent(text: str, start: int, floor: int, number: Numeral, unit: str | None) -> bool:
    """近三年 is the last three years, 奋战近50天 almost fifty days."""
    if unit not in ("年", "个月", "天", "周", "日", "月"):
        return False
    return number.value < 11 and not _SPENT.search(text, max(floor, start - 2), start)


def _hedge(before: re.Match[str] | None, after: re.Match[str] | None, more: str) -> tuple[str | None, int]:
    if before is not None:
        return before[0].strip(" \u3000").removesuffix("了").removesuffix("到").removesuffix("达") if len(before[0]) > 2 else before[0].strip(), 0
    if after is not None:
        return _last(after[0]), 0
    return None, 0


def _last(word: str) -> str:
    return next((known for known in hedges.AFTER if word.endswith(known)), word)


def _plain(unit: str | None) -> str | None:
    """The unit as a clerk would look it up: 个多月 is 个月, brackets and % narrow."""
    if unit is None:
        return None
    return unit.translate(_WIDTH).replace("个多", "个").replace("个半", "个")


def joined(text: str, first: Phrase, floor: int) -> Phrase:
    """The range that begins with a phrase (3至5个, 63%~68%), or the phrase itself."""
    link = _RANGE.match(text, first.end)
    if link is None or first.hedge and first.start != first.num_start or first.end >= len(text):
        return first
    at = link.end()
    if at >= len(text) or not (text[at].isdecimal() or text[at] in _C):
        return first
    last = phrase(text, at, at)
    if last is None or (first.unit and last.unit and first.unit != last.unit):
        return first
    low = first.number
    if not first.unit and last.number.scaled and not low.scaled and last.number.place > 1:
        low = replace(low, value=low.value * _scale_of(text[at : last.num_end]))
    if low.value >= last.number.value or (first.unit and not last.unit):
        return first
    interval = Interval(low.value, last.interval.high, high_open=last.interval.high_open)
    return Phrase(
        first.start, last.end, first.num_start, last.num_end, low, low.value,
        interval if last.hedge else Interval(low.value, last.value), "hedged", "至", last.unit or first.unit,
    )  # fmt: skip


def _scale_of(num: str) -> Decimal:
    size = Decimal(1)
    for sign in reversed(num):
        if sign not in numerals.MYRIADS:
            break
        size *= numerals.MYRIADS[sign]
    return size
