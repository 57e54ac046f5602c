"""Holds a form against the conventions of Yibiao, row by row, so that an author sees everything at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from yibiao.core.problems import Problem
from yibiao.core.quantities import UNITS
from yibiao.forms import plans, problems, sheets
from yibiao.forms.sheets import Row, Workbook
from yibiao.forms.types import Role
from yibiao.forms.xforms import ROLES
from yibiao.forms.xpath.ast import Call, Expression, ExpressionError, Reference, walk
from yibiao.forms.xpath.functions import FUNCTIONS, OUTSIDE, SPECIAL, UNREPEATABLE
from yibiao.forms.xpath.parser import parse

EXPRESSIONS: Final = ("relevant", "constraint", "calculation", "choice_filter", "required", "repeat_count")
TEXTS: Final = ("label::zh", "label::en", "hint::zh", "hint::en")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
_QUOTED: Final = re.compile(r"\$\{\s*([^}\s]+)\s*\}")
_SELECT: Final = re.compile(r"(select_one|select_multiple|rank)\s+(\S+)")
_SECTION: Final = re.compile(r"(begin|end)[ _](group|repeat)")
_META: Final = frozenset({"start", "end", "today", "deviceid", "username"})
_ASKED: Final = (
    "text", "integer", "int", "decimal", "date", "datetime", "time", "geopoint", "image", "photo", "file", "audio",
    "video", "barcode", "note", "range",
)  # fmt: skip
_UNASKED: Final = _META | {"calculate", "hidden"}
_PLAIN: Final = _UNASKED.union(_ASKED)
_KNOWN: Final = "text, integer, decimal, date, dateTime, time, select_one, select_multiple, geopoint, image, file"
# Columns that each fact brings along; the named role may use the name.
_RESERVED: Final[Mapping[str, str]] = {
    "position": "", "fact": "", "revision": "", "item": "", "program": "", "actor": "", "day": "", "channel": "",
    "place": "place", "organisation": "organisation", "subject": "subject", "occurred_at": "occurred_at",
    "participants": "participants",
}  # fmt: skip


@dataclass(slots=True)
class Entry:
    """A row of the survey with the repeats that it stands in, outermost first."""

    row: Row
    kind: str
    name: str
    choices: str
    repeats: tuple[str, ...]
    section: bool = False

    @property
    def repeat(self) -> str:
        return self.repeats[-1] if self.repeats else ""


@dataclass(slots=True)
class Linter:
    """Collects the problems of one workbook; ``rows`` then says which rows of which sheet have one."""

    book: Workbook
    pack: str
    registers: frozenset[str]
    found: list[Problem] = field(default_factory=list)
    rows: set[tuple[str, int]] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)

    def add(self, problem: Problem, sheet: str = "", row: Row | None = None) -> None:
        self.found.append(problem)
        if row is not None:
            self.rows.add((sheet, row.number))

    def at(self, row: Row, column: str = "", sheet: str = "survey") -> str:
        return self.book.where(sheet, row, column)

    def run(self) -> list[Problem]:
        """Every problem of the workbook."""
        self.settings()
        if not self.book.rows("survey"):
            self.add(problems.SHEET_MISSING.at(self.book.path, sheet="survey"))
            return self.found
        self.outline()
        self.names()
        self.choices()
        for entry in self.entries:
            self.texts(entry)
            self.expressions(entry)
            self.register(entry)
        self.roles()
        self.prefills()
        self.entity()
        return self.found

    def settings(self) -> None:
        row = self.book.settings()
        where = self.book.where("settings")
        expected = f"{self.pack}.{self.book.stem}"
        examples = {"form_id": expected, "form_title": "督查检查记录", "version": "1"}
        for setting, example in examples.items():
            if not row.get(setting):
                self.add(problems.SETTING_MISSING.at(where, setting=setting, example=example))
        given = row.get("form_id")
        if given and given != expected:
            self.add(problems.FORM_ID.at(self.at(row, "form_id", "settings"), given=given, expected=expected))
        if row.get("public_key"):
            self.add(problems.ENCRYPTED.at(self.at(row, "public_key", "settings")))
        survey = self.book.sheets.get("survey")
        own = survey is not None and any("yibiao:" in header for header in survey.headers)
        if own and 'yibiao="https://yibiao.example/xforms"' not in sheets.plain_quotes(row.get("namespaces")):
            self.add(problems.NAMESPACE.at(self.at(row, "namespaces", "settings")))

    # Structure

    def outline(self) -> None:
        stack: list[Entry] = []
        for row in self.book.rows("survey"):
            given = row.get("type")
            if not given:
                continue
            repeats = tuple(item.name for item in stack if item.kind == "repeat")
            section = _SECTION.fullmatch(given)
            if section is None:
                self.question(row, given, repeats)
            elif section[1] == "begin":
                entry = Entry(row, section[2], row.get("name"), "", repeats, section=True)
                stack.append(entry)
                self.entries.append(entry)
            elif stack and stack[-1].kind == section[2]:
                stack.pop()
            else:
                self.add(problems.STRUCTURE.at(self.at(row, "type"), what=given), "survey", row)
        for entry in stack:
            self.add(problems.STRUCTURE.at(self.at(entry.row, "type"), what=entry.row.get("type")), "survey", entry.row)

    def question(self, row: Row, given: str, repeats: tuple[str, ...]) -> None:
        select = _SELECT.match(given)
        kind = select[1] if select else given.split()[0].lower()
        if select is None and kind not in _PLAIN:
            self.add(problems.TYPE_UNKNOWN.at(self.at(row, "type"), type=given, known=_KNOWN), "survey", row)
        self.entries.append(Entry(row, kind, row.get("name"), select[2] if select else "", repeats))

    def names(self) -> None:
        seen: dict[tuple[tuple[str, ...], str], Row] = {}
        for entry in self.entries:
            name, row = entry.name, entry.row
            where = self.at(row, "name")
            if not _NAME.fullmatch(name) or name in ("data", "meta"):
                example = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_") or "hazard_grade"
                self.add(problems.NAME_INVALID.at(where, name=name, example=example), "survey", row)
                continue
            role = _RESERVED.get(name)
            if role is not None and not entry.section and (not role or row.get("bind::yibiao:role") != role):
                advice = role or "…"
                self.add(problems.NAME_RESERVED.at(where, name=name, role=advice), "survey", row)
            # Repeats are tables of their own, so their names are unique over the whole form.
            scope = () if entry.kind == "repeat" else entry.repeats
            other = seen.setdefault((scope, name), row)
            if other is not row:
                self.add(problems.NAME_TWICE.at(where, name=name, other=other.line or other.number), "survey", row)

    def choices(self) -> None:
        lists: dict[str, set[str]] = {}
        for row in self.book.rows("choices"):
            name, chosen = row.get("name"), row.get("list_name")
            if not chosen:
                continue
            if not name or " " in name:
                self.add(problems.CHOICE_NAME.at(self.at(row, "name", "choices"), name=name), "choices", row)
            elif name in lists.setdefault(chosen, set()):
                where = self.at(row, "name", "choices")
                self.add(problems.CHOICE_TWICE.at(where, list=chosen, name=name), "choices", row)
            lists.setdefault(chosen, set()).add(name)
            self.labels(row, "choices")
        for entry in self.entries:
            if entry.choices and entry.choices not in lists:
                where = self.at(entry.row, "type")
                self.add(problems.LIST_UNKNOWN.at(where, list=entry.choices), "survey", entry.row)

    # Texts and expressions

    def labels(self, row: Row, sheet: str) -> None:
        for code, zh, en, column in (
            ("zh", "中文", "Chinese", "label::中文 (zh)"), ("en", "英文", "English", "label::English (en)")
        ):  # fmt: skip
            if not row.get(f"label::{code}"):
                where = self.at(row, "", sheet)
                self.add(problems.LABEL_MISSING.at(where, language_zh=zh, language_en=en, column=column), sheet, row)

    def texts(self, entry: Entry) -> None:
        row = entry.row
        if entry.kind not in _UNASKED and (entry.kind != "group" or row.get("label::zh") or row.get("label::en")):
            self.labels(row, "survey")
        for column in TEXTS:
            for name in _QUOTED.findall(row.get(column)):
                self.reference(entry, column, Reference(name, row.get(column).find(name) + 1))
        if row.get("constraint_message::zh") and not row.get("constraint_message::en"):
            where = self.at(row)
            column = "constraint_message::English (en)"
            missing = problems.LABEL_MISSING.at(where, language_zh="英文", language_en="English", column=column)
            self.add(missing, "survey", row)

    def expressions(self, entry: Entry) -> None:
        for column in EXPRESSIONS:
            source = entry.row.get(column)
            if not source or (column == "required" and source.lower() in ("yes", "no", "true", "false")):
                continue
            self.expression(entry, column, source)

    def expression(self, entry: Entry, column: str, source: str, sheet: str = "survey") -> Expression | None:
        row = entry.row
        try:
            node = parse(sheets.plain_quotes(source))
        except ExpressionError as error:
            self.add(plans.problem(self.at(row, column, sheet), error), sheet, row)
            return None
        for item in walk(node):
            if isinstance(item, Reference):
                self.reference(entry, column, item, sheet)
            elif isinstance(item, Call) and (fault := _fault(item)):
                self.add(plans.problem(self.at(row, column, sheet), fault), sheet, row)
        return node

    def reference(self, entry: Entry, column: str, item: Reference, sheet: str = "survey") -> None:
        if all(item.name != other.name or other.kind in _META for other in self.entries):
            error = ExpressionError("unknown-name", item.position, item.name)
            self.add(plans.problem(self.at(entry.row, column, sheet), error), sheet, entry.row)

    # Conventions

    def roles(self) -> None:
        seen: set[str] = set()
        for entry in self.entries:
            role = entry.row.get("bind::yibiao:role")
            if role:
                for why_zh, why_en in _role_faults(entry, role, seen):
                    where = self.at(entry.row, "bind::yibiao:role")
                    self.add(problems.ROLE.at(where, role=role, why_zh=why_zh, why_en=why_en), "survey", entry.row)
                seen.add(role)

    def register(self, entry: Entry) -> None:
        given = entry.row.get("bind::yibiao:register")
        if given and given not in self.registers:
            where = self.at(entry.row, "bind::yibiao:register")
            self.add(problems.REGISTER_UNKNOWN.at(where, register=given), "survey", entry.row)

    def prefills(self) -> None:
        picks = {
            entry.name
            for entry in self.entries
            if entry.row.get("bind::yibiao:register") and not entry.repeats and not personal(entry.row)
        }
        subject = any(entry.row.get("bind::yibiao:role") == "subject" for entry in self.entries)
        for entry in self.entries:
            for column in ("prefill", "check"):
                given = entry.row.get(f"bind::yibiao:{column}")
                for why_zh, why_en in _known_faults(entry, column, given, picks, subject) if given else ():
                    where = self.at(entry.row, f"bind::yibiao:{column}")
                    self.add(problems.KNOWN.at(where, given=given, why_zh=why_zh, why_en=why_en), "survey", entry.row)

    def entity(self) -> None:
        rows = self.book.rows("entities")
        for entry in self.entries:
            saved = entry.row.get("save_to")
            for why_zh, why_en in _save_faults(entry, saved, bool(rows)) if saved else ():
                where = self.at(entry.row, "save_to")
                found = problems.SAVE_TO.at(where, name=entry.name, why_zh=why_zh, why_en=why_en)
                self.add(found, "survey", entry.row)
        for number, row in enumerate(rows):
            if number:
                self.entity_fault(row, "一张表单只登记一种台账", "a form keeps one register only")
                continue
            for column in ("list_name", "label", "key"):
                if not row.get(column):
                    self.entity_fault(row, f"缺少 {column}", f"{column} is missing")
            for column in ("label", "key"):
                self.entity_expression(row, column)

    def entity_expression(self, row: Row, column: str) -> None:
        source = row.get(column)
        node = self.expression(Entry(row, "", "", "", ()), column, source, "entities") if source else None
        used = {item.name for item in walk(node) if isinstance(item, Reference)} if node else set()
        for entry in self.entries:
            if entry.name in used and entry.repeats:
                self.entity_fault(row, f"{column} 不能用重复组里的字段", f"{column} may not use a question in a repeat")
            if entry.name in used and personal(entry.row):
                self.entity_fault(row, f"{column} 不能用个人信息字段", f"{column} may not use a personal question")

    def entity_fault(self, row: Row, why_zh: str, why_en: str) -> None:
        where = self.at(row, "", "entities")
        self.add(problems.ENTITY.at(where, why_zh=why_zh, why_en=why_en), "entities", row)


def personal(row: Row) -> bool:
    return row.get("bind::yibiao:personal").lower() in ("yes", "true", "true()", "1")


def _fault(call: Call) -> ExpressionError | None:
    name, given = call.name, len(call.arguments)
    if name in UNREPEATABLE:
        return ExpressionError("unrepeatable", call.position, name)
    if name in OUTSIDE:
        return ExpressionError("unsupported", call.position, name)
    known = FUNCTIONS.get(name)
    bounds = SPECIAL.get(name) or ((known.least, known.most) if known else None)
    if bounds is None:
        return ExpressionError("unknown-function", call.position, name)
    if given < bounds[0] or (bounds[1] is not None and given > bounds[1]):
        return ExpressionError("arguments", call.position, name)
    return None


def _role_faults(entry: Entry, role: str, seen: set[str]) -> Iterator[tuple[str, str]]:
    roles: tuple[Role, ...] = ROLES
    if role not in roles:
        yield "没有这个角色", "there is no such role"
    if role in seen:
        yield "它已经用过一次", "it is used already"
    if entry.repeats:
        yield "它在重复组里", "it stands in a repeat"
    if personal(entry.row):
        yield "它是个人信息，不能进入事实", "it is personal and may not enter a fact"
    if role == "occurred_at" and entry.kind not in ("date", "datetime", "calculate"):
        yield "它要用 dateTime 或 date 题型", "it needs the type dateTime or date"
    if role in ("place", "organisation", "participants") and entry.kind not in ("text", "calculate", "select_one"):
        yield "它要用 text 题型", "it needs the type text"


def _known_faults(entry: Entry, column: str, given: str, picks: set[str], subject: bool) -> Iterator[tuple[str, str]]:
    if column == "check":
        if given != "uscc":
            yield "只认 uscc", "only uscc is known"
        return
    question, dot, name = given.partition(".")
    if given == "last":
        if not subject:
            yield "表单里没有 subject 字段，不知道上次是谁的", "the form has no subject, so there is no last record"
    elif not dot or not name:
        yield "应写 last 或“字段.台账项”", "write last or <question>.<answer kept>"
    elif question not in picks:
        yield f"“{question}”不是重复组之外从台账选的字段", f"“{question}” picks no entity outside of repeats"
    if entry.repeats:
        yield "字段在重复组里", "the question stands in a repeat"
    if personal(entry.row):
        yield "个人信息不进台账", "a personal answer is not kept in a register"


def _save_faults(entry: Entry, saved: str, declared: bool) -> Iterator[tuple[str, str]]:
    if not declared:
        yield "没有 entities 表", "there is no entities sheet"
    if saved != entry.name:
        yield "与字段名不同", "it differs from the name of the question"
    if entry.repeats:
        yield "字段在重复组里", "the question stands in a repeat"
    if personal(entry.row):
        yield "个人信息不进台账", "a personal answer is not kept in a register"


def registers(book: Workbook) -> frozenset[str]:
    """The registers that a form keeps."""
    return frozenset(row.get("list_name") for row in book.rows("entities") if row.get("list_name"))


def warnings(book: Workbook) -> list[Problem]:
    """What does not stop a form from being published: units that the table of units lacks."""
    column = "bind::yibiao:unit"
    return [
        problems.UNIT_UNKNOWN.at(book.where("survey", row, column), unit=row.get(column))
        for row in book.rows("survey")
        if row.get(column) and row.get(column) not in UNITS and not row.get(column).endswith("次")
    ]
