"""How values are written on pages: figures with their unit and address, numbers, moments, labels in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.translation import gettext

from yibiao.core import quantities
from yibiao.core.periods import SHANGHAI, Period
from yibiao.core.spans import Span
from yibiao.core.texts import Text
from yibiao.desk import addresses, border, checking, logs
from yibiao.figures.types import Figure
from yibiao.packs import queries as packs

register = template.Library()


@register.filter
def number(value: object) -> str:
    """A number with thousands separators, two decimals at most, without idle zeros: 1,268 and 28.6."""
    if value is None:
        return "—"
    if isinstance(value, Decimal):
        text = f"{round(value, 2):,f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:,}" if isinstance(value, int) else str(value)


@register.filter
def signed(value: Decimal) -> str:
    """A difference: +6, −200."""
    return f"{'+' if value > 0 else '−'}{number(abs(value))}"


@register.filter
def text(value: Text | str | None) -> str:
    """A label in the language of the page."""
    if isinstance(value, Text):
        return value.of(border.language())
    return value or ""


@register.filter
def unit(symbol: str) -> str:
    """What stands behind a number in the language of the page."""
    return quantities.said(symbol, border.language())


@register.filter
def moment(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else ""


@register.filter
def second(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if at else ""


@register.filter
def clock(at: datetime | None) -> str:
    """A moment of a day that is known."""
    return at.astimezone(SHANGHAI).strftime("%H:%M:%S") if at else ""


@register.filter
def span(period: Period) -> str:
    """A period as people write it: whole days as days, otherwise with the minute."""
    ends = addresses.period(period)
    from_, until = (ends[end].replace("T", " ") for end in ("from", "until"))
    return from_ if from_ == until else gettext("%(from)s 至 %(until)s") % {"from": from_, "until": until}


@register.filter
def lasting(limit: Span) -> str:
    """A length of time as people say it: 5个工作日."""
    return limit.words(border.language())


@register.filter
def level(name: str) -> str:
    return {
        "nation": gettext("国家"),
        "province": gettext("省"),
        "prefecture": gettext("市（州）"),
        "county": gettext("县（市、区）"),
        "township": gettext("乡镇（街道）"),
        "community": gettext("村（社区）"),
        "grid": gettext("网格"),
        "quarter": gettext("小区"),
        "building": gettext("楼栋"),
        "unit": gettext("单元"),
        "household": gettext("户"),
    }.get(name, name)


@register.filter
def state(name: str) -> str:
    """The state of a record or bulletin in words."""
    return {
        "received": gettext("已收到"),
        "approved": gettext("已通过"),
        "rejected": gettext("已退回"),
        "withdrawn": gettext("已撤回"),
        "draft": gettext("草稿"),
        "issued": gettext("已签发"),
        "superseded": gettext("已被更正"),
    }.get(name, name)


@register.filter
def channel(name: str) -> str:
    return {
        "web": gettext("网页填报"),
        "sheet": gettext("表格上传"),
        "api": gettext("接口"),
        "openrosa": gettext("手机采集"),
        "sample": gettext("样例"),
    }.get(name, name)


@register.filter
def tone(name: str) -> str:
    """The class of a tag for a state: good, bad, wait or none."""
    return {
        "approved": "tag-good",
        "issued": "tag-good",
        "rejected": "tag-bad",
        "withdrawn": "tag-bad",
        "superseded": "tag-wait",
        "draft": "tag-act",
    }.get(name, "")


@register.inclusion_tag("desk/figure.html")
def figure(found: Figure, size: str = "", key: str = "") -> dict[str, Any]:
    """The one component for a number: value, unit, dotted underline, and the way to what is behind it."""
    return {
        "figure": found,
        "size": size,
        "key": key,
        "url": addresses.figure(found.query),
        "card": addresses.figure(found.query, "desk_figure_card"),
        "label": found.indicator.label.of(border.language()),
    }


@register.inclusion_tag("desk/parts/program_choices.html")
def program_choices(field: BoundField) -> dict[str, Any]:
    """The programs by name, to be ticked, for a field that takes their codes."""
    chosen = str(field.value() or "").split()
    titles = {one.code: one.title.of(border.language()) for one in packs.programs()}
    return {"name": field.html_name, "chosen": chosen, "titles": titles | {c: c for c in chosen if c not in titles}}


@register.inclusion_tag("desk/coverage.html")
def coverage(found: Figure) -> dict[str, Any]:
    """How many of the reports owed were filed; silent where none are owed by rule."""
    return {"coverage": found.coverage}


@register.filter
def of(names: dict[str, str], key: str) -> str:
    """The name that a key stands for; a dash for the system or for someone unknown."""
    return names.get(key, "") or "—"


@register.simple_tag
def request_number() -> str:
    """By which the lines that a request left in the log are found."""
    return logs.request_id.get()


@register.filter
def words(said: str) -> list[str]:
    return said.split()


@register.filter
def count_of(counts: Mapping[str, int], key: str) -> int:
    return counts.get(key, 0)


@register.filter
def sign(colour: str) -> str:
    """The shape that goes with a colour of the check."""
    return checking.sign(colour)


@register.filter
def colour_name(colour: str) -> str:
    return checking.colour(colour)
