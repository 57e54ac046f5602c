"""What keeps machines and floods out: challenges that open one door once, and counts that all processes share."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import signing
from django.db import connection, transaction

from tests.citizens.conftest import ADDRESS, World, proof, told
from yibiao.citizens import actions as citizens
from yibiao.citizens import challenges, limits, models, problems, queries
from yibiao.citizens.types import Challenge, Proof
from yibiao.core import clock
from yibiao.core.problems import Refusal


def worked(asked: Challenge) -> str:
    found = (
        number for number in range(1, asked.highest + 1)
        if hashlib.sha256(f"{asked.salt}{number}".encode()).hexdigest() == asked.target
    )  # fmt: skip
    return str(next(found))


def refused(given: Proof, **report: Any) -> tuple[str, ...]:
    with pytest.raises(Refusal) as caught:
        citizens.report_openly(told(**report), proof=given)
    return caught.value.codes


def test_work_opens_one_door_once(world: World) -> None:
    asked = queries.challenge()
    answer = Proof(asked.token, worked(asked), ADDRESS)
    assert citizens.report_openly(told(), proof=answer).record
    assert refused(answer) == (problems.SPENT.code,)
    assert models.Ticket.objects.count() == 1


def test_what_is_wrong_is_not_spent(world: World) -> None:
    good = proof()
    assert refused(good, description="坏") == (problems.DESCRIPTION.code,)
    assert refused(Proof(good.token, "99", ADDRESS)) == (problems.UNPROVEN.code,)
    assert not models.SpentChallenge.objects.exists()
    assert citizens.report_openly(told(), proof=good).record


def test_forged_altered_foreign_and_old_challenges(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    good = proof()
    assert refused(Proof("", "", ADDRESS)) == (problems.UNPROVEN.code,)
    assert refused(Proof(good.token[:-1] + "x", good.answer, ADDRESS)) == (problems.UNPROVEN.code,)
    assert refused(Proof("x" * 5_000, "1", ADDRESS)) == (problems.UNPROVEN.code,)
    assert refused(Proof(signing.dumps(["work"], salt=challenges.SALT), "1", ADDRESS)) == (problems.UNPROVEN.code,)
    other = challenges.sum_of("another purpose")
    assert refused(Proof(other.token, "2", ADDRESS)) == (problems.UNPROVEN.code,)
    later = clock.now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert refused(good) == (problems.EXPIRED.code,)


def test_a_sum_does_not_hold_its_answer(world: World) -> None:
    tokens = {challenges.sum_of("report").token for _ in range(20)}
    assert len(tokens) == 20
    assert not any(part in {str(number) for number in range(19)} for token in tokens for part in
                   map(str, signing.loads(token, salt=challenges.SALT)))  # fmt: skip


def test_one_address_may_not_flood(world: World, settings: Any) -> None:
    settings.YIBIAO_REPORTS_PER_ADDRESS = 8
    for _ in range(2):
        citizens.report_openly(told(), proof=proof())
    assert refused(proof()) == (problems.TOO_OFTEN.code,), "sums are easier for machines: a quarter of them"
    asked = queries.challenge()
    assert citizens.report_openly(told(), proof=Proof(asked.token, worked(asked), ADDRESS)).record
    assert citizens.report_openly(told(), proof=proof("203.0.113.9")).record
    assert models.Ticket.objects.count() == 4


def test_one_place_may_not_be_flooded(world: World, settings: Any) -> None:
    settings.YIBIAO_REPORTS_PER_PLACE = 2
    for each in range(2):
        citizens.report_openly(told(), proof=proof(f"203.0.113.{each}"))
    assert refused(proof("203.0.113.77")) == (problems.TOO_OFTEN.code,)


def together(act: Callable[[], None], times: int) -> int:
    """How many of so many at the same moment were let in, each over a connection of its own."""

    def one(_: int) -> bool:
        try:
            with transaction.atomic():
                act()
        except Refusal:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(times) as pool:
        return sum(pool.map(one, range(times)))


def test_at_the_same_moment_one_is_let_in_and_all_are_counted(built: World) -> None:
    asked = challenges.work("report")
    answer = worked(asked)
    try:
        assert together(lambda: challenges.spend(asked.token, answer, "report"), 8) == 1
        assert together(lambda: limits.count("report", ADDRESS, 5), 8) == 5
        assert models.Tally.objects.get().count == 5, "who is refused is not counted"
    finally:
        models.SpentChallenge.objects.all().delete()
        models.Tally.objects.all().delete()


def test_no_address_is_kept_and_all_is_swept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    citizens.report_openly(told(), proof=proof())
    assert not any(ADDRESS in str(row) for row in models.Tally.objects.values())
    keys = set(models.Tally.objects.values_list("key", flat=True))
    assert citizens.sweep() == 0
    now = clock.now()

    def tomorrow() -> datetime:
        return now + timedelta(days=1)

    monkeypatch.setattr(clock, "now", tomorrow)
    assert citizens.sweep() == len(keys) + 1
    limits.count("report", ADDRESS, 5)
    assert not keys & set(models.Tally.objects.values_list("key", flat=True)), "the hash of an address changes daily"
