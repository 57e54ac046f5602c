"""Plays work safety and the night patrol hour by hour, on a clock that runs faster than the real one."""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from threading import Event
from typing import Final

from django.conf import settings
from django.db import connections
from django.utils.translation import gettext

from yibiao.core import clock
from yibiao.core.clock import Pace
from yibiao.core.periods import SHANGHAI, local_day, midnight
from yibiao.core.problems import Refusal, refuse
from yibiao.desk.demo import accounts, build, casework, circulars, nights, random_checks, stories, territory, watch
from yibiao.desk.demo.build import Desk
from yibiao.desk.demo.foreknown import Foreknown
from yibiao.desk.demo.plan import Correction, Plan, Sample, Withdrawal, moment
from yibiao.desk.demo.programs import PROGRAMS
from yibiao.desk.demo.stories import Story
from yibiao.desk.problems import REPLAY_TAKEN
from yibiao.ledger import actions as ledger
from yibiao.packs import queries as packs
from yibiao.people.types import Account

PLAYED: Final = ("holiday-safety", "night-patrol")
START, END = moment("2022-09-09 00:00"), moment("2022-09-15 00:00")
# Forms that are handed in within the same stretch go in together.
STRETCH: Final = timedelta(minutes=20)
# Stands in the folder of a replay, which the next one may empty.
MARK: Final = "replay.mark"
_KEPT: Final = ("secret.key", "static", "serve.lock")
_CORRECTED: Final = timedelta(minutes=50)
_LOOK: Final = 0.2
# While what came before is prepared, the clock all but stands.
_STANDING: Final = 0.001


@dataclass(frozen=True, slots=True)
class Act:
    """Forms to be handed in, or changes to be made to them, at a moment."""

    at: datetime
    samples: tuple[Sample, ...] = ()
    change: Correction | Withdrawal | None = None


def prepare(progress: Callable[[str], None]) -> Mapping[str, Account]:
    """Everything that had happened when the replay begins, in a folder that holds nothing yet.

    Raises: desk.replay.taken.
    """
    if packs.programs():
        raise refuse(REPLAY_TAKEN.at(folder=settings.DATA))
    clock.keep(Pace(START, END, datetime.now(UTC), _STANDING))
    (settings.DATA / MARK).touch()
    world, opened = build.begin(PLAYED, progress)
    for program in PLAYED:
        plan = PROGRAMS[program](world)
        progress(gettext("填报“%(program)s”开始以前的表。") % {"program": packs.program(program).title.zh})
        desk = Desk(opened, program, Foreknown(plan.samples))
        past = [act for act in acts(plan) if act.at < START]
        build.send(desk, [sample for act in past for sample in act.samples])
        for act in past:
            if act.change:
                build.amend(desk, act.change)
    random_checks.hold(opened)
    build.settle()
    return opened


def told(opened: Mapping[str, Account], failed: Callable[[Exception], None]) -> Iterator[Story]:
    """All that is still to come; forms that are refused are told to ``failed``."""
    world = territory.install()
    for program in PLAYED:
        plan = PROGRAMS[program](world)
        yield _filed(Desk(opened, program, Foreknown(plan.samples)), acts(plan), failed)
        yield _issued(opened[accounts.WRITER], program)
    yield from watch.stories(opened)
    yield from circulars.stories(opened)
    yield from casework.stories(opened, every=timedelta(hours=3))
    yield random_checks.results(opened)
    for told in (nights.duties, nights.returns, nights.reviews):
        yield from told(opened)


def acts(plan: Plan) -> tuple[Act, ...]:
    """What a plan hands in and changes, by time. A form is handed in within twenty minutes of what it tells of."""
    times = {sample.id: handed_in(sample) for sample in plan.samples}
    # Registers that were there before the replay go in first, all together.
    first = [sample for sample in plan.samples if sample.wave == 0 and times[sample.id] < START]
    found = [Act(min((times[sample.id] for sample in first), default=START), tuple(first))] if first else []
    known = {sample.id for sample in first}
    rest = [sample for sample in plan.samples if sample.id not in known]
    rest.sort(key=lambda sample: (_stretch(times[sample.id]), sample.wave, times[sample.id], sample.id))
    for at, group in groupby(rest, key=lambda sample: _stretch(times[sample.id])):
        found.append(Act(at, tuple(group)))
    for sample in plan.sent_again():
        found.append(Act(_stretch(times[sample.id]) + timedelta(minutes=5), (sample,)))
    for change in plan.changes():
        found.append(Act(_stretch(times[change.id]) + _CORRECTED, change=change))
    return tuple(sorted(found, key=lambda act: act.at))


def handed_in(sample: Sample) -> datetime:
    """When a form was handed in: its own minute of the twenty after what it tells of; a register as its day begins."""
    at = datetime.fromisoformat(str(sample.answers["occurred_at"]))
    if sample.wave == 0:
        return midnight(local_day(at))
    return at + timedelta(minutes=1 + zlib.crc32(sample.id.encode()) % 20)


def play(opened: Mapping[str, Account], pace: Pace, stop: Event, progress: Callable[[str], None]) -> None:
    """Plays all that is to come; ends soon after ``stop`` is set."""
    hours: set[datetime] = set()

    def wait(at: datetime) -> bool:
        hour = at.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
        if at >= START and hour not in hours:
            hours.add(hour)
            progress(gettext("重演到 %(moment)s。") % {"moment": f"{hour:%Y-%m-%d %H:%M}"})
        while (left := pace.until(at).total_seconds()) > 0:
            if stop.wait(min(left, _LOOK)):
                return False
        return not stop.is_set()

    def failed(error: Exception) -> None:
        # Whoever signs in meanwhile may do what a story meant to do: then the story is over, the others go on.
        said = error.problems[0].text("zh") if isinstance(error, Refusal) else type(error).__name__
        progress(gettext("有一段没有照原样重演：%(why)s") % {"why": said})

    try:
        stories.play(told(opened, failed), wait, failed)
        progress(gettext("重演完毕。网站继续运行。"))
    finally:
        connections.close_all()


def begin(speed: float) -> Pace:
    """Lets the clock of this process, and of those that it starts from now on, run from the beginning of the replay."""
    pace = Pace(START, END, datetime.now(UTC), speed)
    clock.keep(pace)
    os.environ["YIBIAO_REPLAY"] = str(pace)
    return pace


def forget() -> None:
    """Empties the folder of an earlier replay; any other folder is left alone."""
    if not (settings.DATA / MARK).is_file() or connections["default"].vendor != "sqlite":
        return
    connections.close_all()
    for path in settings.DATA.iterdir():
        if path.name in _KEPT:
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _stretch(at: datetime) -> datetime:
    """The end of the stretch that a moment lies in."""
    gone = (at - START) // STRETCH
    return START + (gone + 1) * STRETCH


def _filed(desk: Desk, coming: Sequence[Act], failed: Callable[[Exception], None]) -> Story:
    for act in coming:
        if act.at < START:
            continue
        yield act.at
        try:
            if act.change:
                build.amend(desk, act.change)
            build.send(desk, act.samples)
        except Refusal as refusal:
            failed(refusal)


def _issued(writer: Account, program: str) -> Story:
    """The bulletin is issued an hour after the window ends."""
    yield packs.program(program).window_until + timedelta(hours=1)
    ledger.seal_all()
    build.issue(writer, program)
