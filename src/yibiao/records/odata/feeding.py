"""Reading a set in the order of arrival, newest first, a batch at a time, so that a feed of any length streams."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from yibiao.core.problems import refuse
from yibiao.people.types import Scope
from yibiao.records import models
from yibiao.records.checking import canonical_id
from yibiao.records.odata import dialects, problems, relations, rows
from yibiao.records.odata.dialects import Value
from yibiao.records.odata.options import PAGE_LIMIT, Mark, Options, token
from yibiao.records.odata.relations import COLUMNS, Relation
from yibiao.records.odata.rows import Writer
from yibiao.records.odata.shapes import ID, PARENT, SYSTEM, Shape, Table

BATCH: Final = 2_000
Row = dict[str, Any]


@dataclass(slots=True)
class Feed:
    """One question to one set."""

    relation: Relation
    writer: Writer
    asked: Options

    def count(self) -> int:
        """All rows that match, whatever the page."""
        return self.relation.count()

    def page(self) -> tuple[list[Row], str]:
        """The rows of a page, and the option that asks for the next one; empty on the last."""
        size = PAGE_LIMIT if self.asked.top is None else self.asked.top
        if size == 0:
            return [], ""
        found = self._read(size + 1, self.asked.after, self.asked.skip)
        more = len(found) > size
        shown = [self._written(one) for one in found[:size]]
        return shown, self._next(found[size - 1]) if more else ""

    def every(self) -> Iterator[Row]:
        """All rows; each batch starts after the last row seen. The first is read before anything is answered."""
        batch = self._read(BATCH, self.asked.after, self.asked.skip)

        def walk(batch: list[Row]) -> Iterator[Row]:
            while batch:
                yield from map(self._written, batch)
                if len(batch) < BATCH:
                    return
                batch = self._read(BATCH, self._mark(batch[-1]), 0)

        return walk(batch)

    @property
    def streams(self) -> bool:
        return self.asked.top is None and not self.asked.orders

    def _next(self, last: Row) -> str:
        return "" if self.asked.orders else token(self._mark(last))

    def _read(self, limit: int, after: Mark | None, skip: int) -> list[Row]:
        wanted = self._wanted()
        held = self.relation.narrowed(_after(after, bool(self.writer.table.repeat))) if after else self.relation
        order = "s.received_at DESC, s.id DESC" + (", e.key" if self.writer.table.repeat else "")
        params: tuple[Any, ...] = ()
        if self.asked.orders:
            first, params = self.relation.ordered(self.asked.orders)
            order = f"{first}, {order}"
        rest = f"ORDER BY {order} LIMIT %s OFFSET %s"
        found = held.select_with(list(wanted.values()), rest, (*params, limit, skip))
        made = [dict(zip(wanted, row, strict=True)) for row in found]
        if self.writer.wants_system:
            self.writer.name_people([row["actor"] for row in made])
        return made

    def _wanted(self) -> dict[str, Value]:
        repeat = self.writer.table.repeat
        shown = {"shown": self.relation.columns[PARENT if repeat else ID]}
        if repeat:
            names = {"id": "s.id", "received_at": "s.received_at", "number": dialects.item_number(), "item": "e.value"}
            return {name: Value(sql, (), "text") for name, sql in names.items()} | shown
        found = {name: Value(f"s.{name}", (), "text") for name in COLUMNS} | shown
        if self.writer.wants_system:
            asked = {path: one for path, one in self.relation.columns.items() if path.startswith("__system/")}
            found |= {path: one for path, one in asked.items() if one.kind != "shown"}
        return found

    def _written(self, row: Row) -> Row:
        if not self.writer.table.repeat:
            return self.writer.record(row)
        item = row["item"]
        held = json.loads(item) if isinstance(item, str) else item
        return self.writer.item(self.writer.table, row["shown"], int(row["number"]), held)

    def _mark(self, row: Row) -> Mark:
        at = row["received_at"]
        at = datetime.fromisoformat(at) if isinstance(at, str) else at
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return Mark(at, row["id"], int(row.get("number", -1)))


def feed(shape: Shape, table: Table, asked: Options, *, scope: Scope, of: str = "") -> Feed:
    """What was asked of a set; ``of`` keeps to one submission, by the id under which it is shown.

    Raises: ``records.odata.property|type|unsupported|malformed``.
    """
    held = relations.of(shape, table, scope=scope, withdrawn=asked.deleted)
    if of:
        held = held.narrowed(_one(shape, of))
    if asked.condition is not None:
        held = held.filtered(asked.condition)
    if asked.orders:
        held.ordered(asked.orders)
    _check_select(table, asked)
    return Feed(held, Writer(shape, table, asked.select, asked.expand, asked.wkt), asked)


def _one(shape: Shape, id: str) -> Value:
    ids = {canonical_id(id)}
    if shape.instances:
        given = models.Sending.objects.filter(form=shape.form, instance__in=[*ids, id], revision=1)
        ids |= set(given.values_list("submission_id", flat=True))
    return Value(f"s.id IN ({', '.join(['%s'] * len(ids))})", tuple(ids), "bool")


def groups(shape: Shape, table: Table, asked: Options, *, scope: Scope) -> tuple[list[Row], int]:
    """The rows of $apply, and how many there are in all.

    Raises: ``records.odata.property|type|unsupported|malformed``.
    """
    held = relations.of(shape, table, scope=scope, withdrawn=asked.deleted)
    held = relations.grouped(held, asked.steps)
    if asked.condition is not None:
        held = held.filtered(asked.condition)
    if all(step.condition is not None for step in asked.steps):
        raise refuse(problems.UNSUPPORTED.at(feature="$apply=filter()"))
    if asked.select or asked.expand:
        raise refuse(problems.UNSUPPORTED.at(feature="$apply + $select / $expand"))
    order, params = held.ordered(asked.orders) if asked.orders else ("1", ())
    limit = relations.GROUP_LIMIT if asked.top is None else min(asked.top, relations.GROUP_LIMIT)
    rest = f"ORDER BY {order} LIMIT %s OFFSET %s"
    found = held.select_with(list(held.columns.values()), rest, (*params, limit, asked.skip))
    paths = [(path, one.kind) for path, one in held.columns.items()]
    return [rows.group(paths, row) for row in found], held.count() if asked.count else 0


def state(shape: Shape, scope: Scope) -> Sequence[Any]:
    """What changes when the form gets, loses or corrects a record that the scope may see, and not otherwise."""
    held = relations.of(shape, shape.main, scope=scope, withdrawn=True)
    return held.select(["COUNT(*)", "SUM(s.revision)", "MAX(s.received_at)"])[0]


def _after(last: Mark, items: bool) -> Value:
    at = dialects.moment(last.received_at, "moment")
    sql, params = "s.received_at < %s OR (s.received_at = %s AND s.id < %s)", (at, at, last.id)
    if items:
        sql += f" OR (s.received_at = %s AND s.id = %s AND {dialects.item_number()} > %s)"
        params = (*params, at, last.id, last.item)  # type: ignore[assignment]
    return Value(f"({sql})", params, "bool")


def _check_select(table: Table, asked: Options) -> None:
    keys = {ID, PARENT} if table.repeat else {ID, "__system", *(f"__system/{name}" for name in SYSTEM)}
    known = keys | {"/".join(one.path[:end]) for one in table.properties for end in range(1, len(one.path) + 1)}
    for name in asked.select:
        if name not in known:
            raise refuse(problems.PROPERTY.at(option="$select", name=name[:80]))
