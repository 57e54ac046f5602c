"""The nights of the patrol: squads come and go, every county returns what it did, and the prefecture reviews it.

What is told in one of the three lists must be sealed and followed before the next is begun.
"""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from django.db import transaction

from yibiao.cases import actions as cases
from yibiao.cases import queries as known
from yibiao.cases.types import Line
from yibiao.core.periods import Period, midnight
from yibiao.desk.demo.foreknown import from_site
from yibiao.desk.demo.patrol import NIGHTS
from yibiao.desk.demo.plan import written
from yibiao.desk.demo.stories import Story
from yibiao.desk.demo.world import CHANGCHUN, ERDAO, NANGUAN, PROVINCE, clerk_of
from yibiao.desk.operating import everything
from yibiao.duty import queries as duty
from yibiao.duty.types import Obligation, Unit
from yibiao.figures import queries as figures
from yibiao.figures.types import Query
from yibiao.people import queries as people
from yibiao.people.types import Account, Right, Warrant
from yibiao.records import actions as records
from yibiao.records import queries as filed
from yibiao.records.types import SubmissionDraft

PROGRAM: Final = "night-patrol"
TOPIC: Final = "nightly-return"
FORM: Final = f"{PROGRAM}.night-return"
_SPACE: Final = uuid.UUID("0b6d5c0a-5f6e-5b69-9b1f-2f0c7a3d9e44")
_ALL: Final = 2_000
# When returns come in after the night, and how many of a hundred units by then; the last are late.
_FILED: Final = (("00:40", 25), ("02:10", 50), ("05:20", 75), ("07:30", 95), ("09:25", 100))
# What was returned wrongly: 二道 is sent back and files again, 南关 still stands beside the facts.
_SENT_BACK: Final = (ERDAO, NIGHTS[1])
_WRONG: Final = {_SENT_BACK: {"hazards": 6}, (NANGUAN, NIGHTS[2]): {"leaflets": 200}}
# Whose last night nobody has reviewed yet.
_WAITING: Final = "2224"


@dataclass(frozen=True, slots=True)
class Seats:
    """Who acts where: the clerk of a county fills in, that of its prefecture reviews."""

    accounts: Mapping[str, Account]

    def by(self, place: str, right: Right = "fill") -> Warrant:
        account = self.accounts[clerk_of(place)]
        return people.warrant(account.key, right, place=place, program=PROGRAM)


def duties(opened: Mapping[str, Account]) -> Iterator[Story]:
    """Squads that were planned beforehand come on post and stand down; spare ones are called off."""
    yield _squads(Seats(opened).by(CHANGCHUN))


def returns(opened: Mapping[str, Account]) -> Iterator[Story]:
    """What every county returns of each night, some of them late; nothing where it has been told already."""
    for night in NIGHTS:
        yield _returned(Seats(opened), night)


def reviews(opened: Mapping[str, Account]) -> Iterator[Story]:
    """What the prefectures make of the returns."""
    for night in NIGHTS:
        yield _reviewed(Seats(opened), night)


def record_of(place: str, night: date) -> str:
    """The id of the return of a county for a night."""
    return str(uuid.uuid5(_SPACE, f"{place}\n{night}"))


def _squads(by: Warrant) -> Story:
    at = midnight(NIGHTS[-1])
    yield at + timedelta(hours=7)
    called_off = [line.id for line in _lines("deployment", "planned") if line.title.startswith("机动组")]
    if called_off:
        cases.move_many(called_off, "cancel", {}, by=by, at=at + timedelta(hours=7), reason="预报有雨，露天点位取消")
    for half_hours in range(16, 64):
        moment = at + timedelta(minutes=30 * half_hours)
        yield moment
        if gone := [line.id for line in _lines("deployment", "on-post") if line.due_at and line.due_at <= moment]:
            cases.move_many(gone, "stand-down", {}, by=by, at=moment)
        if come := [line.id for line in _lines("deployment", "planned") if line.occurred_at <= moment]:
            cases.move_many(come, "arrive", {}, by=by, at=moment)


def _returned(seats: Seats, night: date) -> Story:
    yield _after(night, _FILED[0][0])
    scope = everything()
    if filed.records([record_of(ERDAO, night)], scope=scope):
        return
    one = next(each for each in duty.rules_of(PROGRAM).obligations if each.topic == TOPIC)
    units = duty.matrix(PROGRAM, TOPIC, scope=scope, at=midnight(night)).rows
    said = said_by_facts(one, [unit for unit, _ in units], night)
    before = 0
    for clock, upto in _FILED:
        at = _after(night, clock)
        yield at
        chosen = [unit for unit, _ in units if before <= zlib.crc32(f"{unit.key}{night}".encode()) % 100 < upto]
        before = upto
        drafts = [_draft(unit, night, said[unit.place]) for unit in chosen]
        if drafts:
            records.receive_many(drafts, by=[seats.by(unit.place) for unit in chosen], at=at)


def _draft(unit: Unit, night: date, said: Mapping[str, int]) -> SubmissionDraft:
    """A return as its clerk files it: what the facts say, but for the slips that are there on purpose."""
    slips = _WRONG.get((unit.place, night), {})
    values = {name: value + slips.get(name, 0) for name, value in said.items()}
    answers = _answers(unit, night, values)
    prefilled = from_site(FORM, PROGRAM, answers)
    return SubmissionDraft(record_of(unit.place, night), FORM, PROGRAM, answers, "web", prefilled=prefilled)


def _answers(unit: Unit, night: date, values: Mapping[str, int]) -> dict[str, Any]:
    at = written(midnight(night) + timedelta(hours=23, minutes=59))
    return {"unit": unit.key, "place": unit.place, "occurred_at": at, **values}


def said_by_facts(one: Obligation, units: Iterable[Unit], night: date) -> dict[str, dict[str, int]]:
    """By place: what the facts of a night say of each answer of a return."""
    places = [unit.place for unit in units]
    said: dict[str, dict[str, int]] = {place: {} for place in places}
    for name, id in one.compares.items():
        query = Query(f"{PROGRAM}.{id}", PROGRAM, PROVINCE, Period.day(night))
        for place, value in figures.at_places(query, places, scope=everything()).items():
            said[place][name] = int(value or 0)
    for place, count in _on_post(night).items():
        said[place]["on_post"] = count
    return {place: {"on_post": 0, **values} for place, values in said.items()}


def _on_post(night: date) -> dict[str, int]:
    """Police of the squads whose duty covers 21:00."""
    at, found = midnight(night) + timedelta(hours=21), dict[str, int]()
    spare = {line.title for line in _lines("deployment", "cancelled")}
    for one in filed.each(scope=everything(), program=PROGRAM, form=f"{PROGRAM}.deployment"):
        title = f"{one.answers['squad']}：{one.answers['route']}"
        ends = datetime.fromisoformat(one.answers["ends"])
        if one.state != "withdrawn" and title not in spare and one.occurred_at <= at < ends:
            found[one.place] = found.get(one.place, 0) + int(one.answers["police"])
    return found


def _reviewed(seats: Seats, night: date) -> Story:
    for clock in ("09:40", "10:20", "11:10"):
        at = _after(night, clock)
        yield at
        waiting = [line for line in _lines("return", "filed") if line.occurred_at.date() == night]
        if clock == "09:40":
            _send_back(seats, [line for line in waiting if (line.place, night) == _SENT_BACK], at)
        elif clock == "10:20":
            _again(seats, night, at)
        else:
            _approve(seats, waiting, night, at)


def _send_back(seats: Seats, lines: Iterable[Line], at: datetime) -> None:
    for line in lines:
        by = seats.by(CHANGCHUN, "review")
        cases.move(line.id, "send-back", {}, by=by, at=at, reason="隐患数与检查单相差6处，请核对后重报")


def _again(seats: Seats, night: date, at: datetime) -> None:
    """The county puts its return right and files it again."""
    for line in _lines("return", "sent-back"):
        if line.occurred_at.date() != night:
            continue
        record = filed.record(record_of(line.place, night), scope=everything())
        slips = _WRONG[line.place, night]
        right = {name: value - slips.get(name, 0) if name in slips else value for name, value in record.answers.items()}
        with transaction.atomic():
            records.correct(record.id, right, reason="隐患重复计了一张检查单", by=seats.by(line.place), at=at)
            why = {"correction": "隐患重复计了一张检查单，已更正"}
            cases.move(line.id, "refile", why, by=seats.by(line.place), at=at)


def _approve(seats: Seats, lines: Iterable[Line], night: date, at: datetime) -> None:
    """Every prefecture approves what does not differ from the facts."""
    wrong = set(_WRONG) - {_SENT_BACK}
    kept = [line for line in lines if (line.place, night) not in wrong]
    for code, group in groupby(sorted(kept, key=lambda line: line.place), key=lambda line: line.place[:4]):
        if (code, night) != (_WAITING, NIGHTS[-1]):
            by = seats.by(f"{code}00000000", "review")
            cases.move_many([line.id for line in group], "approve", {}, by=by, at=at)


def _lines(lifecycle: str, state: str) -> list[Line]:
    found = known.page(
        scope=everything(), program=PROGRAM, lifecycle=lifecycle, state=state, at=midnight(NIGHTS[-1]), size=_ALL
    )
    return sorted(found.items, key=lambda line: line.id)


def _after(night: date, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return midnight(night + timedelta(days=1)) + timedelta(hours=hour, minutes=minute)
