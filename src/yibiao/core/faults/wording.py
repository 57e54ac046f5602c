"""Faults of wording: a doubled word, a hedge said twice, a hedge on an exact number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from yibiao.core.faults.types import DOUBLED, HEDGE_EXACT, HEDGE_REDUNDANT, Fault
from yibiao.core.reading.types import Reading, Run

# Function words of one character, each with the characters before and after that make the doubling two words:
# 目的的, 的的确确; 为了了解, 不了了之; 存在在, 在在线; 共和和, 和和气气.
_ONCE: Final[Mapping[str, tuple[str, str]]] = {
    "的": ("目标打有有中似", "确士哥"),
    "了": ("不百一未小终罢", "解然结却断不账事望当如得无分"),
    "在": (
        "存现实所内潜外自正健好何安旨志贵重意亦常同",
        "建线职校读编岗场押逃途野位册产营保外内家校学此这那该其于乎理座世地华京沪省市县区城乡全各户网云港台会所",
    ),
    "和": ("共总平缓饱温柔调谦祥随附亲暖谐唱应磨人", "平谐田解睦美气县龙硕顺善悦声服缓暖硕林布政风亲约煦颜尚蔼"),
    "与": ("参给赋授付", "会其否众世时"),
    "及": ("涉普提顾触危波遍累以埃论推", "时格第物早其至"),
    "被": ("棉植毛羽夹盖", "告子褥动害保执申服单套罩"),
    "是": ("还但就于或只可总凡若要都也像便倒算真老更求国而却既正即先不", "否非谁不因"),
    "或": ("间抑即", "许多者是"),
    "并": ("合兼吞归撤一", "行非且列网发存联购处不没未无重举轨排"),
    "也": ("", "许"),
    "都": ("成首京古国帝迁旧陪武新花丰", "市督会城江匀昌是"),
    "就": ("成造早俯迁将高屈低", "业近医地读餐学诊任职寝座是要餐事算"),
    "而": ("然因故从", "且已今后立"),
    "由": ("理自缘事案因来根经", "于来此衷"),
    "从": ("服听跟遵顺自随侍胁盲屈", "业容事前来属而此严快简重小众"),
    "向": ("方面走意趋倾去动导流指取朝定志一偏转内外纵横风投奔", "阳日来导西南北东上下前后好"),
    "该": ("应活", "不"),
    "将": ("干大名部武麻即小女老猛虎健闯良中上少主", "军领士近来帅校要"),
}  # fmt: skip
_PHRASES: Final = ("的的喀喀", "小时了了", "有的的确", "老神在在")
_DOUBLED_CHAR: Final = re.compile(rf"([{''.join(_ONCE)}])\1+")
# Words of two characters that are never said twice on purpose.
_TWICE: Final = (
    "进行", "开展", "以及", "并且", "对于", "关于", "根据", "按照", "已经", "我们", "他们", "因为", "所以", "如果",
    "但是", "由于", "其中", "期间",
)  # fmt: skip
_DOUBLED_WORD: Final = re.compile(rf"({'|'.join(_TWICE)})\1(?!\1)")
_LONGEST_DOUBLE: Final = 3

# Hedges before a number, each with the characters before it that make it a part of another word: 签约, 附近, 高超.
_BEFORE: Final[Mapping[str, str]] = {
    "超过": "不未没勿", "超出": "不未没", "超": "高赶反不未", "逾": "不未", "高于": "不未", "多于": "不未",
    "大于": "不未", "不少于": "", "不低于": "", "至少": "",
    "将近": "", "接近": "不", "近": "附最靠临亲远邻贴就新相挨迫逼凑切抵进",
    "大约": "", "大概": "", "约": "签预节合条履违特邀制简公契失爽相有立赴毁解续要盟俭依婚租换守集聘商誓",
}  # fmt: skip

_OVER: Final = frozenset({"超过", "超出", "超", "逾", "高于", "多于", "大于"})
_LEAST: Final = frozenset({"不少于", "不低于", "至少"})
_ABOUT: Final = frozenset({"将近", "接近", "近", "大约", "大概", "约"})
_MORE: Final = frozenset({"余", "多"})
_AROUND: Final = frozenset({"左右", "上下"})
_ABOVE: Final = frozenset({"以上"})
# Hedges of which one number can bear only one.
_CLASHES: Final = (
    (_OVER, _ABOVE), (_LEAST, _ABOVE), (_OVER, _AROUND), (_LEAST, _AROUND), (_ABOUT, _AROUND), (_OVER, _MORE),
    (_LEAST, _MORE), (_ABOUT, _MORE), (_MORE, _AROUND), (_MORE, _ABOVE),
)  # fmt: skip

_HEDGE_BEFORE: Final = re.compile(rf"(?:{'|'.join(_BEFORE)})(?=\s?$)")
_HEDGE_AFTER: Final = re.compile(r"以上|左右(?![两侧手邻开为逢翼])|上下(?=[，。；、,;）)]|$)")
_HEDGE_MORE: Final = re.compile(r"\s?([余多])(?=\s?[\u3400-\u9fff])")
# 近 before these means lately: 近10余年.
_SPANS: Final = re.compile(r"\s?[余多]?\s?个?多?(?:年|月|天|日|周|星期|小时|期|届|次|场|轮|季|载|代|任)")
_EXACT: Final = re.compile(r"[1-9][\d,，]*\d[1-9]")
_LOOK_BACK: Final = 5


@dataclass(frozen=True, slots=True)
class _Hedge:
    word: str
    start: int
    end: int


def find(reading: Reading) -> Iterator[Fault]:
    """Every fault of wording, in no order."""
    yield from _doubled(reading.text)
    for run in reading.runs:
        if run.claim is not False or run.kind == "threshold":
            yield from _hedged(reading.text, run)


def _doubled(text: str) -> Iterator[Fault]:
    for match in _DOUBLED_CHAR.finditer(text):
        start, end, word = match.start(), match.end(), match[1]
        before, after = _ONCE[word]
        around = text[max(0, start - 2) : end + 2]
        if end - start > _LONGEST_DOUBLE or any(phrase in around for phrase in _PHRASES):
            continue
        if (start and text[start - 1] in before) or text[end : end + 1] in tuple(after):
            continue
        yield Fault(DOUBLED, start, end, text, {"word": word})
    for match in _DOUBLED_WORD.finditer(text):
        yield Fault(DOUBLED, match.start(), match.end(), text, {"word": match[1]})


def _hedged(text: str, run: Run) -> Iterator[Fault]:
    hedges = tuple(_hedges(text, run))
    for first, second in combinations(hedges, 2):
        if any(first.word in one and second.word in other for one, other in _CLASHES):
            values = {"first": first.word, "second": second.word}
            yield Fault(HEDGE_REDUNDANT, first.start, max(second.end, run.end), text, values)
            return
    more = next((hedge for hedge in hedges if hedge.word in _MORE), None)
    if more and run.claim and run.end > more.end and _EXACT.fullmatch(run.num) and text[more.end] not in "万亿千百":
        yield Fault(HEDGE_EXACT, run.num_start, max(more.end, run.end), text, {"num": run.num, "second": more.word})


def _hedges(text: str, run: Run) -> Iterator[_Hedge]:
    """The hedges around a number, in their order."""
    back = max(0, run.num_start - _LOOK_BACK)
    before = _HEDGE_BEFORE.search(text[back : run.num_start])
    more = _HEDGE_MORE.match(text, run.num_end)
    if before and not _joined(text, back + before.start(), before[0], run.num_end):
        yield _Hedge(before[0], back + before.start(), back + before.end())
    if more:
        yield _Hedge(more[1], more.start(1), more.end(1))
    after = _HEDGE_AFTER.match(text, run.end) or _HEDGE_AFTER.match(text, run.end - len("以上"))
    if after and after.start() >= run.num_end:
        yield _Hedge(after[0], after.start(), after.end())


def _joined(text: str, start: int, hedge: str, num_end: int) -> bool:
    """Whether a hedge before a number is a part of another word, or means lately."""
    if start and text[start - 1] in _BEFORE[hedge]:
        return True
    return hedge == "近" and bool(_SPANS.match(text, num_end))
