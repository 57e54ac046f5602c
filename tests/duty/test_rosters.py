"""Rosters from opening to the figure: filed, swapped, kept, handed over; person-shifts from what was fulfilled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import databases
from tests.duty.conftest import CHANGCHUN, ERDAO, JILIN, PROGRAM, World, moment, settle
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal
from yibiao.duty import actions, facts, models, queries
from yibiao.duty.types import Placing, RosterView, StaffDraft
from yibiao.figures import queries as figures
from yibiao.figures.types import Query
from yibiao.ledger import queries as ledger
from yibiao.people import queries as rights

DAYS = Period(moment("09-10 00:00"), moment("09-13 00:00"))
BEFORE = moment("09-08 09:00")
UNIT = "220105"


class Crew:
    """A roster of 二道 with two leaders and four others, by first letter: L, M lead; a, b, c, d do not."""

    def __init__(self, world: World, *, days: Period = DAYS, account: str = "") -> None:
        self.world, self.by = world, world.by(world.erdao)
        drafts = [StaffDraft(f"领导{one}", "副局长", leads=True) for one in "LM"]
        drafts += [StaffDraft(f"干部{one}", "科员", account=account if one == "a" else "") for one in "abcd"]
        keys = actions.add_staff(PROGRAM, UNIT, drafts, by=self.by, at=BEFORE)
        self.people = dict(zip("LMabcd", keys, strict=True))
        self.id = actions.open_roster(PROGRAM, UNIT, days, by=self.by, at=BEFORE)

    def view(self) -> RosterView:
        return queries.roster(self.id, scope=self.world.all)

    def place(self, *seats: tuple[int, str, str]) -> list[str]:
        shifts = self.view().shifts
        placings = [Placing(shifts[n].id, self.people[who], post) for n, who, post in seats]
        return actions.assign(self.id, placings, by=self.by, at=BEFORE)

    def filled(self) -> list[str]:
        seats = self.place(
            (0, "L", "leader"), (0, "a", "officer"), (1, "M", "leader"), (1, "b", "officer"), (2, "L", "leader"),
            (2, "c", "officer"), (0, "d", "standby"),
        )  # fmt: skip
        actions.file_roster(self.id, by=self.by, at=BEFORE)
        return seats

    def arrive(self, *seats: str) -> None:
        held = {one.id: one for shift in self.view().shifts for one in shift.seats}
        arrivals = {id: held[id].begins - timedelta(minutes=10) for id in seats}
        actions.arrive(self.id, arrivals, by=self.by, at=moment("09-12 19:00"))


def codes(refused: pytest.ExceptionInfo[Refusal]) -> tuple[str, ...]:
    return refused.value.codes


def test_shifts_run_from_eight_to_eight_over_midnight(world: World) -> None:
    view = Crew(world).view()
    assert [(f"{one.begins:%m-%d %H}", f"{one.ends:%m-%d %H}") for one in view.shifts] == [
        ("09-10 08", "09-11 08"), ("09-11 08", "09-12 08"), ("09-12 08", "09-13 08"),
    ]  # fmt: skip
    assert view.roster.file_by == moment("09-09 08:00")
    assert [one.fault for one in view.findings].count("gap") == 1


def test_a_make_up_saturday_has_no_holiday_shift(world: World) -> None:
    crew = Crew(world, days=Period(moment("10-05 00:00"), moment("10-11 00:00")))
    assert [f"{one.begins:%m-%d}" for one in crew.view().shifts] == ["10-05", "10-06", "10-07"]


def test_a_roster_with_a_gap_no_leader_or_too_few_is_not_filed_and_says_so_all_at_once(world: World) -> None:
    crew = Crew(world)
    crew.place((0, "L", "leader"), (0, "a", "officer"), (1, "b", "officer"))
    with pytest.raises(Refusal) as refused:
        actions.file_roster(crew.id, by=crew.by)
    assert set(codes(refused)) == {"duty.roster.gap", "duty.roster.leaderless", "duty.roster.short"}
    assert crew.view().roster.filed_at is None
    assert 0 < crew.view().score < 100


def test_a_sound_roster_is_filed_with_its_score_and_then_changes_by_swaps_only(world: World) -> None:
    crew = Crew(world)
    seats = crew.filled()
    view = crew.view()
    assert (view.findings, view.roster.score, view.roster.filed_late) == ((), 100, False)
    with pytest.raises(Refusal) as refused:
        crew.place((0, "b", "officer"))
    assert codes(refused) == ("duty.roster.filed",)
    with pytest.raises(Refusal) as refused:
        actions.release(seats[1], by=crew.by)
    assert codes(refused) == ("duty.roster.filed",)
    assert ledger.fact(crew.id, kind=facts.ROSTER).payload["answers"]["score"] == 100  # type: ignore[union-attr]


def test_a_roster_filed_after_its_deadline_is_late(world: World) -> None:
    crew = Crew(world)
    crew.place(*((n, who, post) for n in range(3) for who, post in (("LML"[n], "leader"), ("abc"[n], "officer"))))
    actions.file_roster(crew.id, by=crew.by, at=moment("09-09 10:00"))
    assert crew.view().roster.filed_late


def test_a_person_in_two_shifts_at_once_is_refused(world: World) -> None:
    crew = Crew(world)
    with pytest.raises(Refusal) as refused:
        actions.open_roster(PROGRAM, UNIT, DAYS, by=crew.by)
    assert codes(refused) == ("duty.roster.overlap",)
    with pytest.raises(Refusal) as refused:
        crew.place((0, "a", "leader"), (0, "b", "cook"))
    assert codes(refused) == ("duty.post.not-leader", "duty.post.unknown")
    crew.place((0, "a", "officer"))
    with pytest.raises(Refusal) as refused:
        crew.place((0, "a", "officer"))
    assert codes(refused) == ("duty.assignment.repeated",)


def test_nobody_keeps_the_roster_of_another_county(world: World) -> None:
    crew = Crew(world)
    other = world.by(world.nanguan)
    for act in (
        lambda: actions.file_roster(crew.id, by=other),
        lambda: actions.assign(crew.id, [], by=other),
        lambda: actions.arrive(crew.id, {}, by=other),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert codes(refused) == ("duty.unit.outside",)
    with pytest.raises(Refusal) as refused:
        queries.roster(crew.id, scope=rights.scope(world.nanguan.key, "analyse"))
    assert codes(refused) == ("duty.roster.unknown",)
    with pytest.raises(Refusal) as refused:
        actions.open_roster(PROGRAM, UNIT, DAYS, by=other)
    assert codes(refused) == ("duty.unit.unknown",)


def test_who_arrives_is_counted_and_who_was_only_planned_is_not(world: World) -> None:
    crew = Crew(world)
    seats = crew.filled()
    assert person_shifts(world) == (0, 0)
    crew.arrive(seats[0], seats[1], seats[2])
    assert person_shifts(world) == (2, 1)
    assert person_shifts(world, CHANGCHUN) == (2, 1)
    assert person_shifts(world, "220102000000") == (0, 0)


def test_an_arrival_lies_within_its_shift_and_happens_once(world: World) -> None:
    crew = Crew(world)
    seats = crew.filled()
    with pytest.raises(Refusal) as refused:
        actions.arrive(crew.id, {seats[0]: moment("09-10 05:00")}, by=crew.by)
    assert codes(refused) == ("duty.arrival.time",)
    with pytest.raises(Refusal) as refused:
        actions.arrive(crew.id, {seats[0]: moment("09-11 08:00")}, by=crew.by)
    assert codes(refused) == ("duty.arrival.time",)
    crew.arrive(seats[0])
    with pytest.raises(Refusal) as refused:
        crew.arrive(seats[0])
    assert codes(refused) == ("duty.assignment.state",)


def test_a_person_at_two_posts_of_a_category_in_one_shift_counts_once(world: World) -> None:
    crew = Crew(world)
    seats = crew.place(
        (0, "L", "leader"), (0, "L", "chief"), (0, "L", "standby"), (0, "a", "officer"), (0, "a", "standby"),
        (1, "L", "leader"), (1, "a", "officer"), (2, "M", "leader"), (2, "b", "officer"),
    )  # fmt: skip
    actions.file_roster(crew.id, by=crew.by, at=BEFORE)
    crew.arrive(*seats[:7])
    # L leads two shifts; as staff L and a in the first, a in the second.
    assert person_shifts(world) == (2, 3)


def test_a_chain_of_swaps_stays_with_the_shift(world: World) -> None:
    crew = Crew(world)
    seats = crew.filled()
    sheng = world.by(world.province, "review")
    first = actions.ask_swap(seats[1], crew.people["b"], reason="家中有事", by=crew.by)
    actions.accept_swap(first, by=crew.by)
    assert crew.view().shifts[0].seats[0].name != "干部b"
    with pytest.raises(Refusal) as refused:
        actions.ask_swap(seats[1], crew.people["c"], reason="再换一次", by=crew.by)
    assert codes(refused) == ("duty.swap.open",)
    actions.approve_swap(first, by=sheng)
    second = actions.ask_swap(seats[1], crew.people["c"], reason="再换一次", by=crew.by)
    actions.accept_swap(second, by=crew.by)
    actions.approve_swap(second, by=sheng)
    moves = [one.payload["move"] for one in ledger.history(seats[1], kind=facts.ASSIGNMENT)]
    people = [one.payload["answers"]["person"] for one in ledger.history(seats[1], kind=facts.ASSIGNMENT)]
    assert moves == ["planned", "swapped", "swapped"]
    assert people == [crew.people[one] for one in "abc"]
    crew.arrive(seats[1])
    assert ledger.fact(seats[1]).subject == crew.people["c"]  # type: ignore[union-attr]
    assert person_shifts(world) == (0, 1)


def test_a_swap_takes_effect_only_when_accepted_and_approved_by_another(world: World) -> None:
    crew = Crew(world)
    seats = crew.filled()
    sheng = world.by(world.province, "review")
    swap = actions.ask_swap(seats[1], crew.people["b"], reason="家中有事", by=sheng)
    with pytest.raises(Refusal) as refused:
        actions.approve_swap(swap, by=world.by(world.city, "review"))
    assert codes(refused) == ("duty.swap.state",)
    actions.accept_swap(swap, by=crew.by)
    with pytest.raises(Refusal) as refused:
        actions.approve_swap(swap, by=sheng)
    assert codes(refused) == ("duty.swap.other-person",)
    with pytest.raises(Refusal) as refused:
        actions.approve_swap(swap, by=crew.by)
    assert codes(refused) == ("duty.right.missing",)
    actions.withdraw_swap(swap, by=crew.by)
    with pytest.raises(Refusal) as refused:
        actions.approve_swap(swap, by=world.by(world.city, "review"))
    assert codes(refused) == ("duty.swap.state",)
    assert [one.payload["move"] for one in ledger.history(seats[1], kind=facts.ASSIGNMENT)] == ["planned"]


def test_a_swap_that_would_double_book_or_unseat_the_leader_is_refused(world: World) -> None:
    crew = Crew(world)
    seats = crew.filled()
    for seat, person, code in (
        (seats[1], "a", "duty.swap.same"), (seats[0], "b", "duty.post.not-leader"),
        (seats[1], "nobody", "duty.staffer.unknown"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            actions.ask_swap(seat, crew.people.get(person, person), reason="家中有事", by=crew.by)
        assert codes(refused) == (code,)
    crew.arrive(seats[1])
    with pytest.raises(Refusal) as refused:
        actions.ask_swap(seats[1], crew.people["c"], reason="家中有事", by=crew.by)
    assert codes(refused) == ("duty.assignment.state",)


def test_only_the_person_herself_accepts_where_she_has_an_account(world: World) -> None:
    crew = Crew(world, account=world.nanguan.key)
    seats = crew.filled()
    swap = actions.ask_swap(seats[3], crew.people["a"], reason="家中有事", by=crew.by)
    with pytest.raises(Refusal) as refused:
        actions.accept_swap(swap, by=crew.by)
    assert codes(refused) == ("duty.swap.not-asked",)
    assert queries.shifts_of(world.nanguan.key, at=BEFORE)[0].post == "officer"


def test_a_handover_lists_what_is_open_and_both_sign(world: World) -> None:
    crew = Crew(world)
    seats = crew.filled()
    first, second, third = (one.id for one in crew.view().shifts)
    with pytest.raises(Refusal) as refused:
        actions.offer_handover(first, second, crew.people["a"], ["跟踪雨情"], by=crew.by)
    assert codes(refused) == ("duty.handover.not-on-post",)
    crew.arrive(*seats)
    with pytest.raises(Refusal) as refused:
        actions.offer_handover(first, third, crew.people["a"], [], by=crew.by)
    assert codes(refused) == ("duty.handover.next",)
    handover = actions.offer_handover(first, second, crew.people["a"], ["跟踪雨情", " "], by=crew.by)
    held = queries.handovers(PROGRAM, scope=world.all)[0]
    assert (held.items, held.signed_at) == (("跟踪雨情",), None)
    with pytest.raises(Refusal) as refused:
        actions.sign_handover(handover, crew.people["a"], by=crew.by)
    assert codes(refused) == ("duty.handover.not-on-post",)
    assert actions.sign_handover(handover, crew.people["b"], by=crew.by) == 3
    assert {one.state for one in crew.view().shifts[0].seats} == {"left"}
    with pytest.raises(Refusal) as refused:
        actions.sign_handover(handover, crew.people["b"], by=crew.by)
    assert codes(refused) == ("duty.handover.signed",)
    fact = ledger.fact(handover, kind=facts.HANDOVER)
    assert fact is not None
    assert "跟踪雨情" not in str(fact.payload)


def test_who_is_on_duty_at_a_moment_and_the_cohort_of_an_assignment(world: World) -> None:
    crew = Crew(world)
    crew.filled()
    now = queries.on_duty(PROGRAM, at=moment("09-11 02:00"), scope=world.all)
    assert sorted(one.name for one in now) == ["干部a", "干部d", "领导L"]
    assert queries.on_duty(PROGRAM, at=moment("09-13 08:00"), scope=world.all) == ()
    assert queries.on_duty(PROGRAM, at=moment("09-11 02:00"), scope=rights.scope(world.nanguan.key, "fill")) == ()
    fact = ledger.fact(now[0].id)
    assert fact is not None
    assert fact.occurred_at == moment("09-10 08:00").astimezone(UTC)


def test_spot_checks_are_drawn_from_a_seed_and_keep_what_they_found(world: World) -> None:
    by = world.by(world.province, "review")
    span = Period(moment("09-10 00:00"), moment("09-12 20:00"))
    ids = actions.draw_spot_checks(PROGRAM, span, 12, seed="中秋", by=by)
    drawn = list(models.SpotCheck.objects.order_by("planned_at").values_list("unit", "planned_at"))
    assert actions.draw_spot_checks(PROGRAM, span, 12, seed="中秋", by=by) == ids
    assert models.SpotCheck.objects.count() == 12
    assert {unit for unit, _ in drawn} == {"220100", "220102", "220105"}
    assert all(span.contains(at) for _, at in drawn)
    assert queries.spot_checks(PROGRAM, scope=world.all, at=moment("09-09 00:00")) == ()
    actions.record_spot_check(
        ids[0], means="phone", verdict="unanswered", seconds=60, follow_up="已通报", by=by, at=moment("09-12 21:00")
    )
    assert queries.spot_checks(PROGRAM, scope=world.all, at=moment("09-09 00:00"))[0].follow_up == "已通报"
    with pytest.raises(Refusal) as refused:
        actions.record_spot_check(ids[0], means="phone", verdict="present", by=by)
    assert codes(refused) == ("duty.spot-check.done",)
    with pytest.raises(Refusal) as refused:
        actions.record_spot_check(ids[1], means="gps", verdict="present", by=by)
    assert codes(refused) == ("duty.spot-check.word",)


def test_a_calendar_feed_holds_the_shifts_under_a_secret_that_can_be_renewed(world: World) -> None:
    crew = Crew(world)
    seats = crew.filled()
    key = crew.people["a"]
    secret = queries.calendar_token(key, scope=world.all)
    text = queries.calendar(secret, at=BEFORE)
    events = parsed(text)
    assert [one["UID"] for one in events] == [f"{seats[1]}@yibiao"]
    assert (events[0]["DTSTART"], events[0]["DTEND"]) == ("20220910T000000Z", "20220911T000000Z")
    assert events[0]["SUMMARY"] == "值班员 · 示例220105"
    actions.renew_calendar(key, by=crew.by)
    for wrong in (secret, secret[:-1], "", key):
        with pytest.raises(Refusal) as refused:
            queries.calendar(wrong, at=BEFORE)
        assert codes(refused) == ("duty.calendar.unknown",)
    assert parsed(queries.calendar(queries.calendar_token(key, scope=world.all), at=BEFORE))


def parsed(text: str) -> list[dict[str, str]]:
    """The events of a calendar by the grammar of RFC 5545: lines of at most 75 octets, unfolded and unescaped."""
    lines = text.split("\r\n")
    assert lines[-1] == ""
    assert all(len(line.encode()) <= 75 for line in lines)
    whole = re.sub("\r\n[ \t]", "", text).split("\r\n")[:-1]
    assert (whole[0], whole[1], whole[-1]) == ("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR")
    events: list[dict[str, str]] = []
    for line in whole:
        name, colon, value = line.partition(":")
        assert colon
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events and name not in ("BEGIN", "END"):
            events[-1][name] = re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), value)
    return events


def person_shifts(world: World, place: str = JILIN) -> tuple[int, int]:
    """Leaders and staff, as the bulletin's figures count them."""
    settle()
    found = []
    for name in ("duty-leaders", "duty-staff"):
        value = figures.figure(Query(f"{PROGRAM}.{name}", PROGRAM, place, world.window), scope=world.all).value
        found.append(int(value or 0))
    return found[0], found[1]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["assign", "assign", "arrive", "arrive", "confirm", "swap", "release", "leave", "file"]),
        st.integers(0, 2), st.sampled_from("LMabcd"), st.sampled_from(["leader", "chief", "officer", "standby"]),
    ),
    max_size=30,
)  # fmt: skip


@given(STEPS)
@settings(max_examples=databases.examples(10), deadline=None, suppress_health_check=list(HealthCheck))
def test_any_history_folds_to_the_rows_and_counts_like_a_plain_count(
    world: World, steps: Sequence[tuple[str, int, str, str]]
) -> None:
    with transaction.atomic():
        crew = Crew(world)
        crew.place((0, "L", "leader"), (1, "M", "leader"), (2, "L", "leader"))
        crew.place(*((n, "abc"[n], "officer") for n in range(3)))
        for step in steps:
            _step(crew, *step)
        _agrees(world)
        transaction.set_rollback(True)


def _step(crew: Crew, act: str, number: int, who: str, post: str) -> None:
    view = crew.view()
    shift = view.shifts[number]
    mine = [one for one in shift.seats if one.person == crew.people[who]]
    try:
        if act == "assign":
            crew.place((number, who, post))
        elif act == "file":
            actions.file_roster(crew.id, by=crew.by, at=BEFORE)
        elif act == "swap" and shift.seats:
            swap = actions.ask_swap(shift.seats[0].id, crew.people[who], reason="家中有事", by=crew.by)
            actions.accept_swap(swap, by=crew.by)
            actions.approve_swap(swap, by=crew.world.by(crew.world.city, "review"))
        elif mine and act == "arrive":
            actions.arrive(crew.id, {mine[0].id: shift.begins}, by=crew.by)
        elif mine and act == "confirm":
            actions.confirm(mine[0].id, by=crew.by)
        elif mine and act == "release":
            actions.release(mine[0].id, by=crew.by)
        elif mine and act == "leave":
            actions.leave(mine[0].id, shift.ends, by=crew.by)
    except Refusal:
        pass


def _agrees(world: World) -> None:
    rows = list(models.Assignment.objects.select_related("shift", "person"))
    plain: dict[str, set[tuple[str, str]]] = {"leader": set(), "staff": set()}
    for row in rows:
        history = ledger.history(row.id, kind=facts.ASSIGNMENT)
        assert [one.revision for one in history] == list(range(1, row.revision + 1))
        last = history[-1]
        assert last.withdrawn == (row.state == "released")
        assert last.payload["answers"] == facts.assignment(row, row.shift, UNIT, row.person.account)
        answers = last.payload["answers"]
        begins = datetime.fromisoformat(answers["begins"])
        if not last.withdrawn and answers["arrived"] == "yes" and world.window.contains(begins):
            plain[answers["category"]].add((answers["shift"], answers["person"]))
    assert person_shifts(world) == (len(plain["leader"]), len(plain["staff"]))
    assert models.Roster.objects.get().place == ERDAO
