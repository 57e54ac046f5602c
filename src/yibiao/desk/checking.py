"""The records of a checked text, one for each numeral: what the command, the API and the report give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext

from yibiao.bulletins.types import Check
from yibiao.core.intervals import Interval
from yibiao.core.reading import Run
from yibiao.core.reading.types import number


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
    return {
        "flow": gettext("数量"),
        "distinct": gettext("去重数"),
        "stock": gettext("存量"),
        "ratio": gettext("比率"),
        "change": gettext("增减"),
        "duration": gettext("时长"),
        "streak": gettext("连续时长"),
        "zero": gettext("零报告"),
        "structural": gettext("组成数"),
        "target": gettext("目标"),
        "distance": gettext("距离"),
        "date": gettext("日期时间"),
        "ordinal": gettext("序数"),
        "docno": gettext("文号"),
        "phone": gettext("电话"),
        "name": gettext("名称"),
        "slogan": gettext("口号"),
        "idiom": gettext("成语"),
        "threshold": gettext("分级界限"),
        "service_hours": gettext("服务时间"),
        "address": gettext("门牌地址"),
        "unknown": gettext("认不出"),
    }.get(name, name)


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
    return {
        "supported": gettext("相符"),
        "contradicted": gettext("不符"),
        "stale": gettext("写法偏旧"),
        "wrong-unit": gettext("单位不对"),
        "zero-uncovered": gettext("零报告不全"),
        "unmatched": gettext("没有对应的指标"),
        "unread": gettext("认不出"),
    }.get(name, name)


def colour(name: str) -> str:
    """A colour with what it asks of the reader."""
    return {
        "red": gettext("红·须改"),
        "amber": gettext("黄·待确认"),
        "green": gettext("绿·相符"),
        "grey": gettext("灰·无对照"),
    }.get(name, name)


def how(name: str) -> str:
    """Why an indicator was taken for a claim."""
    return {
        "bound": gettext("作者引用"),
        "confirmed": gettext("有人确认过"),
        "alias": gettext("按学到的说法"),
        "label": gettext("按指标名称"),
    }.get(name, name)


def sign(colour: str) -> str:
    """The shape that goes with a colour, for those who cannot tell colours apart and for paper."""
    return {"red": "✕", "amber": "?", "green": "✓", "grey": "–"}.get(colour, "")


def fault(name: str) -> str:
    """A type of fault in the text itself, in a few words."""
    return {
        "torn_paragraph": gettext("句中断段"),
        "duplicate_paragraph": gettext("段落重复"),
        "doubled_char": gettext("叠字"),
        "truncated_end": gettext("段末缺标点"),
        "orphan_fragment": gettext("残句"),
        "unit_mismatch": gettext("口径不一"),
        "unit_inconsistent": gettext("单位不一"),
        "numeral_style_mixed": gettext("数字写法不一"),
        "redundant_hedge": gettext("概数词重复"),
        "enumeration_mismatch": gettext("列举数不符"),
        "sum_mismatch": gettext("合计不符"),
        "ratio_mismatch": gettext("比率不符"),
    }.get(name, name)


def certainty(name: str) -> str:
    """How sure a fault is."""
    return {"certain": gettext("必改"), "suspect": gettext("存疑"), "style": gettext("体例")}.get(name, name)


def attachment(name: str) -> str:
    """The header that gives a download its name, in Chinese as well (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(name)}"
