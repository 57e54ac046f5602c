"""The replay: all that the plans send in comes once, in the order of time, and a failing story stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from threading import Event

import pytest

from tests.demo.conftest import Demo
from tests.demo.test_build import _counties
from yibiao.core.periods import local_day
from yibiao.core.problems import Refusal
from yibiao.desk.demo import replaying, stories
from yibiao.desk.demo.plan import moment
from yibiao.desk.demo.programs import PROGRAMS

pytestmark = [pytest.mark.django_db]
NOON = moment("2022-09-10 12:00")


@pytest.mark.parametrize("program", replaying.PLAYED)
def test_every_form_comes_once_and_not_before_what_it_tells_of(demo: Demo, program: str) -> None:
    plan = PROGRAMS[program](_counties())
    acts = replaying.acts(plan)
    assert [act.at for act in acts] == sorted(act.at for act in acts)
    came: dict[str, list[datetime]] = {}
    for act in acts:
        for sample in act.samples:
            came.setdefault(sample.id, []).append(act.at)
    assert set(came) == {sample.id for sample in plan.samples}
    again = {sample.id for sample in plan.sent_again()}
    assert {id for id, times in came.items() if len(times) == 2} == again
    for sample in plan.samples:
        told, first = datetime.fromisoformat(sample.answers["occurred_at"]), came[sample.id][0]
        if sample.wave == 0:
            assert first - timedelta(minutes=20) <= told
        else:
            assert told < first <= told + timedelta(minutes=41)


@pytest.mark.parametrize("program", replaying.PLAYED)
def test_what_a_form_may_look_up_is_registered_before_it(demo: Demo, program: str) -> None:
    waves: dict[date, list[int]] = {}
    for act in replaying.acts(PROGRAMS[program](_counties())):
        for sample in sorted(act.samples, key=lambda sample: sample.wave):
            waves.setdefault(local_day(datetime.fromisoformat(sample.answers["occurred_at"])), []).append(sample.wave)
    assert any(1 in found for found in waves.values())
    late = [day for day, found in waves.items() if day >= replaying.START.date() and 0 in found[found.count(0) :]]
    assert not late


@pytest.mark.parametrize("program", replaying.PLAYED)
def test_a_change_comes_after_its_form(demo: Demo, program: str) -> None:
    plan = PROGRAMS[program](_counties())
    filed: dict[str, datetime] = {}
    changed: dict[str, datetime] = {}
    for act in replaying.acts(plan):
        for sample in act.samples:
            filed.setdefault(sample.id, act.at)
        if act.change:
            changed[act.change.id] = act.at
    assert set(changed) == {change.id for change in plan.changes()}
    assert all(filed[id] < at for id, at in changed.items())


def test_stories_are_played_together_in_the_order_of_time() -> None:
    done: list[str] = []

    def story(name: str, *hours: int) -> Iterator[datetime]:
        for hour in hours:
            yield NOON + timedelta(hours=hour)
            done.append(f"{name}{hour}")

    def broken() -> Iterator[datetime]:
        yield NOON + timedelta(hours=2)
        raise ValueError("a story that fails")

    told: list[Exception] = []
    count = stories.play([story("a", 1, 4), broken(), story("b", 0, 3)], lambda at: True, told.append)
    assert done == ["b0", "a1", "b3", "a4"]
    assert count == 5
    assert [str(one) for one in told] == ["a story that fails"]


def test_a_replay_that_is_stopped_waits_for_nothing() -> None:
    stop = Event()
    done: list[int] = []

    def story() -> Iterator[datetime]:
        for hour in range(3):
            yield NOON + timedelta(hours=hour)
            done.append(hour)
            stop.set()

    assert stories.play([story()], lambda at: not stop.is_set(), lambda error: None) == 1
    assert done == [0]


def test_a_replay_begins_with_no_data(demo: Demo) -> None:
    with pytest.raises(Refusal) as refused:
        replaying.prepare(lambda line: None)
    assert [one.code for one in refused.value.problems] == ["desk.replay.taken"]
