"""What kind of number a claim is, from its unit and the words before it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from yibiao.core.reading.phrases import Phrase
from yibiao.core.reading.units import LENGTH, STRUCTURAL, TIME

_CLAUSE: Final = re.compile(r"[^，,。；;\n]*$")
_CHANGE: Final = re.compile(
    "同比|环比|增长|下降|上升|提高|降低|减少|增加|上涨|下跌|回落|提升|翻|压缩|缩短|增幅|降幅|涨|跌|降|增"
)
_STREAK: Final = re.compile("连续|持续")
_MAKE_UP: Final = ("方面", "步骤", "环节", "主题日", "板块")
_SHARES: Final = ("%", "‰", "倍", "个百分点")
_BODIES: Final = ("个", "家", "户", "名", "位", "人", "支", "所")
_FEW: Final = 100
# The words that decide, in order; what none of them says is told from the unit.
_SAID: Final[Mapping[str, re.Pattern[str]]] = {
    "target": re.compile("力争|确保|计划|目标|拟|将|不少于|不低于|不超过|每年|到20|须|应达|要达"),
    "stock": re.compile("现有|共有|拥有|设有|辖|常住|户籍|面积|水位|余额|在册|库存|储备|现存|人口"),
    "flow": re.compile(
        "检查|排查|出动|发放|查处|开展|发现|整改|派出|组织|播放|受理|办理|处置|抓获|破获|设置|累计|服务|走访|处罚"
    ),
}


def kind(text: str, found: Phrase, floor: int) -> str:
    """One of ``types.CLAIMS``. It tells readers how the number adds up, and decides no verdict by itself."""
    unit = found.unit or ""
    clause = _CLAUSE.search(text, max(floor, found.start - 14), found.start)
    left = clause[0] if clause else ""
    if unit in _SHARES or "分之" in text[found.num_start : found.num_end]:
        return "change" if unit == "个百分点" or _CHANGE.search(left) else "ratio"
    if not found.value and found.precision == "exact":
        return "zero"
    if TIME.fullmatch(unit):
        return "streak" if _STREAK.search(left) else "duration"
    if unit in LENGTH:
        return "distance"
    if _is_make_up(text, found, unit):
        return "structural"
    for said, words in _SAID.items():
        if words.search(left):
            return said
    return "distinct" if unit in _BODIES and found.value < _FEW else "flow"


def _is_make_up(text: str, found: Phrase, unit: str) -> bool:
    """八大行业, 省市县三级, 七个步骤: how something is made up."""
    if unit == "大" or text.startswith(_MAKE_UP, found.end):
        return True
    return unit in STRUCTURAL and not text[found.num_start].isdecimal()
