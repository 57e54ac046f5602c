"""Values as people read them: the label of a choice, the name of an organisation, of an entity, of a channel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext

from yibiao.core import moments, quantities
from yibiao.desk import border
from yibiao.desk.templatetags import desk as writing
from yibiao.figures import queries as figures
from yibiao.figures.types import EXEMPT_REASON, EXEMPT_SLOT, Column, Indicator
from yibiao.forms import queries as forms
from yibiao.forms.types import Field, FormVersion
from yibiao.people import queries as people
from yibiao.records import queries as records

SHARED: Final = ("organisation", "participants", "channel")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the values of the columns of one indicator."""

    forms: tuple[FormVersion, ...]
    columns: tuple[Column, ...] = ()

    def field(self, name: str) -> tuple[FormVersion, Field] | None:
        return next(((form, one) for form in self.forms for one in form.fields if one.name == name), None)

    def labels(self, name: str, values: Iterable[Any]) -> dict[str, str]:
        """What the values of a column mean, by value; one that means only itself is left out."""
        keys = sorted({key for value in values for key in _keys(value)})
        if name in ("organisation", "participants"):
            return {one.code: one.name for one in people.organisations(codes=keys)} if keys else {}
        if name == "channel":
            return {key: writing.channel(key) for key in keys}
        own = next((one for one in self.columns if one.name == name and one.choices), None)
        if own is not None:
            return {value: label.of(border.language()) for value, label in own.choices}
        found = self.field(name)
        if found is None:
            return {}
        form, field = found
        if field.register:
            return records.entity_labels(field.register, keys)
        return {one.name: one.label.of(border.language()) for one in form.choices.get(field.choices, ())}

    def unit(self, name: str) -> str:
        found = self.field(name)
        return found[1].unit if found else ""


def reader(indicator: Indicator) -> Reader:
    """The forms whose columns an indicator may show, its own sources first."""
    return moments.once(("reader", indicator.ref), lambda: _reader(indicator))


def _reader(indicator: Indicator) -> Reader:
    leaves = figures.leaves(indicator.ref)
    own = {f"{indicator.pack}.{leaf.source.partition('/')[0]}" for leaf in leaves}
    known = sorted(forms.forms(indicator.pack), key=lambda form: form.id not in own)
    return Reader(tuple(known), figures.columns(indicator.ref))


def dimensions(indicator: Indicator) -> tuple[Column, ...]:
    """The columns worth breaking a figure down by: choices, registers, and who filed how."""
    return moments.once(("worth", indicator.ref), lambda: _dimensions(indicator))


def _dimensions(indicator: Indicator) -> tuple[Column, ...]:
    reads = reader(indicator)

    def worth(column: Column) -> bool:
        found = reads.field(column.name)
        chosen = column.choices or (found is not None and (found[1].choices or found[1].register))
        return column.name in SHARED or bool(chosen)

    return tuple(one for one in figures.dimensions(indicator.ref) if worth(one))


def said(value: Any, labels: dict[str, str]) -> str:
    """A value with its labels put in."""
    if value is None:
        return ""
    return listed(labels.get(key, key) for key in _keys(value))


def listed(texts: Iterable[str]) -> str:
    """Several things in one line, as the language of the page joins them."""
    return ("、" if border.language() == "zh" else ", ").join(texts)


def heading(column: str, reads: Reader, columns: Sequence[Column]) -> str:
    """The title of a column: its label in the form or in the engine's own columns, with its unit."""
    if column in (EXEMPT_SLOT, EXEMPT_REASON):
        return gettext("免报的报送期") if column == EXEMPT_SLOT else gettext("免报理由")
    own = any(one.name == column for one in reads.columns)
    found = None if own else reads.field(column)
    every = (*reads.columns, *columns, *figures.STANDARD)
    known = next((one.label for one in every if one.name == column and one.label.zh), None)
    label = found[1].label if found else known
    text = label.of(border.language()) if label else column
    return quantities.headed(text, reads.unit(column) if found else "", border.language())


def _keys(value: Any) -> list[str]:
    if isinstance(value, list | tuple | set | frozenset):
        return [str(one) for one in value]
    return [str(value)] if value is not None else []
