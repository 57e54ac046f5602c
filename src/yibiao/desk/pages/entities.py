"""One object of a register: what is known, since when and from whom, what names it, and what was decided about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from yibiao.core.problems import Refusal, refuse
from yibiao.desk import border, labels
from yibiao.desk.pages.frame import Frame, frame, nothing
from yibiao.desk.pages.registers import keeps, reader, titles
from yibiao.desk.problems import NO_PAGE
from yibiao.forms import queries as forms
from yibiao.forms.types import FormVersion
from yibiao.packs.types import Program
from yibiao.people import queries as people
from yibiao.people.types import Warrant
from yibiao.places import queries as places
from yibiao.records import actions
from yibiao.records import queries as records
from yibiao.records.types import Clash, Entity, EntityStep, Ruling

HIDDEN = "••••••"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing known of an entity; ``value`` of a personal one is never its answer."""

    label: str
    value: str
    personal: bool = False


def page(request: HttpRequest, register: str, key: str) -> HttpResponse:
    """The page of an entity; a duplicate's address shows the entity that it was merged into."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    program, scope = setting.program, setting.scope
    one = records.entity_at(register, key, scope=scope, program=program.code)
    keepers = tuple(form for form in forms.forms(program.pack) if keeps(form, register))
    steps = records.steps(one, scope=scope)
    rulings = records.rulings(register, scope=scope, program=program.code, key=one.key)
    about = records.records_about(one, scope=scope, programs=[each.code for each in border.programs(request)])
    pairs = records.suspects(register, scope=scope, program=program.code, like=one.label)
    actors = {step.actor for step in steps} | {each.actor for each in about}
    actors |= {each.actor for each in rulings} | {each.undone_by for each in rulings}
    shown = {
        "frame": setting,
        "register": register,
        "title": titles(program).get(register, register),
        "entity": one,
        "asked": key,
        "place": places.place(one.place),
        "doubts": [(each, each.text(border.language())) for each in records.doubts_about(one)],
        "lines": _lines(one, keepers, reader(program, register)),
        "steps": _steps(steps, keepers, reader(program, register))[::-1],
        "rulings": rulings,
        "clashes": [(each, _contested(each, keepers, reader(program, register))) for each in records.clashes(one)],
        "alike": [_other(one, pair.one, pair.other) for pair in pairs if one.key in (pair.one.key, pair.other.key)],
        "records": [(each, _title(each.form)) for each in about],
        "programs": {each.code: each.title for each in border.programs(request)},
        "actors": people.names(actors - {""}),
        "may_rule": border.may(request, "review", place=one.place, program=program.code),
        "entries": _entries(setting, one, request),
    }
    return render(request, "desk/entity.html", shown)


def suspects(request: HttpRequest, register: str) -> HttpResponse:
    """Pairs of a register that look like one thing."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    pairs = records.suspects(register, scope=setting.scope, program=setting.program.code)
    names = places.names(list({each.place for pair in pairs for each in (pair.one, pair.other)}))
    shown = {
        "frame": setting,
        "register": register,
        "title": titles(setting.program).get(register, register),
        "pairs": pairs,
        "places": names,
        "may_rule": "review" in border.rights(request),
    }
    return render(request, "desk/suspects.html", shown)


def told(request: HttpRequest, act: Callable[[], object], said: str) -> None:
    """An act, and how it went, for the next page to say."""
    try:
        act()
    except Refusal as refusal:
        for problem in refusal.problems:
            messages.error(request, problem.text(border.language()))
    else:
        messages.success(request, said)


@require_POST
def act(request: HttpRequest, register: str) -> HttpResponse:
    """Merging, keeping apart, confirming a code, and undoing either."""
    program = border.program(request, request.POST.get("program", ""))
    if program is None:
        raise refuse(NO_PAGE.at())
    given = {name: request.POST.get(name, "").strip() for name in ("act", "key", "other", "reason", "ruling")}
    if given["act"] == "merge-into-other":
        given |= {"act": "merge", "key": given["other"], "other": given["key"]}
    asked = [given["key"], given["other"]] if given["act"] in ("merge", "apart") else [given["key"]]
    found = [records.entity_at(register, key, scope=border.reading(request), program=program.code) for key in asked]
    by = over(request, program, [one.place for one in found])
    said = {
        "merge": gettext("已合并，以后按保留的对象登记。"),
        "apart": gettext("已认定为两个对象，不再提示。"),
        "confirm": gettext("已确认这个代码无误，不再提示。"),
        "undo": gettext("已撤销。"),
    }.get(given["act"], "")
    told(request, lambda: _do(register, given, by), said)
    address = reverse("desk_entity", kwargs={"register": register, "key": given["key"]})
    return redirect(f"{address}?{urlencode({'program': program.code})}")


def _do(register: str, given: dict[str, str], by: Warrant) -> Ruling:
    key, other, reason = given["key"], given["other"], given["reason"]
    match given["act"]:
        case "merge":
            return actions.merge(register, kept=key, merged=other, reason=reason, by=by)
        case "apart":
            return actions.keep_apart(register, one=key, other=other, reason=reason, by=by)
        case "confirm":
            return actions.confirm_code(register, key=key, code=other, reason=reason, by=by)
        case "undo":
            return actions.undo(given["ruling"], reason=reason, by=by)
    raise refuse(NO_PAGE.at())


def over(request: HttpRequest, program: Program, codes: Sequence[str]) -> Warrant:
    """A warrant over all of the places, by the first of the person's areas that holds them."""
    for root in people.scope(border.actor(request), "review").places(program.code):
        if all(places.descends(code, root) for code in codes):
            return border.warrant(request, "review", place=root, program=program.code)
    return border.warrant(request, "review", place=codes[0], program=program.code)


def _lines(one: Entity, keepers: Sequence[FormVersion], reads: labels.Reader) -> list[Line]:
    """What is kept of an entity, in the order of the forms that keep it; of personal answers only that there are."""
    known = {name: label for form in keepers for name, label in _names(form).items()}
    lines = [
        Line(known.get(name, name), f"{labels.said(value, reads.labels(name, [value]))} {reads.unit(name)}".strip())
        for name, value in one.data.items()
        if value not in (None, "", [])
    ]
    personal = {each.label.of(border.language()): each for form in keepers for each in form.fields if each.personal}
    return lines + [Line(label, HIDDEN, personal=True) for label in personal]


def _steps(
    steps: Sequence[EntityStep], keepers: Sequence[FormVersion], reads: labels.Reader
) -> list[tuple[EntityStep, str, list[tuple[str, str]]]]:
    """Steps with the title of the form and what each changed."""
    known = {"": gettext("名称")} | {name: label for form in keepers for name, label in _names(form).items()}
    return [
        (
            step,
            _title(step.form),
            [
                (known.get(name, name), labels.said(step.data[name], reads.labels(name, [step.data[name]])))
                for name in (step.changed if not step.first else ())
            ],
        )
        for step in steps
    ]


def _contested(clash: Clash, keepers: Sequence[FormVersion], reads: labels.Reader) -> list[tuple[str, str, list[str]]]:
    """The contested answers: name, label, and how each was, became by the other one and by the record."""
    known = {"": gettext("名称")} | {name: label for form in keepers for name, label in _names(form).items()}
    found = []
    for each in clash.answers:
        values = [each.before, each.theirs, each.mine]
        words = reads.labels(each.name, [value for value in values if value is not None])
        found.append(
            (each.name, known.get(each.name, each.name), [labels.said(v, words) if v else "—" for v in values])
        )
    return found


def _names(form: FormVersion) -> dict[str, str]:
    return {each.name: each.label.of(border.language()) or each.name for each in form.fields if not each.repeat}


def _title(form: str) -> str:
    try:
        return forms.form(form).title.of(border.language()) if form else ""
    except Refusal:
        return form


def _other(one: Entity, first: Entity, second: Entity) -> Entity:
    return second if first.key == one.key else first


def _entries(setting: Frame, one: Entity, request: HttpRequest) -> list[tuple[str, str, bool]]:
    """Forms that can be filled in about an entity: address, title, and whether it is the one that keeps it."""
    program = setting.program
    if not border.fills(request, program.code):
        return []
    found = []
    for form in forms.forms(program.pack):
        address = reverse("records_enter", kwargs={"program": program.code, "form": form.name})
        if keeps(form, one.register):
            found.append((f"{address}?{urlencode({'entity': one.key})}", form.title.of(border.language()), True))
            continue
        asked = next((each for each in form.fields if each.register == one.register and not each.repeat), None)
        if asked is not None:
            query = urlencode({f"a.{asked.name}": one.key})
            found.append((f"{address}?{query}", form.title.of(border.language()), False))
    return found
