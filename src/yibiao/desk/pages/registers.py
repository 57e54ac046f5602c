"""台账: the registers of a program and their entities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext

from yibiao.desk import border, labels, tables
from yibiao.desk.pages import turning
from yibiao.desk.pages.frame import Frame, frame, nothing
from yibiao.forms import queries as forms
from yibiao.forms.types import FormVersion
from yibiao.packs.types import Program
from yibiao.places import queries as places
from yibiao.records import queries as records
from yibiao.records.types import Entity, From

SIZE: Final = 50
COLUMNS: Final = 6
EXPORTED: Final = 500


def titles(program: Program) -> dict[str, str]:
    """What each register of a program is called: the title of the form that keeps it."""
    kept = {form.entity.register: form.title for form in forms.forms(program.pack) if form.entity}
    return {
        register: kept[register].of(border.language()) if register in kept else register
        for register in records.registers(program.code)
    }


def listing(request: HttpRequest) -> HttpResponse:
    setting = frame(request)
    if setting is None:
        return nothing(request)
    known = titles(setting.program)
    rows = [
        {
            "register": name,
            "title": title,
            "first": _first(request, setting.program, name),
        }
        for name, title in known.items()
    ]
    return render(request, "desk/registers.html", {"frame": setting, "rows": rows})


def _first(request: HttpRequest, program: Program, register: str) -> tuple[Entity, ...]:
    return records.entities(register, scope=border.reading(request), program=program.code, size=3)


def register(request: HttpRequest, register: str) -> HttpResponseBase:
    """One register: its entities within the scope, with search."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    text = request.GET.get("q", "").strip()
    if tables.wanted(request):
        title = titles(setting.program).get(register, register)
        return tables.answer(request, title, _every(request, setting, register, text))
    turn = turning.turn(request, lambda begin, size: records.entities(
        register, scope=setting.scope, program=setting.program.code, text=text,
        place=request.GET.get("place") or None, begin=begin, size=size,
    ), SIZE)  # fmt: skip
    columns = _columns(setting.program, register)
    shown = {
        "frame": setting,
        "register": register,
        "title": titles(setting.program).get(register, register),
        "rows": _rows(turn.rows, columns, reader(setting.program, register)),
        "columns": columns,
        "turn": turn,
        "q": text,
        "waiting": len(records.waiting(scope=setting.scope, program=setting.program.code, register=register)),
    }
    return render(request, "desk/register.html", shown)


def _every(request: HttpRequest, setting: Frame, register: str, text: str) -> Iterator[list[Any]]:
    """All entities that the filter leaves, a page at a time, each after the last entity of the one before."""
    columns, reads = _columns(setting.program, register), reader(setting.program, register)
    heads = [gettext("代码"), gettext("名称"), gettext("地点")]
    yield [*heads, *(label for _, label in columns), gettext("最近填报")]
    begin = From()
    while True:
        found = records.entities(
            register, scope=setting.scope, program=setting.program.code, text=text,
            place=request.GET.get("place") or None, begin=begin, size=EXPORTED,
        )  # fmt: skip
        for row in _rows(found, columns, reads):
            one = row["entity"]
            yield [one.key, one.label, row["place"], *(said for _, said in row["values"]), one.updated_at]
        if len(found) < EXPORTED:
            return
        begin = From(after=found[-1].key)


def reader(program: Program, register: str) -> labels.Reader:
    """Reads the values that the program's forms keep in a register."""
    return labels.Reader(tuple(form for form in forms.forms(program.pack) if keeps(form, register)))


def keeps(form: FormVersion, register: str) -> bool:
    """Whether a form creates and updates the entities of a register."""
    return form.entity is not None and form.entity.register == register


def _rows(found: tuple[Entity, ...], columns: list[tuple[str, str]], reads: labels.Reader) -> list[dict[str, Any]]:
    names = places.names(list({one.place for one in found}))
    doubtful = records.doubtful(found)
    known = {name: reads.labels(name, [one.data.get(name) for one in found]) for name, _ in columns}
    return [
        {
            "entity": one,
            "doubtful": one.id in doubtful,
            "place": names.get(one.place, one.place),
            "values": [(label, labels.said(one.data.get(name), known[name])) for name, label in columns],
        }
        for one in found
    ]


def _columns(program: Program, register: str) -> list[tuple[str, str]]:
    form = next((one for one in forms.forms(program.pack) if keeps(one, register)), None)
    if form is None or form.entity is None:
        return []
    titles_of = {field.name: field.label.of(border.language()) for field in form.fields}
    # What is the entity's own name stands in the first column already.
    shown = [name for name in form.entity.saves if f"${{{name}}}" not in form.entity.label]
    return [(name, titles_of.get(name, name)) for name in shown[:COLUMNS]]


def search(request: HttpRequest, register: str) -> JsonResponse:
    """Entities for a picker: by the beginning of a key or words of a label."""
    program = border.program(request)
    if program is None:
        return JsonResponse({"items": []})
    found = records.entities(
        register,
        scope=border.reading(request),
        program=program.code,
        text=request.GET.get("q", "").strip(),
        size=20,
    )
    return JsonResponse({"items": [{"code": one.key, "name": one.label or one.key, "path": one.key} for one in found]})
