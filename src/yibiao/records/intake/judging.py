"""The verdict on every row of an upload: what is wrong with it and in which cell, and what is kept of the good ones."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, Final, TypeAlias

from yibiao.core.problems import Problem
from yibiao.forms.types import FormVersion
from yibiao.people.types import Warrant
from yibiao.records import checking, models, problems, registers, storing
from yibiao.records.intake import cells, held, jobs, naming, numbering, rows
from yibiao.records.intake.crew import Crew
from yibiao.records.outlines import outline
from yibiao.records.types import SubmissionDraft

BLOCK: Final = 500
Wrong: TypeAlias = tuple[str, int, int, Problem]
# The id of a row and its answers.
Given: TypeAlias = tuple[str, Mapping[str, Any]]
# What is wrong with them; and what is kept of them, and what they say of an entity, unless something is.
Verdict: TypeAlias = tuple[list[Problem], held.Good | None, registers.Draft | None]


@dataclass(slots=True)
class Line:
    """A row with its id and what was found; ``good`` is None where its answers are of no use. ``stored`` rows are there
    already."""

    row: rows.Row
    id: str
    good: held.Good | None
    entity: registers.Draft | None
    wrong: list[Wrong]
    stored: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """What the rows of an upload are judged by."""

    form: str
    version: str
    program: str
    warrants: tuple[Warrant, ...]
    at: datetime


def lines(
    form: FormVersion,
    program: str,
    grids: Sequence[cells.Grid],
    warrants: Sequence[Warrant],
    report: jobs.Report,
    crew: Crew,
) -> tuple[list[Line], tuple[rows.Table, ...]]:
    """Every row with everything that is wrong with it; the same whoever has judged it."""
    read, tables = rows.reading(form, grids, naming.Names(tuple(warrant.place for warrant in warrants)))
    task = Task(form.id, form.version, program, tuple(warrants), checking.now())
    total = len(tables[0].rows)
    found: list[Line] = []
    clashes: list[tuple[Line, Problem]] = []

    def blocks() -> Iterator[list[Given]]:
        """Makes the lines as they are asked for, a block of rows ahead of their verdicts."""
        numbered = numbering.ids(form, program, read, warrants[0])
        while some := list(islice(numbered, BLOCK)):
            made = [Line(row, id, None, None, row.wrong) for row, id, _ in some]
            found.extend(made)
            clashes.extend((line, clash) for line, (_, _, clash) in zip(made, some, strict=True) if clash)
            yield [(line.id, line.row.answers) for line in made]

    done = 0
    report(done, total)
    for verdicts in crew.each(partial(judged, task), blocks()):
        report(done, total)
        for line, (wrong, good, entity) in zip(found[done : done + BLOCK], verdicts, strict=True):
            line.good, line.entity = good, entity
            if wrong:
                line.wrong = [*line.row.wrong, *_placed(tables, line.row, _unseen(wrong, line.row.wrong, tables))]
        done += len(verdicts)
    for line, clash in clashes:
        line.wrong = [*line.wrong, (tables[0].layout.title, line.row.number, 0, clash)]
    _dangling(form, found, tables)
    _conflicts(found, tables)
    return found, tables


def judged(task: Task, given: Sequence[Given]) -> list[Verdict]:
    """The verdicts on some rows, each by itself: what they say of one another is looked at when all are there."""
    checker, verdicts = checking.Checker(task.warrants, task.at), []
    for id, answers in given:
        draft = SubmissionDraft(id, task.form, task.program, answers, "sheet", task.version)
        looked, found = checker.judge(draft)
        prepared = checker.settle(looked, found) if looked is not None else None
        good = held.good(looked) if looked is not None and prepared is not None else None
        verdicts.append((found, good, prepared.entity if prepared is not None else None))
    return verdicts


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
        hidden = checking.hidden_of(some)
        for key, row in stored.items():
            line, good = by_id[key]
            line.stored = True
            if not checking.repeats(good, row.revisions.all(), hidden):
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
