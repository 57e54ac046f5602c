"""What a person does about a claim of a draft: confirm or reject what it was taken for, word it truly, undo."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from yibiao.bulletins import actions
from yibiao.bulletins import queries as bulletins
from yibiao.core.problems import refuse
from yibiao.desk import asking, border
from yibiao.desk.pages import drafts
from yibiao.desk.problems import DRAFT_MOVED
from yibiao.figures import queries as figures
from yibiao.places import queries as places

FOUND = 12


@require_POST
def decide(request: HttpRequest, id: str) -> HttpResponse:
    """Confirms an indicator for a claim, rejects one, or takes the decision back."""
    found, by = drafts.writable(request, id)
    key, act = request.POST.get("key", ""), request.POST.get("act", "")
    undo: dict[str, Any] | None = {"act": "release", "key": key}
    if act == "release":
        actions.release(id, key, by=by)
        undo, said = None, gettext("已撤销。")
    elif rejected := request.POST.get("reject", ""):
        actions.reject(id, key, rejected.partition("|")[0], by=by)
        said = gettext("已记下：不是这个指标。")
    else:
        indicator, place, from_, until = _choice(request, found.program)
        period = asking.period(asking.program(found.program), from_, until) if from_ else None
        learned = actions.confirm(id, key, indicator, place=place or None, period=period, by=by)
        said = (
            gettext("已确认，并记住了“%(phrase)s”这种说法。") % {"phrase": learned.phrase}
            if learned
            else gettext("已确认。")
        )
    return _shown(request, id, key, said, undo)


def _choice(request: HttpRequest, program: str) -> tuple[str, str, str, str]:
    """The indicator with its place and period: one of the candidates, or what was looked up and filled in."""
    choice = request.POST.get("choice", "")
    if choice:
        indicator, place, from_, until = [*choice.split("|"), "", "", ""][:4]
    else:
        indicator, place, from_, until = (
            request.POST.get(name, "") for name in ("indicator", "place", "from", "until")
        )
    pack = asking.program(program).pack
    ref = indicator if "." in indicator else f"{pack}.{indicator}"
    if place:
        places.place(place)
    return figures.indicator(ref).ref, place, from_, until


@require_POST
def apply(request: HttpRequest, id: str) -> HttpResponse:
    """Puts a true wording in the place of what stands in the text; the old text stays in the history.

    Raises: desk.draft.moved
    """
    found, by = drafts.writable(request, id)
    start = border.number(request.POST.get("start"), 0)
    old, new = request.POST.get("old", ""), request.POST.get("new", "").strip()
    if not old or not new or found.text[start : start + len(old)] != old:
        raise refuse(DRAFT_MOVED.at(phrase=old[:40]))
    actions.rewrite(id, f"{found.text[:start]}{new}{found.text[start + len(old) :]}", by=by)
    key = request.POST.get("key", "")
    if request.POST.get("act") == "undo":
        return _shown(request, id, key, gettext("已改回“%(phrase)s”。") % {"phrase": new}, None)
    said = gettext("已把“%(old)s”改为“%(new)s”。") % {"old": old, "new": new}
    return _shown(request, id, key, said, {"act": "undo", "key": key, "start": start, "old": new, "new": old})


def _shown(request: HttpRequest, id: str, key: str, said: str, undo: dict[str, Any] | None) -> HttpResponse:
    """The checked part of the page anew; the whole page where no script asked."""
    if not request.headers.get("HX-Request"):
        messages.success(request, said)
        return redirect(f"{reverse('desk_draft', kwargs={'id': id})}?{urlencode({'claim': key})}")
    found = bulletins.draft(id, scope=border.reading(request))
    shown = {**drafts.checked(request, found, key), "told": said, "undo": undo}
    return render(request, "desk/parts/check.html", shown)


@require_POST
def keep(request: HttpRequest, id: str) -> HttpResponse:
    """Keeps what the check finds now, as a fact with its checkpoint."""
    _, by = drafts.writable(request, id)
    kept = actions.keep_check(id, by=by)
    messages.success(request, gettext("核对结果已保存为第 %(number)s 次。") % {"number": kept.number})
    return redirect("desk_draft", id=id)


def indicators(request: HttpRequest, id: str) -> HttpResponse:
    """Indicators of the draft's program by name, for choosing another one."""
    found = bulletins.draft(id, scope=border.reading(request))
    text = request.GET.get("q", "").strip().lower()
    known = [
        one
        for one in figures.indicators(asking.program(found.program).pack)
        if not text or any(text in said.lower() for said in (one.id, one.label.zh, one.label.en, *one.aliases))
    ]
    items = [{"code": one.id, "name": one.label.of(border.language()), "path": one.unit} for one in known[:FOUND]]
    return JsonResponse({"items": items})
