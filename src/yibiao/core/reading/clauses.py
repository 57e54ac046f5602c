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
# Behind a number a verb is one only where it does not begin a noun (执勤点, 抽查组, 宣传资料).
_ACTING: Final = re.compile(
    f"(?:{lexicon.either(lexicon.VERBS)})(?![组点站队员岗卡室台所车会单表人数量件品网]|资料|材料|活动|视频|设备)"
)
_TIME_NOISE: Final = re.compile(
    r"^(?:据统计|据悉|据了解|截至目前|目前|其中|期间|行动期间|节日期间|活动期间|今年以来|同时|此外|另外|累计|共计|总计|合计|共|先后|全年|全月|全天|全市|全省|全县|全区|已|并|还|又|也|仅|约|达|总|均|都|，|,)+"
)
_END_NOISE: Final = re.compile(
    r"(?:累计达到?|累计|共计|总计|合计|共有|共|达到?|多达|高达|为|约|近|超过?|突破|已|了|有|的|总数|数量|人数|数|仅|是|到|至|由|从|等|各|先后|均|都|分别|同比|环比|比上?年?同?期?)+$"
)
_SCOPE: Final = re.compile(r"在([^，,。；;：:\n、]{1,14}(?:领域|方面|行业|系统|队伍|环节|中))")
_NO_NOUN: Final = re.compile(
    "[在由被并以等和与及或均都已是为比较占至到从向对将把使让能可应须还也又就才,，、。；;左上下内]|同比|环比"
)
_MARKS: Final = '“”"‘’「」（）() 、'
_AND: Final = re.compile("、|以及|和|及|与|，")
_FEWEST: Final = 2
_REACH, _FAR, _NEAR, _AHEAD = 60, 80, 6, 24
_SCOPE_LENGTH, _NOUN_LENGTH = 16, 40


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
    nouns: tuple[str, ...] = ()  # those that 分别 hands out, one to each number
    last: int = -1
    whole: int | None = None


def counted(text: str, runs: list[Counted]) -> list[Counted]:
    """The same runs, with verb, noun, scope and whole where they claim something."""
    carried = _Carried()
    floor = 0
    for index, run in enumerate(runs):
        if run.claim:
            until = runs[index + 1].start if index + 1 < len(runs) else len(text)
            run.whole = _whole(text, run.start, carried)
            _tell(text, run, _start(text, run.start, floor), until, carried)
            carried.end, carried.last = run.end, index
        floor = run.end
    return runs


def _whole(text: str, at: int, carried: _Carried) -> int | None:
    """The number that 其中 takes this one and those after it from, until the sentence ends."""
    if at - carried.end > _FAR or _HARD.search(text, carried.end, at):
        carried.whole = None
        carried.verb = carried.scope = ""
    elif carried.last >= 0 and text.find("其中", carried.end, at) >= 0:
        carried.whole = carried.last
    return carried.whole


def _start(text: str, at: int, floor: int) -> int:
    """Where the segment begins in which a number stands.

    A list of nouns before one number belongs together (检查各类场所、重点单位10716家); behind a number, 、 begins the
    next item (出动警力6.2万人次、车辆1.7万台次).
    """
    start = max(floor, at - _REACH)
    numbered = start == floor > 0
    for match in _STOP.finditer(text, start, at):
        if match[0] != "、" or numbered:
            start, numbered = match.end(), False
    return start


def _tell(text: str, run: Counted, start: int, until: int, carried: _Carried) -> None:
    left = text[start : run.start].strip()
    named = _SCOPE.search(left) if "在" in left else None
    left = _TIME_NOISE.sub("", left)
    verb, tail, subject = _parted(left)
    noun, acted = _behind(text, run.end, until)
    if handed := _handed(text, left, run.start, carried):
        noun = handed
    elif not noun:
        noun = _trimmed(tail)
    elif not verb:
        subject = subject or tail
    run.verb = carried.verb = verb or acted or carried.verb
    carried.scope = named[1] if named else _trimmed(subject)[-_SCOPE_LENGTH:] or carried.scope
    run.noun, run.scope = noun.strip(_MARKS)[:_NOUN_LENGTH], carried.scope


_ENDS: Final = frozenset("计有共到达为约近超过破已了的数量是至由从等各后都均别比期")


def _trimmed(said: str) -> str:
    """Without the words between a noun and its number: 累计, 共有, 达, 近."""
    return _END_NOISE.sub("", said) if said and said[-1] in _ENDS else said


def _parted(left: str) -> tuple[str, str, str]:
    """The verb before a number, what stands between them, and what stands before the verb."""
    verbs = list(_VERB.finditer(left))
    if not verbs:
        return "", left, ""
    close = len(verbs) > 1 and verbs[-1].start() - verbs[-2].end() <= _NEAR
    first = verbs[-2] if close else verbs[-1]
    return first[0], left[first.end() :], left[: first.start()]


def _handed(text: str, left: str, at: int, carried: _Carried) -> str:
    """The noun that 分别 gives this number: 起数、死亡人数分别下降33.3%和50%."""
    if "分别" in left:
        nouns = _trimmed(left.partition("分别")[0])
        carried.nouns = tuple(_AND.split(nouns))
    elif not _AND.fullmatch(text[carried.end : at]) or carried.end == 0:
        carried.nouns = ()
    if len(carried.nouns) < _FEWEST and "分别" in left:
        carried.nouns = ()
    first, *rest = carried.nouns or ("",)
    carried.nouns = tuple(rest)
    return first


def _behind(text: str, end: int, until: int) -> tuple[str, str]:
    """The noun behind the unit and the verb behind that: 309个检查组; 345人次领导在岗带班. Empty where none stands."""
    stop = min(until, end + _AHEAD)
    found = _TAIL.search(text, end, stop)
    tail = text[end : found.start() if found else stop].lstrip("的）)").strip(_MARKS)
    verb = _ACTING.search(tail)
    if _NO_NOUN.match(tail) or (verb and not verb.start()):
        return "", verb[0] if verb else ""
    return (tail[: verb.start()], verb[0]) if verb else (tail, "")
