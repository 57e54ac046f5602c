"""What SQLite and PostgreSQL say differently: answers in JSON, items of repeats, parts of dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from yibiao.core.periods import SHANGHAI
from yibiao.records.odata.shapes import Kind

_PARTS: Final = {"year": "%Y", "month": "%m", "day": "%d", "hour": "%H", "minute": "%M", "second": "%S"}
# In UTC, as text that sorts: phones write an answer with whatever offset they have.
_INSTANT: Final = "%Y-%m-%d %H:%M:%f"
_NUMBER: Final = r"^-?[0-9]+(\.[0-9]+)?$"
_DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"


@dataclass(frozen=True, slots=True)
class Value:
    """An SQL expression with its parameters; ``kind`` says how it is compared."""

    sql: str
    params: tuple[Any, ...]
    kind: Kind


def answer(source: str, name: str, kind: Kind) -> Value:
    """An answer of a record (``s.answers``) or of an item of a repeat (``e.value``)."""
    if _sqlite():
        path = f'$."{name}"'
        if kind == "list":
            return Value(f"(SELECT group_concat(value, ' ') FROM json_each({source}, %s))", (path,), "list")  # noqa: S608
        found = f"json_extract({source}, %s)"
        if kind == "instant":
            return Value(f"strftime(%s, {found})", (_INSTANT, path), kind)
        return Value(f"CAST({found} AS NUMERIC)" if kind == "number" else f"CAST({found} AS TEXT)", (path,), kind)
    json = source if source.startswith("e.") else f"{source}::jsonb"
    if kind == "list":
        held = f"CASE WHEN jsonb_typeof({json} -> %s) = 'array' THEN {json} -> %s END"
        return Value(f"(SELECT string_agg(v, ' ') FROM jsonb_array_elements_text({held}) AS v)", (name, name), "list")  # noqa: S608
    text = f"({json} ->> %s)"
    if kind == "number":
        return Value(f"(CASE WHEN {text} ~ %s THEN {text}::numeric END)", (name, _NUMBER, name), kind)
    if kind == "instant":
        return Value(f"(CASE WHEN {text} ~ %s THEN ({text})::timestamptz END)", (name, _DAY, name), kind)
    return Value(f'({text} COLLATE "C")', (name,), kind)


def items(repeat: str) -> tuple[str, tuple[Any, ...]]:
    """The items of a repeat beside their record ``s``, as ``e`` with ``value`` and ``key``."""
    if _sqlite():
        return "CROSS JOIN json_each(s.answers, %s) AS e", (f'$."{repeat}"',)
    held = "s.answers::jsonb -> %s"
    array = f"CASE WHEN jsonb_typeof({held}) = 'array' THEN {held} ELSE '[]'::jsonb END"
    return f"CROSS JOIN LATERAL jsonb_array_elements({array}) WITH ORDINALITY AS e(value, key)", (repeat, repeat)


def item_number() -> str:
    """The place of an item in its repeat, from 0."""
    return "e.key" if _sqlite() else "(e.key - 1)"


def item_id(record: str) -> str:
    """The id of an item, from the expression of its record's id."""
    return f"({record} || '-' || e.key)" if _sqlite() else f"({record} || '-' || (e.key - 1)::text)"


def part(name: str, of: Value) -> Value:
    """The year of a moment, and so on, by the clock of Shanghai."""
    if _sqlite():
        shift = ", '+8 hours'" if of.kind in ("moment", "instant") else ""
        return Value(f"CAST(strftime(%s, {of.sql}{shift}) AS INTEGER)", (_PARTS[name], *of.params), "number")
    sql, params = of.sql, of.params
    if of.kind == "date":
        sql, params = f"(CASE WHEN {sql} ~ %s THEN ({sql})::date END)", (*params, _DAY, *params)
    zone = "" if of.kind == "date" else f" AT TIME ZONE '{SHANGHAI.key}'"
    return Value(f"TRUNC(EXTRACT({name.upper()} FROM {sql}{zone}))::int", params, "number")


def day(of: Value) -> Value:
    """The day of a moment by the clock of Shanghai, as answers write one; a day is its own."""
    if of.kind == "date":
        return of
    if _sqlite():
        return Value(f"strftime(%s, {of.sql}, '+8 hours')", ("%Y-%m-%d", *of.params), "date")
    local = f"({of.sql}) AT TIME ZONE '{SHANGHAI.key}'"
    return Value(f'(TO_CHAR({local}, %s) COLLATE "C")', (*of.params, "YYYY-MM-DD"), "date")


def contains(text: Value, sought: Value) -> tuple[str, tuple[Any, ...]]:
    name = "instr" if _sqlite() else "strpos"
    return f"{name}({text.sql}, {sought.sql}) > 0", (*text.params, *sought.params)


def number(value: int | Decimal) -> int | float | Decimal:
    if isinstance(value, int):
        return value
    return float(value) if _sqlite() else value


def moment(at: datetime, kind: Kind) -> Any:
    """A moment as it is compared with a column of ours, or with an answer."""
    if kind == "instant" and _sqlite():
        return at.astimezone(UTC).isoformat(sep=" ", timespec="milliseconds")[:23]
    return connection.ops.adapt_datetimefield_value(at)


def _sqlite() -> bool:
    return connection.vendor == "sqlite"
