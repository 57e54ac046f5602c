"""Work on a large sheet that several processes share: the same verdicts in the same order, whoever dies over it."""

from __future__ import annotations

import csv
import io
import os
import re
import signal
import time
import zipfile
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from openpyxl import Workbook
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from tests.records.conftest import AT, ERDAO, NANGUAN, PROGRAM, VISIT, World, rows
from yibiao.core.problems import Refusal
from yibiao.forms import queries as forms
from yibiao.people.types import Warrant
from yibiao.records.intake import apart, cells, crew, cutting, jobs, judging, sheet

NAMES = ("_number", "site", "place", "occurred_at", "sector", "trade", "topics", "hazards", "measure", "phone")


def _line(n: int) -> tuple[str, ...]:
    """Rows of which some are wrong, repeat one another, or name a site that nobody has."""
    number = "" if n % 7 == 0 else f"N{n % 50}"
    place = NANGUAN if n % 11 == 0 else ERDAO
    site = "S9" if n % 13 == 0 else "S1"
    hazards = "-1" if n % 17 == 0 else str(n % 50 % 4)
    return (number, site, place, AT, "mine", "coal", "fire、power", hazards, f"第 {n % 50} 处", "13800000000")


def _file(count: int) -> bytes:
    return "\n".join(",".join(one) for one in (NAMES, *map(_line, range(count)))).encode()


def _book(count: int, far: int = 0, items: bool = False) -> bytes:
    """The same as Excel saves it, with its texts apart; the last row so far below the others."""
    book = Workbook()
    page = book.active
    assert page is not None
    lines = [*csv.reader(_file(count).decode().splitlines())]
    for number, one in enumerate(lines, 1):
        for column, value in enumerate(one, 1):
            page.cell(
                number + (far if number == len(lines) else 0),
                column,
                int(value) if column == 8 and number > 1 else value,
            )
    if items:
        other = book.create_sheet("隐患清单")
        for row in (("_row", "what", "days"), ("N1", "线路老化", 3)):
            other.append(row)
    book.save(out := io.BytesIO())
    return _with_texts_apart(out)


def _with_texts_apart(book: io.BytesIO) -> bytes:
    """A workbook whose first sheet names its texts by number."""
    texts: dict[str, int] = {}

    def named(cell: re.Match[str]) -> str:
        return f'<c r="{cell[1]}" t="s"><v>{texts.setdefault(cell[2], len(texts))}</v></c>'

    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out := io.BytesIO(), "w") as new:
        for name in old.namelist():
            content = old.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                content = re.sub(r'<c r="(\w+)" t="inlineStr"><is><t>([^<]*)</t></is></c>', named, content)
            elif name == "[Content_Types].xml":
                kind = f'ContentType="{SHARED_STRINGS}"'
                content = content.replace("</Types>", f'<Override PartName="/xl/sharedStrings.xml" {kind}/></Types>')
            new.writestr(name, content)
        items = "".join(f"<si><t>{text}</t></si>" for text in texts)
        new.writestr("xl/sharedStrings.xml", f'<sst xmlns="{SHEET_MAIN_NS}">{items}</sst>')
    assert len(texts) > 10
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sites")
def test_a_crew_finds_what_one_process_finds(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(judging, "BLOCK", 16)
    monkeypatch.setattr(cutting, "BLOCK", 4_000)
    caplog.set_level("INFO")
    form, warrants = forms.form(VISIT), [world.warrant()]
    first = sheet.offer("a.csv", _file(8), form=form, program=PROGRAM, warrants=warrants)
    sheet.take(first, "good", warrants=warrants)
    stored = rows("records_submission")
    told: list[tuple[int, int]] = []

    def found(count: int, book: cells.Book) -> Any:
        with crew.Crew(count) as many:
            report: jobs.Report = lambda done, total: told.append((done, total))  # noqa: E731
            made = judging.lines(form, PROGRAM, book, warrants, report, many)
        assert many.deaths == 0
        return [repr(line) for line in made.lines], made.tables

    text = cells.Book("b.csv", _file(120).replace("第 3 处".encode(), "第 3 处！".encode()))
    alone, tables = found(1, text)
    assert told[-1] == (120, 120)
    assert found(2, text) == (alone, tables)
    for code in ("records.submission.conflict", "records.sheet.row-twice", "records.entity.not-registered"):
        assert any(code in line for line in alone), code
    # Pieces of a workbook are read by the crew; where a sheet ends at a gap, or has items, it is read as a whole.
    for file, whole in ((_book(120), False), (_book(20, far=6_000), True), (_book(20, items=True), True)):
        caplog.clear()
        book = cells.Book("b.xlsx", file)
        alone, tables = found(1, book)
        shared, others = found(2, book)
        assert shared == alone
        assert [one.columns for one in others] == [one.columns for one in tables]
        assert ("read as a whole" in caplog.text) == whole
        assert told[-1][0] <= told[-1][1]
    assert rows("records_submission") == stored


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sites")
def test_a_very_large_sheet_has_a_process_of_its_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LARGE", 0)
    monkeypatch.setattr(jobs, "SMALL", 0)
    monkeypatch.setattr(sheet, "TAKEN_AT_ONCE", 0)
    form, warrants = forms.form(VISIT), [world.warrant()]
    launched = apart.launch
    # The first one dies before it has done anything, which whoever looks next sees by its silence.
    monkeypatch.setattr(apart, "launch", lambda *given: None)
    upload = sheet.offer("a.csv", _file(30), form=form, program=PROGRAM, warrants=warrants, beside=True)
    monkeypatch.setattr(apart, "launch", launched)
    with monkeypatch.context() as impatient:
        impatient.setattr(jobs, "SILENT", -1.0)
        assert sheet.job(upload, warrants=warrants).busy
    checked = _end(upload)
    assert checked is not None
    assert checked.state == "checked"
    seen = sheet.preview(upload, warrants=warrants)
    assert (seen.total, seen.bad) == (30, len([n for n in range(30) if n % 11 == 0 or n % 13 == 0 or n % 17 == 0]))
    # The process that was begun first makes the others; where it is gone, another is begun.
    apart._begun[0].kill()
    apart._begun[0].wait()
    sheet.take(upload, "good", warrants=warrants, beside=True)
    assert _end(upload) is None
    assert sheet.taken(upload, warrants=warrants).count == seen.good


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("sites")
def test_whoever_dies_over_a_very_large_sheet_leaves_nothing_half_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, module in (("LARGE", jobs), ("SMALL", jobs), ("TAKEN_AT_ONCE", sheet)):
        monkeypatch.setattr(module, name, 0)
    form, warrants, brought = forms.form(VISIT), [world.warrant()], 0
    facts = rows("ledger_entry")
    for turn in range(6):
        lines = [NAMES, *((f"T{turn}-{n}", "S1", ERDAO, AT, *_line(1)[4:]) for n in range(3_000))]
        content = "\n".join(map(",".join, lines)).encode()
        upload = sheet.offer("a.csv", content, form=form, program=PROGRAM, warrants=warrants, beside=True)
        _killed(0.1 + 0.15 * turn)
        assert _begun_anew(upload, warrants, monkeypatch).state == "checked"
        sheet.take(upload, "all", warrants=warrants, beside=True)
        _killed(0.1 + 0.15 * turn)
        assert rows("records_submission") in (2 + brought, 2 + brought + 3_000), "all or nothing"
        # It may have been taken before anybody died.
        with suppress(Refusal):
            assert _begun_anew(upload, warrants, monkeypatch) is None
        brought += 3_000
        assert sheet.taken(upload, warrants=warrants).count == 3_000
        assert rows("records_submission") == 2 + brought
        assert rows("records_submissionrevision") == 2 + brought
        assert rows("ledger_entry") == facts + brought


def _killed(after: float) -> None:
    """The processes at work on uploads end so long after they began."""
    children = Path(f"/proc/{apart._begun[0].pid}/task/{apart._begun[0].pid}/children")
    for _ in range(200):
        if children.read_text():
            break
        time.sleep(0.02)
    time.sleep(after)
    working = children.read_text().split()
    crews = [Path(f"/proc/{one}/task/{one}/children").read_text().split() for one in working]
    for one in working:
        os.kill(int(one), signal.SIGKILL)
    for _ in range(100):
        if not any(Path(f"/proc/{one}").exists() for one in sum(crews, working)):
            return
        time.sleep(0.05)
    raise AssertionError("those who worked for one that was killed stayed")


def _begun_anew(upload: str, warrants: list[Warrant], monkeypatch: pytest.MonkeyPatch) -> Any:
    with monkeypatch.context() as impatient:
        impatient.setattr(jobs, "SILENT", -1.0)
        sheet.job(upload, warrants=warrants)
    return _end(upload)


def _end(upload: str) -> jobs.Job | None:
    """The job once nobody works on it; of an upload that was taken there is none."""
    for _ in range(300):
        found = jobs.read(Path(settings.DATA) / "files" / "uploads" / f"{upload}.job")
        if found is None or not found.busy:
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def _halved(folder: Path, numbers: list[int]) -> list[int]:
    """Half of each; whoever meets a 40 for the first time dies of it, and of a 60 whoever is not ``folder``'s own."""
    mark = folder / "met"
    if 40 in numbers and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if 60 in numbers and str(os.getpid()) != folder.name:
        os.kill(os.getpid(), signal.SIGKILL)
    return [number // 2 for number in numbers]


@pytest.mark.django_db(transaction=True)
def test_a_block_over_which_somebody_died_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = [[number, number + 1] for number in range(0, 50, 2)]
    with crew.Crew(2) as many:
        assert list(many.each(partial(_halved, tmp_path), blocks)) == [[n, n] for n in range(25)]
    assert many.deaths == 1
    monkeypatch.setattr(crew, "_DEATHS", 1)
    own = tmp_path / str(os.getpid())
    own.mkdir()
    with crew.Crew(2) as many:
        assert list(many.each(partial(_halved, own), [[60], [2], [4]])) == [[30], [1], [2]]
    assert many.deaths == 1, "in the end it is left to the one who asked"


def test_a_job_says_that_somebody_is_at_work_while_it_has_nothing_to_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BEAT", 0.01)
    path = tmp_path / "a.job"

    def work(report: jobs.Report) -> jobs.State:
        report(1, 2)
        first = jobs.read(path)
        for _ in range(500):
            now = jobs.read(path)
            assert first is not None
            assert now is not None
            if now.beat > first.beat:
                assert (now.done, now.total) == (1, 2)
                return "checked"
            time.sleep(0.01)
        return "refused"

    jobs.see_through(path, jobs.Job("checking"), work)
    done = jobs.read(path)
    assert done is not None
    assert done.state == "checked"


def test_who_works_on_a_job_that_was_begun_anew_meanwhile_says_nothing_of_it_any_more(tmp_path: Path) -> None:
    path = tmp_path / "a.job"
    anew = jobs.Job("taking", done=1, total=4, worker="another")

    def work(report: jobs.Report) -> jobs.State:
        report(1, 2)
        held = jobs.read(path)
        assert held is not None
        assert (held.state, held.done, held.total) == ("checking", 1, 2)
        jobs.write(path, anew)
        report(2, 2)
        return "checked"

    jobs.see_through(path, jobs.Job("checking"), work)
    held = jobs.read(path)
    assert held is not None
    assert (held.state, held.done, held.total, held.worker) == ("taking", 1, 4, "another")
