"""随手拍: what a citizen sees without an account — the form of a place, what became of her report, the public list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any, Final

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yibiao.cases import queries as cases
from yibiao.cases.types import Case, Step
from yibiao.citizens import actions, problems
from yibiao.citizens import queries as citizens
from yibiao.citizens.types import Counter, Proof, Report, Ticket
from yibiao.core import clock
from yibiao.core.lifecycles.types import Move
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Problem, Refusal
from yibiao.desk import border, casing
from yibiao.desk.middleware import spoken
from yibiao.desk.pages.paging import paged
from yibiao.places import queries as places

FOUND: Final = 12
LISTED: Final = 300
_TYPED: Final = ("service", "description", "address", "latitude", "longitude", "name", "phone")


@never_cache
def form(request: HttpRequest, place: str) -> HttpResponseBase:
    """The form of a place: what, where, photos; who is left to the reporter."""
    counter = citizens.counter(place)
    wrong: tuple[Problem, ...] = ()
    if request.method == "POST":
        # People do not see this field; machines that fill in everything do.
        if request.POST.get("website"):
            return redirect("desk_report", place=place)
        try:
            return _send(request, place)
        except Refusal as refusal:
            wrong = refusal.problems
            status = refusal.status
    return _page(request, counter, place, wrong, status if wrong else 200)


def _page(request: HttpRequest, counter: Counter, place: str, wrong: tuple[Problem, ...], status: int) -> HttpResponse:
    at = request.POST.get("at_place") or place
    named = {*_TYPED, "photos", "position"}
    simple = request.GET.get("simple") == "1"
    groups: dict[str, list[Any]] = {}
    for service in citizens.services(counter):
        groups.setdefault(service.group.of(border.language()), []).append(service)
    shown = {
        "counter": counter,
        "place": places.place(place),
        "groups": groups,
        "at": places.names([at]).get(at, "") and at,
        "at_name": places.names([at]).get(at, ""),
        "token": request.POST.get("token") or actions.new_token(),
        "work": None if simple else citizens.challenge(),
        "sum": citizens.challenge(simple=True),
        "simple": simple,
        "given": {name: request.POST.get(name, "") for name in _TYPED},
        "wrong": _beside(wrong),
        "rest": [spoken(one) for one in wrong if one.where not in named],
    }
    return render(request, "desk/report.html", shown, status=status)


def _beside(wrong: Iterable[Problem]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for one in wrong:
        found.setdefault(one.where, []).append(spoken(one))
    return found


def _send(request: HttpRequest, place: str) -> HttpResponseBase:
    given = request.POST
    at = given.get("at_place") or place
    if at != place and not places.descends(at, place):
        raise Refusal([problems.OUTSIDE.at("", place=places.place(place).name)])
    typed = {name: given.get(name, "") for name in _TYPED}
    report = Report(
        given.get("token", ""), at, typed["service"], typed["description"], typed["address"], typed["latitude"],
        typed["longitude"], typed["name"], typed["phone"], photos=actions.photos(request.FILES.getlist("photos")),
    )  # fmt: skip
    challenge, answer = ("challenge", "answer") if given.get("answer") else ("sum_challenge", "sum")
    proof = Proof(given.get(challenge, ""), given.get(answer, ""), address(request))
    actions.report_openly(report, proof=proof)
    messages.success(request, gettext("已收到。请保存本页的链接，凭它查看办理情况。"))
    return redirect("desk_report_follow", token=report.token)


def address(request: HttpRequest) -> str:
    """Where a request comes from, as far as the proxies in front are trusted."""
    return str(get_adapter(request).get_client_ip(request))


@require_safe
def search(request: HttpRequest, place: str) -> JsonResponse:
    """Places inside a place that takes reports, by name, initials or code."""
    citizens.counter(place)
    found = places.search(request.GET.get("q", "").strip()[:40], under=(place,), limit=FOUND)
    return JsonResponse({"items": [{"code": one.code, "name": one.name, "path": ""} for one in found]})


@never_cache
def follow(request: HttpRequest, token: str) -> HttpResponseBase:
    """What became of a report, and what its reporter may do now."""
    ticket = citizens.ticket(token)
    wrong: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            return _answered(request, token)
        except Refusal as refusal:
            wrong = refusal.problems
    answer = render(request, "desk/report_follow.html", _followed(request, token, ticket, wrong),
                    status=422 if wrong else 200)  # fmt: skip
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _answered(request: HttpRequest, token: str) -> HttpResponseBase:
    move = request.POST.get("move", "")
    given = {name: request.POST[name] for name in ("remark", "rating") if request.POST.get(name)}
    actions.answer_back(token, move, given, reason=request.POST.get("reason", ""), address=address(request))
    messages.success(request, gettext("已记下，谢谢。"))
    return redirect("desk_report_follow", token=token)


def _followed(request: HttpRequest, token: str, ticket: Ticket, wrong: tuple[Problem, ...]) -> dict[str, Any]:
    here = request.build_absolute_uri(request.path)
    shown: dict[str, Any] = {
        "token": token, "ticket": ticket, "here": here, "place": places.place(ticket.place),
        "wrong": [spoken(one) for one in wrong], "given": request.POST,
    }  # fmt: skip
    case = citizens.case_of(token)
    reporter = case.lifecycle.reporter if case else None
    if case is None or reporter is None:
        return shown
    steps = cases.timeline(case.id, scope=citizens.scope_of(case.program))
    now, merged, others = clock.now(), case.id != ticket.case, cases.merged_count(case.id)
    alone, counter = not (merged or others), citizens.counter_of(case.program)
    named = _open_fields(case, merged=merged, shared=not alone)
    offers = {} if case.withdrawn else {one.id: one for one in cases.offered(case, cases.moves(case), now)}
    return shown | {
        "case": case,
        "state": casing.value_of(case.lifecycle, "state", case.state),
        "way": _way(case, steps),
        "lines": [
            (casing.name_of(case.lifecycle, name), told)
            for name in named if (told := _line_of(case, name, counter))
        ],
        "acts": [
            (one.at, *_told(case, one, named, alone=alone)) for one in reversed(steps) if _shows(case, one)
        ],
        "offers": offers,
        "ratings": _choices(case, offers.get("rate")),
        "others": others,
        "merged": merged,
        "late": case.overdue(now),
    }  # fmt: skip


def _value(case: Case, name: str, value: Any) -> str:
    """A value in words; a term that ends with a day is that day."""
    field = case.lifecycle.field(name)
    if field is not None and field.type == "datetime":
        at = datetime.fromisoformat(str(value)).astimezone(SHANGHAI)
        return str(casing.last_day(at)) if at.time() == time.min else f"{at:%Y-%m-%d %H:%M}"
    return casing.value_of(case.lifecycle, name, value)


def _line_of(case: Case, name: str, counter: Counter | None) -> str:
    """A value in words, empty where there is none; a promise that was taken away with the last round is said."""
    if held := case.answers.get(name):
        return _value(case, name, held)
    again = counter is not None and name == counter.questions.promised and case.open and case.standing.round > 1
    return gettext("重新办理，期限另定") if again else ""


def _choices(case: Case, move: Move | None) -> list[tuple[str, str]]:
    fields = [case.lifecycle.field(ask.field) for ask in move.asks] if move else []
    return [(id, casing.said(label)) for field in fields if field for id, label in field.choices]


def _way(case: Case, steps: tuple[Step, ...]) -> list[dict[str, Any]]:
    """The states on the way, with when the report came to each in its present round."""
    reporter = case.lifecycle.reporter
    assert reporter is not None  # noqa: S101 - asked for by the caller
    entered: dict[str, datetime] = {}
    for step in steps:
        if step.after != step.before:
            entered[step.after] = step.at
    path = list(reporter.path)
    if case.state not in path:
        # It ended beside the way: what was passed of it, and the end.
        path = [state for state in path if state in entered] + [case.state]
    at = path.index(case.state)
    return [
        {
            "label": casing.value_of(case.lifecycle, "state", state),
            "at": entered.get(state) if number <= at else None,
            "here": number == at,
            "done": number < at,
        }
        for number, state in enumerate(path)
    ]


def _open_fields(case: Case, *, merged: bool, shared: bool) -> tuple[str, ...]:
    """What a holder of a token may read: her own report whole; of a case that others share, no word of theirs."""
    one = case.lifecycle
    if merged:
        return one.public.fields if one.public else ()
    theirs = {ask.field for move in one.moves if one.offer(move.id) for ask in move.asks} if shared else set()
    return tuple(name for name in (one.reporter.fields if one.reporter else ()) if name not in theirs)


def _shows(case: Case, step: Step) -> bool:
    return step.after != step.before or case.lifecycle.offer(step.move) is not None


def _told(case: Case, step: Step, named: tuple[str, ...], *, alone: bool) -> tuple[str, str]:
    """An act in words, and what it tells the reporter; nobody is named."""
    if step.move == "opened":
        return gettext("收到"), ""
    said = [
        _value(case, name, value)
        for name, value in step.changed.items() if name in named and name != "service" and value
    ]  # fmt: skip
    # A reason is for the desk, unless the reporter gave it herself.
    own = [step.reason] if alone and step.reason and case.lifecycle.offer(step.move) else []
    return casing.act(case.lifecycle, step), "；".join([*own, *said])


@require_safe
def public(request: HttpRequest, place: str) -> HttpResponse:
    """The reports of a place as everybody may read them: kind, unit, state, the desk's summary and answer."""
    counter = citizens.counter(place)
    found = cases.in_public(counter.program, counter.lifecycle, place=place, limit=LISTED)
    names = places.names(list({one.place for one in found}))
    shown = {
        "counter": counter,
        "place": places.place(place),
        **paged(request, [_line(one, counter, names) for one in found], "rows"),
        "total": len(found),
    }
    return render(request, "desk/report_list.html", shown)


def _line(case: Case, counter: Counter, names: Mapping[str, str]) -> dict[str, Any]:
    told = case.lifecycle.public.fields if case.lifecycle.public else ()

    def value(name: str) -> str:
        held = case.answers.get(name) if name in told else None
        return _value(case, name, held) if held else ""

    return {
        "service": value(counter.questions.service) or casing.said(case.lifecycle.label),
        "summary": value(counter.summary),
        "answer": value(counter.answer),
        "unit": value(counter.questions.unit),
        "promised": value(counter.questions.promised),
        "state": casing.value_of(case.lifecycle, "state", case.state),
        "open": case.open,
        "place": names.get(case.place, case.place),
        "at": case.standing.occurred_at.astimezone(SHANGHAI),
    }
