"""双随机抽取: preparing, drawing, replacing, publishing, and the file that anybody can run again."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from yibiao.core import canon
from yibiao.core.draws import REASONS, Recusal, quota
from yibiao.core.problems import Refusal
from yibiao.desk import border
from yibiao.desk.middleware import spoken_all
from yibiao.desk.pages import inspections
from yibiao.desk.pages.frame import frame, nothing
from yibiao.desk.pages.notices import writer
from yibiao.desk.problems import RECUSAL
from yibiao.draws import actions, queries
from yibiao.draws.types import Draw
from yibiao.packs import queries as packs
from yibiao.people import queries as people
from yibiao.people.types import Right, Warrant

WRITING: Final[Right] = "review"


def listing(request: HttpRequest, refused: list[dict[str, str]] | None = None) -> HttpResponse:
    """The draws of a program, newest first, and the form for another."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    found = queries.page(scope=setting.scope, program=setting.program.code)
    shown = {
        "frame": setting,
        "draws": found,
        "schemes": queries.schemes(setting.program.code),
        "may_draw": writer(request, setting.program.code) is not None,
        "refused": refused or [],
        "title": request.POST.get("title", ""),
        "recusals": request.POST.get("recusals", ""),
    }
    return render(request, "desk/draws.html", shown, status=422 if refused else 200)


@require_POST
def prepare(request: HttpRequest) -> HttpResponse:
    """Freezes the lists and publishes their hash."""
    program = border.program(request, request.POST.get("program", ""))
    if program is None:
        return nothing(request)
    at = people.account(border.actor(request)).place or program.place
    by = border.warrant(request, WRITING, place=at, program=program.code)
    scheme, title = request.POST.get("scheme", ""), request.POST.get("title", "")
    try:
        recusals = recused(request.POST.get("recusals", ""))
        made = actions.prepare(program.code, scheme, title, by=by, recusals=recusals)
    except Refusal as refusal:
        return listing(request, spoken_all(refusal.problems))
    messages.success(request, gettext("名单和规则已冻结，摘要已公布；封存后即可抽取。"))
    return redirect("desk_draw", id=made.id)


def recused(text: str) -> list[Recusal]:
    """One recusal a line: the inspector's number, the code of the object, the reason.

    Raises: desk.draw.recusal (one for each line that cannot be read).
    """
    found, wrong = [], []
    for number, line in enumerate(text.splitlines(), 1):
        parts = line.split(maxsplit=2)
        if len(parts) == 3:
            found.append(Recusal(*parts))
        elif parts:
            wrong.append(RECUSAL.at(line=number))
    if wrong:
        raise Refusal(wrong)
    return found


def page(request: HttpRequest, id: str, refused: list[dict[str, str]] | None = None) -> HttpResponse:
    """One draw: what was frozen, what was drawn, what was replaced."""
    found = queries.draw(id, scope=border.reading(request))
    border.program(request, found.program)
    frozen, outcome = found.frozen, found.outcome
    labels = {one.key: one.label for one in frozen.subjects}
    scheme = next((one for one in queries.schemes(found.program) if one.id == found.scheme), None)
    risks = {risk: label.of(border.language()) for risk, label in scheme.risks} if scheme else {}
    employers = {one.key: one.employer for one in frozen.inspectors}
    bodies = {one.code: one.name for one in people.organisations(codes=set(employers.values()))}
    shown = {
        "draw": found,
        "strata": [_stratum(found, risk, risks.get(risk, risk)) for risk, _ in frozen.rules.shares],
        "drawn": [
            {
                "one": one,
                "label": labels.get(one.subject, one.subject),
                "risk": risks.get(one.risk, one.risk),
                "inspectors": [
                    {"key": key, "body": bodies.get(employers.get(key, ""), employers.get(key, ""))}
                    for key in one.inspectors
                ],
            }
            for one in (outcome.drawn if outcome else ())
        ],
        "replaced": [
            {"one": one, "out": labels.get(one.out, one.out), "into": labels.get(one.into, one.into),
             "subject": labels.get(one.subject, "")}
            for one in (outcome.replacements if outcome else ())
        ],
        "recusals": [
            {"one": one, "label": labels.get(one.subject, one.subject)}
            for one in frozen.recusals
        ],
        "results": inspections.of_draw(found.id, packs.program(found.program)),
        "reasons": REASONS,
        "may_change": border.may(request, WRITING, place=found.place, program=found.program),
        "refused": refused or [],
    }  # fmt: skip
    return render(request, "desk/draw.html", shown, status=422 if refused else 200)


def _stratum(found: Draw, risk: str, label: str) -> dict[str, Any]:
    count = sum(one.risk == risk for one in found.frozen.subjects)
    share = dict(found.frozen.rules.shares)[risk]
    return {"label": label, "count": count, "share": share, "quota": quota(found.frozen.rules, risk, count)}


def _changed(request: HttpRequest, id: str, verb: str) -> HttpResponse:
    found = queries.draw(id, scope=border.reading(request))
    by = border.warrant(request, WRITING, place=found.place, program=found.program)
    try:
        messages.success(request, _change(request, id, verb, by))
    except Refusal as refusal:
        return page(request, id, spoken_all(refusal.problems))
    return redirect("desk_draw", id=id)


def _change(request: HttpRequest, id: str, verb: str, by: Warrant) -> str:
    if verb == "draw":
        made = actions.draw(id, by=by)
        return gettext("已抽取 %(count)s 个对象。") % {"count": made.drawn_count}
    if verb == "publish":
        actions.make_public(id, by=by)
        return gettext("已公示，任何人都可以下载重算。")
    subject, _, out = request.POST.get("out", "").rpartition("|")
    actions.replace(
        id, out, reason=request.POST.get("reason", ""), said=request.POST.get("said", ""), subject=subject, by=by
    )
    return gettext("已按次序替换。")


draw = require_POST(lambda request, id: _changed(request, id, "draw"))
replace = require_POST(lambda request, id: _changed(request, id, "replace"))
publish = require_POST(lambda request, id: _changed(request, id, "publish"))


@require_safe
def published(request: HttpRequest, id: str) -> HttpResponse:
    """What everybody may know of a draw, as the file for ``yibiao draw verify``."""
    answer = JsonResponse(canon.plain(queries.published(id)), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="draw-{id}.json"'
    return answer
