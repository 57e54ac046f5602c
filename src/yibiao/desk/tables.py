"""What a page lists, taken away as .xlsx or CSV: the same filter, all pages, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import IO, Any, Final
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext
from openpyxl import Workbook

from yibiao.core import clock
from yibiao.core.periods import SHANGHAI

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A sheet of .xlsx has 1,048,576 rows; what is more goes on on another sheet.
_SHEET: Final = 1_000_000
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SAID: Final = ("as", "page")


def wanted(request: HttpRequest) -> bool:
    """Whether the address asks for a file (``as=xlsx`` or ``as=csv``) and not for the page."""
    return request.GET.get("as") in ("xlsx", "csv")


def answer(
    request: HttpRequest, name: str, rows: Iterable[Sequence[Any]], *, about: Sequence[tuple[str, Any]] = ()
) -> HttpResponseBase:
    """The rows, the heads first, as the kind of file that was asked for, of any length.

    A workbook says on a sheet of its own what it holds: ``about``, the filter, how many rows, and when it was made.
    """
    found: HttpResponseBase
    if request.GET.get("as") == "xlsx":
        # The workbook waits on the disk: its size is not known before its end, and may exceed what memory bears.
        held = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
        _book(held, rows, [*about, *_filter(request)])
        found, ending = FileResponse(held, content_type=XLSX), "xlsx"
    else:
        found, ending = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8"), "csv"
    found["Content-Disposition"] = f"attachment; filename=\"list.{ending}\"; filename*=UTF-8''{quote(name)}.{ending}"
    return found


def _filter(request: HttpRequest) -> list[tuple[str, Any]]:
    asked = "；".join(f"{key}={value}" for key, value in request.GET.items() if value and key not in _SAID)
    return [
        (gettext("筛选条件"), asked or gettext("无")),
        (gettext("导出时间"), clock.now().astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")),
    ]


def _lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    # The byte order mark tells spreadsheet programs that the file is UTF-8.
    yield "\ufeff"
    for row in rows:
        buffer = io.StringIO()
        csv.writer(buffer).writerow([plain(cell) for cell in row])
        yield buffer.getvalue()


def _book(held: IO[bytes], rows: Iterable[Sequence[Any]], about: Sequence[tuple[str, Any]]) -> None:
    book, heads, sheet, count = Workbook(write_only=True), None, None, 0
    for row in rows:
        shown = [plain(cell) for cell in row]
        if heads is None:
            heads = shown
            continue
        if sheet is None or count % _SHEET == 0:
            sheet = _headed(book, heads)
        sheet.append(shown)
        count += 1
    if sheet is None and heads is not None:
        _headed(book, heads)
    said = book.create_sheet(gettext("说明"))
    said.column_dimensions["A"].width, said.column_dimensions["B"].width = 16, 80
    for name, value in (*about, (gettext("行数"), count)):
        said.append([plain(name), plain(value)])
    book.save(held)
    held.seek(0)


def _headed(book: Workbook, heads: Sequence[Any]) -> Any:
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append(heads)
    return sheet


def plain(value: Any) -> Any:
    """A value that is safe in a cell: text that would run as a formula stays text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, int | Decimal):
        return value
    text = _ILLEGAL.sub("", str(value))[:32_000]
    return f"'{text}" if text.startswith(_DANGEROUS) else text
