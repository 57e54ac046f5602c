"""A record as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yibiao.core import quantities
from yibiao.core.periods import SHANGHAI
from yibiao.forms.types import Field, FormVersion
from yibiao.people import queries as people
from yibiao.records import models, types
from yibiao.records.placing import Atlas


def presented(record: types.Record, form: FormVersion, answers: Mapping[str, Any], language: str) -> types.Presented:
    """Lines for the questions answered, in the form's order, and a table for each repeat.

    ``answers`` are the record's own, or those together with its personal ones.
    """
    atlas = Atlas()
    lines = []
    for field in (one for one in form.fields if not one.repeat):
        value = answers.get(field.name)
        if value in (None, "", []) and not (field.personal and record.has_personal):
            continue
        lines.append(_line(form, field, value, language, atlas))
    tables = tuple(
        _table(form, name, answers.get(name), language, atlas) for name in _repeats(form) if answers.get(name)
    )
    return types.Presented(record, form.title.of(language), tuple(lines), tables)


def said(form: FormVersion, field: Field, value: Any, language: str, atlas: Atlas) -> str:
    """One answer as text: the label of a choice, the name of a place, an entity or an organisation."""
    if value in (None, "", []):
        return ""
    if field.choices:
        labels = {choice.name: choice.label.of(language) for choice in form.choices.get(field.choices, ())}
        names = value if isinstance(value, list) else [value]
        return ("、" if language == "zh" else ", ").join(labels.get(str(name), str(name)) for name in names)
    return named(field, str(value), atlas) or moment(field, str(value))


def named(field: Field, value: str, atlas: Atlas) -> str:
    """What a code stands for, with the code where it helps; empty for an answer that is no code."""
    if field.role == "place":
        return atlas.name(value)
    if field.register:
        row = models.Entity.objects.filter(register=field.register, key=value).first()
        return f"{row.label}（{value}）" if row and row.label != value else value
    if field.role in ("participants", "organisation"):
        known = {body.code: body.name for body in people.organisations(codes=value.split())}
        return "、".join(known.get(code, code) for code in value.split())
    return ""


def _line(form: FormVersion, field: Field, value: Any, language: str, atlas: Atlas) -> types.Line:
    label = field.label.of(language) or field.name
    return types.Line(field.name, label, said(form, field, value, language, atlas), field.unit, field.personal)


def _table(form: FormVersion, name: str, items: Any, language: str, atlas: Atlas) -> types.Table:
    fields = [field for field in form.fields if field.repeat == name]
    heading = next((one.label.of(language) for one in form.sections if one.name == name), "") or name
    labels = tuple(quantities.headed(field.label.of(language) or field.name, field.unit, language) for field in fields)
    rows = tuple(tuple(said(form, field, item.get(field.name), language, atlas) for field in fields) for item in items)
    return types.Table(name, heading, labels, rows)


def _repeats(form: FormVersion) -> list[str]:
    return list(dict.fromkeys(field.repeat for field in form.fields if field.repeat))


def moment(field: Field, text: str) -> str:
    """A moment as it is read in China; any other answer as it is."""
    if field.type != "datetime":
        return text
    try:
        return datetime.fromisoformat(text).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return text
