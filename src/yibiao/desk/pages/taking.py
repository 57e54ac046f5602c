"""Taking personal answers away: which, to what purpose, and the file once every reading was put down."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext

from yibiao.core.problems import Refusal, refuse
from yibiao.desk import border, tables
from yibiao.desk.middleware import spoken_all
from yibiao.desk.pages import record_rows
from yibiao.desk.pages import records as pages
from yibiao.desk.pages.frame import Frame, frame, nothing
from yibiao.desk.problems import NO_PAGE
from yibiao.forms import queries as forms
from yibiao.people import queries as people
from yibiao.people.types import Scope
from yibiao.records import actions as writing
from yibiao.records import queries as records
from yibiao.records.types import Record


def personal(request: HttpRequest) -> HttpResponseBase:
    """Asks what the personal answers are needed for, then hands them out as a file."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    asked = pages.filters(request)
    if not (pages.personal_in(asked["form"]) and border.may_take(request, setting.program.code)):
        raise refuse(NO_PAGE.at())
    found = _found(request, asked)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            return _taken(request, setting, asked, found)
        except Refusal as caught:
            refusal = caught
    shown = {
        "frame": setting,
        "title": forms.form(asked["form"]).title,
        "fields": [one.label for one in pages.personal_in(asked["form"])],
        "count": len(found),
        "most": records.PERSONAL_AT_ONCE,
        "wrong": spoken_all(refusal.problems) if refusal else [],
        "purpose": request.POST.get("purpose", ""),
        "kept": urlencode(pages.kept(request)),
        "back": pages.address(request),
    }
    return render(request, "desk/records_personal.html", shown, status=refusal.status if refusal else 200)


def _found(request: HttpRequest, asked: Mapping[str, Any]) -> list[Record]:
    """The records that the filter leaves where the person reviews, at most one more than may be taken."""
    key = border.actor(request)
    scope = Scope(key, "review", people.scope(key, "review").grants)
    return list(islice(records.each(scope=scope, **asked), records.PERSONAL_AT_ONCE + 1))


def _taken(request: HttpRequest, setting: Frame, asked: Mapping[str, Any], found: list[Record]) -> HttpResponseBase:
    code, purpose = setting.program.code, request.POST.get("purpose", "")
    roots = people.scope(border.actor(request), "review").places(code)
    by = [border.warrant(request, "review", place=place, program=code) for place in dict.fromkeys(roots)]
    hidden = writing.log_personal_reads([one.id for one in found], by=by, purpose=purpose)
    fields = [one for one in forms.dictionary(asked["form"]) if not one.personal]
    about = [(gettext("用途"), purpose.strip()), (gettext("个人信息"), gettext("每条的查看已记入日志，请勿外传。"))]
    lines = record_rows.lines(iter(found), fields, hidden, pages.personal_in(asked["form"]))
    answer = tables.answer(request, gettext("记录（含个人信息）"), lines, about=about)
    answer["Cache-Control"] = "no-store"
    return answer
