"""Everything that the room of cases may object to."""

from __future__ import annotations

from typing import Final

from yibiao.core.problems import Rule

TOML: Final = Rule(
    "cases.lifecycles.unreadable",
    "这不是合格的 TOML 文件：{why}",
    "This is not valid TOML: {why_en}",
    "请修正该处后重试。",
    "Correct it there and try again.",
)
SHAPE: Final = Rule(
    "cases.lifecycles.shape",
    "“{key}”不符合要求：{why}",
    "“{key}” is not as required: {why_en}",
    "请对照办理流程文件的说明改正。",
    "Compare it with the reference of lifecycles.toml.",
)
REPEATED: Final = Rule(
    "cases.lifecycles.repeated",
    "编号“{id}”已经用过。",
    "The id “{id}” is used already.",
    "请换一个编号。",
    "Choose another id.",
)
NO_FORM: Final = Rule(
    "cases.opening.form",
    "没有表单“{form}”，不能由它立项。",
    "There is no form “{form}” to open cases from.",
    "可用：{known}。",
    "Known: {known}.",
)
NO_FIELD: Final = Rule(
    "cases.opening.field",
    "表单“{form}”里没有“{field}”。",
    "The form “{form}” has no “{field}”.",
    "可用：{known}。",
    "Known: {known}.",
)
PERSONAL: Final = Rule(
    "cases.opening.personal",
    "“{field}”是个人信息，不能带进事项。",
    "“{field}” is personal; it cannot enter a case.",
    "请从立项的字段里去掉它。",
    "Take it out of the fields of the opening.",
)
NO_LIFECYCLE: Final = Rule(
    "cases.lifecycle.unknown",
    "专项包“{pack}”里没有“{id}”这种事项。",
    "The pack “{pack}” has no cases of the kind “{id}”.",
    "请从页面上列出的种类里选。",
    "Choose one of the kinds on the page.",
    404,
)
UNKNOWN: Final = Rule(
    "cases.case.unknown",
    "没有编号为“{id}”的事项，或者不在你的范围内。",
    "There is no case “{id}”, or it lies outside your scope.",
    "请从事项列表里打开。",
    "Open it from the list of cases.",
    404,
)
STALE: Final = Rule(
    "cases.case.stale",
    "事项刚被别人办过，现在是第 {revision} 版。",
    "Somebody has just acted on this case; it now stands at revision {revision}.",
    "请刷新页面，看过之后再办。",
    "Load the page again and look before you act.",
    409,
)
REPEATED_ID: Final = Rule(
    "cases.case.conflict",
    "编号“{id}”已经用于别的事项。",
    "The id “{id}” belongs to another case.",
    "请换一个编号再提交。",
    "Send it again under another id.",
    409,
)
PERMIT: Final = Rule(
    "cases.permit.right",
    "办理这一步需要“{right}”权限。",
    "This move needs the right to {right_en}.",
    "请交给有这项权限的同事。",
    "Hand it to somebody who has it.",
    403,
)
PLACE: Final = Rule(
    "cases.case.place",
    "没有“{place}”这个地点。",
    "There is no place “{place}”.",
    "请从地点列表里选。",
    "Choose one from the list of places.",
)
TITLE: Final = Rule(
    "cases.case.title",
    "事项要有名称，2 至 200 个字。",
    "A case needs a name of 2 to 200 characters.",
    "请写清是什么事。",
    "Say what it is about.",
)
REASON: Final = Rule(
    "cases.reason.missing",
    "撤销事项要写明理由。",
    "Withdrawing a case needs a reason.",
    "请写上至少两个字的理由。",
    "Write a reason of at least two characters.",
)
GONE: Final = Rule(
    "cases.case.withdrawn",
    "事项已经撤销。",
    "The case has been withdrawn already.",
    "不需要再办。",
    "Nothing more has to be done.",
    409,
)
FUTURE: Final = Rule(
    "cases.case.future",
    "发生时间在将来。",
    "It is said to have happened in the future.",
    "请改成已经过去的时间。",
    "Give a time that has passed.",
)
NO_PAPER: Final = Rule(
    "cases.paper.unknown",
    "这个事项现在没有“{id}”这份文书。",
    "The case has no document “{id}” now.",
    "办到相应一步之后再打印。",
    "Print it once the step that it belongs to has been made.",
    404,
)
REPORTERS: Final = Rule(
    "cases.permit.reporter",
    "“{move}”只能由反映人自己来做。",
    "“{move_en}” is for the person who reported it.",
    "请让反映人打开回执上的链接办理。",
    "Ask the reporter to open the link on the receipt.",
    403,
)
NOT_OFFERED: Final = Rule(
    "cases.reporter.move",
    "反映人现在不能做这一步。",
    "The person who reported it cannot do this now.",
    "请刷新页面，看现在可以做什么。",
    "Load the page again and see what is possible now.",
    409,
)
TOO_LATE: Final = Rule(
    "cases.reporter.late",
    "已经过了{within}的期限，不能再“{move}”。",
    "The term of {within_en} for “{move_en}” is over.",
    "请另行反映，写明原来的编号。",
    "Report it again and name the earlier number.",
    409,
)
MERGE_TARGET: Final = Rule(
    "cases.merge.target",
    "“{id}”不能作为合并的去处：要是同一种、没有撤销、也没有并入别件的事项，而且不是这一件自己。",
    "“{id}” cannot take this case in: it must be another one of the same kind, neither withdrawn nor merged itself.",
    "请从疑似重复的事项里选。",
    "Choose one of the suspected duplicates.",
)
MERGE_LEADS: Final = Rule(
    "cases.merge.leads",
    "已有 {count} 件并入这一件，不能再把它并入别件。",
    "{count} cases were merged into this one; it cannot be merged itself.",
    "请先撤销那些合并，或者反过来合并。",
    "Undo those first, or merge the other way round.",
    409,
)
