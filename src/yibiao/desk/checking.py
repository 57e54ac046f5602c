"""The records of a checked text, one for each numeral: what the command, the API and the report give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yibiao.bulletins.types import Check
from yibiao.core.intervals import Interval
from yibiao.core.reading import Run
from yibiao.core.reading.types import number

# Chosen by the page of one reader and language after another: translated when they are shown.
_KIND: Final[Mapping[str, object]] = {
    "flow": _("数量"),
    "distinct": _("去重数"),
    "stock": _("存量"),
    "ratio": _("比率"),
    "change": _("增减"),
    "duration": _("时长"),
    "streak": _("连续时长"),
    "zero": _("零报告"),
    "structural": _("组成数"),
    "target": _("目标"),
    "distance": _("距离"),
    "date": _("日期时间"),
    "ordinal": _("序数"),
    "docno": _("文号"),
    "phone": _("电话"),
    "name": _("名称"),
    "slogan": _("口号"),
    "idiom": _("成语"),
    "threshold": _("分级界限"),
    "service_hours": _("服务时间"),
    "address": _("门牌地址"),
    "unknown": _("认不出"),
}
_VERDICT: Final[Mapping[str, object]] = {
    "supported": _("相符"),
    "contradicted": _("不符"),
    "stale": _("写法偏旧"),
    "wrong-unit": _("单位不对"),
    "zero-uncovered": _("零报告不全"),
    "unmatched": _("没有对应的指标"),
    "unread": _("认不出"),
}
_FAULT: Final[Mapping[str, object]] = {
    "torn_paragraph": _("句中断段"),
    "duplicate_paragraph": _("段落重复"),
    "doubled_char": _("叠字"),
    "truncated_end": _("段末缺标点"),
    "orphan_fragment": _("残句"),
    "unit_mismatch": _("口径不一"),
    "unit_inconsistent": _("单位不一"),
    "numeral_style_mixed": _("数字写法不一"),
    "redundant_hedge": _("概数词重复"),
    "enumeration_mismatch": _("列举数不符"),
    "sum_mismatch": _("合计不符"),
    "ratio_mismatch": _("比率不符"),
}
_COLOUR: Final[Mapping[str, object]] = {
    "red": _("红·须改"),
    "amber": _("黄·待确认"),
    "green": _("绿·相符"),
    "grey": _("灰·无对照"),
}
_HOW: Final[Mapping[str, object]] = {
    "bound": _("作者引用"),
    "confirmed": _("有人确认过"),
    "alias": _("按学到的说法"),
    "label": _("按指标名称"),
}


def records(runs: Iterable[Run]) -> Iterator[dict[str, Any]]:
    """One record for every numeral of a text, in its order."""
    return (run.as_json() for run in runs if run.num)


def judged_records(check: Check) -> Iterator[dict[str, Any]]:
    """The same, with the indicator that each claim was taken for, what was found, and the figure in its unit.

    **Missing**: all three are None for a numeral that claims nothing, the first and the last where nothing matches.
    """
    judged = {one.run.start: one for one in check.judged}
    for run in runs(check):
        one = judged.get(run.start)
        said = run.as_json()
        said["indicator"] = one.match.indicator if one and one.match else None
        said["verdict"] = one.verdict if one and run.claim else None
        said["figure"] = number(one.value) if one and one.match else None
        yield said


def runs(check: Check) -> tuple[Run, ...]:
    """Every numeral of a checked text in its order; a claim in words alone has none."""
    found = (*(one.run for one in check.judged), *check.others)
    return tuple(sorted((run for run in found if run.num), key=lambda run: run.start))


def kind(name: str) -> str:
    """What a numeral is, in words."""
    return str(_KIND.get(name, name))


def interval(of: Interval | None, unit: str | None = "") -> str:
    """What values a phrase allows, in words: 正好 198 个; 大于 28,000、小于 29,000 个; 不少于 30 家."""
    if of is None:
        return ""
    low, high, said = plain(of.low), None if of.high is None else plain(of.high), f" {unit}" if unit else ""
    if high is None:
        words = gettext("大于 %(low)s") if of.low_open else gettext("不少于 %(low)s")
        return words % {"low": low} + said
    if of.low == of.high:
        return gettext("正好 %(low)s") % {"low": low} + said
    words = {
        (False, False): gettext("%(low)s 到 %(high)s（含两端）"),
        (True, False): gettext("大于 %(low)s、不超过 %(high)s"),
        (False, True): gettext("不少于 %(low)s、小于 %(high)s"),
        (True, True): gettext("大于 %(low)s、小于 %(high)s"),
    }[of.low_open, of.high_open]
    return words % {"low": low, "high": high} + said


def plain(value: Decimal) -> str:
    """A number with thousands separators and no idle zeros."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def position(text: str, at: int) -> tuple[int, int]:
    """The line and the column of an offset, both from 1."""
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


def tally(runs: Iterable[Run]) -> dict[str, int]:
    """How many numerals claim something, claim nothing, and could not be read."""
    found = {"claims": 0, "others": 0, "unknown": 0}
    for run in runs:
        if run.num:
            found["unknown" if run.claim is None else "claims" if run.claim else "others"] += 1
    return found


def verdict(name: str) -> str:
    """What was found of a claim, in a word or two."""
    return str(_VERDICT.get(name, name))


def colour(name: str) -> str:
    """A colour with what it asks of the reader."""
    return str(_COLOUR.get(name, name))


def how(name: str) -> str:
    """Why an indicator was taken for a claim."""
    return str(_HOW.get(name, name))


def sign(colour: str) -> str:
    """The shape that goes with a colour, for those who cannot tell colours apart and for paper."""
    return {"red": "✕", "amber": "?", "green": "✓", "grey": "–"}.get(colour, "")


def fault(name: str) -> str:
    """A type of fault in the text itself, in a few words."""
    return str(_FAULT.get(name, name))


def certainty(name: str) -> str:
    """How sure a fault is."""
    return {"certain": gettext("必改"), "suspect": gettext("存疑"), "style": gettext("体例")}.get(name, name)


def attachment(name: str) -> str:
    """The header that gives a download its name, in Chinese as well (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(name)}"
