"""Rows read without the parser are those that the parser reads, however the document is cut and whatever it holds."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.databases import examples
from yibiao.records.intake import cutting, xlsx

READING = xlsx.Reading(["样例", "", "3"], {2}, set(), datetime(1899, 12, 30))  # noqa: DTZ001
WIDTH = 4
CELLS = (
    '<c r="A1"><v>12</v></c>', '<c r="B7" s="1" t="n"><v>12.50</v></c>', '<c r="C1" s="2"><v>44814.5</v></c>',
    '<c r="B1" t="inlineStr"><is><t>甲、乙</t></is></c>',
    '<c t="inlineStr"><is><t xml:space="preserve"> x </t></is></c>',
    '<c r="C1" t="inlineStr"><is><t>&#26679;1&#20363;</t></is></c>', '<c r="A1" t="s"><v>0</v></c>', "<c/>",
    '<c r="D1" t="str"><v>x]</v></c>', '<c r="E1"><v>5</v></c>', '<c r="A2" t="b"><v>1</v></c>', '<c r="C1" s="1"/>',
    '<c r="C1"><v/></c>', '<c r="C1"><v></v></c>',
)  # fmt: skip
ODD = (
    '<c r="B1" t="inlineStr"><is><t>a &amp; b</t></is></c>', '<c r="B1"><f>A1+1</f></c>',
    '<c r="B1"><f>A1</f><v>7</v></c>',
    '<c r="b1"><v>1</v></c>', '<c s="1" r="B1"><v>2</v></c>', '<c t="e"><v>#REF!</v></c>',
    '<c t="inlineStr"><is><r><t>半</t></r><r><t>句</t></r><rPh><t>ban</t></rPh></is></c>',
    '<c t="d"><v>2022-09-10</v></c>', '<c t="inlineStr"><is><t>a\rb\r\nc</t></is></c>',
    '<c t="inlineStr"><is><t>&#13;&#x41;</t></is></c>',
)  # fmt: skip
WRONG = (
    '<c t="inlineStr"><is><t>&#55296;</t></is></c>', '<c t="inlineStr"><is><t>\x01</t></is></c>', '<c><v>x</v></c>',
    '<c t="inlineStr"><is><t>&#0;</t></is></c>', '<c t="s"><v>9</v></c>', '<c t="inlineStr"><is><t>\uffff</t></is></c>',
    '<c r="A1"><v>1</v>', "</c>", '<c t="inlineStr"><is><t>&#99;&nbsp;</t></is></c>',
)  # fmt: skip
BETWEEN = ("", "\r\n", " ", '<row r="9"/>', "<row/>", "<x>1</x>", '<rowBreaks count="1"/>')
HEADS = ("", '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n', '<?xml version="1.0"?>')


def rows_of(*cells: tuple[str, ...]) -> st.SearchStrategy[str]:
    found = st.lists(st.sampled_from(sum(cells, ())), max_size=5).map("".join)
    heads = st.sampled_from(
        ("<row>", '<row r="3">', '<row r="70" spans="1:4" x14ac:dyDescent="0.2">', '<row s="1" r="8">')
    )
    return st.builds("{}{}</row>{}".format, heads, found, st.sampled_from(BETWEEN))


def read(document: str, cut: int = xlsx.BLOCK) -> Any:
    old, xlsx.BLOCK = xlsx.BLOCK, cut  # type: ignore[misc]
    try:
        return list(xlsx.rows(io.BytesIO(document.encode()), READING, WIDTH))
    except (ValueError, IndexError) as error:
        return type(error)
    finally:
        xlsx.BLOCK = old  # type: ignore[misc]


def cut(document: str, size: int) -> Any:
    """The same from pieces, unless the sheet must be read as a whole."""
    old, cutting.BLOCK = cutting.BLOCK, size  # type: ignore[misc]
    with zipfile.ZipFile(io.BytesIO(), "w") as archive:
        archive.writestr("a.xml", document)
        try:
            pieces = list(cutting.pieces(archive, "a.xml", READING.texts))
            return [row for piece in pieces for row in cutting.read(piece, READING, WIDTH)]
        except cutting.Uncut:
            return None
        finally:
            cutting.BLOCK = old  # type: ignore[misc]


def same(head: str, rows: list[str], size: int) -> Any:
    """What is read; a comment before it leaves all of it to the parser."""
    body = f"<worksheet><sheetData>{''.join(rows)}</sheetData></worksheet>"
    found = read(head + body, size)
    assert repr(found) == repr(read(f"{head}<!-- -->{body}"))
    apart = cut(head + body, size)
    assert apart is None or repr(apart) == repr(found)
    return found


@settings(max_examples=examples(150), deadline=None)
@given(st.sampled_from(HEADS), st.lists(rows_of(CELLS, CELLS, ODD), max_size=6), st.integers(1, 200))
def test_good_rows(head: str, rows: list[str], cut: int) -> None:
    assert isinstance(same(head, rows, cut), list)


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.lists(st.sampled_from(CELLS + ODD), max_size=5), min_size=1, max_size=6), st.integers(20, 300))
def test_rows_with_their_numbers_are_read_from_pieces(rows: list[list[str]], size: int) -> None:
    made = "\r\n".join(f'<row r="{number}">{"".join(cells)}</row>' for number, cells in enumerate(rows, 3))
    document = f'<worksheet><dimension ref="A1"/><sheetData>{made}<row r="99"/></sheetData><rowBreaks/></worksheet>'
    assert repr(cut(document, size)) == repr(read(document))


@pytest.mark.parametrize(
    "body",
    [
        '<row r="1"/><row><c><v>1</v></c></row>',
        '<row r="2"><c><v>1</v></c></row><row r="1"></row>',
        '<row r="1"></row></sheetData><sheetData><row r="2"></row>',
        '<row r="1"></row></sheetData><x:row r="2"><c><v>1</v></c></x:row><sheetData>',
        '<!-- <row r="1"></row> -->',
        '<row r="1"><![CDATA[</row>]]></row>',
        '<row r="1"><?x </row> ?></row>',
        '<row r="1"></row></c>',
        "",
    ],
)
def test_other_sheets_are_read_as_a_whole(body: str) -> None:
    assert cut(f"<worksheet><sheetData>{body}</sheetData></worksheet>", 1_000) is None
    assert cut(f'<worksheet><sheetData><row r="1"></row>{body}</sheetData></worksheet>', 30) is None or not body


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(rows_of(CELLS, ODD, WRONG), max_size=4), st.integers(1, 200))
def test_rows_with_what_is_wrong(rows: list[str], cut: int) -> None:
    same("", rows, cut)


@pytest.mark.parametrize("row", ["<row><c><v>1</v></c></row>", '<row r="2"><c r="B2" t="str"><v>x</v></c></row>'])
def test_a_row_where_no_row_may_stand_is_refused_all_the_same(row: str) -> None:
    assert read(f"<worksheet/>{row}") is ValueError
    assert read(f"{row}<worksheet/>") is ValueError
    assert read(f"<worksheet>{row}") is ValueError
    assert read(f"<worksheet><!-- {row} --></worksheet>") == []
    assert read(f"<worksheet><![CDATA[{row}]]></worksheet>") == []


def test_other_encodings_are_the_parsers() -> None:
    document = '<?xml version="1.0" encoding="UTF-16"?><worksheet><row><c t="str"><v>样例</v></c></row></worksheet>'
    found = list(xlsx.rows(io.BytesIO(document.encode("utf-16")), READING, WIDTH))
    assert found == [(1, ("样例",))]
