"""通知: the list, issuing, the page of one with its receipts, and what a receiver does with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from yibiao.core import clock
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Refusal, refuse
from yibiao.desk import border, tables
from yibiao.desk.middleware import spoken_all
from yibiao.desk.pages import notice_files
from yibiao.desk.pages.frame import Frame, frame, nothing
from yibiao.desk.pages.notice_files import names, receiver
from yibiao.desk.problems import BAD_PERIOD
from yibiao.desk.templatetags.notices import notice_state
from yibiao.notices import actions, queries
from yibiao.notices.types import Notice, NoticeDraft, Receipt, Receiver, Upload
from yibiao.people import queries as people
from yibiao.people.types import Organisation, Right, Warrant
from yibiao.places import queries as places

STATES: Final = ("unsigned", "issued", "replaced", "withdrawn")
WRITING: Final[Right] = "review"
ACTING: Final[tuple[Right, ...]] = ("fill", "review")


def listing(request: HttpRequest) -> HttpResponseBase:
    """The notices that concern the person, newest first."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    text, state = request.GET.get("text", "").strip(), request.GET.get("state", "")
    state = state if state in STATES else ""
    if tables.wanted(request):
        every = notice_files.listed(setting.program.code, text, state, kinds(setting), scope=setting.scope)
        said = gettext("还有人没签收") if state == "unsigned" else notice_state(state)
        return tables.answer(request, gettext("通知"), every, words={"state": (gettext("状态"), said)})
    number = border.number(request.GET.get("page"))
    found = queries.page(
        scope=setting.scope,
        program=setting.program.code,
        text=text,
        state=state,
        number=number,
    )
    waiting = queries.waiting(bodies(request), scope=setting.scope, program=setting.program.code)
    kept = {key: value for key, value in (("program", setting.program.code), ("state", state), ("text", text)) if value}
    shown = {
        "frame": setting,
        "page": found,
        "rows": named(found.items),
        "waiting": {one.notice.id for one in waiting},
        "kinds": kinds(setting),
        "text": text,
        "state": state,
        "may_issue": writer(request, setting.program.code) is not None,
        "before": f"?{urlencode({**kept, 'page': found.number - 1})}" if found.number > 1 else "",
        "after": f"?{urlencode({**kept, 'page': found.number + 1})}" if found.number < found.pages else "",
    }
    return render(request, "desk/notices.html", shown)


def begin(request: HttpRequest) -> HttpResponse:
    """The form for a new notice, and issuing it."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    account = people.account(border.actor(request))
    at = account.place or setting.program.place
    by = border.warrant(request, WRITING, place=at, program=setting.program.code)
    old = request.GET.get("replaces", "") or request.POST.get("replaces", "")
    before = queries.notice(old, scope=setting.scope) if old else None
    found: list[dict[str, str]] = []
    if request.method == "POST":
        try:
            made = actions.issue(_draft(request, setting), by=by)
        except Refusal as refusal:
            found = spoken_all(refusal.problems)
        else:
            messages.success(request, gettext("已印发，接收单位会在收件箱看到。"))
            return redirect("desk_notice", id=made.id)
    plan = queries.plan(setting.program.code)
    issuer = people.organisation(by.organisation)
    shown = {
        "frame": setting,
        "plan": plan,
        "issuer": issuer,
        "before": before,
        "given": request.POST if request.method == "POST" else _given(before),
        "chosen": set(request.POST.getlist("places")),
        "below": places.children(issuer.place)[:200],
        "bodies": [one for one in people.organisations(under_place=issuer.place, limit=300) if one.code != issuer.code],
        "chosen_bodies": set(request.POST.getlist("organisations")),
        "refused": found,
    }
    return render(request, "desk/notice_begin.html", shown, status=422 if found else 200)


def _given(before: Notice | None) -> Mapping[str, str]:
    if before is None:
        return {}
    return {"kind": before.kind, "occasion": before.occasion, "title": before.title, "text": before.text}


def _draft(request: HttpRequest, setting: Frame) -> NoticeDraft:
    given = request.POST
    return NoticeDraft(
        program=setting.program.code,
        kind=given.get("kind", ""),
        number=given.get("number", ""),
        title=given.get("title", ""),
        text=given.get("text", "").replace("\r\n", "\n"),
        receivers=receivers(request),
        occasion=given.get("occasion", ""),
        due_at=moment(given.get("due_at", "")),
        wants_feedback=True if given.get("wants_feedback") else None,
        attachments=tuple(Upload(one.name or "", one.read()) for one in request.FILES.getlist("attachments")),
        replaces=given.get("replaces", ""),
    )


def receivers(request: HttpRequest) -> tuple[Receiver, ...]:
    """The places and organisations ticked in a form."""
    chosen = [Receiver(code) for code in request.POST.getlist("places")]
    return (*chosen, *(Receiver("", code) for code in request.POST.getlist("organisations")))


def moment(text: str) -> datetime | None:
    """The answer of a date-and-time field, in Beijing time; None for an empty one.

    Raises: desk.period.wrong
    """
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise refuse(BAD_PERIOD.at(text=text[:40])) from None


def signatures(request: HttpRequest, id: str) -> HttpResponseBase:
    """Who has signed a notice, as a file."""
    scope = border.reading(request)
    found = queries.notice(id, scope=scope)
    border.program(request, found.program)
    held = queries.receipts(id, scope=scope)
    lines = notice_files.signed(held, names((found, *held)), people.names({one.signed_by for one in held}))
    about = [(gettext("通知"), found.title), (gettext("文号"), found.number)]
    return tables.answer(request, gettext("签收情况") + f"_{found.number}", lines, about=about)


def page(request: HttpRequest, id: str, refusal: Refusal | None = None) -> HttpResponse:
    """One notice: its text, what I have to do with it, who has signed, and its history."""
    scope = border.reading(request)
    found = queries.notice(id, scope=scope)
    border.program(request, found.program)
    mine = queries.own(id, bodies(request))
    held = queries.receipts(id, scope=scope)
    steps = queries.history(id, scope=scope)
    plan = queries.plan(found.program)
    known = names((found, *held))
    kind = plan.kind(found.kind)
    shown = {
        "notice": found,
        "kind": kind.label if kind else found.kind,
        "occasion": dict(plan.occasions).get(found.occasion, ""),
        "names": known,
        "receipts": [{"receipt": one, "late": one.late(clock.now()), "name": receiver(one, known)} for one in held],
        "unsigned": [
            {"level": one.level, "receivers": one.receivers, "names": [receiver(each, known) for each in one.receipts]}
            for one in queries.unsigned(id, scope=scope)
        ],
        "mine": [_own(request, found, one, known) for one in mine],
        "steps": [(step, receiver(_by_id(held, step.receipt), known)) for step in reversed(steps)],
        "acting": _names_of({step.organisation for step in steps}),
        "actors": people.names({step.actor for step in steps} | {one.signed_by for one in held}),
        "may_press": _may_write(request, found) or any(one.forwarded_at for one in mine),
        "may_close": found.state == "issued" and _may_write(request, found),
        "old": queries.notice(found.replaces, scope=scope) if found.replaces else None,
        "refused": spoken_all(refusal.problems) if refusal else (),
    }
    return render(request, "desk/notice.html", shown, status=refusal.status if refusal else 200)


def _own(request: HttpRequest, found: Notice, one: Receipt, known: Mapping[str, str]) -> dict[str, Any]:
    """What the person may do with a receipt of her own."""
    signers = _signers(request, found, one) if found.state == "issued" else ()
    may = bool(signers)
    below = places.children(one.place)[:200] if may and one.signed_at else ()
    held = {each.place for each in queries.receipts(found.id, scope=border.reading(request)) if not each.organisation}
    return {
        "receipt": one,
        "name": receiver(one, known),
        "late": one.late(clock.now()),
        "may": may,
        "signers": [body for body, _ in signers],
        "below": [place for place in below if place.code not in held],
        "bodies": [
            body
            for body in (people.organisations(under_place=one.place, limit=100) if below else ())
            if body.place != one.place or one.organisation == ""
        ],
    }


def act(request: HttpRequest, id: str, receipt: str, verb: str) -> HttpResponse:
    """Reading, signing, forwarding or answering a receipt of one's own."""
    found = queries.notice(id, scope=border.reading(request))
    mine = next((one for one in queries.own(id, bodies(request)) if one.id == receipt), None)
    body = request.POST.get("organisation", "")
    held = _signers(request, found, mine) if mine else ()
    by = next((each for of, each in held if body in ("", of.code)), None)
    if by is None:
        # The room says why, in the words of its rule.
        place = mine.place if mine else found.place
        by = border.warrant(request, "fill", place=place, program=found.program, organisation=body)
    try:
        said = _act(request, receipt, verb, by)
    except Refusal as refusal:
        if verb == "read" or refusal.status == 403:
            raise
        return page(request, id, refusal)
    if verb == "read":
        return HttpResponse(status=204)
    messages.success(request, said)
    return redirect("desk_notice", id=id)


def _act(request: HttpRequest, receipt: str, verb: str, by: Warrant) -> str:
    if verb == "read":
        actions.read(receipt, by=by)
        return ""
    if verb == "sign":
        actions.sign(receipt, by=by)
        return gettext("已签收。")
    if verb == "forward":
        due = moment(request.POST.get("due_at", ""))
        addendum = request.POST.get("addendum", "").replace("\r\n", "\n")
        made = actions.forward(receipt, receivers(request), addendum=addendum, due_at=due, by=by)
        return gettext("已转发给 %(count)s 个单位。") % {"count": len(made)}
    actions.answer(receipt, request.POST.get("text", ""), by=by)
    return gettext("反馈已送达印发单位。")


read = require_POST(lambda request, id, receipt: act(request, id, receipt, "read"))
sign = require_POST(lambda request, id, receipt: act(request, id, receipt, "sign"))
forward = require_POST(lambda request, id, receipt: act(request, id, receipt, "forward"))
answer = require_POST(lambda request, id, receipt: act(request, id, receipt, "answer"))


@require_POST
def remind(request: HttpRequest, id: str) -> HttpResponse:
    """Presses those who have not signed: everybody, or those to whom one forwarded."""
    found = queries.notice(id, scope=border.reading(request))
    by = writer(request, found.program, found.place)
    if by is None:
        passed_on = [one for one in queries.own(id, bodies(request)) if one.forwarded_at]
        by = next((each for one in passed_on for _, each in _signers(request, found, one)), None)
    if by is None:
        by = border.warrant(request, WRITING, place=found.place, program=found.program)
    try:
        pressed = actions.remind(id, by=by)
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        return page(request, id, refusal)
    messages.success(request, gettext("已催签 %(count)s 个单位。") % {"count": len(pressed)})
    return redirect("desk_notice", id=id)


@require_POST
def withdraw(request: HttpRequest, id: str) -> HttpResponse:
    """Takes a notice back, with the reason."""
    found = queries.notice(id, scope=border.reading(request))
    by = border.warrant(request, WRITING, place=found.place, program=found.program)
    try:
        actions.withdraw(id, reason=request.POST.get("reason", ""), by=by)
    except Refusal as refusal:
        return page(request, id, refusal)
    messages.success(request, gettext("已撤回，原文和签收情况仍然留存。"))
    return redirect("desk_notice", id=id)


def attachment(request: HttpRequest, id: str, digest: str) -> HttpResponse:
    """A file of a notice, always as a download."""
    kept, content = queries.attachment(id, digest, scope=border.reading(request))
    answer_ = HttpResponse(content, content_type=kept.type)
    answer_["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(kept.name)}"
    return answer_


def bodies(request: HttpRequest) -> tuple[Organisation, ...]:
    """The organisations at which the person holds a post, that of the first post first."""
    known = getattr(request, "desk_bodies", None)
    if known is None:
        posts = list(dict.fromkeys(one.organisation for one in people.posts(border.actor(request))))
        found = people.organisations(codes=posts) if posts else ()
        known = sorted(found, key=lambda one: posts.index(one.code))
        request.desk_bodies = known  # type: ignore[attr-defined]
    return tuple(known)


def writer(request: HttpRequest, program: str, place: str = "") -> Warrant | None:
    """The warrant to issue at a place, the person's own by default; None where she may not."""
    at = place or people.account(border.actor(request)).place
    if not at or not border.may(request, WRITING, place=at, program=program):
        return None
    return border.warrant(request, WRITING, place=at, program=program)


def _may_write(request: HttpRequest, found: Notice) -> bool:
    return border.may(request, WRITING, place=found.place, program=found.program)


def _signers(request: HttpRequest, found: Notice, one: Receipt) -> tuple[tuple[Organisation, Warrant], ...]:
    """On whose behalf the person may act on a receipt, each with its warrant; empty where she may only look."""
    held = bodies(request)
    if len(held) > 1:
        held = tuple(body for body in held if any(each.id == one.id for each in queries.own(found.id, (body,))))
    made = []
    for body in held:
        by = _behalf(request, body, place=one.place, program=found.program)
        if by is not None:
            made.append((body, by))
    return tuple(made)


def _behalf(request: HttpRequest, body: Organisation, *, place: str, program: str) -> Warrant | None:
    for right in ACTING:
        try:
            return border.warrant(request, right, place=place, program=program, organisation=body.code)
        except Refusal as refusal:
            if refusal.codes != ("people.scope.outside",):
                raise
    return None


def _names_of(codes: set[str]) -> dict[str, str]:
    return {one.code: one.name for one in people.organisations(codes=codes - {""})}


def kinds(setting: Frame) -> dict[str, str]:
    """The kinds of notices of a program, in words."""
    return {one.id: one.label.of(border.language()) for one in queries.plan(setting.program.code).kinds}


def named(found: Iterable[Notice]) -> list[dict[str, Any]]:
    held = list(found)
    known = names(held)
    return [{"notice": one, "issuer": known.get(one.organisation, one.organisation)} for one in held]


def _by_id(held: Sequence[Receipt], id: str) -> Receipt | None:
    return next((one for one in held if one.id == id), None)
