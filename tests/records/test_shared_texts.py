"""Texts that the cells of a workbook share are those that the usual reader reads, however they are spelled."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.reader.strings import read_string_table

from tests.databases import examples
from yibiao.records.intake import strings

HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
    '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="9" uniqueCount="3">'
)
USUAL = (
    "<si><t>样例</t></si>", "<si><t/></si>", "<si><t></t></si>", '<si><t xml:space="preserve"> x\n</t></si>',
    "<si><t>a &amp; &#26679;&lt;</t></si>", "<si><t>_x005F_x0041_</t></si>",
    "<si><r><rPr><b/></rPr><t>半</t></r><r><t>句</t></r></si>",
    '<si><t>字</t><rPh sb="0" eb="1"><t>zi</t></rPh><phoneticPr fontId="1"/></si>', "\n <si><t>y</t></si>",
)  # fmt: skip
OTHER = (
    "<si><t>a</t>", "<si ><t>a</t></si>", "<x:si/>", "<!-- <si><t>a</t></si> -->", "<si><t>\x01</t></si>", "z",
    "<si><t>a\rb</t></si>", "<si><t>&nbsp;</t></si>", "<si><![CDATA[</si>]]></si>", "<si><t>\ufffe</t></si>",
)  # fmt: skip


def by_parser(text: str) -> list[str]:
    found: list[str] = read_string_table(io.BytesIO(text.encode()))
    return found


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.sampled_from(USUAL), max_size=6))
def test_usual_tables(texts: list[str]) -> None:
    table = f"{HEAD}{''.join(texts)}</sst>"
    assert strings.read(table.encode()) == by_parser(table)


@pytest.mark.parametrize("other", OTHER)
def test_what_else_there_may_be_is_the_parsers(other: str) -> None:
    assert strings.read(f"{HEAD}<si><t>x</t></si>{other}</sst>".encode()) is None


@pytest.mark.parametrize(
    "table",
    [
        "", "<sst/>", HEAD, f"{HEAD}</sst></sst>", f"{HEAD}<si><t>x</t></si></sst>".replace("main", "other"),
        f"{HEAD}<si><t>x</t></si></sst>".replace('count="9"', "count=9"),
        f"{HEAD}<si><t>x</t></si></sst>".replace("UTF-8", "GBK"),
    ],
)  # fmt: skip
def test_other_tables_are_the_parsers(table: str) -> None:
    assert strings.read(table.encode()) is None
