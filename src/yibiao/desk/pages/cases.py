"""事项: what is owed and by when, the list with its filters, and the page of one case with its moves."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final, cast
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from yibiao.cases import actions
from yibiao.cases import queries as cases
from yibiao.cases.types import Case, CaseDraft, Counts, Line, Pace
from yibiao.core import clock
from yibiao.core.lifecycles.types import Lifecycle, Move
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.desk import border, casing, merging, tables
from yibiao.desk.middleware import spoken
from yibiao.desk.pages.frame import Frame, frame, nothing
from yibiao.desk.problems import NO_PAGE
from yibiao.ledger import queries as ledger
from yibiao.people import queries as people
from yibiao.people.types import Scope
from yibiao.places import queries as places
from yibiao.records import queries as records
from yibiao.records.types import Record

SIZE: Final = 50
EXPORTED: Final = 500
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PACES: Final[tuple[Pace, ...]] = ("overdue", "soon", "open", "closed")
KEPT: Final = ("program", "kind", "state", "pace", "place", "text", "at")


def listing(request: HttpRequest) -> HttpResponseBase:
    """事项: how many stand where, and the list that the filters leave."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    kinds = {one.id: one for one in cases.lifecycles(setting.program.pack)}
    at, asked = _moment(request, setting), _asked(request, kinds)
    scope, code = setting.scope, setting.program.code
    counts = cases.counts(scope=scope, program=code, at=at, place=asked["place"])
    if tables.wanted(request):
        words = _words(request, kinds, asked)
        return tables.answer(request, gettext("事项"), _every(setting, kinds, at, asked), words=words)
    number = border.number(request.GET.get("page"))
    found = cases.page(scope=scope, program=code, at=at, number=number, size=SIZE, **asked)
    last = max(1, -(-found.total // SIZE))
    names = places.names(list({line.place for line in found.items}))
    shown = {
        "frame": setting,
        "kinds": kinds.values(),
        "boards": [_board(request, kinds[one.lifecycle], one) for one in counts],
        "rows": [_row(kinds, line, names, at) for line in found.items],
        "page": found,
        "last": last,
        "asked": asked,
        "kind": asked["lifecycle"],
        "states": kinds[asked["lifecycle"]].states if asked["lifecycle"] else (),
        "paces": [(pace, _pace(pace)) for pace in PACES],
        "narrowed": any(request.GET.get(key) for key in ("kind", "state", "pace", "text", "place")),
        "at": at,
        "at_cutoff": bool(request.GET.get("at")),
        "ended": setting.program.window_until < clock.now(),
        "now_url": _address(request, at=""),
        "cutoff_url": _address(request, at="cutoff"),
        "before": _address(request, page=found.number - 1) if found.number > 1 else "",
        "after": _address(request, page=found.number + 1) if found.number < last else "",
        "may_open": border.fills(request, code) and bool(kinds),
    }
    return render(request, "desk/cases.html", shown)


def _words(request: HttpRequest, kinds: Mapping[str, Lifecycle], asked: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """What of the filter stands in the address by a code."""
    kind, found = asked["lifecycle"], {}
    if kind:
        found["kind"] = gettext("种类"), casing.said(kinds[kind].label)
    if asked["state"]:
        found["state"] = gettext("状态"), casing.value_of(kinds[kind], "state", asked["state"])
    if asked["pace"]:
        found["pace"] = gettext("办理"), _pace(asked["pace"])
    if request.GET.get("at"):
        found["at"] = gettext("时限"), gettext("按专项截止时计")
    return found


def _every(setting: Frame, kinds: Mapping[str, Lifecycle], at: datetime, asked: dict[str, Any]) -> Iterator[list[Any]]:
    """All cases that the filter leaves, in the order of the page, read a few hundred at a time."""
    heads = (
        gettext("编号"),
        gettext("种类"),
        gettext("事项"),
        gettext("地点"),
        gettext("状态"),
        gettext("期限"),
        gettext("逾期"),
    )
    yield list(heads)
    code = setting.program.code
    found = cases.each(scope=setting.scope, program=code, at=at, **asked)
    while batch := list(islice(found, EXPORTED)):
        names = places.names(list({line.place for line in batch}))
        for line in batch:
            row = _row(kinds, line, names, at)
            yield [line.id, row["kind"], line.title, row["place"], row["state"], line.due_at, row["lag"]]


def _moment(request: HttpRequest, setting: Frame) -> datetime:
    """Overdue as of when: now, or the program's cut-off."""
    return setting.program.window_until if request.GET.get("at") == "cutoff" else clock.now().astimezone(SHANGHAI)


def _asked(request: HttpRequest, kinds: Mapping[str, Lifecycle]) -> dict[str, Any]:
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else ""
    state, pace = request.GET.get("state", ""), request.GET.get("pace", "")
    known = kinds[kind].state(state) if kind else None
    return {
        "lifecycle": kind,
        "state": state if known else "",
        "pace": pace if pace in PACES else "",
        "place": request.GET.get("place", ""),
        "text": request.GET.get("text", "").strip(),
    }


def _address(request: HttpRequest, **more: object) -> str:
    asked = {key: request.GET[key] for key in KEPT if request.GET.get(key)} | more
    return f"{request.path}?{urlencode({key: value for key, value in asked.items() if value != ''})}"


def _pace(name: str) -> str:
    return {
        "overdue": gettext("逾期"),
        "soon": gettext("一天内到期"),
        "open": gettext("在办"),
        "closed": gettext("已办结"),
    }[name]


def _board(request: HttpRequest, one: Lifecycle, found: Counts) -> dict[str, Any]:
    """The counts of one kind, each a link to the cases that it counts."""

    def link(**asked: str) -> str:
        kept = {key: request.GET[key] for key in ("program", "place", "at") if request.GET.get(key)}
        return f"{request.path}?{urlencode(kept | {'kind': one.id} | asked)}#list"

    return {
        "label": casing.said(one.label),
        "total": found.total,
        "all_url": link(),
        "paces": [
            {"name": pace, "label": _pace(pace), "count": count, "url": link(pace=pace)}
            for pace, count in (("overdue", found.overdue), ("soon", found.soon), ("open", found.open))
        ],
        "states": [
            {"label": casing.said(state.label), "count": found.states.get(state.id, 0), "url": link(state=state.id)}
            for state in one.states
            if not (state.final and not found.states.get(state.id))
        ],
        "withdrawn": found.withdrawn,
    }


def _row(kinds: Mapping[str, Lifecycle], line: Line, names: Mapping[str, str], at: datetime) -> dict[str, Any]:
    kind = kinds.get(line.lifecycle)
    state = kind.state(line.state) if kind else None
    overdue = line.open and line.due_at is not None and line.due_at < at
    return {
        "line": line,
        "kind": casing.said(kind.label) if kind else line.lifecycle,
        "state": casing.said(state.label) if state else line.state,
        "place": names.get(line.place, line.place),
        "overdue": overdue,
        "lag": casing.lag(line.due_at, at) if overdue and line.due_at else "",
        "due_on": casing.last_day(line.due_at) if line.due_at else None,
    }


def page(request: HttpRequest, id: str) -> HttpResponse:
    """One case: how it stands, what can be done, how it came to be so."""
    return _shown(request, id)


def _shown(
    request: HttpRequest, id: str, *, refused: str = "", given: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
) -> HttpResponse:  # fmt: skip
    scope, now = border.reading(request), clock.now()
    as_of = request.GET.get("as_of")
    case = cases.case(id, scope=scope, as_of=border.number(as_of) if as_of else None)
    border.program(request, case.program)
    steps = cases.timeline(id, scope=scope)
    moves = () if as_of else _open_to(request, case)
    state = case.lifecycle.state(case.state)
    kind = cases.kind(case.pack, case.lifecycle.id)
    forms = casing.forms(case, moves, refused=refused, given=given, problems=problems)
    opened_from = records.records([case.record], scope=scope) if case.record else {}
    context = {
        "case": case,
        "kind": casing.said(case.lifecycle.label),
        "state": casing.said(state.label) if state else case.state,
        "place": places.place(case.place),
        "ancestors": [one for one in places.ancestors(case.place) if _inside(request, case, one.code)],
        "lines": casing.lines(case),
        "forms": forms,
        "same": {} if as_of else merging.around(request, case, forms),
        "clocks": cases.clocks(case, steps, now=now),
        "language": border.language(),
        "overdue": case.overdue(now),
        "lag": casing.lag(case.due_at, now) if case.due_at else "",
        "due_on": casing.last_day(case.due_at) if case.due_at else None,
        "steps": [
            {
                "step": step,
                "act": casing.act(case.lifecycle, step),
                "changes": casing.told(case.lifecycle, step),
                "state": casing.value_of(case.lifecycle, "state", step.after) if step.after != step.before else "",
            }
            for step in reversed(steps)
        ],
        "actors": people.names({step.actor for step in steps}),
        "record": opened_from.get(case.record),
        "pictures": _pictures(opened_from.get(case.record), scope),
        "papers": [(one.id, casing.said(one.label)) for one in cases.papers(case, steps)],
        "proof": ledger.inclusion(case.id, case.revision, kind=kind),
        "as_of": as_of,
        "source": case.lifecycle.source,
    }
    return render(request, "desk/case.html", context, status=422 if problems else 200)


def _pictures(record: Record | None, scope: Scope) -> list[str]:
    """The names of the photos that came with the record: whoever deals with a case need not look for them."""
    if record is None:
        return []
    files = records.attachments(record.id, scope=scope)
    pictured = records.pictured(files)
    return [one.name for one in files if one.name in pictured]


def _open_to(request: HttpRequest, case: Case) -> tuple[Move, ...]:
    """The moves that are open now and for which the person has the right at the place."""
    found = [move for move in cases.moves(case) if case.lifecycle.offer(move.id) is None]
    held = {
        right: border.may(request, right, place=case.place, program=case.program)
        for right in {move.right for move in found}
    }
    return tuple(move for move in found if held[move.right])


def _inside(request: HttpRequest, case: Case, code: str) -> bool:
    return any(places.descends(code, root) for root in border.reading(request).places(case.program))


def paper(request: HttpRequest, id: str, name: str) -> HttpResponse:
    """A document of the case, to be printed and signed."""
    today = clock.now().astimezone(SHANGHAI).date()
    title, content = cases.printed(id, name, scope=border.reading(request), today=today)
    answer = HttpResponse(content, content_type=DOCX)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(title)}"
    return answer


@require_POST
def move(request: HttpRequest, id: str) -> HttpResponse:
    """Makes a move; what is wrong with it is said beside its form."""
    case = cases.case(id, scope=border.reading(request))
    name = request.POST.get("move", "")
    wanted = case.lifecycle.move(name)
    right = wanted.right if wanted else "fill"
    by = border.warrant(request, right, place=case.place, program=case.program)
    given = {ask.field: request.POST.get(ask.field, "") for ask in wanted.asks} if wanted else {}
    reason, expected = request.POST.get("reason", ""), border.number(request.POST.get("expected"), 0)
    try:
        done = actions.move(id, name, given, by=by, reason=reason, expected=expected)
    except Refusal as refusal:
        if wanted is None or refusal.status in (404, 409):
            raise
        return _shown(request, id, refused=name, given={**given, "reason": reason}, problems=refusal.problems)
    said = {"move": casing.said(wanted.label) if wanted else name, "title": done.title}
    messages.success(request, gettext("已办理“%(move)s”：%(title)s") % said)
    return redirect("desk_case", id=id)


def begin(request: HttpRequest) -> HttpResponse:
    """登记事项: a case that no record opens."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    if not border.fills(request, setting.program.code):
        raise refuse(NO_PAGE.at())
    kinds = cases.lifecycles(setting.program.pack)
    chosen = next((one for one in kinds if one.id == request.GET.get("kind")), kinds[0] if kinds else None)
    if chosen is None:
        raise refuse(NO_PAGE.at())
    names = [field.id for field in chosen.fields if not field.derived][:8]
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            return _opened(request, setting, chosen, names)
        except Refusal as refusal:
            problems = refusal.problems
    given = cast("Mapping[str, str]", request.POST.dict())
    context = {
        "frame": setting,
        "kinds": kinds,
        "chosen": chosen,
        "questions": casing.questions(chosen, names, given, problems),
        "given": given,
        "id": given.get("id") or str(uuid.uuid4()),
        "now": clock.now().astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"),
        "problems": [spoken(one) for one in problems if one.where not in names],
        "language": border.language(),
    }
    return render(request, "desk/case_begin.html", context, status=422 if problems else 200)


def _opened(request: HttpRequest, setting: Frame, chosen: Lifecycle, names: Sequence[str]) -> HttpResponse:
    place = request.POST.get("at_place") or setting.place.code
    by = border.warrant(request, "fill", place=place, program=setting.program.code)
    text = request.POST.get("occurred_at", "")
    occurred_at = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI) if text else clock.now()
    answers = {name: request.POST[name] for name in names if request.POST.get(name)}
    draft = CaseDraft(
        request.POST.get("id", ""), chosen.id, setting.program.code, place, request.POST.get("title", ""),
        occurred_at, answers,
    )  # fmt: skip
    done = actions.open_case(draft, by=by)
    messages.success(request, gettext("已登记：%(title)s") % {"title": done.title})
    return redirect(reverse("desk_case", kwargs={"id": done.id}))
