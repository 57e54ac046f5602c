"""Files in: the text of .txt, .md and .docx, read without trusting them. Nothing is opened before it is measured."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, Final

from docx import Document
from docx.document import Document as DocxDocument
from docx.oxml.ns import qn
from lxml.etree import LxmlError

from yibiao.bulletins import problems
from yibiao.bulletins.types import LARGEST_FILE, DraftKind
from yibiao.core.problems import Problem, refuse

_MEGABYTE: Final = 1024 * 1024
_MOST_MEMBERS: Final = 2_000
_MOST_UNPACKED: Final = 60 * _MEGABYTE
# A parsed tree takes several times the room of its text, so that markup gets a limit of its own.
_MOST_MARKUP: Final = 24 * _MEGABYTE
_MOST_RATIO: Final = 150
_RATIO_FROM: Final = _MEGABYTE
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, LxmlError, KeyError, ValueError, RuntimeError, EOFError, OSError,
                  NotImplementedError, AttributeError, TypeError, IndexError)  # fmt: skip
_DECLARATIONS: Final = tuple(
    word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("utf-8", "utf-16-le", "utf-16-be")
)
_SIGNS: Final = {qn("w:tab"): "\t", qn("w:br"): " ", qn("w:cr"): " ", qn("w:noBreakHyphen"): "-"}


def read(name: str, content: bytes) -> tuple[DraftKind, str]:
    """The kind and the text of a file.

    Raises: bulletins.file.kind, bulletins.file.too-large, bulletins.file.encoding, bulletins.docx.broken,
        bulletins.docx.bomb.
    """
    suffix = name.lower().rpartition(".")[2]
    if suffix not in ("docx", "txt", "md", "markdown"):
        raise refuse(problems.FILE_KIND.at(name=name))
    if len(content) > LARGEST_FILE:
        raise refuse(problems.FILE_LARGE.at(limit=LARGEST_FILE // _MEGABYTE))
    if suffix == "docx":
        return "docx", text(open_docx(content))
    return ("text" if suffix == "txt" else "markdown"), _decoded(content)


def open_docx(content: bytes) -> DocxDocument:
    """The document in a .docx file.

    Raises: bulletins.docx.broken, bulletins.docx.bomb.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = _oversized(archive) or _declaring(archive)
        if found is not None:
            raise refuse(found)
        return Document(io.BytesIO(content))
    except _BROKEN as error:
        # The words are python's and lxml's own, in English: the kind of the error says as much to a clerk.
        reason = str(error).strip("'\". ")[:120] or type(error).__name__
        raise refuse(problems.DOCX_BROKEN.at(reason=_plainly(error), reason_en=reason)) from error


def text(document: DocxDocument) -> str:
    """The text of the body: one line for every paragraph, those of tables where the table stands."""
    return "\n".join("".join(sign for sign, _, _ in letters(paragraph)) for paragraph in paragraphs(document))


def paragraphs(document: DocxDocument) -> Iterator[Any]:
    """The paragraphs of the body as elements, in the order in which they are read."""
    yield from _blocks(document.element.body)


def letters(paragraph: Any) -> Iterator[tuple[str, Any, int]]:
    """Every letter of a paragraph with the element that holds it and its place there; deleted text is left out."""
    for run in paragraph.iter(qn("w:r")):
        if _apart(run, paragraph):
            continue
        for part in run:
            if part.tag == qn("w:t"):
                yield from ((sign, part, at) for at, sign in enumerate(part.text or ""))
            elif part.tag in _SIGNS:
                yield _SIGNS[part.tag], part, 0


def _apart(run: Any, paragraph: Any) -> bool:
    """Whether a run belongs to a deletion, or to a text box or the like within the paragraph."""
    for above in run.iterancestors():
        if above is paragraph:
            return False
        if above.tag in (qn("w:del"), qn("w:moveFrom"), qn("w:p")):
            return True
    return True


def _blocks(parent: Any) -> Iterator[Any]:
    for block in parent:
        if block.tag == qn("w:p"):
            yield block
        elif block.tag == qn("w:tbl"):
            for cell in block.iter(qn("w:tc")):
                if next(cell.iterancestors(qn("w:tbl"))) is block:
                    yield from _blocks(cell)
        elif block.tag == qn("w:sdt"):
            for inner in block.iterchildren(qn("w:sdtContent")):
                yield from _blocks(inner)


def _oversized(archive: zipfile.ZipFile) -> Problem | None:
    """What the table of contents gives away, before a byte is unpacked."""
    members = archive.infolist()
    if len(members) > _MOST_MEMBERS:
        said = {"reason": f"内含 {len(members)} 个部件", "reason_en": f"it has {len(members)} parts"}
        return problems.DOCX_BOMB.at(**said)
    for member in members:
        if member.file_size > _RATIO_FROM and member.file_size > _MOST_RATIO * max(member.compress_size, 1):
            said = {"reason": "压缩比过高", "reason_en": "it is compressed more than a document can be"}
            return problems.DOCX_BOMB.at(**said)
    whole = sum(member.file_size for member in members)
    markup = sum(member.file_size for member in members if _is_markup(member))
    if whole > _MOST_UNPACKED or markup > _MOST_MARKUP:
        size = whole // _MEGABYTE
        return problems.DOCX_BOMB.at(reason=f"展开后有 {size} MB", reason_en=f"unpacked it has {size} MB")
    return None


def _declaring(archive: zipfile.ZipFile) -> Problem | None:
    """A document declares no entities: whoever does wants them to grow."""
    for member in archive.infolist():
        if _is_markup(member):
            content = archive.read(member)
            if any(word in content for word in _DECLARATIONS):
                return problems.DOCX_BOMB.at(reason="含有实体声明", reason_en="it declares entities")
    return None


def _is_markup(member: zipfile.ZipInfo) -> bool:
    return member.filename.lower().endswith((".xml", ".rels"))


def _plainly(error: Exception) -> str:
    if isinstance(error, zipfile.BadZipFile | EOFError | zlib.error):
        return "文件不完整，或不是 .docx 格式"
    if isinstance(error, LxmlError):
        return "文件内容有损坏"
    return "文件里没有正文，或带有密码"


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        codes: tuple[str, ...] = ("utf-16",)
    else:
        codes = ("utf-8-sig", "gb18030")
    for code in codes:
        try:
            return content.decode(code)
        except UnicodeDecodeError:
            continue
    raise refuse(problems.FILE_ENCODING.at())
