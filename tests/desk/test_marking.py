"""Cutting a text into blocks and pieces: no character is lost, every mark and every fault keeps its words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from yibiao.bulletins.types import Citation
from yibiao.core.periods import Period
from yibiao.desk import marking, marks
from yibiao.desk.marking import Span

DAY = Period.day(date(2022, 9, 10))
TEXTS = some.lists(some.sampled_from(["198人次", "共", "。\n", "## 检查\n", "- 一是", "\n\n", " ", "余"]), max_size=30)


@given(TEXTS)
def test_blocks_keep_every_mark_and_every_word(parts: list[str]) -> None:
    text, spans = "", []
    for part in parts:
        if part == "198人次":
            spans.append(Span(len(text), len(text) + len(part), f"mark {len(text)}"))
        text += part
    pieces = [piece for block in marking.blocks(text, spans) for piece in block.pieces]
    assert [piece.mark for piece in pieces if piece.mark] == [one.what for one in spans]
    assert all("".join(part.text for part in piece.parts) == "198人次" for piece in pieces if piece.mark)
    said = "".join(part.text for piece in pieces for part in piece.parts)
    assert [said.count(word) for word in ("共", "余")] == [text.count(word) for word in ("共", "余")]


@given(TEXTS, some.lists(some.tuples(some.integers(0, 60), some.integers(1, 40)), max_size=6))
def test_faults_underline_their_words_wherever_they_lie(parts: list[str], where: list[tuple[int, int]]) -> None:
    text = "".join(parts)
    faults = [Span(start, min(start + length, len(text)), number) for number, (start, length) in enumerate(where)]
    faults = [one for one in faults if one.start < one.end]
    marked = [Span(at, at + 5, "m") for at in range(len(text)) if text.startswith("198人次", at)]
    plain = marking.blocks(text, marked)
    under = marking.blocks(text, marked, faults)
    assert [_said(block) for block in plain] == [_said(block) for block in under]
    shown = {part.fault for block in under for piece in block.pieces for part in piece.parts if part.fault is not None}
    shown |= {fault for block in under for fault in block.broken}
    assert shown <= {one.what for one in faults}


def test_a_fault_in_a_line_break_shows_behind_its_line() -> None:
    text = "研判分析节日\n\n安全形势。"
    blocks = marking.blocks(text, [], [Span(6, 8, "torn")])
    assert [block.broken for block in blocks] == [("torn",), ()]


def test_the_shortest_of_several_faults_shows() -> None:
    (block,) = marking.blocks("共检查的的企业", [], [Span(0, 7, "long"), Span(3, 5, "short")])
    assert [(part.text, part.fault) for part in block.pieces[0].parts] == [
        ("共检查", "long"), ("的的", "short"), ("企业", "long"),
    ]  # fmt: skip


def test_an_offset_of_the_text_is_found_in_the_source() -> None:
    source = "共{{ a | exact }}，另{{ none | exact }}有3处，{{ b | exact }}、5处。"
    text = "共198人次，另{{ none | exact }}有3处，20个、5处。"
    first, second = text.index("198"), text.index("20个")
    cited = [_cited(first, first + 5), _cited(second, second + 3)]
    at = marks.in_source(source, text, cited)
    for words in ("共", "，另", "3处", "5处"):
        assert source[at(text.index(words)) :].startswith(words)


def _said(block: marking.Block) -> str:
    return "".join(part.text for piece in block.pieces for part in piece.parts)


def _cited(start: int, end: int) -> Citation:
    return Citation(start, end, "a.b", Decimal(1), "", "", "exact", "1", DAY)
