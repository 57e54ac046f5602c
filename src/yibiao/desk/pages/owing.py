"""零报告: the matrix of who filed what, and the list of those to remind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from yibiao.core import clock
from yibiao.core.periods import SHANGHAI, Period
from yibiao.core.problems import Refusal
from yibiao.desk import border, tables, watching
from yibiao.desk.labels import listed
from yibiao.desk.pages.frame import Frame, frame, nothing
from yibiao.duty import queries as duty
from yibiao.duty.types import Cell, Matrix, Obligation, Rules
from yibiao.packs.types import Program
from yibiao.people import queries as people
from yibiao.places import queries as places

STATES: Final = ("nil", "values", "late", "missing", "due", "exempt")
SHOWN: Final = 100
OWN: Final = 12
LISTED: Final = 5


def matrix(request: HttpRequest) -> HttpResponseBase:
    """Units down, periods across; every cell says with a sign and in words what is filed."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    rules = duty.rules_of(setting.program.pack)
    one = rules.obligation(request.GET.get("topic", "")) or (rules.obligations[0] if rules.obligations else None)
    if one is None:
        return render(request, "desk/duty_coverage.html", {"frame": setting, "topics": ()})
    at = asked_at(request, setting.program)
    held = _held(request, setting, one, at)
    words: dict[str, str] = {name: watching.filing(name) for name in STATES}
    if tables.wanted(request):
        heads = [gettext("单位"), *(slot_said(slot.key) for slot in held.slots)]
        lines = ([unit.label, *(words.get(cell.state, "") for cell in row)] for unit, row in held.rows)
        said = {"topic": (gettext("报什么"), watching.said(one.label))}
        return tables.answer(request, watching.said(one.label), [heads, *lines], words=said)
    words["chased"] = gettext("，已催 {n} 次")
    shown = {
        "frame": setting,
        "at": at,
        "topics": _topics(rules, one, request),
        "topic": one,
        "label": watching.said(one.label),
        "lapsed": one.valid_until is not None and one.valid_until <= at.date(),
        "matrix": held,
        "slots": [slot_said(slot.key) for slot in held.slots],
        "rows": [(unit, [watching.mark(cell, words) for cell in row]) for unit, row in held.rows],
        "tally": [(name, watching.SIGNS[name], watching.filing(name), _count(held, name)) for name in STATES],
        "missing": held.count("missing"),
        "may_chase": may_chase(request, setting),
        "chase_url": chasing_url(setting, one.topic),
        "at_text": at.strftime("%Y-%m-%dT%H:%M"),
        "from": request.GET.get("from", ""),
        "until": request.GET.get("until", ""),
    }
    return render(request, "desk/duty_coverage.html", shown)


def chasing(request: HttpRequest) -> HttpResponse:
    """催报: everything past its deadline, one button each and one for all; below what is still to come."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    rules = duty.rules_of(setting.program.pack)
    at = asked_at(request, setting.program)
    found = duty.owed(setting.program.code, scope=setting.scope, at=at, place=setting.place.code)
    topic = request.GET.get("topic", "")
    kept = [one for one in found if topic in ("", one.topic)]
    late = [one for one in kept if one.state == "missing"]
    fills = own_units(request, setting.program.code)
    rows = _together(late, fills)
    names = places.names(list({place for one in kept for place in (one.unit.place, one.escalated_to) if place}))
    review = border.may(request, "review", place=setting.place.code, program=setting.program.code)
    shown = {
        "frame": setting,
        "at": at,
        "at_text": at.strftime("%Y-%m-%dT%H:%M"),
        "late": [_row(cells, rules, names, at, fills) for cells in rows[:SHOWN]],
        "late_count": len(late),
        "more": max(0, len(rows) - SHOWN),
        "coming": [_row([one], rules, names, at, fills) for one in kept if one.state == "due"][:SHOWN],
        "topics": [(one.topic, watching.said(one.label)) for one in rules.obligations],
        "topic": topic,
        "groups": _groups([one for one in late if review or one.unit.key not in fills], rules),
        "may_chase": may_chase(request, setting),
        "may_review": review,
        "keeps": bool(rules.obligations),
    }
    return render(request, "desk/duty_chasing.html", shown)


def asked_at(request: HttpRequest, program: Program) -> datetime:
    """As of when deadlines are looked at: the moment asked for, else now."""
    try:
        return datetime.fromisoformat(request.GET.get("at", "")[:16]).replace(tzinfo=SHANGHAI)
    except ValueError:
        return clock.now().astimezone(SHANGHAI)


def may_chase(request: HttpRequest, setting: Frame) -> bool:
    """Who reviews for the place reminds its units; who fills for it reminds those below."""
    code, place = setting.program.code, setting.place.code
    return any(border.may(request, right, place=place, program=code) for right in ("review", "fill"))


def chasing_url(setting: Frame, topic: str = "") -> str:
    asked = {"program": setting.program.code, "place": setting.place.code} | ({"topic": topic} if topic else {})
    return f"{reverse('desk_duty_chasing')}?{urlencode(asked)}"


def _held(request: HttpRequest, setting: Frame, one: Obligation, at: datetime) -> Matrix:
    period = None
    if request.GET.get("from") and request.GET.get("until"):
        try:
            period = Period.parse(request.GET["from"], request.GET["until"])
        except Refusal:
            period = None
    if period is not None and len(period.day_list()) > 400:
        period = None
    code, place = setting.program.code, setting.place.code
    return duty.matrix(code, one.topic, scope=setting.scope, at=at, period=period, place=place)


def _topics(rules: Rules, chosen: Obligation, request: HttpRequest) -> list[tuple[str, str, bool]]:
    kept = {key: request.GET[key] for key in ("program", "place", "at") if request.GET.get(key)}
    return [
        (f"?{urlencode(kept | {'topic': one.topic})}", watching.said(one.label), one == chosen)
        for one in rules.obligations
    ]


def _count(held: Matrix, name: str) -> int:
    if name == "late":
        return held.late
    if name in ("nil", "values"):
        return sum(one.state == name and not one.late for one in held.cells)
    return held.count(name)  # type: ignore[arg-type]


def slot_said(key: str) -> str:
    """A period of reporting as people read it."""
    if key.startswith("H"):
        return gettext("%(day)s 节前") % {"day": key[6:]}
    if key[4:6] == "-W":
        return gettext("第 %(week)s 周") % {"week": int(key[6:])}
    if key[4:6] == "-Q":
        return gettext("第 %(quarter)s 季度") % {"quarter": key[6:]}
    return gettext("一次") if key == "once" else key[5:] if len(key) == 10 else key


def own_units(request: HttpRequest, program: str) -> frozenset[str]:
    """The units for which the reader files herself; who could file for many of them reminds them instead."""
    scope = people.scope(border.actor(request), "fill")
    own = duty.reporting_units(program, scope=scope)
    return frozenset(own) if len(own) <= OWN else frozenset()


def _together(late: list[Cell], fills: frozenset[str]) -> list[list[Cell]]:
    """One row for all that a unit owes of a topic; one for each report that the reader files herself."""
    groups: dict[tuple[str, ...], list[Cell]] = {}
    for one in late:
        own = (one.slot.key,) if one.unit.key in fills else ()
        groups.setdefault((one.topic, one.unit.key, *own), []).append(one)
    return list(groups.values())


def _row(
    cells: Sequence[Cell], rules: Rules, names: Mapping[str, str], at: datetime, fills: frozenset[str]
) -> dict[str, Any]:
    one = cells[0]
    held = rules.obligation(one.topic)
    hours = int((at - one.slot.due_at).total_seconds() // 3600)
    above = next((cell.escalated_to for cell in cells if cell.escalated_to), "")
    return {
        "cell": one,
        "slots": [cell.slot.key for cell in cells],
        "said": listed(slot_said(cell.slot.key) for cell in cells[:LISTED]) + ("…" if len(cells) > LISTED else ""),
        "count": len(cells),
        "topic": watching.said(held.label) if held else one.topic,
        "place": names.get(one.unit.place, one.unit.place),
        "hours": hours,
        "days": hours // 24,
        "chased": max(cell.chased for cell in cells),
        "chased_at": max((cell.chased_at for cell in cells if cell.chased_at), default=None),
        "above": names.get(above, above),
        "may_file": one.unit.key in fills and bool(held and held.nil_answers),
    }


def _groups(late: list[Cell], rules: Rules) -> list[dict[str, Any]]:
    """What one act reminds of: a topic with all that is missing of it."""
    made = []
    for one in rules.obligations:
        own = [cell for cell in late if cell.topic == one.topic]
        if own:
            units = {cell.unit.key for cell in own}
            made.append({"topic": one.topic, "label": watching.said(one.label), "count": len(own), "units": len(units)})
    return made
