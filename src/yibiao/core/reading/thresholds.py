"""Quantities that are the edge of a class and claim nothing by themselves: 死亡3人以上事故, 30万元以上案件."""

from __future__ import annotations

import re
from typing import Final

from yibiao.core import hedges
from yibiao.core.reading.phrases import Phrase
from yibiao.core.reading.rules import NotClaim

# What follows is the noun of the class, not a verb, a stop or a comparison.
_TAIL: Final = re.compile(
    r"(?:[(（]含[^)）]{0,6}[)）])?(?:及以?|或)?(?:以[上下内]|以?上(?=[\d一二三四五六七八九十]))(?:[(（][^)）]{0,6}[)）])?"
    r"(?:、?\d[\d.]*[万亿]?\S{1,3}以[上下]|不满|不足)?的?(?=[\u4e00-\u9fffA-Za-z《“])"
    r"(?!参[加与]|[完受达超到,，。；;、）)]|且|以|并|由|经|已|将|可|能|会|应|须|需|未|均|都|为|是|在|和|或|占|有|提高|提升|增|下降|上升|高于|低于"
    r"|群众参|从|向|对|被|同比|较(?![大重])|比)"
)
# 出租率超过80%的有85家: the hedged number says which are counted.
_OF_CLASS: Final = re.compile(r"的[^，。；,;、\n\d]{0,10}\d")
# 39个站点超过300毫米: stations are counted by their rain.
_RAIN: Final = re.compile("[站县镇]")
_NEVER: Final = (None, "%", "‰", "倍", "人次", "场次")
_AGES: Final = ("岁", "周岁")
_STOPS: Final = "，。；、,;\n"


def edge(text: str, found: Phrase) -> NotClaim | None:
    """The quantity as the edge of a class, None where it claims something."""
    if _is_edge(text, found):
        return NotClaim(found.start, found.end, "threshold")
    return None


def _is_edge(text: str, found: Phrase) -> bool:
    if found.unit in _AGES and found.hedge == "至":
        return True
    if found.precision == "hedged" and found.unit and _OF_CLASS.match(text, found.end):
        return True
    over = found.unit == "毫米" and hedges.sense(found.hedge or "") in ("over", "least")
    if over and _RAIN.search(text, max(0, found.start - 14), found.start):
        return True
    if found.unit == "级" and found.hedge == "至" and text[found.end : found.end + 1].isdecimal():
        return True
    tail = text[found.end - 2 : found.end]
    if tail not in ("以上", "以下", "以内") or found.start < found.num_start:
        return False
    if found.bare:
        return text[found.end : found.end + 1] not in _STOPS
    if found.unit in _AGES:
        return True
    return found.unit not in _NEVER and _TAIL.match(text, found.end - 2) is not None
