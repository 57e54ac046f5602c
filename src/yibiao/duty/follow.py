"""Takes filed reports from the log into the filings that they settle; corrections and withdrawals as well."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from yibiao.core import clock, expressions
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal
from yibiao.duty import facts, models, rules, slots
from yibiao.duty.types import Obligation
from yibiao.forms import queries as forms
from yibiao.forms.types import FormVersion
from yibiao.ledger import actions as log
from yibiao.ledger import queries as ledger
from yibiao.ledger.types import Fact
from yibiao.packs import queries as packs

FOLLOWER: Final = "duty"
BATCH: Final = 5_000
Key = tuple[str, str, str, str]  # program, topic, unit, slot


@dataclass(frozen=True, slots=True)
class Watch:
    """An obligation with the form whose facts settle it."""

    obligation: Obligation
    form: FormVersion

    def heeds(self, fact: Fact) -> bool:
        """Whether a report is one that the obligation asks for."""
        asked = self.obligation.where
        return not asked or expressions.test(rules.condition(asked, rules.types(self.form)), fact.payload["answers"])


def step(limit: int = BATCH) -> int:
    """Takes the next sealed facts; how many positions it went forward."""
    watched = _watched()
    newest = ledger.checkpoint()
    with transaction.atomic():
        after = ledger.cursor(FOLLOWER)
        upto = min(newest.size if newest else 0, after + limit)
        if upto <= after:
            return 0
        if watched:
            _take(list(ledger.entries(after, upto, tuple(watched))), watched)
        log.advance(FOLLOWER, upto)
    return upto - after


def windows() -> dict[str, Period]:
    """The window of every program."""
    return {one.code: Period(one.window_from, one.window_until) for one in packs.programs()}


def _watched() -> dict[str, list[Watch]]:
    """Obligations by the kind of fact that settles them."""
    found: dict[str, list[Watch]] = defaultdict(list)
    kinds = forms.kinds()
    for version in packs.versions():
        if version.current:
            for one in rules.of(version.id).obligations:
                kind = f"record.{version.id}.{one.form}"
                if kind in kinds:
                    found[kind].append(Watch(one, kinds[kind]))
    return found


def _take(taken: Sequence[Fact], watched: dict[str, list[Watch]]) -> None:
    spans = windows()
    pairs = [
        (fact, watch)
        for fact in taken
        for watch in watched[fact.kind]
        if fact.program in spans and (fact.withdrawn or (fact.payload.get("answers") or {}).get(watch.obligation.unit))
    ]
    held = _reports(pairs)
    touched: dict[Key, Fact] = {}
    made: dict[tuple[str, str], tuple[Key, models.Report] | None] = {}
    places: dict[Key, str] = {}
    dues: dict[Key, tuple[datetime, datetime]] = {}
    for fact, watch in pairs:
        name = (fact.id, watch.obligation.topic)
        before = made[name] if name in made else held.get(name)
        if before is not None:
            touched[before[0]] = fact
        made[name] = None
        # What is said of a time after the cut-off says nothing of the program: no figure of it counts that either.
        if fact.withdrawn or fact.occurred_at >= spans[fact.program].until or not watch.heeds(fact):
            continue
        key, report = _report(fact, watch, before[1] if before else None)
        try:
            slot = slots.slot(watch.obligation, key[3], spans[fact.program])
        except Refusal:
            continue
        made[name], touched[key], places[key] = (key, report), fact, fact.place
        dues[key] = (slot.begins, slot.due_at)
    _store(touched, made, places, dues)


def _report(fact: Fact, watch: Watch, before: models.Report | None) -> tuple[Key, models.Report]:
    one, answers = watch.obligation, fact.payload["answers"]
    nil = bool(one.nil) and expressions.test(rules.condition(one.nil, rules.types(watch.form)), answers)
    # A sample was filed when it says that it was: it arrives in one go, long after.
    filed_at = before.filed_at if before else (fact.occurred_at if fact.payload.get("sample") else fact.received_at)
    key = (fact.program, one.topic, str(answers[one.unit]), slots.slot_of(one, fact.occurred_at))
    return key, models.Report(record=fact.id, topic=one.topic, revision=fact.revision, nil=nil, filed_at=filed_at)


def _reports(pairs: Iterable[tuple[Fact, Watch]]) -> dict[tuple[str, str], tuple[Key, models.Report]]:
    """What is kept of these records."""
    ids = sorted({fact.id for fact, _ in pairs})
    found: dict[tuple[str, str], tuple[Key, models.Report]] = {}
    for start in range(0, len(ids), 400):
        rows = models.Report.objects.filter(record__in=ids[start : start + 400]).select_related("filing")
        found |= {(row.record, row.topic): (_key(row.filing), row) for row in rows}
    return found


def _store(
    touched: dict[Key, Fact],
    made: dict[tuple[str, str], tuple[Key, models.Report] | None],
    places: dict[Key, str],
    dues: dict[Key, tuple[datetime, datetime]],
) -> None:
    rows = {key: row for key in touched if (row := _filing(key, places, dues))}
    known = _known([row.id for row in rows.values()])
    rows = {key: known.get(row.id, row) for key, row in rows.items()}
    fresh = [row for row in rows.values() if row.id not in known]
    models.Filing.objects.bulk_create(fresh, batch_size=500)
    names = list({record for record, _ in made})
    for start in range(0, len(names), 400):
        gone = models.Report.objects.filter(record__in=names[start : start + 400])
        gone.filter(topic__in={topic for _, topic in made}).delete()
    reports = []
    for one in made.values():
        if one is not None:
            report = one[1]
            reports.append(
                models.Report(
                    record=report.record, topic=report.topic, filing=rows[one[0]], revision=report.revision,
                    nil=report.nil, filed_at=report.filed_at,
                )
            )  # fmt: skip
    models.Report.objects.bulk_create(reports, batch_size=500)
    _settle(rows, touched)


def _filing(key: Key, places: dict[Key, str], dues: dict[Key, tuple[datetime, datetime]]) -> models.Filing | None:
    program, topic, unit, slot = key
    id = facts.stable_id(*key)
    if key not in dues:  # only left behind by a record that moved away: its row is there
        return models.Filing.objects.filter(pk=id).first()
    begins, due = dues[key]
    return models.Filing(
        id=id, program=program, topic=topic, unit=unit, slot=slot, place=places[key], begins_at=begins, due_at=due,
        state="open",
    )  # fmt: skip


def _known(ids: Sequence[str]) -> dict[str, models.Filing]:
    found: dict[str, models.Filing] = {}
    for start in range(0, len(ids), 400):
        found |= models.Filing.objects.in_bulk(ids[start : start + 400])
    return found


def _settle(rows: dict[Key, models.Filing], touched: dict[Key, Fact]) -> None:
    """Brings filings in line with their reports; a fact for each that changed."""
    reports: dict[str, list[models.Report]] = defaultdict(list)
    ids = [row.id for row in rows.values()]
    for start in range(0, len(ids), 400):
        for report in models.Report.objects.filter(filing__in=ids[start : start + 400]).order_by("filed_at", "record"):
            reports[report.filing_id].append(report)
    now, changed, drafts = clock.now(), [], []
    for key, row in rows.items():
        if not _bring(row, reports[row.id]):
            continue
        row.revision += 1
        changed.append(row)
        fact = touched[key]
        drafts.append(
            facts.draft(
                facts.FILING, row, facts.filing(row), program=row.program, place=row.place, subject=row.unit,
                occurred_at=row.begins_at, actor=fact.actor, organisation=fact.organisation,
                move="filed" if reports[row.id] else "unfiled", at=now,
            )
        )  # fmt: skip
    fields = ["state", "late", "filed_at", "record", "revision"]
    models.Filing.objects.bulk_update(changed, fields, batch_size=200)
    log.append(drafts)


def _bring(row: models.Filing, reports: Sequence[models.Report]) -> bool:
    """Whether anything about the filing changed."""
    before = (row.state, row.late, row.filed_at, row.record)
    if reports:
        first = reports[0]
        row.state = "nil" if all(one.nil for one in reports) else "values"
        row.filed_at, row.record, row.late = first.filed_at, reports[-1].record, first.filed_at > row.due_at
    elif row.state in ("nil", "values"):
        row.state, row.filed_at, row.record, row.late = "open", None, "", False
    return before != (row.state, row.late, row.filed_at, row.record)


def _key(row: models.Filing) -> Key:
    return row.program, row.topic, row.unit, row.slot
