"""Opens cases from sealed records, and lets them follow corrections and withdrawals of these.

One item of one record is one case for ever: its id follows from both, so that the same facts, read again or in other
pieces, make the same cases. What people did to a case is never undone by a correction of the record that opened it.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from django.db import transaction

from yibiao.cases import models, tables, writing
from yibiao.cases.writing import Act, Held
from yibiao.core import canon, clock, expressions
from yibiao.core.expressions import Node
from yibiao.core.lifecycles import answering, moving
from yibiao.core.lifecycles.types import Lifecycle, Opening, Standing, named_in
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Refusal
from yibiao.forms import queries as forms
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries as log
from yibiao.ledger.types import Fact
from yibiao.packs import queries as packs

NAME: Final = "cases"
_SPACE: Final = uuid.UUID("2f6a3c52-51d4-5a0e-8a07-6b1d5b7f9e44")
_LOOKUP: Final = 400
_MOST: Final = 500
_HIGHEST: Final = 20_000
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """One opening of a current version."""

    pack: str
    version: str
    lifecycle: Lifecycle
    opening: Opening
    when: Node | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A case that a record asks for."""

    id: str
    source: Source
    item: int | None
    number: int
    title: str
    given: Mapping[str, Any]


def case_id(record: str, lifecycle: str, repeat: str, item: int | None, number: int) -> str:
    """The id of a case follows from the record, the item and the number."""
    return str(uuid.uuid5(_SPACE, f"{record}\n{lifecycle}\n{repeat}\n{item}\n{number}"))


def step(limit: int) -> int:
    """Takes the next sealed facts; how many positions it went forward."""
    newest = log.checkpoint()
    after = log.cursor(NAME)
    upto = min(newest.size if newest else 0, after + limit)
    if upto <= after:
        return 0
    known = sources()
    with transaction.atomic():
        facts = list(log.entries(after, upto, tuple(known))) if known else []
        _take(facts, known)
        ledger.advance(NAME, upto)
    return upto - after


def rebuild() -> int:
    """Reads the whole log again; what is there already is left as it is. How many positions were taken."""
    ledger.reset(NAME)
    taken = 0
    while count := step(10_000):
        taken += count
    return taken


def sources() -> dict[str, tuple[Source, ...]]:
    """The openings of every pack's current version, by the kind of the facts that open cases."""
    found: dict[str, tuple[Source, ...]] = {}
    for version in packs.versions():
        if not version.current:
            continue
        for one in tables.installed(version.id, version.version):
            for opening in one.openings:
                form = forms.form(f"{version.id}.{opening.form}")
                when = _condition(opening.when, tuple(sorted(tables.types_of(form, opening.repeat).items())))
                source = Source(version.id, version.version, one, opening, when)
                found[form.kind] = (*found.get(form.kind, ()), source)
    return found


@lru_cache(maxsize=64)
def _condition(text: str, types: tuple[tuple[str, str], ...]) -> Node | None:
    return expressions.parse_filter(text, dict(types)) if text else None


def _take(facts: list[Fact], known: Mapping[str, tuple[Source, ...]]) -> None:
    held = _kept({fact.id for fact in facts})
    done: list[tuple[Held, Act]] = []
    for fact in facts:
        for after, act in _acts(fact, known[fact.kind], held.setdefault(fact.id, {})):
            held[fact.id][after.id] = after
            done.append((after, act))
        if len(done) >= _MOST:
            writing.store(done, at=clock.now())
            done = []
    if done:
        writing.store(done, at=clock.now())


def _kept(records: set[str]) -> dict[str, dict[str, Held]]:
    """The cases of these records, by record and id."""
    found: dict[str, dict[str, Held]] = {}
    names = sorted(records)
    for start in range(0, len(names), _LOOKUP):
        for kept in models.Case.objects.filter(record__in=names[start : start + _LOOKUP]):
            found.setdefault(kept.record, {})[kept.id] = writing.held_of(kept)
    return found


def _acts(fact: Fact, sources: tuple[Source, ...], held: Mapping[str, Held]) -> Iterator[tuple[Held, Act]]:
    """What a record's revision does to its cases."""
    wanted = {} if fact.withdrawn else {one.id: one for source in sources for one in _wanted(fact, source)}
    for id, one in wanted.items():
        before = held.get(id)
        if before is None:
            yield _opened(fact, one), _act(fact, "opened")
        elif not _settled(fact, before) and (after := _corrected(fact, one, before)) is not None:
            yield after, _act(fact, "corrected")
    for id, before in held.items():
        if id not in wanted and not before.standing.withdrawn and not _settled(fact, before):
            gone = replace(before.standing, withdrawn=True)
            taken = {**before.taken, "revision": fact.revision, "gone": True}
            yield replace(before, standing=gone, revision=before.revision + 1, taken=taken), _act(fact, "withdrawn")


def _settled(fact: Fact, held: Held) -> bool:
    """Whether this revision of the record, or a later one, has been taken already."""
    return int(held.taken.get("revision", 0)) >= fact.revision


def _act(fact: Fact, move: str) -> Act:
    reason = str(fact.payload.get("reason") or "")
    return Act(move, fact.received_at, fact.actor, fact.organisation, reason)


def _wanted(fact: Fact, source: Source) -> Iterator[Wanted]:
    opening, answers = source.opening, fact.payload.get("answers") or {}
    items: list[tuple[int | None, Mapping[str, Any]]] = [(None, {})]
    if opening.repeat:
        items = list(enumerate(answers.get(opening.repeat) or ()))
    for item, own in items:
        row = {**answers, **own}
        if source.when is not None and not expressions.test(source.when, row):
            continue
        many = _many(fact, row.get(opening.count)) if opening.count else 1
        given = {name: row[answer] for name, answer in opening.fields.items() if row.get(answer) is not None}
        for number in range(1, many + 1):
            id = case_id(fact.id, source.lifecycle.id, opening.repeat + opening.count, item, number)
            title = _title(opening.title, {**row, tables.NUMBER: number})
            yield Wanted(id, source, item, number, title, {**opening.constants, **given})


def _many(fact: Fact, answer: Any) -> int:
    """How many cases a number asks for. A slip of the finger must not fill the log: it is told to the operator."""
    many = int(answer or 0)
    if many > _HIGHEST:
        logger.error("record %s asks for %d cases; %d are opened until it is corrected", fact.id, many, _HIGHEST)
    return min(many, _HIGHEST)


def _title(template: str, row: Mapping[str, Any]) -> str:
    text = template
    for name in named_in(template):
        text = text.replace(f"${{{name}}}", str(row.get(name) or ""))
    return " ".join(text.split())[:200] or "—"


def _opened(fact: Fact, one: Wanted) -> Held:
    source = one.source
    return Held(
        one.id, source.pack, source.version, source.lifecycle, fact.program, fact.place, fact.organisation,
        _begun(fact, one), 1, fact.id, one.item, one.number, str(fact.payload.get("channel") or ""), "",
        _taken(fact, one),
    )  # fmt: skip


def _begun(fact: Fact, one: Wanted) -> Standing:
    given = _fit(one)
    state = ""
    for start in one.source.opening.starts:
        if start.when is None or expressions.test(start.when, given):
            state = start.state
            break
    return moving.opened(
        one.source.lifecycle, given, title=one.title, origin=fact.kind.removeprefix("record."), actor=fact.actor,
        occurred_at=fact.occurred_at.astimezone(SHANGHAI), at=fact.received_at, state=state,
    )  # fmt: skip


def _fit(one: Wanted) -> dict[str, Any]:
    """The answers that fit the fields of the case; what does not fit is logged and left empty."""
    given = dict(one.given)
    try:
        return answering.read(one.source.lifecycle, given)
    except Refusal as refusal:
        logger.warning("case %s: %s", one.id, refusal)
        bad = {problem.where for problem in refusal.problems}
        return answering.read(one.source.lifecycle, {name: value for name, value in given.items() if name not in bad})


def _taken(fact: Fact, one: Wanted) -> dict[str, Any]:
    """What the case has from the record, to tell a correction that touches it from one that does not."""
    said = {"given": dict(one.given), "title": one.title, "place": fact.place, "at": canon.instant(fact.occurred_at)}
    return {"digest": canon.digest(said)[:16], "revision": fact.revision}


def _corrected(fact: Fact, one: Wanted, before: Held) -> Held | None:
    """The case after a correction of its record; None where the correction does not touch it.

    A case that people withdrew stays withdrawn; one that its record took back comes again with its item.
    """
    taken, gone = _taken(fact, one), before.standing.withdrawn
    if (gone and not before.taken.get("gone")) or (not gone and taken["digest"] == before.taken.get("digest")):
        return None
    untouched = set(before.standing.movers) == {"opened"} and before.standing.round == 1
    lifecycle = before.lifecycle
    if untouched:
        standing = _begun(fact, replace(one, source=replace(one.source, lifecycle=lifecycle)))
    else:
        standing = moving.amended(
            lifecycle, before.standing, _changed(before, one), at=fact.received_at, title=one.title,
            occurred_at=fact.occurred_at.astimezone(SHANGHAI),
        )  # fmt: skip
    # Where the record says another place, the lineage is looked up anew.
    lineage = before.lineage if fact.place == before.place else ""
    revision = before.revision + 1
    return replace(before, standing=standing, place=fact.place, lineage=lineage, revision=revision, taken=taken)


def _changed(before: Held, one: Wanted) -> dict[str, Any]:
    """What the record says, but for fields that people have filled in since."""
    fit = _fit(one)
    asked = {
        ask.field
        for name in before.standing.movers
        if (move := before.lifecycle.move(name)) is not None
        for ask in move.asks
    }
    return {name: value for name, value in fit.items() if name not in asked}
