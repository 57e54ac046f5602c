"""通报: the list, the editor with its live preview, and the issued page whose every number opens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from yibiao.bulletins import actions
from yibiao.bulletins import queries as bulletins
from yibiao.bulletins.types import COLOURS, Bulletin, Check, Citation
from yibiao.core import wording
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal
from yibiao.desk import addresses, asking, border, checking, marking, marks, reckoning
from yibiao.desk.middleware import spoken_all
from yibiao.desk.pages.drafts import at_checkpoint
from yibiao.desk.pages.figures import record_links
from yibiao.desk.pages.frame import Frame, frame, nothing, part
from yibiao.figures import queries as figures
from yibiao.figures.types import Query
from yibiao.ledger import queries as ledger
from yibiao.people import queries as people
from yibiao.people.types import Right, Warrant
from yibiao.places import queries as places

DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WRITING: Final[Right] = "review"
FOUND: Final = 12


def listing(request: HttpRequest) -> HttpResponse:
    setting = frame(request)
    if setting is None:
        return nothing(request)
    found = bulletins.bulletins(setting.scope, setting.program.code)
    names = places.names(list({one.place for one in found}))
    shown = {
        "frame": setting,
        "rows": [{"bulletin": one, "place": names.get(one.place, one.place)} for one in found],
        "templates": bulletins.templates(setting.program.pack) if _may_write(request, setting) else (),
    }
    return render(request, "desk/bulletins.html", shown)


def _may_write(request: HttpRequest, setting: Frame) -> bool:
    return border.may(request, WRITING, place=setting.place.code, program=setting.program.code)


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """A new draft from a template, for the place and period of the page."""
    program = asking.program(request.POST.get("program", ""))
    place = places.place(request.POST.get("place") or program.place).code
    by = border.warrant(request, WRITING, place=place, program=program.code)
    made = actions.draft(
        request.POST.get("template", ""),
        program.code,
        place=place,
        period=asking.period(program, request.POST.get("from", ""), request.POST.get("until", "")),
        by=by,
    )
    return redirect("desk_bulletin_edit", id=made.id)


def page(request: HttpRequest, id: str) -> HttpResponse:
    """The text as issued; a draft goes to its editor for those who may write."""
    found = bulletins.bulletin(id, scope=border.reading(request))
    if found.status == "draft" and border.may(request, WRITING, place=found.place, program=found.program):
        return redirect("desk_bulletin_edit", id=id)
    border.program(request, found.program)
    restated = bulletins.restatements(id, scope=border.reading(request))
    moved = [marking.Span(one.citation.start, one.citation.end, None) for one in restated]
    shown = {
        "bulletin": found,
        "place": places.place(found.place),
        "blocks": marking.blocks(found.text, marks.cited(found.citations, found.program, found.checkpoint, moved)),
        "author": people.names([found.author]).get(found.author, ""),
        "restated": [_restated(request, found, one) for one in restated],
        "newest": ledger.checkpoint(),
        "may_correct": found.status == "issued"
        and border.may(request, WRITING, place=found.place, program=found.program),
    }
    return render(request, "desk/bulletin.html", shown)


def document(request: HttpRequest, id: str) -> HttpResponse:
    """What was issued as .docx, for the printer and the file."""
    name, content = bulletins.printed(id, scope=border.reading(request))
    answer = HttpResponse(content, content_type=DOCX)
    answer["Content-Disposition"] = checking.attachment(name)
    return answer


def _restated(request: HttpRequest, found: Bulletin, one: Any) -> dict[str, Any]:
    indicator = figures.indicator(one.citation.indicator)
    query = Query(one.citation.indicator, found.program, one.citation.place, one.citation.period)
    return {
        "label": indicator.label,
        "wording": one.citation.wording,
        "unit": one.citation.unit,
        "then": one.then,
        "now": one.now,
        "now_url": addresses.figure(query),
        "records": record_links(one.records, border.reading(request)),
    }


def verify(request: HttpRequest, id: str) -> HttpResponse:
    """Holds an issued bulletin against the log; part of its page."""
    found = bulletins.bulletin(id, scope=border.reading(request))
    shown, back = {"verified": bulletins.verify(id)}, reverse("desk_bulletin", kwargs={"id": id})
    return part(request, "desk/parts/verified.html", shown, title=found.title, back=back)


def edit(request: HttpRequest, id: str) -> HttpResponse:
    """The editor: source at the left, the live text at the right."""
    found, by = _writable(request, id)
    if found.status != "draft":
        return redirect("desk_bulletin", id=id)
    if request.method == "POST":
        found = actions.edit(id, request.POST.get("source", ""), title=request.POST.get("title"), by=by)
        if request.POST.get("act") == "issue":
            return _issue(request, found, by)
        messages.success(request, gettext("草稿已保存。"))
        return redirect("desk_bulletin_edit", id=id)
    shown = {
        "bulletin": found,
        "place": places.place(found.place),
        "program": asking.program(found.program),
        **_previewed(request, found, found.source),
    }
    return render(request, "desk/editor.html", shown)


def _writable(request: HttpRequest, id: str) -> tuple[Bulletin, Warrant]:
    found = bulletins.bulletin(id, scope=border.reading(request))
    return found, border.warrant(request, WRITING, place=found.place, program=found.program)


def _issue(request: HttpRequest, found: Bulletin, by: Warrant) -> HttpResponse:
    try:
        issued = actions.issue(found.id, by=by)
    except Refusal as refusal:
        shown = {
            "bulletin": found,
            "place": places.place(found.place),
            "program": asking.program(found.program),
            "refused": spoken_all(refusal.problems),
            **_previewed(request, found, found.source),
        }
        return render(request, "desk/editor.html", shown, status=422)
    messages.success(request, gettext("已签发。文字、数和存证点从此不再变化。"))
    return redirect("desk_bulletin", id=issued.id)


@require_POST
def preview(request: HttpRequest, id: str) -> HttpResponse:
    """The live text of what stands in the editor; nothing is stored."""
    found, _ = _writable(request, id)
    shown = {"bulletin": found, **_previewed(request, found, request.POST.get("source", ""))}
    return render(request, "desk/parts/preview.html", shown)


def _previewed(request: HttpRequest, found: Bulletin, source: str) -> dict[str, Any]:
    """The text with its cited numbers, and with every other numeral marked as the check of a draft marks it."""
    scope = border.reading(request)
    as_of = at_checkpoint(request)
    made = bulletins.preview(source, found.program, found.place, found.period, as_of, scope=scope)
    check = bulletins.check_text(
        made.text, found.program, found.place, found.period, made.checkpoint, bound=made.citations, scope=scope
    )
    loose = _loose(check, made.citations)
    cited = marks.cited(made.citations, found.program, made.checkpoint)
    return {
        "blocks": marks.text(check, cited=cited, source=marks.in_source(source, made.text, made.citations)),
        "faults": marks.faults(check),
        "loose": loose,
        "typed": sum(loose.values()),
        "problems": spoken_all(made.problems),
        "citations": len(made.citations),
        "as_of": made.checkpoint,
        "unproved": _unproved(made.citations, found, made.checkpoint, request),
    }


def _unproved(
    citations: Sequence[Citation], found: Bulletin, as_of: int | None, request: HttpRequest
) -> list[dict[str, Any]]:
    """The zeros that nothing proves yet, by the report that would prove them: who has not filed, where to remind."""
    groups: dict[str, dict[str, Any]] = {}
    for one in citations:
        if one.value is not None:
            continue
        query = Query(one.indicator, found.program, one.place, one.period, as_of)
        figure = reckoning.figure(query, scope=border.reading(request))
        if figure.coverage is None or figure.coverage.full:
            continue
        topic = figure.indicator.coverage
        url = addresses.chasing(found.program, one.place, topic)
        group = groups.setdefault(topic, {"labels": [], "coverage": figure.coverage, "url": url, "figure": figure})
        group["labels"].append(figure.indicator.label)
    return list(groups.values())


def _loose(check: Check, citations: Sequence[Citation]) -> dict[str, int]:
    """How many claims are typed instead of cited, by colour."""
    held = [(one.start, one.end) for one in citations]
    typed = [one for one in check.judged if not any(start < one.run.end and one.run.start < end for start, end in held)]
    return {colour: sum(one.colour == colour for one in typed if one.run.claim) for colour in COLOURS}


@require_POST
def correct(request: HttpRequest, id: str) -> HttpResponse:
    """A new draft that will supersede an issued bulletin."""
    _, by = _writable(request, id)
    return redirect("desk_bulletin_edit", id=actions.correct(id, by=by).id)


def indicators(request: HttpRequest, id: str) -> HttpResponse:
    """Indicators for the citation picker, each with its present value."""
    found, _ = _writable(request, id)
    text = request.GET.get("q", "").strip().lower()
    known = [
        one
        for one in figures.indicators(found.pack)
        if not text or any(text in said.lower() for said in (one.id, one.label.zh, one.label.en, *one.aliases))
    ]
    items = [
        {"code": one.id, "name": one.label.of(border.language()), "path": _value(request, found, one.ref)}
        for one in known[:FOUND]
    ]
    return JsonResponse({"items": items})


def _value(request: HttpRequest, found: Bulletin, ref: str) -> str:
    value = _figure(request, found, ref, found.period)
    return "—" if value is None or value.value is None else f"{value.value:f} {value.unit}"


def _figure(request: HttpRequest, found: Bulletin, ref: str, period: Period) -> Any:
    newest = ledger.checkpoint()
    if newest is None:
        return None
    query = Query(ref, found.program, found.place, period, newest.number)
    return reckoning.figure(query, scope=border.reading(request))


def wordings(request: HttpRequest, id: str) -> HttpResponse:
    """The wordings that are true of an indicator's present value, as choices."""
    found, _ = _writable(request, id)
    wanted = request.GET.get("cite-indicator", "")
    offers: list[dict[str, str]] = []
    if wanted:
        asked = _figure(request, found, f"{found.pack}.{wanted}", found.period)
        if asked is not None and asked.indicator.kind == "zero":
            offers = [{"rule": f"zero | {asked.indicator.label.zh}", "text": gettext("零报告（写出整句）")}]
        elif asked is not None and asked.value is not None:
            offers = [
                {"rule": one, "text": wording.write(asked.value, wording.parse(one), asked.unit)}
                for one in wording.offers(asked.value, asked.unit)
            ]
    return render(request, "desk/parts/wordings.html", {"offers": offers})
