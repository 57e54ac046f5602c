"""The province that ``yibiao bench figures`` measures: its tree, its program, and facts invented in the columns.

The log holds only what the tail needs, written by hand: how fast facts are taken in and sealed is what ``yibiao bench
ingest`` measures.
"""

from __future__ import annotations

import csv
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection

from yibiao.core.periods import SHANGHAI, Period
from yibiao.core.problems import refuse
from yibiao.desk import installing
from yibiao.desk.problems import BENCH_TAKEN
from yibiao.figures import actions as figures
from yibiao.figures import queries
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries as log
from yibiao.packs import queries as packs
from yibiao.places import actions as places
from yibiao.places.types import PlaceDraft

PACK: Final = Path(__file__).parent / "province"
PROGRAM, PROVINCE = "bench-province", "220000000000"
KIND: Final = f"record.{PROGRAM}.inspection"
FIRST: Final = date(2022, 7, 1)
DAYS: Final = 90
TOWNSHIPS, COMMUNITIES = 15, 14
# Of so many new facts one corrects an old one.
CORRECTED: Final = 50


@dataclass(frozen=True, slots=True)
class Arrival:
    """An inspection that the log takes in; ``corrects`` is the position of the one that it corrects, 0 of none."""

    position: int
    id: str
    revision: int
    place: str
    subject: str
    at: datetime
    grade: str
    found: int
    ordered: int
    corrects: int = 0


def last_day() -> date:
    return FIRST + timedelta(days=DAYS - 1)


def kinds() -> tuple[str, ...]:
    """The kinds of fact of the program, in the order of its indicators."""
    return tuple(dict.fromkeys(f"record.{PROGRAM}.{one.source}" for one in queries.indicators(PROGRAM)))


def aggregates(kind: str) -> dict[str, tuple[str, str]]:
    """What each indicator of a kind is in SQL, by its id: the aggregate, and the rows that it is of.

    Their filters are such as SQL has too.
    """
    whats = {"count": "COUNT(*)", "sum": "SUM({})", "distinct": "COUNT(DISTINCT {})"}
    return {
        one.id: (whats[one.measure].format(one.of), one.filter or "TRUE")
        for one in queries.indicators(PROGRAM)
        if kind == f"record.{PROGRAM}.{one.source}"
    }


def together(kind: str) -> dict[str, str]:
    """The same of all of them at once."""
    return {
        id: what if test == "TRUE" else f"{what} FILTER (WHERE {test})" for id, (what, test) in aggregates(kind).items()
    }


def build(facts: int, tree: Path | None) -> dict[str, Any]:
    """A province, its program and so many facts. Units: seconds of time and of the processor; bytes.

    Raises: desk.bench.taken.
    """
    if packs.programs():
        raise refuse(BENCH_TAKEN.at(folder=settings.DATA))
    rows = _read(tree) if tree else list(_invented())
    places.import_places(rows, valid_from=date(2022, 1, 1), label="样例", source="样例")
    installing.install(PACK)
    ledger.seal_all()
    figures.follow()
    used, begun = time.process_time(), time.perf_counter()
    last = figures.generate(PROGRAM, PROGRAM, Period.days(FIRST, last_day()), facts)
    seconds, used = time.perf_counter() - begun, time.process_time() - used
    checkpoint(last)
    status = queries.status()
    return {
        "places": len(rows), "seconds": round(seconds, 1), "cpu_seconds": round(used, 1),
        "bytes_per_fact": round(status.bytes / facts, 1), "files": status.segments,
    }  # fmt: skip


def _read(folder: Path) -> list[PlaceDraft]:
    """The tree of a folder: the first list in it with code, name, level and parent."""
    path = next(path for path in sorted(folder.glob("*.csv")))
    with path.open(encoding="utf-8") as text:
        return [PlaceDraft(row["code"], row["name"], row["level"], row["parent"]) for row in csv.DictReader(text)]


def _invented() -> Iterator[PlaceDraft]:
    """A province of about 13,000 places, with codes as the real ones are made."""
    yield PlaceDraft(PROVINCE, "样例省", "province", "")
    for prefecture in range(1, 10):
        one = f"22{prefecture:02d}00000000"
        yield PlaceDraft(one, f"样例{prefecture}市", "prefecture", PROVINCE)
        for county in range(1, 8 if prefecture > 3 else 7):
            two = f"22{prefecture:02d}{county:02d}000000"
            yield PlaceDraft(two, f"样例{prefecture}-{county}县", "county", one)
            for township in range(1, TOWNSHIPS + 1):
                three = f"{two[:6]}{township:03d}000"
                yield PlaceDraft(three, f"样例{township}镇", "township", two)
                for community in range(1, COMMUNITIES + 1):
                    yield PlaceDraft(f"{three[:9]}{community:03d}", f"样例{community}社区", "community", three)


def checkpoint(size: int) -> None:
    """A checkpoint over what was invented, which no sealer has seen."""
    newest = log.checkpoint()
    number = newest.number + 1 if newest else 1
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_checkpoint (number, size, root, sealed_at) VALUES (%s, %s, %s, %s)",
            [number, size, "0" * 64, datetime.now(SHANGHAI)],
        )


def arrive(count: int) -> tuple[Arrival, ...]:
    """So many inspections of one day are in the log and sealed, some of which correct facts of the columns."""
    newest = log.checkpoint()
    after = newest.size if newest else 0
    columns = '"fact.uuid", position, place, subject, occurred_at, grade, found, ordered'
    sql = f"SELECT {columns} FROM {{live}} WHERE revision = 1 AND position <= {after} ORDER BY position LIMIT {count}"  # noqa: S608
    base = queries.by_hand(KIND, sql, (f"{FIRST:%Y-%m}", f"{FIRST:%Y-%m}"))
    known, made = [], []
    for n, (id, position, place, subject, at, grade, found, ordered) in enumerate(base, 1):
        if n % CORRECTED == 1:
            known.append(Arrival(position, str(id), 1, place, subject, at, grade, found, ordered))
            made.append(Arrival(after + n, str(id), 2, place, subject, at, "major", found + 1, ordered, position))
        else:
            at = datetime.combine(last_day(), at.time())
            made.append(Arrival(after + n, str(uuid.uuid4()), 1, place, subject, at, grade, found, ordered))
    with connection.cursor() as cursor:
        for one in (*known, *made):
            _entry(cursor, one)
    checkpoint(after + count)
    return tuple(made)


def _entry(cursor: Any, one: Arrival) -> None:
    """One sealed row of the log."""
    moment = one.at.replace(tzinfo=SHANGHAI).astimezone(UTC)
    held = {"grade": one.grade, "found": one.found, "ordered": one.ordered, "object": one.subject}
    payload = json.dumps({"answers": held, "channel": "openrosa"}, sort_keys=True)
    cells = [
        KIND, one.id, one.revision, PROGRAM, one.place, "", "", one.subject, moment, moment, False, payload, "0" * 64,
    ]  # fmt: skip
    marks = ", ".join(["%s"] * len(cells))
    names = (
        "kind, fact, revision, program, place, organisation, actor, subject, occurred_at, received_at, withdrawn, "
        "payload, digest"
    )
    cursor.execute(f"INSERT INTO ledger_entry ({names}) VALUES ({marks}) RETURNING id", cells)  # noqa: S608 - marks
    number = cursor.fetchone()[0]
    cursor.execute(
        "INSERT INTO ledger_position (position, entry_id, leaf) VALUES (%s, %s, %s)", [one.position, number, b"0" * 32]
    )
