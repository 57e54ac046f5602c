"""The measure word behind a numeral: the closed lexicon, the rule “X次”, a rate (元/吨), a pair (台（套）)."""

from __future__ import annotations

import re
from typing import Final

from yibiao.core.reading import lexicon

_VISITED: Final = f"(?:{lexicon.either(lexicon.TIMES)})"
# Whatever is counted by times: 人次, 矿次, 户（次）, and 次 alone.
_VISITS: Final = rf"[(（][台件个架][)）][套件次]|{_VISITED}次(?!数)|{_VISITED}[(（]次[)）]|次(?![日年于要数])"
_PAIR: Final = r"(?:[(（](?:[套件次项座台人个家处只条所栋户名架批枚份间起张]|[a-z])[)）])?"
# A rate: 元/吨, 毫克/100毫升.
_PER: Final = (
    r"(?:/\d*(?:[A-Za-z]+\d?|小时|平方米|立方米|公斤|毫升|分钟|[天日年月人吨亩秒户次]"
    r"|[\u4e00-\u9fff]{1,3}(?![\u4e00-\u9fff])))?"
)
UNIT: Final = re.compile(f"(?:{_VISITS}|{'|'.join(lexicon.measures())}){_PAIR}{_PER}")

# Units in which a span of time is told; with 连续 it is a streak.
TIME: Final = re.compile(
    r"个?半?(?:月|小时|星期|季度|工作日|自然日|昼夜|学期|交易日)|个多月|个年头"
    r"|年|周年|周|天|日|夜|分钟|秒钟?|载|课时|学时|学年|刻钟"
)
LENGTH: Final = frozenset(("公里", "千米", "米", "海里", "厘米", "毫米", "km", "m"))
# Counters of parts and sides: with them a Chinese numeral describes a make-up (八大行业, 三个方面).
STRUCTURAL: Final = frozenset(
    (
        "大",
        "级",
        "种",
        "类",
        "方面",
        "方",
        "层",
        "步",
        "环节",
        "阶段",
        "步骤",
        "条",
        "项",
        "道",
        "维度",
        "领域",
        "板块",
        "关",
        "点",
        "篇",
        "部分",
        "层级",
    )
)
