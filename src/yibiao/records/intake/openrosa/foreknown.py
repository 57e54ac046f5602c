"""What a phone may need to know of a form before it is asked: kept on the phone, and told back with what was sent.

The web page asks the server as the person goes on. A phone without a network cannot, so it takes along what the
registers and the last records of its own places know: only the answers that the form fills in, nothing personal. Every
row is signed, so that a record says truly what was known and nobody can make it up.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeVar

from django.db.models import Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.crypto import salted_hmac

from yibiao.core import canon
from yibiao.core.problems import Refusal
from yibiao.forms.types import Field, FormVersion
from yibiao.people.types import Scope
from yibiao.records import entities, models, placing, prefilling
from yibiao.records.outlines import outline
from yibiao.records.types import Entity, From

T = TypeVar("T")
SALT: Final = "records.foreknown"
LAST: Final = "last"
REGISTER: Final = "register"
# As many as a list on a phone may have; of last records the newest.
LIMIT: Final = 20_000
SUBJECTS: Final = 5_000
# Last records are looked for among so many newest: whoever opens a page would else wait for all that were ever filed.
NEWEST: Final = 90_000
ROWS_LIMIT: Final = 200
_SEAL: Final = 24
# So many entities have what was said of them looked up together.
_TOGETHER: Final = 400


@dataclass(frozen=True, slots=True)
class Row:
    """What is known once a question is answered with ``key``. ``of`` names the entity in words, or the last record.

    ``uid`` and ``version`` are by what a phone says which entity it saw, and how it was then.
    """

    key: str
    of: str
    values: Mapping[str, Any]
    seal: str
    uid: str = ""
    version: int = 0

    def told(self) -> list[Any]:
        return [self.key, self.of, dict(self.values), self.seal, self.uid, self.version]


@dataclass(frozen=True, slots=True)
class Source:
    """Rows by which one answer of a form brings others along. ``kind`` is ``register`` or ``last``.

    ``names`` says under which name the register keeps the answer to each question.
    """

    question: str
    kind: str
    rows: tuple[Row, ...]
    register: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        return {
            "question": self.question, "kind": self.kind, "register": self.register, "names": dict(self.names),
            "rows": [row.told() for row in self.rows],
        }  # fmt: skip


def wanted(form: FormVersion) -> bool:
    """Whether there is anything that the form need not ask."""
    return any(one.prefill for one in form.fields) or bool(_keeping(form))


def sources(form: FormVersion, *, program: str, scope: Scope) -> tuple[Source, ...]:
    """All that the form may be filled with for the places of a scope.

    Shape: one source per question that brings others along, rows by key; what is known of none is left out.
    """
    found = []
    for question, register, names in _asked(form):
        rows = []
        for one in _entities(register, program, scope):
            row = _row(form, program, question, one.key, one.label, _values(form, one, names))
            rows.append(replace(row, uid=one.uid, version=one.version))
        found.append(Source(question, REGISTER, tuple(rows), register, names))
    subject = next((one.name for one in form.fields if one.role == "subject" and not one.repeat), "")
    if _lasting(form) and subject:
        found.append(Source(subject, LAST, tuple(_last(form, program, scope, subject))))
    return tuple(found)


def about(form: FormVersion) -> tuple[str, str, Mapping[str, str]] | None:
    """The question by which a record of the form is about something that is known, the register that knows it, and
    under which names it knows what of the form.

    The entity that the form keeps comes before one that it picks. The register is empty where only the last record
    knows anything. Missing: None where nothing does.
    """
    subject = next((one for one in form.fields if one.role == "subject" and not one.repeat), None)
    name, register = _keeping(form), form.entity.register if form.entity else ""
    if not name and subject is not None and (subject.register or _lasting(form)) and not subject.personal:
        name, register = subject.name, subject.register
    known = next((names for question, held, names in _asked(form) if (question, held) == (name, register)), {})
    return (name, register, known) if name else None


def ahead(form: FormVersion, *, program: str, scope: Scope, begin: From) -> Iterator[tuple[Row, str]]:
    """One row for each thing that a record of the form may be about, and what the row is told back by.

    The key is among the values: whoever finds it written down has not answered it. Order: by key, from where it is to
    begin.
    """
    question, register, names = about(form) or ("", "", {})
    asked = outline(form).roles.get("subject")
    newest = _newest(form, program, scope) if asked is not None and asked.name == question else {}
    if not register:
        for keys in _batches(_between(newest, begin)):
            last = _lasts(form, program, question, newest, keys)
            for key in keys:
                row = _row(form, program, question, key, "", {question: key})
                yield _told(form, program, question, [row, *last.get(key, ())])
        return
    for some in _batches(entities.every(register, scope=scope, program=program, begin=begin)):
        said = _said(form, scope, some) if register == _kept_register(form) and names else {}
        last = _lasts(form, program, question, newest, [entity.key for entity in some])
        for entity in some:
            values = {**said.get(entity.id, {}), **_values(form, entity, names), question: entity.key}
            row = _row(form, program, question, entity.key, entity.label, values)
            yield _told(form, program, question, [row, *last.get(entity.key, ())])


def ahead_count(form: FormVersion, *, program: str, scope: Scope, begin: From) -> int:
    """How many rows ``ahead`` gives."""
    _, register, _ = about(form) or ("", "", {})
    if register:
        return entities.entity_count(register, scope=scope, program=program, begin=begin)
    return len(_between(_newest(form, program, scope), begin))


def ahead_keys(form: FormVersion, *, program: str, scope: Scope, at: Sequence[int]) -> list[str]:
    """The keys of some rows of ``ahead``, by their places in its order (from 0), where a register has them."""
    _, register, _ = about(form) or ("", "", {})
    pages = [entities.entities(register, scope=scope, program=program, begin=From(one), size=1) for one in at]
    return [found[0].key for found in pages if found]


def ahead_newest(form: FormVersion, *, program: str, scope: Scope) -> int:
    """Among how many of the newest records ``ahead`` looks for what only records know; 0 where it looks at all."""
    return NEWEST if _lasting(form) and _since(_about_something(form, program, scope)) else 0


def _between(newest: Mapping[str, str], begin: From) -> list[str]:
    return [key for key in sorted(newest) if key > begin.after and (not begin.upto or key <= begin.upto)]


def _newest(form: FormVersion, program: str, scope: Scope) -> dict[str, str]:
    """The last record of each thing that only records know, by its key, among the newest."""
    if not _lasting(form):
        return {}
    rows = _about_something(form, program, scope)
    if since := _since(rows):
        at, id = since
        rows = rows.filter(Q(received_at__gt=at) | Q(received_at=at, id__gt=id))
    rows = rows.annotate(
        rank=Window(RowNumber(), partition_by="subject", order_by=["-occurred_at", "-received_at", "pk"])
    )
    return dict(rows.filter(rank=1).values_list("subject", "pk").order_by())


def _since(rows: QuerySet[models.Submission]) -> tuple[datetime, str] | None:
    """(moment, id) of the first that is older than the newest; None where there are no more."""
    found = rows.order_by("-received_at", "-id").values_list("received_at", "id")
    return next(iter(found[NEWEST : NEWEST + 1]), None)


def _lasts(
    form: FormVersion, program: str, question: str, newest: Mapping[str, str], keys: Sequence[str]
) -> dict[str, list[Row]]:
    """What the last records know of some things, by their keys; of one of which they know nothing, nothing."""
    asked = [newest[key] for key in keys if key in newest]
    found = models.Submission.objects.filter(pk__in=asked).values_list("pk", "subject", "answers") if asked else ()
    rows = {key: _remembered(form, program, question, key, id, text) for id, key, text in found}
    return {key: [row] for key, row in rows.items() if row is not None}


def _told(form: FormVersion, program: str, question: str, rows: Sequence[Row]) -> tuple[Row, str]:
    every: dict[str, Any] = {}
    # What the first row says stands, here and where it is told back.
    for row in reversed(rows):
        every |= row.values
    told = [[question, row.key, row.values, row.seal, sorted(row.values)] for row in reversed(rows)]
    return replace(rows[0], values=every), json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _batches(found: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(found)
    while some := list(islice(rest, _TOGETHER)):
        yield some


def _said(form: FormVersion, scope: Scope, some: Sequence[Entity]) -> dict[str, dict[str, Any]]:
    """What the last records of the form said of the entities that it keeps, by their ids."""
    said = models.EntityRevision.objects.filter(entity__in=[one.id for one in some], live=True)
    of = dict(said.order_by("occurred_at", "pk").values_list("record", "entity_id"))
    open_to = models.Submission.objects.filter(placing.within(scope), form=form.id, pk__in=list(of))
    asked = {
        one.name: one for one in form.fields
        if not (one.repeat or one.personal or one.calculate) and one.role not in ("occurred_at", "place")
    }  # fmt: skip
    found: dict[str, dict[str, Any]] = {}
    for id, text in open_to.order_by("occurred_at").values_list("pk", "answers"):
        answers = json.loads(text)
        given = {name: answers[name] for name in asked if answers.get(name) not in (None, "", [])}
        found[of[id]] = {name: value for name, value in given.items() if prefilling.offered(form, asked[name], value)}
    return found


def _lasting(form: FormVersion) -> list[str]:
    return [one.name for one in form.fields if one.prefill == LAST and not one.personal and not one.repeat]


def _kept_register(form: FormVersion) -> str:
    return form.entity.register if form.entity else ""


def keeping(form: FormVersion) -> dict[str, Any] | None:
    """What a phone needs to know so that an entity which it registered can be chosen before it was sent.

    Only of forms whose key and label are answers to one question each; None of any other.
    """
    key = _keeping(form)
    label = prefilling.plain_question(form.entity.label) if form.entity else ""
    if form.entity is None or not key or not any(one.name == label and not one.personal for one in form.fields):
        return None
    saves = [one.name for one in form.fields if _kept(form, one)]
    return {"register": form.entity.register, "key": key, "label": label, "saves": saves}


def told(form: FormVersion, program: str, text: str, answers: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a phone says was prefilled, by question; a row whose seal does not fit says nothing.

    ``text`` is JSON: rows of question, key, values, seal, and the questions that were filled in from them. With
    ``answers`` rows about another entity than these say nothing either.
    """
    try:
        rows = json.loads(text) if text else []
        found: dict[str, Any] = {}
        for question, key, values, seal, shown in rows[:ROWS_LIMIT]:
            if answers is not None and answers.get(question) != key:
                continue
            if hmac.compare_digest(_seal(form, program, str(question), str(key), values), str(seal)):
                found |= {name: values[name] for name in shown if name in values}
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}
    return found


def _asked(form: FormVersion) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Questions that name an entity: the register, and by question of the form what is kept under which name."""
    picked: dict[str, dict[str, str]] = {}
    for one in form.fields:
        question, _, kept = one.prefill.partition(".")
        if kept and not one.personal:
            picked.setdefault(question, {})[one.name] = kept
    for one in form.fields:
        if one.register and not one.repeat and one.name in picked:
            yield one.name, one.register, picked[one.name]
    if form.entity and (question := _keeping(form)):
        names = {one.name: one.name for one in form.fields if _kept(form, one) and one.name != question}
        # What is kept of people stays where its reading is logged: a phone learns who is there, and no more.
        if any(one.personal for one in form.fields):
            names = {}
        yield question, form.entity.register, names


def _keeping(form: FormVersion) -> str:
    """The question whose answer is the key of the entity that the form keeps; empty where the key is made of more."""
    plain = prefilling.plain_key(form)
    return plain if any(one.name == plain and not one.repeat for one in form.fields) else ""


def _kept(form: FormVersion, one: Field) -> bool:
    if one.repeat or one.personal or one.calculate:
        return False
    return one.role == "place" or (form.entity is not None and one.name in form.entity.saves)


def _values(form: FormVersion, one: Entity, names: Mapping[str, str]) -> dict[str, Any]:
    fields = {one.name: one for one in form.fields if not one.repeat}
    found = {}
    for name, kept in names.items():
        value = one.place if fields[name].role == "place" else prefilling.kept(one, kept)
        if value not in (None, "", []) and prefilling.offered(form, fields[name], value):
            found[name] = value
    return found


def _about_something(form: FormVersion, program: str, scope: Scope) -> QuerySet[models.Submission]:
    open_to = placing.within(scope, program=program)
    rows = models.Submission.objects.filter(open_to, form=form.id, program=program)
    return rows.exclude(state="withdrawn").exclude(subject="")


def _last(form: FormVersion, program: str, scope: Scope, subject: str) -> Iterator[Row]:
    newest = _about_something(form, program, scope).order_by("-occurred_at", "-received_at")
    seen: set[str] = set()
    for id, key, text in newest.values_list("pk", "subject", "answers")[:LIMIT].iterator():
        if key in seen or len(seen) >= SUBJECTS:
            continue
        seen.add(key)
        if row := _remembered(form, program, subject, key, id, text):
            yield row


def _remembered(form: FormVersion, program: str, question: str, key: str, id: str, text: str) -> Row | None:
    """What a last record has to bring along; None where that is nothing."""
    fields, answers = {one.name: one for one in form.fields if not one.repeat}, json.loads(text)
    values = {name: answers[name] for name in _lasting(form) if answers.get(name) not in (None, "", [])}
    fit = {name: value for name, value in values.items() if prefilling.offered(form, fields[name], value)}
    return _row(form, program, question, key, id, fit) if fit else None


def _entities(register: str, program: str, scope: Scope) -> Iterator[Entity]:
    with suppress(Refusal):
        yield from entities.every(register, scope=scope, program=program, limit=LIMIT)


def _row(form: FormVersion, program: str, question: str, key: str, of: str, values: Mapping[str, Any]) -> Row:
    plain: dict[str, Any] = {name: canon.plain(value) for name, value in values.items()}
    return Row(key, of, plain, _seal(form, program, question, key, plain))


def _seal(form: FormVersion, program: str, question: str, key: str, values: Any) -> str:
    said = canon.dumps([form.id, program, question, key, values])
    return salted_hmac(SALT, said, algorithm="sha256").hexdigest()[:_SEAL]
