"""Faults of units and numerals: 人数 told in 人次, two measure words for one thing, two styles of numerals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from yibiao.core.faults.sentences import clause_start
from yibiao.core.faults.types import NUMERALS_MIXED, UNIT_INCONSISTENT, UNIT_MISMATCH, Fault, Span
from yibiao.core.reading.types import Reading, Run

# What may stand between a noun and its number.
_LINK: Final = r"(?:已|共|总|累计|总计|合计|大?约|达到?了?|超过?|突破|近|将近|为|逾|高达|多达|计|均|[:：]|\s)*$"
# A noun that says what is counted, and the units that count something else.
_NOUN_UNITS: Final = (
    (re.compile(rf"(?P<noun>人数){_LINK}"), frozenset({"人次", "人（次）", "人(次)"})),
    (re.compile(rf"(?P<noun>人次数?){_LINK}"), frozenset({"人", "名", "位"})),
)
_LOOK_BACK: Final = 24

# Hazards are counted by any of these, but by one of them at a time.
_HAZARD_UNITS: Final = frozenset({"个", "处", "项", "条", "起", "件"})
_HAZARD: Final = re.compile(r"隐患|问题")
# What is done to the hazards just counted; the hazards themselves are not named again.
_DONE: Final = re.compile(
    r"\s?[，,、；;]?\s?(?:其中|并|已|均|现|当场|现场|当即|立即|责令|督促|要求|限期|立行立改|完成|跟踪|正在|尚未|未|剩余|仍有"
    r"|(?P<deed>整改|销号|消除|治理|闭环)|到位)+(?:的)?(?:有|约|近|超过?)?\s?$"
)
_ENDED: Final = re.compile(r"\s?(?:[，。；、,;！）)\n]|$)")

_ARABIC: Final = re.compile(r"[\d０-９][\d０-９,，]*")
_CHINESE: Final = re.compile(r"[三四五六七八九十百千]+")
# Two items of one list that are built alike: 3个县、五个乡镇; 手机3部、银行卡五张.
_LIST: Final = re.compile(r"[\u3400-\u9fff“”《》]{0,8}、|、(?![并及和])[\u3400-\u9fff“”《》]{1,8}")
_COUNTED: Final = frozenset({"flow", "distinct", "stock"})
_CONVENTIONAL: Final = re.compile(r"大|届|年|月|日|天|成|折|倍|等|级|期")
_WHOLES: Final = frozenset({"大", "个", "项", "类", "种"})
_NOUN: Final = re.compile(r"[\u3400-\u9fff]{3}|(?:方面|领域|环节|阶段|行业|步骤)")
_LASTING: Final = re.compile(r"(?:为期|连续|持续|历时)$")
_FAR: Final = 1500


def find(reading: Reading) -> Iterator[Fault]:
    """Every fault of units and of the style of numerals, in no order."""
    text, runs = reading.text, reading.runs
    for run in runs:
        yield from _mismatch(text, run)
    yield from _hazards(text, runs)
    for one, other in pairwise(runs):
        yield from _in_one_list(text, one, other)
    yield from _of_one_thing(text, runs)


def _mismatch(text: str, run: Run) -> Iterator[Fault]:
    if not run.claim or run.unit is None:
        return
    before = text[max(0, run.num_start - _LOOK_BACK) : run.num_start]
    for noun, units in _NOUN_UNITS:
        match = noun.search(before) if run.unit in units else None
        if match:
            start = clause_start(text, run.num_start, _LOOK_BACK)
            yield Fault(UNIT_MISMATCH, start, run.end, text, {"noun": match["noun"], "unit": run.unit})


def _hazards(text: str, runs: tuple[Run, ...]) -> Iterator[Fault]:
    """A total of hazards and what became of them, in different measure words."""
    total: Run | None = None
    for one, other in pairwise(runs):
        start = clause_start(text, one.num_start, _LOOK_BACK)
        if one.claim and one.unit in _HAZARD_UNITS and _HAZARD.search(text, start, one.num_start):
            total = one
        deed = _DONE.fullmatch(text, one.end, other.num_start) if other.num_start - one.end <= _LOOK_BACK else None
        if total is None or deed is None or not deed["deed"] or not _ENDED.match(text, other.end):
            total = None
            continue
        if other.claim and other.unit in _HAZARD_UNITS and other.unit != total.unit:
            first = clause_start(text, total.num_start, _LOOK_BACK)
            values = {"first": total.unit, "second": other.unit}
            yield Fault(UNIT_INCONSISTENT, first, other.end, text, values, related=(total.start, total.end))


def _style(run: Run) -> str | None:
    """``arabic`` or ``chinese``; None for what may be written either way: 一, 两, 几十, 十余, 2.8万."""
    if not run.claim or run.precision != "exact":
        return None
    if _ARABIC.fullmatch(run.num):
        return "arabic"
    return "chinese" if _CHINESE.fullmatch(run.num) else None


def _in_one_list(text: str, one: Run, other: Run) -> Iterator[Fault]:
    styles = {_style(one), _style(other)}
    if styles != {"arabic", "chinese"} or not {one.kind, other.kind} <= _COUNTED:
        return
    if any(run.unit is None or _CONVENTIONAL.match(run.unit) for run in (one, other)):
        return
    if _LIST.fullmatch(text, one.end, other.num_start):
        values = {"first": one.surface, "second": other.surface}
        yield Fault(NUMERALS_MIXED, other.start, other.end, text, values, related=(one.start, one.end))


def _of_one_thing(text: str, runs: tuple[Run, ...]) -> Iterator[Fault]:
    """The same number of the same thing in two styles: 6个主题日, 六大主题日; 连续3天, 为期三天."""
    seen: dict[tuple[object, str], dict[str, tuple[Run, Span]]] = {}
    for run in runs:
        style, thing = _style(run), _thing(text, run)
        if style is None or thing is None:
            continue
        name, span = thing
        known = seen.setdefault((run.value, name), {})
        before = known.get("arabic" if style == "chinese" else "chinese")
        known[style] = (run, span)
        if before and run.start - before[0].start <= _FAR and _make_up(run, before[0]):
            values = {"first": text[slice(*before[1])], "second": text[slice(*span)]}
            at, related = (span, before[1]) if style == "chinese" else (before[1], span)
            yield Fault(NUMERALS_MIXED, *at, text, values, related=related)
            known.clear()


def _make_up(one: Run, other: Run) -> bool:
    """Whether one of two numbers tells of what a whole is made up, or both of how long it lasts."""
    return "structural" in (one.kind, other.kind) or one.unit == "天"


def _thing(text: str, run: Run) -> tuple[str, Span] | None:
    if run.unit == "天":
        lasting = _LASTING.search(text, max(0, run.num_start - 2), run.num_start)
        return ("天", (lasting.start(), run.end)) if lasting else None
    if run.unit not in _WHOLES:
        return None
    noun = _NOUN.match(text, run.end)
    return (noun[0], (run.start, noun.end())) if noun else None
