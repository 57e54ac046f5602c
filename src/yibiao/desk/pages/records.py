"""Records: the list with its filters and export, and the page of one record with history and proof."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from yibiao.cases import queries as cases
from yibiao.core import canon
from yibiao.desk import border, casing, tables
from yibiao.desk.labels import listed
from yibiao.desk.pages import record_rows
from yibiao.desk.pages.drawing import named
from yibiao.desk.pages.frame import Frame, frame, nothing
from yibiao.forms import queries as forms
from yibiao.forms.types import Field, FormVersion
from yibiao.ledger import queries as ledger
from yibiao.people import queries as people
from yibiao.people.types import Scope
from yibiao.places import queries as places
from yibiao.records import queries as records
from yibiao.records.types import Record

SIZE: Final = 50
OPENED: Final = 30
STATES: Final = ("received", "approved", "rejected", "withdrawn")
FILTERS: Final = ("program", "form", "place", "state", "text")
_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Changed:
    """One answer that a revision changed, as text before and after."""

    label: str
    before: str
    after: str


def listing(request: HttpRequest) -> HttpResponseBase:
    """记录: what was filed within the person's scope, newest first."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    asked = filters(request)
    if tables.wanted(request):
        total = records.total(scope=setting.scope, **asked)
        return tables.answer(request, gettext("记录"), _every(setting, asked), count=total)
    older, number = request.GET.get("older", ""), border.number(request.GET.get("page"))
    found = records.page(scope=setting.scope, older=older, number=number, size=SIZE, **asked)
    last = max(1, -(-found.total // SIZE))
    names = {one.id: one.title for one in forms.forms(setting.program.pack)}
    held = asked["form"] in names and personal_in(asked["form"]) and border.may_take(request, setting.program.code)
    shown = {
        "frame": setting,
        "rows": named(found.items),
        "actors": people.names({one.actor for one in found.items}),
        "page": found,
        "last": last,
        "before": address(request, older=older, page=found.number - 1) if found.number > 1 else "",
        "after": address(request, older=older, page=found.number + 1) if found.number < last else "",
        "older": address(request, older=found.older) if found.older else "",
        "newest": address(request) if older else "",
        "forms": names,
        "form": asked["form"] or "",
        "states": STATES,
        "state": asked["state"] or "",
        "text": asked["text"],
        "narrowed": any(request.GET.get(key) for key in ("form", "state", "text", "place")),
        "export_url": address(request, **{"as": ""}),
        "personal_url": f"{reverse('desk_records_personal')}?{urlencode(kept(request))}" if held else "",
    }
    return render(request, "desk/records.html", shown)


def _every(setting: Frame, asked: Mapping[str, Any]) -> Iterator[list[Any] | tables.Beside]:
    """All records that the filter leaves, in the columns of their form where one is chosen; nothing personal."""
    fields: tuple[Field, ...] = ()
    if asked["form"]:
        fields = tuple(one for one in forms.dictionary(asked["form"]) if not one.personal)
    return record_rows.lines(records.each(scope=setting.scope, **asked), fields)


def personal_in(form: str | None) -> tuple[Field, ...]:
    """The questions of a form whose answers are personal, but for files and those in repeats."""
    known = forms.dictionary(form) if form else ()
    return tuple(one for one in known if one.personal and not one.repeat and one.type != "file")


def filters(request: HttpRequest) -> dict[str, Any]:
    """What a request asks to see, as records are asked for it."""
    program = border.program(request)
    return {
        "program": program.code if program else None,
        "form": request.GET.get("form") or None,
        "place": request.GET.get("place") or None,
        "state": request.GET.get("state") if request.GET.get("state") in STATES else None,
        "text": request.GET.get("text", "").strip(),
    }


def kept(request: HttpRequest) -> dict[str, str]:
    """The filter of a request as an address keeps it."""
    return {key: request.GET[key] for key in FILTERS if request.GET.get(key)}


def address(request: HttpRequest, **more: object) -> str:
    """The list with the filter of a request."""
    said = {key: value for key, value in more.items() if value != "" or key == "as"}
    return f"{reverse('desk_records')}?{urlencode({**kept(request), **said})}"


def page(request: HttpRequest, id: str) -> HttpResponse:
    """One record: its answers, how it came to be so, and the proof that it stands in the log."""
    scope = border.reading(request)
    shown = records.presented(id, scope=scope, language=border.language())
    record = shown.record
    # The page belongs to the record's program, whichever was in hand before.
    border.program(request, record.program)
    form = forms.form(record.form, record.form_version or None)
    history = records.history(id, scope=scope)
    reviews = records.reviews(id, scope=scope)
    files = records.attachments(id, scope=scope)
    actors = people.names({record.actor, *(one.actor for one in history), *(one.actor for one in reviews)})
    context = {
        "record": record,
        "shown": shown,
        "place": places.place(record.place),
        "ancestors": [one for one in places.ancestors(record.place) if _open(request, record, one.code)],
        "organisation": _organisation(record.organisation),
        "participants": [_organisation(code) for code in record.participants],
        "actors": actors,
        "origins": records.came_about(record.id),
        "history": [(step, _changes(form, history, n)) for n, step in enumerate(history)][::-1],
        "reviews": reviews,
        "proof": _proof(record),
        "cases": _cases(record, scope),
        "files": [one for one in files if not one.personal],
        "missing": _missing(form, record.answers, {one.name for one in files}),
        "pictures": records.pictured(files),
        "may_correct": _may(request, record, "fill", "review") and record.state != "withdrawn",
        "may_review": _may(request, record, "review") and record.state in ("received", "rejected", "approved"),
        "asked_revision": border.number(request.GET.get("revision"), 0),
    }
    return render(request, "desk/record.html", context)


def _missing(form: FormVersion, answers: Mapping[str, Any], come: set[str]) -> list[str]:
    """The files that the answers name and that have not come; phones may send them later."""
    asked = [field for field in form.fields if field.type == "file" and not field.personal]
    named = []
    for field in asked:
        for holder in answers.get(field.repeat, ()) if field.repeat else (answers,):
            if (name := holder.get(field.name)) and name not in come:
                named.append(str(name))
    return named


def _cases(record: Record, scope: Scope) -> list[dict[str, str]]:
    """What the record set going, each with its state."""
    made = []
    for line in cases.of_record(record.id, scope=scope)[:OPENED]:
        one = next((each for each in cases.lifecycles(line.pack) if each.id == line.lifecycle), None)
        state = casing.value_of(one, "state", line.state) if one else line.state
        made.append({"id": line.id, "title": line.title, "state": state, "open": "1" if line.open else ""})
    return made


def _open(request: HttpRequest, record: Record, code: str) -> bool:
    return any(places.descends(code, root) for root in border.reading(request).places(record.program))


def _may(request: HttpRequest, record: Record, *wanted: Any) -> bool:
    return any(border.may(request, right, place=record.place, program=record.program) for right in wanted)


def _organisation(code: str) -> str:
    found = people.organisations(codes=[code]) if code else ()
    return found[0].name if found else code


def _changes(form: FormVersion, history: Sequence[Any], n: int) -> list[Changed]:
    if n == 0:
        return []
    labels = {one.name: one.label.of(border.language()) for one in form.fields}
    sections = {one.name: one.label.of(border.language()) for one in form.sections}
    before, after = history[n - 1].answers, history[n].answers
    return [
        Changed(
            labels.get(name) or sections.get(name) or name,
            said(form, name, _without(before.get(name), after.get(name))),
            said(form, name, _without(after.get(name), before.get(name))),
        )
        for name in history[n].changed
    ]


def _without(value: Any, other: Any) -> Any:
    """Of the items of a repeat, those that the other revision does not have; any other answer as it is."""
    if not isinstance(value, list) or not isinstance(other, list) or not all(isinstance(x, Mapping) for x in value):
        return value
    rest, found = list(other), []
    for item in value:
        if item in rest:
            rest.remove(item)
        else:
            found.append(item)
    return found


def said(form: FormVersion, name: str, value: Any, repeat: str = "") -> str:
    """An answer as people read it, in one line; the items of a repeat one after another."""
    if value is None or value == []:
        return "—"
    if isinstance(value, list) and isinstance(value[0], Mapping):
        return "；".join(listed(said(form, key, one, name) for key, one in item.items()) for item in value)
    field = next((one for one in form.fields if one.name == name and one.repeat == repeat), None)
    choices = (
        {one.name: one.label.of(border.language()) for one in form.choices.get(field.choices, ())} if field else {}
    )
    if isinstance(value, list | tuple):
        return listed(choices.get(str(one), str(one)) for one in value)
    return choices.get(str(value), str(value))


def _proof(record: Record) -> dict[str, Any] | None:
    """The inclusion proof of the newest revision; None while it waits to be sealed."""
    kind = f"record.{record.form}"
    found = ledger.inclusion(record.id, record.revision, kind=kind)
    fact = ledger.fact(record.id, record.revision, kind=kind)
    return {"inclusion": found, "fact": fact} if found and fact else None


def proof(request: HttpRequest, id: str) -> HttpResponse:
    """The proof as a JSON file, with all that is needed to check it without Yibiao."""
    record = records.record(id, scope=border.reading(request))
    found = _proof(record)
    if found is None:
        return JsonResponse({"id": record.id, "revision": record.revision, "sealed": False})
    inclusion = found["inclusion"]
    said = {
        "id": record.id,
        "revision": record.revision,
        "sealed": True,
        "leaf": inclusion.leaf,
        "position": inclusion.position,
        "path": list(inclusion.path),
        "checkpoint": inclusion.checkpoint.number,
        "size": inclusion.checkpoint.size,
        "root": inclusion.checkpoint.root,
        "sealed_at": inclusion.checkpoint.sealed_at,
    }
    answer = JsonResponse(canon.plain(said))
    answer["Content-Disposition"] = f'attachment; filename="proof-{record.id}.json"'
    return answer
