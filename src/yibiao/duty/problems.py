"""Everything that the room of duty may object to."""

from __future__ import annotations

from typing import Final

from yibiao.core.problems import Rule

TOML: Final = Rule(
    "duty.rules.unreadable",
    "这不是合格的 TOML 文件：{why}",
    "This is not valid TOML: {why_en}",
    "请修正该处后重试。",
    "Correct it there and try again.",
)
SHAPE: Final = Rule(
    "duty.rules.shape",
    "“{key}”不符合要求：{why}",
    "“{key}” is not as required: {why_en}",
    "请对照值班文件的说明改正。",
    "Compare it with the reference of duty.toml.",
)
REPEATED: Final = Rule(
    "duty.rules.repeated",
    "编号“{id}”已经用过。",
    "The id “{id}” is used already.",
    "请换一个编号。",
    "Choose another id.",
)
FORM: Final = Rule(
    "duty.rules.form",
    "没有表单“{form}”。",
    "There is no form “{form}”.",
    "可用：{known}。",
    "Known: {known}.",
)
FIELD: Final = Rule(
    "duty.rules.field",
    "表单“{form}”没有可用的字段“{field}”。",
    "The form “{form}” has no field “{field}” that can be used.",
    "可用的字段：{known}。",
    "Known fields: {known}.",
)
REGISTER: Final = Rule(
    "duty.rules.register",
    "没有台账“{register}”。",
    "There is no register “{register}”.",
    "请写某张表单登记的台账。",
    "Name a register that some form keeps.",
)
SAVED: Final = Rule(
    "duty.rules.not-saved",
    "台账“{register}”没有保存字段“{field}”，筛选时看不到它。",
    "The register “{register}” does not save the field “{field}”, so a filter cannot see it.",
    "请在表单的 save_to 列保存它。",
    "Save it by the column save_to of the form.",
)
CATEGORY: Final = Rule(
    "duty.rules.category",
    "岗位“{post}”的统计口径“{category}”没有定义。",
    "The post “{post}” counts as “{category}”, which is not defined.",
    "已定义：{known}。",
    "Defined: {known}.",
)
NO_RULES: Final = Rule(
    "duty.rules.none",
    "专项“{program}”没有值班和报送的规则。",
    "The program “{program}” has no rules of duty and reports.",
    "请在包里写 duty.toml。",
    "Write a duty.toml in its pack.",
    404,
)
NOT_ALLOWED: Final = Rule(
    "duty.right.missing",
    "这件事需要“{right}”权限。",
    "This needs the right to {right_en}.",
    "请由有权限的岗位办理。",
    "Let a post with that right do it.",
    403,
)
OUTSIDE: Final = Rule(
    "duty.unit.outside",
    "“{unit}”不在您的权限范围内。",
    "“{unit}” is outside your scope.",
    "请由该单位或它的上级办理。",
    "Let the unit itself or the level above do it.",
    403,
)
TOPIC: Final = Rule(
    "duty.topic.unknown",
    "没有名为“{topic}”的报送事项。",
    "There is no report “{topic}”.",
    "已有：{known}。",
    "Known: {known}.",
    404,
)
UNIT: Final = Rule(
    "duty.unit.unknown",
    "没有名为“{unit}”的单位，或者它不在您的权限范围内。",
    "There is no unit “{unit}”, or it is outside your scope.",
    "请从台账中选择。",
    "Choose one of the register.",
    404,
)
SLOT: Final = Rule(
    "duty.slot.unknown",
    "“{slot}”不是“{topic}”的报送期。",
    "“{slot}” is no period of “{topic}”.",
    "按日写 2022-09-10，按月写 2022-09，按季写 2022-Q3。",
    "Write 2022-09-10 for a day, 2022-09 for a month, 2022-Q3 for a quarter.",
)
FILED: Final = Rule(
    "duty.filing.filed",
    "{unit} {slot} 已经报送。",
    "{unit} has filed for {slot}.",
    "请刷新页面。",
    "Reload the page.",
    409,
)
NOTHING_OWED: Final = Rule(
    "duty.filing.nothing-owed",
    "没有可以催报的单位：都已报送或免报。",
    "There is nobody to remind: all have filed or are exempt.",
    "请刷新页面。",
    "Reload the page.",
    409,
)
NO_NIL: Final = Rule(
    "duty.filing.no-nil",
    "“{topic}”没有零报告的填法。",
    "“{topic}” has no answers that make a nil report.",
    "请打开表单填报。",
    "Fill in the form.",
)
REASON: Final = Rule(
    "duty.reason.missing",
    "{act}要写明原因。",
    "A reason is needed ({act_en}).",
    "请写一句话说明。",
    "Say why in a sentence.",
)
NAME: Final = Rule(
    "duty.staffer.name",
    "姓名和职务要在 1 到 80 字之间。",
    "A name and a title have 1 to 80 characters.",
    "请改正后重新提交。",
    "Correct them and send them again.",
)
STAFFER: Final = Rule(
    "duty.staffer.unknown",
    "值班人员名册里没有这个人。",
    "This person is not on the unit's list of staff.",
    "请先加入本单位的值班人员名册。",
    "Add the person to the unit's list first.",
    404,
)
WINDOW: Final = Rule(
    "duty.roster.window",
    "这段时间里没有一个班次。",
    "No shift begins in this span.",
    "请改变起止时间。",
    "Change its ends.",
)
OVERLAP: Final = Rule(
    "duty.roster.overlap",
    "{unit}在这段时间已经有值班表。",
    "{unit} has a roster for this span already.",
    "请打开原有的值班表。",
    "Open the one that is there.",
    409,
)
ROSTER: Final = Rule(
    "duty.roster.unknown",
    "没有这张值班表，或者它不在您的权限范围内。",
    "There is no such roster, or it is outside your scope.",
    "请从值班页面打开。",
    "Open it from the page of duty.",
    404,
)
ROSTER_FILED: Final = Rule(
    "duty.roster.filed",
    "值班表已经报备，不能再直接改人。",
    "The roster is filed: people are not changed directly any more.",
    "请用换班，经同意和批准后生效。",
    "Ask for a swap; it takes effect once accepted and approved.",
    409,
)
NOT_FILED: Final = Rule(
    "duty.roster.not-filed",
    "值班表还没有报备。",
    "The roster is not filed yet.",
    "请先报备值班表。",
    "File the roster first.",
    409,
)
GAP: Final = Rule(
    "duty.roster.gap",
    "从 {begins} 到 {ends} 没有人值班。",
    "Nobody is on duty from {begins} to {ends}.",
    "请排上人再报备。",
    "Put people there, then file.",
)
LEADERLESS: Final = Rule(
    "duty.roster.leaderless",
    "{begins} 的班次没有带班领导。",
    "The shift of {begins} has no leader.",
    "请排上一名带班领导。",
    "Put a leader there.",
)
SHORT: Final = Rule(
    "duty.roster.short",
    "{begins} 的班次“{post}”还缺 {missing} 人。",
    "The shift of {begins} lacks {missing} at the post “{post}”.",
    "请补足人数。",
    "Put enough people there.",
)
DOUBLE: Final = Rule(
    "duty.roster.double",
    "{person}在 {begins} 同时排了两个班。",
    "{person} is in two shifts at once at {begins}.",
    "请换一个人。",
    "Choose another person.",
)
SHIFT: Final = Rule(
    "duty.shift.unknown",
    "没有这个班次，或者它不在您的权限范围内。",
    "There is no such shift, or it is outside your scope.",
    "请从值班表打开。",
    "Open it from a roster.",
    404,
)
POST: Final = Rule(
    "duty.post.unknown",
    "这类班次没有岗位“{post}”。",
    "This type of shift has no post “{post}”.",
    "可用：{known}。",
    "Known: {known}.",
)
NOT_LEADER: Final = Rule(
    "duty.post.not-leader",
    "{person}不是领导，不能带班。",
    "{person} is no leader and cannot lead a shift.",
    "请选名册里标明领导的人。",
    "Choose somebody who is marked as a leader.",
)
SEATED: Final = Rule(
    "duty.assignment.repeated",
    "{person}已经在这个班次的这个岗位上。",
    "{person} is at this post of this shift already.",
    "请换一个人或者换一个岗位。",
    "Choose another person or another post.",
    409,
)
ASSIGNMENT: Final = Rule(
    "duty.assignment.unknown",
    "没有这个排班，或者它不在您的权限范围内。",
    "There is no such assignment, or it is outside your scope.",
    "请从值班表打开。",
    "Open it from a roster.",
    404,
)
STATE: Final = Rule(
    "duty.assignment.state",
    "{person}的排班现在是“{state}”，不能{act}。",
    "The assignment of {person} is “{state}” now: this cannot be done ({act_en}).",
    "请刷新页面，看它走到了哪一步。",
    "Reload the page to see how far it has come.",
    409,
)
TOO_EARLY: Final = Rule(
    "duty.arrival.time",
    "到岗时间 {at} 不在这个班次内（{begins} 至 {ends}）。",
    "An arrival at {at} is not within this shift ({begins} to {ends}).",
    "请填实际到岗的时间。",
    "Give the time of the arrival as it was.",
)
SAME: Final = Rule(
    "duty.swap.same",
    "不能与自己换班。",
    "Nobody swaps with himself.",
    "请选另一个人。",
    "Choose another person.",
)
SWAP_OPEN: Final = Rule(
    "duty.swap.open",
    "这个排班已有一个换班正在办理。",
    "A swap of this assignment is under way.",
    "请先办完或撤回那一个。",
    "Finish or withdraw that one first.",
    409,
)
SWAP: Final = Rule(
    "duty.swap.unknown",
    "没有这个换班，或者它不在您的权限范围内。",
    "There is no such swap, or it is outside your scope.",
    "请从值班表打开。",
    "Open it from a roster.",
    404,
)
SWAP_STATE: Final = Rule(
    "duty.swap.state",
    "这个换班现在是“{state}”，不能{act}。",
    "The swap is “{state}” now: this cannot be done ({act_en}).",
    "请刷新页面，看它走到了哪一步。",
    "Reload the page to see how far it has come.",
    409,
)
OWN_ANSWER: Final = Rule(
    "duty.swap.not-asked",
    "同意换班的应当是{person}本人。",
    "It is {person} who accepts this swap.",
    "请由本人登录后办理。",
    "Let that person sign in and accept it.",
    403,
)
OTHER_PERSON: Final = Rule(
    "duty.swap.other-person",
    "申请换班的人不能自己批准。",
    "Who asked for a swap does not approve it.",
    "请由另一名有审核权限的人批准。",
    "Let somebody else with the right to review approve it.",
    403,
)
NEXT: Final = Rule(
    "duty.handover.next",
    "交接的两个班次不是前后相接的同一单位的班次。",
    "The two shifts do not follow one another at one unit.",
    "请选紧接着的下一个班次。",
    "Choose the shift that comes next.",
)
NOT_ON_POST: Final = Rule(
    "duty.handover.not-on-post",
    "{person}不在这个班次上。",
    "{person} is not in this shift.",
    "交班人和接班人都要是到岗的人。",
    "Both who hand over and who take over have arrived.",
)
HANDED: Final = Rule(
    "duty.handover.signed",
    "这次交接已经签过。",
    "This handover is signed already.",
    "请刷新页面。",
    "Reload the page.",
    409,
)
SAME_SIGNER: Final = Rule(
    "duty.handover.same-signer",
    "接班要由接班人本人签收，不能由交班人代签。",
    "Who takes over signs for himself; who leaves cannot sign both sides.",
    "请由接班人登录后签收。",
    "Let the person who takes over sign in and sign.",
    403,
)
HANDOVER: Final = Rule(
    "duty.handover.unknown",
    "没有这次交接，或者它不在您的权限范围内。",
    "There is no such handover, or it is outside your scope.",
    "请从值班页面打开。",
    "Open it from the page of duty.",
    404,
)
SPOT: Final = Rule(
    "duty.spot-check.unknown",
    "没有这次查岗，或者它不在您的权限范围内。",
    "There is no such spot check, or it is outside your scope.",
    "请从值班页面打开。",
    "Open it from the page of duty.",
    404,
)
SPOT_DONE: Final = Rule(
    "duty.spot-check.done",
    "这次查岗已经有结果。",
    "This spot check has its outcome already.",
    "请刷新页面。",
    "Reload the page.",
    409,
)
SPOT_WORD: Final = Rule(
    "duty.spot-check.word",
    "“{word}”不是可选的{what}。",
    "“{word}” is not one of the words for this ({what_en}).",
    "可用：{known}。",
    "Known: {known}.",
)
TOO_MANY: Final = Rule(
    "duty.spot-check.too-many",
    "一次最多抽 {limit} 次查岗。",
    "At most {limit} spot checks are drawn at once.",
    "请减少次数或分段抽取。",
    "Draw fewer, or in parts.",
)
FEED: Final = Rule(
    "duty.calendar.unknown",
    "这个日历地址无效或已更换。",
    "This calendar address is wrong or was renewed.",
    "请在值班页面复制新的地址。",
    "Copy the new address from the page of duty.",
    404,
)
