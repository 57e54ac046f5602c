"""What can be wrong with a pack or a program."""

from __future__ import annotations

from typing import Final

from yibiao.core.problems import Rule

PATH_MISSING: Final = Rule(
    "packs.path.missing",
    "{path} 既不是文件夹也不是 zip 文件。",
    "{path} is neither a folder nor a zip file.",
    "请给出含有 pack.toml 的文件夹，或由它打成的 zip 文件。",
    "Give the folder that holds pack.toml, or a zip file made of it.",
    404,
)
ZIP_BROKEN: Final = Rule(
    "packs.zip.broken",
    "这个 zip 文件无法读取：{reason}。",
    "This zip file cannot be read: {reason}.",
    "请重新打包，不要加密。",
    "Zip the folder again, without a password.",
)
ZIP_BOMB: Final = Rule(
    "packs.zip.bomb",
    "压缩比超过 {limit} 倍，疑似压缩炸弹，已拒绝解压。",
    "It is compressed more than {limit} times, which looks like a zip bomb; it was not unpacked.",
    "请去掉这个文件，或换成正常内容后重新打包。",
    "Leave this file out, or zip its ordinary content again.",
)
PATH_UNSAFE: Final = Rule(
    "packs.file.unsafe-path",
    "文件路径只能是包内的相对路径，不得含 “..”、盘符、反斜线、链接或重复名称。",
    "A path must be relative and inside the pack: no “..”, drive, backslash, link or repeated name.",
    "请改名后重新打包。",
    "Rename the file and zip the folder again.",
)
TOO_MANY: Final = Rule(
    "packs.files.too-many",
    "一个包最多 {limit} 个文件，这里有 {count} 个。",
    "A pack holds at most {limit} files; here are {count}.",
    "请去掉与包无关的文件。",
    "Take out files that do not belong to the pack.",
)
TOO_LARGE: Final = Rule(
    "packs.files.too-large",
    "一个包的内容合计不得超过 {limit} MB。",
    "The files of a pack may not exceed {limit} MB together.",
    "请去掉与包无关的大文件。",
    "Take out large files that do not belong to the pack.",
)
FILE_UNEXPECTED: Final = Rule(
    "packs.file.unexpected",
    "包里没有这样的文件名。",
    "A pack has no file of this name.",
    "{advice_zh}",
    "{advice_en}",
)
MANIFEST_MISSING: Final = Rule(
    "packs.manifest.missing",
    "缺少 pack.toml。",
    "There is no pack.toml.",
    "请在包的最上层放一个 pack.toml，写明 id、version、title、valid_from 和 source。",
    "Put a pack.toml at the top of the pack with id, version, title, valid_from and source.",
)
MANIFEST_SYNTAX: Final = Rule(
    "packs.manifest.syntax",
    "不是正确的 TOML：{why}。",
    "This is not correct TOML: {why_en}.",
    "请按 TOML 的写法改正这一行。",
    "Write this line as TOML wants it.",
)
MANIFEST_KEY: Final = Rule(
    "packs.manifest.unknown-key",
    "没有名为“{key}”的项。",
    "There is no item called “{key}”.",
    "请删去，或改成：{known}。",
    "Remove it, or use one of: {known}.",
)
MANIFEST_REQUIRED: Final = Rule(
    "packs.manifest.required",
    "缺少必填项“{key}”。",
    "The item “{key}” is missing.",
    "请补上“{key}”，例如 {example}。",
    "Add “{key}”, for example {example}.",
)
MANIFEST_VALUE: Final = Rule(
    "packs.manifest.value",
    "“{key}”的值不合要求。",
    "The value of “{key}” is not allowed.",
    "请写成像 {example} 这样。",
    "Write it like {example}.",
)
WINDOW_EMPTY: Final = Rule(
    "packs.program.empty-window",
    "专项的截止时间必须晚于开始时间。",
    "A program must end after it begins.",
    "请把 until 改到 from 之后。",
    "Set until later than from.",
)
VERSION_CHANGED: Final = Rule(
    "packs.version.changed",
    "{pack} {version} 已经安装，但内容不同；装好的版本不再改动。",
    "{pack} {version} is installed with other content; an installed version never changes.",
    "请在 pack.toml 里把 version 加大后再安装。",
    "Raise version in pack.toml and install again.",
    409,
)
VERSION_UNKNOWN: Final = Rule(
    "packs.version.unknown",
    "没有安装包“{pack}”{version}。",
    "The pack “{pack}” {version} is not installed.",
    "请用 yibiao pack list 查看已装的包，或先安装它。",
    "See yibiao pack list for what is installed, or install it first.",
    404,
)
FILE_UNKNOWN: Final = Rule(
    "packs.file.unknown",
    "包“{pack}”{version} 里没有文件 {path}。",
    "The pack “{pack}” {version} has no file {path}.",
    "请核对文件名。",
    "Check the name of the file.",
    404,
)
PROGRAM_UNKNOWN: Final = Rule(
    "packs.program.unknown",
    "没有名为“{code}”的专项。",
    "There is no program “{code}”.",
    "请从专项列表里选择。",
    "Choose one from the list of programs.",
    404,
)
PROGRAM_CHANGED: Final = Rule(
    "packs.program.changed",
    "专项“{code}”已经开启，时段和范围不再改动。",
    "The program “{code}” is open; its window and place no longer change.",
    "请保持原样，或另起代码开启新的专项。",
    "Leave them as they are, or open a new program with another code.",
    409,
)
PERMIT: Final = Rule(
    "packs.permit.manage",
    "安装包和开启专项需要管理权限。",
    "Installing packs and opening programs needs the right to manage.",
    "请由有管理权限的人员办理。",
    "Ask somebody with the right to manage.",
    403,
)
