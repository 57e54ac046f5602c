"""The watch of the holiday: rosters of every unit, swaps, arrivals, handovers, and spot checks drawn by lot.

345 leaders' and 1,237 officers' person-shifts are kept; some more were planned and not kept, and some people held two
posts of one shift: neither adds to the figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Final

from yibiao.core.periods import Period
from yibiao.desk.demo import accounts
from yibiao.desk.demo.holiday import FROM, UNTIL
from yibiao.desk.demo.plan import moment, parts
from yibiao.desk.demo.stories import Story
from yibiao.desk.demo.world import PROVINCE, clerk_of
from yibiao.duty import actions, queries
from yibiao.duty.types import Placing, ShiftView, StaffDraft, Unit
from yibiao.people import queries as people
from yibiao.people.types import Account, Scope, Warrant
from yibiao.places import queries as places

PROGRAM: Final = "holiday-safety"
DAYS: Final = Period(FROM, FROM + timedelta(days=3))
LEADERS, STAFF, CHECKS = 345, 1237, 136
SEED: Final = "中秋节假期查岗"
_WEIGHTS: Final = {"province": 2.0, "prefecture": 1.6, "county": 1.0}
_ITEMS: Final = (
    "跟踪上游水库泄流，整点报水情", "一处在建工地限期整改，上午复查", "等市里回复应急物资调拨",
    "景区客流高峰，十一点前再联系一次", "加油站电话回访未接通，继续联系",
)  # fmt: skip
# Who of the demo's accounts is on a roster, by the code of the unit.
_OWN: Final = {"220105": "erdao", "220102": "nanguan", "220100": "changchun", "220000-1": "lingdao"}


@dataclass(frozen=True, slots=True)
class Crew:
    """The people of one unit, and how many of each kind every shift needs."""

    leaders: Sequence[str]
    staff: Sequence[str]
    need: Sequence[tuple[int, int]]
    own: frozenset[str]


@dataclass(frozen=True, slots=True)
class Seat:
    """An assignment that will be kept."""

    id: str
    shift: str
    person: str
    post: str


def stories(opened: Mapping[str, Account]) -> Iterator[Story]:
    """The watch of every unit that has no roster yet, then the spot checks."""
    random = Random("yibiao/holiday-safety/watch")  # noqa: S311 (invented facts, not secrets)
    scope = people.system_scope(place=PROVINCE, program=PROGRAM)
    known = queries.reporting_units(PROGRAM, scope=scope)
    done = {one.unit for one in queries.rosters(PROGRAM, scope=scope)}
    approver = _warrant(opened[accounts.WRITER], "review")
    for number, (unit, need) in enumerate(_needs(known, random)):
        # Every unit has a lot of its own, so that a build that was cut off goes on with the same.
        if unit.key not in done:
            lot = Random(f"yibiao/watch/{unit.key}")  # noqa: S311 (invented facts, not secrets)
            yield _unit(unit, need, opened, approver, lot, number)
    yield _spot_checks(opened)


def _needs(known: Mapping[str, Unit], random: Random) -> list[tuple[Unit, list[tuple[int, int]]]]:
    """How many leaders and how many others each unit keeps in each of the three shifts."""
    units = [known[key] for key in sorted(known)]
    weights = [_WEIGHTS[_level(unit)] for unit in units for _ in range(3)]
    leaders = parts(LEADERS, [1.0] * len(weights), random, least=1)
    staff = parts(STAFF, weights, random, least=2)
    pairs = list(zip(leaders, staff, strict=True))
    return [(unit, pairs[3 * number : 3 * number + 3]) for number, unit in enumerate(units)]


def _level(unit: Unit) -> str:
    if unit.place == PROVINCE:
        return "province"
    return "prefecture" if unit.place[4:6] == "00" else "county"


def _unit(
    unit: Unit,
    need: Sequence[tuple[int, int]],
    opened: Mapping[str, Account],
    approver: Warrant,
    random: Random,
    number: int,
) -> Story:
    by = _warrant(opened[clerk_of(unit.place)], "fill")
    filed_at = moment("2022-09-08 15:00") + timedelta(minutes=random.randrange(600) + (600 if number % 25 == 7 else 0))
    yield filed_at
    crew = _staff(unit, need, opened, by)
    roster = actions.open_roster(PROGRAM, unit.key, DAYS, by=by, at=moment("2022-09-07 09:00"))
    shifts = queries.roster(roster, scope=units_scope(unit)).shifts
    kept, (absent, second) = _seats(crew, shifts), _extra(crew, shifts, number)
    ids = actions.assign(roster, [*kept, *second, *absent], by=by, at=moment("2022-09-07 10:00"))
    actions.file_roster(roster, by=by, at=filed_at)
    came = [Seat(id, one.shift, one.person, one.post) for id, one in zip(ids, [*kept, *second], strict=False)]
    if number % 9 == 4:
        yield moment("2022-09-09 16:30")
        came = _swap(shifts[1], came, crew, by, approver)
    for before, shift in zip([None, *shifts], shifts, strict=False):
        yield (at := shift.begins + timedelta(minutes=20))
        there = [one.id for one in came if one.shift == shift.id]
        actions.arrive(
            roster, {id: shift.begins + timedelta(minutes=random.randrange(20) - 15) for id in there}, by=by, at=at
        )
        if before is not None:
            _hand_over(before, shift, came, crew, by, random)


def units_scope(unit: Unit) -> Scope:
    """What the unit itself sees."""
    return people.system_scope(place=unit.place, program=PROGRAM)


def _staff(unit: Unit, need: Sequence[tuple[int, int]], opened: Mapping[str, Account], by: Warrant) -> Crew:
    own = opened.get(_OWN.get(unit.key, ""))
    leaders = [
        StaffDraft(f"样例·带班领导{n + 1}", "负责同志", leads=True) for n in range(max(one for one, _ in need) + 1)
    ]
    staff = [StaffDraft(f"样例·值班干部{n + 1:02d}", "干部") for n in range(max(one for _, one in need) + 2)]
    if own is not None and own.username == "lingdao":
        leaders[0] = StaffDraft(own.name, own.role, leads=True, account=own.key)
    elif own is not None:
        staff[0] = StaffDraft(own.name, own.role, account=own.key)
    keys = actions.add_staff(PROGRAM, unit.key, [*leaders, *staff], by=by, at=moment("2022-09-06 16:00"))
    own_keys = frozenset(key for key, one in zip(keys, [*leaders, *staff], strict=True) if one.account)
    return Crew(keys[: len(leaders)], keys[len(leaders) :], need, own_keys)


def _seats(crew: Crew, shifts: Sequence[ShiftView]) -> list[Placing]:
    """The seats that will be kept: leaders in turn; of the others one chief, two officers, the rest on call."""
    made: list[Placing] = []
    for number, shift in enumerate(shifts):
        leaders, staff = crew.need[number]
        for n in range(leaders):
            made.append(Placing(shift.id, crew.leaders[(n + number) % len(crew.leaders)], "leader"))
        for n in range(staff):
            post = "officer" if n == 0 else "chief" if n == 1 else "officer" if n == 2 else "standby"
            made.append(Placing(shift.id, crew.staff[(n + number) % len(crew.staff)], post))
    return made


def _extra(crew: Crew, shifts: Sequence[ShiftView], number: int) -> tuple[list[Placing], list[Placing]]:
    """Seats planned and not kept (somebody fell ill), and second posts of people who are in the shift anyway."""
    absent, second = [], []
    if number % 4 == 1:
        count = crew.need[0][1]
        absent.append(Placing(shifts[0].id, crew.staff[count % len(crew.staff)], "standby"))
    if number % 5 == 2 and number % 9 != 4:
        second.append(Placing(shifts[1].id, crew.staff[1], "standby"))
    return absent, second


def _swap(shift: ShiftView, came: list[Seat], crew: Crew, by: Warrant, approver: Warrant) -> list[Seat]:
    """One officer of the second shift changes with somebody who is not in it; the seats as they are then."""
    taken = {one.person for one in came if one.shift == shift.id}
    free = [key for key in crew.staff if key not in taken]
    seat = next((one for one in came if one.shift == shift.id and one.post == "officer"), None)
    if seat is None or not free:
        return came
    swap = actions.ask_swap(seat.id, free[0], reason="家中有事，与同事换班", by=by, at=moment("2022-09-09 11:00"))
    actions.accept_swap(swap, by=by, at=moment("2022-09-09 14:00"))
    actions.approve_swap(swap, by=approver, at=moment("2022-09-09 16:30"))
    return [replace(one, person=free[0]) if one.id == seat.id else one for one in came]


def _hand_over(
    before: ShiftView, after: ShiftView, came: Sequence[Seat], crew: Crew, by: Warrant, random: Random
) -> None:
    """Between two shifts: by an officer who goes to one who comes."""
    at = after.begins + timedelta(minutes=20 + random.randrange(8))
    giver = _officer(before, came, crew, "")
    taker = _officer(after, came, crew, giver)
    items = random.sample(_ITEMS, random.choice((0, 1, 1, 2)))
    handover = actions.offer_handover(before.id, after.id, giver, items, by=by, at=at)
    actions.sign_handover(handover, taker, by=by, at=at + timedelta(minutes=3))


def _officer(shift: ShiftView, came: Sequence[Seat], crew: Crew, other: str) -> str:
    """Somebody of the shift who came: an officer first, and nobody with an account of his own."""
    there = [one for one in came if one.shift == shift.id and one.person != other]
    there.sort(key=lambda one: (one.person in crew.own, one.post == "leader", one.post != "officer"))
    return there[0].person


def _spot_checks(opened: Mapping[str, Account]) -> Story:
    by = _warrant(opened[clerk_of(PROVINCE)], "fill")
    yield (at := moment("2022-09-09 17:00"))
    ids = actions.draw_spot_checks(PROGRAM, Period(FROM, UNTIL), CHECKS, seed=SEED, by=by, at=at)
    scope = people.system_scope(place=PROVINCE, program=PROGRAM)
    drawn = {one.id: one for one in queries.spot_checks(PROGRAM, scope=scope, at=UNTIL, limit=2 * CHECKS)}
    random = Random("yibiao/watch/spot-checks")  # noqa: S311 (invented facts, not secrets)
    for one in sorted((drawn[id] for id in ids), key=lambda one: (one.planned_at, one.id)):
        means = random.choice(("phone", "phone", "video"))
        verdict = random.choices(("present", "late", "unanswered"), (60, 6, 1))[0]
        seconds = random.randrange(3, 25) if verdict == "present" else 60
        if one.checked_at is None:
            yield (at := one.planned_at + timedelta(minutes=1))
            follow_up = "已电话通报其上级，要求说明情况" if verdict == "unanswered" else ""
            actions.record_spot_check(
                one.id, means=means, verdict=verdict, seconds=seconds, follow_up=follow_up, by=by, at=at
            )


def _warrant(account: Account, right: str) -> Warrant:
    place = places.place(account.place).code
    return people.warrant(account.key, right, place=place, program=PROGRAM)  # type: ignore[arg-type]
