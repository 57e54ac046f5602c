"""What a numeral can be instead of a claim: rules in order, each a pattern at the numeral and what stands before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from yibiao.core import numerals
from yibiao.core.reading import lexicon
from yibiao.core.reading.units import UNIT

_C: Final = numerals.CHINESE
_N: Final = "一二三四五六七八九十"
_DASH: Final = r"[-－—–~～]{1,2}"
_PART: Final = r"(?:上午|下午|晚上?|夜间|凌晨|清晨|中午|早上?|傍晚|深夜|当晚|次日|翌日|当日|次年|零时|午夜)"

_CLOCK: Final = r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?!\d)|\d{1,2}[时点](?!\w*意见)(?:\d{1,2}分(?!钟)(?:\d{1,2}秒)?|[整许半])?"
_DAY: Final = (
    r"\d{4}年(?:度(?![假过])|[上下]半年|第?[一二三四]季度|前[一二三]季度|\d{1,2}月(?:份|底|初|末|[上中下]旬|\d{1,2}[日号])?)?"
    r"|\d{1,2}月(?!龄)(?:份|底|初|末|[上中下]旬|\d{1,2}[日号](?!楼|线|门))?"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)|\d{4}[-/]\d{1,2}(?![\d万亿])|[12]\d日|3[01]日|\d日|0\d日"
    r"|(?:19|20)\d{2}(?=年)"
)
_MOMENT: Final = rf"(?:{_DAY}|{_CLOCK})"
_LINK: Final = rf"\s*(?:[至到、和]|{_DASH})\s*(?:{_PART})?\s*"
_HALF_DAY: Final = r"[(（]?(?:星期|周)[一二三四五六日天][)）]?"
DATE: Final = re.compile(
    rf"(?:{_MOMENT}|\d{{1,4}}(?={_DASH}\d{{1,4}}年)(?!{_DASH}\d{{1,2}}年)|\d{{1,2}}(?={_LINK}\d{{1,2}}(?:月|日(?!内|以内|之内|游|无)|[时点](?!\w?意见))))"
    rf"(?:\s*(?:{_PART}|[(（](?:星期|周)[一二三四五六日天][)）]|前后|左右)?\s*{_MOMENT}|{_LINK}{_MOMENT}|{_LINK}\d{{1,2}}\.\d{{1,2}}(?![\d%％万亿])|{_LINK}\d{{1,2}}(?={_LINK}\d{{1,2}}[月日]))*"
)
_SPAN_OF_DAYS: Final = re.compile(r"(?:为期|历时|持续|连续|长达|共计?|用时|超过?|不足|不到|满|近|后|前|第|每|约|达|期限|限|拘留|处|延长|提前|停产|拘留)$")
_PERIOD_BEFORE: Final = re.compile(r"(?:前|过去|最近|今后|未来|此后|近)$")
_PERIOD: Final = re.compile(rf"(?:\d{{1,3}}|[{_N}两几]{{1,2}})(?:个(?:月|小时)|年|天|小时|周|日)(?![度龄轻])(?:来|间|内)?")
_DATE_BEFORE: Final = re.compile(r"(?:今年|去年|前年|明年|当年|同年|今天|昨天|昨日|今日|当日|当天|次日|本月|上月|每年|每月|上半年|下半年)$")
_CHINESE_CLOCK: Final = rf"[{_N}]{{1,3}}时(?![候间期代常])(?:[{_N}]{{1,3}}分(?!钟))?"
_CHINESE_DATE: Final = re.compile(
    rf"[{_N}]{{1,3}}日(?=清晨|上午|下午|晚|凌晨|夜|中午|早|[{_N}]{{1,3}}时)(?:{_CHINESE_CLOCK})?|(?<=[至到从自截])[{_N}]{{1,3}}日(?![内后])|{_CHINESE_CLOCK}(?:[至到][{_N}]{{1,3}}日)?|[二一〇零三四五六七八九]{{4}}年(?:[{_N}]{{1,3}}月(?:[{_N}]{{1,3}}[日号])?)?"
    rf"|(?:十[一二]?|[{_N}])月(?![饼嫂球])(?:份|底|初|末|[上中下]旬|(?:二?十[{_N}]?|三十一?|[{_N}])[日号])?|[一二三四]季度|(?:正|腊)月[{_N}]{{1,3}}"
)

_LIST: Final = re.compile(rf"(?:\d{{1,2}}|[{_N}]{{1,3}})\s*(?:[.．、](?!\d)|[)）])")
_LIST_BEFORE: Final = re.compile(r"(?:^|[\n。；;：:！!？?])[ \t\u3000#*>-]*[(（]?$")
_BRACKETED: Final = re.compile(rf"(?:\d{{1,2}}|[{_N}]{{1,3}})[)）]")
_NUMBERED: Final = re.compile(rf"[{_N}]{{1,2}}(?:是|要|抓|看|查(?![处获询明实清出])|重|严|促|建|强|到|防|督|靠|争|保|讲|访|则|来|曰|为)")
_NUMBERED_BEFORE: Final = re.compile(r"(?:^|[\s,，。；;：:“\"—！!？?（(、])$")

_DOCNO: Final = re.compile(r"\d{4}\s*[〕\]］】)）]\s*(?:第\s*)?\d+(?:[-—]\d+)?\s*号")
_DOCNO_BEFORE: Final = re.compile(r"[\u4e00-\u9fff]{0,12}[〔\[［【(（]\s*$")
_DOCNO_HEAD: Final = re.compile(r"[\u4e00-\u9fff]{1,12}$")

_PHONE: Final = re.compile(r"1[3-9]\d{9}(?!\d)|0\d{2,3}[-—－ ]?\d{3,4}[ -]?\d{4}(?!\d)|\d{3}\*+\d{2,4}|0\d{2,3}[)）]\s*\d{3,4}[ -]?\d{4}(?!\d)|[48]00[-—－ ]?\d{3,4}[-—－ ]?\d{3,4}(?!\d)")
_CALLED: Final = re.compile(r"(?:电话|热线|拨打|致电|传真|号码|手机|短号|客服|联系人)[^\d,，。；;\n]{0,8}$")
_DIALLED: Final = re.compile(r"\d{3,8}(?:[-—转 ]\d{1,6})?(?![\d.万亿余多])")
_HOTLINE: Final = re.compile(r"\d{3,5}(?![\d.,万亿%％])")

_CODE: Final = re.compile(r"[\dXx-]{4,}(?!\d)")
_CODED: Final = re.compile(r"(?:编号|代码|批号|证号|编码|证书|邮编|车牌|账号|卡号|单号|文号|备案号|许可证|QQ|微信|刊号|版号|案号|[Nn][Oo]\.?)[^\d,，。；;\n]{0,6}$")

_LATIN_BEFORE: Final = re.compile(r"[A-Za-zⅠ-ⅫΑ-ω]+(?:/[A-Za-z]+)?[-－—/+·.:：\s]?$")
_LATIN_AFTER: Final = re.compile(
    r"(?![wW][余多+\u4e00-\u9fff])(?!(?:km2?|km²|kg|KG|hm[2²]|cm|mm|m[23²³]?|μg|mg|g|ml|mL|L|t|h|kWh|kW|MW|GW|kV|KV|W|V|MB|GB|TB|PB|dB|Hz|MPa|min|s)(?![A-Za-z]))[A-Za-z]+[A-Za-z0-9+]*"
)
_STANDARD: Final = re.compile(r"\d+(?:\.\d+)*(?:[-—]\d{2,4})?(?!\d)")
_FORMULA: Final = re.compile(r"\d+(?:[+＋×xX*]\s*(?:\d+|[A-ZN]|[\u4e00-\u9fff]{1,6}(?=[+＋”’」\"模])))+")
_HOURS: Final = re.compile(
    r"(?:24|二十四|全天24)(?:个)?小时(?=[\"”’」』]?(?:[^,，。；;\n]{0,3}(?:值班|值守|服务|在岗|不间断|专人|监控|监测|热线|轮流|待命|备勤|巡逻|巡查|巡防|应急|开放|营业|运转|运行|自助|受理|在线|接听|畅通|轮班|保持|战备|全天候|不打烊|不停|驻守|坚守|盯守|响应|“|「|『|\")))"
)
_ROUND_CLOCK: Final = re.compile(r"(?:7|七)\s*[×xX*乘]\s*24(?:个?小时)?|(?:24|365)\s*[×xX*]\s*\d+(?:个?小时)?")
_SERVICE_BEFORE: Final = re.compile(r"(?:值班|值守|在岗|实行|坚持|落实|严格|保持|执行|全天|全年|昼夜|设立|提供|开通|推行)[^,，。；;\n\d]{0,6}$")

_AGE: Final = re.compile(r"\d{1,3}(?:周?岁)(?:及?以[上下]|至|[-—])|\d{1,2}后(?![,，。、]|期|续|来|果|勤)")
_DECADE: Final = re.compile(r"\d{2}世纪(?:\d{2}年代)?|\d{2,4}年代|\d{1,2}后(?=[^\u4e00-\u9fff]|干部|青年|党员|小伙|女|男|民警|社工|网格|书记|年轻|大学|员|的|姑|群|妈|爸|职|志)")
_DOTTED: Final = re.compile(r"\d{1,2}[·•‧∙]\d{1,2}(?!\d)|\d{1,2}\.\d{1,2}(?=[”\"’」]?(?:国家|全民|世界|国际|全国|消防|防灾|禁毒|宪法|宣传|普法|消费|网络|反诈|案|专案|事故|系列))")
_VERSION: Final = re.compile(r"\d+\.\d+(?=版|时代|升级)|\d{1,2}\.0(?![\d%％万亿个级倍米元件分公])")
_PERSON: Final = re.compile(r"\d{1,3}周?岁(?=[的老高女男小]|[)）,，](?!平均))")
_MEAN: Final = re.compile(r"平均[^,，。\n]{0,6}$")
_SMALLER: Final = re.compile(r"\d+(?:分钟|公里|米)(?=[\u4e00-\u9fff]{0,8}圈)|\d米线|\d+(?:小时|秒|分钟|天|日|年)内?(?=[\u4e00-\u9fff]{2,4}率)|\d+路公交车|\d+米范围|\d+房间?|\d+公里以外|\d+#|\d型|\d+(?:\.\d+)?(?:公斤|千克|克|升|毫升|kg|g|L|ml)装")
_LIMITS: Final = re.compile(r"\d+(?:\.\d+)?[%％](?=的(?:最低|最高|国家|省级)?(?:标准|要求|规定|目标|底线|红线))")
_POINTS: Final = re.compile(r"(?:记满?|总分|满分)$")
_BLOCK: Final = re.compile(r"(?:小区|花园|家园|公寓|大厦|[房楼])$")
_SIGNED: Final = re.compile(r"(?:[≤≥<>＜＞]|每|满|黄金|北纬|东经|南纬|西经)$")
_LABEL: Final = re.compile(r"(?:病例|案例|附件|附表|表|图|例|方案|样本|题)$")
_ADDRESS: Final = re.compile(r"\d+(?:[-—]\d+)*号?(?:楼(?![栋道宇盘房])|号(?![召称角])|楼\d+单元|栋\d+(?:单元|室)|单元\d|室(?![内外])|幢\d|弄|线(?=[,，。、(（]|地|高|公|路)|道(?=卡口)|路(?=公交站))|\d+国道|\d+省道|\d+县道")
_RATIO: Final = re.compile(r"\d+(?:\.\d+)?(?:[:∶：]\d+(?:\.\d+)?){1,4}(?!\d)")
_SCORE: Final = re.compile(r"(?:比例|之比|结构|比例尺|配比|比分|比为|构成|按|达到|比)[^,，。\n]{0,12}$")
_RANKED: Final = re.compile(r"(?:(?:排名|位居|位列|居|列|名列|排)[^,，。;；\n\d]{0,10}[前后]|[前后](?=[\d一二三四五六七八九十]+[位名强]))$")
_GRADE: Final = re.compile(r"(?<![\d.])\d{1,2}(?:[~～至-]\d{1,2})?(?:A|星|甲|乙)?级(?![)）]?地震|强震|余震|台阶|网格|联动)|\d等奖|\dA")

_THRESHOLD_TAIL: Final = re.compile(
    r"(?:[(（]含[^)）]{0,6}[)）])?(?:及以?|或)?(?:以[上下内]|以?上(?=[\d一二三四五六七八九十]))(?:[(（][^)）]{0,6}[)）])?(?:、?\d[\d.]*[万亿]?\S{1,3}以[上下]|不满|不足)?的?"
    r"(?=[\u4e00-\u9fffA-Za-z《“])(?!参[加与]|[完受达超到,，。；;、）)]|且|以|并|由|经|已|将|可|能|会|应|须|需|未|均|都|为|是|在|和|或|占|有|提高|提升|增|下降|上升|高于|低于|群众参|从|向|对|被|同比|较|比)"
)
_TIME_LIMIT: Final = re.compile(r"%|％|倍|成")

_QUOTE_OPEN: Final = "“\"‘「『《〈"
_QUOTED: Final = re.compile(r"[^“”\"‘’「」『』《》〈〉\n]{1,24}[”\"’」』》〉]")
_COUNTED_NOUN: Final = re.compile(r"(?:个|项|种|类|大|条|步|张|支)")


@dataclass(frozen=True, slots=True)
class NotClaim:
    """A numeral that claims nothing, with the phrase that shows it."""

    start: int
    end: int
    kind: str


def arabic(text: str, at: int, floor: int) -> NotClaim | None:
    """What the digits at a place are, if they claim nothing."""
    low = max(floor, at - 16)
    return (
        _docno(text, at, low)
        or _phone(text, at, low)
        or _latin(text, at, low)
        or _ordinal(text, at, low)
        or _dated(text, at, low)
        or _named(text, at, low)
        or _quoted(text, at, floor)
    )


def _docno(text: str, at: int, low: int) -> NotClaim | None:
    match = _DOCNO.match(text, at)
    if match and (before := _DOCNO_BEFORE.search(text, low, at)):
        start = before.start()
        head = re.split(r"[(（《“\n发]", text[start:at])[-1] if text[start:at].count("〔") <= 1 else ""
        return NotClaim(at - len(head.lstrip()) if head else before.end() - 1, match.end(), "docno")
    return None


def _phone(text: str, at: int, low: int) -> NotClaim | None:
    if match := _PHONE.match(text, at):
        return NotClaim(at, match.end(), "phone")
    if _CALLED.search(text, low, at) and (match := _DIALLED.match(text, at)) and not UNIT.match(text, match.end()):
        return NotClaim(at, match.end(), "phone")
    match = _HOTLINE.match(text, at)
    if match and match[0] in lexicon.HOTLINES and not UNIT.match(text, match.end()) and not text.startswith(("余", "多"), match.end()):
        return NotClaim(at, match.end(), "phone")
    if _CODED.search(text, low, at) and (match := _CODE.match(text, at)):
        return NotClaim(at, match.end(), "name")
    return None


def _latin(text: str, at: int, low: int) -> NotClaim | None:
    if match := _ROUND_CLOCK.match(text, at):
        return NotClaim(at, match.end(), "service_hours")
    if match := _FORMULA.match(text, at):
        return NotClaim(at, match.end(), "slogan")
    if text[at - 1 : at] == "@":
        return NotClaim(at, re.compile(r"[\w.]+").match(text, at).end(), "name")
    before = _LATIN_BEFORE.search(text, low, at)
    if before and before.start() < at:
        standard = _STANDARD.match(text, at)
        end = standard.end() if standard else at + 1
        letters = re.sub(r"[^A-Za-z]", "", before[0])
        counted = UNIT.match(text, end) or text.startswith(("余", "多", "万", "%", "％"), end)
        if before[0][-1].isspace() and counted:
            return None
        if len(letters) >= 2 and counted and before[0][-1].isalpha() and "-" not in before[0]:
            return None
        tail = re.compile(r"[A-Za-z0-9.-]*").match(text, end)
        return NotClaim(before.start(), tail.end() if tail else end, "name")
    digits = re.compile(r"\d+(?:\.\d+)?").match(text, at)
    if digits and (after := _LATIN_AFTER.match(text, digits.end())):
        return NotClaim(at, after.end(), "name")
    return None


def _ordinal(text: str, at: int, low: int) -> NotClaim | None:
    if at > low and text[at - 1] == "第":
        digits = re.compile(r"[\d.]+").match(text, at)
        end = digits.end() if digits else at + 1
        if (unit := UNIT.match(text, end)) and len(unit[0]) <= 2:
            end = unit.end()
        elif text[end : end + 1] in "号条章款版":
            end += 1
        return NotClaim(at - 1, end, "ordinal")
    if (match := _LIST.match(text, at)) and _LIST_BEFORE.search(text, max(0, at - 8), at):
        return NotClaim(at - (text[at - 1 : at] in "(（"), match.end(), "ordinal")
    if at > low and text[at - 1] in "(（" and (match := _BRACKETED.match(text, at)):
        return NotClaim(at - 1, match.end(), "ordinal")
    return None


_SPENT: Final = re.compile(r"(?:战|时|续|达|过|了|共|计|行|走|守|干|跑|用|花|长|忙|累|作|动|经|提|期)[近前]$")


def _period(text: str, at: int, low: int) -> NotClaim | None:
    """前8个月, 近三年来, 未来24小时: a span of the calendar, not a number that was counted."""
    before = _PERIOD_BEFORE.search(text, low, at)
    match = _PERIOD.match(text, at) if before else None
    if before is None or match is None or _SPENT.search(text, low, before.end()) and before[0] in "近前" and len(before[0]) == 1:
        return None
    if before[0] == "近" and not (match[0].endswith(("来", "间")) or len(match[0].rstrip("个月年天日周小时来间内")) == 1):
        return None
    return NotClaim(before.start(), match.end(), "date")


def _dated(text: str, at: int, low: int) -> NotClaim | None:
    if period := _period(text, at, low):
        return period
    if match := _HOURS.match(text, at):
        return NotClaim(at, match.end(), "service_hours")
    if text.startswith(("24小时", "24个小时"), at) and _SERVICE_BEFORE.search(text, low, at):
        return NotClaim(at, text.index("时", at) + 1, "service_hours")
    ratio = _RATIO.match(text, at)
    if ratio and (ratio[0].count(":") + ratio[0].count("∶") + ratio[0].count("：") > 2 or _SCORE.search(text, low, at) or "∶" in ratio[0]):
        return NotClaim(at, ratio.end(), "reference")
    if match := _DECADE.match(text, at):
        return NotClaim(at, match.end(), "date" if "年代" in match[0] or "世纪" in match[0] else "name")
    match = DATE.match(text, at)
    if match is None:
        year = re.compile(r"(?:19|20)\d{2}(?![\d.,%％万亿余多])").match(text, at)
        if year and not UNIT.match(text, year.end()) and text[year.end() : year.end() + 1].strip("，。,;；、") and not re.search(r"[达到共计为超约近数有出放罚了]$", text[low:at]):
            return NotClaim(at, year.end(), "date")
        return None
    said = match[0]
    if re.fullmatch(r"\d{1,2}(?:[至到—-]\d{1,2})?日", said) and (_SPAN_OF_DAYS.search(text, low, at) or text.startswith(("内", "以内", "之内", "游", "无理由", "后", "龄"), match.end())):
        return None
    if re.fullmatch(r"\d{1,3}点", said) and text.startswith(("意见", "要求", "建议", "位", "体会"), match.end()):
        return None
    before = _DATE_BEFORE.search(text, low, at)
    return NotClaim(before.start() if before else at, match.end(), "date")


def _named(text: str, at: int, low: int) -> NotClaim | None:
    for rule, kind in _NAMES:
        if match := rule.match(text, at):
            return NotClaim(at, match.end(), kind)
    if (match := _PERSON.match(text, at)) and not _MEAN.search(text, low, at):
        return NotClaim(at, match.end(), "age")
    if before := _SIGNED.search(text, low, at):
        return _bounded(text, at, before)
    if _POINTS.search(text, low, at) and (match := re.compile(r"\d+分").match(text, at)):
        return NotClaim(at, match.end(), "threshold")
    if _BLOCK.search(text, low, at) and (match := re.compile(r"\d+[栋幢座层]").match(text, at)):
        return NotClaim(at, match.end(), "name")
    if _LABEL.search(text, low, at) and (match := re.compile(r"\d{1,3}(?=[:：。、\s)）]|\.(?!\d)|$)").match(text, at)):
        return NotClaim(at, match.end(), "ordinal")
    if _RANKED.search(text, low, at) and (match := re.compile(r"\d+(?:位|名|列|强)?").match(text, at)):
        return NotClaim(at, match.end(), "ordinal")
    if match := re.compile(r"\d{9,}(?![\d.,万亿余多])").match(text, at):
        if not UNIT.match(text, match.end()):
            return NotClaim(at, match.end(), "name")
    return None


_NAMES: Final = (
    (_DOTTED, "name"), (_ADDRESS, "name"), (_GRADE, "ordinal"), (_SMALLER, "threshold"), (_LIMITS, "threshold"), (_VERSION, "name"),
)  # fmt: skip


def _bounded(text: str, at: int, before: re.Match[str]) -> NotClaim | None:
    """≤100μg/kg, 每2架次, 满18周岁, 北纬24.19度: the edge of a class, or what something is counted by."""
    found = re.compile(r"[\d.,]+[万亿]?").match(text, at)
    end = found.end() if found else at + 1
    if unit := UNIT.match(text, end):
        end = unit.end()
    elif before[0] in ("每", "满", "黄金"):
        return None
    return NotClaim(at if before[0] in "每满" else before.start(), end, "denominator" if before[0] == "每" else "threshold")


def threshold(text: str, end: int, unit: str | None) -> bool:
    """Whether 以上, 以下 or 以内 behind a quantity makes it the edge of a class: 死亡3人以上事故, 30万元以上案件."""
    if unit in (None, "%", "‰", "倍", "成", "人次", "场次"):
        return False
    if unit in ("岁", "周岁"):
        return True
    return _THRESHOLD_TAIL.match(text, end) is not None


def _quoted(text: str, at: int, floor: int) -> NotClaim | None:
    """Digits alone inside quotes, with nothing that they count: “1、3、5”."""
    if at and text[at - 1] in _QUOTE_OPEN:
        match = re.compile(r"\d+(?:[、,，·.]\d+)*(?:(?<=[、,]\d)[\u4e00-\u9fff]{1,4})?(?=[”\"’」』])").match(text, at)
        if match:
            return NotClaim(at, match.end(), "slogan")
    return None


_STOPS: Final = "，,。；;：:！!？?\n"


_RANKED_CHINESE: Final = re.compile(r"[前后]$")
_INSIDE_OPEN: Final = re.compile(r"[“「『《][^“”「」『』《》。；，,！!？?了我\n]{0,14}$")
_INSIDE_CLOSE: Final = re.compile(r"[^“”「」『』《》。；，,！!？?了我\n]{0,16}[”」』》]")


def _inside(text: str, at: int, end: int) -> NotClaim | None:
    """A numeral in the middle of a short quotation or a title: “日巡三次、夜查两遍”."""
    opening = _INSIDE_OPEN.search(text, max(0, at - 15), at)
    closing = _INSIDE_CLOSE.match(text, end) if opening else None
    if opening is None or closing is None or opening.end() - opening.start() < 2 or closing.end() - opening.start() > 24:
        return None
    return NotClaim(at, end, "slogan")


def chinese(text: str, at: int, end: int, floor: int) -> NotClaim | None:
    """What the Chinese numeral at ``text[at:end]`` is, if it claims nothing whatever it may count."""
    low = max(floor, at - 8)
    if at > low and text[at - 1] == "第":
        unit = UNIT.match(text, end)
        return NotClaim(at - 1, unit.end() if unit and len(unit[0]) <= 2 else end, "ordinal")
    if (match := _LIST.match(text, at)) and _LIST_BEFORE.search(text, max(0, at - 8), at):
        return NotClaim(at - (text[at - 1 : at] in "(（"), match.end(), "ordinal")
    if at > low and text[at - 1] in "(（" and (match := _BRACKETED.match(text, at)):
        return NotClaim(at - 1, match.end(), "ordinal")
    if (match := _NUMBERED.match(text, at)) and match.end() == end + 1 and _NUMBERED_BEFORE.search(text, max(0, at - 1), at):
        return NotClaim(at, match.end(), "ordinal")
    if match := _HOURS.match(text, at):
        return NotClaim(at, match.end(), "service_hours")
    if period := _period(text, at, low):
        return period
    if _RANKED_CHINESE.search(text, low, at) and text[end : end + 1] in "位名强":
        return NotClaim(at - 1, end + 1, "ordinal")
    if text[max(low, at - 1) : at] == "每" and (unit := UNIT.match(text, end)) and text[at] not in "百千万":
        return NotClaim(at, unit.end(), "denominator")
    if text[at] == "半" and text.startswith("半年", at) and (match := re.compile(r"(?:[12]\d{3}年)?[上下前后]$").search(text, low, at)):
        return NotClaim(match.start(), at + 2, "date")
    if (match := _CHINESE_DATE.match(text, at)) and text[at : at + 1] != "零":
        return NotClaim(at, match.end(), "date")
    if text[max(low, at - 1) : at] == "其" and end - at == 1:
        return NotClaim(at - 1, end, "ordinal")
    if text[max(low, at - 1) : at] in ("周", "之") and end - at == 1 or text[max(low, at - 2) : at] == "星期":
        return NotClaim(at - 1, end, "date" if text[at - 1] in "周期" else "idiom")
    if end - at == 1 and (match := re.compile(r"(?:正月|腊月|大年|春节)?初$").search(text, max(low, at - 3), at)):
        return NotClaim(match.start(), end, "date")
    if text[at] != "零" and (inside := _inside(text, at, end)):
        return inside
    for length in (3, 4):
        if text[at : at + length] in lexicon.ERAS:
            return NotClaim(at, at + length, "ordinal")
    return None


def fixed(text: str, at: int, end: int, floor: int) -> NotClaim | None:
    """An idiom, slogan or name of the closed lists that holds the whole numeral."""
    for start in range(at, max(floor, at - 4) - 1, -1):
        for stop in range(min(len(text), end + 5), end - 1, -1):
            said = text[start:stop]
            if 2 <= len(said) <= 8:
                if said in lexicon.SLOGANS:
                    return NotClaim(start, stop, "slogan")
                if said in lexicon.IDIOMS and not (stop == end and start == at and UNIT.match(text, end)):
                    return NotClaim(start, stop, "idiom")
    return None


_PLACE: Final = re.compile(
    r"[\u4e00-\u9fff]{1,2}(?:省|市|州|盟|区|县|旗|乡|镇|村|屯|街道|社区|街|路|桥|巷|胡同|水库|河|江|湖|山|岭|沟|店|中学|小学|医院|矿|厂|寺|庙|庄|营|堡|港|湾|岛|泉|塘|里|门|坝)"
)


_NOT_A_PLACE: Final = re.compile(r"[余多来个座条所家处大类种级批名片项轮两一二三四五六七八九十省市县区乡镇村]|[\u4e00-\u9fff]{1,2}[省市县区乡镇村](?:级|民|长|域|内|区|场|直)")
_LIKE_UNITS: Final = "道台岔门家"


def place(text: str, end: int) -> int | None:
    """Where a name of a place that begins with the numeral ends: 二道区, 四平市, 十委社区."""
    if _NOT_A_PLACE.match(text, end) or (UNIT.match(text, end) and text[end] not in _LIKE_UNITS):
        return None
    match = _PLACE.match(text, end)
    return match.end() if match else None


def slogan(text: str, at: int, end: int, floor: int) -> NotClaim | None:
    """A quoted phrase that begins with a numeral, unless what it counts is listed before it."""
    if not (at and text[at - 1] in _QUOTE_OPEN):
        return None
    match = _QUOTED.match(text, at)
    if match is None:
        return None
    clause = max((text.rfind(stop, floor if floor < at else 0, at) for stop in "，。；！？\n"), default=-1)
    listed = text.count("、", max(clause, at - 160, 0), at) >= 2
    if listed and (unit := UNIT.match(text, end)) and text[at:end] != "一" and unit.end() <= match.end() - 1:
        return None
    return NotClaim(at, match.end() - 1, "slogan")
