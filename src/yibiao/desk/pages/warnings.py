"""预警: the list, issuing, updating and cancelling, the documents in CAP 1.2, and the public feed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages as flashes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from yibiao.core import alerts, clock
from yibiao.core.problems import Refusal, refuse
from yibiao.desk import border
from yibiao.desk.middleware import spoken_all
from yibiao.desk.pages.frame import Frame, frame, nothing
from yibiao.desk.pages.notices import moment, writer
from yibiao.desk.pages.paging import paged
from yibiao.desk.problems import BAD_PERIOD
from yibiao.notices import actions, queries
from yibiao.notices.types import Message, WarningDraft
from yibiao.people import queries as people
from yibiao.people.types import Right
from yibiao.places import queries as places

WRITING: Final[Right] = "review"


def listing(request: HttpRequest) -> HttpResponse:
    """The warnings that hold here, those in force first."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    found = queries.warnings(scope=setting.scope, program=setting.program.code)
    now = clock.now()
    rows = sorted((_row(one, now) for one in found), key=lambda row: not row["in_force"])
    may = writer(request, setting.program.code) is not None
    return render(request, "desk/warnings.html", {"frame": setting, "may_issue": may, **paged(request, rows, "rows")})


def _row(one: Message, now: Any) -> dict[str, Any]:
    info = one.alert.infos[0]
    return {
        "message": one,
        "info": info,
        "in_force": one.in_force(now),
        "areas": [each.description for each in info.areas],
    }


def begin(request: HttpRequest) -> HttpResponse:
    """The form for a warning, or for the update of one."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    at = people.account(border.actor(request)).place or setting.program.place
    by = border.warrant(request, WRITING, place=at, program=setting.program.code)
    old = request.GET.get("updates", "") or request.POST.get("updates", "")
    before = queries.messages(old, scope=setting.scope)[-1] if old else None
    found: list[dict[str, str]] = []
    if request.method == "POST":
        try:
            draft = _draft(request, setting)
            made = actions.update_warning(old, draft, by=by) if old else actions.issue_warning(draft, by=by)
        except Refusal as refusal:
            found = spoken_all(refusal.problems)
        else:
            flashes.success(request, gettext("预警已发布。"))
            return redirect("desk_warning", id=made.warning)
    place = people.organisation(by.organisation).place
    shown = {
        "frame": setting,
        "before": before,
        "given": request.POST if request.method == "POST" else _given(before),
        "chosen": set(request.POST.getlist("areas")) or _areas(before),
        "places": [places.place(place), *places.children(place)[:200]],
        "colours": alerts.COLOURS,
        "urgencies": alerts.URGENCIES,
        "certainties": alerts.CERTAINTIES,
        "categories": alerts.CATEGORIES,
        "statuses": ("Actual", "Exercise", "Test"),
        "refused": found,
    }
    return render(request, "desk/warning_begin.html", shown, status=422 if found else 200)


def _given(before: Message | None) -> Mapping[str, str]:
    if before is None:
        return {
            "category": "Met",
            "urgency": "Expected",
            "certainty": "Likely",
            "status": "Actual",
            "severity": "Minor",
        }
    info = before.alert.infos[0]
    return {
        "event": info.event, "category": info.categories[0], "severity": info.severity, "urgency": info.urgency,
        "certainty": info.certainty, "headline": info.headline, "description": info.description,
        "instruction": info.instruction, "status": before.alert.status, "scope": before.alert.scope,
    }  # fmt: skip


def _areas(before: Message | None) -> set[str]:
    return {code for area in before.alert.infos[0].areas for code in area.geocodes} if before else set()


def _draft(request: HttpRequest, setting: Frame) -> WarningDraft:
    given = request.POST
    expires = moment(given.get("expires", ""))
    if expires is None:
        raise refuse(BAD_PERIOD.at(text=given.get("expires", "") or "—"))
    return WarningDraft(
        program=setting.program.code, event=given.get("event", ""), category=given.get("category", ""),
        severity=given.get("severity", ""), urgency=given.get("urgency", ""), certainty=given.get("certainty", ""),
        headline=given.get("headline", ""), description=given.get("description", ""),
        areas=tuple(given.getlist("areas")), expires=expires, instruction=given.get("instruction", ""),
        status=given.get("status", "Actual"), scope=given.get("scope", "Public"),
        restriction=given.get("restriction", ""),
    )  # fmt: skip


def page(request: HttpRequest, id: str, refused: list[dict[str, str]] | None = None) -> HttpResponse:
    """One warning: its last word, and every message before."""
    scope = border.reading(request)
    found = queries.messages(id, scope=scope)
    last, now = found[-1], clock.now()
    border.program(request, last.program)
    may = border.may(request, WRITING, place=last.place, program=last.program) and last.alert.type != "Cancel"
    shown = {
        "last": _row(last, now),
        "chain": [_row(one, now) for one in reversed(found)],
        "issuer": people.organisations(codes=[last.organisation]),
        "may_change": may,
        "refused": refused or [],
    }
    return render(request, "desk/warning.html", shown, status=422 if refused else 200)


@require_POST
def cancel(request: HttpRequest, id: str) -> HttpResponse:
    """Cancels a warning, with the reason."""
    last = queries.messages(id, scope=border.reading(request))[-1]
    by = border.warrant(request, WRITING, place=last.place, program=last.program)
    try:
        actions.cancel_warning(id, reason=request.POST.get("reason", ""), by=by)
    except Refusal as refusal:
        return page(request, id, spoken_all(refusal.problems))
    flashes.success(request, gettext("预警已解除。"))
    return redirect("desk_warning", id=id)


@require_safe
def cap(request: HttpRequest, identifier: str) -> HttpResponse:
    """One message as CAP 1.2; what was issued to the public is open to everybody."""
    scope = border.reading(request) if request.user.is_authenticated else None
    content = queries.cap(identifier, scope=scope)
    return HttpResponse(content, content_type="application/cap+xml; charset=utf-8")


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The public warnings as an Atom feed."""
    here = request.build_absolute_uri(reverse("desk_warning_feed"))

    def link(identifier: str) -> str:
        return request.build_absolute_uri(reverse("desk_warning_cap", kwargs={"identifier": identifier}))

    content = queries.feed(title="一表预警", address=here, link=link)
    return HttpResponse(content, content_type="application/atom+xml; charset=utf-8")
