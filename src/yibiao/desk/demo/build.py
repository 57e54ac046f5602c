"""Builds the demo through the doors that everybody uses: packs, accounts, forms, bulletins.

Every step does nothing where its work is already done, so that a build that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.utils.translation import gettext

from yibiao.bulletins import actions as bulletins
from yibiao.bulletins import queries as issued
from yibiao.core.periods import Period
from yibiao.desk import followers, installing
from yibiao.desk.demo import (
    accounts,
    casework,
    circulars,
    citizens,
    drafts,
    nights,
    random_checks,
    stories,
    territory,
    watch,
)
from yibiao.desk.demo.foreknown import Foreknown
from yibiao.desk.demo.plan import Correction, Plan, Sample, Withdrawal, moment
from yibiao.desk.demo.programs import PROGRAMS
from yibiao.desk.demo.world import World
from yibiao.desk.operating import everything
from yibiao.duty import actions as duty
from yibiao.ledger import actions as ledger
from yibiao.packs import queries as packs
from yibiao.people import queries as people
from yibiao.people.types import Account, Warrant
from yibiao.places import queries as places
from yibiao.records import actions as records
from yibiao.records import queries as stored
from yibiao.records.types import SubmissionDraft

BATCH: Final = 2_000


@dataclass(frozen=True, slots=True)
class Desk:
    """The clerks of the demo at work on one program."""

    accounts: Mapping[str, Account]
    program: str
    foreknown: Foreknown

    def warrant(self, clerk: str) -> Warrant:
        account = self.accounts[clerk]
        return people.warrant(account.key, "fill", place=account.place, program=self.program)


def build(progress: Callable[[str], None]) -> None:
    """Builds what of the demo is not built yet; a second call does nothing."""
    begun = time.monotonic()
    if complete():
        progress(gettext("示例数据已经齐全。"))
        return
    if packs.programs():
        progress(gettext("上次没有做完，接着做。"))
    world, opened = begin(PROGRAMS, progress)
    with places.remembered():
        _tell(world, opened, progress)
    progress(gettext("完成，用时 %(seconds)d 秒。") % {"seconds": time.monotonic() - begun})


def _tell(world: World, opened: Mapping[str, Account], progress: Callable[[str], None]) -> None:
    """All that happens in the demo; its places stay as they were installed."""
    for program, plan in PROGRAMS.items():
        made = plan(world)
        fill(Desk(opened, program, Foreknown(made.samples)), made, progress)
    progress(gettext("排值班表，登记到岗、交接班和查岗。"))
    stories.tell(watch.stories(opened))
    progress(gettext("印发通知，逐级签收。"))
    stories.tell(circulars.stories(opened))
    stories.tell([citizens.reports(opened)])
    random_checks.hold(opened)
    progress(gettext("封存事实，汇总成数。"))
    settle()
    for told in (nights.duties(opened), nights.returns(opened)):
        stories.tell(told)
        settle()
    progress(gettext("办理隐患和事件，审核夜间战果。"))
    duty.note_missed(moment("2022-09-12 20:00"))
    stories.tell(casework.stories(opened))
    stories.tell([citizens.handling(opened)])
    stories.tell([random_checks.results(opened)])
    stories.tell(nights.reviews(opened))
    settle()
    _issue(opened[accounts.WRITER], progress)
    settle()
    _draft(opened[accounts.WRITER], progress)
    settle()


def begin(programs: Iterable[str], progress: Callable[[str], None]) -> tuple[World, Mapping[str, Account]]:
    """Places, the packs of some programs, and the accounts; what is there already stays."""
    progress(gettext("登记地点。"))
    world, wanted = territory.install(), set(programs)
    for path in packs.shipped():
        if path.name in wanted:
            progress(gettext("安装专项 %(name)s。") % {"name": path.name})
            installing.install(path)
    progress(gettext("开设示例账号。"))
    return world, accounts.open_all(world)


def complete() -> bool:
    """Whether every program of the demo has its draft to be checked, which is the last thing that is built."""
    return set(PROGRAMS) <= _with_draft()


def settle() -> None:
    """Seals everything that is stored and lets the followers catch up, until they write nothing more themselves."""
    while ledger.seal_all() is not None:
        followers.catch_up()


def fill(desk: Desk, plan: Plan, progress: Callable[[str], None]) -> None:
    told = {"program": packs.program(desk.program).title.zh, "count": len(plan.samples)}
    progress(gettext("填报“%(program)s”：%(count)d 张表。") % told)
    send(desk, plan.samples)
    send(desk, plan.sent_again())
    for change in plan.changes():
        amend(desk, change)


def amend(desk: Desk, change: Correction | Withdrawal) -> None:
    """Corrects or withdraws a form, once."""
    found, by = stored.record(change.id, scope=everything()), desk.warrant(change.clerk)
    if isinstance(change, Withdrawal):
        if found.state != "withdrawn":
            records.withdraw(change.id, reason=change.reason, by=by)
    elif found.revision == 1:
        records.correct(change.id, change.answers, reason=change.reason, by=by)


def send(desk: Desk, samples: Iterable[Sample]) -> None:
    """Hands in forms clerk by clerk, registers first, in batches that are stored whole or not at all."""
    in_turn = sorted(samples, key=lambda sample: (sample.wave, sample.clerk))
    for (_, clerk), group in groupby(in_turn, key=lambda sample: (sample.wave, sample.clerk)):
        drafts = [
            SubmissionDraft(each.id, each.form, desk.program, each.answers, "sample", prefilled=desk.foreknown.of(each))
            for each in group
        ]
        for start in range(0, len(drafts), BATCH):
            records.receive_many(drafts[start : start + BATCH], by=desk.warrant(clerk))


def _with_bulletin() -> set[str]:
    return {each.program for each in issued.bulletins(everything()) if each.status == "issued"}


def _issue(writer: Account, progress: Callable[[str], None]) -> None:
    for code in sorted(set(PROGRAMS) - _with_bulletin(), key=list(PROGRAMS).index):
        progress(gettext("签发通报“%(program)s”。") % {"program": packs.program(code).title.zh})
        issue(writer, code)


def issue(writer: Account, code: str) -> None:
    """The bulletin of a program, over its whole window, as of what is sealed by now."""
    program = packs.program(code)
    by = people.warrant(writer.key, "review", place=program.place, program=code)
    period = Period(program.window_from, program.window_until)
    draft = bulletins.draft(f"{code}.main", code, place=program.place, period=period, by=by)
    bulletins.issue(draft.id, by=by)


def _with_draft() -> set[str]:
    return {code for code in PROGRAMS if issued.drafts(everything(), code).total}


def _draft(writer: Account, progress: Callable[[str], None]) -> None:
    """Hands in the issued bulletin of every program with a few mistakes; one check of each is kept."""
    done = _with_draft()
    for each in issued.bulletins(everything()):
        if each.program in done or each.status != "issued":
            continue
        done.add(each.program)
        progress(gettext("送核样例稿“%(title)s”。") % {"title": each.title})
        by = people.warrant(writer.key, "review", place=each.place, program=each.program)
        text = drafts.seeded(each.text, each.citations)
        title = f"{drafts.TITLE}{each.title}"
        taken = bulletins.take_draft(
            text, program=each.program, title=title, place=each.place, period=each.period, by=by
        )
        bulletins.keep_check(taken.id, by=by)
