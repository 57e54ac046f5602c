"""Uploads of sheets: preview with every error in its cell, then taking them whole or the good rows only."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from openpyxl.utils import get_column_letter

from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.forms import queries as forms
from yibiao.forms.types import FormVersion
from yibiao.packs import queries as packs
from yibiao.people.types import Warrant
from yibiao.records import batching, checking, models, personal, undoing
from yibiao.records.intake import apart, cells, held, hiding, jobs, judging, noticing, problems, rows, workbook
from yibiao.records.intake.crew import Crew

# More than these are taken beside the requests.
TAKEN_AT_ONCE: Final = 2_000
# What is kept of rows that were found good lies under this name; another where it is written in another way.
_GOOD: Final = "rows"
# What is hidden, and is to be left out.
_LEFT: Final = "left"
KEPT_FOR: Final = timedelta(hours=24)
SHOWN_LIMIT: Final = 200
Mode = Literal["all", "good"]


@dataclass(frozen=True, slots=True)
class Mark:
    """An error and its cell: ``at`` is the address in the file, such as ``C7``; ``said`` is Chinese and English."""

    sheet: str
    row: int
    column: int
    at: str
    label: str
    said: tuple[str, str]


@dataclass(slots=True)
class Preview:
    """What an upload would do. ``repeated`` rows are stored already, and counted among the good ones; ``notes`` are the
    first of the ``noted`` things that are odd about good rows and keep none of them out; ``idle`` rows, which hold
    nothing but what their template brought, are in none of the counts."""

    upload: str
    name: str
    total: int
    good: int
    repeated: int
    marks: list[Mark] = field(default_factory=list)
    notes: list[Mark] = field(default_factory=list)
    noted: int = 0
    veiled: hiding.Veiled = field(default_factory=hiding.Veiled)
    idle: int = 0

    @property
    def bad(self) -> int:
        return self.total - self.good


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an upload: how many records it brought, and how many of those still stand."""

    upload: str
    name: str
    at: datetime
    count: int
    standing: int


def offer(
    name: str, content: bytes, *, form: FormVersion, program: str, warrants: Sequence[Warrant], beside: bool = False
) -> str:
    """Keeps a file for 24 hours and checks it, a large one beside the requests where that is allowed; gives its id.

    Raises: what is wrong with the file as a whole: ``records.sheet.*``.
    """
    now = checking.now()
    upload = models.Upload(
        id=str(uuid.uuid4()), actor=warrants[0].actor, form=form.id, form_version=form.version, program=program,
        name=Path(name).name[:255], created_at=now, expires_at=now + KEPT_FOR,
    )  # fmt: skip
    sweep()
    _store(_path(upload.id), content)
    upload.save()
    try:
        _begin(upload, form, warrants, beside=beside and len(content) > jobs.SMALL)
    except Refusal:
        _forget(upload.id)
        upload.delete()
        raise
    return upload.id


def job(id: str, *, warrants: Sequence[Warrant]) -> jobs.Job:
    """How far the work on an upload is; a job that fell silent with its process begins anew.

    Raises: ``records.upload.unknown``.
    """
    upload, form = _upload(id, warrants)
    found = jobs.read(_path(id, "job"))
    # An older version kept less of what it found good.
    lacking = found is not None and found.state == "checked" and not _path(id, _GOOD).exists()
    if found is None or lacking or (found.silent and found.state == "checking"):
        _begin(upload, form, warrants, beside=True)
    elif found.silent:
        _take(upload, form, found.mode, warrants, beside=True)
    return jobs.read(_path(id, "job")) or jobs.Job("checking")


def preview(id: str, *, warrants: Sequence[Warrant]) -> Preview:
    """What an upload would do, once it is checked.

    Raises: ``records.upload.unknown``.
    """
    _upload(id, warrants)
    if not _path(id, "seen").exists():
        raise refuse(problems.UPLOAD_UNKNOWN.at())
    seen = json.loads(_kept(_path(id, "seen")))
    veiled = _veiled(seen.pop("veiled", {}))
    marks, notes = (
        [Mark(**{**one, "said": tuple(one["said"])}) for one in seen.pop(name, ())] for name in ("marks", "notes")
    )
    return Preview(**seen, marks=marks, notes=notes, veiled=veiled)


def marked(id: str, *, warrants: Sequence[Warrant]) -> bytes:
    """A copy of an upload as .xlsx, its wrong cells filled and commented.

    Raises: ``records.upload.unknown``.
    """
    upload, form = _upload(id, warrants)
    book = _book(upload)
    tables = rows.tables(form, book.grids(), book.without)
    found: dict[tuple[str, int, int], list[str]] = {}
    for mark in preview(id, warrants=warrants).marks:
        found.setdefault((mark.sheet, mark.row, mark.column), []).append(mark.said[0])
    return workbook.marked(form, tables, found)


def take(id: str, mode: Mode, *, warrants: Sequence[Warrant], beside: bool = False) -> None:
    """Stores the rows of an upload in one transaction: all of them, or those that were good when it was checked.

    Raises: ``records.upload.unknown``, ``records.upload.busy``, ``records.sheet.bad-rows`` when all were asked for and
    not all are good, and what no longer holds since the check.
    """
    upload, form = _upload(id, warrants)
    found = jobs.read(_path(id, "job"))
    if found is not None and found.busy:
        raise refuse(problems.UPLOAD_BUSY.at())
    seen = preview(id, warrants=warrants)
    if seen.bad and mode == "all":
        raise refuse(problems.SHEET_BAD_ROWS.at(upload.name, count=seen.bad))
    _take(upload, form, mode, warrants, beside=beside and seen.good > TAKEN_AT_ONCE)


def leave_out(id: str, *, warrants: Sequence[Warrant], beside: bool = False) -> None:
    """Checks an upload anew without the rows that are hidden in it, or filtered out.

    Raises: ``records.upload.unknown``, ``records.upload.busy``; ``records.sheet.empty`` where all of them are.
    """
    upload, form = _upload(id, warrants)
    found = jobs.read(_path(id, "job"))
    if found is not None and found.busy:
        raise refuse(problems.UPLOAD_BUSY.at())
    seen = preview(id, warrants=warrants).veiled
    if seen.rows and not seen.left:
        left = asdict(hiding.Veiled(seen.rows, left=True))
        _store(_path(id, _LEFT), json.dumps(left, ensure_ascii=False).encode())
        try:
            _begin(upload, form, warrants, beside=beside and _path(id).stat().st_size > jobs.SMALL)
        except Refusal:
            # What was found before still holds.
            _path(id, _LEFT).unlink()
            if found is not None:
                jobs.write(_path(id, "job"), found)
            raise


def taken(id: str, *, warrants: Sequence[Warrant]) -> Taken:
    """What an upload brought.

    Raises: ``records.upload.unknown``.
    """
    upload = models.Upload.objects.filter(pk=id, actor=warrants[0].actor, program=warrants[0].program).first()
    if upload is None or upload.taken_at is None:
        raise refuse(problems.UPLOAD_UNKNOWN.at())
    brought = _brought(upload)
    standing = brought.exclude(state="withdrawn").count()
    return Taken(upload.id, upload.name, upload.taken_at, upload.taken, standing)


def undo(id: str, *, reason: str, warrants: Sequence[Warrant]) -> int:
    """Withdraws all that an upload brought and that still stands, as one act; gives how many.

    Raises: ``records.upload.unknown``, ``records.reason.missing``, ``records.submission.unknown``.
    """
    found = taken(id, warrants=warrants)
    ids = list(_brought(models.Upload.objects.get(pk=found.upload)).values_list("pk", flat=True))
    return undoing.withdraw_all(ids, reason=reason, by=warrants)


def sweep() -> int:
    """Removes uploads whose time is over, and files that a crash left behind; how many uploads."""
    now = checking.now()
    old = models.Upload.objects.filter(expires_at__lt=now, taken_at=None)
    for id in old.values_list("pk", flat=True):
        _forget(id)
    gone, _ = old.delete()
    folder = Path(settings.DATA) / "files" / "uploads"
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.stat().st_mtime < (now - KEPT_FOR).timestamp():
            path.unlink(missing_ok=True)
    return gone


def work(id: str, mode: str, warrants: Sequence[Warrant]) -> None:
    """Checks an upload, or takes it where a mode is given, in a process that does nothing else."""
    upload, form = _upload(id, warrants)
    if mode:
        jobs.see_through(_path(id, "job"), *_taking(upload, form, mode, warrants))
        return
    with Crew() as crew:
        jobs.see_through(_path(id, "job"), *_checking(upload, form, warrants, crew))


def _begin(upload: models.Upload, form: FormVersion, warrants: Sequence[Warrant], *, beside: bool) -> None:
    if beside and _is_large(upload):
        _leave(upload, jobs.Job("checking"), warrants)
        return
    jobs.run(_path(upload.id, "job"), *_checking(upload, form, warrants, Crew(1)), beside=beside)


def _take(upload: models.Upload, form: FormVersion, mode: str, warrants: Sequence[Warrant], *, beside: bool) -> None:
    checking.require_right(warrants, "fill")
    if beside and _is_large(upload):
        _leave(upload, jobs.Job("taking", mode=mode), warrants)
        return
    jobs.run(_path(upload.id, "job"), *_taking(upload, form, mode, warrants), beside=beside)


def _is_large(upload: models.Upload) -> bool:
    # Another process could not see what a transaction here has not committed.
    return _path(upload.id).stat().st_size > jobs.LARGE and not connection.in_atomic_block


def _leave(upload: models.Upload, job: jobs.Job, warrants: Sequence[Warrant]) -> None:
    """Leaves a job to a process of its own."""
    jobs.write(_path(upload.id, "job"), job)
    apart.launch(upload.id, job.mode, warrants)


def _checking(
    upload: models.Upload, form: FormVersion, warrants: Sequence[Warrant], crew: Crew
) -> tuple[jobs.Job, jobs.Work]:
    """Checks a file and keeps what was found: the preview, and the rows that are good."""

    def check(report: jobs.Report) -> jobs.State:
        book = _book(upload)
        looked = judging.lines(form, upload.program, book, warrants, report, crew)
        held.write(_path(upload.id, _GOOD), form, [
            (line.good, line.row.answers) for line in looked.lines if line.good is not None and not line.wrong
        ])  # fmt: skip
        made = _preview(upload, form, looked.lines, looked.tables)
        made.veiled, made.idle = _unseen(upload, book, looked.tables, looked.lines), looked.idle
        _store(_path(upload.id, "seen"), json.dumps(asdict(made), ensure_ascii=False).encode())
        return "checked"

    return jobs.Job("checking"), check


def _taking(
    upload: models.Upload, form: FormVersion, mode: str, warrants: Sequence[Warrant]
) -> tuple[jobs.Job, jobs.Work]:
    """Stores the good rows of a checked file."""

    def store(report: jobs.Report) -> jobs.State:
        moment = checking.now()
        kept = list(held.read(_path(upload.id, _GOOD), form, packs.program(upload.program)))
        # Answers stay as they are, but rights, registers and places may have changed since the preview.
        ready, found = checking.prepare_all(
            jobs.Watched(kept, lambda done, total: report(done, 4 * total)), by=tuple(warrants), at=moment
        )
        if found:
            raise Refusal(found)
        with transaction.atomic():
            # To store them takes three times as long as to look at them again.
            receipts = batching.write(
                ready, at=moment, shared=False, told=lambda done, total: report(total + 3 * done, 4 * total)
            )
            fresh = sum(not one.repeated for one in receipts)
            # By this moment, the records that the upload brought are known again.
            upload.taken_at, upload.taken = moment, fresh
            upload.save(update_fields=["taken_at", "taken"])
            transaction.on_commit(lambda: _forget(upload.id))
        return "taken"

    return jobs.Job("taking", mode=mode), store


def _brought(upload: models.Upload) -> QuerySet[models.Submission]:
    rows = models.Submission.objects.filter(
        channel="sheet", form=upload.form, program=upload.program, actor=upload.actor
    )
    return rows.filter(received_at=upload.taken_at) if upload.taken_at else rows.none()


def _preview(
    upload: models.Upload, form: FormVersion, lines: Sequence[judging.Line], tables: Sequence[rows.Table]
) -> Preview:
    good = [line for line in lines if not line.wrong]
    stored = sum(line.stored for line in good)
    labels = {(one.layout.title, index): column.label for one in tables for index, column in one.columns.items()}

    def marked(found: Sequence[judging.Wrong]) -> list[Mark]:
        return [
            Mark(sheet, row, column, _address(column, row), labels.get((sheet, column), ""), _said(problem))
            for sheet, row, column, problem in found
        ]

    odd = noticing.odd(form, good, tables[0])
    notes = marked(odd[:SHOWN_LIMIT])
    return Preview(upload.id, upload.name, len(lines), len(good), stored, marked(_wrong(lines)), notes, len(odd))


def _book(upload: models.Upload) -> cells.Book:
    content = _kept(_path(upload.id))
    left = hiding.hidden(content, cells.COLUMN_LIMIT) if _path(upload.id, _LEFT).exists() else {}
    return cells.Book(upload.name, content, {title: one.rows for title, one in left.items()})


def _unseen(
    upload: models.Upload, book: cells.Book, tables: Sequence[rows.Table], lines: Sequence[judging.Line]
) -> hiding.Veiled:
    found = hiding.hidden(book.content, cells.COLUMN_LIMIT)
    seen = hiding.veiled(found, tables, (line.row.number for line in lines))
    if not _path(upload.id, _LEFT).exists():
        return seen
    left = _veiled(json.loads(_kept(_path(upload.id, _LEFT))))
    return replace(left, columns=seen.columns, sheets=seen.sheets)


def _veiled(told: Mapping[str, Any]) -> hiding.Veiled:
    rows, columns, sheets = (told.get(name, ()) for name in ("rows", "columns", "sheets"))
    return hiding.Veiled(tuple(map(tuple, rows)), tuple(columns), tuple(sheets), told.get("left", False))


def _wrong(lines: Sequence[judging.Line]) -> list[tuple[str, int, int, Problem]]:
    return [one for line in lines for one in sorted(line.wrong, key=lambda one: one[:3])]


def _said(problem: Problem) -> tuple[str, str]:
    return "".join(problem.parts("zh")), " ".join(problem.parts("en"))


def _address(column: int, row: int) -> str:
    return f"{get_column_letter(column + 1)}{row}"


def _upload(id: str, warrants: Sequence[Warrant]) -> tuple[models.Upload, FormVersion]:
    found = models.Upload.objects.filter(
        pk=id, actor=warrants[0].actor, program=warrants[0].program, taken_at=None, expires_at__gt=checking.now()
    ).first()
    if found is None or not _path(id).exists():
        raise refuse(problems.UPLOAD_UNKNOWN.at())
    return found, forms.form(found.form, found.form_version)


def _path(id: str, part: str = "") -> Path:
    name = f"{uuid.UUID(id)}{f'.{part}' if part else ''}"
    return Path(settings.DATA) / "files" / "uploads" / name


def _forget(id: str) -> None:
    for part in ("", _GOOD, _LEFT, "seen", "job"):
        _path(id, part).unlink(missing_ok=True)


def _store(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Sheets hold personal answers: the file waits encrypted.
    with open(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as new:
        new.write(personal.seal(content))


def _kept(path: Path) -> bytes:
    return personal.unseal(path.read_bytes())
