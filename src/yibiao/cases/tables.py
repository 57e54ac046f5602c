"""The lifecycles of packs: checked against their forms, read from installed versions, declared to figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from yibiao.cases import inputs, problems
from yibiao.core import expressions
from yibiao.core.lifecycles.types import STANDARD, YES_NO, Lifecycle, Opening, named_in
from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.core.texts import Text
from yibiao.forms.types import Field as Question
from yibiao.forms.types import FormVersion
from yibiao.packs import queries as packs
from yibiao.packs.types import Declared, DeclaredColumn, PackFiles

# What conditions call the type of an answer of a form.
_TYPES: Final[Mapping[str, str]] = {
    "integer": "integer", "decimal": "decimal", "date": "date", "datetime": "datetime", "choices": "choices",
    "calculated": "",
}  # fmt: skip


NUMBER: Final = "number"


def kind_of(pack: str, lifecycle: str) -> str:
    """The kind of the facts of a lifecycle's cases."""
    return f"case.{pack}.{lifecycle}"


def check(files: PackFiles, forms: Sequence[FormVersion]) -> tuple[tuple[Lifecycle, ...], list[Problem]]:
    """The lifecycles of a pack, and everything that is wrong with them."""
    content = files.files.get(inputs.NAME)
    if content is None:
        return (), []
    made, found = inputs.parse(content)
    known = {form.name: form for form in forms}
    for one in made:
        for opening in one.openings:
            found += _opening(one, opening, known)
    return made, found


def read(files: PackFiles) -> tuple[Lifecycle, ...]:
    """The lifecycles of a pack that may not be checked yet; those that can be read."""
    content = files.files.get(inputs.NAME)
    return parsed(content) if content is not None else ()


@lru_cache(maxsize=32)
def parsed(content: bytes) -> tuple[Lifecycle, ...]:
    """The text is the key: what is installed is parsed once per process."""
    return inputs.parse(content)[0]


def installed(pack: str, version: str) -> tuple[Lifecycle, ...]:
    """The lifecycles of an installed version; none where it has no such file."""
    try:
        return parsed(packs.file(pack, version, inputs.NAME))
    except Refusal:
        return ()


def lifecycle(pack: str, version: str, id: str) -> Lifecycle:
    """Raises: cases.lifecycle.unknown."""
    found = next((one for one in installed(pack, version) if one.id == id), None)
    if found is None:
        raise refuse(problems.NO_LIFECYCLE.at(id=id, pack=pack))
    return found


def declared(pack: str, one: Lifecycle) -> Declared:
    """The columns that figures see of a lifecycle's cases."""
    return Declared(f"case:{one.id}", kind_of(pack, one.id), one.label, tuple(_columns(one)))


def everything() -> tuple[Declared, ...]:
    """What every installed version declares: a kind once, its newest columns first."""
    found: dict[str, Declared] = {}
    for version in packs.versions():
        for one in installed(version.id, version.version):
            now = declared(version.id, one)
            before = found.get(now.kind)
            if before is None:
                found[now.kind] = now
                continue
            names = {column.name for column in before.columns}
            more = tuple(column for column in now.columns if column.name not in names)
            found[now.kind] = Declared(before.name, before.kind, before.title, (*before.columns, *more))
    return tuple(found.values())


def _columns(one: Lifecycle) -> Iterator[DeclaredColumn]:
    choices = {
        "state": tuple((state.id, state.label) for state in one.states),
        "on_time": tuple((value, Text(zh, en)) for value, zh, en in YES_NO),
        "late": tuple((clock.id, clock.label) for clock in one.clocks),
    }
    for name, (type_, zh, en) in STANDARD.items():
        yield DeclaredColumn(name, type_, Text(zh, en), choices.get(name, ()))
    for field in one.fields:
        yield DeclaredColumn(field.id, field.type, field.label, field.choices)


def _opening(one: Lifecycle, opening: Opening, forms: Mapping[str, FormVersion]) -> Iterator[Problem]:
    where = f"{inputs.NAME}“{one.id}” › {opening.form}"
    form = forms.get(opening.form)
    if form is None:
        yield problems.NO_FORM.at(where, form=opening.form, known="、".join(sorted(forms)) or "—")
        return
    questions = answers_of(form, opening.repeat)
    if opening.repeat and not any(field.repeat == opening.repeat for field in form.fields):
        yield problems.NO_FIELD.at(where, form=opening.form, field=opening.repeat, known="、".join(sorted(questions)))
        return
    named = [*opening.fields.values(), *([opening.count] if opening.count else [])]
    named += named_in(opening.title)
    for name in named:
        if name == NUMBER and opening.count:
            continue
        if name not in questions:
            yield problems.NO_FIELD.at(where, form=opening.form, field=name, known="、".join(sorted(questions)))
        elif questions[name].personal:
            yield problems.PERSONAL.at(where, field=name)
    if opening.when:
        try:
            expressions.parse_filter(opening.when, types_of(form, opening.repeat))
        except Refusal as refusal:
            yield from refusal.problems


def answers_of(form: FormVersion, repeat: str) -> dict[str, Question]:
    """The questions that an item of a repeat sees: its own before those at the top."""
    top = {field.name: field for field in form.fields if not field.repeat}
    return top | {field.name: field for field in form.fields if repeat and field.repeat == repeat}


def types_of(form: FormVersion, repeat: str) -> dict[str, str]:
    """What a condition over a record's answers may name."""
    questions = answers_of(form, repeat)
    return {name: _TYPES.get(one.type, "text") for name, one in questions.items() if not one.personal}
