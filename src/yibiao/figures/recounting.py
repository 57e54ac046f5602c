"""Holds what is kept ready against what it was made from, all at once or a little every night.

A cube is held against the columns, and made again where it differs. Columns are held against the log: whether they have
each fact once, and each correction, and whether some facts, spread over the whole log, stand in them as the log has
them.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time
from functools import partial
from time import monotonic
from typing import Final

from django.db.models import Max, Sum

from yibiao.core import clock
from yibiao.core.periods import SHANGHAI
from yibiao.figures import columns, filling, follow, keeping, serving, staging, store, superseding
from yibiao.figures.engines import duckdb
from yibiao.figures.engines.border import Files, Relation, Rows
from yibiao.figures.engines.dialects import identifier
from yibiao.figures.models import Projection, Recount, Segment
from yibiao.figures.types import Astray, Column, Difference, Source, Verdict
from yibiao.ledger import queries as ledger
from yibiao.ledger.types import Fact

# Between these hours of the night, so long at a time.
NIGHT: Final = (time(1), time(5))
TURN: Final = 20.0
# How many facts are compared cell by cell.
SAMPLE: Final = 500
COLUMNS: Final = "columns"
_NONE: Final = (0, 0)
log = logging.getLogger(__name__)


def verify(progress: Callable[[int, int], None] | None = None) -> Verdict:
    """Everything now: cubes against columns, columns against the log. A cube that is wrong is built again."""
    projection = store.active()
    astray = against_log(projection)
    _note(projection, COLUMNS, len(astray))
    if astray:
        # A cube that is right must not be made again from columns that are wrong.
        return Verdict((), astray)
    if serving.columned():
        filling.keep(projection)
    wanted = _cubes(projection)
    _forget(projection, wanted)
    found: list[Difference] = []
    for done, (digest, due) in enumerate(wanted.items(), 1):
        differing = filling.recount(projection, digest, due)
        _note(projection, digest, len(differing))
        found += differing
        if progress:
            progress(done, len(wanted))
    return Verdict(tuple(found), ())


def nightly(now: datetime | None = None) -> int:
    """The next of it that this night has not seen, for some seconds; how much of it was looked at. By day: nothing.

    Columns come first, and where they are wrong, no cube is held against them.
    """
    local = (now or clock.now()).astimezone(SHANGHAI)
    if not NIGHT[0] <= local.time() < NIGHT[1]:
        return 0
    projection = store.active()
    begun = local.replace(hour=NIGHT[0].hour, minute=0, second=0, microsecond=0)
    wanted = _cubes(projection)
    _forget(projection, wanted)
    seen = set(Recount.objects.filter(projection=projection, at__gte=begun).values_list("what", flat=True))
    due = [what for what in (COLUMNS, *wanted) if what not in seen]
    begun_at, looked = monotonic(), 0
    for what in due:
        if looked and monotonic() - begun_at > TURN:
            break
        if what != COLUMNS and Recount.objects.filter(projection=projection, what=COLUMNS, wrong__gt=0).exists():
            break
        wrong = against_log(projection) if what == COLUMNS else filling.recount(projection, what, wanted[what])
        for one in wrong:
            log.error("recounted and not the same: %s", one)
        _note(projection, what, len(wrong))
        looked += 1
    return looked


def recounts(*, open_only: bool = False) -> tuple[datetime | None, int]:
    """When anything was last held against what it was made from, and how much differed in the newest look at each.

    ``open_only`` leaves out cubes, which were made again at once where they differed.
    Missing: None where no night has passed since the columns were built.
    """
    rows = Recount.objects.filter(projection=store.active(), **({"what": COLUMNS} if open_only else {}))
    found = rows.aggregate(at=Max("at"), wrong=Sum("wrong"))
    return found["at"], found["wrong"] or 0


def against_log(projection: Projection) -> tuple[Astray, ...]:
    """The kinds whose columns are not what was written, or not what the log says; empty where all is well.

    They are mended by building them anew, which is for people to decide.
    """
    if not serving.columned():
        return _staged(projection)
    upto, found = projection.position, []
    (logged, corrected), sampled = ledger.tallies(upto), _sampled(upto)
    broken = _damaged(projection)
    for kind, sources in sorted(follow.layout().items()):
        if paths := broken.get(kind):
            whole = Segment.objects.filter(projection=projection, source=store.column_name(sources[0]))
            rows = whole.exclude(path__in=paths).aggregate(rows=Sum("rows"))["rows"] or 0
            found.append(Astray(kind, rows, logged.get(kind, _NONE)[0], 0, len(paths)))
            continue
        held = _answer(projection, sources[0], "SELECT COUNT(*), COALESCE(SUM(position), 0) FROM held")[0]
        wrong = sum(_differing(projection, source, sampled[kind]) for source in sources)
        wrong += _superseding(projection, kind, corrected.get(kind, _NONE), sampled[kind])
        if tuple(map(int, held)) != logged.get(kind, _NONE) or wrong:
            found.append(Astray(kind, int(held[0]), logged.get(kind, _NONE)[0], wrong))
    return tuple(found)


def _damaged(projection: Projection) -> dict[str, list[str]]:
    """The files that are missing or not as they were written, by the kind of their facts."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in Segment.objects.filter(projection=projection).order_by("path"):
        if store.damaged(one):
            log.error("missing, or not as it was written: %s", one.path)
            found[one.source.partition("/")[0]].append(one.path)
    return found


def _staged(projection: Projection) -> tuple[Astray, ...]:
    """The same of the rows that the site's PostgreSQL counts, where it serves."""
    upto, found = keeping.position(), []
    (logged, corrected), sampled = ledger.tallies(upto), _sampled(upto)
    for source in keeping.sources():
        facts = sampled[source.kind]
        told = Counter(tuple(row) for fact in facts for row in columns.rows(source, fact))
        kept = Counter(staging.rows_at(projection, source, [fact.position or 0 for fact in facts]))
        wrong = len({row[0] for row in ((told - kept) + (kept - told))})
        tally, pairs = staging.superseding(projection, source, upto, [fact.position or 0 for fact in facts])
        wrong += _unlike(corrected.get(source.kind, _NONE), tally, facts, pairs)
        # Of a repeat a fact may have any number of rows.
        held = logged.get(source.kind, _NONE) if source.repeat else staging.tally(projection, source, upto)
        if held != logged.get(source.kind, _NONE) or wrong:
            found.append(Astray(source.kind, held[0], logged.get(source.kind, _NONE)[0], wrong))
    return tuple(found)


def _sampled(upto: int) -> defaultdict[str, list[Fact]]:
    """Some facts, spread over the whole log, by kind."""
    found: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in ledger.at(1 + nth * upto // SAMPLE for nth in range(SAMPLE)):
        found[fact.kind].append(fact)
    return found


def _cubes(projection: Projection) -> dict[str, filling.Due]:
    return filling.wanted(projection) if serving.columned() else {}


def _forget(projection: Projection, wanted: Iterable[str]) -> None:
    """What is no longer kept, as of an indicator that a new version of its pack defines otherwise, is wrong no more."""
    Recount.objects.filter(projection=projection).exclude(what__in=[COLUMNS, *wanted]).delete()


def _differing(projection: Projection, source: Source, facts: Sequence[Fact]) -> int:
    """How many of some facts have rows in the columns that are not those that the log gives."""
    if not facts:
        return 0
    names = ", ".join(identifier(column.name) for column in source.columns)
    positions = ", ".join(str(fact.position) for fact in facts)
    told, kept = f"SELECT {names} FROM told", f"SELECT {names} FROM held WHERE position IN ({positions})"  # noqa: S608
    sql = f"SELECT COUNT(DISTINCT position) FROM (({told} EXCEPT ALL {kept}) UNION ALL ({kept} EXCEPT ALL {told})) AS d"  # noqa: S608
    rows = duckdb.table(source.columns, [row for fact in facts for row in columns.rows(source, fact)])
    return int(_answer(projection, source, sql, Relation("told", source.columns, rows))[0][0])


def _superseding(projection: Projection, kind: str, logged: tuple[int, int], facts: Sequence[Fact]) -> int:
    """How much of what the files say superseded facts of a kind is not what the log says."""
    name, positions = f"{kind}/{columns.SUPERSEDED}", ", ".join(str(fact.position) for fact in facts) or "0"
    ask = partial(_held, projection, name, columns.SUPERSEDED_COLUMNS)
    [(count, total)] = ask("SELECT COUNT(*), COALESCE(SUM(position), 0) FROM held")
    pairs = ask(f"SELECT position, superseded FROM held WHERE position IN ({positions})")  # noqa: S608
    return _unlike(logged, (int(count), int(total)), facts, pairs)


def _unlike(logged: tuple[int, int], held: tuple[int, int], facts: Sequence[Fact], pairs: Rows) -> int:
    """How many pairs (position, position superseded) differ: of some facts, and in number, by their tallies."""
    told = Counter((position, before) for _, position, before in superseding.superseded(facts))
    kept = Counter((int(position), int(before)) for position, before in pairs)
    differing = len({position for position, _ in ((told - kept) + (kept - told))})
    return max(differing, abs(logged[0] - held[0]), int(logged != held))


def _answer(projection: Projection, source: Source, sql: str, *others: Relation) -> Rows:
    """What SQL gives over all rows that the files of a source hold, live or superseded, by the name ``held``."""
    return _held(projection, store.column_name(source), source.columns, sql, *others)


def _held(projection: Projection, name: str, shape: Sequence[Column], sql: str, *others: Relation) -> Rows:
    """The same of a name in the manifest."""
    paths = tuple(store.paths(Segment.objects.filter(projection=projection, source=name)))
    files = (Files(paths, f"position <= {projection.position}"),) if paths else ()
    held = Relation("held", tuple(shape), duckdb.table(shape, []), files)
    return duckdb.answer(sql, [held, *others])


def _note(projection: Projection, what: str, wrong: int) -> None:
    Recount.objects.update_or_create(projection=projection, what=what, defaults={"at": clock.now(), "wrong": wrong})
