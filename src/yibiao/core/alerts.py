"""Warnings as the Common Alerting Protocol has them (CAP 1.2), with the identifier and the times used in China.

Source: OASIS CAP 1.2, section 3; GB/T 35965.1-2018 for the identifier and its Beijing time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Problem, Rule

STATUSES: Final = ("Actual", "Exercise", "System", "Test", "Draft")
TYPES: Final = ("Alert", "Update", "Cancel", "Ack", "Error")
SCOPES: Final = ("Public", "Restricted", "Private")
URGENCIES: Final = ("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITIES: Final = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTIES: Final = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")
CATEGORIES: Final = (
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other",
)  # fmt: skip
RESPONSES: Final = (
    "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None",
)  # fmt: skip
# The colours of warnings; those of risks and the grades of accidents are other scales.
COLOURS: Final[Mapping[str, str]] = {"red": "Extreme", "orange": "Severe", "yellow": "Moderate", "blue": "Minor"}
LANGUAGE: Final = "zh-CN"
# How long a cancellation stays to be read.
CLEAR: Final = timedelta(hours=1)
_IDENTIFIER: Final = re.compile(r"\d{6}\d{3}\d{3}\d{2}_(\d{14})_\d")
_LENGTH: Final = 31
_STAMP: Final = "%Y%m%d%H%M%S"
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
_FORBIDDEN: Final = re.compile(r"[\s,<&]")
_PAIR: Final = re.compile(r"(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)")
_GEOCODE: Final = re.compile(r"\d{6}|\d{12}")

IDENTIFIER: Final = Rule(
    "core.alert.identifier",
    "预警编号“{identifier}”不合格式：区划 6、行业 3、部门 3、扩展 2、_、北京时间 14、_、序号 1，共 31 位。",
    "The identifier “{identifier}” has the wrong shape: 6 + 3 + 3 + 2 digits, _, 14 of Beijing time, _, 1.",
    "请由系统编号，或按 GB/T 35965 的格式改正。",
    "Let the system number it, or correct it by GB/T 35965.",
)
IDENTIFIER_TIME: Final = Rule(
    "core.alert.identifier-time",
    "预警编号中的时间与发布时间 {sent} 不一致。",
    "The time in the identifier differs from the time of sending, {sent}.",
    "编号中的时间取发布的北京时间，请改成一致。",
    "The identifier carries the Beijing time of sending; make them agree.",
)
NAME: Final = Rule(
    "core.alert.sender",
    "“{name}”为空，或含有空格、逗号、“<”或“&”，不能作发布单位或编号。",
    "“{name}” is empty or holds a space, a comma, < or &, and cannot name a sender or a message.",
    "请去掉这些符号。",
    "Leave those characters out.",
)
TIME: Final = Rule(
    "core.alert.time",
    "“{text}”不是带时差的时间，或用了“Z”。",
    "“{text}” is not a time with its offset, or uses Z.",
    "请写成 2022-09-10T08:00:00+08:00 的样子。",
    "Write it like 2022-09-10T08:00:00+08:00.",
)
CHOICE: Final = Rule(
    "core.alert.choice",
    "“{value}”不在可用的值之中：{known}。",
    "“{value}” is none of the values allowed: {known}.",
    "请从这些值中选择。",
    "Choose one of them.",
)
NEEDED: Final = Rule(
    "core.alert.needed",
    "缺少{what}。",
    "The {what_en} is missing.",
    "请补上。",
    "Add it.",
)
REFERENCES: Final = Rule(
    "core.alert.references",
    "{type}必须写明它针对哪一条预警；首次发布的预警不能引用别的预警。",
    "An {type} must name the message that it is about; a first Alert refers to none.",
    "请在原预警的页面上办理。",
    "Do it on the page of the earlier warning.",
)
LANGUAGE_WRONG: Final = Rule(
    "core.alert.language",
    "语言必须写明为 zh-CN（不写即视为英语）。",
    "The language must be said to be zh-CN; without it, English is assumed.",
    "请写 zh-CN。",
    "Write zh-CN.",
)
EXPIRES: Final = Rule(
    "core.alert.expires",
    "失效时间 {expires} 不晚于发布或生效时间。",
    "It expires at {expires}, not after it is sent and takes effect.",
    "请改成之后的时间。",
    "Choose a later time.",
)
AREA: Final = Rule(
    "core.alert.area",
    "影响区域“{area}”写法不对：{text}。",
    "The area “{area}” is written wrongly: {text}.",
    "区划代码为 6 或 12 位；多边形为首尾相同、至少 4 个“纬度,经度”；圆为“纬度,经度 公里”。",
    "A geocode has 6 or 12 digits; a polygon is at least 4 “lat,lon”, closed; a circle is “lat,lon km”.",
)


@dataclass(frozen=True, slots=True)
class Area:
    """Where a warning holds: in words, and by division codes, polygons (``lat,lon …``) or circles (``lat,lon km``)."""

    description: str
    geocodes: tuple[str, ...] = ()
    polygons: tuple[str, ...] = ()
    circles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """An earlier message."""

    sender: str
    identifier: str
    sent: datetime


@dataclass(frozen=True, slots=True)
class Info:
    """What a message says, in one language."""

    event: str
    categories: tuple[str, ...]
    urgency: str
    severity: str
    certainty: str
    headline: str
    description: str
    expires: datetime | None
    areas: tuple[Area, ...]
    instruction: str = ""
    responses: tuple[str, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    audience: str = ""
    sender_name: str = ""
    language: str = LANGUAGE


@dataclass(frozen=True, slots=True)
class Alert:
    """One message."""

    identifier: str
    sender: str
    sent: datetime
    status: str
    type: str
    scope: str
    infos: tuple[Info, ...] = ()
    source: str = ""
    restriction: str = ""
    addresses: tuple[str, ...] = ()
    note: str = ""
    references: tuple[Reference, ...] = ()

    def reference(self) -> Reference:
        return Reference(self.sender, self.identifier, self.sent)


def identifier(division: str, sector: str, sent: datetime, serial: int, *, unit: str = "000") -> str:
    """The 31 characters ``ZZZZZZDDDUUUXX_YYYYMMDDhhmmss_N``.

    Source: GB/T 35965.1-2018: GB/T 2260 division, GB/T 4657 sector, sub-unit, extension 00, Beijing time, serial 0–9.
    """
    return f"{division[:6]}{sector}{unit}00_{sent.astimezone(SHANGHAI):{_STAMP}}_{serial}"


def moment(at: datetime) -> str:
    """A time as CAP writes it, in Beijing time: ``2022-09-10T08:00:00+08:00``, never ``Z``."""
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def read_moment(text: str) -> datetime | None:
    """The time of a text, None where it is none or has no offset of its own."""
    if not _TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(SHANGHAI)
    except ValueError:
        return None


def check(alert: Alert) -> list[Problem]:
    """Everything that is wrong with a message.

    Raises nothing: problems are values.
    """
    found = [*_head(alert)]
    for n, info in enumerate(alert.infos, 1):
        found += _info(alert, info, f"info {n}")
    if not alert.infos and alert.type in ("Alert", "Update"):
        found.append(NEEDED.at("info", what="内容", what_en="content"))
    return found


def _head(alert: Alert) -> Iterator[Problem]:
    shaped = _IDENTIFIER.fullmatch(alert.identifier) if len(alert.identifier) == _LENGTH else None
    if shaped is None:
        yield IDENTIFIER.at("identifier", identifier=alert.identifier[:60])
    elif shaped[1] != f"{alert.sent.astimezone(SHANGHAI):{_STAMP}}":
        yield IDENTIFIER_TIME.at("identifier", sent=moment(alert.sent))
    if not alert.sender or _FORBIDDEN.search(alert.sender):
        yield NAME.at("sender", name=alert.sender[:60])
    yield from _one_of("status", alert.status, STATUSES)
    yield from _one_of("msgType", alert.type, TYPES)
    yield from _one_of("scope", alert.scope, SCOPES)
    if alert.scope == "Restricted" and not alert.restriction.strip():
        yield NEEDED.at("restriction", what="限制发布的规则", what_en="rule of restriction")
    if alert.scope == "Private" and not alert.addresses:
        yield NEEDED.at("addresses", what="接收人", what_en="list of addresses")
    if (alert.type == "Alert") == bool(alert.references) and alert.type in TYPES:
        yield REFERENCES.at("references", type=alert.type)


def _info(alert: Alert, info: Info, where: str) -> Iterator[Problem]:
    if info.language != LANGUAGE:
        yield LANGUAGE_WRONG.at(f"{where} language")
    for text, zh, en in (
        (info.event, "事件", "event"), (info.headline, "标题", "headline"), (info.description, "说明", "description"),
    ):  # fmt: skip
        if not text.strip():
            yield NEEDED.at(where, what=zh, what_en=en)
    if not info.categories:
        yield NEEDED.at(where, what="类别", what_en="category")
    for one in info.categories:
        yield from _one_of(f"{where} category", one, CATEGORIES)
    for one in info.responses:
        yield from _one_of(f"{where} responseType", one, RESPONSES)
    yield from _one_of(f"{where} urgency", info.urgency, URGENCIES)
    yield from _one_of(f"{where} severity", info.severity, SEVERITIES)
    yield from _one_of(f"{where} certainty", info.certainty, CERTAINTIES)
    yield from _extent(alert, info, where)


def _extent(alert: Alert, info: Info, where: str) -> Iterator[Problem]:
    """Until when, and where."""
    if info.expires is None:
        yield NEEDED.at(where, what="失效时间", what_en="time of expiry")
    elif info.expires <= max(alert.sent, info.effective or alert.sent):
        yield EXPIRES.at(where, expires=moment(info.expires))
    if not info.areas:
        yield NEEDED.at(where, what="影响区域", what_en="area")
    for area in info.areas:
        yield from _area(area, f"{where} area")


def _area(area: Area, where: str) -> Iterator[Problem]:
    if not area.description.strip():
        yield NEEDED.at(where, what="区域名称", what_en="description of the area")
    for code in area.geocodes:
        if not _GEOCODE.fullmatch(code):
            yield AREA.at(where, area=area.description, text=code)
    for polygon in area.polygons:
        pairs = polygon.split()
        if len(pairs) < 4 or pairs[0] != pairs[-1] or not all(map(_is_point, pairs)):
            yield AREA.at(where, area=area.description, text=polygon[:80])
    for circle in area.circles:
        centre, _, radius = circle.partition(" ")
        if not _is_point(centre) or not re.fullmatch(r"\d+(\.\d+)?", radius):
            yield AREA.at(where, area=area.description, text=circle[:80])


def _is_point(text: str) -> bool:
    pair = _PAIR.fullmatch(text)
    return bool(pair) and abs(float(pair[1])) <= 90 and abs(float(pair[2])) <= 180  # type: ignore[index]


def _one_of(where: str, value: str, known: tuple[str, ...]) -> Iterator[Problem]:
    if value not in known:
        yield CHOICE.at(where, value=value[:40], known="、".join(known))
