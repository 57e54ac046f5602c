"""Every kind declares its columns once.

A form's dictionary gives those of its facts and of each of its repeats; a room gives those of facts that it keeps.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from yibiao.core.periods import SHANGHAI
from yibiao.core.texts import Text
from yibiao.figures.types import Column, Source
from yibiao.forms.types import Field, FormVersion
from yibiao.ledger.types import Fact
from yibiao.packs.types import Declared

log = logging.getLogger(__name__)

_TYPES: Final[Mapping[str, str]] = {
    "integer": "BIGINT",
    "decimal": "DECIMAL",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "choices": "SET",
}
# What expressions call the type of each column.
FILTER_TYPES: Final[Mapping[str, str]] = {
    "BIGINT": "integer",
    "DECIMAL": "decimal",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "VARCHAR": "text",
    "SET": "choices",
    "ANY": "",
}
STANDARD: Final[tuple[Column, ...]] = (
    Column("position", "BIGINT", Text("存证位置", "Position")),
    Column("fact", "VARCHAR", Text("记录", "Record")),
    Column("revision", "BIGINT", Text("第几版", "Revision")),
    Column("item", "BIGINT", Text("第几项", "Item")),
    Column("program", "VARCHAR", Text("工作", "Program")),
    Column("place", "VARCHAR", Text("地点", "Place")),
    Column("organisation", "VARCHAR", Text("机构", "Organisation")),
    Column("actor", "VARCHAR", Text("填报人", "Filed by")),
    Column("subject", "VARCHAR", Text("对象", "Subject")),
    Column("occurred_at", "TIMESTAMP", Text("发生时间", "Occurred at")),
    Column("day", "DATE", Text("日期", "Day")),
    Column("channel", "VARCHAR", Text("渠道", "Channel")),
    Column("participants", "SET", Text("参加单位", "Participants")),
)
# What a filter may hold a moment or a day against: where the period that is asked for ends.
CUTOFF: Final[tuple[Column, ...]] = (
    Column("cutoff_at", "TIMESTAMP", Text("截止时间", "the cut-off")),
    Column("cutoff_on", "DATE", Text("截止之日", "the day of the cut-off")),
)
STANDARD_NAMES: Final = frozenset(column.name for column in STANDARD)
SUPERSEDED: Final = "_superseded"
SUPERSEDED_COLUMNS: Final = (Column("position", "BIGINT"), Column("superseded", "BIGINT"))

_LARGEST: Final = Decimal(10) ** 14
_STEP: Final = Decimal("0.0001")


def filter_types(source: Source) -> dict[str, str]:
    """What the filter of an indicator may name, with the type that expressions know."""
    return {column.name: FILTER_TYPES[column.type] for column in (*CUTOFF, *source.columns)}


def cutoff(until: datetime) -> dict[str, str]:
    """The names of ``CUTOFF`` with their values. A day that is not over is the day of the cut-off."""
    local = until.astimezone(SHANGHAI)
    return {"cutoff_at": local.isoformat(), "cutoff_on": local.date().isoformat()}


def shadowed(field: Field) -> bool:
    """Whether a field has a standard column's name without being what that column holds."""
    return field.name in STANDARD_NAMES and field.role != field.name


def sources(form: FormVersion, fields: Sequence[Field] = ()) -> tuple[Source, ...]:
    """The source of a form and those of its repeats; ``fields`` is the dictionary over its versions, newest first."""
    public = [field for field in (fields or form.fields) if not field.personal]
    repeats = list(dict.fromkeys(field.repeat for field in public if field.repeat))
    top = _answers(field for field in public if not field.repeat)
    entity = form.entity
    found = [
        Source(
            form.name, form.kind, "", (*STANDARD, *top.values()), form.title,
            entity.register if entity else "", entity.key if entity else "", entity.label if entity else "",
        )
    ]  # fmt: skip
    for repeat in repeats:
        # An item's own answer stands before an answer of the same name at the top.
        merged = {**top, **_answers(field for field in public if field.repeat == repeat)}
        found.append(Source(f"{form.name}/{repeat}", form.kind, repeat, (*STANDARD, *merged.values()), form.title))
    return tuple(found)


def declared(one: Declared) -> Source:
    """The source of facts that a room declares."""
    own = (
        Column(column.name, _TYPES.get(column.type, "VARCHAR"), column.label, column.choices)
        for column in one.columns
        if column.name not in STANDARD_NAMES
    )
    return Source(one.name, one.kind, "", (*STANDARD, *own), one.title)


def rows(source: Source, fact: Fact) -> Iterator[tuple[Any, ...]]:
    """The rows of a fact in a source, in the order of its columns; none for a withdrawal."""
    if fact.withdrawn:
        return
    answers: Mapping[str, Any] = fact.payload.get("answers") or {}
    head = _head(fact)
    own = source.columns[len(STANDARD) :]
    if not source.repeat:
        yield (*head, *(_cell(column, answers.get(column.name), fact) for column in own))
        return
    for index, item in enumerate(answers.get(source.repeat) or ()):
        values = {**answers, **item}
        cells = (_cell(column, values.get(column.name), fact) for column in own)
        yield (*head[:3], index, *head[4:], *cells)


def _answers(fields: Iterable[Field]) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for field in fields:
        if field.name not in STANDARD_NAMES and field.name not in found:
            kind = "ANY" if field.type == "calculated" else _TYPES.get(field.type, "VARCHAR")
            found[field.name] = Column(field.name, kind, field.label)
    return found


def _head(fact: Fact) -> tuple[Any, ...]:
    local = fact.occurred_at.astimezone(SHANGHAI).replace(tzinfo=None)
    return (
        fact.position, fact.id, fact.revision, None, fact.program, fact.place, fact.organisation or None,
        fact.actor or None, fact.subject or None, local, local.date(), fact.payload.get("channel") or None,
        " ".join(fact.payload.get("participants") or ()) or None,
    )  # fmt: skip


def _cell(column: Column, value: Any, fact: Fact) -> Any:
    """The answer in the column's type. Missing: None, also for an answer that does not fit, which is logged."""
    if value is None:
        return None
    try:
        return _typed(column.type, value)
    except (ValueError, TypeError, InvalidOperation, OverflowError):
        log.warning("%s of %s %s does not fit %s", column.name, fact.kind, fact.id, column.type)
        return None


def _typed(type_: str, value: Any) -> Any:
    match type_:
        case "BIGINT":
            number = int(value)
            if abs(number) >= 2**63:
                raise OverflowError
            return number
        case "DECIMAL":
            exact = Decimal(value)
            if abs(exact) >= _LARGEST:
                raise OverflowError
            return exact.quantize(_STEP)
        case "DATE":
            return date.fromisoformat(str(value)[:10])
        case "TIMESTAMP":
            at = datetime.fromisoformat(str(value))
            return at.astimezone(SHANGHAI).replace(tzinfo=None) if at.tzinfo else at
        case "SET":
            return value if isinstance(value, str) else " ".join(str(item) for item in value)
    return str(value)
