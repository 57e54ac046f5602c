"""From the files of a pack to form versions, or to everything that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from lxml import etree

from yibiao.core.problems import Problem
from yibiao.core.texts import Text
from yibiao.forms import linting, plans, problems, sheets, xforms
from yibiao.forms.sheets import Workbook
from yibiao.forms.types import EntityRule, FormVersion
from yibiao.packs.types import PackFiles

_FORM: Final = re.compile(r"forms/[^/]+\.(md|xlsx)")
_ROW: Final = re.compile(r"\[row : (\d+)\]\s*")
_SHEET: Final = re.compile(r"'(survey|choices|settings|entities)' sheet")


def check(files: PackFiles, registers: frozenset[str] = frozenset()) -> tuple[list[FormVersion], list[Problem]]:
    """Every form of the pack and every problem of them; ``registers`` are those that other packs keep."""
    books, found = workbooks(files)
    known = registers.union(*(linting.registers(book) for book in books))
    forms: dict[str, FormVersion] = {}
    for book in books:
        form, wrong = _form(book, files, known)
        found += wrong
        if form is not None:
            forms[book.path] = form
    for book in books:
        if book.path in forms:
            found += _unkept(book, forms[book.path], forms.values())
    return list(forms.values()), found


def workbooks(files: PackFiles) -> tuple[list[Workbook], list[Problem]]:
    """The forms of a pack as sheets."""
    books: list[Workbook] = []
    found: list[Problem] = []
    for path in sorted(files.files):
        if _FORM.fullmatch(path):
            book, wrong = sheets.read(path, files.files[path])
            found += wrong
            if book is not None:
                books.append(book)
    return books, found


def _form(book: Workbook, files: PackFiles, registers: frozenset[str]) -> tuple[FormVersion | None, list[Problem]]:
    # Takes a quarter of what a command needs to begin, and only who reads the forms of a pack needs it.
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    linter = linting.Linter(book, files.id, registers)
    found = linter.run()
    if not book.rows("survey"):
        return None, found
    try:
        xform = sheets.unshield(convert(sheets.for_pyxform(book), form_name="data").xform)
        form = xforms.read(xform, _head(book, files))
    except PyXFormError as error:
        return None, found + _converted(book, linter, str(error))
    except (etree.XMLSyntaxError, ValueError, KeyError, TypeError, AttributeError) as error:
        # pyxform's own slips on odd input: they are the author's to work around, never ours to crash on.
        return None, found or [problems.XLSFORM.at(book.path, reason=_line(str(error)))]
    faults = [_placed(book, linter, form, fault) for fault in plans.plan(form).faults] if not found else []
    found += [fault for fault in faults if fault is not None]
    return (None, found) if found else (form, [])


def _unkept(book: Workbook, form: FormVersion, forms: Iterable[FormVersion]) -> Iterator[Problem]:
    """What is to be filled in from a register of the pack that no form saves there."""
    keepers = [(one.entity.register, one.entity.saves) for one in forms if one.entity]
    picks = {field.name: field.register for field in form.fields if not field.repeat}
    for field in form.fields:
        question, _, name = field.prefill.partition(".")
        register = picks.get(question, "")
        saves = [saved for kept, saved in keepers if kept == register]
        if not name or name == "place" or not saves or any(name in saved for saved in saves):
            continue
        row = next(row for row in book.rows("survey") if row.get("name") == field.name)
        why_zh, why_en = f"台账“{register}”不存“{name}”", f"the register “{register}” keeps no “{name}”"
        where = book.where("survey", row, "bind::yibiao:prefill")
        yield problems.KNOWN.at(where, given=field.prefill, why_zh=why_zh, why_en=why_en)


def _head(book: Workbook, files: PackFiles) -> xforms.Head:
    settings = book.settings()
    zh = settings.get("form_title::zh") or settings.get("form_title")
    # A Markdown form says its English title in its heading: “# 督查检查记录 · Inspection record”.
    en = settings.get("form_title::en") or book.heading.partition("·")[2].strip()
    rule = next(iter(book.rows("entities")), None)
    entity = None
    if rule is not None:
        saves = tuple(row.get("name") for row in book.rows("survey") if row.get("save_to"))
        key, label = (sheets.plain_quotes(rule.get(column)) for column in ("key", "label"))
        entity = EntityRule(rule.get("list_name"), key, label, saves)
    return xforms.Head(
        id=settings.get("form_id"),
        version=settings.get("version"),
        title=Text(zh, en),
        pack=files.id,
        pack_version=files.version,
        entity=entity,
    )


def _converted(book: Workbook, linter: linting.Linter, message: str) -> list[Problem]:
    """pyxform's one complaint with its place; nothing where our own check has named that row already."""
    row, sheet = _ROW.search(message), _SHEET.search(message)
    name = sheet[1] if sheet else "survey"
    number = int(row[1]) if row else 0
    if (name, number) in linter.rows or (not number and linter.found):
        return []
    where = book.where(name, number) if number else book.path
    return [problems.XLSFORM.at(where, reason=_line(_ROW.sub("", message)))]


def _line(message: str) -> str:
    return " ".join(message.split())[:500]


def _placed(book: Workbook, linter: linting.Linter, form: FormVersion, fault: plans.Fault) -> Problem | None:
    """The problem of a fault that only resolving or compiling showed, at its row and column."""
    path, column, error = fault
    name = path.rpartition("/")[2]
    field = next((item for item in form.fields if item.path == path), None)
    repeats = {section.path: section.parent for section in form.sections}
    inside = field.repeat if field else repeats.get(path, "")
    for entry in linter.entries:
        if entry.name == name and entry.repeat == inside:
            return plans.problem(book.where("survey", entry.row, column), error)
    return plans.problem(f"{book.path} {path} {column}", error)


def changed(form: FormVersion, older: Sequence[FormVersion], path: str) -> list[Problem]:
    """What a form may not change of its published versions: the content of the same version, the type of a field."""
    found: list[Problem] = []
    now = {(item.repeat, item.name): item.type for item in form.fields}
    named: set[tuple[str, str]] = set()
    for version in older:
        if version.version == form.version and not same(version, form):
            found.append(problems.VERSION_CHANGED.at(path, form=form.id, version=form.version))
            continue
        for item in version.fields:
            key = (item.repeat, item.name)
            if key in now and now[key] != item.type and key not in named:
                named.add(key)
                shown: Mapping[str, object] = {"field": item.name, "version": version.version}
                found.append(problems.TYPE_CHANGED.at(path, **shown, old=item.type, new=now[key]))
    return found


def same(one: FormVersion, other: FormVersion) -> bool:
    """Whether two forms ask the same; the XForm's text may differ with the release of pyxform."""
    parts = ("id", "version", "title", "fields", "choices", "entity", "sections")
    return all(getattr(one, part) == getattr(other, part) for part in parts)
