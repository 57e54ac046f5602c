"""What a page lists, taken away as .xlsx or CSV: the same filter, all pages, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from openpyxl import Workbook

LIMIT: Final = 100_000
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def wanted(request: HttpRequest) -> bool:
    """Whether the address asks for a file (``as=xlsx`` or ``as=csv``) and not for the page."""
    return request.GET.get("as") in ("xlsx", "csv")


def answer(request: HttpRequest, name: str, rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    """The rows, the heads first, as the kind of file that was asked for."""
    found: HttpResponseBase
    if request.GET.get("as") == "xlsx":
        found, ending = HttpResponse(_book(rows), content_type=XLSX), "xlsx"
    else:
        found, ending = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8"), "csv"
    found["Content-Disposition"] = f"attachment; filename=\"list.{ending}\"; filename*=UTF-8''{quote(name)}.{ending}"
    return found


def _lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    # The byte order mark tells spreadsheet programs that the file is UTF-8.
    yield "\ufeff"
    for row in rows:
        buffer = io.StringIO()
        csv.writer(buffer).writerow([_plain(cell) for cell in row])
        yield buffer.getvalue()


def _book(rows: Iterable[Sequence[Any]]) -> bytes:
    book, out = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([_plain(cell) for cell in row])
    book.save(out)
    return out.getvalue()


def _plain(value: Any) -> Any:
    """A value that is safe in a cell: text that would run as a formula stays text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, int | Decimal):
        return value
    text = _ILLEGAL.sub("", str(value))[:32_000]
    return f"'{text}" if text.startswith(_DANGEROUS) else text
