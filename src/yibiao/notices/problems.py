"""What notices and warnings may be refused for."""

from __future__ import annotations

from typing import Final

from yibiao.core.problems import Rule

UNKNOWN: Final = Rule(
    "notices.notice.unknown",
    "没有这份通知，或不在可以查看的范围内。",
    "There is no such notice, or it is not open to you.",
    "请从“通知”的列表中打开。",
    "Open it from the list under “Notices”.",
    404,
)
PERMIT: Final = Rule(
    "notices.permit.outside",
    "{place}的通知不能由这个岗位{act}。",
    "This post may not {act_en} notices of {place}.",
    "请由有审核权限的岗位办理。",
    "Ask a post with the right to review.",
    403,
)
NOT_OWN: Final = Rule(
    "notices.receipt.not-own",
    "这份通知发给{receiver}，只能由该处的岗位签收、转发和反馈。",
    "This notice was sent to {receiver}: only its own posts may sign for it, forward it or answer.",
    "请由{receiver}的人员登录办理，不能代签。",
    "Let somebody of {receiver} sign in and do it; nobody signs for another.",
    403,
)
RECEIPT_UNKNOWN: Final = Rule(
    "notices.receipt.unknown",
    "没有这份签收记录，或不在可以查看的范围内。",
    "There is no such receipt, or it is not open to you.",
    "请从通知页面重新打开。",
    "Open the notice again.",
    404,
)
CLOSED: Final = Rule(
    "notices.notice.closed",
    "这份通知已经{state}，不能再办理。",
    "This notice has been {state_en} and takes no more acts.",
    "请看替换它的通知，或联系印发单位。",
    "See the notice that replaced it, or ask the issuer.",
    409,
)
SIGNED: Final = Rule(
    "notices.receipt.signed",
    "这份通知已经签收过了。",
    "This notice has been signed for already.",
    "不必再签，可以转发或反馈。",
    "There is no need to sign again; forward it or answer.",
    409,
)
UNSIGNED: Final = Rule(
    "notices.receipt.unsigned",
    "这份通知还没有签收。",
    "This notice has not been signed for yet.",
    "请先签收，再转发或反馈。",
    "Sign for it first, then forward or answer.",
    409,
)
NUMBER: Final = Rule(
    "notices.number.shape",
    "发文字号“{number}”不合格式：由机关代字、六角括号中的四位年份和不编虚位的序号组成，序号前不加“第”。",
    "The document number “{number}” has the wrong shape: initials, the year in 〔〕, a serial without leading zeros.",
    "请写成“样安办〔2022〕21号”的样子。",
    "Write it like “样安办〔2022〕21号”.",
)
NUMBER_TAKEN: Final = Rule(
    "notices.number.taken",
    "发文字号“{number}”本单位已经用过。",
    "Your organisation has used the document number “{number}” already.",
    "请核对序号；更正原件请用“替换”。",
    "Check the serial; to correct the earlier document, replace it.",
)
TITLE: Final = Rule(
    "notices.title.missing",
    "标题不能为空，也不能超过 200 个字。",
    "The title may be neither empty nor longer than 200 characters.",
    "请填写标题。",
    "Enter a title.",
)
TEXT: Final = Rule(
    "notices.text.missing",
    "{what}不能为空，也不能超过 {limit} 个字。",
    "The {what_en} may be neither empty nor longer than {limit} characters.",
    "请填写{what}。",
    "Enter the {what_en}.",
)
KIND: Final = Rule(
    "notices.kind.unknown",
    "本专项没有“{kind}”这种文种；可用：{known}。",
    "The program has no notices of the kind “{kind}”; there are: {known}.",
    "请从列表中选择文种。",
    "Choose the kind from the list.",
)
OCCASION: Final = Rule(
    "notices.occasion.unknown",
    "本专项没有“{occasion}”这个时段；可用：{known}。",
    "The program has no occasion “{occasion}”; there are: {known}.",
    "请从列表中选择针对的时段，或留空。",
    "Choose the occasion from the list, or leave it empty.",
)
RECEIVERS: Final = Rule(
    "notices.receivers.none",
    "没有选择接收单位。",
    "No receiver was chosen.",
    "请至少选择一个下级地点或单位。",
    "Choose at least one place or organisation below.",
)
RECEIVER_OUTSIDE: Final = Rule(
    "notices.receivers.outside",
    "{receiver}不在{place}以内，或就是本单位，不能发给它。",
    "{receiver} is not within {place}, or is the sender itself.",
    "请只选择本地以内的下级地点或单位。",
    "Choose only places and organisations within your own place.",
)
RECEIVER_REPEATED: Final = Rule(
    "notices.receivers.repeated",
    "{receiver}已经收到过这份通知。",
    "{receiver} has received this notice already.",
    "请去掉它再转发；要催办请用“催签”。",
    "Leave it out; to press for it, send a reminder.",
)
DUE: Final = Rule(
    "notices.due.wrong",
    "签收时限{due}早于发出时间，或晚于上级要求的时限。",
    "The time limit {due} lies before the sending, or after the limit set from above.",
    "请改成发出之后、上级时限以内的时间。",
    "Choose a time after the sending and within the limit from above.",
)
REASON: Final = Rule(
    "notices.reason.missing",
    "{act}要写明原因（2 至 500 个字）。",
    "To {act_en} needs a reason of 2 to 500 characters.",
    "请写明原因后再办。",
    "Write the reason and try again.",
)
REMINDED: Final = Rule(
    "notices.reminder.too-soon",
    "{minutes} 分钟内刚催过，没有再催。",
    "A reminder was sent within the last {minutes} minutes; none was added.",
    "请稍后再催，或打电话联系。",
    "Wait a little, or phone.",
    409,
)
NOTHING_OPEN: Final = Rule(
    "notices.reminder.none",
    "没有未签收的单位，不用催。",
    "Everybody has signed; nobody needs a reminder.",
    "无需处理。",
    "There is nothing to do.",
    409,
)
FILE_LARGE: Final = Rule(
    "notices.attachment.large",
    "附件“{name}”超过 {limit} MB。",
    "The attachment “{name}” is larger than {limit} MB.",
    "请压缩或拆分后再传。",
    "Compress or split it.",
    413,
)
FILE_MANY: Final = Rule(
    "notices.attachment.many",
    "附件最多 {limit} 个。",
    "There may be at most {limit} attachments.",
    "请合并后再传。",
    "Merge some of them.",
)
FILE_TYPE: Final = Rule(
    "notices.attachment.type",
    "附件“{name}”不是可用的类型，或内容与扩展名不符；可用：{known}。",
    "The attachment “{name}” has a type that is not accepted, or is not what its name says; accepted: {known}.",
    "请转换成列出的类型再传。",
    "Convert it to one of those types.",
)
FILE_NAME: Final = Rule(
    "notices.attachment.name",
    "附件名“{name}”不能用：为空、过长、重复，或含有路径符号。",
    "The attachment cannot be called “{name}”: empty, too long, repeated, or with signs of a path.",
    "请改一个 120 个字以内的文件名。",
    "Give it another name of at most 120 characters.",
)
FILE_UNKNOWN: Final = Rule(
    "notices.attachment.unknown",
    "没有这个附件。",
    "There is no such attachment.",
    "请从通知页面打开。",
    "Open it from the page of the notice.",
    404,
)
FILE_DAMAGED: Final = Rule(
    "notices.attachment.damaged",
    "附件“{name}”与存证中的摘要不符，或已经丢失。",
    "The attachment “{name}” is not what the log says it was, or it is gone.",
    "请由系统管理员从备份恢复数据文件夹。",
    "Ask the administrator to restore the data folder from a backup.",
    500,
)
PLAN: Final = Rule(
    "notices.pack.unreadable",
    "“{key}”不符合要求：{why}。",
    "“{key}” is not as required: {why_en}.",
    "请对照自带包 holiday-safety 的 notices.toml 修改。",
    "Compare it with the notices.toml of the shipped pack holiday-safety.",
)
CAP_UNREADABLE: Final = Rule(
    "notices.cap.unreadable",
    "不是可用的 CAP 1.2 文档（{reason}）。",
    "This is no usable CAP 1.2 document ({reason}).",
    "请提供没有文档类型声明的 CAP 1.2 XML。",
    "Give CAP 1.2 XML without a document type.",
)
WARNING_UNKNOWN: Final = Rule(
    "notices.warning.unknown",
    "没有这条预警，或不在可以查看的范围内。",
    "There is no such warning, or it is not open to you.",
    "请从“预警”的列表中打开。",
    "Open it from the list of warnings.",
    404,
)
WARNING_ENDED: Final = Rule(
    "notices.warning.ended",
    "这条预警已经解除。",
    "This warning has been cancelled.",
    "需要时请另发一条预警。",
    "Issue another warning if it is needed.",
    409,
)
WARNING_STATUS: Final = Rule(
    "notices.warning.status",
    "{was}的预警不能改成{now}：演练、测试与真实发布不能混在一条里。",
    "A warning sent as {was} cannot become {now}: exercises, tests and the real thing do not mix.",
    "请另发一条预警。",
    "Issue another warning.",
)
WARNING_MANY: Final = Rule(
    "notices.warning.serial",
    "同一秒内已发布 10 条预警，序号用完。",
    "Ten warnings were sent within this second and the serials are used up.",
    "请稍候再发。",
    "Wait a moment and try again.",
    409,
)
CHANNEL: Final = Rule(
    "notices.channel.unknown",
    "没有“{channel}”这种提醒方式。",
    "There is no channel “{channel}”.",
    "请从列表中选择。",
    "Choose one from the list.",
)
ADDRESS: Final = Rule(
    "notices.address.shape",
    "这不是可用的{what}。",
    "This is no usable {what_en}.",
    "请核对后重填；不需要时留空。",
    "Check it, or leave it empty.",
)
MESSAGE_UNKNOWN: Final = Rule(
    "notices.message.unknown",
    "没有这条消息。",
    "There is no such message.",
    "请从收件箱打开。",
    "Open it from your inbox.",
    404,
)
