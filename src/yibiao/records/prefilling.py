"""What a form need not ask: the answers that a register or the last record knows, and how answers came about."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Mapping
from typing import Any, Final

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet, Sum

from yibiao.core import canon
from yibiao.core.problems import Refusal
from yibiao.forms.types import Field, FormVersion
from yibiao.people.types import Scope
from yibiao.records import entities, models, placing, types
from yibiao.records.loading import record_of
from yibiao.records.outlines import outline

# To count more records than these takes a moment: it is done once in so many seconds.
MANY: Final = 50_000
_LASTS: Final = 600
_PLAIN_KEY: Final = re.compile(r"\$\{([^}]+)\}")


def known(
    form: FormVersion, answers: Mapping[str, Any], *, program: str, scope: Scope, entity: str = ""
) -> dict[str, types.Known]:
    """What is known of a form's questions under the answers given so far, by question.

    ``entity`` is the key of one that the form keeps: all that is known of it is then known of the form.
    """
    found = _of_entity(form, entity, program, scope) if entity else {}
    given = {**answers, **{name: one.value for name, one in found.items()}}
    picked: dict[str, types.Entity | None] = {}
    last: types.Record | None = None
    if any(field.prefill == "last" for field in form.fields):
        last = _last(form, given, program, scope)
    for field in form.fields:
        if field.prefill == "last":
            one = types.Known(last.answers.get(field.name), "last", last.id) if last else None
        elif field.prefill:
            question, _, name = field.prefill.partition(".")
            if question not in picked:
                picked[question] = _picked(form, question, given, program, scope)
            held = picked[question]
            one = types.Known(kept(held, name), "register", held.label) if held else None
        else:
            continue
        if one and one.value not in (None, "", []) and offered(form, field, one.value):
            found[field.name] = one
    return found


def origins(form: FormVersion, answers: Mapping[str, Any], given: Mapping[str, Any]) -> types.Origins:
    """How the answers of a record came about; ``given`` is what was prefilled, by question.

    What was prefilled and then emptied was changed. A calculated answer came from nobody and is not counted.
    """
    confirmed: list[str] = []
    changed: list[str] = []
    if given:
        asked = {field.name for field in form.fields if not field.repeat and not field.personal}
        for name in sorted(asked & set(given)):
            same = name in answers and _text(answers[name]) == _text(given[name])
            (confirmed if same else changed).append(name)
    return types.Origins(tuple(confirmed), tuple(changed), typed(form, answers, given))


def typed(form: FormVersion, answers: Mapping[str, Any], given: Container[str]) -> int:
    """How many answers somebody typed in."""
    calculated = outline(form).calculated
    own = calculated.get("", frozenset())
    count = sum(name not in own and name not in given for name in answers) if own or given else len(answers)
    for name, value in answers.items():
        if value.__class__ is list and value and isinstance(value[0], dict):
            # A repeat counts by what its items say.
            computed = calculated.get(name, frozenset())
            count += sum(inner not in computed for item in value for inner in item)
            count -= name not in own and name not in given
    return count


def tally(*, program: str, scope: Scope, patient: bool = True) -> dict[str, types.Tally] | None:
    """How the answers of a program's standing records came about, by form. Of many records it is kept for a while.

    **Missing**: records from before this was kept are in ``unkept`` and in no other count; None where they are many,
    not counted lately, and nobody is ``patient``.
    """
    rows = models.Submission.objects.filter(placing.within(scope, program=program), program=program)
    many = rows.values("received_at")[: MANY + 1].count() > MANY
    if not many:
        return {form: types.Tally(*counts) for form, *counts in _tallied(rows)}
    whose = canon.digest([program, sorted(scope.places(program))])
    held = cache.get(f"records.tally.{whose}")
    if held is None and patient:
        held = _tallied(rows)
        cache.set(f"records.tally.{whose}", held, _LASTS)
    return {form: types.Tally(*counts) for form, *counts in held} if held is not None else None


def _tallied(rows: QuerySet[models.Submission]) -> list[tuple[str, int, int, int, int, int]]:
    counted = (
        rows.exclude(state="withdrawn")
        .values("form")
        .annotate(
            records=Count("pk"), unkept=Count("pk", filter=Q(typed_count=None)),
            confirmed=Sum("confirmed_count"), changed=Sum("changed_count"), typed=Sum("typed_count"),
        )
    )  # fmt: skip
    return [
        (row["form"], row["records"], row["unkept"], row["confirmed"] or 0, row["changed"] or 0, row["typed"] or 0)
        for row in counted
    ]


def came_about(record: str) -> types.Origins | None:
    """How a record's answers came about when it was first filed; None where that was not kept."""
    row = models.Submission.objects.filter(pk=record).values_list("typed_count", "prefilled").first()
    if row is None or row[0] is None:
        return None
    said = json.loads(row[1]) if row[1] else {}
    return types.Origins(tuple(said.get("confirmed", ())), tuple(said.get("changed", ())), row[0])


def plain_key(form: FormVersion) -> str:
    """The question whose answer is the key of the entity that the form keeps; empty where it is made of more."""
    return plain_question(form.entity.key) if form.entity else ""


def plain_question(expression: str) -> str:
    """The question whose answer an expression is; empty where it is made of more."""
    found = _PLAIN_KEY.fullmatch(expression.strip())
    return found[1].strip() if found else ""


def _of_entity(form: FormVersion, key: str, program: str, scope: Scope) -> dict[str, types.Known]:
    """An update of what the form keeps: its own last record about the entity, and what the register says since."""
    if form.entity is None:
        return {}
    try:
        one = entities.entity_at(form.entity.register, key, scope=scope, program=program)
    except Refusal:
        return {}
    values: dict[str, Any] = {}
    said = models.EntityRevision.objects.filter(entity=one.id, live=True).order_by("-occurred_at", "-pk")
    open_to = models.Submission.objects.filter(placing.within(scope), form=form.id)
    last = open_to.filter(pk__in=said.values("record")).order_by("-occurred_at").first()
    if last is not None:
        values |= json.loads(last.answers)
    values |= one.data
    if plain := plain_key(form):
        values[plain] = one.key
    fields = [field for field in form.fields if not (field.repeat or field.personal or field.calculate)]
    return {
        field.name: types.Known(one.place if field.role == "place" else values[field.name], "register", one.label)
        for field in fields
        if field.role != "occurred_at" and (field.role == "place" or values.get(field.name) not in (None, "", []))
    }


def _picked(
    form: FormVersion, question: str, given: Mapping[str, Any], program: str, scope: Scope
) -> types.Entity | None:
    field = next((one for one in form.fields if one.name == question and not one.repeat), None)
    key = given.get(question)
    if field is None or not field.register or not key:
        return None
    try:
        return entities.entity_at(field.register, str(key), scope=scope, program=program)
    except Refusal:
        return None


def kept(one: types.Entity, name: str) -> Any:
    """What a register keeps of an entity under a name; None where it keeps nothing."""
    return one.data.get(name, one.place if name == "place" else None)


def _last(form: FormVersion, given: Mapping[str, Any], program: str, scope: Scope) -> types.Record | None:
    """The newest standing record of the form about the same subject."""
    asked = next((field for field in form.fields if field.role == "subject"), None)
    subject = given.get(asked.name) if asked else None
    if not subject:
        return None
    rows = models.Submission.objects.filter(
        placing.within(scope, program=program), form=form.id, program=program, subject=str(subject)
    )
    row = rows.exclude(state="withdrawn").order_by("-occurred_at", "-received_at").first()
    return record_of(row) if row else None


def offered(form: FormVersion, field: Field, value: Any) -> bool:
    """Whether a value can still be chosen, where the question has choices."""
    if not field.choices:
        return True
    names = {choice.name for choice in form.choices.get(field.choices, ())}
    return {str(item) for item in (value if isinstance(value, list) else [value])} <= names


def _text(value: Any) -> str:
    plain = canon.plain(value)
    return json.dumps(plain, ensure_ascii=False, sort_keys=True) if isinstance(plain, list | dict) else str(plain)
