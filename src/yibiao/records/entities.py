"""Reading registers: entities, what is known of each, how it came to be, and which of them look like duplicates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, count
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Max, Q, Sum

from yibiao.core import alike, uscc
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Problem, refuse
from yibiao.forms import queries as forms
from yibiao.forms.types import FormVersion
from yibiao.packs import queries as packs
from yibiao.people.types import Scope
from yibiao.records import finding, models, placing, problems, types
from yibiao.records import registers as kept
from yibiao.records.loading import record_of
from yibiao.records.registers import entity_id

_STEPS: Final = 100
_PAIRS: Final = 200
_PAGE: Final = 500
# Asked for each distinct count: Django takes longer to make this statement than to run it.
_MERGES: Final = "SELECT id FROM records_ruling WHERE act = 'merge' ORDER BY id"


def registers(program: str) -> tuple[str, ...]:
    """The registers that the program's forms keep or look into, in alphabetical order.

    Raises: ``packs.program.unknown``.
    """
    found: set[str] = set()
    for form in forms.forms(packs.program(program).pack):
        if form.entity:
            found.add(form.entity.register)
        found |= {field.register for field in form.fields if field.register}
    return tuple(sorted(found))


def entities(
    register: str,
    *,
    scope: Scope,
    program: str,
    text: str = "",
    place: str | None = None,
    number: int = 1,
    size: int = 50,
    begin: types.From | None = None,
) -> tuple[types.Entity, ...]:
    """Entities of a register by key, one page; ``text`` is a part of a name, of its pinyin initials or of a key.

    The page is the one with a ``number``, or begins where it is said to.

    One that was merged into another is not listed. A register that no form of the program uses is closed to the
    program: it shows as empty.
    """
    if register not in registers(program):
        return ()
    rows = models.Entity.objects.filter(register=register, gone=False, merged_into="")
    lineages = _inside(scope, program, place)
    size = max(1, min(size, 500))
    page = finding.page(rows, lineages, text, begin or types.From((max(1, number) - 1) * size), size)
    return tuple(entity_of(row) for row in models.Entity.objects.filter(pk__in=page).order_by("key"))


def every(
    register: str, *, scope: Scope, program: str, limit: int | None = None, begin: types.From | None = None
) -> Iterator[types.Entity]:
    """The entities of a register by key, or so many at most, read a page at a time."""
    begin = begin or types.From()
    for _ in count() if limit is None else range(limit // _PAGE):
        found = entities(register, scope=scope, program=program, size=_PAGE, begin=begin)
        yield from found
        if len(found) < _PAGE:
            return
        begin = replace(begin, after=found[-1].key)


def entity_count(register: str, *, scope: Scope, program: str, begin: types.From | None = None) -> int:
    """How many entities ``every`` gives."""
    if register not in registers(program):
        return 0
    rows = models.Entity.objects.filter(within(scope, program), register=register, gone=False, merged_into="")
    if begin and begin.after:
        rows = rows.filter(key__gt=begin.after)
    if begin and begin.upto:
        rows = rows.filter(key__lte=begin.upto)
    return rows.count()


def stamp(register: str, *, scope: Scope, program: str) -> str:
    """A text that changes whenever ``entities`` would answer otherwise; one query, however many there are."""
    if register not in registers(program):
        return ""
    rows = models.Entity.objects.filter(within(scope, program), register=register, gone=False, merged_into="")
    said = rows.aggregate(count=Count("pk"), versions=Sum("version"), newest=Max("updated_at"))
    return f"{said['count']}-{said['versions'] or 0}-{said['newest'].timestamp() if said['newest'] else 0}"


def entity(id: str, *, scope: Scope, program: str) -> types.Entity:
    """One entity; of one that was merged, the entity that it was merged into.

    Raises: ``records.entity.unknown``.
    """
    row = models.Entity.objects.filter(pk=id).first()
    if row is not None and row.merged_into:
        row = models.Entity.objects.filter(pk=entity_id(row.register, row.merged_into)).first()
    shown = row is not None and models.Entity.objects.filter(within(scope, program), pk=row.pk, gone=False).exists()
    if row is None or not shown or row.register not in registers(program):
        raise refuse(problems.ENTITY_UNKNOWN.at(id=id[:80]))
    merged = models.Entity.objects.filter(register=row.register, merged_into=row.key).order_by("key")
    return replace(entity_of(row), merged=tuple(merged.values_list("key", flat=True)))


def entity_at(register: str, key: str, *, scope: Scope, program: str) -> types.Entity:
    """The entity of a register under a key, its own or that of a duplicate merged into it.

    Raises: ``records.entity.unknown``.
    """
    return entity(entity_id(register, key), scope=scope, program=program)


def entity_labels(register: str, keys: Sequence[str]) -> dict[str, str]:
    """Labels by key, for showing a stored answer; a merged entity has the label of the one that it was merged into.

    Keys that are not registered are left out.
    """
    asked = models.Entity.objects.filter(register=register, key__in=list(keys)[:400])
    rows = list(asked.values_list("key", "label", "merged_into"))
    kept_keys = {kept for _, _, kept in rows if kept}
    if not kept_keys:
        return {key: label for key, label, _ in rows}
    kept = dict(models.Entity.objects.filter(register=register, key__in=kept_keys).values_list("key", "label"))
    return {key: kept.get(into, label) for key, label, into in rows}


def phones_may_drop(register: str, ids: Sequence[str]) -> frozenset[str]:
    """Of ids by which phones know entities of a register, those that are gone, merged, or known here by another id."""
    asked = list(dict.fromkeys(ids))
    found: set[str] = set()
    standing: set[str] = set()
    for start in range(0, len(asked), 400):
        part = asked[start : start + 400]
        derived = {kept.entity_of_phone(id): id for id in part}
        rows = models.Entity.objects.filter(Q(uid__in=part) | Q(pk__in=derived, uid=""), register=register)
        for row in rows:
            id = row.uid or derived[row.pk]
            (found if row.gone or row.merged_into else standing).add(id)
        said = models.EntityRevision.objects.filter(uid__in=part, entity__register=register)
        found |= set(said.values_list("uid", flat=True))
    return frozenset(found - standing)


def steps(one: types.Entity, *, scope: Scope) -> tuple[types.EntityStep, ...]:
    """How an entity came to be what it is, oldest first: each record that said something of it, also of its duplicates.

    Shape: the newest hundred. ``record`` is empty where the record itself is outside the scope.
    """
    ids = [one.id, *(entity_id(one.register, key) for key in one.merged)]
    rows = list(models.EntityRevision.objects.filter(entity__in=ids).select_related("entity").order_by("-pk")[:_STEPS])
    records = models.Submission.objects.in_bulk({row.record for row in rows})
    open_to = models.Submission.objects.filter(placing.within(scope), pk__in=records)
    shown = set(open_to.values_list("pk", flat=True))
    actors = models.SubmissionRevision.objects.filter(submission__in=records)
    by = {(sub, rev): actor for sub, rev, actor in actors.values_list("submission_id", "revision", "actor")}
    ruled = models.Ruling.objects.filter(pk__in={row.record for row in rows if row.record not in records})
    deciders = dict(ruled.values_list("pk", "actor"))
    found: list[types.EntityStep] = []
    before: dict[str, Mapping[str, Any]] = {}
    for row in reversed(rows):
        record, data = records.get(row.record), {"": row.label, **json.loads(row.data)}
        last = before.get(row.entity_id)
        found.append(
            types.EntityStep(
                record=row.record if row.record in shown else "",
                form=record.form if record else "",
                program=record.program if record else "",
                actor=by.get((row.record, row.revision)) or deciders.get(row.record, ""),
                at=row.at.astimezone(SHANGHAI),
                key=row.said_as or row.entity.key,
                live=row.live,
                data=data,
                changed=tuple(name for name, value in data.items() if last is not None and last.get(name) != value),
                first=last is None,
                ruling=row.record in deciders,
            )
        )
        before[row.entity_id] = data
    return tuple(found)


def records_about(
    one: types.Entity, *, scope: Scope, programs: Iterable[str], limit: int = 30
) -> tuple[types.Record, ...]:
    """The records that name an entity, newest first, in every program and at every place within the scope."""
    keys = (one.key, *one.merged)
    asked = Q(pk__in=())
    for code in programs:
        for form in forms.forms(packs.program(code).pack):
            asked |= (
                Q(program=code, form=form.id) & _names(form, one.register, keys) & placing.within(scope, program=code)
            )
    rows = models.Submission.objects.filter(asked).exclude(state="withdrawn")
    return tuple(record_of(row) for row in rows.order_by("-received_at", "-id")[:limit])


def _names(form: FormVersion, register: str, keys: Sequence[str]) -> Q:
    """The condition that a record of a form names one of the entities, by its canonical answers."""
    found = Q(pk__in=())
    if form.entity and form.entity.register == register:
        found |= Q(pk__in=models.EntityRevision.objects.filter(
            entity__in=[entity_id(register, key) for key in keys]).values("record"))  # fmt: skip
    for field in (one for one in form.fields if one.register == register):
        for key in keys:
            found |= Q(answers__contains=f"{json.dumps(field.name)}:{json.dumps(key, ensure_ascii=False)}")
    return found


def suspects(register: str, *, scope: Scope, program: str, like: str = "") -> tuple[types.Suspect, ...]:
    """Pairs of a register that have the same name, however written, at the same place or one within the other.

    ``like`` asks for those of one name only.

    Shape: by name, at most two hundred; pairs that somebody ruled to be two things are left out.
    """
    if register not in registers(program):
        return ()
    open_to = models.Entity.objects.filter(within(scope, program), register=register, gone=False, merged_into="")
    open_to = open_to.filter(fold=alike.folded(like)) if like else open_to.filter(twin=True)
    twice = open_to.exclude(fold="").values("fold").annotate(many=Count("pk")).filter(many__gt=1).order_by("fold")
    folds = [row["fold"] for row in twice[:_PAIRS]]
    groups: dict[str, list[models.Entity]] = {}
    for start in range(0, len(folds), 400):
        for row in open_to.filter(fold__in=folds[start : start + 400]).order_by("key"):
            groups.setdefault(row.fold, []).append(row)
    ruled = models.Ruling.objects.filter(act="apart", register=register, undone_at=None).values_list("key", "other")
    apart = {frozenset(pair) for pair in ruled}
    found = [
        types.Suspect(entity_of(one), entity_of(other))
        for fold in folds
        for one, other in combinations(groups.get(fold, [])[:20], 2)
        if frozenset((one.key, other.key)) not in apart and _nested(one.lineage, other.lineage)
    ]
    return tuple(found[:_PAIRS])


def rulings(register: str, *, scope: Scope, program: str, key: str = "") -> tuple[types.Ruling, ...]:
    """What was decided about entities of a register, newest first; of one entity where ``key`` is given."""
    if register not in registers(program):
        return ()
    rows = models.Ruling.objects.filter(register=register)
    if key:
        rows = rows.filter(Q(key=key) | Q(other=key))
    found = list(rows.order_by("-at", "-pk")[:_PAIRS])
    keys = {one.key for one in found}
    seen = models.Entity.objects.filter(within(scope, program), register=register, key__in=keys)
    open_to = set(seen.values_list("key", flat=True))
    return tuple(ruling_of(one) for one in found if one.key in open_to)


def merges() -> tuple[str, ...]:
    """The ids of all merges of entities, also of those that were undone: by them their facts are found."""
    with connection.cursor() as cursor:
        cursor.execute(_MERGES)
        return tuple(id for (id,) in cursor.fetchall())


def doubts(form: FormVersion, answers: Mapping[str, Any]) -> tuple[Problem, ...]:
    """What is odd about checked answers without being refused: codes whose check characters do not fit."""
    found: list[Problem] = []
    for field in form.fields:
        value = answers.get(field.name)
        if field.check == "uscc" and not field.repeat and value and (wrong := uscc.doubts(str(value))):
            found.append(_odd(str(value), wrong, field.label.zh))
    return tuple(found)


def doubts_about(one: types.Entity) -> tuple[Problem, ...]:
    """The same of an entity, without what somebody has confirmed."""
    return _unsure([one]).get(one.id, ())


def doubtful(found: Sequence[types.Entity]) -> frozenset[str]:
    """Of these entities of one register, the ids of those that ``doubts_about`` has something to say of."""
    return frozenset(_unsure(found))


def _unsure(found: Sequence[types.Entity]) -> dict[str, tuple[Problem, ...]]:
    keepers = forms.forms()
    odd = {
        one.id: [_odd(code, wrong, "") for code in _codes(one, keepers) if (wrong := uscc.doubts(code))]
        for one in found
    }
    keys = [one.key for one in found if odd[one.id]]
    if not keys:
        return {}
    ruled = models.Ruling.objects.filter(act="confirm", register=found[0].register, key__in=keys, undone_at=None)
    sure = set(ruled.values_list("key", "other"))
    left = {one.id: tuple(each for each in odd[one.id] if (one.key, each.values["given"]) not in sure) for one in found}
    return {id: rest for id, rest in left.items() if rest}


def _codes(one: types.Entity, keepers: Sequence[FormVersion]) -> list[str]:
    """The values of an entity that are declared to be unified social credit codes."""
    found: list[str] = []
    for form in keepers:
        if form.entity is None or form.entity.register != one.register:
            continue
        for field in (field for field in form.fields if field.check == "uscc"):
            if form.entity.key.strip() == f"${{{field.name}}}":
                found.append(one.key)
            elif field.name in one.data:
                found.append(str(one.data[field.name]))
    return list(dict.fromkeys(found))


def _odd(code: str, wrong: Sequence[str], label: str) -> Problem:
    if "shape" in wrong:
        return problems.USCC_SHAPE.at(label, given=code)
    fits = (code[:16] + uscc.inner(code)) if "inner" in wrong else code[:17]
    return problems.USCC_CHECK.at(label, given=code, fits=fits + uscc.last(fits))


def entity_of(row: models.Entity) -> types.Entity:
    """A row as it leaves the room."""
    at = row.updated_at.astimezone(SHANGHAI)
    return types.Entity(
        row.id, row.register, row.key, row.label, row.place, json.loads(row.data), row.record, at,
        version=row.version, uid=row.uid or kept.phone_id(row.id),
    )  # fmt: skip


def ruling_of(row: models.Ruling) -> types.Ruling:
    """A row as it leaves the room."""
    return types.Ruling(
        row.id, row.act, row.register, row.key, row.other, row.reason, row.actor, row.at.astimezone(SHANGHAI),  # type: ignore[arg-type]
        row.undone_reason, row.undone_by, row.undone_at.astimezone(SHANGHAI) if row.undone_at else None,
    )  # fmt: skip


def within(scope: Scope, program: str) -> Q:
    """The condition that an entity is open to the scope in a program."""
    return placing.below(_inside(scope, program))


def _inside(scope: Scope, program: str, place: str | None = None) -> list[str]:
    """The lineages of what is open to the scope in a program, and at or below a place where one is given.

    The narrower of the two alone: of two ranges a database may well walk the wider.
    """
    atlas = placing.Atlas()
    mine = [lineage for code in scope.places(program) if (lineage := atlas.lineage(code))]
    asked = atlas.lineage(place) if place else ""
    if any(asked.startswith(lineage) for lineage in mine):
        return [asked]
    return [lineage for lineage in mine if lineage.startswith(asked)]


def _nested(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
