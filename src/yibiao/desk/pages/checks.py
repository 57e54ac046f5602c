"""Kept checks of a draft, the report on paper, learned phrasings, and reported values of old bulletins."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from yibiao.bulletins import actions
from yibiao.bulletins import queries as bulletins
from yibiao.bulletins.types import Check, Draft
from yibiao.core import clock
from yibiao.core.problems import Refusal
from yibiao.desk import asking, border, claims
from yibiao.desk.middleware import spoken_all
from yibiao.desk.pages import drafts
from yibiao.desk.pages.frame import frame, nothing
from yibiao.figures import queries as figures
from yibiao.ledger import queries as ledger
from yibiao.people import queries as people
from yibiao.places import queries as places


def kept(request: HttpRequest, id: str, number: int) -> HttpResponse:
    """A check as it was kept: its text, its claims, the figures of that day."""
    found, check = _kept(request, id, number)
    return render(request, "desk/draft.html", {**_setting(request, found, check), "live": False})


def report(request: HttpRequest, id: str) -> HttpResponse:
    """The check on paper: of now, or of a kept check by its number."""
    wanted = border.number(request.GET.get("number"), 0)
    if wanted:
        found, check = _kept(request, id, wanted)
    else:
        found = bulletins.draft(id, scope=border.reading(request))
        border.program(request, found.program)
        check = bulletins.check_text(
            found.text, found.program, found.place, found.period, draft=id, scope=border.reading(request)
        )
    at = ledger.checkpoint(check.checkpoint) if check.checkpoint else None
    shown = {**_setting(request, found, check), "sealed_at": at.sealed_at if at else None, "printed_at": clock.now()}
    return render(request, "desk/draft_report.html", shown)


def _kept(request: HttpRequest, id: str, number: int) -> tuple[Draft, Check]:
    found = bulletins.draft(id, scope=border.reading(request))
    border.program(request, found.program)
    return found, bulletins.kept_check(id, number, scope=border.reading(request))


def _setting(request: HttpRequest, found: Draft, check: Check) -> dict[str, Any]:
    history = bulletins.checks(found.id, scope=border.reading(request))
    return {
        **claims.shown(check),
        "draft": found,
        "program": asking.program(found.program),
        "place": places.place(check.place),
        "history": history,
        "authors": people.names(list({found.author, check.by, *(one.by for one in history)})),
        "may_write": False,
    }


def aliases(request: HttpRequest) -> HttpResponse:
    """The phrasings that the program has learned from what people confirmed."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    found = bulletins.aliases(setting.program.code, scope=setting.scope)
    labels = {one.ref: one.label for one in figures.indicators(setting.program.pack)}
    names = places.names(list({one.place for one in found if one.place}))
    shown = {
        "frame": setting,
        "rows": [
            {"alias": one, "label": labels.get(one.indicator), "place": names.get(one.place, "")} for one in found
        ],
        "authors": people.names(list({one.author for one in found})),
        "may_write": drafts.may_write(request, setting),
    }
    return render(request, "desk/aliases.html", shown)


@require_POST
def withdraw_alias(request: HttpRequest, id: str) -> HttpResponse:
    """Unlearns a phrasing; checks that were kept stay as they were."""
    setting = frame(request, request.POST.get("program", ""))
    if setting is None:
        return nothing(request)
    by = border.warrant(request, drafts.WRITING, place=setting.place.code, program=setting.program.code)
    actions.withdraw_alias(id, by=by)
    messages.success(request, gettext("已不再使用这种说法。"))
    return redirect(setting.address(reverse("desk_aliases")))


@require_POST
def withdraw_value(request: HttpRequest, id: str) -> HttpResponse:
    """Takes a reported value out of use; the fact that it was printed stays."""
    setting = frame(request, request.POST.get("program", ""))
    if setting is None:
        return nothing(request)
    by = border.warrant(request, drafts.WRITING, place=setting.place.code, program=setting.program.code)
    actions.withdraw_reported(id, by=by)
    messages.success(request, gettext("已不再使用这个历史数值。"))
    named = {"program": setting.program.code, "indicator": request.POST.get("indicator", "")}
    return redirect(setting.address(reverse("desk_figure", kwargs=named)))


def report_values(request: HttpRequest, id: str) -> HttpResponse:
    """Stores confirmed claims of an old bulletin as reported values, with their source."""
    found, by = drafts.writable(request, id)
    refused: list[dict[str, str]] = []
    if request.method == "POST":
        keys = tuple(request.POST.getlist("key"))
        try:
            stored = actions.report_values(id, source=request.POST.get("source", "").strip(), keys=keys, by=by)
        except Refusal as refusal:
            if refusal.status in (403, 404):
                raise
            refused = spoken_all(refusal.problems)
        else:
            said = gettext("已登记 %(count)s 个历史数值，可在各指标的页面上看到。") % {"count": len(stored)}
            messages.success(request, said)
            return redirect("desk_draft", id=id)
    shown = drafts.checked(request, found)
    shown["rows"] = [
        one for one in shown["claims"] if one["match"] and one["match"]["candidate"].how in ("bound", "confirmed")
    ]
    shown |= {"refused": refused, "source": request.POST.get("source", found.title)}
    return render(request, "desk/draft_values.html", shown, status=422 if refused else 200)
