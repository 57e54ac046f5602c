"""Pages on which records are filled in, corrected, withdrawn and reviewed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from yibiao.core.problems import Problem, Refusal
from yibiao.forms import queries as forms
from yibiao.forms.types import Field, FormVersion
from yibiao.packs import queries as packs
from yibiao.packs.types import Program
from yibiao.people import queries as people
from yibiao.records import actions, border, checking, presenting, queries
from yibiao.records.intake import beforehand, web
from yibiao.records.placing import Atlas
from yibiao.records.types import Known, Record, SubmissionDraft

_NOTHING: Final[Mapping[str, Known]] = {}


def form_of(request: HttpRequest, program: str, form: str) -> tuple[Program, FormVersion]:
    """The program and its form, for somebody who may file in it.

    Raises: ``packs.program.unknown``, ``forms.form.unknown``, ``people.scope.outside``.
    """
    found = packs.program(program)
    border.filing(request, found)
    return found, forms.form(form if "." in form else f"{found.pack}.{form}")


@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, program: str, form: str) -> HttpResponse:
    """Filling in a form; what a register or the last record knows stands there already."""
    of, version = form_of(request, program, form)
    first = web.first_answers(version, of, checking.now(), _own_place(request, of))
    if request.method == "GET":
        # An address may bring answers along, named as on the page: what is known already is not asked again.
        brought = web.answers(version, request.GET)
        found = beforehand.found(request, version, first | brought, of, request.GET.get("entity", ""))
        found = {name: one for name, one in found.items() if name not in brought}
        return _entry(request, version, of, first | beforehand.values(found) | brought, str(uuid.uuid4()), found)
    id, given = request.POST.get("id", ""), web.answers(version, request.POST)
    found = beforehand.read(request.POST.get("prefilled", ""))
    if "prefill" in request.POST:
        found |= beforehand.missing(given, first, beforehand.found(request, version, given, of))
        return _entry(request, version, of, given | beforehand.values(found), id, found, asked=True)
    draft = SubmissionDraft(
        id, version.id, of.code, given, "web", request.POST.get("version", ""), prefilled=beforehand.values(found)
    )
    try:
        receipt = actions.receive_many([draft], by=border.warrants(request, of))[0]
    except Refusal as refusal:
        return _entry(request, version, of, given, id, found, refusal)
    messages.success(request, gettext("已收到，编号 %(id)s。") % {"id": receipt.id})
    for doubt in queries.doubts(version, given):
        messages.warning(request, doubt.text(border.language()))
    return redirect(f"/records/{receipt.id}/")


@require_POST
def states(request: HttpRequest, program: str, form: str) -> JsonResponse:
    """What is asked, required and offered under the answers given so far; nothing is stored."""
    _, version = form_of(request, program, form)
    if asked := request.POST.get("version"):
        version = forms.form(version.id, asked)
    found = web.states(version, request.POST, now=checking.now(), language=border.language())
    return JsonResponse({"states": found})


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, id: str) -> HttpResponse:
    """Correcting a record: its answers as they stand, a reason, and a new revision."""
    record, by = border.over(request, id, "fill", "review")
    of, version = packs.program(record.program), forms.form(record.form, record.form_version)
    if request.method == "GET":
        return _correction(request, record, version, of, record.answers)
    given = web.answers(version, request.POST)
    try:
        receipt = actions.correct(
            record.id, given, reason=request.POST.get("reason", ""), by=by, expected=_expected(request)
        )
    except Refusal as refusal:
        return _correction(request, record, version, of, given, refusal)
    messages.success(request, gettext("已更正为第 %(revision)d 版。") % {"revision": receipt.revision})
    return redirect(f"/records/{record.id}/")


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, id: str) -> HttpResponse:
    """Withdrawing a record, with the reason."""
    record, by = border.over(request, id, "fill", "review")
    if request.method == "GET":
        return _asking(request, record, "withdraw")
    try:
        actions.withdraw(record.id, reason=request.POST.get("reason", ""), by=by, expected=_expected(request))
    except Refusal as refusal:
        return _asking(request, record, "withdraw", refusal)
    messages.success(request, gettext("已撤回。"))
    return redirect(f"/records/{record.id}/")


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, id: str) -> HttpResponse:
    """Approving or rejecting a record."""
    record, by = border.over(request, id, "review")
    if request.method == "GET":
        return _asking(request, record, "review")
    reason = request.POST.get("reason", "")
    state: Any = request.POST.get("state", "")
    try:
        actions.review(record.id, state, reason=reason, by=by, expected=_expected(request))
    except Refusal as refusal:
        return _asking(request, record, "review", refusal)
    messages.success(request, gettext("已通过。") if state == "approved" else gettext("已退回。"))
    return redirect(f"/records/{record.id}/")


@require_http_methods(["GET", "POST"])
def personal(request: HttpRequest, id: str) -> HttpResponse:
    """Personal answers, after their purpose was given; the reading goes into the log."""
    record, by = border.over(request, id, "review", "fill")
    if request.method == "GET":
        return _asking(request, record, "personal")
    try:
        hidden = queries.personal(record.id, by=by, purpose=request.POST.get("purpose", ""))
    except Refusal as refusal:
        return _asking(request, record, "personal", refusal)
    version = forms.form(record.form, record.form_version)
    whole = presenting.presented(record, version, together(record.answers, hidden), border.language())
    files = [one for one in queries.attachments(record.id, scope=border.reading(request, "review")) if one.personal]
    told = {"shown": whole, "files": files, "purpose": request.POST["purpose"]}
    answer = render(request, "records/personal.html", told)
    answer["Cache-Control"] = "no-store"
    return answer


@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, id: str) -> HttpResponse:
    """Erasing the personal answers of a record for good."""
    record, by = border.over(request, id, "manage", "review")
    if request.method == "GET":
        return _asking(request, record, "erase")
    try:
        actions.erase(record.id, reason=request.POST.get("reason", ""), by=by)
    except Refusal as refusal:
        return _asking(request, record, "erase", refusal)
    messages.success(request, gettext("个人信息已清除，存证和统计数不受影响。"))
    return redirect(f"/records/{record.id}/")


def together(public: Mapping[str, Any], hidden: Mapping[str, Any]) -> dict[str, Any]:
    """Public and personal answers of one record, item by item in repeats."""
    whole = dict(public)
    for name, value in hidden.items():
        items = public.get(name)
        if isinstance(value, list) and isinstance(items, list) and all(isinstance(item, dict) for item in value):
            value = [{**one, **other} for one, other in zip(items, value, strict=False)]
        whole[name] = value
    return whole


def _entry(
    request: HttpRequest,
    version: FormVersion,
    of: Program,
    given: Mapping[str, Any],
    id: str,
    found: Mapping[str, Known],
    refusal: Refusal | None = None,
    *,
    asked: bool = False,
) -> HttpResponse:
    wrong = refusal.problems if refusal else ()
    page = _page(version, of, given, id, wrong, found=found)
    shown = {"page": page, "asked": asked}
    return render(request, "records/enter.html", shown, status=refusal.status if refusal else 200)


def _correction(
    request: HttpRequest,
    record: Record,
    version: FormVersion,
    of: Program,
    given: Mapping[str, Any],
    refusal: Refusal | None = None,
) -> HttpResponse:
    found = refusal.problems if refusal else ()
    page = _page(version, of, given, record.id, found, _expected(request) or record.revision)
    shown = {"page": page, "record": record, "reason": request.POST.get("reason", "")}
    return render(request, "records/correct.html", shown, status=refusal.status if refusal else 200)


def _asking(request: HttpRequest, record: Record, act: str, refusal: Refusal | None = None) -> HttpResponse:
    """The page that asks for a reason before an act on a record."""
    shown = {
        "act": act,
        "record": record,
        "title": forms.form(record.form, record.form_version).title.of(border.language()),
        "place": Atlas().name(record.place),
        "problems": [problem.text(border.language()) for problem in refusal.problems] if refusal else [],
        "reason": request.POST.get("reason", request.POST.get("purpose", "")),
    }
    return render(request, "records/act.html", shown, status=refusal.status if refusal else 200)


def _page(
    version: FormVersion,
    of: Program,
    given: Mapping[str, Any],
    id: str,
    wrong: tuple[Problem, ...],
    revision: int = 0,
    found: Mapping[str, Known] = _NOTHING,
) -> web.FormPage:
    atlas = Atlas()

    def names(field: Field, value: str) -> str:
        return presenting.named(field, value, atlas)

    return web.page(
        version, of, given, id=id, now=checking.now(), language=border.language(), problems=wrong, names=names,
        revision=revision, sources=beforehand.sources(found), token=beforehand.written(found),
    )  # fmt: skip


def _expected(request: HttpRequest) -> int | None:
    text = request.POST.get("expected", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _own_place(request: HttpRequest, of: Program) -> str:
    """The filer's own place where she may file there, else the one place of her scope, else none."""
    account, open_to = people.account(border.actor(request)), border.filing(request, of)
    if account.place and people.allows(account.key, "fill", account.place, of.code).allowed:
        return account.place
    return open_to[0] if len(open_to) == 1 else ""
