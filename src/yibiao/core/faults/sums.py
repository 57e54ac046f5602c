"""Faults of arithmetic between numbers side by side: part and whole, parts and total, ratio and terms, change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Final

from yibiao.core.faults.types import CHANGE, PART, RATIO, SUM, Fault
from yibiao.core.intervals import Interval
from yibiao.core.reading.types import Reading, Run

_LONGEST_LABEL: Final = 24
_MOST_PARTS: Final = 12
_SENTENCE_ENDS: Final = re.compile(r"[。；！？;!?\n\r]")
_SAME: Final = (frozenset({"家", "户", "个"}), frozenset({"人", "名", "位"}), frozenset({"台次", "辆次"}))
_SHARES: Final = frozenset({"%", "％"})

# Two labels that share out a whole between them, the first and the second in either order.
_PAIRS: Final = tuple(
    (re.compile(one), re.compile(other), re.compile(whole))
    for one, other, whole in (
        (
            r"(?:立即|现场|当场|即时|立行立改|立查立改|已|完成)(?:完成)?(?:整改)?$",
            r"(?:限期|责令限期|正在|未|尚未|未完成|跟踪)(?:完成)?整改(?:的|中)?$",
            r"隐患|问题",
        ),
        (r"(?<!不)合格(?:产品|样品|食品|企业)?$", r"不合格(?:产品|样品|食品|企业)?$", r"抽检|抽查|检验|检测|检查|监测"),
        (r"男(?:性|生|职工|员工|队员)?$", r"女(?:性|生|职工|员工|队员)?$", r""),
        (r"(?<!较)重大(?:事故|安全|火灾)?隐患$", r"一般(?:事故|安全|火灾)?隐患$", r"隐患"),
    )
)
_OF_THESE: Final = re.compile(r"^\s?[，,、（(；]?\s?其中[，,：:]?")
# Labels of parts that are told in parts themselves, or each by itself.
_UNCLEAR: Final = re.compile(r"[（()）]|分别|各|每")
_REST: Final = re.compile(r"^[，,、]?(?:其他|其它|其余|余下|剩余)")
_TOTAL: Final = re.compile(r"^[，,、]?(?:共计|合计|总计)$")
_ITEM: Final = re.compile(r"^[\u3400-\u9fff]{0,6}[、，,和与及][\u3400-\u9fff“”]{0,12}$")
# A whole that is an average or a peak, a part that is counted over a longer time: they share nothing out.
_AVERAGE: Final = re.compile(r"均|每|最|峰|单日|首日|收入|工资|价|密度|水平|标准|增|减|升|降|比")
_LONGER: Final = re.compile(r"累计|全年|历年|总|最|峰|合计|同比|环比|增|减|升|降|比")

_RATES: Final = (
    "不合格", "合格", "整改", "完成", "办结", "达标", "通过", "复工", "建档", "销号", "破案", "回访", "开工", "完工",
    "竣工", "验收", "签约", "应答", "参保", "入学", "就业", "接种", "反馈",
)  # fmt: skip
_RATE: Final = re.compile(
    rf"^[，,、（(]?\s?(?:其中|总体|平均|综合)?(?P<deed>{'|'.join(_RATES)})率(?:为|是|达到?|约|近|超过?|仅|[:：])*\s?$"
)
# Words before a number that can be the whole of a rate, and words before one that cannot be its part.
_WHOLE_OF_RATE: Final = re.compile(
    r"发现|排查|查出|抽检|抽查|检查|检验|检测|监测|接种|共|应|受理|计划|现有|登记|接报|收到|存在|待|全[市省县区]|家|下达|[”》]"
)
_NOT_DONE: Final = re.compile(r"限期|责令|督促|要求|未|正在|拟|待|将|不")
_SHARE: Final = re.compile(r"^[，,、（(]?\s?占(?:比|总数的?|全部的?)?(?:为|达到?)?\s?$")

_UP: Final = "提高|提升|上升|增加|增长|扩大|扩充|扩展"
_DOWN: Final = "降低|下降|减少|压减|缩小|缩减|回落|压缩"
_FROM: Final = re.compile(r"(?:由|从)[^，,。；、]{0,10}$")
_TO: Final = re.compile(rf"^[^，,。；、]{{0,6}}(?:(?P<up>{_UP}|增|升)|(?P<down>{_DOWN}|降|减))(?:到|至|为)了?\s?$")
_BY: Final = re.compile(
    rf"^[，,、（(]?\s?(?:(?P<up>{_UP}|增幅|升幅)|(?P<down>{_DOWN}|降幅|减幅|压减率))(?:了|达到?|为)*\s?$"
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A claim with the words before it; ``gap`` where a number that is no claim, or has no unit, stands before it."""

    run: Run
    interval: Interval
    label: str
    gap: bool


def find(reading: Reading) -> Iterator[Fault]:
    """Every contradiction between numbers side by side, in no order."""
    for sentence in _sentences(reading):
        for index, part in enumerate(sentence):
            before = sentence[max(0, index - _MOST_PARTS) : index]
            yield from _above_whole(reading.text, before, part)
            yield from _totalled(reading.text, before, part)
            yield from _shared_out(reading.text, part, sentence[index + 1 : index + 1 + _MOST_PARTS])
        for triple in zip(sentence, sentence[1:], sentence[2:], strict=False):
            if not (triple[1].gap or triple[2].gap):
                yield from _ratio(reading.text, *triple)
                yield from _change(reading.text, *triple)


def _sentences(reading: Reading) -> Iterator[list[_Part]]:
    """The claims of each sentence in their order."""
    held: list[_Part] = []
    before, gap = 0, False
    for run in reading.runs:
        label = reading.text[max(before, run.start - _LONGEST_LABEL) : run.start]
        if _SENTENCE_ENDS.search(reading.text, before, run.start):
            yield held
            held, gap, label = [], False, _SENTENCE_ENDS.split(label)[-1]
        if run.claim and run.interval is not None and run.unit is not None:
            held.append(_Part(run, run.interval, label, gap))
        gap = not (held and held[-1].run is run)
        before = run.end
    yield held


def _alike(one: Run, other: Run) -> bool:
    return one.unit == other.unit or any(one.unit in same and other.unit in same for same in _SAME)


def _plain(run: Run) -> bool:
    return run.unit not in _SHARES and run.kind not in ("ratio", "change", "duration", "streak", "target", "distance")


def _above_whole(text: str, before: list[_Part], part: _Part) -> Iterator[Fault]:
    """检查企业50家，其中停产60家."""
    if not before or part.gap or not _OF_THESE.match(part.label) or _LONGER.search(part.label):
        return
    whole = before[-1]
    if part.run.unit != whole.run.unit or not (_plain(part.run) and _plain(whole.run)) or _AVERAGE.search(whole.label):
        return
    # Two numbers of one unit before 其中 may be its whole together: 确诊35例、无症状9例，其中…30例.
    if any(_alike(other.run, whole.run) for other in before[:-1]) or whole.interval.high is None:
        return
    if part.interval.low > whole.interval.high:
        values = {"part": part.run.surface, "total": whole.run.surface}
        sure = part.run.precision == whole.run.precision == "exact"
        span = whole.run.start, whole.run.end
        yield Fault(PART, whole.run.start, part.run.end, text, values, related=span, suspect=not sure)


def _shared_out(text: str, total: _Part, rest: list[_Part]) -> Iterator[Fault]:
    """A whole and the parts that share it out: 其中…其他…, or a pair such as 合格 and 不合格."""
    parts = [part for part in rest if part.run.unit not in _SHARES]
    if not _plain(total.run) or len(parts) < 2 or _AVERAGE.search(total.label) or any(part.gap for part in rest):
        return
    if any(_UNCLEAR.search(part.label) for part in parts):
        return
    last = next((n for n, part in enumerate(parts) if _REST.match(part.label)), None)
    if last and _OF_THESE.match(parts[0].label):
        if last == len(parts) - 1 or not _alike(parts[last + 1].run, total.run):
            yield from _sum(text, total, parts[: last + 1])
        return
    more = len(parts) > 2 and _alike(parts[2].run, total.run)
    one, other = _OF_THESE.sub("", parts[0].label), parts[1].label
    for first, second, whole in _PAIRS:
        straight = first.search(one) and second.search(other)
        crossed = second.search(one) and first.search(other)
        if (straight or crossed) and whole.search(total.label) and not more:
            yield from _sum(text, total, parts[:2])
            return


def _totalled(text: str, before: list[_Part], total: _Part) -> Iterator[Fault]:
    """Numbers in a list and then 共计 or 合计."""
    if not _TOTAL.match(total.label) or total.gap or not _plain(total.run):
        return
    parts: list[_Part] = []
    for part in reversed(before):
        if not _alike(part.run, total.run) or not _plain(part.run):
            break
        if parts and not _ITEM.match(parts[0].label):
            return
        parts.insert(0, part)
    if len(parts) < 2 or any(_sum_of(parts[n:]).meets(total.interval) for n in range(len(parts) - 1)):
        return
    yield from _sum(text, total, parts)


def _sum_of(parts: list[_Part]) -> Interval:
    return reduce(add, (part.interval for part in parts))


def _sum(text: str, total: _Part, parts: list[_Part]) -> Iterator[Fault]:
    runs = [total.run, *(part.run for part in parts)]
    if not all(_alike(total.run, run) and _plain(run) for run in runs) or _sum_of(parts).meets(total.interval):
        return
    start, end = min(run.start for run in runs), max(run.end for run in runs)
    values = {"sum": _said(sum((run.value or Decimal(0) for run in runs[1:]), Decimal(0))), "total": total.run.surface}
    yield Fault(SUM, start, end, text, values, related=(total.run.start, total.run.end))


def _ratio(text: str, total: _Part, part: _Part, rate: _Part) -> Iterator[Fault]:
    """抽检500批次，合格480批次，合格率96%."""
    if rate.run.unit not in _SHARES or not _alike(total.run, part.run) or not (_plain(total.run) and _plain(part.run)):
        return
    named, share = _RATE.match(rate.label), _SHARE.match(rate.label)
    if named:
        clear = bool(re.search(rf"(?<!不){named['deed']}[\u3400-\u9fff]{{0,4}}$", part.label))
    else:
        clear = bool(share and _OF_THESE.match(part.label))
    if (
        not clear
        or _OF_THESE.match(total.label)
        or _AVERAGE.search(total.label)
        or not _WHOLE_OF_RATE.search(total.label)
    ):
        return
    if named and _NOT_DONE.search(part.label.removeprefix("不") if "不合格" in part.label else part.label):
        return
    low, high = _quotient(part.interval, total.interval)
    if low is None or high is None or low > 100:
        return
    if _within(rate.run, low, high):
        return
    shown = (part.run.value or Decimal(0)) * 100 / (total.run.value or Decimal(1))
    values = {"part": part.run.surface, "total": total.run.surface, "share": _said(shown), "said": rate.run.surface}
    yield Fault(RATIO, total.run.start, rate.run.end, text, values, related=(rate.run.start, rate.run.end))


def _change(text: str, before: _Part, after: _Part, by: _Part) -> Iterator[Fault]:
    """由61.2%提高到89.5%，提高28.3个百分点."""
    to, change = _TO.match(after.label), _BY.match(by.label)
    if not (_FROM.search(before.label) and to and change) or bool(to["up"]) != bool(change["up"]):
        return
    one, other, said = before.run, after.run, by.run
    if one.unit != other.unit or "hedged" in (one.precision, other.precision) or not one.value or other.value is None:
        return
    points = said.unit == "个百分点" and one.unit in _SHARES
    if points or (said.unit == one.unit and one.unit not in _SHARES):
        change_by = abs(other.value - one.value)
        slack = _place(one) + _place(other)
    elif said.unit in _SHARES and one.unit not in _SHARES:
        change_by = abs(other.value - one.value) * 100 / one.value
        slack = (_place(one) + _place(other)) * 200 / one.value if _rounded(one) or _rounded(other) else Decimal(0)
    else:
        return
    if _within(said, change_by - slack, change_by + slack):
        return
    unit = said.unit or ""
    values = {
        "before": one.surface,
        "after": other.surface,
        "change": f"{_said(change_by)}{unit}",
        "said": said.surface,
    }
    yield Fault(CHANGE, one.start, said.end, text, values, related=(said.start, said.end))


def _rounded(run: Run) -> bool:
    return run.precision == "rounded"


def _quotient(part: Interval, whole: Interval) -> tuple[Decimal | None, Decimal | None]:
    """The least and the greatest share in percent points."""
    if whole.high is None or part.high is None or whole.low <= 0:
        return None, None
    return part.low * 100 / whole.high, part.high * 100 / whole.low


def _place(run: Run) -> Decimal:
    """One unit of the last place that is written."""
    digits = re.sub(r"[^\d.]", "", run.num.replace("．", "."))
    places = len(digits.partition(".")[2])
    scale = Decimal(10_000) if "万" in run.num else Decimal(100_000_000) if "亿" in run.num else Decimal(1)
    return scale.scaleb(-places)


def _within(run: Run, low: Decimal, high: Decimal) -> bool:
    """Whether what is said may be true of a value between two ends: rounded either way, or cut off; 100% is exact."""
    if run.interval is None or run.value is None:
        return True
    if run.precision == "hedged":
        return run.interval.meets(Interval(low, high))
    if run.value in (0, 100):
        return low <= run.value <= high
    return low - _place(run) < run.value < high + _place(run)


def _said(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.01')).normalize():f}"
