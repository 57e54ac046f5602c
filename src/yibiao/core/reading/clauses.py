"""What a claim counts: the verb and noun beside it, inherited along lists joined by 、."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from yibiao.core.reading import lexicon
from yibiao.core.reading.phrases import Phrase

_STOP: Final = re.compile(r"[，,。；;：:！!？?\n、]")
_HARD: Final = re.compile(r"[。；;！!？?\n]")
_TAIL: Final = re.compile(r"[，,。；;：:！!？?\n、]|其中|分别")
_VERB: Final = re.compile(lexicon.either(lexicon.VERBS))
_TIME_NOISE: Final = re.compile(
    r"^(?:据统计|据悉|据了解|截至目前|目前|其中|期间|行动期间|节日期间|活动期间|今年以来|同时|此外|另外|累计|共计|总计|合计|共|先后|全年|全月|全天|全市|全省|全县|全区|已|并|还|又|也|仅|约|达|总|均|都|各|，|,)+"
)
_END_NOISE: Final = re.compile(
    r"(?:累计达到?|累计|共计|总计|合计|共有|共|达到?|多达|高达|为|约|近|超过?|突破|已|了|有|的|总数|数量|人数|数|仅|是|到|至|由|从|等|各|先后|均|都|分别|同比|环比|比上?年?同?期?)+$"
)
_SUBJECT: Final = re.compile(
    r"(?:全[省市县区乡镇国州盟]|各级|各地|各[市县区部]|省市县|[^，,。；;：:\n]{0,16}(?:部门|机关|系统|队伍|单位|机构|总队|支队|大队|中队|分局|局|厅|委|办|社区|街道|领域|方面|组))$"
)
_SCOPE: Final = re.compile(r"在([^，,。；;：:\n、]{1,14}(?:领域|方面|行业|系统|队伍|环节|中))")
_CHANGES: Final = re.compile(r"(同比|环比|较上年|较去年|比上年|比去年|比上月|较上月|较同期)")


@dataclass(slots=True)
class Counted:
    """A numeral on its way to a run; claims get here what they count. Offsets are those of ``Run``."""

    start: int
    end: int
    num_start: int
    num_end: int
    claim: bool | None
    kind: str
    phrase: Phrase | None = None
    verb: str = ""
    noun: str = ""
    scope: str = ""
    whole: int | None = None


@dataclass(slots=True)
class _Carried:
    """What the next item of a list takes over from the one before it."""

    verb: str = ""
    scope: str = ""
    end: int = 0


def counted(text: str, runs: list[Counted]) -> list[Counted]:
    """The same runs, with verb, noun, scope and whole where they claim something."""
    carried = _Carried()
    last_end, last_claim = 0, -1
    for index, run in enumerate(runs):
        if run.claim:
            start = _start(text, run.start, last_end)
            until = runs[index + 1].start if index + 1 < len(runs) else len(text)
            _tell(text, run, start, until, carried)
            if last_claim >= 0 and _is_part(text, runs[last_claim].end, run.start):
                run.whole = last_claim
            last_claim = index
        last_end = run.end
    return runs


def _start(text: str, at: int, floor: int) -> int:
    """Where the segment begins in which a number stands: after the last stop, or the number before it."""
    begin = max(floor, at - 60)
    stop = begin
    for match in _STOP.finditer(text, begin, at):
        # A list of nouns before one number belongs together: 检查各类场所、重点单位10716家.
        if match[0] != "、" or _digit_near(text, match.start()):
            stop = match.end()
    return stop


def _digit_near(text: str, at: int) -> bool:
    """Whether the item before a 、 ends in a quantity, so that the next one is an item of its own."""
    return any(sign.isdecimal() for sign in text[max(0, at - 6) : at])


def _tell(text: str, run: Counted, start: int, until: int, carried: _Carried) -> None:
    left = text[start : run.start]
    if _HARD.search(text, carried.end, run.start) or run.start - carried.end > 80:
        carried.verb = carried.scope = ""
    scope = found[1] if (found := _SCOPE.search(left)) else ""
    left = _TIME_NOISE.sub("", left.strip())
    right = _right(text, run.end, until)
    verbs = list(_VERB.finditer(left))
    verb, noun, subject = "", left, ""
    if verbs:
        first = verbs[0] if len(verbs) > 1 and verbs[-1].start() - verbs[0].end() <= 8 else verbs[-1]
        verb, noun, subject = first[0], left[first.end() :], left[: first.start()]
    noun = _END_NOISE.sub("", noun)
    if right and (not noun or len(right) <= 12):
        noun = noun + right if not noun or verb else noun or right
    if not verb:
        verb = carried.verb
    if not scope:
        scope = _END_NOISE.sub("", subject)[-16:] or carried.scope
    carried.verb, carried.scope, carried.end = verb, scope, run.end
    run.verb, run.noun, run.scope = verb, noun[:40], scope


def _right(text: str, end: int, until: int) -> str:
    """The noun behind the unit: 309个检查组."""
    stop = _TAIL.search(text, end, min(until, end + 24))
    tail = text[end : stop.start() if stop else min(until, end + 24)]
    verb = _VERB.search(tail)
    tail = tail[: verb.start()] if verb and verb.start() else tail
    return tail.lstrip("的）)次").strip('“”"（() ')


def _is_part(text: str, start: int, end: int) -> bool:
    return "其中" in text[start:end] and not _HARD.search(text, start, text.index("其中", start))
