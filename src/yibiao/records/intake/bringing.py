"""A template that brings along what is known: one row for each entity that its form may be about, sent while it is
written, however many there are."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl.utils import get_column_letter

from yibiao.core.leaving import Leaving
from yibiao.core.problems import refuse
from yibiao.forms.types import Field, FormVersion
from yibiao.people import queries as people
from yibiao.people.types import Scope
from yibiao.records.entities import entity_labels
from yibiao.records.intake import naming, phrases, problems, rows, workbook
from yibiao.records.intake.cells import ROW_LIMIT
from yibiao.records.intake.layout import KNOWN, choices, layouts
from yibiao.records.intake.openrosa import foreknown
from yibiao.records.types import From

# So many rows has a template where there are more than a sheet may have.
PART: Final = 90_000
_SHEET: Final = "xl/worksheets/sheet1.xml"
_FIRST: Final = re.compile(rf'<row r="{workbook.FIRST}"[^>]*>(.*?)</row>', re.S)
_SIZE: Final = re.compile(r"<dimension [^>]*/>")
_STYLE: Final = re.compile(r'<c r="([A-Z]+)\d+" s="(\d+)"')
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# So many rows are read back together, as many places are called by their names, and as much is sent at once.
_TOGETHER: Final = 400
_PLACES: Final = 20_000
_PIECE: Final = 1 << 16
# What a cell holds at most; a row of which more is known comes without its seal, and all of it counts as typed.
_CELL: Final = 32_000


@dataclass(frozen=True, slots=True)
class Part:
    """So many rows of what a form may be about: by key, behind one and up to another, where they are not all."""

    number: int
    count: int
    after: str = ""
    upto: str = ""

    @property
    def whole(self) -> bool:
        return not (self.after or self.upto)


def parts(form: FormVersion, program: str, *, scope: Scope) -> tuple[Part, ...]:
    """The templates in which everything in a scope is brought: one, or several of about the same length.

    Shape: by key; empty where nothing is known yet. A part leaves room for what is registered before it is asked for.
    """
    total = foreknown.ahead_count(form, program=program, scope=scope, begin=From())
    many = -(-total // PART) if total > ROW_LIMIT else min(total, 1)
    ends = [total * one // many for one in range(1, many + 1)]
    keys = foreknown.ahead_keys(form, program=program, scope=scope, at=[end - 1 for end in ends[:-1]]) if many else []
    return tuple(
        Part(number, end - start, after, upto)
        for number, (start, end, after, upto) in enumerate(
            zip([0, *ends], ends, ["", *keys], [*keys, ""], strict=False), 1
        )
    )


def template(
    form: FormVersion, program: str, *, scope: Scope, under: Sequence[str], language: str, begin: From, place: str = ""
) -> Iterator[bytes]:
    """The template with a row for each entity of a scope; places below ``under`` are offered by name.

    It says in words that it is no more than a stretch of them, or those of a ``place``.

    Raises: ``records.template.too-many``.
    """
    total = foreknown.ahead_count(form, program=program, scope=scope, begin=begin)
    if total > ROW_LIMIT:
        raise refuse(problems.TEMPLATE_MANY.at(count=total, limit=ROW_LIMIT))
    lines = _lines(form, foreknown.ahead(form, program=program, scope=scope, begin=begin), under, language)
    more = phrases.part(total, place=place, after=begin.after, upto=begin.upto)
    more += phrases.newest(foreknown.ahead_newest(form, program=program, scope=scope))
    return _spliced(workbook.template(form, language, naming.offered(under), (phrases.BROUGHT, *more)), lines)


def _lines(
    form: FormVersion, known: Iterator[tuple[foreknown.Row, str]], under: Sequence[str], language: str
) -> Iterator[list[Any]]:
    """The cells of each row, written as people read them wherever that is read back as the same answer."""
    columns, writer = layouts(form)[0].columns, _Writer(form, under, language)
    named = {index: column.name for index, column in enumerate(columns)}
    read = rows.reader(form, named, writer.names)
    while some := list(islice(known, _TOGETHER)):
        writer.foresee([row.values for row, _ in some])
        made = [[writer.cell(column.name, row.values.get(column.name)) for column in columns] for row, _ in some]
        again = read((number, tuple(cells)) for number, cells in enumerate(made))
        for (row, told), cells, back in zip(some, made, again, strict=True):
            for index, name in named.items():
                if name == KNOWN:
                    cells[index] = told if len(told) < _CELL else None
                elif name in row.values and _text(back.answers.get(name)) != _text(row.values[name]):
                    cells[index] = _plainly(row.values[name])
            yield cells


class _Writer:
    """Writes answers as the texts of cells: names for codes, labels for choices."""

    def __init__(self, form: FormVersion, under: Sequence[str], language: str) -> None:
        self.names, self.fields = naming.Names(tuple(under)), {one.name: one for one in form.fields if not one.repeat}
        self.labels = {
            name: {choice.name: choice.label.of(language) or choice.name for choice in choices(form, one)}
            for name, one in self.fields.items()
        }
        self.kept: dict[str, dict[str, str]] = {}
        self.places = naming.called(under, _PLACES)
        # Each is known for what it is; one that means several places is looked up, and found to do so.
        for text, codes in _by_text(self.places).items():
            if len(codes) == 1:
                self.names.known["place", text] = codes[0]

    def foresee(self, found: Sequence[Mapping[str, Any]]) -> None:
        """Has the names of entities and organisations that some rows hold looked up together."""
        for name, field in self.fields.items():
            asked = list({str(values[name]) for values in found if values.get(name)})
            if not asked:
                continue
            if field.role in ("participants", "organisation"):
                codes = [code for text in asked for code in text.split()]
                self.kept[name] = {body.code: body.name for body in people.organisations(codes=codes)}
            elif field.register and field.role != "place":
                self.kept[name] = entity_labels(field.register, asked)

    def cell(self, name: str, value: Any) -> Any:
        field = self.fields.get(name)
        if field is None or value in (None, "", []):
            return None
        if field.role == "place":
            return self.places.get(str(value), str(value))
        if name in self.kept:
            texts = str(value).split() if field.role in ("participants", "organisation") else [str(value)]
            return "、".join(self.kept[name].get(text) or text for text in texts)
        if self.labels[name]:
            several = value if isinstance(value, list) else [value]
            return "、".join(self.labels[name].get(str(one), str(one)) for one in several)
        return _number(field, value)


def _number(field: Field, value: Any) -> Any:
    return value if field.type == "integer" and type(value) is int else _plainly(value)


def _plainly(value: Any) -> Any:
    """An answer as it is kept, in a cell."""
    return "、".join(map(str, value)) if isinstance(value, list) else value if type(value) is int else str(value)


def _text(value: Any) -> str:
    return json.dumps(value, default=str) if isinstance(value, list) else str(value)


def _by_text(called: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, text in called.items():
        found.setdefault(text, []).append(code)
    return found


def _spliced(book: bytes, lines: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A template with these rows in the place of its first one, which says how they look."""
    out = Leaving()
    with ZipFile(io.BytesIO(book)) as old, ZipFile(out, "w", ZIP_DEFLATED, compresslevel=4) as new:
        for name in old.namelist():
            if name != _SHEET:
                new.writestr(name, old.read(name))
        # It would say where the sheet ends.
        text = _SIZE.sub("", old.read(_SHEET).decode(), count=1)
        first = _FIRST.search(text)
        assert first is not None  # noqa: S101 whoever made the template has put it there
        styles = dict(_STYLE.findall(first[1]))
        letters = [get_column_letter(index) for index in range(1, len(styles) + 1)]
        with new.open(_SHEET, "w") as sheet:
            sheet.write(text[: first.start()].encode())
            for number, cells in enumerate(lines, workbook.FIRST):
                made = "".join(
                    _cell(f'r="{letter}{number}" s="{styles[letter]}"', value)
                    for letter, value in zip(letters, cells, strict=True)
                    if value is not None
                )
                sheet.write(f'<row r="{number}">{made}</row>'.encode())
                if out.waiting > _PIECE:
                    yield out.taken()
            sheet.write(text[first.end() :].encode())
    yield out.taken()


def _cell(head: str, value: Any) -> str:
    if type(value) is int:
        return f"<c {head}><v>{value}</v></c>"
    text = escape(_ILLEGAL.sub("", str(value)))
    return f'<c {head} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
