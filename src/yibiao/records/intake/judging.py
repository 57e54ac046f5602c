"""The verdict on every row of an upload: what is wrong with it and in which cell, and what is kept of the good ones.

A crew reads the rows of a very large sheet from pieces of its XML, and of any other from their cells.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any, Final, NamedTuple, TypeAlias

from yibiao.core import canon
from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.forms import queries as forms
from yibiao.forms.types import FormVersion
from yibiao.people.types import Warrant
from yibiao.records import checking, models, prefilling, prepared, problems, registers, storing
from yibiao.records.intake import cells, cutting, held, jobs, naming, numbering, rows
from yibiao.records.intake import problems as sheets
from yibiao.records.intake.crew import Crew
from yibiao.records.intake.openrosa import foreknown
from yibiao.records.intake.xlsx import Reading
from yibiao.records.outlines import outline
from yibiao.records.types import SubmissionDraft

BLOCK: Final = 500
log = logging.getLogger(__name__)
Wrong: TypeAlias = tuple[str, int, int, Problem]
# Rows as they stand in a file, or as cells, or read already because their items stand in other sheets.
Block: TypeAlias = cutting.Piece | Sequence[cutting.Row] | Sequence[rows.Row]


@dataclass(slots=True)
class Line:
    """A row with its id and what was found; ``good`` is None where its answers are of no use. ``stored`` rows are there
    already; one that is ``alike`` says what an earlier row says, whose number that is."""

    row: rows.Row
    id: str
    good: held.Good | None
    entity: registers.Draft | None
    wrong: list[Wrong]
    stored: bool = False
    alike: int = 0


class Verdict(NamedTuple):
    """What was read of a row, its id by itself and what is wrong with it; and what is kept of it and what it says of
    an entity, unless something is."""

    read: tuple[Any, ...]
    id: str
    wrong: Sequence[Problem]
    good: held.Good | None
    entity: registers.Draft | None


@dataclass(frozen=True, slots=True)
class Task:
    """What the rows of an upload are judged by: their columns by name, and what a workbook says of its cells."""

    form: str
    version: str
    program: str
    warrants: tuple[Warrant, ...]
    at: datetime
    columns: tuple[tuple[int, str], ...]
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class _Source:
    """The rows of an upload in blocks, each with how much it is of ``total``."""

    tables: tuple[rows.Table, ...]
    blocks: Iterator[tuple[int, Block]]
    total: int
    reading: Reading | None = None
    follow: cells.Follow = field(default_factory=cells.Follow)


@dataclass(frozen=True, slots=True)
class Looked:
    """Every row of an upload but the ``idle`` ones, in which nobody wrote anything beside what the template brought."""

    lines: list[Line]
    tables: tuple[rows.Table, ...]
    idle: int


def lines(
    form: FormVersion, program: str, book: cells.Book, warrants: Sequence[Warrant], report: jobs.Report, crew: Crew
) -> Looked:
    """Every row with everything that is wrong with it; the same whoever has read and judged it.

    Raises: what is wrong with the file as a whole: ``records.sheet.*``.
    """
    if crew.count > 1:
        try:
            source = _cut(form, book)
            return _lines(form, program, source, warrants, report, crew)
        except cells.Uncut:
            log.info("an uploaded sheet is read as a whole")
    source = _whole(form, book, naming.Names(tuple(warrant.place for warrant in warrants)))
    return _lines(form, program, source, warrants, report, crew)


def _cut(form: FormVersion, book: cells.Book) -> _Source:
    """Raises: ``Uncut`` where items stand in other sheets, or anything is wrong with the sheet."""
    cut = book.cut()
    grids = (cut.first, *cut.others)
    if rows.main(form, grids) is not cut.first:
        raise cells.Uncut
    try:
        tables = rows.tables(form, grids)
    except Refusal as refusal:
        raise cells.Uncut from refusal
    if any(table.rows for table in tables[1:]):
        raise cells.Uncut
    blocks = chain(_slices(tables[0].rows, 0), ((len(piece.xml), piece) for piece in cut.rest))
    source = _Source(tables, blocks, cut.size, cut.reading)
    source.follow.on(cut.span)
    return source


def _whole(form: FormVersion, book: cells.Book, resolve: rows.Resolve) -> _Source:
    tables = rows.tables(form, book.grids(), book.without)
    every = rows.with_items(form, tables, resolve) if any(table.rows for table in tables[1:]) else tables[0].rows
    return _Source(tables, _slices(every, 1), len(every))


def _slices(every: Sequence[Any], weight: int) -> Iterator[tuple[int, Block]]:
    for start in range(0, len(every), BLOCK):
        some = every[start : start + BLOCK]
        yield weight * len(some), some


def _lines(
    form: FormVersion, program: str, source: _Source, warrants: Sequence[Warrant], report: jobs.Report, crew: Crew
) -> Looked:
    tables, order = source.tables, numbering.Order(numbering.Namer(form, program, warrants[0]))
    columns = tuple((index, column.name) for index, column in tables[0].columns.items())
    task = Task(form.id, form.version, program, tuple(warrants), checking.now(), columns, source.reading)
    found: list[Line] = []
    weights: list[int] = []

    def blocks() -> Iterator[Block]:
        for weight, block in source.blocks:
            weights.append(weight)
            yield block

    done = idle = 0
    report(done, source.total)
    for number, (span, verdicts, left) in enumerate(crew.each(partial(judged, task), blocks())):
        if span is not None:
            source.follow.on(span)
        found += [_line(verdict, order, tables) for verdict in verdicts]
        done, idle = done + weights[number], idle + left
        report(min(done, source.total), source.total)
    if idle and not found:
        raise refuse(sheets.SHEET_EMPTY.at(tables[0].title))
    _dangling(form, found, tables)
    _conflicts(found, tables)
    return Looked(found, tables, idle)


def _line(verdict: Verdict, order: numbering.Order, tables: Sequence[rows.Table]) -> Line:
    row, good = rows.Row(*verdict.read), verdict.good
    id, clash = order.id(row, verdict.id)
    if good is not None and id != verdict.id:
        good = good._replace(id=id)
    wrong = row.wrong
    if verdict.wrong:
        wrong = [*wrong, *_placed(tables, row, _unseen(verdict.wrong, wrong, tables))]
    if clash is not None:
        wrong = [*wrong, (tables[0].layout.title, row.number, 0, clash)]
    return Line(row, id, good, verdict.entity, wrong, alike=order.alike.get(row.number, 0))


class _Means:
    """What a process judges the rows of one upload with."""

    def __init__(self, task: Task) -> None:
        self.task, self.form = task, forms.form(task.form, task.version)
        self.checker = checking.Checker(task.warrants, task.at)
        self.namer = numbering.Namer(self.form, task.program, task.warrants[0])
        self.read = rows.reader(self.form, dict(task.columns), naming.Names(tuple(one.place for one in task.warrants)))

    def each(self, block: Block) -> tuple[cells.Span | None, list[rows.Row]]:
        if isinstance(block, cutting.Piece):
            assert self.task.reading is not None  # noqa: S101 who cuts a workbook has read what it says of its cells
            span, found = cells.held(block, self.task.reading)
            return span, self.read(found)
        read = [one for one in block if isinstance(one, rows.Row)]
        # Either all of them are read already or none is.
        return None, read or self.read(one for one in block if not isinstance(one, rows.Row))

    def verdicts(self, every: Sequence[rows.Row]) -> tuple[list[Verdict], int]:
        """The verdicts, and how many rows there are none on, as nobody wrote anything in them.

        Each step for all of them before the next: what a step needs of the processor's memory stays there.
        """
        task, checker = self.task, self.checker
        known = {id(row): self._known(row) for row in every if row.known}
        found = [row for row in every if not (row.known and self._idle(row, known[id(row)]))] if known else every
        ids = [self.namer.id(row) for row in found]
        drafts = [
            SubmissionDraft(
                name, task.form, task.program, row.answers, "sheet", task.version,
                prefilled=known[id(row)] if row.known else canon.NOTHING,
            )
            for name, row in zip(ids, found, strict=True)
        ]  # fmt: skip
        looked = checker.judge(drafts)
        ready = [checker.settle(one, wrong) if one is not None else None for one, wrong in looked]
        good = [
            held.good(one) if one is not None and record is not None else None
            for (one, _), record in zip(looked, ready, strict=True)
        ]
        verdicts = [
            Verdict(
                (row.number, row.key, row.answers, row.wrong, row.items), name, wrong, kept,
                record.entity if record is not None else None,
            )
            for row, name, (_, wrong), kept, record in zip(found, ids, looked, good, ready, strict=True)
        ]  # fmt: skip
        return verdicts, len(every) - len(found)

    def _known(self, row: rows.Row) -> dict[str, Any]:
        return foreknown.told(self.form, self.task.program, row.known, row.answers)

    def _idle(self, row: rows.Row, known: Mapping[str, Any]) -> bool:
        if row.wrong or row.key or not known:
            return False
        came = prefilling.origins(self.form, row.answers, known)
        return not came.changed and not came.typed


_latest: list[_Means] = []


def judged(task: Task, block: Block) -> tuple[cells.Span | None, list[Verdict], int]:
    """The verdicts on some rows, each by itself: what they say of one another is looked at when all are there; and on
    how many there is none.

    Raises: ``Uncut``.
    """
    means = _latest[0] if _latest and _latest[0].task == task else _Means(task)
    _latest[:] = [means]
    span, found = means.each(block)
    return span, *means.verdicts(found)


def _dangling(form: FormVersion, found: Sequence[Line], tables: Sequence[rows.Table]) -> None:
    """Marks rows that pick an entity which neither a register nor another good row has."""
    if not outline(form).links:
        return
    ready = [(line, line.good) for line in found if line.good is not None and not line.wrong]
    asked = [(form, json.loads(good.text), line.entity) for line, good in ready]
    for index, problem in registers.dangling(asked):
        line = ready[index][0]
        line.wrong = [*line.wrong, *_placed(tables, line.row, [problem])]


def _conflicts(found: Sequence[Line], tables: Sequence[rows.Table]) -> None:
    """Marks rows that are stored already, and those whose number was used before for other content."""
    by_id = {line.id: (line, line.good) for line in found if line.good is not None and not line.wrong}
    known = storing.stored(list(by_id))
    for start in range(0, len(known), 400):
        some = known[start : start + 400]
        stored = models.Submission.objects.prefetch_related("revisions").in_bulk(some)
        hidden = prepared.hidden_of(some)
        for key, row in stored.items():
            line, good = by_id[key]
            line.stored = True
            if not prepared.repeats(good, row.revisions.all(), hidden):
                said = problems.CONFLICT.at(id=line.row.key or key)
                line.wrong = [*line.wrong, (tables[0].layout.title, line.row.number, 0, said)]


def _unseen(
    found: Sequence[Problem],
    cells_wrong: Sequence[Wrong],
    tables: Sequence[rows.Table],
) -> list[Problem]:
    """Problems of cells that could be read; a cell that could not be read says why already."""
    titles = {table.layout.title: table for table in tables}
    told = set()
    for sheet, _, column, _ in cells_wrong:
        table = titles.get(sheet)
        if table is not None and column in table.columns:
            told.add((table.layout.repeat, table.columns[column].name))
    return [one for one in found if (one.values.get("repeat", ""), one.values.get("field", "")) not in told]


def _placed(tables: Sequence[rows.Table], row: rows.Row, found: Sequence[Problem]) -> list[Wrong]:
    """Each problem with its cell; one that belongs to no cell stands in the first of its row."""
    placed = []
    for problem in found:
        name, repeat = str(problem.values.get("field", "")), str(problem.values.get("repeat", ""))
        table = next((one for one in tables if one.layout.repeat == repeat), tables[0])
        column = next((index for index, one in table.columns.items() if one.name == name), None)
        number = row.number
        if repeat and column is not None:
            items = row.items.get(repeat, [])
            index = int(str(problem.values.get("index", 0)))
            number = items[index] if index < len(items) else row.number
        elif column is None:
            table, column = tables[0], 0
        placed.append((table.layout.title, number, column, problem))
    return placed
