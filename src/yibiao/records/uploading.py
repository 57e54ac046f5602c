"""Pages for uploading sheets: template, preview with every error, the marked copy, and taking."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yibiao.core.problems import Refusal, refuse
from yibiao.forms.types import FormVersion
from yibiao.packs.types import Program
from yibiao.people.types import Scope
from yibiao.places import queries as places
from yibiao.places.types import Place
from yibiao.records import border
from yibiao.records.intake import bringing, cells, naming, problems, sheet, workbook
from yibiao.records.intake.layout import layouts
from yibiao.records.intake.openrosa import foreknown
from yibiao.records.types import From
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
        id = sheet.offer(given.name or "", given.read(), form=version, program=of.code, warrants=warrants, beside=True)
    except Refusal as refusal:
        return _choose(request, of, version, refusal)
    return redirect(reverse("records_preview", kwargs={"program": program, "form": form, "id": id}))


@require_GET
def template(request: HttpRequest, program: str, form: str) -> HttpResponseBase:
    """The template of a form, in Chinese or, asked for by ``in=en``, in English; asked for ``with=known`` it has a row
    for each entity that the person may file about, with what is known of it; of those of a ``place``, and of those
    whose keys lie behind ``after`` and up to ``upto``.

    Raises: ``records.template.too-many``.
    """
    of, version = form_of(request, program, form)
    language = "en" if request.GET.get("in") == "en" else "zh"
    under = [by.place for by in border.warrants(request, of)]
    name = f"{version.title.of(language) or version.name}.xlsx"
    if request.GET.get("with") == "known" and foreknown.about(version):
        at, scope = _at(request, of)
        begin = From(after=request.GET.get("after", ""), upto=request.GET.get("upto", ""))
        called = at.name if at else ""
        book = bringing.template(
            version, of.code, scope=scope, under=under, language=language, begin=begin, place=called
        )
        name = " ".join(filter(None, (name.removesuffix(".xlsx"), called, request.GET.get("part", "")[:4])))
        return _named(StreamingHttpResponse(book, content_type=workbook.XLSX), f"{name}.xlsx")
    return _file(workbook.template(version, language, naming.offered(under)), name)


@require_GET
def preview(request: HttpRequest, program: str, form: str, id: uuid.UUID) -> HttpResponse:
    """How far the work on an upload is; then what taking it would do, with every error and its cell; then what it did.

    The page asks again by itself while there is work.
    """
    of, version = form_of(request, program, form)
    warrants = border.warrants(request, of)
    try:
        job = sheet.job(str(id), warrants=warrants)
    except Refusal:
        found = sheet.taken(str(id), warrants=warrants)
        return _again(request, render(request, "records/taken.html", {**_shown(of, version), "taken": found}))
    if job.busy:
        shown = {**_shown(of, version), "job": job, "upload": id}
        fragment = "records/progress.html" if request.headers.get("HX-Request") else "records/working.html"
        return render(request, fragment, shown)
    said = [one[0] if border.language() == "zh" else one[1] for one in job.problems]
    if job.state == "refused" and not job.mode:
        return _again(request, _choose(request, of, version, said=said))
    return _again(request, _preview(request, of, version, sheet.preview(str(id), warrants=warrants), said=said))


@require_GET
def marked(request: HttpRequest, program: str, form: str, id: uuid.UUID) -> HttpResponseBase:
    """The copy of an upload with its errors marked."""
    of, version = form_of(request, program, form)
    copy = sheet.marked(str(id), warrants=border.warrants(request, of))
    marked_as = gettext("有误处已标红")
    return _file(copy, f"{version.title.zh or version.name} {marked_as}.xlsx")


@require_POST
def take(request: HttpRequest, program: str, form: str, id: uuid.UUID) -> HttpResponse:
    """Taking an upload: every row, or the good ones; or looking at it anew without what is hidden in it."""
    of, version = form_of(request, program, form)
    warrants = border.warrants(request, of)
    mode: sheet.Mode = "good" if request.POST.get("mode") == "good" else "all"
    try:
        if request.POST.get("mode") == "shown":
            sheet.leave_out(str(id), warrants=warrants, beside=True)
        else:
            sheet.take(str(id), mode, warrants=warrants, beside=True)
    except Refusal as refusal:
        if problems.UPLOAD_UNKNOWN.code in refusal.codes:
            raise
        found = sheet.preview(str(id), warrants=warrants)
        return _preview(request, of, version, found, refusal)
    return redirect(reverse("records_preview", kwargs={"program": program, "form": form, "id": id}))


@require_POST
def undo(request: HttpRequest, program: str, form: str, id: uuid.UUID) -> HttpResponse:
    """Taking back all that an upload brought, with one reason."""
    of, version = form_of(request, program, form)
    warrants = border.warrants(request, of)
    try:
        count = sheet.undo(str(id), reason=request.POST.get("reason", ""), warrants=warrants)
    except Refusal as refusal:
        if problems.UPLOAD_UNKNOWN.code in refusal.codes:
            raise
        said = [problem.text(border.language()) for problem in refusal.problems[:20]]
        shown = {**_shown(of, version), "taken": sheet.taken(str(id), warrants=warrants), "problems": said}
        return render(request, "records/taken.html", shown, status=refusal.status)
    messages.success(request, gettext("已整批撤回 %(count)d 份。") % {"count": count})
    return redirect(reverse("records_preview", kwargs={"program": program, "form": form, "id": id}))


def _again(request: HttpRequest, page: HttpResponse) -> HttpResponse:
    """The whole page anew, where only the bar of progress was asked for."""
    if not request.headers.get("HX-Request"):
        return page
    answer = HttpResponse()
    answer["HX-Redirect"] = request.path
    return answer


def _choose(
    request: HttpRequest, of: Program, version: FormVersion, refusal: Refusal | None = None, said: Sequence[str] = ()
) -> HttpResponse:
    found = [problem.text(border.language()) for problem in refusal.problems] if refusal else list(said)
    shown = {**_shown(of, version), "problems": found, **_known(request, of, version)}
    return render(request, "records/upload.html", shown, status=_status(refusal))


def _known(request: HttpRequest, of: Program, version: FormVersion) -> dict[str, object]:
    """What a template may bring a row for each of, in words, and in which parts; empty where there is none yet."""
    known = foreknown.about(version)
    if known is None:
        return {}
    at, scope = _at(request, of)
    parts = bringing.parts(version, of.code, scope=scope)
    if not parts and at is None:
        return {}
    question, register, _ = known
    asked = next(one.label for one in version.fields if one.name == question)
    own = version.entity is not None and version.entity.register == register
    about = (version.title if own else asked).of(border.language()) or question
    return {
        "about": about,
        "parts": parts,
        "at": at,
        "total": sum(one.count for one in parts),
        "limit": cells.ROW_LIMIT,
        "newest": foreknown.ahead_newest(version, program=of.code, scope=scope),
    }


def _at(request: HttpRequest, of: Program) -> tuple[Place | None, Scope]:
    """The place that templates are asked for, None where all are, and what the person may file about there.

    Raises: ``places.place.unknown``, ``people.scope.outside``.
    """
    asked = request.GET.get("place", "").strip()
    return places.place(asked) if asked else None, border.filling(request, of, asked)


def _preview(
    request: HttpRequest,
    of: Program,
    version: FormVersion,
    found: sheet.Preview,
    refusal: Refusal | None = None,
    said: Sequence[str] = (),
) -> HttpResponse:
    english = border.language() == "en"
    called = _in_english(version) if english else {}
    marks, notes = (
        [
            {
                "sheet": called.get((mark.sheet, ""), mark.sheet),
                "at": mark.at,
                "row": mark.row,
                "label": called.get((mark.sheet, mark.label), mark.label),
                "said": mark.said[english],
            }
            for mark in some
        ]
        for some in (found.marks[: sheet.SHOWN_LIMIT], found.notes)
    )
    shown = {
        **_shown(of, version),
        "preview": found,
        "marks": marks,
        "notes": notes,
        "unnoted": max(0, found.noted - len(notes)),
        "unshown": max(0, len(found.marks) - sheet.SHOWN_LIMIT),
        "problems": [problem.text(border.language()) for problem in refusal.problems[:1]] if refusal else list(said),
    }
    return render(request, "records/preview.html", shown, status=_status(refusal))


def _in_english(version: FormVersion) -> dict[tuple[str, str], str]:
    """What the sheets of a form and their columns are called in English, by what they are called in Chinese."""
    found: dict[tuple[str, str], str] = {}
    for one, other in zip(layouts(version), layouts(version, "en"), strict=True):
        found[one.title, ""] = other.title
        for column, same in zip(one.columns, other.columns, strict=True):
            found[one.title, column.label] = same.label
    return found


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


def _file(content: bytes, name: str) -> HttpResponseBase:
    return _named(HttpResponse(content, content_type=workbook.XLSX), name)


def _named(answer: HttpResponseBase, name: str) -> HttpResponseBase:
    answer["Content-Disposition"] = f"attachment; filename=\"sheet.xlsx\"; filename*=UTF-8''{quote(name)}"
    return answer
