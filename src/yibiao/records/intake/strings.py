"""The texts that the cells of a workbook share, as Excel and others keep them: there may be as many as cells.

A text without formatting is read as it stands; one with it, and any table that is spelled in another way, by the
parser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final
from xml.etree.ElementTree import ParseError, fromstring

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from yibiao.records.intake.plainrows import CONTROLS, is_utf8

# A larger table is left to the parser, which needs not have all of it at once.
_LARGEST: Final = 100 * 1024 * 1024
_HEAD: Final = re.compile(r"(?:<\?xml[^<>]*\?>)?\s*<sst[^<>]*[^<>/]>")
_PLAIN: Final = re.compile('<si><t(?: xml:space="preserve")?>([^<&]*)</t>')
_END: Final = re.compile(r"\s*</sst>\s*")
# What the usual reader leaves out of a text.
_ESCAPE: Final = "x005F_"


def shared(reader: ExcelReader) -> Sequence[str]:
    """The texts of a workbook whose parts are known already."""
    part = reader.package.find(SHARED_STRINGS)
    if part is not None and reader.archive.getinfo(part.PartName[1:]).file_size <= _LARGEST:
        found = read(reader.archive.read(part.PartName[1:]))
        if found is not None:
            return found
    reader.read_strings()
    texts: Sequence[str] = reader.shared_strings
    return texts


def read(content: bytes) -> list[str] | None:
    """The texts of a table; None where it is not spelled in the usual way."""
    head = _HEAD.match(content[:4_096].decode(errors="replace"))
    if head is None or not is_utf8(content) or f'xmlns="{SHEET_MAIN_NS}"' not in head[0]:
        return None
    body = content[len(head[0].encode()) :]
    if len(body.translate(None, CONTROLS)) < len(body) or b"<!" in body or b"<?" in body:
        return None
    try:
        text = body.decode()
        *pieces, rest = text.split("</si>")
        if not _END.fullmatch(rest) or "\ufffe" in text or "\uffff" in text:
            return None
        _element(f"{head[0]}</sst>")
        found = [one[1] if (one := _PLAIN.fullmatch(piece)) else _parsed(piece) for piece in pieces]
    except (UnicodeDecodeError, ParseError, ValueError, TypeError):
        return None
    return [one.replace(_ESCAPE, "") for one in found] if _ESCAPE.encode() in body else found


def _parsed(piece: str) -> str:
    opened = piece.strip()
    if not opened.startswith("<si>"):
        raise ValueError
    said: str = Text.from_tree(_element(f'<si xmlns="{SHEET_MAIN_NS}">{opened[4:]}</si>')).content
    return said


def _element(text: str) -> Any:
    return fromstring(text)  # noqa: S314 a file that declares anything was refused
