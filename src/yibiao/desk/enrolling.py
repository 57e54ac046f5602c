"""A table of accounts as people send it: read from .xlsx or CSV, and the list of first passwords that comes back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from yibiao.desk import tables
from yibiao.people import queries as people
from yibiao.people.types import Cells, Enrolled
from yibiao.records.intake import cells as sheets
from yibiao.records.intake.cells import Broken


def read(name: str, content: bytes) -> Cells:
    """The rows of the first sheet of a file, each cell as text.

    Raises: records.sheet.too-large|unreadable|unsafe|encoding|empty.
    """
    width = len(people.ENROLMENT) + 20
    return [(number, [_text(cell) for cell in row[:width]]) for number, row in sheets.read(name, content)[0].rows]


def passwords(opened: Iterable[Enrolled]) -> str:
    """The accounts with their first passwords as CSV; the mark at its beginning tells spreadsheets that it is UTF-8."""
    file = io.StringIO()
    lines = csv.writer(file)
    lines.writerow([gettext("姓名"), gettext("用户名"), gettext("机构"), gettext("岗位"), gettext("初始密码")])
    for one in opened:
        told = map(tables.plain, (one.name, one.username, one.organisation_name, one.role))
        lines.writerow([*told, one.password])
    return f"\ufeff{file.getvalue()}"


def _text(cell: Any) -> str:
    if isinstance(cell, Broken):
        return cell.text
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
