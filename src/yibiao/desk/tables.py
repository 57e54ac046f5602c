"""What a page lists, taken away as .xlsx or CSV: the same filter, all pages, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext

from yibiao.core import clock
from yibiao.core.periods import SHANGHAI
from yibiao.desk import border
from yibiao.desk.templatetags import desk as writing
from yibiao.desk.workbooks import UNFIT, XLSX, Beside, Row, plain, written
from yibiao.forms import queries as forms
from yibiao.packs import queries as packs
from yibiao.places import queries as places

__all__ = ["Beside", "Row", "answer", "plain", "wanted"]
# Sent line by line, a list takes three times as long.
_PIECE: Final = 1 << 15
_SAID: Final = ("as", "page")


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
    words: Mapping[str, tuple[str, str]] = MappingProxyType({}),
) -> HttpResponseBase:
    """The rows, the heads first, as the kind of file that was asked for, of any length.

    A workbook says on a sheet of its own what it holds: ``about``, the filter, how many rows, and when it was made. CSV
    has no place for that but its name: it says the filter, when it was made, and how many rows where that is known.
    ``words`` are the label and the value, as people read them, of parts of the filter that only the page can read.
    """
    found: HttpResponseBase
    narrowed = _narrowed(request, words)
    if request.GET.get("as") == "xlsx":
        said = "；".join(f"{label}：{value}" for label, value in narrowed)
        told = [*about, (gettext("筛选条件"), said or gettext("无")), (gettext("导出时间"), _now())]
        counted = gettext("行数")
        book = written(name, _begun(rows), gettext("说明"), lambda rows: (*told, (counted, rows)))
        found, ending = StreamingHttpResponse(book, content_type=XLSX), "xlsx"
    else:
        found, ending = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8"), "csv"
    called = _called(name, [value for _, value in narrowed], count)
    found["Content-Disposition"] = f"attachment; filename=\"list.{ending}\"; filename*=UTF-8''{quote(called)}.{ending}"
    return found


def _begun(rows: Iterable[Row]) -> Iterator[Row]:
    """The same rows, of which the first is there: what is refused at once is still answered as a refusal."""
    left = iter(rows)
    return chain(tuple(islice(left, 1)), left)


def _called(name: str, narrowed: Sequence[str], count: int | None) -> str:
    parts = [name, *(value[:20] for value in narrowed), _now().replace(":", "").replace(" ", "-")]
    if count is not None:
        parts.append(gettext("共%(count)s行") % {"count": count})
    return UNFIT.sub("-", "_".join(parts))[:120]


def _now() -> str:
    return clock.now().astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _narrowed(request: HttpRequest, words: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """What the address asks for, in words where there are any."""
    labels = {
        "from": gettext("从"), "until": gettext("到"),
        "program": gettext("专项"), "form": gettext("表单"), "place": gettext("地点"), "state": gettext("状态"),
        "text": gettext("查找"), "q": gettext("查找"), "kind": gettext("种类"),
    }  # fmt: skip
    asked = [(key, str(value)) for key, value in request.GET.items() if value and key not in _SAID]
    return [words.get(key) or (labels.get(key, key), _worded(key, value)) for key, value in asked]


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
    buffer = io.StringIO()
    # The byte order mark tells spreadsheet programs that the file is UTF-8.
    buffer.write("\ufeff")
    lines = csv.writer(buffer)
    for row in rows:
        if isinstance(row, Beside):
            continue
        lines.writerow([plain(cell) for cell in row])
        if buffer.tell() > _PIECE:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
