"""What can be wrong with a form or with answers to it."""

from __future__ import annotations

from typing import Final

from yibiao.core.problems import Rule

FORM_UNKNOWN: Final = Rule(
    "forms.form.unknown",
    "没有表单“{form}”{version}。",
    "There is no form “{form}” {version}.",
    "请从专项的表单列表里选择。",
    "Choose one from the forms of the program.",
    404,
)
VERSION_CHANGED: Final = Rule(
    "forms.version.changed",
    "表单 {form} 的版本 {version} 已经发布，但内容不同；发布过的版本不再改动。",
    "Version {version} of the form {form} is published with other content; a published version never changes.",
    "请在 settings 表里把 version 加大。",
    "Raise version on the settings sheet.",
    409,
)
TYPE_CHANGED: Final = Rule(
    "forms.field.type-changed",
    "“{field}”在版本 {version} 里是 {old}，现在是 {new}；改了类型，旧记录就无法一起统计。",
    "“{field}” is {old} in version {version} and {new} here; old records could no longer be counted with new ones.",
    "请保留原来的类型，或换一个字段名。",
    "Keep the old type, or give the question another name.",
)

# Reading a form

FILE_UNREADABLE: Final = Rule(
    "forms.file.unreadable",
    "这个文件读不出表单：{reason}。",
    "No form can be read from this file: {reason}.",
    "请用 UTF-8 的 Markdown 表格或 .xlsx 工作簿书写。",
    "Write it as Markdown tables in UTF-8, or as an .xlsx workbook.",
)
SHEET_MISSING: Final = Rule(
    "forms.sheet.missing",
    "缺少 {sheet} 表，或者它是空的。",
    "The sheet {sheet} is missing or empty.",
    "请补上 {sheet} 表。",
    "Add the sheet {sheet}.",
)
SETTING_MISSING: Final = Rule(
    "forms.setting.missing",
    "settings 表缺少 {setting}。",
    "The settings sheet has no {setting}.",
    "请补上，例如 {example}。",
    "Add it, for example {example}.",
)
FORM_ID: Final = Rule(
    "forms.setting.form-id",
    "form_id 应当是“包.文件名”，现在是“{given}”。",
    "form_id must be “pack.file name”, and is “{given}”.",
    "请改为 {expected}。",
    "Change it to {expected}.",
)
ENCRYPTED: Final = Rule(
    "forms.setting.encrypted",
    "settings 表写了 public_key：加密用的密钥属于安装的系统，不属于工作包。",
    "The settings sheet has a public_key: keys for encrypting belong to a site, not to a pack.",
    "请删去这一列；个人信息用 bind::yibiao:personal = yes 标出，由系统加密保存；"
    "手机也要加密时，由运维设 YIBIAO_FORM_KEYS。",
    "Remove the column; mark personal questions with bind::yibiao:personal = yes: they are kept encrypted. For phones "
    "to encrypt as well, the operator sets YIBIAO_FORM_KEYS.",
)
NAMESPACE: Final = Rule(
    "forms.setting.namespaces",
    "用了 yibiao: 开头的列，但 settings 表没有声明它。",
    "Columns of yibiao: are used, but the settings sheet does not declare it.",
    '请在 namespaces 里写 yibiao="https://yibiao.example/xforms"。',
    'Write yibiao="https://yibiao.example/xforms" under namespaces.',
)
XLSFORM: Final = Rule(
    "forms.form.xlsform",
    "不符合 XLSForm 的规则：{reason}",
    "This breaks a rule of XLSForm: {reason}",
    "请按说明修改这一处。",
    "Change it as the message says.",
)
STRUCTURE: Final = Rule(
    "forms.structure.unmatched",
    "{what} 没有配对。",
    "{what} has no counterpart.",
    "请检查 begin_group/end_group 和 begin_repeat/end_repeat 是否成对。",
    "Check that every begin_group and begin_repeat has its end.",
)
TYPE_UNKNOWN: Final = Rule(
    "forms.field.unknown-type",
    "题型“{type}”不能用。",
    "The question type “{type}” cannot be used.",
    "请改用：{known}。",
    "Use one of: {known}.",
)
NAME_INVALID: Final = Rule(
    "forms.field.name",
    "字段名“{name}”不合要求：只能用小写字母、数字和下划线，以字母开头，不超过 60 个字符。",
    "The name “{name}” is not allowed: lower-case letters, digits and underscores, a letter first, at most 60.",
    "请改名，例如 {example}。",
    "Rename it, for example {example}.",
)
NAME_RESERVED: Final = Rule(
    "forms.field.reserved-name",
    "“{name}”是每条记录自带的列名。",
    "“{name}” is a column that every record has by itself.",
    "请换一个字段名，或给它设 bind::yibiao:role = {role}。",
    "Choose another name, or set bind::yibiao:role = {role}.",
)
NAME_TWICE: Final = Rule(
    "forms.field.duplicate-name",
    "同一层里有两个“{name}”（另一个在第 {other} 行）。",
    "There are two “{name}” on one level (the other is in row {other}).",
    "请给其中一个改名。",
    "Rename one of them.",
)
LABEL_MISSING: Final = Rule(
    "forms.label.missing",
    "缺少{language_zh}文字。",
    "The {language_en} text is missing.",
    "请在 {column} 列补上。",
    "Add it in the column {column}.",
)
ROLE: Final = Rule(
    "forms.field.role",
    "角色“{role}”不能这样用：{why_zh}。",
    "The role “{role}” cannot be used like this: {why_en}.",
    "角色只有 place、occurred_at、subject、participants、organisation，各用一次，放在重复组之外。",
    "The roles are place, occurred_at, subject, participants and organisation, each once and outside repeats.",
)
LIST_UNKNOWN: Final = Rule(
    "forms.choices.unknown-list",
    "choices 表里没有“{list}”这组选项。",
    "The choices sheet has no list “{list}”.",
    "请在 choices 表补上这组选项，或改正名称。",
    "Add the list to the choices sheet, or correct its name.",
)
CHOICE_TWICE: Final = Rule(
    "forms.choices.duplicate",
    "“{list}”里有两个“{name}”。",
    "The list “{list}” has “{name}” twice.",
    "请给其中一个改名或删去。",
    "Rename one of them or remove it.",
)
CHOICE_NAME: Final = Rule(
    "forms.choices.name",
    "选项“{name}”的名称不能为空，也不能含空格。",
    "The choice “{name}” needs a name without spaces.",
    "请用字母、数字或连字符命名。",
    "Name it with letters, digits or hyphens.",
)
REGISTER_UNKNOWN: Final = Rule(
    "forms.field.unknown-register",
    "没有哪个表单登记“{register}”这种台账。",
    "No form keeps a register “{register}”.",
    "请改正名称，或在登记它的表单里加 entities 表。",
    "Correct the name, or add an entities sheet to the form that keeps it.",
)
HELD: Final = Rule(
    "forms.field.held",
    "“{label}”在台账“{register}”里已有，不必再问。",
    "The register “{register}” holds “{label}” already.",
    "请在 bind::yibiao:prefill 列写 {prefill}，或去掉这一题。",
    "Write {prefill} in the column bind::yibiao:prefill, or leave the question out.",
)
HELD_UNPICKED: Final = Rule(
    "forms.field.held-unpicked",
    "“{label}”在台账“{register}”里已有，表单却没有从这个台账选。",
    "The register “{register}” holds “{label}” already, and the form does not pick from it.",
    "请加一个从台账选的字段（bind::yibiao:register），再从它预填。",
    "Add a question that picks from the register (bind::yibiao:register), and prefill from it.",
)
KNOWN: Final = Rule(
    "forms.known.rule",
    "“{given}”不合要求：{why_zh}。",
    "“{given}” is not as it should be: {why_en}.",
    "请照工作包手册改正这一列。",
    "Correct the column; the guide for authors of packs says what it takes.",
)
ENTITY: Final = Rule(
    "forms.entity.rule",
    "entities 表不合要求：{why_zh}。",
    "The entities sheet is not as it should be: {why_en}.",
    "请写一行：list_name（台账名）、label（如 ${{name}}）、key（如 ${{code}}）。",
    "Write one row: list_name (the register), label (such as ${{name}}), key (such as ${{code}}).",
)
SAVE_TO: Final = Rule(
    "forms.entity.save-to",
    "save_to 不合要求：{why_zh}。",
    "save_to is not as it should be: {why_en}.",
    "请写成字段自己的名字“{name}”，并在 entities 表声明台账。",
    "Write the name of the question itself, “{name}”, and declare the register on the entities sheet.",
)
UNIT_UNKNOWN: Final = Rule(
    "forms.unit.unknown",
    "计量单位“{unit}”不在单位表里，将按普通单位处理。",
    "The unit “{unit}” is not in the table of units and is treated as an ordinary one.",
    "如果是笔误，请改正。",
    "Correct it if it is a slip.",
)

# Expressions

SYNTAX: Final = Rule(
    "forms.expression.syntax",
    "第 {position} 个字符“{token}”处写法不对。",
    "The expression goes wrong at character {position}, “{token}”.",
    "请检查括号、引号和运算符。",
    "Check brackets, quotes and operators.",
)
TOO_COMPLEX: Final = Rule(
    "forms.expression.too-long",
    "表达式太长或嵌套太深。",
    "The expression is too long or too deeply nested.",
    "请拆成几个 calculate。",
    "Split it into several calculates.",
)
UNSUPPORTED: Final = Rule(
    "forms.expression.unsupported",
    "第 {position} 个字符处的“{token}”服务器不支持。",
    "“{token}” at character {position} is not supported by the server.",
    "请用 ${{字段名}} 和常用函数改写。",
    "Rewrite it with ${{name}} and the usual functions.",
)
NAME_UNKNOWN: Final = Rule(
    "forms.expression.unknown-name",
    "第 {position} 个字符处的“{token}”不是本表的字段。",
    "“{token}” at character {position} is no question of this form.",
    "请改正字段名。",
    "Correct the name.",
)
FUNCTION_UNKNOWN: Final = Rule(
    "forms.expression.unknown-function",
    "没有函数 {token}()。",
    "There is no function {token}().",
    "请改正函数名，或改用手册列出的函数。",
    "Correct its name, or use one that the manual lists.",
)
ARGUMENTS: Final = Rule(
    "forms.expression.arguments",
    "函数 {token}() 的参数不对。",
    "The function {token}() does not take these arguments.",
    "请按手册核对参数的个数和种类。",
    "See the manual for how many and which.",
)
UNREPEATABLE: Final = Rule(
    "forms.expression.unrepeatable",
    "{token}() 每次结果都不同，服务器无法据此核对。",
    "{token}() gives another result each time, so the server cannot check by it.",
    "请去掉它；编号可用字段或记录号。",
    "Leave it out; number things by a question or by the record's id.",
)
PATTERN: Final = Rule(
    "forms.expression.pattern",
    "正则表达式“{token}”写法不对。",
    "The regular expression “{token}” is not well written.",
    "请改正它。",
    "Correct it.",
)
COLUMN_UNKNOWN: Final = Rule(
    "forms.expression.unknown-column",
    "choices 表没有“{token}”这一列。",
    "The choices sheet has no column “{token}”.",
    "请补上这一列，或改正名称；字段要写成 ${{字段名}}。",
    "Add the column or correct its name; a question is written ${{name}}.",
)
CYCLE: Final = Rule(
    "forms.expression.cycle",
    "{names} 互相依赖，算不出结果。",
    "{names} depend on one another, so none can be computed.",
    "请去掉其中一个依赖。",
    "Remove one of the dependencies.",
)
EXPRESSIONS: Final = {
    rule.code.rpartition(".")[2]: rule
    for rule in (
        SYNTAX, TOO_COMPLEX, UNSUPPORTED, NAME_UNKNOWN, FUNCTION_UNKNOWN, ARGUMENTS, UNREPEATABLE, PATTERN,
        COLUMN_UNKNOWN, CYCLE,
    )
} | {"unknown-list": LIST_UNKNOWN}  # fmt: skip

# Answers

ANSWER_REQUIRED: Final = Rule(
    "forms.answer.required",
    "必须填写。",
    "An answer is required.",
    "请填写“{label}”。",
    "Answer “{label}”.",
)
ANSWER_TYPE: Final = Rule(
    "forms.answer.type",
    "“{given}”不是{type_zh}。",
    "“{given}” is not {type_en}.",
    "请填写{type_zh}，例如 {example}。",
    "Give {type_en}, for example {example}.",
)
ANSWER_CONSTRAINT: Final = Rule(
    "forms.answer.constraint",
    "{message_zh}",
    "{message_en}",
    "请核对后改正。",
    "Check it and correct it.",
)
ANSWER_CHOICE: Final = Rule(
    "forms.answer.choice",
    "“{given}”不在可选范围内。",
    "“{given}” is not among the choices.",
    "请从选项中选择：{offered_zh}。",
    "Choose one of: {offered_en}.",
)
ANSWER_UNKNOWN: Final = Rule(
    "forms.answer.unknown",
    "表单里没有“{name}”这一项。",
    "The form has no question “{name}”.",
    "请去掉这一项，或按表单的字段名填写。",
    "Leave it out, or use the names of the form.",
)
ANSWER_LONG: Final = Rule(
    "forms.answer.too-long",
    "内容过长，最多 {limit}。",
    "This is too long; at most {limit}.",
    "请精简后再提交。",
    "Shorten it and send it again.",
)
ANSWER_COUNT: Final = Rule(
    "forms.answer.repeat-count",
    "应当有 {expected} 项，现在有 {given} 项。",
    "There must be {expected} items, and there are {given}.",
    "请增减到 {expected} 项。",
    "Add or remove items until there are {expected}.",
)
