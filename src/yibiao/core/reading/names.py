"""Digits that name something: document numbers, phones, codes, standards, addresses, grades, edges of classes."""

from __future__ import annotations

import re
from typing import Final

from yibiao.core.reading import lexicon
from yibiao.core.reading.dates import ROUND_CLOCK, N
from yibiao.core.reading.rules import NotClaim, Rule, rule
from yibiao.core.reading.units import UNIT

_LATIN_UNITS: Final = (
    "km2?|km²|kg|KG|hm[2²]|cm|mm|m[23²³]?|μg|mg|g|ml|mL|L|t|h|kWh|kW|MW|GW|kV|KV|W|V|MB|GB|TB|PB|dB|Hz|MPa|min|s"
)
_LIST: Final = rf"(?:\d{{1,2}}|[{N}]{{1,3}})\s*(?:[.．、](?!\d)|[)）])"
_LINE_HEAD: Final = r"(?:^|[\n。；;：:！!？?])[ \t\u3000#*>-]*[(（]?"
QUOTES: Final = '“"‘「『《〈'
CLOSED: Final = '”"’」』》〉'

LISTS: Final = (
    rule("ordinal", _LIST, r"(?<=[\n。；;：:！!？?])[ \t\u3000#*>-]*[(（]", reach=False),
    rule("ordinal", _LIST, _LINE_HEAD),
    rule("ordinal", rf"(?:\d{{1,2}}|[{N}]{{1,3}})[)）]", "[(（]", reach=True),
)
ORDINALS: Final = (
    rule("ordinal", r"[\d.]{1,12}(?:[号条章款版次届批期位名个轮场季])?", "第", reach=True),
    *LISTS,
    rule("ordinal", r"\d+[位名列强]?", "(?:排名|位居|位列|居|列|名列|排)[^,，。;；\\n\\d]{0,10}[前后]"),
    rule("ordinal", r"\d+[位名强]", "[前后]"),
    rule("ordinal", r"\d{1,3}(?=[:：。、\s)）]|\.(?!\d)|$)", "病例|案例|附件|附表|表|图|例|方案|样本|题"),
)
NUMBERS: Final = (
    # No count has so many digits, whatever follows them.
    rule("name", r"\d{19,}"),
    rule(
        "docno",
        r"\d{4}\s*[〕\]］】)）]\s*(?:第\s*)?\d+(?:[-—]\d+)?\s*号",
        r"[\u4e00-\u9fff]{0,8}[〔\[［【(（]\s*",
        reach=True,
    ),
    rule(
        "phone",
        r"1[3-9]\d{9}(?!\d)|0\d{2,3}[-—－ ]?\d{3,4}[ -]?\d{4}(?!\d)|\d{3}\*+\d{2,4}"
        r"|0\d{2,3}[)）]\s*\d{3,4}[ -]?\d{4}(?!\d)"
        r"|[48]00[-—－ ]?\d{3,4}[-—－ ]?\d{3,4}(?!\d)",
        bare=True,
    ),
    rule(
        "phone",
        r"\d{3,8}(?:[-—转 ]\d{1,6})?(?![\d.万亿余多])",
        r"(?:电话|热线|拨打|致电|传真|号码|手机|短号|客服|联系人)[^\d,，。；;\n]{0,8}",
        bare=True,
    ),
    rule("phone", rf"(?:{lexicon.either(lexicon.HOTLINES)})(?=大)"),
    rule("phone", rf"(?:{lexicon.either(lexicon.HOTLINES)})(?![\d万亿%％]|[.,]\d)", bare=True),
    rule(
        "name",
        r"[\dXx-]{4,40}(?!\d)",
        r"(?:编号|代码|批号|证号|编码|证书|邮编|车牌|账号|卡号|单号|文号|备案号|许可证|QQ|微信|刊号|版号|案号|[Nn][Oo]\.?)[^\d,，。；;\n]{0,6}",
    ),
    rule("name", r"[A-Za-z0-9_.]{1,40}", "@"),
    ROUND_CLOCK,
    rule("slogan", r"\d+(?:[+＋×xX*]\s*(?:\d+|[A-ZN]|[\u4e00-\u9fff]{1,6}(?=[+＋”’」\"模]))){1,8}"),
)
OTHERS: Final = (
    rule("reference", r"\d+(?:\.\d+)?(?:[:：]\d+(?:\.\d+)?){3,4}(?!\d)|\d+(?:\.\d+)?(?:∶\d+(?:\.\d+)?){1,4}(?!\d)"),
    rule(
        "reference",
        r"\d+(?:\.\d+)?(?:[:：]\d+(?:\.\d+)?){1,4}(?!\d)",
        r"(?:比例|之比|结构|比例尺|配比|比分|比为|构成|按|达到|比|以)[^,，。\n]{0,12}",
    ),
)
_AFTER_80: Final = "[^\\u4e00-\\u9fff]|干部|青年|党员|小伙|女|男|民警|社工|网格|书记|年轻|大学|员|的|姑|群|妈|爸|职|志"
NAMES: Final[tuple[Rule, ...]] = (
    rule("name", rf"\d{{1,2}}后(?={_AFTER_80})"),
    rule("name", r"\d{1,2}[·•‧∙]\d{1,2}(?!\d)"),
    rule(
        "name",
        r"\d{1,2}\.\d{1,2}(?=[”\"’」]?(?:国家|全民|世界|国际|全国|消防|防灾|禁毒|宪法|宣传|普法|消费|网络|反诈|案|专案|事故|系列))",
    ),
    rule(
        "name",
        r"\d+(?:[-—]\d+){0,3}号?(?:楼(?![栋道宇盘房])|号(?![召称角])|楼\d+单元|栋\d+(?:单元|室)|单元\d|室(?![内外])|幢\d|弄"
        r"|线(?=[,，、。(（]|[地高公路])|道(?=卡口)|路(?=公交站))|\d+[国省县]道|\d+#|\d型|\d+路公交车|\d米线|\d+房间?",
    ),
    rule(
        "ordinal",
        r"(?<![\d.])\d{1,2}(?:[~～至-]\d{1,2})?[A星甲乙]?级(?![)）]?地震|强震|余震|台阶|网格|联动)|\d等奖|\dA",
    ),
    rule(
        "threshold",
        r"\d+(?:分钟|小时|公里|米)(?=[\u4e00-\u9fff]{0,8}圈)|\d+(?:小时|秒|分钟|天|日|年)内?(?=[\u4e00-\u9fff]{2,4}率)",
    ),
    rule("threshold", r"\d+米(?=范围)|\d+公里以外|\d+(?:\.\d+)?(?:公斤|千克|克|升|毫升|kg|g|L|ml)装"),
    rule("threshold", r"\d+(?:\.\d+)?[%％]", "标准|底线|红线|门槛"),
    rule("threshold", r"\d+(?:\.\d+)?[%％](?=的(?:最低|最高|国家|省级)?(?:标准|要求|规定|底线|红线))"),
    rule("name", r"\d+\.\d+(?=版|时代|升级)|\d{1,2}\.0(?=[”\"’」])"),
    rule("name", r"\d{1,2}\.0(?![\d%％万亿])", '工业|版本|智慧|系统|平台|模式|城市|体系|[“"]'),
    rule("age", r"\d{1,3}周?岁(?=[的老高女男小]|[)）,，](?!平均))", unless=r"平均[^,，。\n]{0,6}"),
    rule("threshold", r"\d+分", "记满?|总分|满分"),
    rule("name", r"\d+[栋幢座](?=[\u4e00-\u9fff\d])", "小区|花园|家园|公寓|大厦"),
    rule("name", r"\d+层", "[房楼#]"),
    rule("name", r"\d{9,}(?![\d.,万亿余多])", bare=True),
    rule(
        "slogan",
        rf"\d{{1,8}}(?:[、,，·.]\d{{1,8}}){{0,12}}(?:(?<=[、,]\d)[\u4e00-\u9fff]{{1,4}})?(?=[{CLOSED}])",
        f"[{QUOTES}]",
    ),
)

_LATIN_BEFORE: Final = re.compile(r"[A-Za-zⅠ-ⅫΑ-ω]+(?:/[A-Za-z]+)?[-－—/+·.:：\s]?$")
_LATIN_AFTER: Final = re.compile(
    rf"(?![wW][余多+\u4e00-\u9fff])(?!(?:{_LATIN_UNITS})(?![A-Za-z]))[A-Za-z]{{1,20}}[A-Za-z0-9+]{{0,20}}"
)
_STANDARD: Final = re.compile(r"\d+(?:\.\d+){0,4}(?:[-—]\d{2,4})?(?!\d)")
_DIGITS: Final = re.compile(r"\d+(?:\.\d+)?")
_TAIL: Final = re.compile(r"[A-Za-z0-9.-]{0,40}")


def latin(text: str, at: int, floor: int) -> NotClaim | None:
    """Digits that belong to a Latin word: GB/T 15835-2011, H5, 5G; but not KTV12家 or 8.1kg."""
    before = _LATIN_BEFORE.search(text, max(floor, at - 16), at)
    if before is None:
        digits = _DIGITS.match(text, at)
        after = _LATIN_AFTER.match(text, digits.end()) if digits else None
        return NotClaim(at, after.end(), "name") if after else None
    standard = _STANDARD.match(text, at)
    end = standard.end() if standard else at + 1
    counted = UNIT.match(text, end) or text.startswith(("余", "多", "万", "%", "％"), end)
    word = before[0]
    if counted and (word[-1].isspace() or (word.isalpha() and len(word) > 1)):
        return None
    tail = _TAIL.match(text, end)
    return NotClaim(before.start(), tail.end() if tail else end, "name")


_EDGE_BEFORE: Final = re.compile(r"(?:[≤≥<>＜＞]|每|(?<![不未])满|黄金|北纬|东经|南纬|西经)$")
_AMOUNT: Final = re.compile(r"[\d.,]{1,24}[万亿]?")


def bounded(text: str, at: int, floor: int) -> NotClaim | None:
    """≤100μg/kg, 每2架次, 满18周岁, 北纬24.19度: the edge of a class, or what something is counted by."""
    before = _EDGE_BEFORE.search(text, max(floor, at - 2), at)
    amount = _AMOUNT.match(text, at) if before else None
    if before is None or amount is None:
        return None
    end, word = amount.end(), before[0]
    if unit := UNIT.match(text, end):
        end = unit.end()
    elif word in ("每", "满", "黄金"):
        return None
    return NotClaim(at if word in "每满" else before.start(), end, "denominator" if word == "每" else "threshold")
