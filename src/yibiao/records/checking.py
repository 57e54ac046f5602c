"""Everything that must hold before a record is written, checked at once."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from yibiao.core import canon, clock
from yibiao.core.periods import SHANGHAI, local_day, midnight
from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.forms import queries as forms
from yibiao.forms.types import Checked, FormVersion
from yibiao.packs import queries as packs
from yibiao.packs.types import Program
from yibiao.people import queries as people
from yibiao.people.types import EVERY_PROGRAM, Warrant
from yibiao.records import closing, models, problems, registers
from yibiao.records.outlines import Outline, outline
from yibiao.records.placing import Atlas
from yibiao.records.prepared import Judged, Prepared
from yibiao.records.remembering import remembered
from yibiao.records.types import Closing, SubmissionDraft

EARLIEST: Final = date(1990, 1, 1)
AHEAD: Final = timedelta(days=1)
_EARLIEST_AT: Final = midnight(EARLIEST)
# So many places and times are remembered of drafts.
_KNOWN: Final = 2_000
# So many drafts go through a step together.
_TOGETHER: Final = 200
_USUAL: Final = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
K = TypeVar("K")
V = TypeVar("V")
# The number of a draft, itself, its id, its form and program, and what is wrong with it so far.
_Begun: TypeAlias = tuple[int, SubmissionDraft, str, FormVersion, Program, list[Problem]]


@dataclass(slots=True)
class Known:
    """What drafts are checked against, each looked up once."""

    atlas: Atlas = field(default_factory=Atlas)
    forms: dict[tuple[str, str], FormVersion] = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)
    organisations: dict[str, bool] = field(default_factory=dict)
    closed: dict[str, dict[str, Closing]] = field(default_factory=dict)
    line: threading.RLock = field(default_factory=threading.RLock)

    def once(self, kept: dict[K, V], key: K, find: Callable[[], V]) -> V:
        """What is kept under a key; threads that miss it at the same time look it up once."""
        if key not in kept:
            with self.line:
                if key not in kept:
                    kept[key] = find()
        return kept[key]


class _Settled(NamedTuple):
    """What of a record follows from more than its answers."""

    place: str
    lineage: str
    organisation: str
    participants: tuple[str, ...]
    occurred_at: datetime
    entity: registers.Draft | None
    by: Warrant


@dataclass(slots=True)
class Checker:
    """Checks drafts of one call. ``by`` holds warrants over several places."""

    by: tuple[Warrant, ...]
    at: datetime
    kept: models.Submission | None = None
    known: Known = field(default_factory=lambda: remembered(Known, "checking"))
    # What was found before of drafts of the same form and program.
    open: dict[tuple[str, str, str, str], tuple[FormVersion, Program]] = field(default_factory=dict)
    shut: dict[tuple[str, str, str, str], Problem | None] = field(default_factory=dict)
    # What was found before of the draft's place: its lineage by day, and who covers it.
    stood: dict[tuple[str, date], str] = field(default_factory=dict)
    covered: dict[tuple[str, str], Warrant] = field(default_factory=dict)
    # The same of drafts of one place and time, where neither an organisation nor an entity follows from other answers.
    settled: dict[tuple[Any, ...], _Settled] = field(default_factory=dict)
    latest: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.latest = self.at + AHEAD

    @property
    def atlas(self) -> Atlas:
        return self.known.atlas

    def prepare(self, drafts: Iterable[SubmissionDraft | Judged]) -> Iterator[tuple[Prepared | None, list[Problem]]]:
        """The record to write of each draft, or everything that is wrong with it; register links are checked apart.

        Each step for many before the next: what a step needs of the processor's memory stays there.
        """
        waiting = iter(drafts)
        while some := list(islice(waiting, _TOGETHER)):
            looked = self.judge(some)
            yield from [(self.settle(judged, found) if judged is not None else None, found) for judged, found in looked]

    def judge(self, drafts: Sequence[SubmissionDraft | Judged]) -> list[tuple[Judged | None, list[Problem]]]:
        """What follows from the answers alone, and what is wrong with them; None where they cannot be looked at."""
        looked: dict[int, tuple[Judged | None, list[Problem]]] = {}
        alike: dict[tuple[str, str], list[_Begun]] = {}
        for number, draft in enumerate(drafts):
            if isinstance(draft, Judged):
                looked[number] = self.again(draft)
                continue
            id = canonical_id(draft.id)
            found = [] if id else [problems.ID.at(id=draft.id[:80])]
            try:
                form, program = self._open(draft)
            except Refusal as refusal:
                looked[number] = None, [*found, *refusal.problems]
            else:
                alike.setdefault((form.id, form.version), []).append((number, draft, id, form, program, found))
        for begun in alike.values():
            seen = forms.check_each(begun[0][3], [draft.answers for _, draft, *_ in begun], now=self.at)
            for (number, draft, id, form, program, found), checked in zip(begun, seen, strict=True):
                found += checked.problems
                judged = Judged(id, form, program, draft.channel, checked, draft.sent, draft.prefilled)
                looked[number] = judged, found
        return [looked[number] for number in range(len(drafts))]

    def again(self, judged: Judged) -> tuple[Judged | None, list[Problem]]:
        """Answers that were found good before: all else may have changed since."""
        asked = (judged.form.id, judged.form.version, judged.program.code, judged.channel)
        if asked not in self.shut:
            self.shut[asked] = self._shut(judged.form, judged.program, judged.channel)
        wrong = self.shut[asked]
        return (judged, []) if wrong is None else (None, [wrong])

    def settle(self, judged: Judged, found: list[Problem]) -> Prepared | None:
        """The record, unless something is wrong with it."""
        form, program, checked, asks = judged.form, judged.program, judged.checked, outline(judged.form)
        at = checked.occurred_at
        alone = "organisation" not in asks.roles and form.entity is None and not found and at.__class__ is datetime
        # Two moments of the hour that comes twice are equal but for their fold.
        like = (form.id, form.version, program.code, checked.place, at, alone and at.fold, checked.participants)
        known = self.settled.get(like) if alone else None
        if known is None:
            known = self._settled(judged, asks, found)
            if known is None:
                return None
            if alone:
                if len(self.settled) >= _KNOWN:
                    self.settled.clear()
                self.settled[like] = known
        place, lineage, body, participants, occurred_at, entity, by = known
        judged.write()
        return Prepared(
            judged.id, form, program.code, judged.channel, place, lineage, body, checked.subject, participants,
            occurred_at, judged.answers, judged.text, judged.personal, judged.digest, entity, by, judged.sent,
            judged.prefilled, judged.typed,
        )  # fmt: skip

    def _settled(self, judged: Judged, asks: Outline, found: list[Problem]) -> _Settled | None:
        form, program, checked = judged.form, judged.program, judged.checked
        place = checked.place
        if not place and "place" not in asks.roles:
            place = self.kept.place if self.kept else self.by[0].place
        occurred_at = self._occurred(asks, checked, found)
        lineage = self._lineage(asks, place, occurred_at, found)
        by = self._warrant(asks, program, place, lineage, found)
        body = self._organisation(asks, checked, by, found)
        participants = self._participants(asks, checked, body, found)
        entity = None if found else registers.draft(form, checked, now=self.at, found=found)
        if found or occurred_at is None:
            return None
        return _Settled(place, lineage, body, participants, occurred_at, entity, by)

    def _open(self, draft: SubmissionDraft) -> tuple[FormVersion, Program]:
        """The form and the program of a draft, looked up once for all that are alike.

        Raises: what keeps the draft from being filed at all.
        """
        asked = (draft.form, draft.form_version, draft.program, draft.channel)
        if asked not in self.open:
            form, program = self._form(draft.form, draft.form_version), self._program(draft.program)
            if wrong := self._shut(form, program, draft.channel):
                raise refuse(wrong)
            self.open[asked] = (form, program)
        return self.open[asked]

    def _shut(self, form: FormVersion, program: Program, channel: str) -> Problem | None:
        if form.pack != program.pack:
            return problems.OTHER_PACK.at(
                form=form.title.zh, form_en=form.title.of("en"), program=program.title.zh,
                program_en=program.title.of("en"),
            )  # fmt: skip
        return None if self.kept else closing.refusal(self._closed(form, program), channel, self.at)

    def _form(self, id: str, version: str) -> FormVersion:
        return self.known.once(self.known.forms, (id, version), lambda: forms.form(id, version or None))

    def _program(self, code: str) -> Program:
        return self.known.once(self.known.programs, code, lambda: packs.program(code))

    def _closed(self, form: FormVersion, program: Program) -> Closing | None:
        return self.known.once(self.known.closed, program.code, lambda: closing.closed(program.code)).get(form.id)

    def _occurred(self, asks: Outline, checked: Checked, found: list[Problem]) -> datetime | None:
        if "occurred_at" not in asks.roles:
            # A form that does not ask when tells of the moment of its filing; a correction does not move it.
            return self.kept.occurred_at if self.kept else self.at
        value = checked.occurred_at
        at = moment(value)
        if at is None:
            found.append(problems.UNREADABLE_TIME.at(**asks.asked("occurred_at"), text=str(value)[:80]))
        elif at > self.latest:
            found.append(problems.FUTURE.at(**asks.asked("occurred_at"), at=_shown(at), now=_shown(self.at)))
        elif at < _EARLIEST_AT:
            found.append(problems.TOO_EARLY.at(**asks.asked("occurred_at"), at=_shown(at), bound=EARLIEST.isoformat()))
        else:
            return at
        return None

    def _lineage(self, asks: Outline, place: str, at: datetime | None, found: list[Problem]) -> str:
        if not place:
            where = asks.asked("place")
            if not any(problem.values.get("field") == where["field"] for problem in found):
                found.append(problems.PLACE_MISSING.at(**where))
            return ""
        day = local_day(at or self.at)
        if stood := self.stood.get((place, day)):
            return stood
        lineage = self.atlas.lineage(place)
        if not lineage or not self.atlas.known(place, day):
            found.append(problems.PLACE.at(**asks.asked("place"), place=place[:80], day=day.isoformat()))
            return ""
        self.stood[place, day] = lineage
        return lineage

    def _warrant(self, asks: Outline, program: Program, place: str, lineage: str, found: list[Problem]) -> Warrant:
        """The warrant that covers the record; without one, the first, and a problem."""
        if found_by := self.covered.get((lineage, program.code)):
            return found_by
        for by in self.by:
            covered = f"/{self.atlas.successor(by.place)}/" in lineage
            if covered and by.program in (EVERY_PROGRAM, program.code):
                self.covered[lineage, program.code] = by
                return by
        if lineage:
            scope = "、".join(dict.fromkeys(self.atlas.name(by.place) for by in self.by[:5]))
            found.append(problems.OUTSIDE.at(**asks.asked("place"), place=self.atlas.name(place), scope=scope))
        return self.by[0]

    def _organisation(self, asks: Outline, checked: Checked, by: Warrant, found: list[Problem]) -> str:
        """Who answers for the record: the organisation named in it, else the one that it has, else the filer's."""
        asked = asks.roles.get("organisation")
        named = str(checked.public.get(asked.name) or "") if asked else ""
        if named and not self._exists((named,))[named]:
            found.append(problems.ORGANISATION.at(**asks.asked("organisation"), code=named[:80]))
        return named or (self.kept.organisation if self.kept else by.organisation)

    def _participants(self, asks: Outline, checked: Checked, lead: str, found: list[Problem]) -> tuple[str, ...]:
        if not checked.participants:
            return ()
        # The lead takes part as the lead: named again among the others it would count twice.
        named = tuple(code for code in dict.fromkeys(checked.participants) if code != lead)
        if not named:
            return ()
        exists, where = self._exists(named), asks.asked("participants")
        found += [problems.ORGANISATION.at(**where, code=code[:80]) for code in named if not exists[code]]
        return named

    def _exists(self, codes: Sequence[str]) -> dict[str, bool]:
        new = [code for code in codes if code not in self.known.organisations]
        if new:
            have = {row.code for row in people.organisations(codes=new)}
            self.known.organisations.update((code, code in have) for code in new)
        return self.known.organisations


def prepare_all(
    drafts: Sequence[SubmissionDraft | Judged],
    *,
    by: tuple[Warrant, ...],
    at: datetime,
    kept: models.Submission | None = None,
) -> tuple[list[Prepared], list[Problem]]:
    """All records, or everything that is wrong, each problem with the number of its draft when there are several.

    Answers that were found good before are not looked at again; their rights, places and registers are.
    """
    checker, count = Checker(by, at, kept), len(drafts)
    ready: list[Prepared] = []
    found: list[Problem] = []
    numbers: list[int] = []
    for number, (prepared, wrong) in enumerate(checker.prepare(drafts), 1):
        if wrong:
            found += _numbered(wrong, number, count)
        if prepared is not None:
            ready.append(prepared)
            numbers.append(number)
    dangling, moved = registers.looked_up([(item.form, item.answers, item.entity) for item in ready])
    for index, problem in dangling:
        found += _numbered([problem], numbers[index], count)
    return [_led_on(item, moved) for item in ready] if moved else ready, found


def _led_on(item: Prepared, moved: Mapping[tuple[str, str], str]) -> Prepared:
    """The record with the entities kept in the place of those merged into them; its digest stays that of what was sent,
    so that sent again it is known again."""
    answers = registers.led_on(item.form, item.answers, moved)
    asked = outline(item.form).roles.get("subject")
    subject = moved.get((asked.register, item.subject), item.subject) if asked and asked.register else item.subject
    return item._replace(answers=answers, text=canon.dumps(answers), subject=subject)


def reason(text: str, act_zh: str, act_en: str) -> str:
    """Why somebody does something, in a few words at least.

    Raises: ``records.reason.missing``.
    """
    if len(text.strip()) < 2:
        raise refuse(problems.REASON.at(act_zh=act_zh, act_en=act_en))
    return text.strip()


def canonical_id(text: str) -> str:
    """A UUID in its usual spelling, or nothing; ``uuid:`` before it is what phones send."""
    if _USUAL.fullmatch(text):
        return text
    try:
        return str(uuid.UUID(text.removeprefix("uuid:")))
    except ValueError:
        return ""


def moment(value: object) -> datetime | None:
    """A date or time of an answer as an aware moment; a day begins at midnight in Shanghai."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    return midnight(value) if isinstance(value, date) else None


def require_right(by: Sequence[Warrant], *rights: str) -> None:
    """Raises: ``records.submission.not-allowed``."""
    if not by or any(one.right not in rights for one in by):
        raise refuse(problems.NOT_ALLOWED.at(right=rights[0]))


def now() -> datetime:
    return clock.now()


def _numbered(found: Iterable[Problem], number: int, count: int) -> list[Problem]:
    if count == 1:
        return list(found)
    return [
        replace(
            problem, where=f"第 {number} 条 {problem.where}".strip(),
            where_en=f"record {number} {problem.place('en')}".strip(),
        )
        for problem in found
    ]  # fmt: skip


def _shown(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
