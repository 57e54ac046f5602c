"""Files in and out: .docx keeps its paragraphs and comes back corrected; a broken one or a bomb is refused in time."""

from __future__ import annotations

import io
import resource
import time
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from tests.bulletins.conftest import PACK, World
from yibiao.bulletins import actions, comparing, documents, queries
from yibiao.bulletins.types import LARGEST_FILE
from yibiao.core.problems import Refusal

LINES = ("关于巡查的通报", "", "未接到亡人事故报告。共检查3家次，发现隐患8处。", "请各地抓好落实。")


def build(*lines: str, bold: str = "") -> docx.document.Document:
    document = docx.Document()
    for line in lines:
        paragraph = document.add_paragraph()
        head, found, tail = line.partition(bold) if bold and bold in line else (line, "", "")
        paragraph.add_run(head)
        if found:
            paragraph.add_run(found).bold = True
            paragraph.add_run(tail)
    return document


def content(document: docx.document.Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def within(part: Any, mark: str) -> bool:
    return next(part.iterancestors(qn(mark)), None) is not None


def accepted(paragraph: Any) -> str:
    """The text with every change taken in."""
    return "".join(one.text or "" for one in paragraph.iter(qn("w:t")) if not within(one, "w:del"))


def refused_with(paragraph: Any) -> str:
    """The text with every change turned down."""
    found = paragraph.iter(qn("w:t"), qn("w:delText"))
    return "".join(one.text or "" for one in found if not within(one, "w:ins"))


def paragraphs(given: bytes) -> list[Any]:
    return list(docx.Document(io.BytesIO(given)).element.body.iter(qn("w:p")))


def upload(world: World, given: bytes, name: str = "通报.docx") -> Any:
    return actions.take_file(name, given, program=PACK, by=world.by)


def correct(world: World, given: bytes, text: str) -> bytes:
    draft = upload(world, given)
    actions.rewrite(draft.id, text, by=world.by)
    return queries.document(draft.id, scope=world.scope)


def test_paragraphs_and_tables_become_lines(world: World) -> None:
    document = build(*LINES[:3])
    table = document.add_table(rows=2, cols=2)
    for at, said in enumerate(("隐患", "9处", "检查", "3家次")):
        table.cell(at // 2, at % 2).text = said
    document.add_paragraph("请各地\t抓好落实。")
    draft = upload(world, content(document))
    assert draft.text.split("\n") == [*LINES[:3], "隐患", "9处", "检查", "3家次", "请各地\t抓好落实。"]
    assert (draft.kind, draft.file, draft.title, draft.has_original) == ("docx", "通报.docx", "通报", True)


@pytest.mark.parametrize(
    ("name", "given", "kind", "text"),
    [
        ("稿.txt", "检查3家次。\r\n".encode("gb18030"), "text", "检查3家次。\n"),
        ("稿.TXT", b"\xef\xbb\xbf" + "检查3家次。".encode(), "text", "检查3家次。"),
        ("稿.txt", "检查3家次。".encode("utf-16"), "text", "检查3家次。"),
        ("C:\\稿\\稿.md", "# 通报\n检查3家次。".encode(), "markdown", "# 通报\n检查3家次。"),
    ],
)
def test_text_files_of_office_machines_are_read(world: World, name: str, given: bytes, kind: str, text: str) -> None:
    draft = upload(world, given, name)
    assert (draft.kind, draft.text, draft.has_original) == (kind, text, False)
    assert "\\" not in draft.file
    with pytest.raises(Refusal) as caught:
        queries.document(draft.id, scope=world.scope)
    assert caught.value.codes == ("bulletins.document.no-original",)


def test_a_correction_is_a_tracked_change_and_keeps_its_looks(world: World) -> None:
    given = content(build(*LINES, bold="隐患8处"))
    made = correct(world, given, "\n".join(LINES).replace("8处", "9处"))
    line = paragraphs(made)[2]
    assert accepted(line) == LINES[2].replace("8处", "9处")
    assert refused_with(line) == LINES[2]
    (deleted,), (inserted,) = list(line.iter(qn("w:del"))), list(line.iter(qn("w:ins")))
    for mark in (deleted, inserted):
        assert mark.get(qn("w:author"))
        assert datetime.fromisoformat(mark.get(qn("w:date"))).tzinfo is not None
        assert mark.find(f"{qn('w:r')}/{qn('w:rPr')}/{qn('w:b')}") is not None
    assert "".join(one.text for one in deleted.iter(qn("w:delText"))) == "8"
    assert [accepted(one) for one in paragraphs(made)] == [*LINES[:2], LINES[2].replace("8处", "9处"), LINES[3]]


def test_a_mark_that_was_left_is_a_comment_on_just_its_words(world: World) -> None:
    given = content(build(*LINES))
    made = correct(world, given, "\n".join(LINES).replace("3家次", "4家次"))
    comments = list(docx.Document(io.BytesIO(made)).comments)
    said = {one.text for one in comments}
    assert any("9处" in text for text in said), said
    assert any("3家次" in text for text in said), said
    line = paragraphs(made)[2]
    spans = {}
    for begin in line.iter(qn("w:commentRangeStart")):
        words, number = "", begin.get(qn("w:id"))
        for one in begin.itersiblings():
            if one.tag == qn("w:commentRangeEnd") and one.get(qn("w:id")) == number:
                break
            words += "".join(part.text or "" for part in one.iter(qn("w:t"), qn("w:delText")))
        spans[number] = words
    assert "8处" in spans.values()
    assert accepted(line) == LINES[2].replace("3家次", "4家次")


def test_lines_that_come_and_go_are_tracked_too(world: World) -> None:
    given = content(build(*LINES))
    made = correct(world, given, "\n".join((LINES[0], LINES[2], "新加的一句。", LINES[3])))
    found = paragraphs(made)
    kept = [one for one in found if one.find(f"{qn('w:pPr')}/{qn('w:rPr')}/{qn('w:del')}") is None]
    assert [accepted(one) for one in kept] == [LINES[0], LINES[2], "新加的一句。", LINES[3]]
    old = [one for one in found if one.find(f"{qn('w:pPr')}/{qn('w:rPr')}/{qn('w:ins')}") is None]
    assert [refused_with(one) for one in old] == list(LINES)


def test_tables_hyperlinks_and_earlier_changes_survive(world: World) -> None:
    document = build("检查3家次，发现隐患8处。")
    document.add_table(rows=1, cols=1).cell(0, 0).text = "隐患8处"
    paragraph = document.paragraphs[0]
    earlier = paragraph._p.makeelement(qn("w:del"), {qn("w:id"): "7", qn("w:author"): "甲"})
    run = paragraph._p.makeelement(qn("w:r"), {})
    gone = paragraph._p.makeelement(qn("w:delText"), {})
    gone.text = "旧话"
    run.append(gone)
    earlier.append(run)
    paragraph._p.insert(0, earlier)
    made = correct(world, content(document), "检查3家次，发现隐患9处。\n隐患9处")
    assert [accepted(one) for one in paragraphs(made)] == ["检查3家次，发现隐患9处。", "隐患9处"]
    ids = [one.get(qn("w:id")) for line in paragraphs(made) for one in line.iter(qn("w:ins"), qn("w:del"))]
    assert len(ids) == len(set(ids)) == 5


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("检查3家次", "检查3家次"),
        ("检查3家次", "检查13家次，整改2处"),
        ("检查3家次", ""),
        ("", "检查3家次"),
        ("一\n二\n三", "二\n三\n四\n五"),
        ("一二三四五\n六七八九十", "一二三四五六七八九十"),
        ("甲" * 5_000 + "1", "甲" * 5_000 + "2"),
        ("重复\n重复\n别的", "别的\n重复"),
    ],
)
def test_changes_lead_from_one_text_to_the_other(old: str, new: str) -> None:
    before, after = old.split("\n"), new.split("\n")
    changes, _ = comparing.compare(before, after)
    first: list[str] = []
    lines: list[list[str]] = [[line] for line in before]
    for change in sorted(changes, key=lambda one: (one.line, one.start), reverse=True):
        if change.line < 0:
            first.append(change.text)
        elif change.start < 0:
            lines[change.line].insert(1, change.text)
        elif change.whole:
            lines[change.line].pop(0)
        else:
            text = lines[change.line][0]
            lines[change.line][0] = text[: change.start] + change.text + text[change.end :]
    assert first + [line for group in lines for line in group] == after


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def with_part(name: str, data: bytes) -> bytes:
    """A good document with one part replaced or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content(build(*LINES)))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member, old.read(member))
        new.writestr(name, data)
    return out.getvalue()


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><d>&b;</d>'
)
DEEP = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">' + b"<w:body>" * 50_000
BAD: dict[str, tuple[bytes | Callable[[], bytes], str]] = {
    "not a zip": (b"\xd0\xcf\x11\xe0 old .doc", "bulletins.docx.broken"),
    "nothing": (b"", "bulletins.docx.broken"),
    "cut off": (content(build(*LINES))[:-400], "bulletins.docx.broken"),
    "another zip": (zipped(a=b"b"), "bulletins.docx.broken"),
    "no body": (with_part("word/document.xml", b""), "bulletins.docx.broken"),
    "torn markup": (with_part("word/document.xml", b"<w:document><w:body>"), "bulletins.docx.broken"),
    "deep": (with_part("word/document.xml", DEEP), "bulletins.docx.broken"),
    "entities": (with_part("word/document.xml", ENTITIES), "bulletins.docx.bomb"),
    "entities in utf-16": (with_part("word/x.xml", ENTITIES.decode().encode("utf-16")), "bulletins.docx.bomb"),
    "bomb": (lambda: with_part("word/media/a.png", b"\0" * 80_000_000), "bulletins.docx.bomb"),
    "much markup": (lambda: with_part("word/x.xml", bytes(range(256)) * 120_000), "bulletins.docx.bomb"),
    "many parts": (lambda: zipped(**{f"a{number}": b"" for number in range(2_100)}), "bulletins.docx.bomb"),
}


@pytest.mark.parametrize("which", BAD)
def test_a_bad_docx_is_refused_in_bounded_time_and_memory(which: str) -> None:
    bad, code = BAD[which]
    given = bad() if callable(bad) else bad
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with pytest.raises(Refusal) as caught:
        documents.read("稿.docx", given)
    assert caught.value.codes == (code,)
    assert all(problem.text() and problem.text("en") for problem in caught.value.problems)
    assert time.monotonic() - start < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("稿.doc", b"x", "bulletins.file.kind"),
        ("稿", b"x", "bulletins.file.kind"),
        ("稿.txt", b"x" * (LARGEST_FILE + 1), "bulletins.file.too-large"),
        ("稿.txt", b"\xff\xff\x81", "bulletins.file.encoding"),
        ("稿.txt", "核".encode() * 1_700_000, "bulletins.draft.too-long"),
        ("稿.docx", content(docx.Document()), "bulletins.draft.empty"),
    ],
)
def test_a_file_that_cannot_be_checked_is_refused(world: World, name: str, given: bytes, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        upload(world, given, name)
    assert caught.value.codes == (code,)
    assert queries.drafts(world.scope).total == 0


def test_a_broken_docx_stores_nothing(world: World) -> None:
    with pytest.raises(Refusal):
        upload(world, BAD["cut off"][0])
    assert queries.drafts(world.scope).total == 0


def test_the_corrected_file_can_be_uploaded_again(world: World) -> None:
    text = "\n".join(LINES).replace("8处", "9处")
    made = correct(world, content(build(*LINES)), text)
    assert upload(world, made).text == text
