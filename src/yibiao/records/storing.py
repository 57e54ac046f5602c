"""The rows of a record and its fact, written beside each other; every caller is inside a transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

from django.db import connection

from yibiao.core import canon
from yibiao.core.problems import Problem, Refusal
from yibiao.ledger import actions as ledger
from yibiao.ledger import writing
from yibiao.ledger.types import FactDraft
from yibiao.records import branches, models, personal, prefilling, prepared, problems, registers
from yibiao.records.prepared import Prepared
from yibiao.records.types import Origins, Receipt

_CHUNK: Final = 1_000
_PIECES: Final = 20
_LARGEST: Final = 4_000
_LOOKUP: Final = 400
# Whoever is hopeful asks for so many ids of a list, or for one in so many of a long one.
_FEW: Final = 10
_EVERY: Final = 100
# The last of them are those in which records are alike.
_SUBMISSION: Final = (
    "id", "subject", "occurred_at", "answers", "actor", "form", "form_version", "program", "place", "lineage",
    "organisation", "participants", "channel", "sample", "has_personal", "confirmed_count", "changed_count",
    "typed_count", "prefilled", "received_at", "revision", "state",
)  # fmt: skip
_STEP: Final = (
    "submission_id", "digest", "revision", "act", "reason", "answers", "actor", "at", "form_version",
)  # fmt: skip
_SENDING: Final = ("submission_id", "revision", "form", "program", "instance", "device", "agent")
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


class _Known(NamedTuple):
    """Records that are stored already, and their personal answers by record and revision."""

    rows: dict[str, models.Submission]
    hidden: dict[tuple[str, int], models.PersonalAnswers]


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
    moment = writing.moments()
    now = moment(at)
    alike: dict[tuple[Any, ...], writing.Same] = {}
    rows = []
    for item in items:
        shared = (
            item.by.actor, item.form.id, item.form.version, item.program, item.place, item.lineage, item.organisation,
            item.participants, item.channel, bool(item.personal), *_origins(item),
        )  # fmt: skip
        same = alike.get(shared) or alike.setdefault(shared, _alike(shared, now))
        rows.append((item.id, item.subject, moment(item.occurred_at), item.text, same))
    writing.insert(models.Submission, _SUBMISSION, rows, later)
    salted = keep(items, 1, later)
    step(items, 1, act="received", reason="", at=at, later=later)
    note(items, 1, later)
    return salted


def _alike(shared: tuple[Any, ...], now: Any) -> writing.Same:
    *who_where, participants, channel, has_personal, confirmed, changed, typed, prefilled = shared
    return writing.Same(
        *who_where, " ".join(participants), channel, channel == "sample", has_personal, confirmed, changed, typed,
        prefilled, now, 1, "received",
    )  # fmt: skip


def _tell(items: Sequence[Prepared], salted: Mapping[str, str], *, at: datetime, later: writing.Later) -> None:
    """Stores what records say of entities, and their facts."""
    later(_speak, items, at)
    facts = [fact(item, 1, salted.get(item.id, "")) for item in items]
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


def _origins(item: Prepared) -> tuple[int, int, int, str]:
    if not item.prefilled:
        return 0, 0, item.typed + len(item.personal), ""
    origins = prefilling.origins(item.form, item.answers, item.prefilled)
    said = canon.dumps(_said(origins))
    return len(origins.confirmed), len(origins.changed), origins.typed + len(item.personal), said


def _said(origins: Origins) -> dict[str, list[str]]:
    return {"confirmed": list(origins.confirmed), "changed": list(origins.changed)}


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
    now = writing.moments()(at)
    alike: dict[tuple[str, str], writing.Same] = {}
    rows = []
    for item in items:
        shared = (item.by.actor, item.form.version)
        same = alike.get(shared) or alike.setdefault(
            shared, writing.Same(revision, act, reason, models.TOLD, shared[0], now, shared[1])
        )
        rows.append((item.id, item.digest, same))
    writing.insert(models.SubmissionRevision, _STEP, rows, later)


def note(items: Sequence[Prepared], revision: int, later: writing.Later = writing.at_once) -> None:
    """Keeps by which instance id a phone speaks of a revision."""
    sent = [
        (item.id, revision, item.form.id, item.program, of.instance, of.device[:255], of.agent[:255])
        for item in items
        if (of := item.sent)
    ]
    if sent:
        writing.insert(models.Sending, _SENDING, sent, later)


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


def fact(item: Prepared, revision: int, salted: str, reason: str = "") -> FactDraft:
    plain = (item.form.id, item.form.version, item.channel, item.participants)
    if reason or salted or item.prefilled:
        more: dict[str, Any] = {"reason": reason} if reason else {}
        if salted:
            more["personal"] = salted
        if item.prefilled and revision == 1:
            more["origins"] = _said(prefilling.origins(item.form, item.answers, item.prefilled))
        about = canon.dumps(_about(*plain) | more)
    else:
        about = _plainly(*plain)
    # The answers, which are text already, come first in the order of the alphabet.
    payload = canon.Ready(f'{{"answers":{item.text},{about[1:]}')
    return FactDraft(
        item.form.kind, item.id, revision, item.program, item.place, item.organisation, item.by.actor, item.subject,
        item.occurred_at, payload,
    )  # fmt: skip


def _about(form: str, version: str, channel: str, participants: tuple[str, ...]) -> dict[str, Any]:
    """What the payload of a record says beside its answers."""
    said = {"form": form, "version": version, "channel": channel, "participants": list(participants)}
    return {**said, "sample": True} if channel == "sample" else said


@lru_cache(maxsize=1_000)
def _plainly(form: str, version: str, channel: str, participants: tuple[str, ...]) -> str:
    return canon.dumps(_about(form, version, channel, participants))
