"""What a feed reads from: the records of a form within a scope, the items of a repeat, or groups of either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection

from yibiao.core.problems import refuse
from yibiao.people.types import Scope
from yibiao.records import models, placing
from yibiao.records.odata import dialects, problems, syntax
from yibiao.records.odata.compiling import Compiler
from yibiao.records.odata.dialects import Value
from yibiao.records.odata.shapes import ID, PARENT, SYSTEM, Kind, Shape, Table
from yibiao.records.odata.syntax import Node, Order, Step

GROUP_LIMIT: Final = 100_000
COLUMNS: Final = (
    "id", "received_at", "occurred_at", "form_version", "program", "place", "organisation", "actor", "revision",
    "state", "answers",
)  # fmt: skip
# How a record came, by the id that its phone gave it: nearly always its own id, which an index finds. Where that id was
# taken, or is no UUID, the record has one derived from it (version 5), and its sending is looked for.
_CAME: Final = (
    "COALESCE((SELECT {0} FROM records_sending AS d WHERE d.instance = s.id AND d.form = s.form "
    "AND d.program = s.program AND d.revision = 1 AND d.submission_id = s.id), "
    "CASE WHEN SUBSTR(s.id, 15, 1) = '5' THEN "
    "(SELECT {0} FROM records_sending AS d WHERE d.submission_id = s.id AND d.revision = 1) END)"
)
# Phones write ``uuid:`` before a UUID; it is kept without. What came by web, sheet or API is named as if it had one.
_INSTANCE: Final = (
    "COALESCE("
    + _CAME.format(
        "CASE WHEN d.instance LIKE '________-____-____-____-____________' THEN 'uuid:' ELSE '' END || d.instance"
    )
    + ", 'uuid:' || s.id)"
)
_STEPS: Final = "FROM records_submissionrevision AS r WHERE r.submission_id = s.id AND r.act"
_SYSTEM: Final = {
    "submissionDate": "s.received_at", "submitterId": "s.actor", "formVersion": "s.form_version",
    "occurredAt": "s.occurred_at", "program": "s.program", "place": "s.place", "organisation": "s.organisation",
    "edits": "(s.revision - 1 - CASE WHEN s.state = 'withdrawn' THEN 1 ELSE 0 END)",
    "reviewState": "(CASE WHEN s.state IN ('approved', 'rejected') THEN s.state END)",
    "updatedAt": f"(SELECT MAX(r.at) {_STEPS} = 'corrected')",
    "deletedAt": f"(SELECT MAX(r.at) {_STEPS} = 'withdrawn')",
    "attachmentsPresent": "(SELECT COUNT(*) FROM records_attachment AS a WHERE a.submission_id = s.id)",
    "deviceId": _CAME.format("d.device"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows to choose from: ``source`` stands after FROM, ``columns`` are what may be named."""

    source: str
    params: tuple[Any, ...]
    columns: dict[str, Value]
    where: tuple[Value, ...] = ()

    def narrowed(self, condition: Value) -> Relation:
        return replace(self, where=(*self.where, condition))

    def filtered(self, node: Node, option: str = "$filter") -> Relation:
        return self.narrowed(Compiler(self.columns, option).condition(node))

    def select(self, wanted: Sequence[str], rest: str = "", params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of some expressions; ``rest`` is what follows the conditions."""
        return self.select_with([Value(one, (), "text") for one in wanted], rest, params)

    def select_with(self, wanted: Sequence[Value], rest: str = "", params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        sql, given = self.statement(wanted)
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} {rest}", (*given, *params))
            return list(cursor.fetchall())

    def statement(self, wanted: Sequence[Value]) -> tuple[str, tuple[Any, ...]]:
        columns = ", ".join(one.sql for one in wanted)
        condition = " AND ".join(one.sql for one in self.where) or "TRUE"
        params = [
            *(x for one in wanted for x in one.params),
            *self.params,
            *(x for one in self.where for x in one.params),
        ]
        return f"SELECT {columns} FROM {self.source} WHERE {condition}", tuple(params)  # noqa: S608 (names of our own)

    def count(self) -> int:
        return int(self.select(["COUNT(*)"])[0][0])

    def ordered(self, orders: Sequence[Order]) -> tuple[str, tuple[Any, ...]]:
        """What follows ORDER BY; what is missing stands before everything else."""
        compiler = Compiler(self.columns, "$orderby")
        found = [(compiler.column(one.path), one.falling) for one in orders]
        said = [f"{value.sql} {'DESC NULLS LAST' if falling else 'ASC NULLS FIRST'}" for value, falling in found]
        return ", ".join(said), tuple(x for value, _ in found for x in value.params)


def of(shape: Shape, table: Table, *, scope: Scope, withdrawn: bool) -> Relation:
    """The rows of a set that the scope may see."""
    base, params = _base(shape.form, scope)
    source, columns = f"({base}) AS s", _own(table, _INSTANCE if shape.instances else "s.id")
    if table.repeat:
        join, more = dialects.items(table.repeat)
        source, params = f"{source} {join}", (*params, *more)
    held = Relation(source, params, columns)
    return held if withdrawn else held.narrowed(Value("s.state <> 'withdrawn'", (), "bool"))


def _base(form: str, scope: Scope) -> tuple[str, tuple[Any, ...]]:
    rows = models.Submission.objects.filter(form=form).order_by()
    try:
        sql, params = rows.filter(placing.within(scope)).values_list("form", *COLUMNS).query.sql_with_params()
    except EmptyResultSet:
        sql, params = rows.values_list("form", *COLUMNS).query.sql_with_params()
        sql += " AND 1 = 0"
    return sql, tuple(params)


def _own(table: Table, id: str) -> dict[str, Value]:
    system: dict[str, Value] = {
        f"__system/{name}": Value(_SYSTEM.get(name, "NULL"), (), kind) for name, (_, kind) in SYSTEM.items()
    }
    if table.repeat:
        keys = {ID: Value(dialects.item_id(id), (), "text"), PARENT: Value(id, (), "text")}
    else:
        keys = {ID: Value(id, (), "text")}
    source = "e.value" if table.repeat else "s.answers"
    own = {one.address: dialects.answer(source, one.field.name, one.kind) for one in table.properties}
    return {**own, **system, **keys}


def grouped(held: Relation, steps: Sequence[Step]) -> Relation:
    """The groups that $apply asks for; the columns of the outcome are their keys and figures.

    Raises: ``records.odata.property|unsupported|malformed``.
    """
    for number, step in enumerate(steps):
        held = _group(held, step, number) if step.condition is None else held.filtered(step.condition, "$apply")
    return held


def _group(held: Relation, step: Step, number: int) -> Relation:
    compiler = Compiler(held.columns, "$apply")
    keys = {path: compiler.column(path) for path in step.groups}
    figures = {one.alias: _figure(compiler, one) for one in step.sums}
    if set(keys) & set(figures):
        raise refuse(problems.MALFORMED.at(option="$apply", text=", ".join(set(keys) & set(figures))))
    made = {**keys, **figures}
    sql, params = held.statement(
        [Value(f"{one.sql} AS c{n}", one.params, one.kind) for n, one in enumerate(made.values())]
    )
    if keys:
        # By number: on PostgreSQL the same expression with a parameter of its own is another expression.
        sql += f" GROUP BY {', '.join(str(n + 1) for n in range(len(keys)))}"
    name = f"g{number}"
    columns = {path: Value(f"{name}.c{n}", (), one.kind) for n, (path, one) in enumerate(made.items())}
    return Relation(f"({sql}) AS {name}", params, columns)


def _figure(compiler: Compiler, one: syntax.Sum) -> Value:
    if one.method == "count":
        return Value("COUNT(*)", (), "number")
    of = compiler.column(one.path)
    if one.method in ("sum", "average") and of.kind != "number":
        raise refuse(problems.MISMATCH.at(option="$apply", left=one.path, right=one.method))
    kind: Kind = "number" if one.method == "countdistinct" else of.kind
    call = {
        "sum": "SUM({})",
        "min": "MIN({})",
        "max": "MAX({})",
        "average": "AVG({})",
        "countdistinct": "COUNT(DISTINCT {})",
    }
    return Value(call[one.method].format(of.sql), of.params, kind)
