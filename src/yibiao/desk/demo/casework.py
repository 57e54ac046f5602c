"""What becomes of the demo's hazards and incidents: fixed, re-checked by somebody else, closed, some of them late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from typing import Any, Final

from django.db import transaction

from yibiao.cases import actions as cases
from yibiao.cases import queries as known
from yibiao.cases.types import Counts, Line
from yibiao.desk.demo import accounts
from yibiao.desk.demo.plan import moment
from yibiao.desk.demo.world import PROVINCE_CLERK, clerk_of
from yibiao.desk.operating import everything
from yibiao.people import queries as people
from yibiao.people.types import Account, Right, Warrant

SAFETY, PATROL = "holiday-safety", "night-patrol"
EVIDENCE: Final = ("已更换，照片三张", "已清理，现场视频一段", "已补齐记录并签字", "已更换线路，附验收单")
NOTES: Final = ("现场复查合格", "复查合格，资料齐全", "复查合格，已告知责任人")
_ALL: Final = 5_000


def work(opened: Mapping[str, Account]) -> None:
    """Does all of it or nothing, unless it is done already."""
    if any(one.states["claimed"] for one in _counts() if "claimed" in one.states):
        return
    seats = _Seats(opened)
    random = Random("yibiao/cases")  # noqa: S311 (invented facts, not secrets)
    with transaction.atomic():
        _hazards(seats, SAFETY, random, share=0.93, passed=0.97)
        _hazards(seats, PATROL, random, share=0.85, passed=0.9)
        _incidents(seats)


def _counts() -> tuple[Counts, ...]:
    return known.counts(scope=everything(), program=PATROL, at=moment("2022-09-12 20:00"))


class _Seats:
    """Who acts where in the demo."""

    def __init__(self, opened: Mapping[str, Account]) -> None:
        self.accounts = opened

    def by(self, place: str, program: str, right: Right = "fill") -> Warrant:
        """The clerk of a county fills in; the reviewer of the province reviews."""
        name = accounts.WRITER if right == "review" else clerk_of(f"{place[:6]}000000")
        account = self.accounts.get(name) or self.accounts[PROVINCE_CLERK]
        return people.warrant(account.key, right, place=account.place, program=program)


def _open(program: str, lifecycle: str, state: str) -> list[Line]:
    found = known.page(
        scope=everything(), program=program, lifecycle=lifecycle, state=state, at=moment("2022-09-12 20:00"), size=_ALL
    )
    return sorted(found.items, key=lambda line: line.id)


def _hazards(seats: _Seats, program: str, random: Random, *, share: float, passed: float) -> None:
    """Most of what was ordered is claimed fixed and passes; a few fail and begin a second round."""
    ordered = [line for line in _open(program, "hazard", "ordered") if random.random() < share]
    for chosen, at in _by_day(ordered, hours=26):
        _together(seats, program, chosen, "claim", {"evidence": random.choice(EVIDENCE)}, at)
    claimed = [line for line in _open(program, "hazard", "claimed") if random.random() < passed]
    failed = [line for line in claimed if random.random() < 0.03]
    well = [line for line in claimed if line not in failed]
    for chosen, at in _by_day(well, hours=44):
        cases.move_many(
            [line.id for line in chosen], "pass", {"check_note": random.choice(NOTES)},
            by=seats.by("", program, "review"), at=at,
        )  # fmt: skip
    for chosen, at in _by_day(failed, hours=44):
        cases.move_many(
            [line.id for line in chosen], "fail",
            {"check_note": "整改不到位，限期再改", "deadline": (at.date() + timedelta(days=10)).isoformat()},
            by=seats.by("", program, "review"), at=at,
        )  # fmt: skip


def _incidents(seats: _Seats) -> None:
    """Everything that is more than a month old has had its final report."""
    recent = moment("2022-09-10 00:00")
    old = [line for line in _open(SAFETY, "incident", "reported") if line.occurred_at < recent]
    for line in old:
        at = line.occurred_at + timedelta(days=6)
        cases.move(line.id, "conclude", {}, by=seats.by(line.place, SAFETY), at=at)


def _together(
    seats: _Seats, program: str, lines: Sequence[Line], move: str, answers: Mapping[str, Any], at: datetime
) -> None:
    """One move for the cases of every county, by its clerk."""
    for place, group in groupby(sorted(lines, key=lambda line: line.place), key=lambda line: line.place):
        cases.move_many([line.id for line in group], move, answers, by=seats.by(place, program), at=at)


def _by_day(lines: Sequence[Line], *, hours: int) -> Iterator[tuple[list[Line], datetime]]:
    """Cases in groups of one day, each with a moment so many hours after that day began."""
    ordered = sorted(lines, key=lambda line: line.occurred_at)
    for day, group in groupby(ordered, key=lambda line: line.occurred_at.date()):
        yield list(group), moment(f"{day} 00:00") + timedelta(hours=hours)
