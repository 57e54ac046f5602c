"""Faults of counting what is listed beside its number: 3个方面 and four of them; 三项措施 and 一是 to 四是."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from yibiao.core.faults.sentences import clause_start, sentence_end
from yibiao.core.faults.types import LIST_COUNT, Fault
from yibiao.core.reading.types import Reading, Run

_FEWEST: Final = Decimal(2)
_MOST: Final = Decimal(15)
_FAR: Final = 300
_FARTHEST: Final = 3000
_COUNTERS: Final = frozenset(
    {"个", "大", "项", "类", "种", "条", "方面", "环节", "阶段", "步骤", "领域", "点", "重", "部分", "板块"}
)
# Nouns that name the members of a whole; a list beside them is the whole list.
_MEMBERS: Final = re.compile(
    r"方面|环节|行业|领域|步骤|阶段|主题日|机制|方式|形式|类别|类型|种类|原则|板块|单元|系统|要素|维度|层面|任务|目标|措施|重点|关键|到位"
)
_NOUN: Final = re.compile(r"(?:重点|主要|突出|关键|专项|具体|不同)?[\u3400-\u9fff]{0,6}?")
_IN_BRACKETS: Final = re.compile(r"([\u3400-\u9fff]{0,8})[（(]([^（()）\n]{3,120})[)）]")
_AFTER_COLON: Final = re.compile(
    r"([\u3400-\u9fff]{0,8})(?:[，,]?分别[是为]?[：:]?|[，,]即|[：:])([^：:\n]{3,160}?)(?=[。；;\n]|$)"
)
_BEFORE: Final = re.compile(r"(?:围绕|聚焦|紧盯|涵盖|分为|包括)([^，。；：！？,;:!?\n围绕聚焦紧盯涵盖分为包括]{3,80})$")
_NAMED: Final = re.compile(r"((?:[^，。；：！？、,;:!?\n]{1,10}、){1,14}[^，。；：！？、,;:!?\n]{1,10})等$")
_OPEN_LISTS: Final = re.compile(r"等|……|…|以及其他|其他|其它|如|例如|其中|含|包括|不含|[，,；;。：:]|\d")
# A number at the beginning of a line is a label of the list itself: 二类：…….
_SAID_OF: Final = re.compile(r"[\u3400-\u9fff“]")
_AND: Final = re.compile(r"[和与及]|以及")
_ORDINAL: Final = "一二三四五六七八九"
_FIRST_OF: Final = re.compile(r"[\u3400-\u9fff]{0,8}[：:，,。；;]\s?一是")
_NEXT_OF: Final = re.compile(r"[，,。；;：:\n\s]([一二三四五六七八九])是")
# Another number of parts in the same clause: 四项举措完善两项政策.
_ALSO_COUNTED: Final = re.compile(r"[两二三四五六七八九十\d](?:个|大|项|类|种|条|点|方面)")
_OTHERWISE: Final = re.compile(
    r"第[二三四五六七八九]|[三四五六七八九][是要、则]|最后|此外|另外|同时|还|再|也|以及|并且"
)
_LONGEST_ITEM: Final = 12
_UNLIKE: Final = 3


def find(reading: Reading) -> Iterator[Fault]:
    """Every number beside whose list another number of things is listed, in no order."""
    text = reading.text
    for run in reading.runs:
        if run.claim is False or run.unit not in _COUNTERS or run.value is None or run.precision != "exact":
            continue
        if not _FEWEST <= run.value <= _MOST or run.value != int(run.value):
            continue
        fault = _after(text, run) or _before(text, run) or _ordinals(text, run)
        if fault:
            yield fault


def _after(text: str, run: Run) -> Fault | None:
    """6个主题日（校园日、电信日……）; 三个方面：……."""
    end = min(len(text), run.end + _FAR)
    brackets = _IN_BRACKETS.match(text, run.end, end)
    match = brackets or _AFTER_COLON.match(text, run.end, end)
    labels = not _SAID_OF.search(text, max(0, run.start - 1), run.start)
    if match is None or labels or _OPEN_LISTS.search(match[2]):
        return None
    items = match[2].strip("。 ").split("、")
    if len(items) < 2 or any(not 2 <= len(item.strip()) <= _LONGEST_ITEM for item in items):
        return None
    alike = len({item.strip()[-1] for item in items}) == 1 and match[1][-1:] == items[0].strip()[-1:]
    if not alike and not _names_members(run, match[1]):
        return None
    return _differs(text, run, items, (run.start, match.end()))


def _before(text: str, run: Run) -> Fault | None:
    """围绕网络安全、数据安全3个方面; 校园日、电信日等6个主题日, where more than six are listed."""
    sentence = text[max(0, run.start - _FAR // 2) : run.start]
    noun = text[run.end : run.end + 8]
    named = _NAMED.search(sentence)
    if named:
        items = named[1].split("、")
        last = items[-1][-1]
        alike = all(item[-1] == last for item in items) and len({len(item) for item in items[1:]}) <= _UNLIKE
        if alike and run.value is not None and len(items) > run.value and not _AND.search(items[-1][1:]):
            start = run.start - len(named[0])
            return _differs(text, run, items, (start, run.end))
        return None
    around = _BEFORE.search(sentence)
    if around is None or not _names_members(run, noun) or _OPEN_LISTS.search(around[1]):
        return None
    items = around[1].split("、")
    sizes = [len(item) for item in items]
    if len(items) < 2 or min(sizes) < 2 or max(sizes) - min(sizes) > _UNLIKE or _AND.search(around[1]):
        return None
    return _differs(text, run, items, (run.start - len(around[1]), run.end))


def _names_members(run: Run, noun: str) -> bool:
    return bool(_MEMBERS.match(noun) or (noun[:2] in ("重点", "主要", "不同", "具体") and _MEMBERS.match(noun, 2))) or (
        run.unit in ("方面", "环节", "阶段", "步骤", "领域", "板块", "部分", "类", "种")
    )


def _differs(text: str, run: Run, items: list[str], span: tuple[int, int]) -> Fault | None:
    """Whether a list has another length; where 和 may join two items or be a part of one, both lengths are right."""
    joins = sum(len(_AND.findall(item)) for item in items)
    if run.value is None or len(items) <= run.value <= len(items) + joins:
        return None
    listed = len(items) if not joins else f"{len(items)}—{len(items) + joins}"
    return Fault(LIST_COUNT, *span, text, {"said": run.surface, "listed": listed}, related=(run.start, run.end))


def _ordinals(text: str, run: Run) -> Fault | None:
    """采取三项措施：一是……；二是……."""
    first = _FIRST_OF.match(text, run.end)
    if first is None or run.value is None or _ALSO_COUNTED.search(text, clause_start(text, run.start, _FAR), run.start):
        return None
    count, at = 1, first.end()
    while count < len(_ORDINAL):
        match = _NEXT_OF.search(text, at, min(len(text), at + _FARTHEST))
        if match is None or match[1] != _ORDINAL[count] or (count >= run.value and "\n" in text[at : match.end()]):
            break
        count, at = count + 1, match.end()
    if count in (1, run.value) or (count < run.value and _goes_on(text, at)):
        return None
    end = sentence_end(text, at, _FAR)
    values = {"said": run.surface, "listed": count}
    return Fault(LIST_COUNT, run.start, end, text, values, related=(run.start, run.end))


def _goes_on(text: str, at: int) -> bool:
    """Whether a list may go on in other words, or in the next paragraph."""
    end = text.find("\n", at, at + _FARTHEST)
    if end < 0:
        return len(text) > at + _FARTHEST or bool(_OTHERWISE.search(text, at))
    return bool(_OTHERWISE.search(text, at, end) or _OTHERWISE.search(text, end, end + _FAR // 10))
