"""The shape of a form as OData sees it: one set of submissions, one more for each repeat, and their properties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from yibiao.core.problems import refuse
from yibiao.forms import queries as forms
from yibiao.forms.types import Field
from yibiao.records.odata import problems

# How a value is compared: ``moment`` is a column of ours, ``instant`` an answer brought to UTC.
Kind = Literal["text", "number", "date", "instant", "moment", "list", "point", "bool", "shown"]
MAIN: Final = "Submissions"
ID: Final = "__id"
PARENT: Final = "__Submissions-id"
_TYPES: Final[dict[str, tuple[str, Kind]]] = {
    "integer": ("Edm.Int64", "number"), "decimal": ("Edm.Decimal", "number"), "date": ("Edm.Date", "date"),
    "datetime": ("Edm.DateTimeOffset", "instant"), "geopoint": ("Edm.GeographyPoint", "point"),
    "choices": ("Edm.String", "list"),
}  # fmt: skip
SYSTEM: Final[dict[str, tuple[str, Kind]]] = {
    "submissionDate": ("Edm.DateTimeOffset", "moment"), "updatedAt": ("Edm.DateTimeOffset", "moment"),
    "submitterId": ("Edm.String", "text"), "submitterName": ("Edm.String", "shown"),
    "attachmentsPresent": ("Edm.Int64", "number"), "attachmentsExpected": ("Edm.Int64", "shown"),
    "status": ("Edm.String", "shown"), "reviewState": ("Edm.String", "text"), "deviceId": ("Edm.String", "text"),
    "edits": ("Edm.Int64", "number"), "formVersion": ("Edm.String", "text"),
    "deletedAt": ("Edm.DateTimeOffset", "moment"), "occurredAt": ("Edm.DateTimeOffset", "moment"),
    "program": ("Edm.String", "text"), "place": ("Edm.String", "text"),
    "placeName": ("Edm.String", "shown"), "organisation": ("Edm.String", "text"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Property:
    """A value of a row; ``path`` leads to it through its groups."""

    path: tuple[str, ...]
    type: str
    kind: Kind
    field: Field

    @property
    def address(self) -> str:
        return "/".join(self.path)


@dataclass(frozen=True, slots=True)
class Table:
    """An entity set: the submissions (``repeat`` empty), or the items of a repeat of theirs."""

    name: str
    repeat: str
    properties: tuple[Property, ...]

    @property
    def short(self) -> str:
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Shape:
    """``instances``: rows go by the ids that phones gave them, as in ODK Central, not by those of their records."""

    form: str
    main: Table
    repeats: tuple[Table, ...]
    instances: bool = False

    @property
    def tables(self) -> tuple[Table, ...]:
        return (self.main, *self.repeats)

    def table(self, name: str) -> Table:
        """Raises: ``records.odata.unknown``."""
        found = next((one for one in self.tables if one.name == name), None)
        if found is None:
            raise refuse(problems.UNKNOWN.at(name=name[:80]))
        return found


def shape(form: str, *, instances: bool = False) -> Shape:
    """Every question that a version of the form ever asked; personal ones are no part of it.

    Raises: ``forms.form.unknown``.
    """
    fields = [one for one in forms.dictionary(form) if not one.personal]
    names = dict.fromkeys(one.repeat for one in fields if one.repeat)
    repeats = tuple(Table(f"{MAIN}.{identifier(name)}", name, _properties(fields, name)) for name in names)
    return Shape(form, Table(MAIN, "", _properties(fields, "")), repeats, instances)


def identifier(name: str) -> str:
    """A name that OData allows: letters, digits and underscores, not beginning with a digit."""
    plain = "".join(("__" if ord(one) > 0xFFFF else "_") if not (one.isalnum() or one == "_") else one for one in name)
    return f"_{plain}" if plain[:1].isdigit() else plain


def _properties(fields: Sequence[Field], repeat: str) -> tuple[Property, ...]:
    found: dict[tuple[str, ...], Property] = {}
    for field in fields:
        if field.repeat != repeat:
            continue
        path = _path(field)
        while path in found:
            path = (*path[:-1], f"{path[-1]}_")
        type, kind = _TYPES.get(field.type, ("Edm.String", "text"))
        found[path] = Property(path, type, kind, field)
    return tuple(found.values())


def _path(field: Field) -> tuple[str, ...]:
    """The groups that a question stands in, below the form or its repeat, and its name."""
    steps = [step for step in field.path.split("/") if step][1:-1]
    if field.repeat in steps:
        steps = steps[steps.index(field.repeat) + 1 :]
    return (*map(identifier, steps), identifier(field.name))
