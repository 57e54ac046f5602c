"""What the pages of docs/reference say of kinds of facts, settings and the parts of a pack, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# Kind of fact → Chinese, English. A kind that is not listed here fails the build.
FACT_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "record.<form>": (
        "一条填报；更正是新的版次，撤回写明原因",
        "A submission; a correction is a new revision, a withdrawal says why",
    ),
    "case.<pack>.<lifecycle>": (
        "一个事项的一步：立项、办理、更正、撤销、提级；每一步都是新的版次，带着办完之后的全部情况",
        "One act on a case: opened, moved, corrected, withdrawn, escalated; each is a revision with all that holds "
        "after it",
    ),
    "record.reviewed": ("审核结论", "The outcome of a review"),
    "record.personal-read": ("有人查看了个人信息，及其用途", "Somebody read personal answers, and to what purpose"),
    "record.personal-erased": ("删除了个人信息；存证和数不变", "Personal answers were erased; proofs and figures stay"),
    "register.merged": (
        "两个台账对象合并为一个；撤销是新的版次",
        "Two entities of a register were merged into one; undoing it is a new revision",
    ),
    "register.kept-apart": ("认定两个相似的台账对象不是同一个", "Two entities that look alike were ruled to be two"),
    "register.confirmed": (
        "校验位不符的统一社会信用代码经确认无误",
        "A unified social credit code whose check characters do not fit was confirmed",
    ),
    "register.settled": (
        "两处相互矛盾的台账更新经裁定；撤销是新的版次",
        "Two changes of an entity that contradict each other were settled; undoing it is a new revision",
    ),
    "register.not-waited": (
        "手机的台账更新不再等待同一手机更早的那条：有人决定，或等够了五天",
        "A phone's word on an entity was taken without an earlier one of the same phone: somebody said so, or five "
        "days had passed",
    ),
    "program.form-closed": (
        "一项工作关闭一张表单：原因和手机补报的最后一天；重新开放是新的版次",
        "A form was closed in a program: why, and the last day for what phones hold; opening it again is a new "
        "revision",
    ),
    "demand.repeated": (
        "单位反映一张表单重复要已有的内容；答复是新的版次",
        "A unit said that a form asks again for what is known; the answer is a new revision",
    ),
    "record.file-received": (
        "一份填报的附件已收到：名称、摘要、大小和类型；涉及个人的不写名称",
        "A file of a submission came in: name, digest, size and type; of a personal one no name",
    ),
    "record.file-infected": ("查病毒时在附件里发现的", "What a scanner found in a file of a submission"),
    "pack.installed": ("装入一个包的版本", "A version of a pack was installed"),
    "program.opened": ("开启一项专项", "A program was opened"),
    "duty.filing": (
        "一份应报：已报（零报告或有情况）、免报、催报、上交",
        "A report that is owed: filed (nil or with values), exempt, reminded of, handed up",
    ),
    "duty.staffer": ("值班人员名册上的一人；姓名不入存证", "A person on a unit's list of staff; the name stays out"),
    "duty.roster": ("值班表：开列、报备", "A roster: opened, filed"),
    "duty.assignment": (
        "一人一班一岗：排班、确认、换人、到岗、离岗、撤下",
        "A person at a post of a shift: planned, confirmed, swapped, arrived, left, released",
    ),
    "duty.swap": ("换班：申请、同意、批准", "A swap: asked, accepted, approved"),
    "duty.handover": ("交接班：交班、接班签收", "A handover: offered, signed"),
    "duty.spot-check": ("查岗：抽定、结果", "A spot check: drawn, done"),
    "bulletin.drafted": ("起草通报", "A bulletin was drafted"),
    "bulletin.edited": ("改动通报草稿", "A draft was edited"),
    "bulletin.issued": ("签发通报：文字、引用和存证点", "A bulletin was issued: text, citations and checkpoint"),
    "draft.taken": ("收下一份待核的文稿", "A draft was taken in, to be checked"),
    "draft.rewritten": ("改动待核的文稿", "The text of such a draft was changed"),
    "draft.checked": (
        "留存一次核稿：存证点和各色处数",
        "A check was kept: its checkpoint and how many marks of which colour",
    ),
    "claim.confirmed": ("有人确认某处数字表述指哪个指标", "A person said which indicator a claim speaks of"),
    "claim.rejected": ("有人否定某处数字表述指某个指标", "A person said that a claim does not speak of an indicator"),
    "claim.released": ("收回对某处数字表述的确认或否定", "What was said of a claim was taken back"),
    "alias.learned": ("确认过的说法成为本专项的别名", "A confirmed wording became an alias of the program"),
    "alias.withdrawn": ("停用一个别名", "An alias was taken out of use"),
    "value.reported": (
        "历史数值：已发表的通报怎么说，出处何在",
        "A reported value: what a published text says, and where",
    ),
    "value.withdrawn": ("停用一个历史数值", "A reported value was taken out of use"),
    "notice.issued": (
        "一份通知：印发、被替换、撤回，各为一版",
        "A notice: each of its acts, issued, replaced, withdrawn, is a revision",
    ),
    "notice.receipt": (
        "一个接收单位的那一份：送达、阅读、签收、转发、反馈、催签，各为一版",
        "One receiver's copy: sent, read, signed, forwarded, answered, reminded; each is a revision",
    ),
    "warning.issued": (
        "一条预警：首发、更新、解除，各为一版",
        "A warning: its first message, updates and the cancellation; each is a revision",
    ),
    "warning.practised": ("演练、测试的预警；任何数都不计它", "A warning of a drill or test; no figure counts it"),
    "draw.held": (
        "一次双随机抽取：公布摘要、抽取、替换、公示，各为一版",
        "A draw at random: its hash published, drawn, replaced, made public; each is a revision",
    ),
    "people.organisation-added": ("登记机构", "An organisation was registered"),
    "people.account-added": ("开通账号", "An account was opened"),
    "people.post-added": ("增加岗位", "A post was given"),
    "people.granted": ("授权", "A right was granted"),
    "people.revoked": ("收回权限", "A right was taken back"),
    "people.deactivated": ("停用账号", "An account was closed"),
    "people.reactivated": ("重新启用账号", "An account was opened again"),
    "people.password-changed": ("本人更换密码", "A password was changed by its owner"),
    "people.password-reset": ("管理员重设密码", "A password was reset by an administrator"),
    "people.client-added": ("开通采集端：地点和专项", "A field client was made: its place and programs"),
    "people.client-revoked": ("停用采集端", "A field client was revoked"),
    "people.signed-in": ("登录；来源地址只存带密钥的摘要", "A sign-in; the address is kept as a keyed digest only"),
    "people.signed-out": ("退出登录", "A sign-out"),
    "people.sign-in-failed": ("登录失败；是否因此锁定", "A failed sign-in, and whether it locked the account"),
}
# Variable → what it sets. A variable that the code reads and that is not listed here fails the build.
SETTINGS: Final[Mapping[str, tuple[str, str]]] = {
    "YIBIAO_DATA": ("数据文件夹：数据库、密钥、列文件", "The data folder: database, key, column files"),
    "DATABASE_URL": ("数据库地址；默认为数据文件夹中的 SQLite", "The database; by default SQLite in the data folder"),
    "YIBIAO_POOLED": (
        "设为 1：数据库前面有按事务分配连接的连接池（如 PgBouncer）",
        "1: a pooler that assigns connections by transaction, such as PgBouncer, stands before the database",
    ),
    "YIBIAO_SECRET_KEY": (
        "签名与加密用的密钥；默认首次启动时生成",
        "The key for signing and encryption; made at the first start",
    ),
    "YIBIAO_HOSTS": ("允许的主机名，用逗号隔开", "Host names that are answered, separated by commas"),
    "YIBIAO_ORIGINS": ("允许提交表单的来源地址", "Origins that may post forms, such as https://yibiao.example"),
    "YIBIAO_HTTPS": ("设为 1：只经 HTTPS 使用", "1: HTTPS only (secure cookies, redirect, HSTS)"),
    "YIBIAO_PROXIES": (
        "前面有几层反向代理",
        "How many reverse proxies stand in front; needed for the limits per address",
    ),
    "YIBIAO_REPLAY": (
        "重演示例数据时由程序自己传递的时钟，不要手工设置",
        "The clock of a replayed demo, handed on by the program itself; never set by hand",
    ),
    "YIBIAO_PASSWORD_DAYS": ("密码最长使用天数；0 为不限", "Days after which a password must be changed; 0: never"),
    "YIBIAO_EMAIL": (
        "发信服务器：smtp://用户:密码@主机:端口?发件人；smtps:// 为全程加密；未设则不发邮件",
        "Mail server: smtp://user:password@host:port?from, or smtps://; without it no mail is sent",
    ),
    "YIBIAO_SMS": (
        "短信网关：https://主机/路径#签名密钥；未设则只在终端提示",
        "Gateway for SMS: https://host/path#secret; without it the terminal says that something went out",
    ),
    "YIBIAO_WECHAT": (
        "企业微信网关：https://主机/路径#签名密钥；未设则只在终端提示",
        "Gateway for WeCom: https://host/path#secret; without it the terminal says that something went out",
    ),
    "YIBIAO_REPORTS_PER_ADDRESS": (
        "同一网络地址一小时内最多报几件群众诉求",
        "How many reports of citizens are taken from one address within an hour",
    ),
    "YIBIAO_REPORTS_PER_PLACE": (
        "同一地点一小时内最多收几件群众诉求",
        "How many reports of citizens are taken for one place within an hour",
    ),
    "YIBIAO_OPEN311_KEY": (
        "向对方 Open311 端点送办理进展时用的 api_key",
        "The api_key with which another Open311 endpoint is told what became of its requests",
    ),
    "YIBIAO_CHALLENGE": (
        "防机器提交的验证最多要算几次；越大越费时",
        "How many hashes the check against machines asks for at most; more take longer",
    ),
    "YIBIAO_SCANNER": (
        "查病毒的服务：clamd://主机:端口 或 unix:///套接字；设了之后，附件查过才能下载",
        "A scanner for malware, clamd://host:port or unix:///socket; once set, files are handed out when found clean",
    ),
    "YIBIAO_FORM_KEYS": (
        "表单密钥的文件（权限 600，不设口令的 PEM，第一把发给手机）；设了之后，手机能加密填报",
        "The file with the keys of forms (mode 600, PEM without a password, the first is given to phones); once set, "
        "phones can encrypt what is filled in",
    ),
    "YIBIAO_ENCRYPTED_FORMS": (
        "哪些表单由手机加密：编号或带 * 的样式，用逗号隔开；默认 personal，即有个人信息题目的",
        "Which forms phones encrypt: ids or patterns with *, separated by commas; by default personal, those that ask "
        "for personal answers",
    ),
    "YIBIAO_STREAMS": (
        "每个网页进程最多同时把新数推给多少个看板；超过的改为定时查看",
        "To how many boards each web process pushes what changed; further ones ask from time to time",
    ),
    "YIBIAO_FIGURES_MEMORY": (
        "每个进程算数时最多用多少兆内存，不够时借用磁盘（临时文件夹）",
        "How many megabytes counting figures may take in each process; what needs more goes on in the temporary folder",
    ),
    "YIBIAO_FIGURES_ENGINE": (
        "页面和通报的数由谁来算：duckdb（默认，读数据列和立方）或 postgres（站点自己的 PostgreSQL 直接从日志算，"
        "不写 Parquet 文件；适合小站点）",
        "What counts the figures of pages and bulletins: duckdb (by default, over columns and cubes) or postgres (the "
        "site's own PostgreSQL, from the log alone, without Parquet files; for small sites)",
    ),
    "YIBIAO_FIGURES_FILES": (
        "Spark 集群从哪里读数据列的副本（如 s3://桶/目录），由 yibiao figure copy 放到那里",
        "Where a Spark cluster reads copies of the columns (s3://bucket/folder, for example); yibiao figure copy puts "
        "them there",
    ),
    "YIBIAO_LAKE_MB": (
        "放在对象存储上的数据湖，取来的文件在本机最多留多少 MB；一小时内用过的不删",
        "How many MB of a lake in a store of objects are kept on this machine once fetched; what was used within the "
        "hour stays",
    ),
    "YIBIAO_LOG_LEVEL": ("日志级别", "Level of the log"),
    "YIBIAO_LOG_FORMAT": (
        "日志格式：text 或 json；json 时每个请求一行",
        "Form of the log: text or json; json has a line for every request",
    ),
    "YIBIAO_METRICS_TOKEN": (
        "读取 /metrics 时出示的令牌；未设则只许本机读取",
        "The token with which /metrics is read; without one only the machine itself may",
    ),
    "YIBIAO_OTLP": (
        "OpenTelemetry 收集器：https://主机:4318#令牌，每 30 秒把 /metrics 的各数以 OTLP/HTTP 送去；未设则不送",
        "An OpenTelemetry collector, https://host:4318#token: every 30 s the numbers of /metrics go there by OTLP/HTTP",
    ),
    "YIBIAO_LANGUAGE": (
        "命令行语言：zh 或 en；默认随系统",
        "Language of the command line: zh or en; by default the terminal's",
    ),
}
FORM_COLUMNS: Final[Mapping[str, str]] = {
    "role": "what the answer is to the fact: `place`, `occurred_at`, `subject`, `participants` or `organisation`",
    "unit": "the unit of a number, for example `处` or `人次`",
    "personal": "`yes`: a personal answer; it never enters the ledger and is stored encrypted",
    "register": "the register whose entity the answer picks",
    "prefill": "where the answer is known from: `last`, the last record about the same subject, or "
    "`<question>.<answer>`, what the register keeps of the entity picked there; a correction goes back to the register",
    "check": "`uscc`: a unified social credit code; one whose check characters do not fit is pointed out, not refused",
}
LIFECYCLE_PARTS: Final = (
    ("`[[lifecycle.field]]`", "`id`, `type`, `label`, `choices`, `unit`, `default`, `minimum`, `derived`",
     "what a case holds; `derived` gives the first `value` whose `when` holds while the rule is in force"),
    ("`[[lifecycle.state]]`", "`id`, `label`, `final`, `due`, `promise`, `open_ended`, `escalate`",
     "`due`: the first rule (`field`, or `span` after `anchor`; `when`) says by when the state must be left; "
     "`promise`: by then the case is to be closed; `escalate`: how long overdue until the place above is told"),
    ("`[[lifecycle.move]]`",
     "`id`, `label`, `from`, `to`, `right`, `asks`, `where`, `when`, `needs`, `other_than`, `reason`, `repeats`, "
     "`withdraws`, `sets`, `stamps`, `later`",
     "offered `where` a condition holds, refused unless `when` holds after its answers; never by who made a move "
     "named in `other_than`; `repeats` begins a new round; `later`: times that it may only put off"),
    ("`[[lifecycle.opens]]`", "`form`, `repeat`, `count`, `title`, `fields`, `constants`, `when`, `starts`",
     "which records open cases: each, each item of a repeat, or as many as a number says"),
    ("`[[lifecycle.clock]]`",
     "`id`, `label`, `channel`, `anchor`, `limit`, `stopped_by`, `when`, `valid_from`, `source`",
     "a time limit from `anchor` until one of the moves named: met, late, running or overdue"),
    ("`[lifecycle.public]`", "`states`, `fields`",
     "what everybody may read of its cases: in which states, and which fields"),
    ("`[lifecycle.reporter]`", "`path`, `fields`, `offers` (`move`, `within`, `source`)",
     "what the person who reported a case reads of it, and the moves that only she makes, within a span after the "
     "state was entered"),
    ("`[lifecycle.merging]`", "`move`, `undo`, `field`, `same`, `text`, `near`, `within`",
     "how a case is closed as another report of one that is known (`field` holds its id); suspected are those that "
     "began `within` a span with the same answer to `same`, whose `text` is alike or whose positions are close"),
    ("`[[lifecycle.paper]]`", "`id`, `label`, `moves`, `where`, `title`, `number`, `to`, `body`, `signatures`",
     "a .docx that a case has once one of `moves` was made, `where` a condition holds; its lines name what "
     "the case holds: `${deadline}`"),
)  # fmt: skip
DUTY_PARTS: Final = (
    ("`[[obligation]]`",
     "`topic`, `label`, `form`, `register`, `unit`, `filter`, `where`, `every`, `ahead`, `due`, `nil`, `nil_answers`, "
     "`record_missed`, `escalate`, `compares`, `beside`, `valid_from`, `valid_until`, `source`",
     "every unit of the register that passes the filter files the form, with answers that pass `where`, once a `day`, "
     "`week`, `month`, `quarter`, `year`, `once`, or `before-holiday` (from `ahead` days before a holiday until it is "
     "over, due by its first day); `record_missed` makes a fact of what was not filed; "
     "`due` is a clock of the last day (`20:00`) or a span after the period (`5d`, `12h`, `3wd`); `nil` is when a "
     "report says that nothing happened, `nil_answers` make one"),
    ("`[[category]]`", "`id`, `label`", "what a person-shift counts as; two posts of one in one shift count once"),
    ("`[[shift_type]]`", "`id`, `label`, `begins`, `ends`, `days`, `valid_from`, `source`",
     "`ends` not after `begins` is the next day; `days` is `every`, `work` or `rest`"),
    ("`[[shift_type.post]]`", "`id`, `label`, `least`, `counts_as`, `leads`", "a seat, how many it needs, who leads"),
    ("`[roster]`", "`register`, `file_before`, `arrive_early`, `source`",
     "whose rosters are kept, and how long before they begin they are filed"),
)  # fmt: skip
