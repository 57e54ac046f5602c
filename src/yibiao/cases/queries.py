"""Reading cases, always within a scope, and the lifecycles by which they move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet

from yibiao.cases import models, placing, printing, problems, reporting, tables, types, walking, writing
from yibiao.cases.disclosing import disclosed, in_public, tally
from yibiao.cases.follow import case_id
from yibiao.cases.reporting import merged_count, offered, suspicions
from yibiao.cases.tables import check
from yibiao.core import expressions, moments
from yibiao.core.lifecycles import moving
from yibiao.core.lifecycles.moving import Reading
from yibiao.core.lifecycles.types import Lifecycle, Move, Paper
from yibiao.core.periods import SHANGHAI, Period
from yibiao.core.problems import Refusal, refuse
from yibiao.ledger import queries as log
from yibiao.packs import queries as packs
from yibiao.packs.types import Declared, PackFiles
from yibiao.people.types import Scope

__all__ = [
    "by_lineage", "case", "case_id", "check", "clocks", "counts", "declared", "disclosed", "due", "each", "in_public",
    "kind", "leading", "lifecycles", "lines", "merged", "merged_count", "moves", "of_record", "of_records", "offered",
    "page", "papers", "printed", "sources", "suspicions", "table", "tally", "timeline",
]  # fmt: skip

SOON: Final = timedelta(days=1)
_LOOKUP: Final = 400
_STANDARD: Final = frozenset(("title", "state_since", "due_at", "late", "opened_on"))


def declared(files: PackFiles) -> tuple[Declared, ...]:
    """The cases that a pack's own lifecycles make, for its indicators to count."""
    return tuple(tables.declared(files.id, one) for one in tables.read(files))


def sources() -> tuple[Declared, ...]:
    """The cases of every lifecycle ever installed, for figures to count."""
    return tables.everything()


def lifecycles(pack: str) -> tuple[Lifecycle, ...]:
    """The lifecycles of a pack's current version, in the order of its file; may be empty.

    Raises: packs.version.unknown.
    """
    return moments.once(("lifecycles", pack), lambda: tables.installed(pack, packs.current(pack).version))


def table(kind: str, version: str, lifecycle: str) -> Lifecycle | None:
    """The lifecycle by which a case moves, from what its fact says. Missing: None where the fact is of no case."""
    room, _, rest = kind.partition(".")
    try:
        return tables.lifecycle(rest.partition(".")[0], version, lifecycle) if room == "case" else None
    except Refusal:
        return None


def kind(pack: str, lifecycle: str) -> str:
    """The kind of the facts of a lifecycle's cases."""
    return tables.kind_of(pack, lifecycle)


def case(id: str, *, scope: Scope, as_of: int | None = None) -> types.Case:
    """A case as it stands, or as it stood at a checkpoint; outside the scope it is as unknown as if it did not exist.

    Raises: cases.case.unknown, ledger.checkpoint.unknown.
    """
    kept = _row(id, scope)
    if as_of is None:
        return writing.case_of(writing.held_of(kept), kept.moved_at.astimezone(SHANGHAI))
    checkpoint = log.checkpoint(as_of)
    size = checkpoint.size if checkpoint else 0
    known = [one for one in log.history(kept.id, kind=kept.kind) if one.position is not None and one.position <= size]
    if not known:
        raise refuse(problems.UNKNOWN.at(id=id[:80]))
    held, act = writing.folded(known[-1])
    return writing.case_of(held, act.at)


def leading(id: str, *, scope: Scope) -> types.Case:
    """The case that stands for one: itself, or the one into which it was merged.

    Raises: cases.case.unknown.
    """
    held = reporting.leading(writing.held_of(_row(id, scope)))
    return case(held.id, scope=scope)


def timeline(id: str, *, scope: Scope) -> tuple[types.Step, ...]:
    """The acts of a case.

    Shape: one per act, oldest first; ``changed`` holds the answers that differ from the act before.
    Raises: cases.case.unknown.
    """
    kept = _row(id, scope)
    steps: list[types.Step] = []
    before: Mapping[str, Any] = {}
    for fact in log.history(kept.id, kind=kept.kind):
        held, act = writing.folded(fact)
        answers = held.standing.answers
        changed = {
            name: answers.get(name)
            for name in (*answers, *before)
            if answers.get(name) != before.get(name) and name not in _STANDARD
        }
        steps.append(
            types.Step(
                fact.revision, act.move, act.actor, act.organisation, act.at, act.reason, str(before.get("state", "")),
                held.standing.state, changed, fact.withdrawn, fact.position,
            )
        )  # fmt: skip
        before = answers
    return tuple(steps)


def moves(one: types.Case) -> tuple[Move, ...]:
    """The moves that are open now, whoever may make them; ``offered`` are those of the reporter alone."""
    return moving.legal(one.lifecycle, one.standing)


def papers(one: types.Case, steps: Sequence[types.Step]) -> tuple[Paper, ...]:
    """The documents that a case has by now; ``steps`` are its acts."""
    done = {step.move for step in steps}
    return tuple(
        paper
        for paper in one.lifecycle.papers
        if done & set(paper.moves) and (paper.where is None or expressions.test(paper.where, one.answers))
    )


def printed(id: str, paper: str, *, scope: Scope, today: date) -> tuple[str, bytes]:
    """A document of a case as a .docx file, with its name.

    Raises: cases.case.unknown, cases.paper.unknown.
    """
    one = case(id, scope=scope)
    found = next((each for each in papers(one, timeline(id, scope=scope)) if each.id == paper), None)
    if found is None:
        raise refuse(problems.NO_PAPER.at(id=paper[:40]))
    place = placing.Atlas().chain(one.place)
    proof = log.fact(one.id, one.revision, kind=tables.kind_of(one.pack, one.lifecycle.id))
    content = printing.docx(one, found, place=place[-1].name if place else "", today=today, proof=proof)
    return f"{found.label.zh}-{one.title[:30]}.docx", content


def clocks(one: types.Case, steps: Sequence[types.Step], *, now: datetime) -> tuple[Reading, ...]:
    """How the time limits of a case stand; ``steps`` are its acts."""
    return moving.readings(one.lifecycle, [(step.move, step.at) for step in steps], one.standing, now=now)


def page(
    *,
    scope: Scope,
    program: str,
    at: datetime,
    lifecycle: str = "",
    state: str = "",
    pace: types.Pace = "",
    place: str = "",
    text: str = "",
    period: Period | None = None,
    number: int = 1,
    size: int = 50,
) -> types.Page:
    """One page of cases: what is owed by its deadline, then the rest, the newest first.

    ``pace`` is judged at the moment ``at``.
    """
    rows = _rows(scope, program, lifecycle=lifecycle, state=state, place=place, text=text, period=period)
    rows = _paced(rows, pace, at)
    total = rows.count()
    number = max(1, min(number, -(-total // size) or 1))
    owed_first = ("-open", F("due_at").asc(nulls_last=True), "-occurred_at", "id")
    shown = rows.order_by(*owed_first)[(number - 1) * size : number * size]
    return types.Page(tuple(map(_line, shown)), total, number, size)


def each(
    *,
    scope: Scope,
    program: str,
    at: datetime,
    lifecycle: str = "",
    state: str = "",
    pace: types.Pace = "",
    place: str = "",
    text: str = "",
) -> Iterator[types.Line]:
    """All cases of which ``page`` shows one, in the same order."""
    rows = _paced(_rows(scope, program, lifecycle=lifecycle, state=state, place=place, text=text), pace, at)
    return map(_line, walking.each(rows))


def lines(ids: Sequence[str], *, scope: Scope) -> dict[str, types.Line]:
    """Cases by id, those within the scope."""
    found: dict[str, types.Line] = {}
    open_to = placing.within(scope)
    for start in range(0, len(ids), _LOOKUP):
        rows = models.Case.objects.filter(open_to, pk__in=list(ids[start : start + _LOOKUP]))
        found |= {kept.id: _line(kept) for kept in rows}
    return found


def of_record(record: str, *, scope: Scope) -> tuple[types.Line, ...]:
    """The cases that a record opened, in the order of its items; may be empty."""
    rows = models.Case.objects.filter(placing.within(scope), record=record)
    return tuple(map(_line, rows.order_by("lifecycle", "item", "number")))


def merged(id: str, *, scope: Scope) -> tuple[types.Line, ...]:
    """The cases that were merged into one, the oldest first."""
    rows = models.Case.objects.filter(placing.within(scope), merged_into=id, withdrawn=False)
    return tuple(map(_line, rows.order_by("occurred_at", "id")))


def of_records(records: Sequence[str], lifecycle: str, *, scope: Scope) -> dict[str, types.Line]:
    """The case of one lifecycle that each of several records opened; of several the first. Missing: left out."""
    found: dict[str, types.Line] = {}
    for start in range(0, len(records), _LOOKUP):
        some = records[start : start + _LOOKUP]
        rows = models.Case.objects.filter(placing.within(scope), record__in=some, lifecycle=lifecycle)
        for kept in rows.order_by("item", "number"):
            found.setdefault(kept.record, _line(kept))
    return found


def due(
    *, scope: Scope, program: str = "", at: datetime, within: timedelta = SOON, limit: int = 20
) -> tuple[types.Line, ...]:
    """Open cases that are overdue at a moment or will be within a span, the oldest deadline first."""
    rows = _rows(scope, program).filter(open=True, due_at__lte=at + within).order_by("due_at", "id")
    return tuple(map(_line, rows[:limit]))


def counts(
    *, scope: Scope, program: str, at: datetime, place: str = "", period: Period | None = None
) -> tuple[types.Counts, ...]:
    """How many cases of each lifecycle of a program stand where.

    Shape: one per lifecycle that the program's pack has, in the order of its file, with zeros.
    Raises: packs.program.unknown, packs.version.unknown.
    """
    rows = _rows(scope, program, place=place, period=period)
    overdue, soon = Q(open=True, due_at__lt=at), Q(open=True, due_at__gte=at, due_at__lte=at + SOON)
    found: dict[str, list[Mapping[str, Any]]] = {}
    grouped = rows.values("lifecycle", "state", "withdrawn", "open").order_by("lifecycle", "state")
    for group in grouped.annotate(n=Count("pk"), late=Count("pk", filter=overdue), near=Count("pk", filter=soon)):
        found.setdefault(group["lifecycle"], []).append(group)
    return tuple(_counted(one, found.get(one.id, [])) for one in lifecycles(packs.program(program).pack))


def by_lineage(
    *, scope: Scope, program: str, at: datetime, lifecycle: str, place: str = ""
) -> dict[str, tuple[int, int]]:
    """How many cases of one lifecycle are open and how many of them overdue, by the codes from the root to their place.

    One read however many places there are. Missing: a place without an open case is left out.
    """
    rows = _rows(scope, program, lifecycle=lifecycle, place=place).filter(open=True)
    grouped = rows.values("lineage").order_by("lineage")
    found = grouped.annotate(n=Count("pk"), late=Count("pk", filter=Q(due_at__lt=at)))
    return {group["lineage"]: (group["n"], group["late"]) for group in found}


def _counted(one: Lifecycle, groups: Sequence[Mapping[str, Any]]) -> types.Counts:
    states = {state.id: 0 for state in one.states}
    live = [group for group in groups if not group["withdrawn"]]
    for group in live:
        states[group["state"]] = states.get(group["state"], 0) + group["n"]
    return types.Counts(
        one.id,
        states,
        sum(group["n"] for group in live),
        sum(group["n"] for group in live if group["open"]),
        sum(group["late"] for group in live),
        sum(group["near"] for group in live),
        sum(group["n"] for group in groups if group["withdrawn"]),
    )


def _rows(
    scope: Scope,
    program: str,
    *,
    lifecycle: str = "",
    state: str = "",
    place: str = "",
    text: str = "",
    period: Period | None = None,
) -> QuerySet[models.Case]:
    rows = models.Case.objects.filter(placing.within(scope, program=program))
    exact = {"program": program, "lifecycle": lifecycle, "state": state}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if state:
        rows = rows.filter(withdrawn=False)
    if place:
        lineage = placing.Atlas().lineage(place)
        rows = rows.filter(placing.below((lineage,))) if lineage else rows.none()
    if period is not None:
        rows = rows.filter(occurred_at__gte=period.from_, occurred_at__lt=period.until)
    if text.strip():
        rows = rows.filter(Q(title__contains=text.strip()) | Q(pk=text.strip()))
    return rows


def _paced(rows: QuerySet[models.Case], pace: types.Pace, at: datetime) -> QuerySet[models.Case]:
    match pace:
        case "overdue":
            return rows.filter(open=True, due_at__lt=at)
        case "soon":
            return rows.filter(open=True, due_at__gte=at, due_at__lte=at + SOON)
        case "open":
            return rows.filter(open=True)
        case "closed":
            return rows.filter(open=False, withdrawn=False)
    return rows


def _row(id: str, scope: Scope) -> models.Case:
    kept = models.Case.objects.filter(placing.within(scope), pk=id).first()
    if kept is None:
        raise refuse(problems.UNKNOWN.at(id=id[:80]))
    return kept


def _line(kept: models.Case) -> types.Line:
    return types.Line(
        kept.id, kept.lifecycle, kept.kind, kept.pack, kept.version, kept.program, kept.place, kept.title, kept.state,
        kept.open, kept.withdrawn, kept.occurred_at.astimezone(SHANGHAI), kept.since.astimezone(SHANGHAI),
        kept.due_at.astimezone(SHANGHAI) if kept.due_at else None, kept.escalated_to,
    )  # fmt: skip
