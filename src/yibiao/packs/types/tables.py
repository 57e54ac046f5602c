"""The tables (TOML files) of a pack, read strictly: each fault with its line, its key and why, in two languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yibiao.core.problems import Problem, Rule, Where
from yibiao.core.texts import Text

STRICT: Final = ConfigDict(strict=True, extra="forbid", populate_by_name=True)
CODE: Final = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
COLUMN: Final = r"^[a-z][a-z0-9_]*$"
CLOCK: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
SPAN: Final = r"^[0-9]{1,3}(h|d|wd)$"
DUE: Final = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|[0-9]{1,3}(h|d|wd))$"
DAYS: Final = r"^[0-9]{1,2}d$"
DATE: Final = r"^\d{4}-\d\d-\d\d$"

Shape = TypeVar("Shape", bound=BaseModel)
Path: TypeAlias = tuple[str | int, ...]
# By which of its keys an entry of a list is called.
_NAMES: Final = ("id", "topic", "code", "risk")
_HEADER: Final = re.compile(r"^(\[\[?)\s*([\w.\"'-]+)\s*\]\]?\s*(?:#.*)?$")
_PAIR: Final = re.compile(r"^\s*([\w.\"'-]+)\s*=")
_PATTERNS: Final[Mapping[str, Text]] = {
    CODE: Text(
        "只能用小写字母、数字和连字符，以字母开头", "only lower-case letters, digits and hyphens, a letter first"
    ),
    COLUMN: Text(
        "只能用小写字母、数字和下划线，以字母开头", "only lower-case letters, digits and underscores, a letter first"
    ),
    CLOCK: Text("要写成 20:00 这样的时刻", "must be a time such as 20:00"),
    SPAN: Text("要写成 12h、3d 或 2wd（小时、天、工作日）", "must be a span such as 12h, 3d or 2wd (working days)"),
    DUE: Text("要写成时刻 20:00，或者 12h、3d、2wd", "must be a time such as 20:00, or a span such as 12h, 3d or 2wd"),
    DAYS: Text("要写成 7d 这样的天数", "must be days such as 7d"),
    DATE: Text("要写成 2022-09-01 这样的日期", "must be a date such as 2022-09-01"),
}
_WHY: Final[Mapping[str, Text]] = {
    "missing": Text("缺这一项", "missing"),
    "extra_forbidden": Text("没有这一项", "unknown key"),
    "string_pattern_mismatch": Text("要符合 {pattern}", "must match {pattern}"),
    "string_too_short": Text("不能为空", "must not be empty"),
    "string_too_long": Text("最多 {max_length} 个字", "at most {max_length} characters"),
    "string_type": Text("要用引号括起的文字", "must be text in quotes"),
    "bool_type": Text("要写 true 或者 false", "must be true or false"),
    "int_type": Text("要写整数，不加引号", "must be a whole number without quotes"),
    "decimal_parsing": Text("要写数字", "must be a number"),
    "decimal_type": Text("要写数字", "must be a number"),
    "list_type": Text("要写成列表", "must be a list"),
    "dict_type": Text("要写成一组“名称 = 值”", "must be a table of names and values"),
    "model_type": Text("要写成一组“名称 = 值”", "must be a table of names and values"),
    "too_short": Text("至少要有 {min_length} 项", "must have at least {min_length} of them"),
    "too_long": Text("最多 {max_length} 项", "must have at most {max_length} of them"),
    "literal_error": Text("只能是 {expected}", "must be {expected}"),
    "greater_than_equal": Text("不能小于 {ge}", "must be at least {ge}"),
    "less_than_equal": Text("不能大于 {le}", "must be at most {le}"),
    "date_type": Text("要写成日期，例如 2022-09-01", "must be a date such as 2022-09-01"),
    "date_from_datetime_parsing": Text("要写成日期，例如 2022-09-01", "must be a date such as 2022-09-01"),
}


class Bilingual(BaseModel):
    """A text in both languages."""

    model_config = STRICT
    zh: Annotated[str, Field(min_length=1, max_length=1000)]
    en: Annotated[str, Field(min_length=1, max_length=1000)]

    def text(self) -> Text:
        return Text(self.zh, self.en)


class Label(BaseModel):
    """What something is called; in English it may be called as in Chinese."""

    model_config = STRICT
    zh: Annotated[str, Field(min_length=1, max_length=80)]
    en: Annotated[str, Field(max_length=80)] = ""

    def text(self) -> Text:
        return Text(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a file, where; ``key`` is below the entry that ``where`` names."""

    where: Where
    key: str
    why: Text

    def at(self, rule: Rule) -> Problem:
        """It as a problem of a room, whose rule tells ``key`` and ``why``."""
        return rule.at(self.where, key=self.key, why=self.why.zh, why_en=self.why.of("en"))


class Table:
    """A file as TOML has it. Where it cannot be read, ``unreadable`` says why and ``values`` is empty."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.values: Mapping[str, Any] = {}
        self.unreadable: Fault | None = None
        self._lines: dict[Path, int] = {}
        try:
            text = content.decode("utf-8")
            self.values = tomllib.loads(text)
        except UnicodeDecodeError:
            self.unreadable = Fault(
                Where(name, name), name, Text("文件要存成 UTF-8", "the file must be saved as UTF-8")
            )
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"line (\d+)", str(error))
            where = _placed(name, int(at[1]) if at else 0)
            self.unreadable = Fault(where, name, Text(f"写法不对（{error}）", str(error)))
        else:
            self._lines = dict(_lines(text))

    def where(self, *path: str | int) -> Where:
        """Where a key stands: the file, the line as far as it is known, and the entry's name."""
        line = next((self._lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self._lines), 0)
        return _placed(self.name, line, self._entry(path)[1])

    def only(self, *known: str) -> list[Fault]:
        """A fault for each key of the file that is none of these."""
        why = Text(f"只能有 {'、'.join(known)}", f"only {', '.join(known)} may stand here")
        return [Fault(self.where(key), key, why) for key in self.values if key not in known]

    def shaped(self, model: type[Shape], *path: str | int) -> tuple[Shape | None, list[Fault]]:
        """What stands at a path, or else everything that is wrong with its shape."""
        if self.unreadable is not None:
            return None, [self.unreadable]
        try:
            return model.model_validate(_held(self.values, path)), []
        except ValidationError as error:
            # Of the kinds that a union allows the first one tells most.
            found = [self._fault(item, path) for item in reversed(error.errors())]
            return None, list({(one.where, one.key): one for one in found}.values())[::-1]

    def blocks(self, kind: str, model: type[Shape]) -> tuple[list[tuple[int, Shape]], list[Fault]]:
        """The entries ``[[kind]]`` of the right shape, each with its number from 0; what is wrong with the others."""
        listed = self.values.get(kind, [])
        if not isinstance(listed, list):
            return [], [Fault(self.where(kind), kind, Text(f"要写成 [[{kind}]]", f"write [[{kind}]]"))]
        read = [self.shaped(model, kind, index) for index in range(len(listed))]
        made = [(index, block) for index, (block, _) in enumerate(read) if block is not None]
        return made, [fault for _, faults in read for fault in faults]

    def _fault(self, item: Any, path: Path) -> Fault:
        loc = tuple(item["loc"])
        there = path + loc
        # A union adds to the path which of its kinds was tried.
        while len(there) > len(path) and item["type"] != "missing" and _held(self.values, there) is None:
            there = there[:-1]
        begins, _ = self._entry(there)
        named = [self._called(there[: end + 1]) for end in range(begins, len(there))]
        return Fault(self.where(*there), ".".join(named), _why(item))

    def _entry(self, path: Path) -> tuple[int, str]:
        """The outermost entry of a list on a path: where it ends there, and what it is called."""
        for end, step in enumerate(path):
            if isinstance(step, int):
                return end + 1, self._called(path[: end + 1], str(step + 1))
        return 0, ""

    def _called(self, path: Path, otherwise: str = "") -> str:
        step = path[-1]
        if isinstance(step, str):
            return step
        entry = _held(self.values, path)
        names = (entry.get(name) for name in _NAMES) if isinstance(entry, dict) else iter(())
        return next((name for name in names if isinstance(name, str) and name), otherwise or str(step + 1))


def faults(rule: Rule, found: Iterable[Fault]) -> list[Problem]:
    """Faults as problems of a room."""
    return [one.at(rule) for one in found]


def _placed(name: str, line: int, entry: str = "") -> Where:
    called = f"“{entry}”" if entry else ""
    zh, en = (f" 第 {line} 行", f" line {line}") if line else ("", "")
    return Where(f"{name}{zh}{called}", f"{name}{en}{f' {called}' if called else ''}")


def _held(values: Any, path: Path) -> Any:
    """What stands at a path; None where nothing does."""
    for step in path:
        try:
            values = values[step]
        except (KeyError, IndexError, TypeError):
            return None
    return values


def _why(item: Any) -> Text:
    context = {name: str(value).replace("'", "") for name, value in item.get("ctx", {}).items()}
    if item["type"] == "string_pattern_mismatch" and context["pattern"] in _PATTERNS:
        return _PATTERNS[context["pattern"]]
    said = _WHY.get(item["type"])
    if said is None:
        return Text(item["msg"], item["msg"])
    listed = {name: value.replace(" or ", "、").replace(", ", "、") for name, value in context.items()}
    return Text(said.zh.format_map(listed), said.en.format_map(context))


def _lines(text: str) -> Iterator[tuple[Path, int]]:
    """Each key of a file with its line from 1. Entries of a list in one line have none of their own."""
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _path((), header[2], counts)
            if header[1] == "[[":
                counts[table] = counts.get(table, 0) + 1
                if counts[table] == 1:
                    yield table, number
                table = (*table, counts[table] - 1)
            yield table, number
        elif pair := _PAIR.match(line):
            yield _path(table, pair[1], counts), number


def _path(table: Path, key: str, counts: Mapping[Path, int]) -> Path:
    parts = [part.strip("\"'") for part in key.split(".")]
    for number, part in enumerate(parts, 1):
        table = (*table, part)
        if table in counts and number < len(parts):
            table = (*table, counts[table] - 1)
    return table
