"""Pages for uploading sheets: template, preview with every error, the marked copy, and taking."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.forms.types import FormVersion
from yibiao.packs.types import Program
from yibiao.records import border, problems
from yibiao.records.exporting import XLSX
from yibiao.records.intake import cells, sheet, workbook
from yibiao.records.views import form_of


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, program: str, form: str) -> HttpResponse:
    """Choosing a file; what is wrong with the file as a whole is said here."""
    of, version = form_of(request, program, form)
    if request.method == "GET":
        return _choose(request, of, version)
    try:
        given = request.FILES.get("file")
        if given is None:
            raise refuse(problems.SHEET_NONE.at())
        if (given.size or 0) > cells.FILE_LIMIT:
            raise refuse(problems.SHEET_LARGE.at(given.name or "", limit="20 MB"))
        warrants = border.warrants(request, of)
        found = sheet.offer(given.name or "", given.read(), form=version, program=of.code, warrants=warrants)
    except Refusal as refusal:
        return _choose(request, of, version, refusal)
    return redirect(reverse("records_preview", kwargs={"program": program, "form": form, "id": found.upload}))


@require_GET
def template(request: HttpRequest, program: str, form: str) -> HttpResponse:
    """The template of a form."""
    _, version = form_of(request, program, form)
    return _file(workbook.template(version), f"{version.title.zh or version.name}.xlsx")


@require_GET
def preview(request: HttpRequest, program: str, form: str, id: uuid.UUID) -> HttpResponse:
    """What taking an upload would do, with every error and its cell."""
    of, version = form_of(request, program, form)
    found = sheet.preview(str(id), warrants=border.warrants(request, of))
    return _preview(request, of, version, found)


@require_GET
def marked(request: HttpRequest, program: str, form: str, id: uuid.UUID) -> HttpResponse:
    """The copy of an upload with its errors marked."""
    of, version = form_of(request, program, form)
    copy = sheet.marked(str(id), warrants=border.warrants(request, of))
    marked_as = gettext("有误处已标红")
    return _file(copy, f"{version.title.zh or version.name} {marked_as}.xlsx")


@require_POST
def take(request: HttpRequest, program: str, form: str, id: uuid.UUID) -> HttpResponse:
    """Taking an upload: every row, or the good ones."""
    of, version = form_of(request, program, form)
    warrants = border.warrants(request, of)
    try:
        receipts = sheet.take(str(id), "good" if request.POST.get("mode") == "good" else "all", warrants=warrants)
    except Refusal as refusal:
        if problems.UPLOAD_UNKNOWN.code in refusal.codes:
            raise
        found = sheet.preview(str(id), warrants=warrants)
        return _preview(request, of, version, found, refusal)
    fresh = sum(not receipt.repeated for receipt in receipts)
    said = gettext("已收下 %(fresh)d 份，另有 %(old)d 份以前已经收过。")
    messages.success(request, said % {"fresh": fresh, "old": len(receipts) - fresh})
    return redirect(f"/records/?program={quote(of.code)}&form={quote(version.id)}")


def _choose(request: HttpRequest, of: Program, version: FormVersion, refusal: Refusal | None = None) -> HttpResponse:
    found = [problem.text(border.language()) for problem in refusal.problems] if refusal else []
    return render(request, "records/upload.html", {**_shown(of, version), "problems": found}, status=_status(refusal))


def _preview(
    request: HttpRequest, of: Program, version: FormVersion, found: sheet.Preview, refusal: Refusal | None = None
) -> HttpResponse:
    language = border.language()
    marks = [
        {
            "sheet": mark.sheet,
            "at": mark.at,
            "row": mark.row,
            "label": mark.label,
            "said": _said(mark.problem, language),
        }
        for mark in found.marks[: sheet.SHOWN_LIMIT]
    ]
    shown = {
        **_shown(of, version),
        "preview": found,
        "marks": marks,
        "unshown": max(0, len(found.marks) - sheet.SHOWN_LIMIT),
        "problems": [problem.text(language) for problem in refusal.problems[:1]] if refusal else [],
    }
    return render(request, "records/preview.html", shown, status=_status(refusal))


def _said(problem: Problem, language: str) -> str:
    rule, remedy = problem.parts(language)
    return f"{rule}{' ' if language == 'en' else ''}{remedy}"


def _shown(of: Program, version: FormVersion) -> dict[str, object]:
    language = border.language()
    return {
        "program": of,
        "program_title": of.title.of(language),
        "form": version,
        "form_name": version.name,
        "title": version.title.of(language),
    }


def _status(refusal: Refusal | None) -> int:
    return refusal.status if refusal else 200


def _file(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f"attachment; filename=\"sheet.xlsx\"; filename*=UTF-8''{quote(name)}"
    return answer
