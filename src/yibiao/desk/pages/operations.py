"""回报核对: what units returned of a night beside what the facts say, leaders' zones, and the review by one tap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from yibiao.cases import actions as cases
from yibiao.core.problems import Refusal, refuse
from yibiao.desk import border, reckoning, returning, tables, watching
from yibiao.desk.pages.frame import Frame, frame, nothing
from yibiao.desk.pages.owing import asked_at, chasing_url, may_chase
from yibiao.desk.problems import NO_PAGE
from yibiao.desk.returning import Sheet
from yibiao.duty.types import Beside
from yibiao.figures import queries as figures
from yibiao.figures.types import Query
from yibiao.forms import queries as forms
from yibiao.places import queries as places
from yibiao.records import queries as records
from yibiao.records.types import Entity

ONLY: Final = "differing"
ZONES: Final = 500


def page(request: HttpRequest) -> HttpResponseBase:
    """Unit by unit: returned, computed, the difference, and how far the review has come."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    held = _sheet(request, setting)
    if held is None:
        return render(request, "desk/operations.html", {"frame": setting, "sheet": None})
    if tables.wanted(request):
        return tables.answer(request, f"{watching.said(held.obligation.label)} {held.slot}", _lines(held))
    only = request.GET.get("only") == ONLY
    code, place = setting.program.code, setting.place.code
    shown = {
        "frame": setting,
        "sheet": held,
        "label": watching.said(held.obligation.label),
        "slots": [(slot, _address(setting, held, slot=slot), slot == held.slot) for slot in held.slots],
        "rows": [row for row in held.rows if row.differing or not only],
        "only": only,
        "all_url": _address(setting, held),
        "only_url": _address(setting, held, only=ONLY),
        "export_url": f"{_address(setting, held)}&as=",
        "chase_url": chasing_url(setting, held.obligation.topic),
        "may_chase": may_chase(request, setting),
        "may_approve": border.may(request, "review", place=place, program=code),
        "fills": border.fills(request, code),
        "approval": held.approval.label.of(border.language()) if held.approval else "",
        "zones": _zones(setting, held, held.obligation.beside) if held.obligation.beside else None,
    }
    return render(request, "desk/operations.html", shown)


def file(request: HttpRequest) -> HttpResponse:
    """The empty report of a unit with what the facts say already in it.

    Raises: desk.page.unknown.
    """
    setting, held = _asked(request)
    row = held.row_of(request.GET.get("unit", ""))
    if row is None or row.cell is None:
        raise refuse(NO_PAGE.at())
    form = forms.form(f"{setting.program.pack}.{held.obligation.form}")
    roles = {field.role: field.name for field in form.fields if field.role and not field.repeat}
    answers = {held.obligation.unit: row.cell.unit.key, roles["place"]: row.place}
    answers[roles["occurred_at"]] = f"{held.period.last_day.isoformat()}T23:59"
    for column, pair in zip(held.columns, row.pairs, strict=True):
        if pair.computed is not None:
            answers[column.name] = f"{pair.computed:f}"
    said = {"slot": held.slot, "unit": row.label}
    messages.info(request, gettext("数字按 %(slot)s 的事实带出，请%(unit)s逐项核对，与实际不符的照实改。") % said)
    address = reverse("records_enter", kwargs={"program": setting.program.code, "form": form.name})
    return redirect(f"{address}?{urlencode({f'a.{name}': value for name, value in answers.items()})}")


@require_POST
def approve(request: HttpRequest) -> HttpResponse:
    """Approves every report of the slot that waits for it and does not differ from the facts.

    Raises: desk.page.unknown, people.scope.outside.
    """
    setting, held = _asked(request)
    by = border.warrant(request, "review", place=setting.place.code, program=setting.program.code)
    ids = [row.case.id for row in held.waiting if row.case]
    if held.approval is None or not ids:
        messages.info(request, gettext("没有可以一并审核的回报。"))
        return redirect(_address(setting, held))
    try:
        done = cases.move_many(ids, held.approval.id, {}, by=by)
    except Refusal as refusal:
        for problem in refusal.problems[:3]:
            messages.error(request, problem.text(border.language()))
    else:
        messages.success(request, gettext("已审核通过 %(count)d 份，有差异的没有动。") % {"count": done})
    return redirect(_address(setting, held))


def _asked(request: HttpRequest) -> tuple[Frame, Sheet]:
    setting = frame(request, request.POST.get("program", ""), place=request.POST.get("place", ""))
    held = _sheet(request, setting) if setting else None
    if setting is None or held is None:
        raise refuse(NO_PAGE.at())
    return setting, held


def _sheet(request: HttpRequest, setting: Frame) -> Sheet | None:
    known = returning.obligations(setting.program.pack)
    topic, slot = _of(request, "topic"), _of(request, "slot")
    one = next((each for each in known if each.topic == topic), known[0] if known else None)
    return returning.sheet(setting, one, slot, asked_at(request, setting.program)) if one else None


def _of(request: HttpRequest, name: str) -> str:
    return request.POST.get(name) or request.GET.get(name, "")


def _address(setting: Frame, held: Sheet, name: str = "desk_operations", *, slot: str = "", only: str = "") -> str:
    asked = {"program": setting.program.code, "place": setting.place.code, "topic": held.obligation.topic}
    asked |= {"slot": slot or held.slot} | ({"only": only} if only else {})
    return f"{reverse(name)}?{urlencode(asked)}"


def _zones(setting: Frame, held: Sheet, beside: Beside) -> dict[str, Any]:
    """The entities of the register for the slot, each with its figures."""
    found = records.entities(
        beside.register, scope=setting.scope, program=setting.program.code, text=held.slot, place=setting.place.code,
        size=ZONES,
    )  # fmt: skip
    known = {one.id: one for one in figures.indicators(setting.program.pack)}
    shown = [known[id] for id in beside.indicators if id in known]
    parts = []
    for one in shown:
        query = Query(one.ref, setting.program.code, setting.place.code, held.period, setting.as_of)
        cut = reckoning.breakdown(query, by=beside.column, scope=setting.scope) if setting.as_of else ()
        parts.append((one.label.of(border.language()), {part.key: part.value for part in cut}))
    names = places.names(list({one.place for one in found}))
    form = next((one for one in forms.forms(setting.program.pack) if _keeps(one, beside.register)), None)
    labels = {field.name: field.label.of(border.language()) for field in form.fields} if form else {}
    saved = list(found[0].data) if found else []
    return {
        "title": form.title.of(border.language()) if form else beside.register,
        "heads": [labels.get(name, name) for name in saved],
        "figures": [(one.label.of(border.language()), one.unit) for one in shown],
        "rows": [_zone(one, names, saved, [(head, part.get(one.key, 0)) for head, part in parts]) for one in found],
    }


def _keeps(form: Any, register: str) -> bool:
    return bool(form.entity and form.entity.register == register)


def _zone(one: Entity, names: dict[str, str], saved: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    data = [one.data.get(name, "") for name in saved]
    return {"record": one.record, "place": names.get(one.place, one.place), "data": data, "values": values}


def _lines(held: Sheet) -> Iterator[list[Any]]:
    """One line per unit and figure, those of groups and of all together last."""
    heads = (gettext("报送期"), gettext("单位"), gettext("地点"), gettext("报送"), gettext("审核"), gettext("指标"))
    yield [*heads, gettext("回报数"), gettext("事实算得"), gettext("差")]
    total = (held.total,) if held.total else ()
    for row in (*held.rows, *held.groups, *total):
        for pair in row.pairs:
            told = (held.slot, row.label, row.place, row.filed, row.state, pair.label)
            yield [*told, *map(_whole, (pair.returned, pair.computed, pair.difference))]


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
