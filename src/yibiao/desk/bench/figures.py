"""The measurements of ``yibiao bench figures``: a province with so many facts in its columns, and what is asked of it.

The facts are invented in the columns themselves; the log holds only what the tail needs, written by hand: how fast
facts are taken in and sealed is what ``yibiao bench ingest`` measures.
"""

from __future__ import annotations

import csv
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection

from yibiao.core.periods import SHANGHAI, Period
from yibiao.core.problems import refuse
from yibiao.desk import installing
from yibiao.desk.operating import everything
from yibiao.desk.problems import BENCH_TAKEN
from yibiao.figures import actions as figures
from yibiao.figures import queries
from yibiao.figures.types import Query
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries as log
from yibiao.packs import queries as packs
from yibiao.places import actions as places
from yibiao.places import queries as atlas
from yibiao.places.types import PlaceDraft

PACK: Final = Path(__file__).parent / "province"
PROGRAM, PROVINCE = "bench-province", "220000000000"
FIRST: Final = date(2022, 7, 1)
DAYS: Final = 90
TOWNSHIPS, COMMUNITIES = 15, 14


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
    last = figures.generate(PROGRAM, PROGRAM, Period.days(FIRST, _last()), facts)
    seconds, used = time.perf_counter() - begun, time.process_time() - used
    _checkpoint(last)
    status = queries.status()
    return {
        "places": len(rows), "seconds": round(seconds, 1), "cpu_seconds": round(used, 1),
        "bytes_per_fact": round(status.bytes / facts, 1), "files": status.segments,
    }  # fmt: skip


def single(rounds: int) -> dict[str, dict[str, Any]]:
    """One figure for places high and low, long periods and short ones: served, from the columns, and by hand.

    Each round asks about another period, so that nothing answers from memory.
    """
    return {
        name: _three(code, days, rounds)
        for name, code, days in (
            ("province, 60 days", PROVINCE, 60), ("prefecture, 30 days", _below(1), 30),
            ("county, 30 days", _below(2), 30), ("community, 60 days", _below(4), 60),
        )
    }  # fmt: skip


def memory() -> int:
    """The most memory that this process has held so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _three(code: str, days: int, rounds: int) -> dict[str, Any]:
    asked = [_query("inspections-major", code, n, days) for n in range(rounds)]
    scope = everything()
    found = [queries.figure(one, scope=scope).value for one in asked]
    again = [queries.recounted(one, scope=scope).value for one in asked]
    plain = [_by_hand(one) for one in asked]
    if not found == again == plain:
        raise AssertionError(f"{code}: {found}, {again} and {plain}")
    return {
        "value": int(found[0] or 0),
        "served_ms": _median(lambda one: queries.figure(one, scope=scope), asked),
        "columns_ms": _median(lambda one: queries.recounted(one, scope=scope), asked),
        "by_hand_ms": _median(_by_hand, asked),
    }


def _by_hand(query: Query) -> int:
    """What somebody would write who knows that codes of places are made of those above them."""
    prefix = query.place.rstrip("0")
    prefix += "0" * (len(prefix) % 2)
    period = query.period
    days = f"day >= DATE '{period.day_list()[0]}' AND day <= DATE '{period.last_day}'"
    sql = f"SELECT COUNT(*) FROM {{live}} WHERE starts_with(place, '{prefix}') AND {days} AND grade = 'major'"  # noqa: S608
    months = (f"{period.day_list()[0]:%Y-%m}", f"{period.last_day:%Y-%m}")
    return int(queries.by_hand(f"record.{PROGRAM}.inspection", sql, months)[0][0])


def _median(act: Callable[[Query], object], asked: list[Query]) -> float:
    taken = []
    for one in asked:
        begun = time.perf_counter()
        act(one)
        taken.append(time.perf_counter() - begun)
    return round(statistics.median(taken) * 1000, 2)


def _query(id: str, code: str, shift: int, days: int) -> Query:
    first = FIRST + timedelta(days=shift % (DAYS - days + 1))
    return Query(f"{PROGRAM}.{id}", PROGRAM, code, Period.days(first, first + timedelta(days=days - 1)))


def _last() -> date:
    return FIRST + timedelta(days=DAYS - 1)


def _below(levels: int) -> str:
    """A place so many levels below the province: always the first."""
    code = PROVINCE
    for _ in range(levels):
        code = atlas.children(code)[0].code
    return code


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


def _checkpoint(size: int) -> None:
    """A checkpoint over what was invented, which no sealer has seen."""
    newest = log.checkpoint()
    number = newest.number + 1 if newest else 1
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_checkpoint (number, size, root, sealed_at) VALUES (%s, %s, %s, %s)",
            [number, size, "0" * 64, datetime.now(SHANGHAI)],
        )
