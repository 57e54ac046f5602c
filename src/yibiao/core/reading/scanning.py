"""The pass: every numeral of a text once, from left to right, as a claim or as something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from yibiao.core import numerals
from yibiao.core.reading import lexicon, names, phrases, words
from yibiao.core.reading.clauses import Counted, counted
from yibiao.core.reading.dates import DATES
from yibiao.core.reading.kinds import kind
from yibiao.core.reading.phrases import Phrase
from yibiao.core.reading.rules import NotClaim, first
from yibiao.core.reading.thresholds import edge
from yibiao.core.reading.types import Reading, Run
from yibiao.core.reading.units import UNIT

_NUMERAL: Final = re.compile(
    rf"\d|[{numerals.CHINESE}]|[几数](?=[十百千万亿])|几(?![乎何时许经番度])"
    r"|半(?=年|个[月小]|小时|天|数(?!字))|(?<=[过近超])半(?![年个小天径导岛路夜边圆])"
)
_LOOSE: Final = re.compile(r"\d+(?:[.,]\d+){0,6}")
# Spaces that some editors put between digits and characters; they separate nothing.
_GAP: Final = re.compile(
    r"(?<=[\d万亿])[ \u00a0\u3000]+(?=[\u4e00-\u9fff%％‰])|(?<=[\u4e00-\u9fff])[ \u00a0\u3000]+(?=\d)"
)


def read(text: str) -> Reading:
    """Every numeral run of a text: none is lost, none overlaps another.

    **Shape**: runs in the order of the text; empty where it has no numeral. Cost grows linearly with the text.
    """
    if not _GAP.search(text):
        return Reading(text, tuple(_run(text, each, None) for each in counted(text, list(_sightings(text)))))
    closed, places = _closed(text)
    return Reading(text, tuple(_run(text, each, places) for each in counted(closed, list(_sightings(closed)))))


def _closed(text: str) -> tuple[str, list[int]]:
    """The text without idle spaces, and for each of its characters where that stood."""
    places: list[int] = []
    at = 0
    for gap in _GAP.finditer(text):
        places += range(at, gap.start())
        at = gap.end()
    places += range(at, len(text))
    return "".join(map(text.__getitem__, places)), places


def _run(text: str, seen: Counted, places: list[int] | None) -> Run:
    start, end, num_start, num_end = seen.start, seen.end, seen.num_start, seen.num_end
    if places is not None:
        start, end = places[start], places[end - 1] + 1
        num_start, num_end = places[num_start], places[num_end - 1] + 1
    span = (start, end, text[start:end], num_start, num_end, text[num_start:num_end], seen.claim, seen.kind)
    found = seen.phrase
    if found is None:
        return Run(*span)
    return Run(
        *span, found.value, found.interval, found.precision, found.hedge, found.unit,
        seen.verb, seen.noun, seen.scope, seen.whole, found.number,
    )  # fmt: skip


def _sightings(text: str) -> Iterator[Counted]:
    floor = 0
    match = _NUMERAL.search(text)
    while match:
        at = match.start()
        if text[at] == "几" and not _is_some(text, at):
            match = _NUMERAL.search(text, at + 1)
            continue
        seen = _arabic(text, at, floor) if text[at].isdecimal() else _chinese(text, at, floor)
        yield seen
        floor = seen.end
        match = _NUMERAL.search(text, floor)


def _is_some(text: str, at: int) -> bool:
    """几 counts before a scale or a measure word: 几十, 几本."""
    return text[at + 1 : at + 2] in tuple("十百千万亿") or UNIT.match(text, at + 1) is not None


# Most numbers are followed by a plain measure word and preceded by a character with which no rule begins: no rule
# that makes something else of digits can fit there, so that none need be tried.
_PLAIN: Final = re.compile(r"(?!24个)\d{1,6}(?:\.\d+)?(?=[处起家人户个名件份万亿余多场次条项辆台套册支吨亩元])")
_CHARACTER: Final = re.compile(r"[\u4e00-\u9fff](?<![第前后每满金纬经记分初来去近])")


def _arabic(text: str, at: int, floor: int) -> Counted:
    if not (at > floor and _CHARACTER.match(text, at - 1) and _PLAIN.match(text, at)):
        other = _other(text, at, floor)
        if other:
            return _not_a_claim(text, other, at)
    found = phrases.phrase(text, at, floor)
    if found is None:
        return _unknown(text, at)
    found = phrases.joined(text, found)
    if other := edge(text, found) or words.pledge(text, found):
        return _not_a_claim(text, other, at)
    return _claim(text, found, floor)


def _other(text: str, at: int, floor: int) -> NotClaim | None:
    return (
        first(names.NUMBERS, text, at, floor)
        or names.latin(text, at, floor)
        or first(names.ORDINALS, text, at, floor)
        or first(names.OTHERS, text, at, floor)
        or first(DATES, text, at, floor)
        or first(names.NAMES, text, at, floor)
        or names.bounded(text, at, floor)
    )


def _chinese(text: str, at: int, floor: int) -> Counted:
    run = phrases.CHINESE.match(text, at)
    end = run.end() if run else at + 1
    if other := words.told(text, at, end, floor):
        return _not_a_claim(text, other, at)
    if text[at] == "零" and end == at + 1:
        return _zero(text, at, floor)
    half = text.startswith(("一半", "半"), at)
    if not half and (other := words.place(text, at, end)):
        return _not_a_claim(text, other, at)
    found = phrases.phrase(text, at, floor)
    found = phrases.joined(text, found) if found else None
    if found is not None and _is_claim(text, found, floor) and not edge(text, found):
        return _claim(text, found, floor)
    if other := words.fixed(text, at, end, floor) or words.slogan(text, at, end):
        return _not_a_claim(text, other, at)
    return Counted(at, end, at, end, False if end == at + 1 else None, "unknown")


_HALF: Final = Decimal("0.5")
_HUNDRED: Final = 100
_GRADES: Final = ("级", "号", "期", "类", "等")


def _is_claim(text: str, found: Phrase, floor: int) -> bool:
    """Whether a Chinese numeral counts: a measure word follows and nothing makes it an idiom, a slogan or a grade."""
    num, hedged = text[found.num_start : found.num_end], found.precision == "hedged"
    if "分之" in num or (found.value == _HALF and found.unit is None):
        return True
    if found.bare and not hedged:
        return False
    if found.unit is None and (found.value < _HUNDRED or len(num) < 2):
        return False
    if num == "一" and not hedged:
        return _is_one(text, found, floor)
    levels = _are_levels(text, found)
    loose = not hedged or found.number.spread is not None
    if loose and not levels and words.fixed(text, found.num_start, found.num_end, floor):
        return False
    return (levels or found.unit not in _GRADES) and not words.slogan(text, found.num_start, found.num_end)


_ONE_BEFORE: Final = re.compile(
    r"(?:死亡|受伤|造成|抓获|查获|失踪|失联|重伤|轻伤|为期|历时|持续|长达|用时|耗时|增加|减少|仅|共|只有|查处|查扣|增长|提高|扩大|翻)了?$"
)
_DIVISIONS: Final = tuple("省市县区乡镇村旗")
_BESIDE_DIVISION: Final = re.compile(r"[\d一二三四五六七八九十两][省市县区乡镇村旗]$")
_MAKE_UPS: Final = ("大", "级", "类", "方", "点")


def _is_one(text: str, found: Phrase, floor: int) -> bool:
    """一 counts only where the words say so: 死亡一人, 为期一周, 增长一倍, 七市一区."""
    if found.unit in ("倍", "%") or found.value != 1:
        return True
    if found.unit in _DIVISIONS and _BESIDE_DIVISION.search(text, max(0, found.start - 3), found.start):
        return True
    return found.unit not in _MAKE_UPS and bool(_ONE_BEFORE.search(text, max(floor, found.start - 4), found.start))


_LEVELS_BEFORE: Final = re.compile(r"(?:[省市县区乡镇村街国州组格楼户社]|上下|[”\"’])$")
_LEVELS_AFTER: Final = ("联动", "网络", "体系", "架构", "书记", "组织", "同步", "网格", "梯次", "调度", "巡")
_GRADED: Final = ("企业", "事故", "医疗", "疫苗", "水", "苗", "地区", "学校", "高校", "医院")


def _are_levels(text: str, found: Phrase) -> bool:
    """三级 is a count of levels behind their names (省市县三级), else a grade; 三类 a count but for 三类企业."""
    if found.unit == "类":
        return not text.startswith(_GRADED, found.end)
    if found.unit != "级":
        return False
    before = _LEVELS_BEFORE.search(text, max(0, found.start - 3), found.start)
    return before is not None or text.startswith(_LEVELS_AFTER, found.end)


_IS_ZERO: Final = re.compile(r"(?:为|是|均|达到)$")
_STOPS: Final = "，。；、,;\n"


def _zero(text: str, at: int, floor: int) -> Counted:
    """零 says that nothing happened in “零事故” and 为零; in 零售 it says nothing."""
    if other := words.fixed(text, at, at + 1, floor):
        return _not_a_claim(text, other, at)
    after = text[at + 1 : at + 3]
    quoted = text[at - 1 : at] in tuple(names.QUOTES) and len(after) == 2
    alone = text[at + 1 : at + 2] in _STOPS and _IS_ZERO.search(text, max(floor, at - 3), at)
    if UNIT.match(text, at + 1) is None and not (quoted or alone or after in lexicon.ZEROS or _achieved(text, at)):
        return Counted(at, at + 1, at, at + 1, False, "idiom")
    found = phrases.phrase(text, at, floor)
    return Counted(at, at + 1, at, at + 1, True, "zero", found)


def _achieved(text: str, at: int) -> bool:
    return text[max(0, at - 2) : at] in ("实现", "保持")


def _claim(text: str, found: Phrase, floor: int) -> Counted:
    return Counted(
        found.start, found.end, found.num_start, found.num_end, True, kind(text, found, floor), found
    )  # fmt: skip


def _not_a_claim(text: str, other: NotClaim, at: int) -> Counted:
    match = _LOOSE.match(text, at, other.end) or phrases.CHINESE.match(text, at, other.end)
    num_end = match.end() if match else at + 1
    return Counted(other.start, max(other.end, num_end), at, num_end, False, other.kind)


def _unknown(text: str, at: int) -> Counted:
    match = _LOOSE.match(text, at)
    end = match.end() if match else at + 1
    return Counted(at, end, at, end, None, "unknown")
