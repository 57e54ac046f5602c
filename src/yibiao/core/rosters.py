"""Rosters as plain values: laying shifts over days, rotating people, what is wrong with a roster, how good it is.

All days and clocks are Beijing's; a shift whose end is not after its begin ends on the next day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import floor
from typing import Final, Literal

from yibiao.core.periods import SHANGHAI, Period
from yibiao.core.workdays import is_workday

Days = Literal["every", "work", "rest"]
Fault = Literal["gap", "leaderless", "short", "double"]
# What each part weighs in the score, of 100.
WEIGHTS: Final[Mapping[str, int]] = {"hours": 40, "leaders": 25, "posts": 15, "single": 10, "even": 10}


@dataclass(frozen=True, slots=True)
class Post:
    """One seat of a shift: at least ``least`` people; ``leads`` marks the leader; ``counts_as`` is its category."""

    id: str
    least: int
    counts_as: str
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A type of shift: when it begins and ends, on which days it is kept, and who must sit in it."""

    id: str
    begins: time
    ends: time
    posts: tuple[Post, ...]
    days: Days = "every"


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift. ``key`` names it: the pattern and the day on which it begins."""

    key: str
    begins: datetime
    ends: datetime
    posts: tuple[Post, ...]

    @property
    def period(self) -> Period:
        return Period(self.begins, self.ends)


@dataclass(frozen=True, slots=True)
class Seat:
    """A person at a post of a shift."""

    shift: str
    person: str
    post: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: nobody on duty, no leader, too few at a post, one person in two shifts at once."""

    fault: Fault
    begins: datetime
    ends: datetime
    shift: str = ""
    post: str = ""
    person: str = ""
    missing: int = 0


def lay(patterns: Sequence[Pattern], window: Period) -> tuple[Shift, ...]:
    """Every shift that begins inside a window, in order of time."""
    found = [shift for day in window.day_list() for pattern in patterns if (shift := _on(pattern, day))]
    return tuple(sorted((one for one in found if window.contains(one.begins)), key=lambda one: (one.begins, one.key)))


def rotate(shifts: Sequence[Shift], post: str, people: Sequence[str], *, start: int = 0) -> tuple[Seat, ...]:
    """People at a post of every shift in turn; loads differ by one shift at most. Nobody sits twice in one shift."""
    seats: list[Seat] = []
    turn = start
    for shift in shifts:
        least = next((one.least for one in shift.posts if one.id == post), 0)
        for _ in range(min(least, len(people))):
            seats.append(Seat(shift.key, people[turn % len(people)], post))
            turn += 1
    return tuple(seats)


def check(window: Period, shifts: Sequence[Shift], seats: Iterable[Seat]) -> tuple[Finding, ...]:
    """Everything wrong with a roster for a window, by time; empty for a sound one."""
    held = _by_shift(seats)
    found = [*_gaps(window, [one for one in shifts if held[one.key]])]
    for shift in shifts:
        found += _posts(shift, held[shift.key])
    found += _doubles(shifts, held)
    return tuple(sorted(found, key=lambda one: (one.begins, one.fault, one.shift, one.post, one.person)))


def score(window: Period, shifts: Sequence[Shift], seats: Iterable[Seat]) -> int:
    """How good a roster is, 0 to 100; 100 only for one without a finding, with even loads."""
    seats = tuple(seats)
    if not shifts or not seats:
        return 0
    findings = check(window, shifts, seats)
    whole = window.until - window.from_
    idle = sum(((one.ends - one.begins) for one in findings if one.fault == "gap"), timedelta())
    leading = sum(any(post.leads for post in one.posts) for one in shifts)
    needed = sum(post.least for one in shifts for post in one.posts)
    missing = sum(one.missing for one in findings if one.fault == "short")
    doubled = {(one.person, one.shift) for one in findings if one.fault == "double"}
    shares = {
        "hours": 1 - Fraction(idle // timedelta(seconds=1), whole // timedelta(seconds=1)),
        "leaders": _share(sum(one.fault == "leaderless" for one in findings), leading),
        "posts": _share(missing, needed),
        "single": _share(len(doubled), len({(one.shift, one.person) for one in seats})),
        "even": _evenness(seats),
    }
    made = floor(sum(share * WEIGHTS[name] for name, share in shares.items()))
    return max(0, min(made, 99 if findings else 100))


def counted(seats: Iterable[Seat], categories: Mapping[str, str], category: str) -> int:
    """Person-shifts of a category among fulfilled seats: who held two posts of it in one shift counts once."""
    return len({(one.shift, one.person) for one in seats if categories.get(one.post) == category})


def _on(pattern: Pattern, day: date) -> Shift | None:
    if pattern.days != "every" and is_workday(day) != (pattern.days == "work"):
        return None
    begins = datetime.combine(day, pattern.begins, SHANGHAI)
    last = day if pattern.ends > pattern.begins else day + timedelta(days=1)
    return Shift(f"{pattern.id}:{day:%Y-%m-%d}", begins, datetime.combine(last, pattern.ends, SHANGHAI), pattern.posts)


def _by_shift(seats: Iterable[Seat]) -> Mapping[str, list[Seat]]:
    held: dict[str, list[Seat]] = defaultdict(list)
    for seat in seats:
        held[seat.shift].append(seat)
    return held


def _gaps(window: Period, manned: Iterable[Shift]) -> Iterator[Finding]:
    """The parts of the window in which no shift with anybody in it runs."""
    at = window.from_.astimezone(UTC)
    end = window.until.astimezone(UTC)
    for shift in sorted(manned, key=lambda one: one.begins.astimezone(UTC)):
        begins, ends = shift.begins.astimezone(UTC), shift.ends.astimezone(UTC)
        if begins > at and at < end:
            yield _gap(at, min(begins, end))
        at = max(at, ends)
    if at < end:
        yield _gap(at, end)


def _gap(begins: datetime, ends: datetime) -> Finding:
    return Finding("gap", begins.astimezone(SHANGHAI), ends.astimezone(SHANGHAI))


def _posts(shift: Shift, held: Sequence[Seat]) -> Iterator[Finding]:
    """Posts with too few people. Where nobody sits at all, the gap says so; the leader is named all the same."""
    present = Counter(post for post, _ in {(one.post, one.person) for one in held})
    leading = [post for post in shift.posts if post.leads]
    if leading and not any(present[post.id] for post in leading):
        yield Finding("leaderless", shift.begins, shift.ends, shift.key, leading[0].id, missing=leading[0].least)
    for post in shift.posts:
        short = post.least - present[post.id]
        if short > 0 and not (post.leads and not present[post.id]):
            yield Finding("short", shift.begins, shift.ends, shift.key, post.id, missing=short)


def _doubles(shifts: Sequence[Shift], held: Mapping[str, Sequence[Seat]]) -> Iterator[Finding]:
    """Everybody in two shifts that overlap, once for each pair, at the later of the two."""
    mine: dict[str, list[Shift]] = defaultdict(list)
    for shift in shifts:
        for person in sorted({one.person for one in held[shift.key]}):
            mine[person].append(shift)
    for person, own in mine.items():
        ordered = sorted(own, key=lambda one: (one.begins.astimezone(UTC), one.key))
        for number, later in enumerate(ordered):
            for earlier in ordered[:number]:
                if shared := earlier.period.clip(later.period):
                    yield Finding("double", shared.from_, shared.until, later.key, person=person)


def _share(bad: int, of: int) -> Fraction:
    return Fraction(max(0, of - bad), of) if of else Fraction(1)


def _evenness(seats: Sequence[Seat]) -> Fraction:
    """The share of shifts that are not beyond one more than the mean load of their post."""
    over, whole = Fraction(0), 0
    for post in {one.post for one in seats}:
        loads = Counter(person for person, _ in {(one.person, one.shift) for one in seats if one.post == post})
        total = sum(loads.values())
        allowed = Fraction(total, len(loads)) + 1
        over += sum((load - allowed for load in loads.values() if load > allowed), Fraction(0))
        whole += total
    return 1 - over / whole if whole else Fraction(1)
