"""What the desk refuses."""

from __future__ import annotations

from yibiao.core.problems import Rule

NO_SUCH_PACK = Rule(
    "desk.pack.nowhere",
    "既没有这个文件夹或压缩包，也没有同名的自带工作包（自带：{known}）。",
    "there is no such folder or zip, and no pack of that name ships with Yibiao (shipped: {known}).",
    "请检查路径，或用自带工作包的名称。",
    "Check the path, or give the name of a shipped pack.",
    404,
)
SETTINGS_UNFIT = Rule(
    "desk.settings.unfit",
    "按现在的设置无法启动（数据文件夹 {folder}）：{why}。",
    "It cannot begin with these settings (data folder {folder}): {why}.",
    "请检查环境变量（见 docs/reference/settings.md），以及数据文件夹能否写入、磁盘有没有满。",
    "Check the environment variables (docs/reference/settings.md), and whether the data folder can be written and the "
    "disk has room.",
    500,
)
NO_PROGRAM = Rule(
    "desk.program.missing",
    "指标“{indicator}”没有写明属于哪个专项，而现有的专项不止一个。",
    "the indicator “{indicator}” does not say which program it belongs to, and there are several.",
    "请加 --program，或写成“工作包.指标”。",
    "Add --program, or write it as pack.indicator.",
)
NO_INDICATOR = Rule(
    "desk.indicator.unknown",
    "没有“{indicator}”这个指标。",
    "there is no indicator “{indicator}”.",
    "请用 figure list 查看全部指标，或在页面上从列表中选择。",
    "See figure list for all indicators, or choose one on the page.",
    404,
)
NO_PAGE = Rule(
    "desk.page.unknown",
    "没有这个页面。",
    "there is no such page.",
    "请检查地址，或从首页重新进入。",
    "Check the address, or start again from the first page.",
    404,
)
FORBIDDEN = Rule(
    "desk.page.forbidden",
    "这次请求没有通过安全校验，没有办理。",
    "this request did not pass the safety check and was not carried out.",
    "请返回上一页，刷新后再提交一次。",
    "Go back, reload the page and submit again.",
    403,
)
TOO_LARGE = Rule(
    "desk.request.too-large",
    "提交的内容超过了允许的大小。",
    "what was sent is larger than allowed.",
    "请分成几次提交，或压缩后再传。",
    "Send it in several parts, or compress it first.",
    413,
)
NUL = Rule(
    "desk.request.nul",
    "地址或填写的内容里有空字符（NUL），数据库存不了。",
    "the address or what was written has a NUL character, which no database keeps.",
    "请去掉它再试；多半是从别处复制时带进来的。",
    "Take it out and try again; most likely it came along when something was copied.",
    400,
)
SIGN_IN = Rule(
    "desk.sign-in.needed",
    "还没有登录，或登录已经过期。",
    "you are not signed in, or your session has ended.",
    "请先登录。",
    "Sign in first.",
    401,
)
BAD_PERIOD = Rule(
    "desk.period.wrong",
    "“{text}”不是可用的日期，或起止颠倒。",
    "“{text}” is not a usable date, or the ends are swapped.",
    "请按 2022-09-10 的样子填写，起始不晚于截止。",
    "Write it like 2022-09-10, the start not after the end.",
)
BAD_NUMBER = Rule(
    "desk.number.wrong",
    "“{text}”不是整数。",
    "“{text}” is not a whole number.",
    "请只写阿拉伯数字。",
    "Write digits only.",
)
PORT_TAKEN = Rule(
    "desk.serve.port-taken",
    "{host} 的端口 {port} 已被别的程序占用。",
    "port {port} of {host} is used by another program.",
    "请用 --port 换一个端口，或先停掉那个程序。",
    "Choose another with --port, or stop that program first.",
)
ALREADY_SERVED = Rule(
    "desk.serve.already",
    "数据文件夹 {folder} 已经有一个服务在运行。",
    "the data folder {folder} is already being served.",
    "请先停掉那个服务，或用 --data 换一个文件夹。",
    "Stop that server first, or choose another folder with --data.",
)
REPLAY_TAKEN = Rule(
    "desk.replay.taken",
    "重演要从空的数据开始，{folder} 里已经有数据。",
    "a replay begins with no data, and {folder} holds some already.",
    "请用 --data 指定一个空文件夹；用 PostgreSQL 时请另建一个空库。",
    "Name an empty folder with --data; on PostgreSQL, use an empty database.",
)
BENCH_TAKEN = Rule(
    "desk.bench.taken",
    "测速要用空的数据，{folder} 里已经有数据。",
    "this benchmark needs an empty database, and {folder} holds data already.",
    "不要写 --data，或用它指定一个空文件夹；用 PostgreSQL 时请另建一个空库。",
    "Leave --data out, or name an empty folder with it; on PostgreSQL, use an empty database.",
)
BENCH_DIFFERS = Rule(
    "desk.bench.differs",
    "指标“{indicator}”在 {place} 两个引擎算得不同：{first} 与 {second}。",
    "Two engines differ on {indicator} at {place}: {first} and {second}.",
    "这是程序的错误：请报告，并附上数据文件夹。",
    "This is a fault of the program: please report it, with the data folder.",
    500,
)
NOT_BUILT = Rule(
    "desk.pages.not-built",
    "页面的样式和脚本还没有构建。",
    "the pages' styles and scripts have not been built.",
    "请在源码目录运行 make setup。",
    "Run make setup in the source folder.",
)
BAD_REQUEST = Rule(
    "desk.request.unreadable",
    "请求里的这一项读不懂（{said}）。",
    "this part of the request cannot be read ({said}).",
    "请对照接口说明 /api/docs 改正后再发。",
    "Correct it by the description at /api/docs and send it again.",
)
DRAFT_MOVED = Rule(
    "desk.draft.moved",
    "“{phrase}”已经不在原来的位置，文字被改过了。",
    "“{phrase}” no longer stands where it was: the text has been changed.",
    "请重新核对，再改这一处。",
    "Check the draft again, then change this place.",
    409,
)
TEXT_UNREADABLE = Rule(
    "desk.check.unreadable",
    "文件“{name}”读不出文字。",
    "no text can be read from the file “{name}”.",
    "请用 UTF-8 或 GB18030 编码的 .txt、.md，或 .docx。",
    "Use .txt or .md in UTF-8 or GB18030, or .docx.",
)
TEXT_TOO_LONG = Rule(
    "desk.check.too-long",
    "文字超过了 {limit} MB。",
    "the text has more than {limit} MB.",
    "请分成几份核对。",
    "Check it in several parts.",
    413,
)
DRAW_UNREADABLE = Rule(
    "desk.draw.unreadable",
    "文件不是 JSON。",
    "the file is no JSON.",
    "请使用公示页面下载的 JSON 文件。",
    "Use the JSON file from the published page.",
)
RECUSAL = Rule(
    "desk.draw.recusal",
    "回避申请第 {line} 行读不懂。",
    "line {line} of the recusals cannot be read.",
    "一行写一条：检查证号、对象代码、理由，用空格隔开。",
    "Write one a line: number of the inspector, code of the object, reason, with spaces between them.",
)
TEXT_NOWHERE = Rule(
    "desk.check.nowhere",
    "没有文件“{name}”，或没有权限打开。",
    "there is no file “{name}”, or it may not be opened.",
    "请检查路径；从标准输入读，写“-”。",
    "Check the path; write “-” to read standard input.",
    404,
)
NOT_THE_APP = Rule(
    "desk.field.not-the-app",
    "这次发送不是从手机填报页面来的。",
    "this was not sent by the field app.",
    "请打开本站的手机填报页面再发送。",
    "Open the field app of this site and send it from there.",
    403,
)
OTHER_ACCOUNT = Rule(
    "desk.field.other-account",
    "这个浏览器里已经换了别人登录。",
    "somebody else has signed in to this browser meanwhile.",
    "请用填写时的账号重新登录；填好的都还在本机。",
    "Sign in again with the account that filled this in; all of it is still on this phone.",
    401,
)
STREAMS_FULL = Rule(
    "desk.streams.full",
    "同时开着的看板已经太多。",
    "too many boards are open at the same time.",
    "不用处理：本页会改为定时查看，稍后再试。",
    "Nothing to do: the page asks from time to time instead, and tries again later.",
    503,
)
BACKUP_TAKEN = Rule(
    "desk.backup.taken",
    "文件夹 {folder} 里已经有东西。",
    "the folder {folder} is not empty.",
    "请指定一个新的或空的文件夹。",
    "Name a new or an empty folder.",
    409,
)
BACKUP_NONE = Rule(
    "desk.backup.none",
    "文件夹 {folder} 里没有备份（缺 backup.json）。",
    "there is no backup in {folder}: backup.json is missing.",
    "请指定 yibiao backup 写过的文件夹；没有写完的备份不能恢复。",
    "Name a folder that yibiao backup wrote; a backup that was cut short cannot be restored.",
    404,
)
BACKUP_IN_USE = Rule(
    "desk.backup.in-use",
    "数据文件夹 {folder} 里已经有数据。",
    "the data folder {folder} holds data already.",
    "请用 --data 指定一个空文件夹，里面只可先放密钥文件。",
    "Name an empty folder with --data; only the key files may be there before.",
    409,
)
BACKUP_DAMAGED = Rule(
    "desk.backup.damaged",
    "备份 {folder} 已损坏：{said}。",
    "the backup {folder} is damaged: {said}.",
    "请换用另一份备份，并检查磁盘。",
    "Use another backup, and look at the disk.",
)
BACKUP_OTHER = Rule(
    "desk.backup.other",
    "数据库里没有备份时的存证点 {number}，或其根值不同。",
    "the database lacks checkpoint {number} of the backup, or has another root for it.",
    "请把数据库恢复到备份之后的时刻；根值不同说明不是同一个日志。",
    "Restore the database to a moment after the backup; another root means another log.",
    409,
)
