"""Days, clocks, spans of the calendar and hours of service: numerals that say when, not how many."""

from __future__ import annotations

from typing import Final

from yibiao.core.reading.rules import Rule, rule

N: Final = "一二三四五六七八九十"
_DASH: Final = r"[-－—–~～]{1,2}"
_PART: Final = r"(?:上午|下午|晚上?|夜间|凌晨|清晨|中午|早上?|傍晚|深夜|当晚|次日|翌日|当日|次年|零时|午夜)"
_WEEKDAY: Final = r"[(（](?:星期|周)[一二三四五六日天][)）]"
_CLOCK: Final = (
    r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?!\d)"
    r"|\d{1,2}[时点](?!\w?(?:意见|要求|建议|体会)|位)(?:\d{1,2}分(?!钟)(?:\d{1,2}秒)?|[整许半])?"
)
_MONTH: Final = r"\d{1,2}月(?!龄)(?:份|底|初|末|[上中下]旬|\d{1,2}[日号](?![楼线门]))?"
_DAY: Final = (
    rf"\d{{4}}年(?:度(?![假过])|[上下]半年|第?[一二三四]季度|前[一二三]季度|{_MONTH})?|{_MONTH}"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|\d{4}[-/]\d{1,2}(?![\d万亿])|[12]\d日|3[01]日|\d日|0\d日"
)
_MOMENT: Final = rf"(?:{_DAY}|{_CLOCK})"
_LINK: Final = rf"\s*(?:[至到、和]|{_DASH})\s*(?:{_PART})?\s*"
# The first of two that share the last one's word: 2021—2025年, 9至11日, 8、9月.
_SHARED: Final = (
    rf"\d{{1,4}}(?={_DASH}\d{{1,4}}年)(?!{_DASH}\d{{1,2}}年)"
    rf"|\d{{1,2}}(?={_LINK}\d{{1,2}}(?:月|日(?!内|以内|之内|游|无)|[时点](?!\w?意见)))"
)
_DATE: Final = (
    rf"(?:{_MOMENT}|{_SHARED})"
    rf"(?:\s*(?:{_PART}|{_WEEKDAY}|前后|左右)?\s*{_MOMENT}|{_LINK}{_MOMENT}"
    rf"|{_LINK}\d{{1,2}}\.\d{{1,2}}(?![\d%％万亿])|{_LINK}\d{{1,2}}(?={_LINK}\d{{1,2}}[月日])){{0,12}}"
)
_YEAR_NAMED: Final = (
    r"今年|去年|前年|明年|当年|同年|今天|昨天|昨日|今日|当日|当天|次日|本月|上月|每年|每月|上半年|下半年"
)
# Before days that were counted, not named: 为期3日, 拘留3至10日.
_COUNTING: Final = (
    "为期|历时|持续|连续|长达|共|共计|用时|超|超过|不足|不到|满|近|后|前|第|每|约|达|期限|限|拘留|处|延长|提前|停产"
)
_BARE_DAYS: Final = r"\d{1,2}(?:[至到—-]\d{1,2})?日"

# A span of the calendar: 前8个月, 近三年来, 未来24小时.
_SPAN: Final = rf"(?:\d{{1,3}}|[{N}两几]{{1,2}})(?:个(?:月|小时)|年|天|小时|周|日)(?![度龄轻])(?:来|间|内)?"
_RECENT: Final = (
    rf"(?:\d{{1,3}}|[{N}两几]{{1,2}})(?:个(?:月|小时)|年|天|小时|周|日)(?:来|间)"
    rf"|(?:\d|[{N}两几])(?:个(?:月|小时)|年|天|小时|周|日)(?![度龄轻])内?"
)
_SPENT: Final = "(?:战|时|续|达|过|了|共|计|行|走|守|干|跑|用|花|长|忙|累|作|动|经|提|期)[近前]"
SPANS: Final = (
    rule("date", _SPAN, "过去|最近|今后|未来|此后", reach=True),
    rule("date", _SPAN, "前", reach=True, unless=_SPENT),
    rule("date", _RECENT, "近", reach=True, unless=_SPENT),
)

ROUND_CLOCK: Final = rule("service_hours", r"[7七]\s*[×xX*乘]\s*24(?:个?小时)?|(?:24|365)\s*[×xX*]\s*\d+(?:个?小时)?")
HOURS: Final = (
    # 24小时值守: whatever goes on around the clock; 24小时内 and 用时24小时 are told as spans.
    rule(
        "service_hours",
        r"(?:24|二十四)个?小时(?=[\"”’」』]?[“「『\"\u4e00-\u9fff])(?![内后以之前的左就便仅未没即已才])",
        unless="用时|历时|持续|不到|不足|超过|连续|达|约|近|过去|未来|此后|最近|了",
    ),
    ROUND_CLOCK,
    rule(
        "service_hours",
        r"24个?小时",
        r"(?:值班|值守|在岗|实行|坚持|落实|严格|保持|执行|全天|全年|昼夜|设立|提供|开通|推行)[^,，。；;\n\d]{0,6}",
    ),
)

DATES: Final[tuple[Rule, ...]] = (
    *SPANS,
    *HOURS,
    rule("date", rf"\d{{1,2}}(?:、\d{{1,2}}){{1,11}}[{N}两]个月"),
    rule("date", r"\d{2}世纪(?:\d{2}年代)?|\d{2,4}年代"),
    rule("date", _DATE, _YEAR_NAMED, reach=True),
    rule("date", rf"(?!{_BARE_DAYS}(?:内|以内|之内|游|无理由|后|龄)){_DATE}", unless=_COUNTING),
    rule("date", rf"(?!{_BARE_DAYS}){_DATE}"),
    rule(
        "date",
        r"(?:19|20)\d{2}(?![\d.,%％万亿余多]|[，。,;；、]|$)",
        bare=True,
        unless="[达到共计为超约近数有出放罚了]",
    ),
)

_CLOCK_WORDS: Final = rf"[{N}]{{1,3}}时(?![候间期代常])(?:[{N}]{{1,3}}分(?!钟))?"
CHINESE_DATES: Final[tuple[Rule, ...]] = (
    *HOURS,
    *SPANS,
    rule("date", r"半年", r"(?:[12]\d{3}年)?[上下前后]", reach=True),
    rule("date", rf"[{N}](?![{N}百千万])", r"(?:正月|腊月|大年|春节)?初", reach=True),
    rule("date", rf"[{N}]", "周|星期", reach=True),
    rule(
        "date",
        rf"[{N}]{{1,3}}日(?=清晨|上午|下午|晚|凌晨|夜|中午|早|[{N}]{{1,3}}时)(?:{_CLOCK_WORDS})?"
        rf"|{_CLOCK_WORDS}(?:[至到][{N}]{{1,3}}日)?|[二一〇零三四五六七八九]{{4}}年(?:[{N}]{{1,3}}月(?:[{N}]{{1,3}}[日号])?)?"
        rf"|(?:十[一二]?|[{N}])月(?![饼嫂球])(?:份|底|初|末|[上中下]旬|(?:二?十[{N}]?|三十一?|[{N}])[日号])?|[一二三四]季度",
    ),
    rule("date", rf"[{N}]{{1,3}}日(?![内后])", "[至到从自截]"),
)
