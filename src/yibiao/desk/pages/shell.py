"""The pages that belong to the shell: the program page, packs, forms to fill in, how the pages look, the icon."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from yibiao.bulletins import queries as bulletins
from yibiao.core.problems import refuse
from yibiao.desk import border, context, reckoning
from yibiao.desk.pages.drawing import ask
from yibiao.desk.pages.frame import frame, nothing
from yibiao.desk.problems import NO_PAGE
from yibiao.figures import queries as figures
from yibiao.forms import queries as forms
from yibiao.forms.types import FormVersion
from yibiao.packs import queries as packs
from yibiao.packs.types import Program
from yibiao.records import queries as records

YEAR: Final = 365 * 24 * 3600


def program(request: HttpRequest, code: str) -> HttpResponse:
    """One program: its window, its figures, whether they agree, its forms and bulletins."""
    setting = frame(request, code)
    if setting is None:
        return nothing(request)
    pack, as_of = setting.program.pack, setting.as_of
    shown = {
        "frame": setting,
        "forms": forms.forms(pack),
        "bulletins": [one for one in bulletins.bulletins(setting.scope, code) if one.status != "superseded"][:10],
        "registers": records.registers(code),
        "version": packs.current(pack),
        "may_fill": "fill" in border.rights(request),
    }
    if as_of is not None:
        known = figures.indicators(pack)
        shown["rows"] = [reckoning.figure(ask(setting, one), scope=setting.scope) for one in known]
        shown["checks"] = figures.partitions(pack, code, setting.place.code, setting.period, as_of, scope=setting.scope)
    return render(request, "desk/program.html", shown)


def entry(request: HttpRequest) -> HttpResponse:
    """填报: the forms of every program that the person may file in, the program in hand first."""
    chosen = border.program(request)
    offered = [
        {"program": one, "forms": _open(one), "here": one == chosen}
        for one in border.programs(request)
        if border.fills(request, one.code)
    ]
    offered.sort(key=lambda group: not group["here"])
    return render(request, "desk/entry.html", {"groups": offered})


def _open(program: Program) -> list[FormVersion]:
    shut = records.closed(program.code)
    return [form for form in forms.forms(program.pack) if form.id not in shut]


def installed(request: HttpRequest) -> HttpResponse:
    """The packs and their versions, for those who manage."""
    if "manage" not in border.rights(request):
        raise refuse(NO_PAGE.at())
    programs = packs.programs()
    rows = [{"version": one, "programs": [p for p in programs if p.pack == one.id]} for one in packs.versions()]
    return render(request, "desk/packs.html", {"rows": rows})


@require_POST
def looks(request: HttpRequest) -> HttpResponse:
    """Large type on or off, kept in a cookie."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}):
        target = "/"
    answer = redirect(urlsplit(target)._replace(scheme="", netloc="").geturl() or "/")
    answer.set_cookie(
        context.LARGE,
        "1" if request.POST.get("large") == "1" else "0",
        max_age=YEAR,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return answer


@cache_control(max_age=86400, public=True)
def icon(request: HttpRequest) -> HttpResponse:
    drawn = render_to_string("desk/mark.svg").replace(
        "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" color="#14509b" ', 1
    )
    return HttpResponse(drawn, content_type="image/svg+xml")
