"""What a template says to those who fill it in, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from yibiao.forms.types import Field
from yibiao.records.intake.layout import PARENT, Column

_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "text": ("文字", "text"),
    "barcode": ("文字", "text"),
    "integer": ("整数", "a whole number"),
    "decimal": ("小数", "a number"),
    "date": ("日期，如 2022-09-10", "a date, such as 2022-09-10"),
    "time": ("时间，如 20:00", "a time, such as 20:00"),
    "datetime": ("日期时间，如 2022-09-10 20:00", "a date and time, such as 2022-09-10 20:00"),
    "choice": ("从下拉列表选一项", "one of the drop-down list"),
    "choices": ("可选多项，用顿号隔开", "one or more, separated by commas"),
    "geopoint": ("纬度 经度", "latitude longitude"),
}
RULES: Final = (
    ("1. 从第 3 行起，每行一份；带 * 的栏目必填，不要改动表头。",
     "1. One record a row, from row 3; columns with * must be filled; leave the header as it is."),
    ("2. 上传后先预览：有误的格子会标红并说明原因，改好再上传；同一行重复上传只算一次。",
     "2. Uploads are previewed: wrong cells are marked with the reason; the same row counts once."),
    ("3. “编号”可不填；填了的，同一机构同一编号只收一份，改内容请在系统中“更正”。",
     "3. A number is optional; an organisation's number is taken once, correct the record on the site."),
    ("4. 有重复项目的表单另有工作表，用“所属行”写明它属于主表哪一行（行号或编号）。",
     "4. Items have a sheet of their own: “Row of” names their row of the main sheet, or its number."),
)  # fmt: skip
BROUGHT: Final = (
    "5. 浅绿底的格子是台账或上次填报里已有的：对的不用动，变了的直接改；只有这些内容、没有填别的行不算填报。",
    "5. Green cells are known from a register or the last record: leave what is right, change what is not; a row with "
    "nothing else in it is no record.",
)
_PART: Final = (
    "6. 这份模板没有带全：只有{which}的，共 {count} 行；其余的请在上传页面另外下载。",
    "6. This template does not bring everything: only those {which}, {count} rows; download the others from the page "
    "of uploads.",
)
_WHICH: Final[Mapping[str, tuple[str, str]]] = {
    "place": ("“{}”以内", "within {}"),
    "after": ("编号排在“{}”之后", "with keys behind {}"),
    "upto": ("编号到“{}”为止", "with keys up to {}"),
}
_NEWEST: Final = (
    "6. 上次填报的内容只从最近 {count} 份填报里找。",
    "6. What the last record knows is looked for among the newest {count} records only.",
)
HEADS: Final = (
    ("栏目", "Column"),
    ("必填", "Required"),
    ("填法", "How"),
    ("单位", "Unit"),
    ("说明", "Notes"),
)


def of(said: tuple[str, str], language: str) -> str:
    return said[language == "en"]


def part(count: int, **which: str) -> tuple[tuple[str, str], ...]:
    """What a template says of itself that brings so many rows of a place, or of a stretch of keys; else nothing."""
    said = [(zh.format(which[name]), en.format(which[name])) for name, (zh, en) in _WHICH.items() if which.get(name)]
    if not said:
        return ()
    zh, en = zip(*said, strict=True)
    return ((_PART[0].format(which="、".join(zh), count=count), _PART[1].format(which=", ".join(en), count=count)),)


def newest(count: int) -> tuple[tuple[str, str], ...]:
    """What a template says of itself that looks at so many of the newest records; nothing where it looks at all."""
    return ((_NEWEST[0].format(count=count), _NEWEST[1].format(count=count)),) if count else ()


def kind(field: Field, language: str) -> str:
    """How an answer is written in a cell."""
    if field.role == "place":
        return of(("地点名称或 12 位代码", "a place by name or 12-digit code"), language)
    if field.register:
        return of((f"台账“{field.register}”中的编号或名称", f"key or name in the register {field.register}"), language)
    if field.role == "participants":
        return of(("机构名称或代码，多个用空格隔开", "organisations by name or code, separated by spaces"), language)
    if field.role == "organisation":
        return of(("机构名称或代码", "an organisation by name or code"), language)
    return of(_KINDS.get(field.type, ("", "")), language)


def advice(column: Column, language: str) -> str:
    """The comment on a heading."""
    if column.field is None:
        if column.name == PARENT:
            return of(("填写主表中的行号或编号。", "A row or a number of the main sheet."), language)
        said = ("可不填。填写后，同一编号只收一份；重复上传也只算一次。", "Optional. A number is taken once.")
        return of(said, language)
    hint = column.field.hint.of(language)
    return of(("。", ". "), language).join(filter(None, (kind(column.field, language), hint)))


def must(column: Column, language: str) -> str:
    if column.required:
        return of(("是", "yes"), language)
    return of(("视情况", "depends"), language) if column.field and column.field.relevant else ""
