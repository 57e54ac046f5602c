"""The rows of a record and its fact, written beside each other; every caller is inside a transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

from django.db import connection

from yibiao.core.problems import Problem, Refusal
from yibiao.ledger import actions as ledger
from yibiao.ledger import writing
from yibiao.records import branches, models, personal, prepared, problems, registers, rows
from yibiao.records.prepared import Prepared
from yibiao.records.types import Receipt

_CHUNK: Final = 1_000
_PIECES: Final = 20
_LARGEST: Final = 4_000
_LOOKUP: Final = 400
# Whoever is hopeful asks for so many ids of a list, or for one in so many of a long one.
_FEW: Final = 10
_EVERY: Final = 100
Outcome: TypeAlias = list[Receipt] | Refusal
# Hears how much of how much is done.
Told: TypeAlias = Callable[[int, int], None]


def silently(done: int, total: int) -> None:
    pass


def write(
    jobs: Sequence[Sequence[Prepared]], *, at: datetime, told: Told = silently, hopeful: bool = False
) -> list[Outcome]:
    """Stores the records of several senders; what one of them may not store is refused to her alone. ``told`` hears how
    far it is.

    ``hopeful`` asks for few of the ids whether they are known: a list is nearly always new, or sent again as it was.
    Where another of them is known, the database refuses them all.

    Shape: one outcome per job, in order; a job is stored whole or not at all.

    Raises: ``IntegrityError`` where ids are known that were not asked for.
    """
    known = _known([item for job in jobs for item in job], hopeful)
    fresh: dict[str, Prepared] = {}
    outcomes = [_sorted(job, known, fresh, at) for job in jobs]
    items = list(fresh.values())
    # Ids are drawn at random: those that come near each other in five indexes come together. The log keeps the order in
    # which they were sent.
    by_id = sorted(items, key=_id)
    if len(items) <= _CHUNK:
        salted = _file(by_id, at=at, later=writing.at_once)
        _tell(items, salted, at=at, later=writing.at_once)
        return outcomes
    # The database stores one piece while the next is made.
    with writing.behind() as later:
        salted = {}
        for done, some in _pieces(by_id):
            told(done, 2 * len(items))
            salted |= _file(some, at=at, later=later)
        for done, some in _pieces(items):
            told(len(items) + done, 2 * len(items))
            _tell(some, salted, at=at, later=later)
    return outcomes


def write_by_call(jobs: Sequence[Sequence[Prepared]], *, at: datetime) -> list[Outcome] | None:
    """As ``write``, by one call of a function of PostgreSQL, which is a transaction by itself: waited for once, and
    planned once a session.

    Shape: as ``write``; None where nothing was stored, as some are known already or have more rows than that function
    knows of, and on SQLite.

    Raises: ``IntegrityError`` where another transaction stores an id at this moment.
    """
    if not writing.may_call():
        return None
    fresh: dict[str, Prepared] = {}
    outcomes = [_sorted(job, _NOTHING, fresh, at) for job in jobs]
    items = list(fresh.values())
    if any(item.personal for item in items) or statements(items, 1):
        return None
    done = not items or writing.call(
        "records_receive",
        list(fresh),
        rows.submissions(items, at),
        rows.steps(items, 1, act="received", reason="", at=at),
        rows.sendings(items, 1) or None,
        ledger.entered([rows.fact(item, 1, "") for item in items], at),
    )
    return outcomes if done else None


class _Known(NamedTuple):
    """Records that are stored already, and their personal answers by record and revision."""

    rows: dict[str, models.Submission]
    hidden: dict[tuple[str, int], models.PersonalAnswers]


_NOTHING: Final = _Known({}, {})


def _id(item: Prepared) -> str:
    return item.id


def _pieces(items: Sequence[Prepared]) -> Iterator[tuple[int, Sequence[Prepared]]]:
    # Between two pieces the database waits for who sends them: there are the fewer, the longer the list.
    size = min(max(_CHUNK, len(items) // _PIECES), _LARGEST)
    for start in range(0, len(items), size):
        yield start, items[start : start + size]


def _sorted(job: Sequence[Prepared], known: _Known, fresh: dict[str, Prepared], at: datetime) -> Outcome:
    """Which records of a job are new (they join ``fresh``), which were stored before, which contradict those."""
    receipts: list[Receipt] = []
    mine: dict[str, Prepared] = {}
    found: list[Problem] = []
    for item in job:
        if item.id in known.rows:
            row = known.rows[item.id]
            if not prepared.repeats(item, row.revisions.all(), known.hidden):
                found.append(problems.CONFLICT.at(id=item.id))
            receipts.append(Receipt(item.id, row.revision, row.received_at, repeated=True))
            continue
        twin = fresh.get(item.id) or mine.setdefault(item.id, item)
        if (twin.digest, twin.personal) != (item.digest, item.personal):
            found.append(problems.CONFLICT.at(id=item.id))
        receipts.append(Receipt(item.id, 1, at, repeated=twin is not item))
    if found:
        return Refusal(found)
    fresh |= mine
    return receipts


def _file(items: Sequence[Prepared], *, at: datetime, later: writing.Later) -> dict[str, str]:
    """Stores the rows of records; the salted digests of personal answers by record."""
    writing.insert(models.Submission, rows.SUBMISSION, rows.submissions(items, at), later)
    salted = keep(items, 1, later)
    step(items, 1, act="received", reason="", at=at, later=later)
    note(items, 1, later)
    return salted


def _tell(items: Sequence[Prepared], salted: Mapping[str, str], *, at: datetime, later: writing.Later) -> None:
    """Stores what records say of entities, and their facts."""
    later(_speak, items, at)
    facts = [rows.fact(item, 1, salted.get(item.id, "")) for item in items]
    # Whoever stores them has a transaction for them alone.
    ledger.append(facts, received_at=at, later=later, apart=False)


def _speak(items: Sequence[Prepared], at: datetime) -> None:
    branches.store(statements(items, 1), at=at)


def stored(ids: Sequence[str]) -> list[str]:
    """Which of these ids records have."""
    found: list[str] = []
    table = models.Submission._meta.db_table
    for start in range(0, len(ids), _LOOKUP):
        some = ids[start : start + _LOOKUP]
        with connection.cursor() as cursor:
            # Nearly always there is none, so only its question is asked, and not by way of the ORM.
            if connection.vendor == "postgresql":
                cursor.execute(f"SELECT id FROM {table} WHERE id = ANY(%s)", [list(some)])  # noqa: S608 our own name
            else:
                marks = ", ".join(["%s"] * len(some))
                cursor.execute(f"SELECT id FROM {table} WHERE id IN ({marks})", some)  # noqa: S608 our own name
            found += [id for (id,) in cursor.fetchall()]
    return found


def _known(ready: Sequence[Prepared], hopeful: bool) -> _Known:
    ids, known = [item.id for item in ready], _Known({}, {})
    if hopeful and len(ids) > _FEW and not stored(ids[:: min(_EVERY, len(ids) // _FEW)]):
        return known
    found = stored(ids)
    for start in range(0, len(found), _LOOKUP):
        some = found[start : start + _LOOKUP]
        known.rows.update(models.Submission.objects.prefetch_related("revisions").in_bulk(some))
        known.hidden.update(prepared.hidden_of(some))
    return known


def describe(row: models.Submission, item: Prepared) -> models.Submission:
    """A record as its correction leaves it: how it was filled in at first stays as it was."""
    row.form, row.form_version, row.program, row.channel = item.form.id, item.form.version, item.program, item.channel
    row.place, row.lineage, row.organisation = item.place, item.lineage, item.organisation
    row.subject, row.participants, row.occurred_at = item.subject, " ".join(item.participants), item.occurred_at
    row.sample, row.has_personal, row.answers = item.channel == "sample", bool(item.personal), item.text
    return row


def keep(items: Sequence[Prepared], revision: int, later: writing.Later = writing.at_once) -> dict[str, str]:
    """Stores personal answers encrypted; the salted digest of each by record."""
    kept = {item.id: personal.keep(item.personal) for item in items if item.personal}
    if kept:
        later(models.PersonalAnswers.objects.bulk_create, [
            models.PersonalAnswers(
                submission_id=id, revision=revision, salt=one.salt, token=one.token, digest=one.digest
            )
            for id, one in kept.items()
        ])  # fmt: skip
    return {id: one.digest for id, one in kept.items()}


def step(
    items: Sequence[Prepared],
    revision: int,
    *,
    act: str,
    reason: str,
    at: datetime,
    later: writing.Later = writing.at_once,
) -> None:
    made = rows.steps(items, revision, act=act, reason=reason, at=at)
    writing.insert(models.SubmissionRevision, rows.STEP, made, later)


def note(items: Sequence[Prepared], revision: int, later: writing.Later = writing.at_once) -> None:
    """Keeps by which instance id a phone speaks of a revision."""
    if sent := rows.sendings(items, revision):
        writing.insert(models.Sending, rows.SENDING, sent, later)


def statements(items: Sequence[Prepared], revision: int) -> list[registers.Statement]:
    """What records say of entities: those that they keep, and those whose answers they had from the register."""
    patches = [
        registers.Patch(register, key, data, item.by.place, item.id, revision, item.occurred_at)
        for item in items
        for register, key, data in registers.carried(item.form, item.answers)
    ]
    return [
        *(registers.amended(patches) if patches else ()),
        *_kept(items, revision),
    ]


def _kept(items: Sequence[Prepared], revision: int) -> list[registers.Statement]:
    return [
        registers.Statement(
            item.entity,
            item.id,
            revision,
            item.place,
            item.lineage,
            item.occurred_at,
            program=item.program,
            claim=item.sent.claim if item.sent and revision == 1 else None,
        )
        for item in items
        if item.entity is not None
    ]
