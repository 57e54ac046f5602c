"""Random histories on the real database: the row is the fold of its facts, and the partition always adds up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import databases
from tests.cases.conftest import SAFETY, World, inspection, item, moment, settle
from tests.cases.test_cases import folds
from yibiao.cases import actions, models, queries
from yibiao.core.lifecycles.types import Move
from yibiao.core.periods import Period
from yibiao.core.problems import Refusal
from yibiao.figures import queries as figures
from yibiao.packs import queries as packs

PARTS = ("at-once", "by-deadline", "suspended", "transferred", "undecided")
ORDERS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=4)
ACTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(0, 4)), max_size=12)
VALUES: dict[str, list[Any]] = {
    "hazard_grade": ["general", "major"], "disposal": list(PARTS), "deadline": ["2022-09-20", "2022-10-08"],
}  # fmt: skip


def answers(move: Move, pick: int) -> dict[str, Any]:
    return {ask.field: (known := VALUES.get(ask.field, ["示例"]))[pick % len(known)] for ask in move.asks}


@settings(
    max_examples=databases.examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ORDERS, ACTS)
def test_any_history_folds_to_its_row_and_the_partition_adds_up(
    built: World, orders: list[str], acts: list[tuple[int, int, int]]
) -> None:
    with transaction.atomic():
        record = inspection(built, *(item(f"第{n}处", order) for n, order in enumerate(orders)))
        settle()
        moves = queries.lifecycles(SAFETY)[0].moves
        ids = [one.id for one in built.hazards(record)]
        done = 0
        for step, (which, choice, pick) in enumerate(acts):
            id, move = ids[which % len(ids)], moves[choice % len(moves)]
            who = built.clerk if move.right == "fill" else built.checker
            try:
                actions.move(
                    id, move.id, answers(move, pick), by=built.by(who, move.right), reason="示例理由",
                    at=moment("09-11 08:00") + timedelta(hours=step),
                )  # fmt: skip
                done += 1
            except Refusal as refusal:
                codes = refusal.codes
                assert all(code.startswith(("core.move.", "core.answer.")) for code in codes), codes
        settle()
        assert folds(built) == len(ids)
        assert sum(models.Case.objects.values_list("revision", flat=True)) == len(ids) + done
        standing = [one for one in built.hazards(record) if not one.withdrawn]
        for part in PARTS:
            name = "hazards-" + part
            assert built.figure(name) == sum(one.answers["disposal"] == part for one in standing)
        assert built.figure("hazards") == len(standing)
        closed = sum(one.state == "closed" for one in standing)
        assert built.figure("hazards-closed") == closed
        program = packs.program(SAFETY)
        period = Period(program.window_from, program.window_until)
        for check in figures.partitions(SAFETY, SAFETY, program.place, period, None, scope=built.all):
            assert check.holds, check
        for one in standing:
            major_fixing = one.state == "fixing" and one.answers.get("hazard_grade") == "major"
            five = ("responsible", "time_limit", "measures", "funds", "plan")
            assert not major_fixing or all(one.answers.get(name) for name in five)
        transaction.set_rollback(True)
