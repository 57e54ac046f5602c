"""值班: who is on duty now, rosters as a calendar, spot checks, the history of one thing, calendar feeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control

from yibiao.core import clock
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import refuse
from yibiao.desk import border, watching
from yibiao.desk.pages.frame import Frame, frame, nothing
from yibiao.desk.pages.owing import slot_said
from yibiao.desk.pages.paging import paged
from yibiao.desk.problems import NO_PAGE
from yibiao.duty import queries as duty
from yibiao.duty.types import Assignment, Roster, RosterView, Rules, Swap
from yibiao.ledger import queries as ledger
from yibiao.ledger.types import Fact
from yibiao.people import queries as people
from yibiao.records import queries as records

# How many spot checks are looked at, how many people of a unit stand before the fold, and what is not yet checked.
MOST: Final = 2000
AHEAD: Final = 3
TO_DO: Final = "open"


def now_page(request: HttpRequest) -> HttpResponse:
    """在岗: who is on duty at a moment, my own shifts, swaps that wait, the newest handovers."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    at = moment_of(request, setting)
    scope, code, place = setting.scope, setting.program.code, setting.place.code
    rules = duty.rules_of(setting.program.pack)
    units = duty.reporting_units(code, scope=scope, place=place)
    seats = duty.on_duty(code, at=at, scope=scope, place=place)
    manned = {seat.unit for seat in seats}
    groups = _by_unit(seats, rules, {key: one.label for key, one in units.items()})
    text = request.GET.get("q", "").strip()
    kept = [one for one in groups if text in one["unit"] or any(text in each["seat"].name for each in one["seats"])]
    shown = {
        "frame": setting,
        "at": at,
        "at_text": at.strftime("%Y-%m-%dT%H:%M"),
        "q": text,
        "manned": len(groups),
        "groups": kept,
        **paged(request, kept, "groups"),
        "counts": _counts(seats, rules),
        "empty_units": [one.label for key, one in units.items() if key not in manned],
        "mine": [_seat(one, rules) for one in duty.shifts_of(border.actor(request), at=at, limit=5)],
        "feed": _feed(request, at),
        "swaps": [watching.swap(one) for one in duty.swaps(code, scope=scope, place=place)],
        "handovers": duty.handovers(code, scope=scope, place=place, until=at, limit=12),
        "units": units,
        "labels": {key: one.label for key, one in units.items()},
        "keeps": bool(rules.shift_types),
    }
    return render(request, "desk/duty.html", shown)


def moment_of(request: HttpRequest, setting: Frame) -> datetime:
    """The moment that is asked for; else now, or the last minute of a window that is over or not begun."""
    asked = request.GET.get("at", "")
    try:
        if asked:
            return datetime.fromisoformat(asked[:16]).replace(tzinfo=SHANGHAI)
    except ValueError:
        pass
    now = clock.now().astimezone(SHANGHAI)
    program = setting.program
    if program.window_from <= now < program.window_until:
        return now
    return program.window_until - timedelta(minutes=1)


def rosters(request: HttpRequest) -> HttpResponse:
    """值班表: the rosters of every unit, filed or not, and the units that have none."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    code, place = setting.program.code, setting.place.code
    found = duty.rosters(code, scope=setting.scope, place=place)
    units = duty.reporting_units(code, scope=setting.scope, place=place)
    text = request.GET.get("q", "").strip()
    kept = [one for one in found if not text or text in one.unit_label or one.unit.startswith(text)]
    page = paged(request, kept, "rows")
    have = {one.unit for one in found}
    shown = {
        "frame": setting,
        **page,
        "rows": [_roster_row(one) for one in page["rows"]],
        "total": len(kept),
        "filed": sum(one.filed_at is not None for one in kept),
        "without": [one for key, one in units.items() if key not in have],
        "may_open": border.fills(request, code) and bool(duty.rules_of(setting.program.pack).shift_types),
        "q": text,
        "first": setting.program.window_from.astimezone(SHANGHAI).date(),
        "until": setting.program.last_day,
    }
    return render(request, "desk/duty_rosters.html", shown)


def roster(request: HttpRequest, id: str) -> HttpResponse:
    """One roster: shifts across, posts down, people in the cells; everything by forms and keys."""
    view = duty.roster(id, scope=border.reading(request))
    held = view.roster
    setting = frame(request, held.program, place=request.GET.get("place", "") or held.place)
    if setting is None:
        return nothing(request)
    rules = duty.rules_of(setting.program.pack)
    may = {right: border.may(request, right, place=held.place, program=held.program) for right in ("fill", "review")}
    swaps = [
        one
        for one in duty.swaps(held.program, scope=setting.scope, open_only=False)
        if one.assignment.roster == held.id
    ]
    labels = {kind.id: watching.said(kind.label) for kind in rules.shift_types}
    shown = {
        "frame": setting,
        "view": view,
        "roster": held,
        "late": held.filed_late,
        "types": labels,
        "columns": _columns(view, rules),
        "rows": _grid(view, rules, swaps),
        "findings": watching.findings(view, rules),
        "swaps": [watching.swap(one) for one in swaps],
        "handovers": [
            one
            for one in duty.handovers(held.program, scope=setting.scope, unit=held.unit)
            if one.from_shift in {shift.id for shift in view.shifts}
        ],
        "pairs": _pairs(view),
        "people": view.people,
        "leaders": [one for one in view.people if one.leads],
        "may_edit": (may["fill"] or may["review"]) and held.filed_at is None,
        "may_keep": (may["fill"] or may["review"]) and held.filed_at is not None,
        "may_approve": may["review"],
        "may_list": may["fill"] or may["review"],
        "feeds": _feeds(request, view) if request.GET.get("feeds") == "1" else (),
        "now_text": moment_of(request, setting).strftime("%Y-%m-%dT%H:%M"),
    }
    return render(request, "desk/duty_roster.html", shown)


def checks(request: HttpRequest) -> HttpResponse:
    """查岗: spot checks whose time has come, and what they found."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    at = max(moment_of(request, setting), clock.now())
    code, place = setting.program.code, setting.place.code
    found = duty.spot_checks(code, scope=setting.scope, place=place, at=at, limit=MOST)
    may = any(border.may(request, right, place=place, program=code) for right in ("review", "fill"))
    counts: dict[str, int] = defaultdict(int)
    for one in found:
        counts[one.verdict] += 1
    verdicts = [(value, watching.said(label)) for value, label in duty.VERDICTS]
    # What is asked for beside the verdicts: those that nobody has made yet.
    asked = request.GET.get("verdict", "")
    kept = [one for one in found if not asked or (one.verdict or TO_DO) == asked]
    page = paged(request, kept, "rows")
    shown = {
        "frame": setting,
        **page,
        "rows": [(one, watching.verdict(one.verdict), watching.means(one.means)) for one in page["rows"]],
        "tally": [
            (value, label, counts[value if value != TO_DO else ""])
            for value, label in [*verdicts, (TO_DO, gettext("待查"))]
            if counts[value if value != TO_DO else ""]
        ],
        "asked": asked,
        "total": len(found),
        "verdicts": verdicts,
        "means": [(value, watching.said(label)) for value, label in duty.MEANS],
        "may": may,
        "first": setting.program.window_from.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"),
        "until": setting.program.window_until.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"),
    }
    return render(request, "desk/duty_checks.html", shown)


def thing(request: HttpRequest, id: str) -> HttpResponse:
    """The history of one thing of duty, act by act: what a figure counts opens here."""
    history = [one for one in ledger.history(id[:36]) if one.kind.startswith("duty.")]
    setting = frame(request, history[-1].program, place=history[-1].place) if history else None
    if not history or setting is None:
        raise refuse(NO_PAGE.at())
    names = people.names({one.actor for one in history})
    last = history[-1].payload["answers"]
    shown = {
        "frame": setting,
        "kind": watching.kind(history[-1].kind),
        "steps": [_step(one, names) for one in history],
        "lines": watching.lines(history[-1].kind, _worded(last, duty.rules_of(setting.program.pack))),
        "roster_url": _roster_of(str(last.get("shift") or last.get("from_shift") or ""), setting),
    }
    return render(request, "desk/duty_thing.html", shown)


def _step(fact: Fact, names: Mapping[str, str]) -> tuple[Fact, str, datetime, str]:
    """One act: what was done, when and by whom."""
    move, at = str(fact.payload.get("move", "")), str(fact.payload["moved_at"])
    return fact, watching.move(move), datetime.fromisoformat(at), names.get(fact.actor, "")


def _worded(answers: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    """The same answers with the names of what they say by a key: the unit, the report, its period."""
    found = dict(answers)
    owes = next((one for one in rules.obligations if one.topic == answers.get("topic")), None)
    register = owes.register if owes else rules.roster.register if rules.roster else ""
    unit = str(answers.get("unit", ""))
    if unit and register:
        found["unit"] = records.entity_labels(register, [unit]).get(unit, unit)
    if owes:
        found |= {"topic": watching.said(owes.label), "slot": slot_said(str(answers.get("slot", "")))}
    return found


@cache_control(private=True, max_age=300)
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar of a person, for whoever has its secret address."""
    text = duty.calendar(secret, at=clock.now())
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="duty.ics"'
    return answer


def _roster_of(shift: str, setting: Frame) -> str:
    found = duty.roster_of_shift(shift, scope=setting.scope)
    return reverse("desk_duty_roster", kwargs={"id": found}) if found else ""


def _feed(request: HttpRequest, at: datetime) -> str:
    """The address of the reader's own feed; empty for who is on no roster."""
    mine = duty.shifts_of(border.actor(request), at=at - timedelta(days=400), limit=1)
    if not mine:
        return ""
    secret = duty.calendar_token(mine[0].person, scope=border.reading(request))
    return request.build_absolute_uri(reverse("desk_duty_feed", kwargs={"secret": secret}))


def _feeds(request: HttpRequest, view: RosterView) -> list[tuple[str, str]]:
    scope = border.reading(request)
    return [
        (
            one.name,
            request.build_absolute_uri(
                reverse("desk_duty_feed", kwargs={"secret": duty.calendar_token(one.key, scope=scope)})
            ),
        )
        for one in view.people
    ]


def _by_unit(seats: Sequence[Assignment], rules: Rules, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    groups: dict[str, list[Assignment]] = defaultdict(list)
    order = {post.id: number for kind in rules.shift_types for number, post in enumerate(kind.posts)}
    for seat in seats:
        groups[seat.unit].append(seat)
    return [
        {
            "unit": labels.get(unit, unit),
            "roster": own[0].roster,
            "until": own[0].ends,
            "seats": [_seat(one, rules) for one in own],
            "first": [_seat(one, rules) for one in own[:AHEAD]],
            "others": [_seat(one, rules) for one in own[AHEAD:]],
        }
        for unit, own in (
            (unit, sorted(own, key=lambda one: (one.category != "leader", order.get(one.post, len(order)), one.name)))
            for unit, own in sorted(groups.items())
        )
    ]


def _seat(one: Assignment, rules: Rules) -> dict[str, Any]:
    return {
        "seat": one,
        "post": watching.post(rules, one.post),
        "state": watching.state(one.state),
        "tone": watching.TONES.get(one.state, ""),
    }


def _counts(seats: Iterable[Assignment], rules: Rules) -> list[tuple[str, int]]:
    """How many people are there by category, each once."""
    there = [one for one in seats if one.fulfilled and one.state != "left"]
    return [
        (watching.said(label), len({(one.shift, one.person) for one in there if one.category == id}))
        for id, label in rules.categories
    ]


def _roster_row(one: Roster) -> dict[str, Any]:
    return {"roster": one, "url": reverse("desk_duty_roster", kwargs={"id": one.id}), "late": one.filed_late}


def _columns(view: RosterView, rules: Rules) -> list[dict[str, Any]]:
    kinds = {kind.id: kind for kind in rules.shift_types}
    return [
        {
            "shift": shift,
            "type": watching.said(kinds[shift.type].label) if shift.type in kinds else shift.type,
            "next_day": shift.ends.date() > shift.begins.date(),
            "weekday": watching.weekday(shift.begins.date()),
        }
        for shift in view.shifts
    ]


def _grid(view: RosterView, rules: Rules, swaps: Sequence[Swap]) -> list[dict[str, Any]]:
    """One row per post, one cell per shift."""
    posts: dict[str, tuple[str, bool]] = {}
    needs: dict[tuple[str, str], int] = {}
    for kind in rules.shift_types:
        for words, post in zip(kind.posts, kind.pattern.posts, strict=True):
            posts[post.id] = (watching.said(words.label), post.leads)
            needs[kind.id, post.id] = post.least
    waiting = {one.assignment.id for one in swaps if one.state in ("asked", "accepted")}
    return [
        {
            "post": post,
            "label": label,
            "leads": leads,
            "cells": [
                {
                    "shift": shift,
                    "has": (shift.type, post) in needs,
                    "least": needs.get((shift.type, post), 0),
                    "seats": [
                        {**_seat(one, rules), "waiting": one.id in waiting} for one in shift.seats if one.post == post
                    ],
                }
                for shift in view.shifts
            ],
        }
        for post, (label, leads) in posts.items()
    ]


def _pairs(view: RosterView) -> list[dict[str, Any]]:
    """Shifts that follow one another, with those who could hand over and take over."""
    found = []
    for before in view.shifts:
        after = next((one for one in view.shifts if one.begins == before.ends), None)
        givers = [one for one in before.seats if one.state == "arrived"]
        if after is not None and givers:
            found.append({"before": before, "after": after, "givers": givers})
    return found
