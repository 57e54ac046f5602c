"""检查计划: plans with what of them is done, results to be published, and the file of both for everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from yibiao.cases import queries as cases
from yibiao.cases.types import Disclosed
from yibiao.core import canon, clock
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import refuse
from yibiao.desk import border, labels
from yibiao.desk.pages.frame import frame, nothing
from yibiao.desk.pages.paging import paged
from yibiao.desk.problems import NO_PAGE
from yibiao.draws import queries as draws
from yibiao.draws.types import InspectionPlan, PlanRule
from yibiao.packs import queries as packs
from yibiao.packs.types import Program
from yibiao.places import queries as places
from yibiao.records import queries as records

SHOWN: Final = 1000


def listing(request: HttpRequest) -> HttpResponse:
    """The plans that the reader may know of, how far each is, and what was published."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    program, rule = setting.program, draws.plan_rule(setting.program.code)
    now = clock.now().astimezone(SHANGHAI)
    at = now if program.window_from <= now < program.window_until else program.window_until - timedelta(minutes=1)
    plans = draws.plans_for(program.code, scope=setting.scope, at=at) if rule else ()
    results = cases.disclosed(program.code, rule.result, limit=SHOWN) if rule else ()
    names = places.names([place for plan in plans for place in (*plan.places, plan.place)] + [r.place for r in results])
    text = request.GET.get("q", "").strip()
    rows = [(one, names.get(one.place, one.place)) for one in results]
    kept = [(one, place) for one, place in rows if not text or any(text in said for said in _searched(one, place))]
    shown = {
        "frame": setting,
        "q": text,
        "total": len(kept),
        **paged(request, kept, "results"),
        "rule": rule,
        "plans": _rows(plans, rule, program.code, names) if rule else (),
        "entry": _entry(request, rule, program.code) if rule else "",
        "waiting": reverse("desk_cases") + f"?program={program.code}&kind={rule.result}&pace=open" if rule else "",
        "file": reverse("desk_inspections_published", kwargs={"program": program.code}),
    }
    return render(request, "desk/inspections.html", shown)


@require_safe
def published(request: HttpRequest, program: str) -> HttpResponse:
    """What everybody may know: plans that are told beforehand, and results that were published."""
    work = next((one for one in packs.programs() if one.code == program), None)
    rule = draws.plan_rule(program) if work else None
    if work is None or rule is None:
        raise refuse(NO_PAGE.at())
    told = {
        "program": program, "title": work.title.zh, "source": rule.source,
        "plans": [_plan(one) for one in draws.open_plans(program)],
        "results": [_result(one) for one in cases.disclosed(program, rule.result)],
    }  # fmt: skip
    return JsonResponse(canon.plain(told), json_dumps_params={"ensure_ascii": False, "indent": 1})


def of_draw(draw: str, program: Program) -> list[dict[str, Any]]:
    """The published results of inspections whose plan follows a draw."""
    rule = draws.plan_rule(program.code)
    plans = {one.number for one in draws.open_plans(program.code) if one.draw == draw} if rule else set()
    if rule is None or not plans:
        return []
    found = cases.disclosed(program.code, rule.result)
    return [
        {"id": one.id, "object": one.answers.get("object_name", ""), "key": one.answers.get("object", ""),
         "result": one.answers.get("result", ""), "since": one.since}
        for one in found if one.answers.get("plan") in plans
    ]  # fmt: skip


def _rows(
    plans: Sequence[InspectionPlan], rule: PlanRule, program: str, names: Mapping[str, str]
) -> list[dict[str, Any]]:
    stands = cases.tally(program, rule.result, rule.answer, [plan.number for plan in plans])
    teams = records.entity_labels("inspection-team", [plan.team for plan in plans if plan.team])
    manners = {"open": gettext("明查"), "covert": gettext("暗查暗访"), "dispatch": gettext("调度检查")}
    rows = []
    for plan in plans:
        states = stands[plan.number]
        done = sum(states.values())
        rows.append(
            {
                "plan": plan,
                "manner": manners.get(plan.manner, plan.manner),
                "team": teams.get(plan.team, plan.team),
                "places": labels.listed(names.get(place, place) for place in plan.places),
                "by": names.get(plan.place, plan.place),
                "done": done,
                "share": round(100 * done / plan.planned) if plan.planned else 0,
                "published": states.get("published", 0),
            }
        )
    return rows


def _searched(one: Disclosed, place: str) -> tuple[str, ...]:
    """The words of a published result that are searched."""
    return place, *(str(one.answers.get(name) or "") for name in ("object_name", "object", "plan"))


def _entry(request: HttpRequest, rule: PlanRule, program: str) -> str:
    return reverse("desk_entry") if border.fills(request, program) else ""


def _plan(one: InspectionPlan) -> dict[str, Any]:
    return {
        "number": one.number, "name": one.label, "first": str(one.first or ""), "last": str(one.last or ""),
        "places": list(one.places), "planned": one.planned, "draw": one.draw,
    }  # fmt: skip


def _result(one: Disclosed) -> dict[str, Any]:
    return {
        "id": one.id, "revision": one.revision, "place": one.place, "inspected_at": one.occurred_at,
        "published_at": one.since, **one.answers,
    }  # fmt: skip
