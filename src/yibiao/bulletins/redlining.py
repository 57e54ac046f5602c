"""Gives a .docx back corrected: what was changed as tracked changes, what is left to look at as comments."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

from docx.document import Document as DocxDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.run import Run as DocxRun

from yibiao.bulletins import comparing, documents
from yibiao.bulletins.types import Check

_MOST_COMMENTS: Final = 400
_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True, slots=True)
class Note:
    """A comment on letters ``start`` to ``end`` of a line."""

    line: int
    start: int
    end: int
    text: str


def corrected(original: bytes, check: Check, *, author: str, at: datetime, language: str = "zh") -> bytes:
    """The file with every difference to the checked text as a tracked change, and a comment on whatever is left.

    Raises: bulletins.docx.broken, bulletins.docx.bomb.
    """
    document = documents.open_docx(original)
    found = list(documents.paragraphs(document))
    before = ["".join(sign for sign, _, _ in documents.letters(one)) for one in found]
    after = check.text.split("\n")
    changes, lines = comparing.compare(before, after)
    # Comments first: their offsets are those of the lines as they were.
    _comment(document, found, list(_notes(check, after, before, lines, language)), author)
    stamp = _Stamp(author, at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), count(_next_id(document)))
    for change in sorted(changes, key=lambda one: (one.line, one.start), reverse=True):
        _apply(document, found, change, stamp)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _notes(
    check: Check, after: Sequence[str], before: Sequence[str], lines: dict[int, int], language: str
) -> Iterator[Note]:
    starts = [0]
    for text in after:
        starts.append(starts[-1] + len(text) + 1)
    marks = [
        (one.run.start, one.run.end, one.said.of(language)) for one in check.judged if one.colour in ("red", "amber")
    ]
    marks += [(fault.start, fault.end, fault.note(language)) for fault in check.faults]
    line = 0
    for start, end, said in sorted(marks)[:_MOST_COMMENTS]:
        while line + 1 < len(after) and starts[line + 1] <= start:
            line += 1
        old = lines.get(line)
        while old is None and line > 0:
            line -= 1
            old = lines.get(line)
        if old is None:
            continue
        move = comparing.mover(before[old], after[line])
        yield Note(old, move(start - starts[line]), move(min(end - starts[line], len(after[line]))), said)


@dataclass(frozen=True, slots=True)
class _Stamp:
    author: str
    at: str
    ids: Iterator[int]

    def mark(self, tag: str) -> Any:
        made = OxmlElement(tag)
        made.set(qn("w:id"), str(next(self.ids)))
        made.set(qn("w:author"), self.author)
        made.set(qn("w:date"), self.at)
        return made


def _next_id(document: DocxDocument) -> int:
    """An id that no tracked change of the document has yet."""
    held = (
        one.get(qn("w:id"))
        for one in document.element.body.iter(qn("w:ins"), qn("w:del"), qn("w:moveFrom"), qn("w:moveTo"))
    )
    return max((int(one) for one in held if one and one.isdigit()), default=0) + 1000


def _comment(document: DocxDocument, found: Sequence[Any], notes: Sequence[Note], author: str) -> None:
    for note in notes:
        runs = _runs_between(found[note.line], note.start, max(note.end, note.start + 1))
        if not runs:
            runs = [run for run in found[note.line].iter(qn("w:r"))][-1:]
        if runs:
            ends = [DocxRun(run, document) for run in (runs[0], runs[-1])]
            document.add_comment(ends, text=note.text, author=author, initials="")


def _apply(document: DocxDocument, found: Sequence[Any], change: comparing.Change, stamp: _Stamp) -> None:
    if change.start < 0:
        _add_line(document, found, change, stamp)
        return
    paragraph = found[change.line]
    if change.whole:
        _mark_of(paragraph).insert(0, stamp.mark("w:del"))
    runs = _runs_between(paragraph, change.start, change.end)
    like = runs[0] if runs else _run_before(paragraph, change.start)
    last: Any = None
    for run in runs:
        last = _deleted(run, stamp)
    if change.text:
        inserted = stamp.mark("w:ins")
        inserted.append(_written(change.text, like))
        if last is not None:
            last.addnext(inserted)
        elif like is not None:
            like.addnext(inserted) if change.start else like.addprevious(inserted)
        else:
            paragraph.append(inserted)


def _add_line(document: DocxDocument, found: Sequence[Any], change: comparing.Change, stamp: _Stamp) -> None:
    """A new paragraph, looking like the one that it follows."""
    made = OxmlElement("w:p")
    if found:
        like = found[max(change.line, 0)]
        properties = like.find(qn("w:pPr"))
        if properties is not None:
            made.append(copy.deepcopy(properties))
        like.addnext(made) if change.line >= 0 else like.addprevious(made)
        run = next(iter(like.iter(qn("w:r"))), None)
    else:
        document.element.body.insert(0, made)
        run = None
    _mark_of(made).insert(0, stamp.mark("w:ins"))
    inserted = stamp.mark("w:ins")
    inserted.append(_written(change.text, run))
    made.append(inserted)


def _mark_of(paragraph: Any) -> Any:
    """The properties of the paragraph's own mark, where its coming or going is tracked."""
    properties = paragraph.get_or_add_pPr()
    held = properties.find(qn("w:rPr"))
    if held is None:
        held = OxmlElement("w:rPr")
        after = [properties.find(qn(tag)) for tag in ("w:sectPr", "w:pPrChange")]
        first = next((one for one in after if one is not None), None)
        first.addprevious(held) if first is not None else properties.append(held)
    for one in held.findall(qn("w:ins")) + held.findall(qn("w:del")):
        held.remove(one)
    return held


def _runs_between(paragraph: Any, start: int, end: int) -> list[Any]:
    """The runs that hold just these letters, in order: runs are divided where the letters begin and end."""
    if end <= start:
        return []
    _divide(paragraph, start)
    _divide(paragraph, end)
    found: list[Any] = []
    for at, (_, part, _) in enumerate(documents.letters(paragraph)):
        if at >= end:
            break
        run = part.getparent()
        if at >= start and (not found or found[-1] is not run):
            found.append(run)
    return found


def _run_before(paragraph: Any, at: int) -> Any:
    """The run behind whose end, after dividing, something is to be put in; the first where nothing stands before."""
    _divide(paragraph, at)
    found = None
    for index, (_, part, _) in enumerate(documents.letters(paragraph)):
        if found is not None and index >= at:
            break
        found = part.getparent()
    return found


def _divide(paragraph: Any, at: int) -> None:
    """Divide the run that holds a letter, so that the letter begins a run."""
    letter = next(
        ((part, place) for index, (_, part, place) in enumerate(documents.letters(paragraph)) if index == at), None
    )
    if letter is None or at == 0:
        return
    part, place = letter
    run = part.getparent()
    following = list(part.itersiblings())
    if not place and all(one.tag == qn("w:rPr") for one in part.itersiblings(preceding=True)):
        return
    second = OxmlElement("w:r")
    properties = run.find(qn("w:rPr"))
    if properties is not None:
        second.append(copy.deepcopy(properties))
    if place:
        tail = copy.deepcopy(part)
        tail.text, part.text = part.text[place:], part.text[:place]
        tail.set(_SPACE, "preserve")
        part.set(_SPACE, "preserve")
        second.append(tail)
    else:
        second.append(part)
    for one in following:
        second.append(one)
    run.addnext(second)


def _deleted(run: Any, stamp: _Stamp) -> Any:
    """Wrap a run as deleted; gives the deletion."""
    mark = stamp.mark("w:del")
    run.addprevious(mark)
    mark.append(run)
    for part in run.findall(qn("w:t")):
        part.tag = qn("w:delText")
        part.set(_SPACE, "preserve")
    return mark


def _written(text: str, like: Any) -> Any:
    run = OxmlElement("w:r")
    properties = like.find(qn("w:rPr")) if like is not None else None
    if properties is not None:
        run.append(copy.deepcopy(properties))
    part = OxmlElement("w:t")
    part.text = text
    part.set(_SPACE, "preserve")
    run.append(part)
    return run
