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
from yibiao.desk.demo.stories import Story
from yibiao.desk.demo.world import PROVINCE_CLERK, clerk_of
from yibiao.desk.operating import everything
from yibiao.people import queries as people
from yibiao.people.types import Account, Right, Warrant

SAFETY, PATROL = "holiday-safety", "night-patrol"
EVIDENCE: Final = ("已更换，照片三张", "已清理，现场视频一段", "已补齐记录并签字", "已更换线路，附验收单")
NOTES: Final = ("现场复查合格", "复查合格，资料齐全", "复查合格，已告知责任人")
_ALL: Final = 5_000
FROM, UNTIL = moment("2022-09-09 00:00"), moment("2022-09-13 00:00")
# How long after the beginning of its day a hazard is claimed fixed, and re-checked.
CLAIMED, CHECKED = timedelta(hours=26), timedelta(hours=44)


def stories(opened: Mapping[str, Account], *, every: timedelta = timedelta(days=1)) -> Iterator[Story]:
    """What becomes of hazards and incidents; nothing where it has been told already.

    Hazards that are found within ``every`` are claimed and re-checked together.
    """
    if any(one.states["claimed"] for one in _counts() if "claimed" in one.states):
        return
    seats = _Seats(opened)
    yield _incidents(seats)
    yield _hazards(seats, SAFETY, every, share=0.93, passed=0.97)
    yield _hazards(seats, PATROL, every, share=0.85, passed=0.9)


def _counts() -> tuple[Counts, ...]:
    return known.counts(scope=everything(), program=PATROL, at=UNTIL)


def _luck(what: str, line: Line) -> float:
    """A lot between 0 and 1 that is always the same for a case."""
    return Random(f"yibiao/cases/{what}/{line.id}").random()  # noqa: S311 (invented facts, not secrets)


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
    found = known.page(scope=everything(), program=program, lifecycle=lifecycle, state=state, at=UNTIL, size=_ALL)
    return sorted(found.items, key=lambda line: line.id)


def _hazards(seats: _Seats, program: str, every: timedelta, *, share: float, passed: float) -> Story:
    """Most of what was ordered is claimed fixed and passes; a few fail and begin a second round."""
    acts: list[tuple[datetime, bool, datetime]] = []
    since = FROM
    while since < UNTIL:
        acts += [(since + CLAIMED, False, since), (since + CHECKED, True, since)]
        since += every
    for at, checked, since in sorted(acts):
        yield at
        with transaction.atomic():
            found = [line for line in _open(program, "hazard", "claimed" if checked else "ordered")
                     if since <= line.occurred_at < since + every]  # fmt: skip
            if checked:
                _re_check(seats, program, [line for line in found if _luck("pass", line) < passed], at)
            else:
                chosen = [line for line in found if _luck("claim", line) < share]
                _together(seats, program, chosen, "claim", {"evidence": _one_of(EVIDENCE, at)}, at)


def _re_check(seats: _Seats, program: str, lines: Sequence[Line], at: datetime) -> None:
    failed = [line.id for line in lines if _luck("fail", line) < 0.03]
    well = [line.id for line in lines if _luck("fail", line) >= 0.03]
    by = seats.by("", program, "review")
    if well:
        cases.move_many(well, "pass", {"check_note": _one_of(NOTES, at)}, by=by, at=at)
    if failed:
        again = {"check_note": "整改不到位，限期再改", "deadline": (at.date() + timedelta(days=10)).isoformat()}
        cases.move_many(failed, "fail", again, by=by, at=at)


def _incidents(seats: _Seats) -> Story:
    """Everything that is more than a month old has had its final report."""
    for line in sorted(_open(SAFETY, "incident", "reported"), key=lambda line: line.occurred_at):
        if line.occurred_at < moment("2022-09-10 00:00"):
            at = line.occurred_at + timedelta(days=6)
            yield at
            cases.move(line.id, "conclude", {}, by=seats.by(line.place, SAFETY), at=at)


def _together(
    seats: _Seats, program: str, lines: Sequence[Line], move: str, answers: Mapping[str, Any], at: datetime
) -> None:
    """One move for the cases of every county, by its clerk."""
    for place, group in groupby(sorted(lines, key=lambda line: line.place), key=lambda line: line.place):
        cases.move_many([line.id for line in group], move, answers, by=seats.by(place, program), at=at)


def _one_of(words: Sequence[str], at: datetime) -> str:
    return words[int(at.timestamp()) // 3600 % len(words)]
