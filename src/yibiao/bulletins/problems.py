"""What can be wrong with a bulletin, its template, and the numbers in its text."""

from __future__ import annotations

from typing import Final

from yibiao.core.problems import Rule

TEMPLATE_HEAD: Final = Rule(
    "bulletins.template.head",
    "模板开头的设置有误：{reason}。",
    "The settings at the head of the template are wrong: {reason}.",
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
