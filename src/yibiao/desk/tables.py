"""What a page lists, taken away as .xlsx or CSV: the same filter, all pages, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import IO, Any, Final, TypeAlias
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext
from openpyxl import Workbook

from yibiao.core import clock
from yibiao.core.periods import SHANGHAI
from yibiao.desk import border
from yibiao.desk.templatetags import desk as writing
from yibiao.forms import queries as forms
from yibiao.packs import queries as packs
from yibiao.places import queries as places

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A sheet of .xlsx has 1,048,576 rows; what is more goes on on another sheet.
_SHEET: Final = 1_000_000
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SAID: Final = ("as", "page")
# What neither a sheet nor a file may be called.
_UNFIT: Final = re.compile(r"[\\/*?:\[\]\"<>|\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Beside:
    """A row for a sheet of its own, such as an item of a record; a file of one table leaves it out."""

    sheet: str
    heads: Sequence[Any]
    cells: Sequence[Any]


Row: TypeAlias = "Sequence[Any] | Beside"


def wanted(request: HttpRequest) -> bool:
    """Whether the address asks for a file (``as=xlsx`` or ``as=csv``) and not for the page."""
    return request.GET.get("as") in ("xlsx", "csv")


def answer(
    request: HttpRequest,
    name: str,
    rows: Iterable[Row],
    *,
    about: Sequence[tuple[str, Any]] = (),
    count: int | None = None,
) -> HttpResponseBase:
    """The rows, the heads first, as the kind of file that was asked for, of any length.

    A workbook says on a sheet of its own what it holds: ``about``, the filter, how many rows, and when it was made. CSV
    has no place for that but its name: it says the filter, when it was made, and how many rows where that is known.
    """
    found: HttpResponseBase
    narrowed = _narrowed(request)
    if request.GET.get("as") == "xlsx":
        # The workbook waits on the disk: its size is not known before its end, and may exceed what memory bears.
        held = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
        said = "；".join(f"{label}：{value}" for label, value in narrowed)
        _book(held, name, rows, [*about, (gettext("筛选条件"), said or gettext("无")), (gettext("导出时间"), _now())])
        found, ending = FileResponse(held, content_type=XLSX), "xlsx"
    else:
        found, ending = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8"), "csv"
    called = _called(name, [value for _, value in narrowed], count)
    found["Content-Disposition"] = f"attachment; filename=\"list.{ending}\"; filename*=UTF-8''{quote(called)}.{ending}"
    return found


def _called(name: str, narrowed: Sequence[str], count: int | None) -> str:
    parts = [name, *(value[:20] for value in narrowed), _now().replace(":", "").replace(" ", "-")]
    if count is not None:
        parts.append(gettext("共%(count)s行") % {"count": count})
    return _UNFIT.sub("-", "_".join(parts))[:120]


def _now() -> str:
    return clock.now().astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _narrowed(request: HttpRequest) -> list[tuple[str, str]]:
    """What the address asks for, in words where there are any."""
    labels = {
        "program": gettext("专项"), "form": gettext("表单"), "place": gettext("地点"), "state": gettext("状态"),
        "text": gettext("查找"), "q": gettext("查找"), "kind": gettext("种类"),
    }  # fmt: skip
    asked = [(key, str(value)) for key, value in request.GET.items() if value and key not in _SAID]
    return [(labels.get(key, key), _worded(key, value)) for key, value in asked]


def _worded(key: str, value: str) -> str:
    if key == "place":
        return places.names([value]).get(value, value)
    if key == "state":
        return writing.state(value)
    if key == "form":
        known = forms.versions(value)
        return known[0].title.of(border.language()) if known else value
    if key == "program":
        return next((one.title.of(border.language()) for one in packs.programs() if one.code == value), value)
    return value


def _lines(rows: Iterable[Row]) -> Iterator[str]:
    # The byte order mark tells spreadsheet programs that the file is UTF-8.
    yield "\ufeff"
    for row in rows:
        if isinstance(row, Beside):
            continue
        buffer = io.StringIO()
        csv.writer(buffer).writerow([plain(cell) for cell in row])
        yield buffer.getvalue()


def _book(held: IO[bytes], name: str, rows: Iterable[Row], about: Sequence[tuple[str, Any]]) -> None:
    book, beside = Workbook(write_only=True), dict[str, _Table]()
    main = _Table(book, name)
    for row in rows:
        if not isinstance(row, Beside):
            main.take(row)
            continue
        if row.sheet not in beside:
            beside[row.sheet] = _Table(book, row.sheet)
            beside[row.sheet].take(row.heads)
        beside[row.sheet].take(row.cells)
    main.headed()
    said = book.create_sheet(gettext("说明"))
    said.column_dimensions["A"].width, said.column_dimensions["B"].width = 16, 80
    for label, value in (*about, (gettext("行数"), main.count)):
        said.append([plain(label), plain(value)])
    book.save(held)
    held.seek(0)


class _Table:
    """One table of a workbook, on as many sheets as it needs."""

    def __init__(self, book: Workbook, name: str) -> None:
        self.book, self.name = book, _UNFIT.sub("-", name)[:25]
        self.heads: list[Any] | None = None
        self.sheet: Any = None
        self.count = self.sheets = 0

    def take(self, row: Sequence[Any]) -> None:
        shown = [plain(cell) for cell in row]
        if self.heads is None:
            self.heads = shown
            return
        if self.sheet is None or self.count % _SHEET == 0:
            self._begin(self.heads)
        self.sheet.append(shown)
        self.count += 1

    def headed(self) -> None:
        """A table without rows has its heads."""
        if self.sheet is None and self.heads is not None:
            self._begin(self.heads)

    def _begin(self, heads: Sequence[Any]) -> None:
        self.sheets += 1
        self.sheet = self.book.create_sheet(self.name if self.sheets == 1 else f"{self.name} {self.sheets}")
        self.sheet.freeze_panes = "A2"
        self.sheet.append(heads)


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
