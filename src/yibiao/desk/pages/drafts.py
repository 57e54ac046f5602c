"""核稿: drafts from outside held against the records: the list, taking one in, its page, its text."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from yibiao.bulletins import actions
from yibiao.bulletins import queries as bulletins
from yibiao.bulletins.types import LARGEST_FILE, LONGEST_DRAFT, Draft
from yibiao.core.problems import Refusal
from yibiao.desk import asking, border, checking, claims
from yibiao.desk.middleware import spoken_all
from yibiao.desk.pages.frame import Frame, frame, nothing
from yibiao.people import queries as people
from yibiao.people.types import Right, Warrant
from yibiao.places import queries as places

WRITING: Final[Right] = "review"
PAGE: Final = 30
ACCEPTED: Final = ".txt,.md,.docx"


def listing(request: HttpRequest) -> HttpResponse:
    """The drafts of the program, the newest first, each with what its last kept check found."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    number, text = border.number(request.GET.get("page")), request.GET.get("q", "").strip()
    page = bulletins.drafts(setting.scope, setting.program.code, text=text, number=number, size=PAGE)
    names = places.names(list({one.place for one in page.items}))
    last = max(1, -(-page.total // PAGE))
    shown = {
        "frame": setting,
        "page": page,
        "q": text,
        "rows": [{"draft": one, "place": names.get(one.place, one.place)} for one in page.items],
        "authors": people.names(list({one.author for one in page.items})),
        "before": setting.address(request.path, page=number - 1, q=text) if number > 1 else "",
        "after": setting.address(request.path, page=number + 1, q=text) if number < last else "",
        "last": last,
        "may_write": may_write(request, setting),
    }
    return render(request, "desk/drafts.html", shown)


def may_write(request: HttpRequest, setting: Frame) -> bool:
    return border.may(request, WRITING, place=setting.place.code, program=setting.program.code)


def begin(request: HttpRequest) -> HttpResponse:
    """Takes in a pasted or uploaded draft for a place and period of a program."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    border.warrant(request, WRITING, place=setting.place.code, program=setting.program.code)
    refused: list[dict[str, str]] = []
    if request.method == "POST":
        try:
            return redirect("desk_draft", id=_taken(request, setting).id)
        except Refusal as refusal:
            if refusal.status in (403, 404):
                raise
            refused = spoken_all(refusal.problems)
    shown = {
        "frame": setting,
        "refused": refused,
        "accepted": ACCEPTED,
        "largest": LARGEST_FILE >> 20,
        "longest": LONGEST_DRAFT,
        "given": request.POST,
    }
    return render(request, "desk/draft_begin.html", shown, status=422 if refused else 200)


def _taken(request: HttpRequest, setting: Frame) -> Draft:
    program = asking.program(request.POST.get("program") or setting.program.code)
    place = places.place(request.POST.get("place") or setting.place.code).code
    given: dict[str, Any] = {
        "program": program.code,
        "title": request.POST.get("title", "").strip(),
        "place": place,
        "period": asking.period(program, request.POST.get("from", ""), request.POST.get("until", "")),
        "by": border.warrant(request, WRITING, place=place, program=program.code),
    }
    file, text = request.FILES.get("file"), request.POST.get("text", "")
    if file is not None:
        return actions.take_file(file.name or "", file.read(LARGEST_FILE + 1), **given)
    return actions.take_draft(text.replace("\r\n", "\n"), **given)


def page(request: HttpRequest, id: str) -> HttpResponse:
    """The draft with every numeral marked, and the list of its claims."""
    found = bulletins.draft(id, scope=border.reading(request))
    border.program(request, found.program)
    return render(request, "desk/draft.html", checked(request, found, request.GET.get("claim", "")))


def checked(request: HttpRequest, found: Draft, key: str = "") -> dict[str, Any]:
    """What the page of a draft shows now; ``key`` names the claim in hand."""
    scope = border.reading(request)
    check = bulletins.check_text(found.text, found.program, found.place, found.period, draft=found.id, scope=scope)
    shown = claims.shown(check)
    history = bulletins.checks(found.id, scope=scope)
    return {
        **shown,
        "draft": found,
        "program": asking.program(found.program),
        "place": places.place(found.place),
        "history": history,
        "authors": people.names(list({found.author, *(one.by for one in history)})),
        "may_write": border.may(request, WRITING, place=found.place, program=found.program),
        "key": key,
        "chosen": next((one for one in (*shown["claims"], *shown["unread"]) if one["mark"].key == key), None),
        "live": True,
    }


def writable(request: HttpRequest, id: str) -> tuple[Draft, Warrant]:
    """A draft in the person's scope that she may change.

    Raises: bulletins' refusal of an unknown draft, people.scope.outside
    """
    found = bulletins.draft(id, scope=border.reading(request))
    return found, border.warrant(request, WRITING, place=found.place, program=found.program)


def edit(request: HttpRequest, id: str) -> HttpResponse:
    """The draft's text in an editor; the marks follow the typing."""
    found, by = writable(request, id)
    border.program(request, found.program)
    refused: list[dict[str, str]] = []
    text = found.text
    if request.method == "POST":
        text = request.POST.get("source", "").replace("\r\n", "\n")
        try:
            actions.rewrite(id, text, by=by)
        except Refusal as refusal:
            if refusal.status in (403, 404):
                raise
            refused = spoken_all(refusal.problems)
        else:
            messages.success(request, gettext("已存为新的一稿，并重新核对。"))
            return redirect("desk_draft", id=id)
    shown = {
        "draft": found,
        "program": asking.program(found.program),
        "place": places.place(found.place),
        "source": text,
        "refused": refused,
        **_previewed(request, found, text),
    }
    return render(request, "desk/draft_edit.html", shown, status=422 if refused else 200)


@require_POST
def preview(request: HttpRequest, id: str) -> HttpResponse:
    """The marks of what stands in the editor; nothing is stored."""
    found, _ = writable(request, id)
    text = request.POST.get("source", "").replace("\r\n", "\n")
    return render(request, "desk/parts/marked.html", {"draft": found, **_previewed(request, found, text)})


def _previewed(request: HttpRequest, found: Draft, text: str) -> dict[str, Any]:
    scope, as_of = border.reading(request), at_checkpoint(request)
    check = bulletins.check_text(text, found.program, found.place, found.period, as_of, draft=found.id, scope=scope)
    return claims.summary(check)


def at_checkpoint(request: HttpRequest) -> int | None:
    """The checkpoint with which an editor was opened: its figures are known, and the marks keep up with the typing."""
    return border.number(request.POST.get("as_of"), 0) or None


def document(request: HttpRequest, id: str) -> HttpResponse:
    """The corrected draft as .docx, its changes and open marks for the word processor."""
    found = bulletins.draft(id, scope=border.reading(request))
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    answer = HttpResponse(bulletins.document(id, scope=border.reading(request)), content_type=kind)
    name = f"{(found.title or found.id)[:60]}-{gettext('核对稿')}.docx"
    answer.headers["Content-Disposition"] = checking.attachment(name)
    return answer
