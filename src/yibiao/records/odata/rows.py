"""Rows as OData writes them: nested by group, missing as null, moments by the clock of Shanghai."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

from yibiao.core.periods import SHANGHAI
from yibiao.people import queries as people
from yibiao.records.odata.shapes import ID, PARENT, SYSTEM, Kind, Property, Shape, Table
from yibiao.records.placing import Atlas

_PLACES: Final = 10


@dataclass(slots=True)
class Writer:
    """Writes rows of one set; ``chosen`` are the paths that $select names, empty for all."""

    shape: Shape
    table: Table
    chosen: frozenset[str] = frozenset()
    expand: bool = False
    wkt: bool = False
    _atlas: Atlas = field(default_factory=Atlas)
    _names: dict[str, str] = field(default_factory=dict)

    @property
    def wants_system(self) -> bool:
        return not self.table.repeat and self.wants("__system")

    def wants(self, path: str) -> bool:
        """Whether a path is chosen: itself, the group it stands in, or something below it."""
        steps = path.split("/")
        return not self.chosen or any(
            one == path or path.startswith(f"{one}/") or one.split("/")[: len(steps)] == steps for one in self.chosen
        )

    def name_people(self, keys: Sequence[str]) -> None:
        fresh = {key for key in keys if key not in self._names}
        if fresh:
            self._names.update(dict.fromkeys(fresh, "") | people.names(fresh))

    def record(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """One submission from its columns."""
        answers = json.loads(row["answers"])
        shown = row["shown"]
        found: dict[str, Any] = {ID: shown} if self.wants(ID) else {}
        if self.wants_system:
            system = self._system(row, answers)
            found["__system"] = {name: one for name, one in system.items() if self.wants(f"__system/{name}")}
        self._fill(found, self.table.properties, answers)
        for repeat in self.shape.repeats:
            if self.expand:
                items = answers.get(repeat.repeat) or []
                found[repeat.short] = [self.item(repeat, shown, n, one) for n, one in enumerate(items)]
            elif not self.chosen:
                found[f"{repeat.short}@odata.navigationLink"] = f"Submissions('{quote(shown, safe='')}')/{repeat.short}"
        return found

    def item(self, table: Table, id: str, number: int, answers: Mapping[str, Any]) -> dict[str, Any]:
        """One item of a repeat."""
        keys = {ID: f"{id}-{number}", PARENT: id}
        found: dict[str, Any] = {name: one for name, one in keys.items() if self.expand or self.wants(name)}
        self._fill(found, table.properties, answers)
        return found

    def _fill(self, found: dict[str, Any], properties: Sequence[Property], answers: Mapping[str, Any]) -> None:
        for one in properties:
            if not self.wants(one.address):
                continue
            inner = found
            for step in one.path[:-1]:
                inner = inner.setdefault(step, {})
            inner[one.path[-1]] = self._value(answers.get(one.field.name), one)

    def _value(self, value: Any, one: Property) -> Any:
        if value in (None, "", []):
            return None
        if one.kind == "point":
            return _point(str(value), self.wkt)
        if one.kind == "number":
            return number(value)
        if isinstance(value, list):
            return " ".join(map(str, value))
        return shown(str(value), one.kind)

    def _system(self, row: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
        files = [one.field for one in self.table.properties if one.field.type == "file"]
        said = {
            "submitterName": self._names.get(row["actor"]) or None,
            "attachmentsExpected": sum(bool(answers.get(one.name)) for one in files),
            "status": None,
            "placeName": self._atlas.name(row["place"]),
        }
        return {
            name: said[name] if kind == "shown" else shown(row[f"__system/{name}"], kind)
            for name, (_, kind) in SYSTEM.items()
        }


def group(paths: Sequence[tuple[str, Kind]], row: Sequence[Any]) -> dict[str, Any]:
    """One row of $apply."""
    found: dict[str, Any] = {"@odata.id": None}
    for (path, kind), value in zip(paths, row, strict=True):
        inner, steps = found, path.split("/")
        for step in steps[:-1]:
            inner = inner.setdefault(step, {})
        inner[steps[-1]] = shown(value, kind)
    return found


def shown(value: Any, kind: Kind) -> Any:
    """A value of the database as JSON holds it."""
    if value is None:
        return None
    if kind in ("moment", "instant"):
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return at.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
    return number(value) if kind == "number" else value


def number(value: Any) -> int | float:
    """A number; the sum of 0.1 and 0.2 is 0.3 in both databases."""
    if isinstance(value, int):
        return value
    exact = round(Decimal(str(value)), _PLACES)
    return int(exact) if exact == exact.to_integral_value() and "." not in str(value) else float(exact)


def _point(text: str, wkt: bool) -> Any:
    """ "lat lon alt accuracy" with the longitude first, as GeoJSON or WKT want it."""
    parts = text.split()
    try:
        numbers = [float(one) for one in parts[:3]]
    except ValueError:
        return None
    if len(numbers) < 2:
        return None
    numbers[:2] = numbers[1], numbers[0]
    if wkt:
        return f"POINT ({' '.join(f'{one:g}' if one == int(one) else repr(one) for one in numbers)})"
    return {"type": "Point", "coordinates": numbers}
