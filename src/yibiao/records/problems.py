"""What records refuse, and why."""

from __future__ import annotations

from yibiao.core.problems import Rule

ID = Rule(
    "records.submission.id",
    "编号“{id}”不是 UUID。",
    "“{id}” is not a UUID.",
    "请让填报端生成形如 1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b 的编号。",
    "Let the sender make an id such as 1b4e28ba-2fa1-4d3b-a3f5-ef19b5a7633b.",
)
CONFLICT = Rule(
    "records.submission.conflict",
    "编号“{id}”已经用于另一份内容。",
    "The id “{id}” already belongs to other content.",
    "要改原来那份请用“更正”；要另报一份请换一个编号。",
    "Correct the earlier record if it was wrong, or send this one under an id of its own.",
    409,
)
OLDER = Rule(
    "records.page.older",
    "接着往下看的位置认不出来。",
    "It cannot be told from where to go on.",
    "请从列表重新开始，再点“更早的记录”。",
    "Begin with the list again and follow “Older records”.",
)
UNKNOWN = Rule(
    "records.submission.unknown",
    "没有编号为“{id}”的填报，或者它不在您的权限范围内。",
    "There is no record “{id}”, or it is outside your scope.",
    "请检查编号；需要查看别处的填报时，请联系管理员开通权限。",
    "Check the id; ask an administrator if you need records of other places.",
    404,
)
OTHER_PACK = Rule(
    "records.submission.other-pack",
    "表单“{form}”不属于工作“{program}”。",
    "The form “{form}” does not belong to the program “{program}”.",
    "请从这项工作的表单中选择。",
    "Choose one of the program's own forms.",
)
OUTSIDE = Rule(
    "records.submission.outside",
    "“{place}”不在您这次填报的权限范围（{scope}）内。",
    "“{place}” is outside what you may file for ({scope}).",
    "请改选您辖区内的地点，或联系管理员开通权限。",
    "Choose a place of your own area, or ask an administrator for the right.",
    403,
)
NOT_ALLOWED = Rule(
    "records.submission.not-allowed",
    "您的岗位没有办理这一步的权限。",
    "Your post does not have the right to do this.",
    "请联系管理员开通“{right}”权限。",
    "Ask an administrator for the right “{right}”.",
    403,
)
FILE_HELD = Rule(
    "records.file.held",
    "附件“{name}”还没有通过病毒检查，或者没有通过。",
    "The attachment “{name}” has not been found clean, or not yet.",
    "请稍后再试；没有通过的，请联系填报人换一份。",
    "Try again later; if something was found in it, ask whoever filed it for another one.",
    409,
)
FILE_OTHER = Rule(
    "records.file.other-kind",
    "这道题要的是{kinds}，附件“{name}”不是。",
    "This question takes {kinds}; the attachment “{name}” is none.",
    "请换成这道题要的文件后再发送。",
    "Choose a file of that kind, then send it again.",
    415,
)
FORM_CLOSED = Rule(
    "records.form.closed",
    "“{form}”自 {at} 起停止填报：{reason}",
    "“{form}” was closed on {at}: {reason}",
    "这份没有收下；确需补报的，请联系这项工作的牵头单位重新开放。",
    "This record was not taken; ask whoever leads the program to open the form again if it must be filed.",
    409,
)
FORM_CLOSED_ALREADY = Rule(
    "records.form.closed-already",
    "这张表单已经关闭。",
    "The form is closed already.",
    "要改宽限日期，请先重新开放再关闭。",
    "To change the day of grace, open it again and close it anew.",
    409,
)
FORM_NOT_CLOSED = Rule(
    "records.form.not-closed",
    "这张表单没有关闭，或者已经重新开放。",
    "The form is not closed, or was opened again.",
    "请刷新页面。",
    "Reload the page.",
    404,
)
FORM_GRACE = Rule(
    "records.form.grace",
    "手机补报的最后一天应在今天至 {most} 天之内。",
    "The last day for what phones hold must be from today on and within {most} days.",
    "请改日期。",
    "Change the day.",
)
PLACE = Rule(
    "records.place.unknown",
    "地点“{place}”在 {day} 的行政区划中不存在。",
    "The place “{place}” is not in the tree of places of {day}.",
    "请从地点列表中选择。",
    "Choose a place from the list.",
)
PLACE_MISSING = Rule(
    "records.place.missing",
    "没有写明地点。",
    "No place is given.",
    "请从地点列表中选择。",
    "Choose a place from the list.",
)
FUTURE = Rule(
    "records.occurred.future",
    "发生时间 {at} 晚于收到时间 {now} 一天以上。",
    "It is said to have occurred at {at}, more than a day after it was received, which is {now}.",
    "请填写实际发生的时间；在手机上填的，请先把手机的日期和时间校准。",
    "Give the time at which it really happened; on a phone, first set its date and time right.",
)
TOO_EARLY = Rule(
    "records.occurred.too-early",
    "发生时间 {at} 早于 {bound}。",
    "It is said to have occurred at {at}, before {bound}.",
    "请检查年份。",
    "Check the year.",
)
UNREADABLE_TIME = Rule(
    "records.occurred.unreadable",
    "“{text}”不是日期或时间。",
    "“{text}” is not a date or a time.",
    "请写成 2022-09-10T20:00:00+08:00。",
    "Write it like 2022-09-10T20:00:00+08:00.",
)
ORGANISATION = Rule(
    "records.organisation.unknown",
    "没有代码为“{code}”的机构。",
    "There is no organisation with the code “{code}”.",
    "请从机构列表中选择，多个机构用空格隔开。",
    "Choose organisations from the list, separated by spaces.",
)
REGISTER = Rule(
    "records.entity.not-registered",
    "台账“{register}”里没有“{key}”。",
    "The register “{register}” has no “{key}”.",
    "请从台账中选择；没有的请先登记。",
    "Choose one from the register, or register it first.",
)
ENTITY_KEY = Rule(
    "records.entity.key",
    "登记台账“{register}”所需的编号为空或超过 200 个字。",
    "The key for the register “{register}” is empty or longer than 200 characters.",
    "请填写编号。",
    "Fill in the key.",
)
ENTITY_UNKNOWN = Rule(
    "records.entity.unknown",
    "台账中没有编号为“{id}”的对象，或者它不在您的权限范围内。",
    "There is no entity “{id}”, or it is outside your scope.",
    "请从台账列表中选择。",
    "Choose one from the register's list.",
    404,
)
WAITING_UNKNOWN = Rule(
    "records.waiting.unknown",
    "没有这条等待中的更新，或者它已经登记，或者不在您的权限范围内。",
    "There is no such update waiting; it was taken meanwhile, or is outside your scope.",
    "请刷新页面。",
    "Reload the page.",
    404,
)
CLASH_UNKNOWN = Rule(
    "records.clash.unknown",
    "没有这处矛盾，或者已经裁定，或者不在您的权限范围内。",
    "There is no such contradiction; it was settled meanwhile, or is outside your scope.",
    "请刷新页面。",
    "Reload the page.",
    404,
)
CLASH_CHOICE = Rule(
    "records.clash.choice",
    "有一项没有选定以哪个为准。",
    "For some answer nothing was chosen.",
    "请逐项选定。",
    "Choose for each of them.",
)
USCC_SHAPE = Rule(
    "records.uscc.shape",
    "“{given}”不像统一社会信用代码：应为 18 位数字和大写字母，不含 I、O、S、V、Z。",
    "“{given}” does not look like a unified social credit code: 18 digits and capitals without I, O, S, V, Z.",
    "请对照营业执照改正；证照上确实如此的，请在台账里写明情况后确认。",
    "Compare it with the licence; if it really reads so, confirm it on the register's page with the reason.",
)
USCC_CHECK = Rule(
    "records.uscc.check",
    "统一社会信用代码“{given}”的校验位不符，按规则应为“{fits}”。",
    "The check characters of the unified social credit code “{given}” do not fit; by the rule it would be “{fits}”.",
    "请对照营业执照改正；证照上确实如此的，请在台账里写明情况后确认。",
    "Compare it with the licence; if it really reads so, confirm it on the register's page with the reason.",
)
RULING_SELF = Rule(
    "records.ruling.self",
    "选了同一个对象“{key}”。",
    "Both are the same entity “{key}”.",
    "请选两个不同的对象。",
    "Choose two different ones.",
)
RULING_MERGED = Rule(
    "records.ruling.merged",
    "“{key}”已经合并到“{kept}”。",
    "“{key}” was merged into “{kept}” already.",
    "请直接对“{kept}”办理，或先撤销那次合并。",
    "Act on “{kept}”, or undo that merge first.",
    409,
)
RULING_REPEATED = Rule(
    "records.ruling.repeated",
    "这件事已经有人认定过了。",
    "Somebody has decided this already.",
    "请刷新页面查看；要改请先撤销原来的认定。",
    "Look at the page again; undo the earlier decision to change it.",
    409,
)
RULING_UNKNOWN = Rule(
    "records.ruling.unknown",
    "没有这次认定，或者它已经撤销，或者不在您的权限范围内。",
    "There is no such decision, it was undone, or it is outside your scope.",
    "请从台账对象的页面上操作。",
    "Act from the entity's page.",
    404,
)
COMPLAINT_UNKNOWN = Rule(
    "records.complaint.unknown",
    "没有这条反映，或者它不在您的权限范围内。",
    "There is no such complaint, or it is outside your scope.",
    "请从表单目录里打开。",
    "Open it from the catalogue of forms.",
    404,
)
COMPLAINT_OWN = Rule(
    "records.complaint.own",
    "自己反映的，不能由自己答复。",
    "Nobody answers a complaint of their own.",
    "请由要这张表的单位的另一个人答复。",
    "Have somebody else answer, at the office that asks for the form.",
    403,
)
COMPLAINT_ANSWERED = Rule(
    "records.complaint.answered",
    "这条反映已经答复过了。",
    "The complaint was answered already.",
    "请刷新页面查看。",
    "Look at the page again.",
    409,
)
REASON = Rule(
    "records.reason.missing",
    "没有写明理由。",
    "No reason is given.",
    "请用至少两个字写明为什么{act_zh}。",
    "Say in a few words why you {act_en}.",
)
UNCHANGED = Rule(
    "records.submission.unchanged",
    "内容与现有记录完全相同，没有可更正之处。",
    "The content is the same as the record's; there is nothing to correct.",
    "请改动有误的答案后再提交；若整份作废，请用“撤回”。",
    "Change the wrong answer first; use “withdraw” if the whole record is void.",
)
STALE = Rule(
    "records.submission.stale",
    "您打开后，这份填报已被改到第 {revision} 版。",
    "The record has moved on to revision {revision} since you opened it.",
    "请重新打开，在最新内容上更正。",
    "Open it again and correct the newest content.",
    409,
)
WITHDRAWN = Rule(
    "records.submission.withdrawn",
    "这份填报已经撤回，不能再更正、撤回或审核。",
    "The record has been withdrawn; it cannot be corrected, withdrawn or reviewed.",
    "需要时请重新填报一份。",
    "File a new record if one is needed.",
    409,
)
REVIEWED = Rule(
    "records.review.same",
    "这份填报已经是“{state}”状态。",
    "The record already is “{state}”.",
    "请刷新页面查看最新的审核意见。",
    "Reload the page to see the newest review.",
    409,
)
REVIEW_STATE = Rule(
    "records.review.state",
    "审核结果只能是“通过”或“退回”。",
    "A review either approves or rejects.",
    "请选择其中一项。",
    "Choose one of the two.",
)
NO_PERSONAL = Rule(
    "records.personal.none",
    "这份填报没有个人信息，或者已经清除。",
    "The record has no personal answers, or they were erased.",
    "无需再办理。",
    "Nothing is left to do.",
    404,
)
PURPOSE = Rule(
    "records.personal.purpose",
    "查看个人信息要写明用途。",
    "Say what you need the personal answers for.",
    "请用至少两个字写明用途，用途会记入日志。",
    "Give the purpose in a few words; it is logged.",
)
PERSONAL_MANY = Rule(
    "records.personal.many",
    "一次最多带走 {most} 条记录的个人信息，现在选了 {count} 条以上。",
    "The personal answers of at most {most} records can be taken at once; {count} or more are chosen.",
    "请用地点、状态或查找缩小范围，只导出办事要用的。",
    "Narrow it by place, state or search to those that the work needs.",
)
PERSONAL_KEY = Rule(
    "records.personal.unreadable",
    "个人信息无法解密：密钥文件与写入时不同。",
    "The personal answers cannot be decrypted: the key file is not the one they were written with.",
    "请管理员恢复数据目录中的 personal.key。",
    "Ask the operator to restore personal.key in the data folder.",
    500,
)
TOO_MANY = Rule(
    "records.batch.too-large",
    "一次收到 {count} 条，超过上限 {limit} 条。",
    "{count} records came at once; the limit is {limit}.",
    "请分几次提交。",
    "Send them in several parts.",
    413,
)

API_CREDENTIALS = Rule(
    "records.api.credentials",
    "用户名或密码不对。",
    "The user name or password is wrong.",
    "请检查后重试；连续 5 次不对，账号将锁定 10 分钟。",
    "Check them; after 5 failures the account is locked for 10 minutes.",
    401,
)
API_LOCKED = Rule(
    "records.api.locked",
    "登录失败次数过多，账号已暂时锁定。",
    "There were too many failed attempts; the account is locked for a while.",
    "请过 10 分钟再试，或请账号管理员重设密码。",
    "Try again in 10 minutes, or ask an administrator for a new password.",
    429,
)
API_SECOND_FACTOR = Rule(
    "records.api.second-factor",
    "这个账号开启了两步验证，不能只凭密码调用接口。",
    "The account has a second factor; a password alone does not open the API.",
    "请为接口另开一个账号，或在网页登录后使用。",
    "Use an account of its own for the API, or the session of a signed-in page.",
    401,
)

API_PASSWORD_DUE = Rule(
    "records.api.password-due",
    "密码已到期，须先修改。",
    "The password is due for a change.",
    "请在网页登录并修改密码后再调用接口。",
    "Sign in on the page and change it first.",
    403,
)
