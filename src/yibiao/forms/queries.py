"""Checks forms and answers, and finds published forms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from yibiao.core import moments
from yibiao.core.problems import Problem, refuse
from yibiao.forms import answering, checking, linting, media, models, plans, problems, stored
from yibiao.forms.repeating import held
from yibiao.forms.types import Checked, EntityValue, Field, FieldState, FormVersion
from yibiao.packs.types import PackFiles

__all__ = [
    "check", "check_answers", "check_each", "dictionary", "entity_value", "field_states", "form", "forms", "held",
    "kinds", "timeless", "versions", "warnings",
]  # fmt: skip
_loaded: dict[tuple[str, str, str], FormVersion] = {}


def check(files: PackFiles) -> tuple[list[FormVersion], list[Problem]]:
    """The forms of a pack, and everything that is wrong with any of them, also against what is published."""
    published = [_load(row) for row in models.Form.objects.all()]
    registers = frozenset(form.entity.register for form in published if form.entity)
    forms, found = checking.check(files, registers)
    for form in forms:
        older = [version for version in published if version.id == form.id]
        found += checking.changed(form, older, f"forms/{form.name}")
    return forms, found


def warnings(files: PackFiles, checked: Sequence[FormVersion] = ()) -> list[Problem]:
    """What is odd in the forms of a pack and does not stop it: an unknown unit, a question that a register answers."""
    books, _ = checking.workbooks(files)
    found = [warning for book in books for warning in linting.warnings(book)]
    own = {form.id for form in checked}
    keepers = [*checked, *(form for form in forms() if form.id not in own)]
    for form in checked:
        for one in held(form, keepers):
            rule = problems.HELD if one.remedy else problems.HELD_UNPICKED
            where = f"forms/{form.name} {one.field.name}"
            said = {"label": one.field.label.zh, "register": one.register, "prefill": one.remedy}
            found.append(rule.at(where, **said))
    return found


def form(id: str, version: str | None = None) -> FormVersion:
    """A published form: the version asked for, or the current one.

    Raises: ``forms.form.unknown``.
    """
    which = {"current": True} if version is None else {"version": version}
    found = moments.once(("form", id, version), lambda: tuple(_all(models.Form.objects.filter(form=id, **which)))[:1])
    if found:
        return found[0]
    raise refuse(problems.FORM_UNKNOWN.at(form=id, version=version or ""))


def forms(pack: str | None = None) -> tuple[FormVersion, ...]:
    """The forms that can be filled in now: of each installed pack, those of its current version.

    Shape: by id; may be empty.
    """
    which = {} if pack is None else {"pack": pack}
    return moments.once(
        ("forms", pack), lambda: tuple(_all(models.Form.objects.filter(current=True, offered=True, **which)))
    )


def kinds() -> dict[str, FormVersion]:
    """The current version of every form ever published, by the kind of its facts."""
    return {form.kind: form for form in _all(models.Form.objects.filter(current=True))}


def versions(id: str) -> tuple[FormVersion, ...]:
    """All published versions of a form, the current one first, then from new to old."""
    return tuple(_all(models.Form.objects.filter(form=id), newest_first=True))


def dictionary(form_id: str) -> tuple[Field, ...]:
    """Every field that a version of the form ever had, as its newest version describes it.

    Shape: one per repeat and name, the current version's first in document order.
    Raises: ``forms.form.unknown``.
    """
    known = versions(form_id)
    if not known:
        raise refuse(problems.FORM_UNKNOWN.at(form=form_id, version=""))
    fields: dict[tuple[str, str], Field] = {}
    for version in known:
        for field in version.fields:
            fields.setdefault((field.repeat, field.name), field)
    return tuple(fields.values())


def check_answers(form: FormVersion, answers: Mapping[str, Any], *, now: datetime) -> Checked:
    """Answers read, computed and held against every rule of the form; ``now`` is what today() and now() see.

    Each problem carries ``field``, ``repeat`` and ``index`` among its values.
    Missing: an absent key, None and empty text are all no answer.
    """
    return answering.check(form, [answers], now=now)[0]


def check_each(form: FormVersion, several: Sequence[Mapping[str, Any]], *, now: datetime) -> list[Checked]:
    """The same of several sets of answers, in their order, sooner than one by one."""
    return answering.check(form, several, now=now)


def timeless(form: FormVersion) -> bool:
    """Whether answers that were found good stay so, and what is computed of them: no rule asks what time it is."""
    return plans.plan(form).timeless


def field_states(form: FormVersion, answers: Mapping[str, Any], now: datetime) -> tuple[FieldState, ...]:
    """What a filling page shows under the answers given so far: no complaint about what is not answered yet.

    Shape: one per question, and one per question and item of a repeat, in document order.
    """
    return answering.states(form, answers, now=now)


def files_taken(form: FormVersion) -> Mapping[str, tuple[str, ...]]:
    """The kinds of file that each question of a form takes, such as ``image/*``, ``application/pdf`` or ``.docx``.

    Shape: by path; none where any file will do.
    """
    return media.taken(form)


def entity_value(form: FormVersion, answers: Mapping[str, Any], *, now: datetime) -> EntityValue | None:
    """The entity that a record's checked public answers create or update; None where the form keeps no register."""
    return answering.entity(form, answers, now=now)


def _all(rows: Any, *, newest_first: bool = False) -> Iterable[FormVersion]:
    """Versions never change, so each is built once per process; a query finds only which are asked for."""
    order = ("-current", "-published_at", "-pk") if newest_first else ("form",)
    for row in rows.order_by(*order).defer("definition", "xform"):
        yield _load(row)


def _load(row: models.Form) -> FormVersion:
    key = (row.form, row.version, row.digest)
    if key not in _loaded:
        _loaded[key] = stored.load(row.definition, row.xform)
    return _loaded[key]
