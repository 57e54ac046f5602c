"""The columns of a form's sheet: what the template shows and what an upload is read by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from yibiao.forms.types import Choice, Field, FormVersion

NUMBER: Final = "_number"
PARENT: Final = "_row"
# What a template brought along for a row, sealed; only a template that brings rows has it.
KNOWN: Final = "_known"
_CASCADE: Final = re.compile(r"\s*([\w.-]+)\s*=\s*(/[\w./-]+)\s*")


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``field`` is None for what is no answer: the number of a row, what was known, the row of an item."""

    name: str
    label: str
    field: Field | None = None

    @property
    def required(self) -> bool:
        return self.name == PARENT or bool(self.field and self.field.required and not self.field.relevant)


@dataclass(frozen=True, slots=True)
class Layout:
    """One sheet: the main one (``repeat`` empty), or the one of a repeat."""

    repeat: str
    title: str
    columns: tuple[Column, ...]


def layouts(form: FormVersion, language: str = "zh") -> tuple[Layout, ...]:
    """The sheets of a form, the main one first."""
    english = language == "en"
    known = Column(KNOWN, "Known before" if english else "已知内容")
    main = [Column(NUMBER, "Number" if english else "编号"), *_columns(form, "", language), known]
    found = [Layout("", _title(form.title.of(language) or form.name), tuple(main))]
    for repeat in dict.fromkeys(field.repeat for field in form.fields if field.repeat):
        label = next((section.label.of(language) for section in form.sections if section.name == repeat), "")
        columns = (Column(PARENT, "Row of" if english else "所属行"), *_columns(form, repeat, language))
        found.append(Layout(repeat, _title(label or repeat), columns))
    return tuple(found)


def cascade(field: Field) -> tuple[str, str] | None:
    """For a choice that depends on one earlier answer: the filter column and the field that it must equal."""
    match = _CASCADE.fullmatch(field.choice_filter) if field.choice_filter else None
    return (match[1], match[2].rpartition("/")[2]) if match else None


def heading(column: Column, language: str = "zh") -> str:
    """What stands in the header: the label, its unit, and a star for an answer that must be given."""
    around = " ({})" if language == "en" else "（{}）"
    unit = around.format(column.field.unit) if column.field and column.field.unit else ""
    return f"{column.label}{unit}{'*' if column.required else ''}"


def choices(form: FormVersion, field: Field) -> tuple[Choice, ...]:
    return tuple(form.choices.get(field.choices, ())) if field.choices else ()


def _columns(form: FormVersion, repeat: str, language: str) -> list[Column]:
    return [
        Column(field.name, field.label.of(language) or field.name, field)
        for field in form.fields
        if field.repeat == repeat and field.type not in ("calculated", "file") and not field.calculate
    ]


def _title(text: str) -> str:
    """A name that Excel allows for a sheet."""
    return re.sub(r"[\[\]:*?/\\']", "_", text)[:28] or "表"
