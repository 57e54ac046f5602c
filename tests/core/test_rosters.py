"""Rosters: gaps, double bookings, missing leaders, midnight, make-up days, and a score that knows them all."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yibiao.core import rosters
from yibiao.core.periods import SHANGHAI, Period
from yibiao.core.rosters import Pattern, Post, Seat

POSTS = (Post("leader", 1, "leader", leads=True), Post("officer", 2, "staff"), Post("standby", 1, "staff"))
WHOLE = Pattern("whole", time(8), time(8), POSTS)
DAY = Pattern("day", time(8), time(20), POSTS)
NIGHT = Pattern("night", time(20), time(8), POSTS)
HOLIDAY = Period(datetime(2022, 9, 10, 8, tzinfo=SHANGHAI), datetime(2022, 9, 13, 8, tzinfo=SHANGHAI))


def seats_of(shift: str, *, leader: str = "", staff: tuple[str, ...] = ("b", "c"), standby: str = "d") -> list[Seat]:
    made = [Seat(shift, leader, "leader")] if leader else []
    made += [Seat(shift, one, "officer") for one in staff]
    return [*made, Seat(shift, standby, "standby")] if standby else made


def full() -> list[Seat]:
    return [
        one
        for shift, crew in zip(rosters.lay([WHOLE], HOLIDAY), ("abcd", "efgh", "ijkl"), strict=True)
        for one in seats_of(shift.key, leader=crew[0], staff=(crew[1], crew[2]), standby=crew[3])
    ]


def test_a_shift_over_midnight_ends_on_the_next_day_in_beijing() -> None:
    shifts = rosters.lay([NIGHT, DAY], HOLIDAY)
    assert [one.key for one in shifts][:3] == ["day:2022-09-10", "night:2022-09-10", "day:2022-09-11"]
    night = shifts[1]
    assert night.begins == datetime(2022, 9, 10, 20, tzinfo=SHANGHAI)
    assert night.ends == datetime(2022, 9, 11, 8, tzinfo=SHANGHAI)
    assert night.begins.astimezone(UTC) == datetime(2022, 9, 10, 12, tzinfo=UTC)
    seats = [seat for one in shifts for seat in seats_of(one.key, leader="a")]
    assert not [one for one in rosters.check(HOLIDAY, shifts, seats) if one.fault == "gap"]


def test_a_window_asked_in_another_zone_gives_the_same_shifts() -> None:
    there = Period(HOLIDAY.from_.astimezone(UTC), HOLIDAY.until.astimezone(UTC))
    assert rosters.lay([DAY, NIGHT], there) == rosters.lay([DAY, NIGHT], HOLIDAY)


def test_a_sound_roster_has_no_finding_and_a_score_of_100() -> None:
    shifts = rosters.lay([WHOLE], HOLIDAY)
    assert rosters.check(HOLIDAY, shifts, full()) == ()
    assert rosters.score(HOLIDAY, shifts, full()) == 100


def test_an_empty_roster_is_one_gap_and_scores_nothing() -> None:
    shifts = rosters.lay([WHOLE], HOLIDAY)
    gaps = [one for one in rosters.check(HOLIDAY, shifts, []) if one.fault == "gap"]
    assert [(one.begins, one.ends) for one in gaps] == [(HOLIDAY.from_, HOLIDAY.until)]
    assert rosters.score(HOLIDAY, shifts, []) == 0


def test_a_gap_is_named_by_its_hours() -> None:
    shifts = rosters.lay([WHOLE], HOLIDAY)
    seats = [one for one in full() if one.shift != "whole:2022-09-11"]
    gap = next(one for one in rosters.check(HOLIDAY, shifts, seats) if one.fault == "gap")
    assert (gap.begins.day, gap.begins.hour, gap.ends.day, gap.ends.hour) == (11, 8, 12, 8)
    assert rosters.score(HOLIDAY, shifts, seats) < 90


def test_a_shift_without_its_leader_and_one_with_too_few() -> None:
    shifts = rosters.lay([WHOLE], HOLIDAY)
    seats = [one for one in full() if (one.shift, one.post) != ("whole:2022-09-12", "leader")]
    found = rosters.check(HOLIDAY, shifts, seats)
    assert [(one.fault, one.shift, one.post) for one in found] == [("leaderless", "whole:2022-09-12", "leader")]
    fewer = [one for one in full() if one.person != "c"]
    assert [(one.fault, one.post, one.missing) for one in rosters.check(HOLIDAY, shifts, fewer)] == [
        ("short", "officer", 1)
    ]
    assert rosters.score(HOLIDAY, shifts, fewer) < 100


def test_one_person_in_two_shifts_at_once_is_found_but_one_after_the_other_is_not() -> None:
    shifts = rosters.lay([WHOLE, DAY], HOLIDAY)
    seats = [Seat("whole:2022-09-10", "a", "leader"), Seat("day:2022-09-10", "a", "leader")]
    doubles = [one for one in rosters.check(HOLIDAY, shifts, seats) if one.fault == "double"]
    assert [(one.person, one.begins.hour, one.ends.hour) for one in doubles] == [("a", 8, 20)]
    follows = [Seat("day:2022-09-10", "a", "leader"), Seat("whole:2022-09-11", "a", "leader")]
    assert not [one for one in rosters.check(HOLIDAY, shifts, follows) if one.fault == "double"]


def test_make_up_days_are_worked_and_holidays_rested() -> None:
    week = Period.days(date(2022, 9, 30), date(2022, 10, 10))
    night = Pattern("night", time(17), time(8), POSTS, "work")
    round_ = Pattern("round", time(8), time(8), POSTS, "rest")
    kept = {one.key for one in rosters.lay([night, round_], week)}
    assert {"night:2022-10-08", "night:2022-10-09", "night:2022-09-30", "round:2022-10-01"} <= kept
    assert not {"round:2022-10-08", "night:2022-10-07", "round:2022-10-10"} & kept


def test_who_holds_two_posts_of_a_category_counts_once() -> None:
    categories = {"leader": "leader", "chief": "leader", "officer": "staff", "standby": "staff"}
    seats = [
        Seat("s", "a", "leader"), Seat("s", "a", "chief"), Seat("s", "a", "officer"), Seat("s", "b", "officer"),
        Seat("s", "b", "standby"), Seat("t", "a", "leader"),
    ]  # fmt: skip
    assert rosters.counted(seats, categories, "leader") == 2
    assert rosters.counted(seats, categories, "staff") == 2


@pytest.mark.parametrize("people", [1, 3, 7])
def test_a_rotation_is_even(people: int) -> None:
    shifts = rosters.lay([DAY, NIGHT], Period.days(date(2022, 9, 1), date(2022, 9, 30)))
    seats = rosters.rotate(shifts, "officer", [f"p{n}" for n in range(people)])
    loads = [sum(one.person == f"p{n}" for one in seats) for n in range(people)]
    assert max(loads) - min(loads) <= 1
    assert len(set(seats)) == len(seats)


SEATS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from("abcde"), st.sampled_from([post.id for post in POSTS])), max_size=30
)


@given(SEATS)
def test_gaps_and_manned_hours_fill_the_window(drawn: list[tuple[int, str, str]]) -> None:
    shifts = rosters.lay([DAY, NIGHT], HOLIDAY)
    seats = [Seat(shifts[number].key, person, post) for number, person, post in drawn]
    found = rosters.check(HOLIDAY, shifts, seats)
    idle = sum(((one.ends - one.begins) for one in found if one.fault == "gap"), timedelta())
    manned = {one.shift for one in seats}
    assert idle + sum(((one.ends - one.begins) for one in shifts if one.key in manned), timedelta()) == timedelta(
        days=3
    )
    assert {one.key for one in shifts} - {one.shift for one in seats if one.post == "leader"} == {
        one.shift for one in found if one.fault == "leaderless"
    }
    assert not [one for one in found if one.fault == "double"]
    assert 0 <= rosters.score(HOLIDAY, shifts, seats) <= (99 if found else 100)


@given(SEATS)
def test_double_bookings_are_those_of_a_plain_count(drawn: list[tuple[int, str, str]]) -> None:
    shifts = rosters.lay([WHOLE, DAY], HOLIDAY)
    seats = [Seat(shifts[number].key, person, post) for number, person, post in drawn]
    found = {(one.person, one.begins) for one in rosters.check(HOLIDAY, shifts, seats) if one.fault == "double"}
    plain = set()
    for person in "abcde":
        for hour in range(72):
            at = HOLIDAY.from_ + timedelta(hours=hour)
            mine = {one.key for one in shifts if one.begins <= at < one.ends} & {
                one.shift for one in seats if one.person == person
            }
            if len(mine) > 1:
                plain.add((person, at.replace(hour=8)))
    assert found == plain


@given(SEATS, st.integers(0, 29))
def test_a_seat_more_never_adds_a_gap_or_takes_a_leader(drawn: list[tuple[int, str, str]], at: int) -> None:
    shifts = rosters.lay([DAY, NIGHT], HOLIDAY)
    seats = [Seat(shifts[number].key, person, post) for number, person, post in drawn]
    fewer = [one for number, one in enumerate(seats) if number != at]
    kinds = ("gap", "leaderless", "short")
    hours = [
        sum(
            ((one.ends - one.begins) for one in rosters.check(HOLIDAY, shifts, some) if one.fault in kinds), timedelta()
        )
        for some in (seats, fewer)
    ]
    assert hours[0] <= hours[1]
