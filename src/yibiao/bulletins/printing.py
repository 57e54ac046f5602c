"""An issued bulletin as .docx, laid out as official documents are."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor

from yibiao.bulletins.types import Bulletin
from yibiao.core.periods import SHANGHAI

# GB/T 9704-2012, 5 to 7: A4 with 37/35/28/26 mm around 156 × 225 mm, in which 22 lines of 28 characters stand; the body
# in size 3 (Word's 16 pt) Fangsong, the title in size 2, first headings in Hei; page numbers in size 4, outside, with
# dashes; a red line of 156 mm under the head.
_MARGINS: Final = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}
_BODY, _HEADING = ("FangSong", "仿宋", 16.0), ("SimHei", "黑体", 16.0)
_TITLE, _PAGE, _NOTE = ("SimSun", "小标宋体", 22.0), ("SimSun", "宋体", 14.0), ("FangSong", "仿宋", 10.5)
_PITCH: Final = Pt(28.95)
_GRID: Final = {"w:type": "linesAndChars", "w:linePitch": "579", "w:charSpace": "-848"}
_RED: Final = "C00000"
_FOOT: Final = Mm(28)
_MARKED: Final = re.compile(r"^\s*(?:(#+)|[-*])\s+")


def docx(found: Bulletin) -> bytes:
    """The bytes of the document; nothing in it is computed: it says what was issued."""
    document = Document()
    _page(document)
    _line(document, found.title, _TITLE, align=WD_ALIGN_PARAGRAPH.CENTER, pitch=Pt(36))
    head = "　".join(part for part in (found.issuer, found.number) if part)
    _ruled(_line(document, head, _BODY, align=WD_ALIGN_PARAGRAPH.CENTER))
    if found.superseded_by:
        _line(document, f"（已更正，请看 {found.superseded_by}）", _BODY, align=WD_ALIGN_PARAGRAPH.CENTER)
    for text in filter(str.strip, found.text.splitlines()):
        marked = _MARKED.match(text)
        type_ = _HEADING if marked and marked[1] else _BODY
        _line(document, text[marked.end() :] if marked else text.strip(), type_, indent=True)
    _line(document, "", _BODY)
    if found.issued_at is not None:
        # The day stands four characters from the right.
        day = _line(document, _day(found.issued_at), _BODY, align=WD_ALIGN_PARAGRAPH.RIGHT)
        day.paragraph_format.right_indent = Pt(4 * 16)
    said = f"通报编号 {found.id}。文中各数截至存证点 {found.checkpoint}，根 {found.root}。"
    _line(document, said, _NOTE, pitch=Pt(16))
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, size in _MARGINS.items():
        setattr(section, name, Mm(size))
    section.footer_distance = _FOOT
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    for name, value in _GRID.items():
        grid.set(qn(name), value)
    # Odd pages have their number on the right, even ones on the left, a character from the edge.
    document.settings.odd_and_even_pages_header_footer = True
    sides = ((section.footer, WD_ALIGN_PARAGRAPH.RIGHT), (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT))
    for footer, align in sides:
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = align
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(14)
        _run(paragraph, "— ", _PAGE)
        _field(_run(paragraph, "", _PAGE))
        _run(paragraph, " —", _PAGE)


def _line(
    document: Any,
    text: str,
    type_: tuple[str, str, float],
    *,
    align: Any = None,
    indent: bool = False,
    pitch: Length = _PITCH,
) -> Any:
    paragraph = document.add_paragraph()
    _run(paragraph, text, type_)
    form = paragraph.paragraph_format
    form.line_spacing, form.space_before, form.space_after = pitch, Pt(0), Pt(0)
    if indent:
        form.first_line_indent = Pt(2 * type_[2])
    form.keep_with_next = type_ is _HEADING
    if align is not None:
        paragraph.alignment = align
    return paragraph


def _run(paragraph: Any, text: str, type_: tuple[str, str, float]) -> Any:
    run = paragraph.add_run(text)
    western, eastern, size = type_
    run.font.name, run.font.size, run.font.color.rgb = western, Pt(size), RGBColor(0, 0, 0)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), eastern)
    return run


def _field(run: Any) -> None:
    """The number of the page."""
    for kind, said in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = said or None
        run._element.append(part)


def _ruled(paragraph: Any) -> None:
    """A red line of the width of the text, 4 mm below."""
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in {"val": "single", "sz": "12", "space": "11", "color": _RED}.items():
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    properties = paragraph._element.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
    paragraph.paragraph_format.space_after = Pt(12)


def _day(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日"
