"""Plans of inspections: who may see which of them when, and what is told to everybody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from yibiao.draws import plans
from yibiao.draws.types import InspectionPlan, PlanRule
from yibiao.packs import queries as packs
from yibiao.people.types import Grant, Scope
from yibiao.places import queries as places
from yibiao.records import queries as records
from yibiao.records.types import Entity

_PIECE = 500


def plan_rule(program: str) -> PlanRule | None:
    """How a program keeps plans of inspections; None where it keeps none.

    Raises: packs.program.unknown.
    """
    return plans.rule(packs.program(program).pack)


def plans_for(program: str, *, scope: Scope, at: datetime) -> tuple[InspectionPlan, ...]:
    """The plans that a scope may know of at a moment, the newest first.

    Who plans sees its own and those below it. A place that will be inspected sees a plan that is told beforehand at
    once, and an unannounced one from its first day on.
    Raises: packs.program.unknown.
    """
    roots = tuple(dict.fromkeys(scope.places(program)))
    found = [plan for plan in _all(program) if _within(plan.place, roots) or _told_to(plan, roots, at)]
    return tuple(sorted(found, key=lambda plan: (plan.first or date.min, plan.number), reverse=True))


def open_plans(program: str) -> tuple[InspectionPlan, ...]:
    """What everybody may know: plans of a manner that is told beforehand, the newest first.

    Raises: packs.program.unknown.
    """
    told = [plan for plan in _all(program) if plan.told]
    return tuple(sorted(told, key=lambda plan: (plan.first or date.min, plan.number), reverse=True))


def _all(program: str) -> list[InspectionPlan]:
    rule, work = plan_rule(program), packs.program(program)
    if rule is None:
        return []
    scope = Scope("", "analyse", (Grant("analyse", work.place, frozenset({program})),))
    found: list[Entity] = []
    number, page = 1, records.entities(rule.register, scope=scope, program=program, size=_PIECE)
    while page:
        found += page
        number += 1
        page = records.entities(rule.register, scope=scope, program=program, number=number, size=_PIECE)
    return [_plan(one, rule) for one in found]


def _plan(one: Entity, rule: PlanRule) -> InspectionPlan:
    manner = str(one.data.get(rule.manner) or "")
    return InspectionPlan(
        one.key, one.label, one.place, manner, manner in rule.open, _day(one.data.get(rule.first)),
        _day(one.data.get(rule.last)), tuple(str(one.data.get(rule.places) or "").split()),
        int(one.data.get(rule.planned) or 0), str(one.data.get(rule.team) or ""), str(one.data.get(rule.draw) or ""),
    )  # fmt: skip


def _day(value: object) -> date | None:
    return date.fromisoformat(str(value)[:10]) if value else None


def _told_to(plan: InspectionPlan, roots: Iterable[str], at: datetime) -> bool:
    """Whether a place that is to be inspected, or one above or below it, may know by now."""
    if not plan.known_at(True, at):
        return False
    return any(_within(place, roots) or _above(place, roots) for place in plan.places)


def _within(place: str, roots: Iterable[str]) -> bool:
    return any(place == root or places.descends(place, root) for root in roots)


def _above(place: str, roots: Iterable[str]) -> bool:
    return any(places.descends(root, place) for root in roots)
