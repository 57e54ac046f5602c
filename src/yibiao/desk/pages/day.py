"""今日: what is due, what waits for me, who is on duty, what has not been signed — for the role of whoever looks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from yibiao.bulletins import queries as bulletins
from yibiao.cases import queries as cases
from yibiao.cases.types import Page
from yibiao.core import clock
from yibiao.core.periods import SHANGHAI
from yibiao.desk import border
from yibiao.desk.pages import notices as papers
from yibiao.desk.pages.frame import Frame, frame, nothing
from yibiao.desk.pages.owing import slot_said
from yibiao.duty import queries as duty
from yibiao.duty.types import Cell
from yibiao.forms import queries as forms
from yibiao.notices import queries as notices
from yibiao.packs.types import Program
from yibiao.people import queries as people
from yibiao.people.types import Scope
from yibiao.places import queries as places

FEW: Final = 6
SOON: Final = timedelta(days=1)


def day(request: HttpRequest) -> HttpResponse:
    """The first screen."""
    if border.program(request) is None and "manage" in border.rights(request):
        return redirect("people_list")
    setting = frame(request)
    if setting is None:
        return nothing(request)
    at, ended = moment(setting.program, asked_now=request.GET.get("at") == "now")
    scope, program = setting.scope, setting.program.code
    bodies = papers.bodies(request)
    waiting = notices.waiting(bodies, scope=scope, program=program)
    writes = papers.writer(request, program) is not None
    shown: dict[str, Any] = {
        "frame": setting,
        "at": at,
        "ended": ended,
        "now_url": setting.address(reverse("desk_day"), at="now"),
        "board_url": setting.address(reverse("desk_board")),
        "waiting": [_waiting(one, at) for one in waiting[:FEW]],
        "waiting_count": len(waiting),
        "warnings": notices.warnings(scope=scope, program=program, in_force_at=at, place=setting.place.code)[:3],
        "inbox": notices.inbox(border.actor(request), unread=True, size=5),
        "pressing": _pressing(setting) if writes else (),
        "fills": forms.forms(setting.program.pack)[:8] if border.fills(request, program) else (),
        "drafts": _drafts(setting) if writes else (),
        **_cases(setting, at),
        **_duty(request, setting, at),
    }
    shown["nothing_due"] = not (shown["waiting"] or shown["cases"] or shown["owed"] or shown["pressing"])
    return render(request, "desk/day.html", shown)


def moment(program: Program, *, asked_now: bool = False) -> tuple[datetime, bool]:
    """The moment that is judged by: now, or for a program that is over its last minute, unless now is asked for."""
    now = clock.now().astimezone(SHANGHAI)
    ended = program.window_until < now
    if ended and not asked_now:
        return program.window_until - timedelta(minutes=1), True
    return now, ended


def pressing_cases(program: str, *, scope: Scope, at: datetime, place: str = "") -> tuple[Page, Page]:
    """Cases whose deadline has passed, and those whose deadline comes within a day."""
    asked: dict[str, Any] = {"scope": scope, "program": program, "at": at, "place": place, "size": FEW}
    return cases.page(pace="overdue", **asked), cases.page(pace="soon", **asked)


def open_reports(
    program: str, *, scope: Scope, at: datetime, place: str = ""
) -> tuple[tuple[Cell, ...], tuple[Cell, ...]]:
    """Reports that are missing, and those that are due within a day."""
    owed = duty.owed(program, scope=scope, at=at, place=place)
    missing = tuple(cell for cell in owed if cell.state == "missing")
    return missing, tuple(cell for cell in owed if cell.state != "missing" and cell.slot.due_at <= at + SOON)


def _waiting(one: Any, at: datetime) -> dict[str, Any]:
    return {
        "notice": one.notice,
        "receipt": one.receipt,
        "late": one.receipt.due_at is not None and one.receipt.due_at < at,
    }


def _pressing(setting: Frame) -> list[dict[str, Any]]:
    return papers.named(notices.pressing(scope=setting.scope, program=setting.program.code, limit=FEW))


def _drafts(setting: Frame) -> list[Any]:
    held = bulletins.bulletins(setting.scope, setting.program.code)
    return [one for one in held if one.status == "draft"][:3]


def _cases(setting: Frame, at: datetime) -> dict[str, Any]:
    """Cases whose deadline has passed or comes within a day, and how many there are."""
    found, soon = pressing_cases(setting.program.code, scope=setting.scope, at=at, place=setting.place.code)
    known = places.names(list({one.place for one in (*found.items, *soon.items)}))
    labels = {one.id: one for one in cases.lifecycles(setting.program.pack)}
    rows = [
        {
            "case": one,
            "place": known.get(one.place, one.place),
            "late": late,
            "kind": labels[one.lifecycle].label.of(border.language()) if one.lifecycle in labels else one.lifecycle,
        }
        for late, held in ((True, found.items), (False, soon.items))
        for one in held
    ]
    return {"cases": rows[:FEW], "overdue_count": found.total, "soon_count": soon.total}


def _duty(request: HttpRequest, setting: Frame, at: datetime) -> dict[str, Any]:
    """Who is on duty here, my own next shifts, and the reports that are not filed."""
    program, place = setting.program.code, setting.place.code
    own = people.account(border.actor(request)).place
    here = own if setting.place.code == border.home(request, setting.program) and own else place
    post = duty.on_duty(program, at=at, scope=setting.scope, place=here)
    units = duty.reporting_units(program, scope=setting.scope, place=here)
    at_own = [one for one in post if units.get(one.unit) and units[one.unit].place == here] or list(post)
    missing, due = open_reports(program, scope=setting.scope, at=at, place=place)
    rules = duty.rules_of(setting.program.pack)
    topics = {one.topic: one.label for one in rules.obligations}
    return {
        "on_duty": at_own[:FEW],
        "on_duty_count": len(post),
        "posts": {post.id: post.label for type_ in rules.shift_types for post in type_.posts},
        "units": units,
        "shifts": duty.shifts_of(border.actor(request), at=at, limit=3),
        "owed": [
            {"cell": cell, "topic": topics.get(cell.topic, cell.topic), "said": slot_said(cell.slot.key)}
            for cell in (*missing, *due)[:FEW]
        ],
        "missing_count": len(missing),
        "due_count": len(due),
    }
