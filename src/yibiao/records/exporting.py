"""Taking records away as CSV or .xlsx: what the person sees, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from openpyxl import Workbook

from yibiao.forms import queries as forms
from yibiao.forms.types import Field
from yibiao.people import queries as people
from yibiao.records import border, queries
from yibiao.records.intake.workbook import plain
from yibiao.records.placing import Atlas
from yibiao.records.types import Record

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LIMIT: Final = 100_000
_HEAD: Final = ("编号", "表单", "工作", "地点代码", "地点", "填报单位", "发生时间", "收到时间", "版本", "状态")
_STATES: Final = {"received": "已收到", "approved": "已通过", "rejected": "已退回", "withdrawn": "已撤回"}


def answer(request: HttpRequest) -> HttpResponseBase:
    """``?as=xlsx`` or CSV; ``program``, ``form``, ``place``, ``state`` and ``text`` narrow it as in the list."""
    asked = {name: request.GET.get(name) or None for name in ("program", "form", "place", "state")}
    rows = _rows(request, asked)
    if request.GET.get("as") == "xlsx":
        found = HttpResponse(_book(rows), content_type=XLSX)
        found["Content-Disposition"] = 'attachment; filename="records.xlsx"'
        return found
    streamed = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    streamed["Content-Disposition"] = 'attachment; filename="records.csv"'
    return streamed


def _rows(request: HttpRequest, asked: dict[str, str | None]) -> Iterator[list[Any]]:
    fields: tuple[Field, ...] = ()
    if asked["form"]:
        fields = tuple(one for one in forms.dictionary(asked["form"]) if not one.repeat and not one.personal)
    found = queries.each(
        scope=border.reading(request), text=request.GET.get("text", ""), limit=LIMIT,
        program=asked["program"], form=asked["form"], place=asked["place"], state=asked["state"],
    )  # fmt: skip
    titles = {form.id: form.title.zh for form in forms.kinds().values()}
    bodies = {body.code: body.name for body in people.organisations()}
    atlas = Atlas()
    yield [*_HEAD, *(f"{one.label.zh or one.name}{f'（{one.unit}）' if one.unit else ''}" for one in fields)]
    for one in found:
        yield [*_head(one, titles, bodies, atlas), *(_text(one.answers.get(field.name)) for field in fields)]


def _head(one: Record, titles: dict[str, str], bodies: dict[str, str], atlas: Atlas) -> list[Any]:
    return [
        one.id, titles.get(one.form, one.form), one.program, one.place, atlas.name(one.place),
        bodies.get(one.organisation, one.organisation), one.occurred_at.strftime("%Y-%m-%d %H:%M"),
        one.received_at.strftime("%Y-%m-%d %H:%M:%S"), one.revision, _STATES[one.state],
    ]  # fmt: skip


def _text(value: Any) -> Any:
    if value is None:
        return ""
    return "、".join(map(str, value)) if isinstance(value, list) else value


def _lines(rows: Iterable[list[Any]]) -> Iterator[str]:
    yield "\ufeff"
    for row in rows:
        buffer = io.StringIO()
        csv.writer(buffer).writerow([plain(cell) for cell in row])
        yield buffer.getvalue()


def _book(rows: Iterable[list[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("填报")
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([plain(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
