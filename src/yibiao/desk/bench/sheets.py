"""A sheet of very many rows as a clerk uploads it, in the database of the environment, beside the bare database:
``python -m yibiao.desk.bench.sheets ROWS PERSON``."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import django

HEADS: Final = (
    "_number", "place", "occurred_at", "object", "sector", "trade", "topics", "hazards", "people", "area", "measure",
    "remark", "advice",
)  # fmt: skip
PAUSE: Final = 0.1


def main(words: list[str]) -> None:
    django.setup()
    print(json.dumps(_measured(int(words[0]), words[1])))


def _measured(count: int, person: str) -> dict[str, Any]:
    from yibiao.forms import queries as forms
    from yibiao.people import queries as rights
    from yibiao.records.intake import sheet

    by = [rights.warrant(person, "fill", place="220105000000", program="bench")]
    content = _workbook(count)
    told: set[int] = set()

    def busy(id: str) -> bool:
        job = sheet.job(id, warrants=by)
        told.add(job.share)
        return job.busy

    begun = time.perf_counter()
    form = forms.form("bench.visit")
    id = sheet.offer("样例.xlsx", content, form=form, program="bench", warrants=by, beside=True)
    while busy(id):
        time.sleep(PAUSE)
    checked = time.perf_counter() - begun
    found = sheet.preview(id, warrants=by)
    if (found.good, found.total) != (count, count):
        raise RuntimeError(f"{found.total - found.good} rows of {found.total} are wrong")
    begun = time.perf_counter()
    sheet.take(id, "all", warrants=by, beside=True)
    while _going_on(lambda: busy(id)):
        time.sleep(PAUSE)
    committed = time.perf_counter() - begun
    if sheet.taken(id, warrants=by).count != count:
        raise RuntimeError("not every row was taken")
    return {
        "rows": count,
        "megabytes": round(len(content) / 1e6, 1),
        "checked_seconds": round(checked, 2),
        "committed_seconds": round(committed, 2),
        "rows_per_second": round(count / (checked + committed)),
        "steps_told": len(told),
        "raw_rows_per_second": _raw(count),
    }


def _going_on(busy: Callable[[], bool]) -> bool:
    """Whether a sheet is still being taken; of one that was taken nobody knows a job any more."""
    from yibiao.core.problems import Refusal

    try:
        return busy()
    except Refusal:
        return False


def _workbook(count: int) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet("走访")
    page.append(HEADS)
    for row in _rows(count):
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(count: int) -> Iterator[tuple[Any, ...]]:
    for number in range(count):
        yield (
            f"S{number}", "220105000000", f"2022-09-{number % 10 + 1:02} 09:30", f"样例 {number}", "矿山", "煤矿",
            "消防、用电", number % 9 + 1, 3, 12.5, "立即整改", "样例" * 40, "样例" * 40,
        )  # fmt: skip


def _raw(count: int) -> int:
    """The same rows, one for each record and without an index, as fast as the database itself takes them."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM records_submission WHERE channel = 'sheet' LIMIT %s", [count])
        rows = cursor.fetchall()
        cursor.execute("CREATE TABLE bench_rows AS SELECT * FROM records_submission LIMIT 0")
        begun = time.perf_counter()
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with cursor.copy("COPY bench_rows FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                marks = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f"INSERT INTO bench_rows VALUES ({marks})", rows)  # noqa: S608 marks alone
        spent = time.perf_counter() - begun
        cursor.execute("DROP TABLE bench_rows")
    return round(len(rows) / spent)


if __name__ == "__main__":
    main(sys.argv[1:])
