"""What a page lists is what its files hold: the same filter, nothing outside the scope, nothing that runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests.desk.world import SAFETY, World
from yibiao.desk import tables
from yibiao.people.types import Account

Enter = Callable[[Account | None], Client]
LISTS = (
    f"/registers/enterprise/?program={SAFETY}",
    f"/cases/?program={SAFETY}",
    f"/duty/coverage/?program={SAFETY}",
)


def _csv(answer: Any) -> list[list[str]]:
    content = b"".join(answer)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.parametrize("address", LISTS)
def test_both_files_hold_the_same_rows(site: World, enter: Enter, address: str) -> None:
    client = enter(site.editor)
    lines = _csv(client.get(f"{address}&as=csv"))
    sheet, about = load_workbook(io.BytesIO(b"".join(client.get(f"{address}&as=xlsx")))).worksheets
    assert dict(about.iter_rows(values_only=True))["行数"] == len(lines) - 1
    held = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert held == lines
    page = client.get(address).content.decode()
    assert "as=xlsx" in page
    assert all(line[1] in page for line in lines[1:6])


def test_cases_are_those_of_the_filter_and_the_scope(site: World, enter: Enter) -> None:
    found = _csv(enter(site.editor).get(f"{LISTS[1]}&as=csv"))
    mine = _csv(enter(site.clerk).get(f"{LISTS[1]}&as=csv"))
    assert site.case in {line[0] for line in mine[1:]}
    assert {line[0] for line in mine[1:]} < {line[0] for line in found[1:]} or len(mine) == len(found)
    assert site.case not in {line[0] for line in _csv(enter(site.other).get(f"{LISTS[1]}&as=csv"))[1:]}
    assert len(_csv(enter(site.editor).get(f"{LISTS[1]}&text=没有这样的事项&as=csv"))) == 1


def test_nothing_runs_in_a_cell() -> None:
    assert tables._plain("=1+1") == "'=1+1"
    assert tables._plain("@x") == "'@x"
    assert tables._plain("a\x00b") == "ab"
    assert tables._plain(-3) == -3
