"""A document of a case as .docx: the type and spacing of official documents, and where the fact stands in the log."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from typing import Any, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from yibiao.cases.types import Case
from yibiao.core.lifecycles.types import Lifecycle, Paper
from yibiao.core.periods import SHANGHAI
from yibiao.ledger.types import Fact

# Type and margins of GB/T 9704-2012, 5 and 7: size 3 (16 pt) in Fangsong, lines of 28 pt, 37/35/28/26 mm.
_BODY, _HEAD, _SMALL = ("FangSong", "仿宋", 16), ("SimSun", "小标宋体", 22), ("FangSong", "仿宋", 10.5)
_MARGINS: Final = {"top_margin": 37, "bottom_margin": 35, "left_margin": 28, "right_margin": 26}
_NAME: Final = re.compile(r"\$\{(\w+)\}")
_BLANK: Final = "________"


def docx(case: Case, paper: Paper, *, place: str, today: date, proof: Fact | None) -> bytes:
    """The bytes of the document; what the case does not hold is left as a line to be filled in by hand."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, size in _MARGINS.items():
        setattr(section, name, Mm(size))
    told = {"place": place, "today": _day(today), "occurred_at": _moment(case.standing.occurred_at)}

    def filled(template: str) -> str:
        return _NAME.sub(lambda found: told.get(found[1]) or said(case.lifecycle, case.answers, found[1]), template)

    _line(document, filled(paper.title), _HEAD, align=WD_ALIGN_PARAGRAPH.CENTER)
    if paper.number:
        _line(document, filled(paper.number), _BODY, align=WD_ALIGN_PARAGRAPH.CENTER)
    if paper.to:
        _line(document, filled(paper.to), _BODY)
    for text in paper.body:
        _line(document, filled(text), _BODY, indent=True)
    _line(document, "", _BODY)
    for who in paper.signatures:
        _line(document, f"{who}：{_BLANK}{_BLANK}", _BODY)
    _line(document, _day(today), _BODY, align=WD_ALIGN_PARAGRAPH.RIGHT)
    _line(document, _proved(case, proof), _SMALL)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def said(one: Lifecycle, answers: Any, name: str) -> str:
    """What a case holds, as a document in Chinese says it."""
    value = answers.get(name)
    if value in (None, "", []):
        return _BLANK
    field, state = one.field(name), one.state(str(value)) if name == "state" else None
    if state is not None:
        return state.label.zh
    if field is not None and field.type == "choice":
        return next((label.zh for id, label in field.choices if id == value), str(value))
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value)):
        return _day(date.fromisoformat(str(value)))
    unit = field.unit if field else ""
    return f"{value}{unit}"


def _proved(case: Case, proof: Fact | None) -> str:
    place = f"，事实日志第 {proof.position} 条" if proof and proof.position else ""
    digest = f"，摘要 {proof.digest[:16]}" if proof else ""
    return f"事项编号 {case.id}，第 {case.revision} 步{place}{digest}"


def _line(document: Any, text: str, type_: tuple[str, str, float], *, align: Any = None, indent: bool = False) -> None:
    paragraph = document.add_paragraph()
    western, eastern, size = type_
    run = paragraph.add_run(text)
    run.font.name, run.font.size = western, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), eastern)
    paragraph.paragraph_format.line_spacing = Pt(28 if size < 20 else 36)
    paragraph.paragraph_format.space_after = Pt(0)
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(2 * size)
    if align is not None:
        paragraph.alignment = align


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _moment(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{_day(local.date())}{local.hour}时{local.minute}分"
