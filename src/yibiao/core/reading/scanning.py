"""The pass: every numeral of a text once, from left to right, as a claim or as something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from yibiao.core import numerals
from yibiao.core.reading import lexicon, notclaims, phrases
from yibiao.core.reading.clauses import counted
from yibiao.core.reading.notclaims import NotClaim
from yibiao.core.reading.phrases import Phrase
from yibiao.core.reading.types import Reading, Run
from yibiao.core.reading.units import LENGTH, STRUCTURAL, TIME, UNIT

_NUMERAL: Final = re.compile(
    rf"\d|[{numerals.CHINESE}]|[几数](?=[十百千万亿])|几(?=[个名位年天次种家户条起项处场批件])|半(?=年|个[月小]|小时|天|数(?!字))|(?<=[过近超])半(?![年个小天径导岛路夜边圆])"
)
_CHINESE_RUN: Final = phrases.CHINESE
_LOOSE: Final = re.compile(r"\d+(?:[.,]\d+)*")


def read(text: str) -> Reading:
    """Every numeral run of a text, none of them lost, none overlapping another."""
    if not _GAP.search(text):
        return Reading(text, tuple(counted(text, list(_runs(text)))))
    closed, places = _closed(text)
    return Reading(text, tuple(_opened(run, text, places) for run in counted(closed, list(_runs(closed)))))


# Spaces that some editors put between digits and characters; they separate nothing.
_GAP: Final = re.compile(r"(?<=\d)[ \u00a0\u3000]+(?=[\u4e00-\u9fff%％‰])|(?<=[\u4e00-\u9fff])[ \u00a0\u3000]+(?=\d)")


def _closed(text: str) -> tuple[str, list[int]]:
    """The text without such spaces, and for each of its characters where that stood."""
    places: list[int] = []
    at = 0
    for gap in _GAP.finditer(text):
        places += range(at, gap.start())
        at = gap.end()
    places += range(at, len(text))
    return "".join(text[place] for place in places), places


def _opened(run: Run, text: str, places: list[int]) -> Run:
    start, end = places[run.start], places[run.end - 1] + 1
    num_start, num_end = places[run.num_start], places[run.num_end - 1] + 1
    return replace(
        run, start=start, end=end, surface=text[start:end],
        num_start=num_start, num_end=num_end, num=text[num_start:num_end],
    )  # fmt: skip


def _runs(text: str) -> Iterator[Run]:
    floor = 0
    match = _NUMERAL.search(text)
    while match:
        run = _read(text, match.start(), floor)
        yield run
        floor = run.end
        match = _NUMERAL.search(text, floor)


def _read(text: str, at: int, floor: int) -> Run:
    if text[at].isdecimal():
        return _arabic(text, at, floor)
    return _chinese(text, at, floor)


def _arabic(text: str, at: int, floor: int) -> Run:
    if other := notclaims.arabic(text, at, floor):
        return _not_a_claim(text, other, at)
    found = phrases.phrase(text, at, floor)
    if found is None:  # a digit of another script, say
        return _unknown(text, at)
    found = phrases.joined(text, found, floor)
    if other := _edge(text, found):
        return _not_a_claim(text, other, at)
    return _claim(text, found, floor)


# 出租率超过80%的有85家: the hedged number says which are counted.
_CLASS: Final = re.compile(r"的[^，。；,;、\n\d]{0,6}\d")


def _edge(text: str, found: Phrase) -> NotClaim | None:
    """A quantity that is the edge of a class and claims nothing by itself."""
    if found.bare and found.end > found.num_end and text[found.end - 2 : found.end] in ("以上", "以下") and found.start == found.num_start and text[found.end : found.end + 1] not in "，。；、,;\n":
        return NotClaim(found.start, found.end, "threshold")
    if found.unit in ("岁", "周岁") and found.hedge == "至":
        return NotClaim(found.start, found.end, "threshold")
    if found.precision == "hedged" and found.unit and _CLASS.match(text, found.end):
        return NotClaim(found.start, found.end, "threshold")
    if found.unit == "毫米" and found.start < found.num_start and text[found.start] in "超大小":
        return NotClaim(found.start, found.end, "threshold")
    if found.hedge in ("以上", "以下", "以内", "之内", "内") and found.end - 2 >= found.num_end:
        end = found.end - (2 if not text[found.end - 1 : found.end] == "内" or text[found.end - 2] == "以" else 2)
        if notclaims.threshold(text, end, found.unit):
            return NotClaim(found.start, found.end, "threshold")
    return None


def _chinese(text: str, at: int, floor: int) -> Run:
    run = _CHINESE_RUN.match(text, at)
    end = run.end() if run else at + 1
    if other := notclaims.chinese(text, at, end, floor):
        return _not_a_claim(text, other, at)
    if text[at] == "零" and end == at + 1:
        return _zero(text, at, floor)
    if stop := notclaims.place(text, end):
        return _not_a_claim(text, NotClaim(at, stop, "name"), at)
    found = phrases.phrase(text, at, floor)
    if found is not None and (found.precision == "hedged" or not found.bare) and (claim := _counted(text, found, floor)):
        return claim
    if other := notclaims.fixed(text, at, end, floor) or notclaims.slogan(text, at, end, floor):
        return _not_a_claim(text, other, at)
    return _run(text, at, end, at, end, False if text[at:end] in _LOOSE_WORDS else None, "unknown")


_LOOSE_WORDS: Final = frozenset("一 二 三 四 五 六 七 八 九 十 百 千 万 亿 两 零".split())  # noqa: SIM905


_HALF: Final = Decimal("0.5")


def _counted(text: str, found: Phrase, floor: int) -> Run | None:
    """A Chinese numeral with a measure word, where nothing says that it is an idiom, a slogan or a name."""
    num = text[found.num_start : found.num_end]
    fraction = "分之" in num
    if found.value == _HALF and found.unit is None:
        return _claim(text, found, floor)
    if not fraction and found.unit is None and not (found.value >= 100 and not found.bare and len(num) > 1):
        return None
    if num == "一" and found.precision != "hedged" and not _one(text, found, floor):
        return None
    if not fraction:
        if notclaims.fixed(text, found.num_start, found.num_end, floor) and found.precision != "hedged" and not _levels(text, found):
            return None
        if found.unit in ("级", "号", "期", "类", "等") and not _levels(text, found):
            return None
        if notclaims.slogan(text, found.num_start, found.num_end, floor):
            return None
    found = phrases.joined(text, found, floor)
    if _edge(text, found):
        return None
    return _claim(text, found, floor)


_ONE_BEFORE: Final = re.compile(r"(?:死亡|受伤|造成|抓获|查获|失踪|失联|重伤|轻伤|为期|历时|持续|长达|用时|耗时|增加|减少|仅|共|只有|查处|查扣|增长|提高|扩大|翻)了?$")
_DIVISIONS: Final = tuple("省市县区乡镇村旗")
_SPAN_UNITS: Final = ("年", "个月", "周", "天", "小时", "分钟", "个小时", "星期")


def _one(text: str, found: Phrase, floor: int) -> bool:
    """一 counts only where the words say so: 死亡一人, 为期一周, 增长一倍."""
    if found.unit in ("倍", "%") or (found.unit in _DIVISIONS and text[found.start - 1 : found.start] in _DIVISIONS):
        return True
    return bool(_ONE_BEFORE.search(text, max(floor, found.start - 4), found.start)) and found.unit not in ("大", "级", "类", "方", "点")


_LEVELS: Final = re.compile(r"(?:[省市县区乡镇村街国州组格楼户社]|上下|[”\"’])$")


def _levels(text: str, found: Phrase) -> bool:
    """三级 is a count of levels behind names of levels (省市县三级), else a grade."""
    if found.unit not in ("级", "类"):
        return False
    if found.unit == "类":
        return not text.startswith(("企业", "事故", "医疗", "疫苗", "水"), found.end)
    return bool(_LEVELS.search(text, max(0, found.start - 3), found.start)) or text.startswith(("联动", "网络", "体系", "架构", "书记", "组织", "同步", "网格", "梯次", "调度", "巡"), found.end)


_IS_ZERO: Final = re.compile(r"(?:为|是|均|达到)$")


def _zero(text: str, at: int, floor: int) -> Run:
    after = text[at + 1 : at + 3]
    if other := notclaims.fixed(text, at, at + 1, floor):
        return _not_a_claim(text, other, at)
    quoted = text[at - 1 : at] in notclaims._QUOTE_OPEN and at > 0
    if _IS_ZERO.search(text, max(floor, at - 3), at) and text[at + 1 : at + 2] in "，。；、,;\n" or after in lexicon.ZEROS or (quoted and len(after) == 2) or text[at - 2 : at] in ("实现", "保持"):
        found = phrases.phrase(text, at, floor)
        if found is not None:
            return _run(text, at, at + 1, at, at + 1, True, "zero", found)
    return _run(text, at, at + 1, at, at + 1, False, "idiom")


def _claim(text: str, found: Phrase, floor: int) -> Run:
    return _run(text, found.start, found.end, found.num_start, found.num_end, True, _kind(text, found, floor), found)


_CHANGE: Final = re.compile(r"同比|环比|增长|下降|上升|提高|降低|减少|增加|上涨|下跌|回落|提升|翻|压缩|缩短|增幅|降幅|涨|跌|降|增")
_TARGET: Final = re.compile(r"力争|确保|计划|目标|拟|将|不少于|不低于|不超过|每年|到20|须|应达|要达")
_STREAK: Final = re.compile(r"连续|已连续|持续")
_STOCK: Final = re.compile(r"现有|共有|拥有|设有|辖|常住|户籍|面积|水位|余额|在册|库存|储备|现存|总人口|人口")
_ACTS: Final = re.compile(r"检查|排查|出动|发放|查处|开展|发现|整改|派出|组织|播放|受理|办理|处置|抓获|破获|设置|累计|服务|走访|处罚")


def _kind(text: str, found: Phrase, floor: int) -> str:
    unit = found.unit or ""
    left = text[max(floor, found.start - 14) : found.start]
    left = re.split(r"[，,。；;\n]", left)[-1]
    if unit in ("%", "‰", "倍", "个百分点") or "分之" in text[found.num_start : found.num_end]:
        return "change" if _CHANGE.search(left) or unit == "个百分点" else "ratio"
    if not found.value and found.precision == "exact":
        return "zero"
    if TIME.fullmatch(unit):
        return "streak" if _STREAK.search(left) else "duration"
    if unit in LENGTH:
        return "distance"
    if unit in STRUCTURAL and text[found.num_start].isdecimal() is False or unit == "大" or text.startswith(("方面", "步骤", "环节", "主题日", "板块"), found.end):
        return "structural"
    if _TARGET.search(left):
        return "target"
    if _STOCK.search(left):
        return "stock"
    if unit.endswith("次") or _ACTS.search(left):
        return "flow"
    return "distinct" if unit in ("个", "家", "户", "名", "位", "人", "支", "所") and found.value < 100 else "flow"


def _not_a_claim(text: str, other: NotClaim, at: int) -> Run:
    match = _LOOSE.match(text, at, other.end) or phrases.CHINESE.match(text, at, other.end)
    num_end = match.end() if match else at + 1
    return _run(text, other.start, max(other.end, num_end), at, num_end, False, other.kind)


def _unknown(text: str, at: int) -> Run:
    match = _LOOSE.match(text, at)
    end = match.end() if match else at + 1
    return _run(text, at, end, at, end, None, "unknown")


def _run(
    text: str, start: int, end: int, num_start: int, num_end: int, claim: bool | None, kind: str,
    found: Phrase | None = None,
) -> Run:  # fmt: skip
    run = Run(start, end, text[start:end], num_start, num_end, text[num_start:num_end], claim, kind)
    if found is None:
        return run
    return Run(
        start, end, run.surface, num_start, num_end, run.num, claim, kind,
        found.value, found.interval, found.precision, found.hedge, found.unit,
    )  # fmt: skip
