"""What a sheet hides is read and told of, and left out where somebody wants it: nothing is taken unseen."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests.records.conftest import rows
from tests.records.test_sheets import clerk, filled, line, send, template
from yibiao.records.models import Submission

__all__ = ["clerk", "template"]
pytestmark = pytest.mark.usefixtures("sites")


def changed(content: bytes, change: Callable[[Any], object]) -> bytes:
    book = load_workbook(io.BytesIO(content))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rewritten(content: bytes, pattern: str, to: str) -> bytes:
    """The same workbook with the XML of its sheets as another program would have written it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                text = re.sub(pattern, to, text.decode()).encode()
            new.writestr(name, text)
    return out.getvalue()


def hide(*numbers: int) -> Callable[[Any], None]:
    def act(book: Any) -> None:
        for number in numbers:
            book.worksheets[0].row_dimensions[number].hidden = True

    return act


def preview(clerk: Client, content: bytes) -> Any:
    page = clerk.get(send(clerk, content)["Location"])
    assert page.status_code == 200
    return page


def test_an_honest_sheet_says_nothing_of_hiding(clerk: Client, template: bytes) -> None:
    """The template itself hides the names of its columns and its lists, which are no data."""
    page = preview(clerk, filled(template, [line("A1"), line("A2", 隐患数=3)]))
    assert not page.context["preview"].veiled
    assert "data-veiled" not in page.content.decode()


def test_hidden_rows_are_told_of_and_may_be_left_out(clerk: Client, template: bytes) -> None:
    lines = [line(f"A{number}", 隐患数=number) for number in range(1, 9)]
    lines[4] = line("A5", 隐患数=-1)
    content = changed(filled(template, lines), hide(4, 5, 6, 7, 9, 60))
    page = preview(clerk, content)
    text, found = page.content.decode(), page.context["preview"]
    assert (found.total, found.bad) == (8, 1)
    assert "“巡查记录”有 5 行被隐藏或筛掉了，也算在内：第 4–7, 9 行。" in text
    address = page.request["PATH_INFO"]
    again = clerk.post(f"{address}take", {"mode": "shown"}, follow=True)
    text, found = again.content.decode(), again.context["preview"]
    assert (found.total, found.bad) == (3, 0)
    assert "里被隐藏或筛掉的 5 行没有算在内：第 4–7, 9 行。" in text
    assert 'value="shown"' not in text
    before = rows("records_submission")
    clerk.post(f"{address}take", {"mode": "all"})
    assert rows("records_submission") == before + 3


def test_rows_hidden_as_other_programs_write_it(clerk: Client, template: bytes) -> None:
    content = changed(filled(template, [line("A1"), line("A2", 隐患数=3), line("A3", 隐患数=4)]), hide(4))
    shown = rewritten(content, r'<row r="(3|5)"', r'<row hidden="false" r="\1"')
    assert preview(clerk, rewritten(shown, 'hidden="1"', 'hidden="true"')).context["preview"].veiled.count == 1
    bare = rewritten(rewritten(content, '(<row) r="[0-9]+"', r"\1"), '(<c) r="[A-Z]+[0-9]+"', r"\1")
    for written in (shown, bare):
        assert preview(clerk, written).context["preview"].veiled.rows == (("巡查记录", 1, "4"),)


@pytest.mark.parametrize("none", ["0", "0.0", "0.00"])
def test_rows_without_height_and_columns_without_width_are_hidden_too(
    clerk: Client, template: bytes, none: str
) -> None:
    content = filled(template, [line("A1"), line("A2", 隐患数=3), line("A3", 隐患数=4)])
    flat = rewritten(content, r'<row r="4"([^>]*)>', rf'<row r="4" ht="{none}" customHeight="1"\1>')
    low = rewritten(flat, r'<row r="5"([^>]*)>', r'<row r="5" ht="0.75" customHeight="1"\1>')
    assert preview(clerk, low).context["preview"].veiled.rows == (("巡查记录", 1, "4"),)
    narrow = rewritten(content, r'width="[0-9.]+"([^>]* min="3" max="3")', rf'width="{none}"\1')
    assert narrow != content
    found = preview(clerk, rewritten(narrow, ' hidden="1"', "")).context["preview"].veiled
    assert (found.rows, found.columns) == ((), ("检查地", "期限"))


def test_all_rows_hidden_and_left_out_is_an_empty_sheet(clerk: Client, template: bytes) -> None:
    page = preview(clerk, changed(filled(template, [line("A1")]), hide(3)))
    answer = clerk.post(f"{page.request['PATH_INFO']}take", {"mode": "shown"}, follow=True)
    assert rows("records_submission") == 2
    assert answer.status_code == 422
    assert "表中没有填写任何一行" in answer.content.decode()
    assert clerk.get(page.request["PATH_INFO"]).context["preview"].total == 1


def test_items_columns_and_sheets_are_told_of(clerk: Client, template: bytes) -> None:
    def act(book: Any) -> None:
        main, items = book.worksheets[:2]
        labels = [str(cell.value) for cell in main[1]]
        main.column_dimensions[main.cell(1, labels.index("面积（平方米）") + 1).column_letter].hidden = True
        items.row_dimensions[4].hidden = True
        items.sheet_state = "veryHidden"

    items = [("A1", "线路老化", 3, "示例人"), ("A1", "堵塞通道", 1)]
    page = preview(clerk, changed(filled(template, [line("A1")], items), act))
    found = page.context["preview"].veiled
    assert found.rows == (("隐患清单", 1, "4"),)
    assert found.columns == ("面积",)
    assert found.sheets == ("隐患清单",)
    assert "隐藏的栏目也读了：面积" in page.content.decode()
    again = clerk.post(f"{page.request['PATH_INFO']}take", {"mode": "shown"}, follow=True)
    assert (again.context["preview"].total, again.context["preview"].bad) == (1, 0)
    clerk.post(f"{page.request['PATH_INFO']}take", {"mode": "all"})
    (kept,) = Submission.objects.filter(channel="sheet")
    assert "线路老化" in kept.answers
    assert "堵塞通道" not in kept.answers


def test_the_marked_copy_has_no_row_that_was_left_out(clerk: Client, template: bytes) -> None:
    lines = [line("A1", 隐患数=-1), line("A2", 隐患数=3), line("A3", 隐患数=4)]
    page = preview(clerk, changed(filled(template, lines), hide(4)))
    address = page.request["PATH_INFO"]
    clerk.post(f"{address}take", {"mode": "shown"})
    copy = load_workbook(io.BytesIO(clerk.get(f"{address}marked.xlsx").content)).worksheets[0]
    assert [copy.cell(row, 1).value for row in (3, 4, 5)] == ["A1", None, "A3"]
