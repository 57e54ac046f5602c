"""Everything that the room of figures may object to."""

from __future__ import annotations

from typing import Final

from yibiao.core.problems import Rule

TOML: Final = Rule(
    "figures.definitions.unreadable",
    "这不是合格的 TOML 文件：{why}",
    "This is not valid TOML: {why_en}",
    "请修正该处后重试。",
    "Correct it there and try again.",
)
SHAPE: Final = Rule(
    "figures.definitions.shape",
    "“{key}”不符合要求：{why}",
    "“{key}” is not as required: {why_en}",
    "请对照指标文件的说明改正。",
    "Compare it with the reference of indicators.toml.",
)
REPEATED: Final = Rule(
    "figures.definitions.repeated",
    "编号“{id}”已经用过。",
    "The id “{id}” is used already.",
    "请换一个编号。",
    "Choose another id.",
)
FORM: Final = Rule(
    "figures.source.unknown",
    "没有表单“{source}”。",
    "There is no form “{source}”.",
    "可用：{known}。",
    "Known: {known}.",
)
FIELD: Final = Rule(
    "figures.field.unknown",
    "表单“{source}”没有字段“{field}”。",
    "The form “{source}” has no field “{field}”.",
    "可用的字段：{known}。",
    "Known fields: {known}.",
)
PERSONAL: Final = Rule(
    "figures.field.personal",
    "字段“{field}”是个人信息，不能用于指标。",
    "The field “{field}” is personal and cannot be used in an indicator.",
    "请改用不涉及个人的字段。",
    "Use a field that is not personal.",
)
RESERVED: Final = Rule(
    "figures.field.reserved",
    "字段“{field}”与标准列同名，但意思不同。",
    "The field “{field}” has the name of a standard column but another meaning.",
    "请在表单中给它换一个名字。",
    "Give it another name in the form.",
)
NOT_NUMBER: Final = Rule(
    "figures.field.not-number",
    "字段“{field}”不是数字，不能求和。",
    "The field “{field}” is not a number and cannot be added up.",
    "请改用整数或者小数字段。",
    "Use an integer or decimal field.",
)
NEEDED: Final = Rule(
    "figures.definitions.needed",
    "算法“{measure}”必须写“{key}”。",
    "The measure “{measure}” needs “{key}”.",
    "请补上这一项。",
    "Add it.",
)
UNUSED: Final = Rule(
    "figures.definitions.unused",
    "算法“{measure}”用不到“{key}”。",
    "The measure “{measure}” does not use “{key}”.",
    "请删去这一项，或者换一种算法。",
    "Remove it, or choose another measure.",
)
COVERAGE: Final = Rule(
    "figures.coverage.unknown",
    "没有报送要求“{id}”。",
    "There is no coverage “{id}”.",
    "可用：{known}。",
    "Known: {known}.",
)
REGISTER: Final = Rule(
    "figures.coverage.register",
    "没有哪张表单登记台账“{register}”。",
    "No form fills the register “{register}”.",
    "请改正台账名，或者加上登记它的表单。",
    "Correct the name, or add the form that fills it.",
)
TERM: Final = Rule(
    "figures.terms.unknown",
    "没有指标“{id}”。",
    "There is no indicator “{id}”.",
    "请改正编号；减号两边要有空格。",
    "Correct the id; a minus needs spaces around it.",
)
CYCLE: Final = Rule(
    "figures.terms.cycle",
    "指标互相引用，成了一圈：{path}。",
    "Indicators refer to one another in a circle: {path}.",
    "请拆开其中一处引用。",
    "Remove one of the references.",
)
RATIO: Final = Rule(
    "figures.terms.ratio",
    "比率要写成“一个指标 / 另一个指标”。",
    "A ratio is written “one indicator / another”.",
    "其他算式请用 expr。",
    "For other terms use the measure expr.",
)
EQUAL: Final = Rule(
    "figures.check.equal",
    "核对要写成“左边 = 右边”。",
    "A check is written “left = right”.",
    "例如 hazards = hazards-fixed + hazards-ordered。",
    "For example hazards = hazards-fixed + hazards-ordered.",
)
MONTH: Final = Rule(
    "figures.streak.month",
    "“{of}”不是月份。",
    "“{of}” is not a month.",
    "请写开始有记录的月份，例如 2015-01。",
    "Write the month in which records begin, such as 2015-01.",
)
CHANGED: Final = Rule(
    "figures.definitions.changed",
    "工作包“{pack}”{version} 版的指标已经存档，内容不同。",
    "Other indicators are stored for version {version} of pack “{pack}”.",
    "请提高版本号后再安装。",
    "Raise the version and install again.",
    409,
)
UNKNOWN: Final = Rule(
    "figures.indicator.unknown",
    "没有指标“{ref}”。",
    "There is no indicator “{ref}”.",
    "请从指标列表中选一个。",
    "Choose one from the list of indicators.",
    404,
)
OUTSIDE: Final = Rule(
    "figures.scope.outside",
    "您无权查看地点 {place} 在“{program}”中的数。",
    "You may not see figures of “{program}” for place {place}.",
    "请查看您负责的地点，或者向管理人员申请分析权限。",
    "Look at a place of yours, or ask an administrator for the right to analyse.",
    403,
)
NO_LOG: Final = Rule(
    "figures.log.empty",
    "还没有存证点，算不出数。",
    "There is no checkpoint yet, so nothing can be computed.",
    "请先填报，一秒钟后再看。",
    "File something first and look again in a second.",
    404,
)
DIMENSION: Final = Rule(
    "figures.breakdown.unavailable",
    "指标“{ref}”不能按“{by}”分开看。",
    "The indicator “{ref}” cannot be broken down by “{by}”.",
    "可用：{known}。",
    "Known: {known}.",
)
TAKEN: Final = Rule(
    "figures.columns.taken",
    "数据列里已有事实，不能再生成样例。",
    "There are facts in the columns already; no invented ones can be made beside them.",
    "请换一个空的数据文件夹。",
    "Use an empty data folder.",
    409,
)
NO_POSTGRES: Final = Rule(
    "figures.engine.database",
    "站点的数据库不是 PostgreSQL，不能由它来算。",
    "The site's database is not PostgreSQL, so it cannot count.",
    "请用 duckdb，或者把站点放到 PostgreSQL 上。",
    "Use duckdb, or put the site on PostgreSQL.",
)
NO_SPARK: Final = Rule(
    "figures.engine.missing",
    "没有安装 Spark。",
    "Spark is not installed.",
    "请安装 requirements/spark.txt 和 Java 17。",
    "Install requirements/spark.txt and Java 17.",
)
NO_MASTER: Final = Rule(
    "figures.engine.unreachable",
    "连不上 Spark（{master}）：{why}",
    "Spark cannot be reached at {master}: {why}",
    "请查看集群是否在运行，或者用 --master 'local[2]' 在本机算。",
    "See whether the cluster runs, or count on this machine with --master 'local[2]'.",
    503,
)
LAKE_OVERLAP: Final = Rule(
    "figures.lake.overlap",
    "共享数据湖里“{first}”与“{second}”的地点互相重叠，会重复计数。",
    "In the lake the places of {first} and {second} overlap, so things would be counted twice.",
    "请移走其中一个文件夹。",
    "Take one of the folders away.",
    409,
)
LAKE_OUTSIDE: Final = Rule(
    "figures.lake.outside",
    "有 {count} 个地点的事实不在“{place}”之内，例如 {example}。",
    "There are facts at {count} places that are not in {place}, such as {example}.",
    "请用包含它们的地点来发布。",
    "Publish with a place that they are in.",
    409,
)
LAKE_ENGINE: Final = Rule(
    "figures.lake.engine",
    "共享数据湖只能由 duckdb 或 spark 来算：它没有日志。",
    "A lake is counted by duckdb or spark: it has no log.",
    "请换一个引擎。",
    "Choose one of them.",
)
LAKE_EMPTY: Final = Rule(
    "figures.lake.empty",
    "还没有存证点，没有可发布的。",
    "There is no checkpoint yet, so there is nothing to publish.",
    "请先填报，一秒钟后再发布。",
    "File something first and publish a second later.",
    409,
)
COPIES_MISSING: Final = Rule(
    "figures.copies.missing",
    "没有安装 fsspec，不能把数据列复制到别处。",
    "fsspec is not installed, so columns cannot be copied elsewhere.",
    "请安装 requirements/spark.txt，以及所用存储的扩展（如 s3fs）。",
    "Install requirements/spark.txt, and what your store needs beside it (s3fs, for example).",
)
COPIES_UNREACHABLE: Final = Rule(
    "figures.copies.unreachable",
    "读写不了 {root}：{why}",
    "{root} cannot be read or written: {why}",
    "请查看地址、权限，以及所用存储的扩展是否已安装。",
    "See to the address and the rights, and whether what the store needs is installed.",
    503,
)
COPIES_UNREADABLE: Final = Rule(
    "figures.copies.unreadable",
    "{root} 的文件清单不完整，或被改动过。",
    "The list of files at {root} is not whole, or was changed.",
    "稍后再试；仍然如此时，请删除那里的 columns.json，再运行 yibiao figure copy。",
    "Try again in a moment; if it stays so, remove its columns.json and run yibiao figure copy.",
    409,
)
COPIES_OLD: Final = Rule(
    "figures.copies.old",
    "{root} 的文件是重算以前的数据列。",
    "The files at {root} are of columns that were made anew since.",
    "请运行 yibiao figure copy {root}。",
    "Run yibiao figure copy {root}.",
    409,
)
CLUSTER: Final = Rule(
    "figures.engine.failed",
    "Spark（{master}）没有算成：{why}",
    "Spark at {master} did not come to an answer: {why}",
    "请查看各台机器能否读到数据列的文件夹（--files），以及集群的日志。",
    "See whether its machines can read the folder of the columns (--files), and what the cluster's log says.",
    503,
)
CLUSTER_PACKAGE: Final = Rule(
    "figures.engine.package",
    "Spark 缺少读 {scheme}:// 所需的 Hadoop 扩展包：{why}",
    "Spark lacks Hadoop's package for {scheme}://: {why}",
    "请改用 {other}://（由各台机器经 fsspec 读取，不需要扩展包），或者用 --setting spark.jars.packages=… 带上扩展包。",
    "Write {other}:// instead, which its machines read through fsspec without that package, or bring the package "
    "with --setting spark.jars.packages=….",
    503,
)
