"""批量开通账号: a table is uploaded, checked as a whole, shown, and opened in one act; passwords are shown once."""

from __future__ import annotations

import base64
from typing import Any, Final

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from yibiao.core.problems import Refusal
from yibiao.desk import border, enrolling, tables
from yibiao.people import actions
from yibiao.people import queries as people
from yibiao.people.types import Cells, Scope

# What was checked comes back signed: it is opened within the hour, by whoever checked it.
SALT: Final = "yibiao.desk.enrolling."
HOUR: Final = 3600
SHOWN: Final = 100


@never_cache
def enrol(request: HttpRequest) -> HttpResponseBase:
    """The table is uploaded here; with ``as=xlsx`` its template."""
    scope = people.required_scope(border.actor(request), "manage")
    if tables.wanted(request):
        about = _columns()
        return tables.answer(request, gettext("开通账号模板"), [[name for name, _ in about]], about=about)
    if request.method != "POST":
        return _page(request)
    if "table" in request.POST:
        return _opened(request, scope)
    file = request.FILES.get("file")
    if file is None:
        return _page(request, missing=True, status=422)
    try:
        cells = enrolling.read(str(file.name), file.read())
    except Refusal as refusal:
        return _page(request, refusal=refusal)
    return _checked(request, scope, cells)


def _checked(request: HttpRequest, scope: Scope, cells: Cells) -> HttpResponse:
    try:
        plan = people.enrolment(cells, scope)
    except Refusal as refusal:
        return _page(request, refusal=refusal)
    language = border.language()
    rows = [(row, [said.of(language) for said in people.in_words(row.grants)]) for row in plan.rows[:SHOWN]]
    table = signing.dumps(cells, salt=SALT + scope.actor, compress=True)
    return _page(request, plan=plan, table=table, more=max(0, len(plan.rows) - SHOWN), rows=rows)


def _opened(request: HttpRequest, scope: Scope) -> HttpResponse:
    try:
        cells = signing.loads(request.POST["table"], salt=SALT + scope.actor, max_age=HOUR)
    except signing.BadSignature:
        return _page(request, late=True, status=422)
    try:
        opened = actions.enrol(people.enrolment(cells, scope))
    except Refusal as refusal:
        return _page(request, refusal=refusal)
    file = base64.b64encode(enrolling.passwords(opened).encode()).decode()
    return _page(request, opened=opened, file=f"data:text/csv;charset=utf-8;base64,{file}")


def _columns() -> list[tuple[str, str]]:
    """The columns of a table, each with what to write there."""
    language = border.language()
    return [(label.of(language), said.of(language)) for label, said in people.ENROLMENT.values()]


def _page(request: HttpRequest, *, refusal: Refusal | None = None, status: int = 200, **shown: Any) -> HttpResponse:
    if refusal is not None:
        shown["problems"] = [one.text(border.language()) for one in refusal.problems[:SHOWN]]
        shown["more_problems"] = max(0, len(refusal.problems) - SHOWN)
        status = refusal.status
    return render(
        request, "desk/enrol.html", {"columns": _columns(), "most": people.ENROLMENT_MOST, **shown}, status=status
    )
