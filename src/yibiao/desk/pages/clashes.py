"""What phones said of a register without a network: what waits for an earlier word, what contradicts another one."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from yibiao.core.problems import refuse
from yibiao.desk import border
from yibiao.desk.pages.entities import over, told
from yibiao.desk.pages.frame import frame, nothing
from yibiao.desk.pages.registers import titles
from yibiao.desk.problems import NO_PAGE
from yibiao.places import queries as places
from yibiao.records import actions
from yibiao.records import queries as records


def waiting(request: HttpRequest, register: str) -> HttpResponse:
    """What phones said of a register's entities on top of something that has not come yet."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    rows = records.waiting(scope=setting.scope, program=setting.program.code, register=register)
    shown = {
        "frame": setting,
        "register": register,
        "title": titles(setting.program).get(register, register),
        "rows": rows,
        "places": places.names(list({each.place for each in rows})),
        "may_rule": "review" in border.rights(request),
    }
    return render(request, "desk/waiting.html", shown)


@require_POST
def release(request: HttpRequest, register: str) -> HttpResponse:
    """Taking what waits without waiting any longer."""
    program = border.program(request, request.POST.get("program", ""))
    given = request.POST.get("id", "")
    found = records.waiting(scope=border.reading(request), program=program.code, register=register) if program else ()
    row = next((each for each in found if str(each.id) == given), None)
    if program is None or row is None:
        raise refuse(NO_PAGE.at())
    by = over(request, program, [row.place])
    told(request, lambda: actions.take_waiting(row.id, reason=request.POST.get("reason", ""), by=by),
          gettext("已经登记，不再等待。"))  # fmt: skip
    address = reverse("desk_register_waiting", kwargs={"register": register})
    return redirect(f"{address}?{urlencode({'program': program.code})}")


@require_POST
def settle(request: HttpRequest, register: str) -> HttpResponse:
    """Deciding, answer by answer, which of two words on an entity holds."""
    program = border.program(request, request.POST.get("program", ""))
    if program is None:
        raise refuse(NO_PAGE.at())
    one = records.entity_at(
        register, request.POST.get("key", ""), scope=border.reading(request), program=program.code
    )  # fmt: skip
    clash = next((each for each in records.clashes(one) if str(each.id) == request.POST.get("clash", "")), None)
    if clash is None:
        raise refuse(NO_PAGE.at())
    chosen = {each.name: request.POST.get(f"of.{each.name}", "") for each in clash.answers}
    by = over(request, program, [one.place])
    told(request, lambda: actions.settle(clash.id, chosen, reason=request.POST.get("reason", ""), by=by),
          gettext("已裁定，台账按选定的内容。"))  # fmt: skip
    address = reverse("desk_entity", kwargs={"register": register, "key": one.key})
    return redirect(f"{address}?{urlencode({'program': program.code})}")
