"""What OData refuses, and why."""

from __future__ import annotations

from yibiao.core.problems import Rule

SIGN_IN = Rule(
    "records.odata.sign-in",
    "没有说明是谁在取数。",
    "Nobody has said who asks.",
    "请用账号密码（须为 https）、采集端的口令，或在已登录的浏览器里取数。",
    "Give a user name and password over https, the token of a field client, or use a signed-in page.",
    401,
)
NO_RIGHT = Rule(
    "records.odata.no-right",
    "您没有查看表单“{form}”任何填报的权限。",
    "You may read no record of the form “{form}”.",
    "请联系管理员开通权限。",
    "Ask an administrator for the right.",
    403,
)
UNKNOWN = Rule(
    "records.odata.unknown",
    "没有“{name}”。",
    "There is no “{name}”.",
    "请从服务目录（.svc）列出的数据集中选择。",
    "Choose one of the entity sets that the service document (.svc) lists.",
    404,
)
MALFORMED = Rule(
    "records.odata.malformed",
    "{option} 写得不对：{text}。",
    "{option} is malformed: {text}.",
    "请按 OData 4.0 的写法改正。",
    "Write it as OData 4.0 says.",
    400,
)
PROPERTY = Rule(
    "records.odata.property",
    "{option} 用到的“{name}”不是这个数据集的属性。",
    "{option} names “{name}”, which is no property of this set.",
    "请按 $metadata 中的名称书写。",
    "Use the names of $metadata.",
    400,
)
MISMATCH = Rule(
    "records.odata.type",
    "{option} 里“{left}”与“{right}”的类型合不到一起。",
    "{option} puts “{left}” and “{right}” together, whose types do not fit.",
    "文字请加单引号，数字和日期不加；求和、平均只用于数字。",
    "Quote text with single quotes; numbers and dates stand without. Only numbers have a sum and an average.",
    400,
)
UNSUPPORTED = Rule(
    "records.odata.unsupported",
    "不支持 {feature}。",
    "{feature} is not supported.",
    "请换一种写法；支持的内容见文档“取走数据”。",
    "Ask in another way; the guide says what is supported.",
    501,
)
NOT_ACCEPTABLE = Rule(
    "records.odata.not-acceptable",
    "这里只有 {kind}。",
    "There is only {kind} here.",
    "请改 Accept 或 $format。",
    "Change Accept or $format.",
    406,
)
VERSION = Rule(
    "records.odata.version",
    "OData-MaxVersion“{version}”低于 4.0。",
    "OData-MaxVersion “{version}” is below 4.0.",
    "请使用支持 OData 4.0 的软件。",
    "Use a program that speaks OData 4.0.",
    404,
)
METHOD = Rule(
    "records.odata.method",
    "数据源只能读取，不接受 {method}。",
    "The feed is read only: it takes no {method}.",
    "请用 GET 取数；填报和更正在网页、手机或接口上做。",
    "Read it with GET; records are filed and corrected on the site, by phones or by the API.",
    405,
)
