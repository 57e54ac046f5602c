"""What can be wrong with a bulletin, its template, and the numbers in its text."""

from __future__ import annotations

from typing import Final

from yibiao.core.problems import Rule

TEMPLATE_HEAD: Final = Rule(
    "bulletins.template.head",
    "模板开头的设置有误：“{key}”{why}。",
    "The settings at the head of the template are wrong: “{key}”, {why_en}.",
    "请在文件开头用两行 +++ 夹住设置，至少写 title = \"…\"。",
    "Put the settings between two lines of +++ at the start of the file, with at least title = \"…\".",
)  # fmt: skip
TEMPLATE_TITLE: Final = Rule(
    "bulletins.template.title",
    "标题要有 1 到 200 个字，且不能引用指标。",
    "A title has 1 to 200 characters and cannot cite an indicator.",
    "请改短标题，把引用写进正文。",
    "Shorten the title and move citations into the text.",
)
TEMPLATE_EMPTY: Final = Rule(
    "bulletins.template.empty",
    "正文是空的。",
    "The text is empty.",
    "请写正文；数字用 {mark} 引用指标。",
    "Write the text; cite indicators for numbers as in {mark_en}.",
)
TEMPLATE_UNKNOWN: Final = Rule(
    "bulletins.template.unknown",
    "没有通报模板“{id}”。",
    "There is no bulletin template “{id}”.",
    "可用的模板：{known}。",
    "Known templates: {known}.",
    404,
)
MARK_UNCLOSED: Final = Rule(
    "bulletins.mark.unclosed",
    "引用的括号没有成对。",
    "The brackets of a citation do not match.",
    "引用要写在一行内，两边各用两个花括号。",
    "Write a citation on one line, between two braces on each side.",
)
MARK_FORM: Final = Rule(
    "bulletins.mark.form",
    "引用的写法有误：{reason}。",
    "The citation is not well formed: {reason_en}.",
    "请写成“指标 | 写法”，或“指标 | zero | 结论”；选项有 unit=off、place=代码、period=起..止。",
    "Write “indicator | wording” or “indicator | zero | claim”; options are unit=off, place=code, period=from..until.",
)
MARK_INDICATOR: Final = Rule(
    "bulletins.mark.unknown-indicator",
    "没有指标“{indicator}”。",
    "There is no indicator “{indicator}”.",
    "相近的指标：{near}。",
    "Indicators with a similar name: {near}.",
)
MARK_ZERO: Final = Rule(
    "bulletins.mark.zero",
    "“{indicator}”与写法“{wording}”不相配。",
    "“{indicator}” and the wording “{wording}” do not go together.",
    "零报告类指标写“zero”并写明结论，其他指标用数字写法。",
    "Use “zero” and a claim for indicators of zero reports, and a wording of numbers for all others.",
)
NO_VALUE: Final = Rule(
    "bulletins.figure.no-value",
    "“{label}”在这个地方和时段没有数。",
    "“{label}” has no value for this place and period.",
    "请核对填报情况，或去掉这个引用。",
    "Look at what was reported, or take the citation out.",
)
CLAIM_UNTRUE: Final = Rule(
    "bulletins.claim.untrue",
    "“{claim}”不属实：“{label}”已有 {value}{unit}。",
    "“{claim}” is not true: “{label}” stands at {value}.",
    "请改写这句话，写明实际情况。",
    "Rewrite the sentence and say what happened.",
)
UNKNOWN: Final = Rule(
    "bulletins.bulletin.unknown",
    "没有通报“{id}”，或不在您的查看范围内。",
    "There is no bulletin “{id}”, or it lies outside your scope.",
    "请核对编号；需要查看时，请联系管理员。",
    "Check its number; ask an administrator if you need to see it.",
    404,
)
ISSUED: Final = Rule(
    "bulletins.bulletin.issued",
    "通报“{id}”已经签发，不能再改。",
    "Bulletin “{id}” has been issued and cannot be changed.",
    "需要更正时，请新建更正稿；签发后自动替代原件。",
    "To correct it, start a corrected draft; once issued it supersedes this one.",
    409,
)
NOT_ISSUED: Final = Rule(
    "bulletins.bulletin.not-issued",
    "通报“{id}”还没有签发，或已被替代。",
    "Bulletin “{id}” has not been issued, or was superseded.",
    "请打开最新签发的一份再操作。",
    "Open the newest issued one and try again.",
    409,
)
EDITED: Final = Rule(
    "bulletins.bulletin.edited",
    "签发时，草稿“{id}”被别人改动了。",
    "Draft “{id}” was changed by someone else while it was being issued.",
    "请重新打开草稿，看过后再签发。",
    "Open the draft again, read it and issue it then.",
    409,
)
PERMIT: Final = Rule(
    "bulletins.permit.outside",
    "起草和签发需要对“{place}”本专项的审核或管理权限。",
    "Drafting and issuing needs the right to review or manage this program at “{place}”.",
    "请联系有权限的同事，或请管理员授权。",
    "Ask a colleague who has it, or an administrator to grant it.",
    403,
)
NOTHING_SEALED: Final = Rule(
    "bulletins.checkpoint.none",
    "还没有任何存证点，数字无从引用。",
    "Nothing has been sealed yet, so there is no figure to cite.",
    "请先填报数据，稍候再试。",
    "Report some data first and try again shortly.",
    409,
)
DRAFT_UNKNOWN: Final = Rule(
    "bulletins.draft.unknown",
    "没有待核稿“{id}”，或不在您的查看范围内。",
    "There is no draft “{id}” to be checked, or it lies outside your scope.",
    "请核对编号；需要查看时，请联系管理员。",
    "Check its number; ask an administrator if you need to see it.",
    404,
)
DRAFT_EMPTY: Final = Rule(
    "bulletins.draft.empty",
    "文稿里没有文字。",
    "There is no text in the draft.",
    "请粘贴正文，或上传有正文的文件。",
    "Paste the text, or upload a file that has some.",
)
DRAFT_LONG: Final = Rule(
    "bulletins.draft.too-long",
    "文稿有 {count} 个字，一次最多核 {limit} 个字。",
    "The draft has {count} characters; at most {limit} are checked at a time.",
    "请分成几份，分别核稿。",
    "Divide it and check the parts one by one.",
)
DRAFT_SIGNS: Final = Rule(
    "bulletins.draft.signs",
    "文稿里有不能保存的字符。",
    "The draft holds characters that cannot be stored.",
    "请另存为 UTF-8 纯文本后再试。",
    "Save it as plain UTF-8 text and try again.",
)
FILE_KIND: Final = Rule(
    "bulletins.file.kind",
    "不能核“{name}”这种文件。",
    "A file such as “{name}” cannot be checked.",
    "请上传 .docx、.txt 或 .md 文件；.doc 请先另存为 .docx。",
    "Upload a .docx, .txt or .md file; save a .doc as .docx first.",
)
FILE_LARGE: Final = Rule(
    "bulletins.file.too-large",
    "文件超过 {limit} MB。",
    "The file is larger than {limit} MB.",
    "请去掉图片，或分成几个文件。",
    "Take out the pictures, or divide it into several files.",
    413,
)
FILE_ENCODING: Final = Rule(
    "bulletins.file.encoding",
    "看不懂文件的编码。",
    "The encoding of the file is not known.",
    "请另存为 UTF-8 纯文本。",
    "Save it as plain UTF-8 text.",
)
DOCX_BROKEN: Final = Rule(
    "bulletins.docx.broken",
    "打不开这个 .docx 文件：{reason}。",
    "The .docx file cannot be opened: {reason_en}.",
    "请用文字处理软件打开，另存为 .docx 后再传。",
    "Open it in a word processor, save it as .docx again and upload that.",
)
DOCX_BOMB: Final = Rule(
    "bulletins.docx.bomb",
    "这个 .docx 文件展开后过大，没有打开：{reason}。",
    "The .docx file would grow too large, so it was not opened: {reason_en}.",
    "请把正文复制到新文件里再传。",
    "Copy the text into a new file and upload that.",
    413,
)
NO_ORIGINAL: Final = Rule(
    "bulletins.document.no-original",
    "待核稿“{id}”不是从 .docx 上传的，没有可带修订的原文件。",
    "Draft “{id}” was not uploaded as .docx, so there is no file to carry the changes.",
    "请复制改好的文字，或上传 .docx 文件核稿。",
    "Copy the corrected text, or upload the .docx file to check it.",
    409,
)
CHECK_UNKNOWN: Final = Rule(
    "bulletins.check.unknown",
    "待核稿“{id}”没有第 {number} 次核稿。",
    "Draft “{id}” has no check number {number}.",
    "请从核稿记录里选。",
    "Choose one from the history of its checks.",
    404,
)
CHECK_OUTSIDE: Final = Rule(
    "bulletins.check.outside",
    "“{place}”的数不在您的查看范围内，不能按它核稿。",
    "The figures of “{place}” lie outside your scope, so nothing can be checked against them.",
    "请改用您查看范围内的地点，或请管理员授权。",
    "Choose a place inside your scope, or ask an administrator to grant it.",
    403,
)
CLAIM_UNKNOWN: Final = Rule(
    "bulletins.claim.unknown",
    "文稿里没有这处数字表述（{key}）。",
    "There is no such claim in the draft ({key}).",
    "文稿可能改过，请重新核稿后再确认。",
    "The text may have changed: check it again, then confirm.",
    404,
)
ALIAS_UNKNOWN: Final = Rule(
    "bulletins.alias.unknown",
    "没有在用的别名“{id}”。",
    "There is no alias “{id}” in use.",
    "请从本专项的别名里选。",
    "Choose one from the aliases of the program.",
    404,
)
REPORTED_UNKNOWN: Final = Rule(
    "bulletins.reported.unknown",
    "没有在用的历史数值“{id}”。",
    "There is no reported value “{id}” in use.",
    "请从历史数值里选。",
    "Choose one from the reported values.",
    404,
)
REPORTED_NONE: Final = Rule(
    "bulletins.reported.none",
    "“{id}”里没有可存的、经人确认的数字表述。",
    "“{id}” has no claim confirmed by a person that could be kept.",
    "请先在核稿时确认各数所指的指标。",
    "Confirm in the check which indicators its numbers speak of.",
)
SOURCE_MISSING: Final = Rule(
    "bulletins.reported.source",
    "历史数值要写明出处，1 到 200 个字。",
    "A reported value needs its source, in 1 to 200 characters.",
    "请写报刊或文件的名称和日期。",
    "Give the name and date of the paper or document.",
)
