"""Chinese numerals that count nothing: idioms, slogans, names of places, ordinals, enumerations."""

from __future__ import annotations

import re
from typing import Final

from yibiao.core.reading import lexicon
from yibiao.core.reading.dates import CHINESE_DATES, N
from yibiao.core.reading.names import CLOSED, LISTS, QUOTES
from yibiao.core.reading.phrases import Phrase
from yibiao.core.reading.rules import NotClaim, Rule, first, rule
from yibiao.core.reading.units import TIME, UNIT

_BEGINS: Final = '(?:^|[\\s,，。；;：:“"—！!？?（(、])'
_STEP: Final = "是|要|抓|看|查(?![处获询明实清出])|重|严|促|建|强|到|防|督|靠|争|保|讲|访|则|来|曰|为"
_C: Final = r"[零〇一二两三四五六七八九十百千万亿廿卅]+"
_RULES: Final[tuple[Rule, ...]] = (
    rule("ordinal", rf"{_C}(?:[号条章款版次届批期位名个轮场季])?", "第", reach=True),
    *LISTS,
    rule("ordinal", rf"[{N}]{{1,2}}(?:{_STEP})", _BEGINS),
    *CHINESE_DATES,
    rule("name", rf"{_C}年(?=行动|计划|规划|攻坚|提升)"),
    rule("ordinal", rf"{_C}[位名强]", "[前后]", reach=True),
    rule("ordinal", _C, r"(?:排名|排在|位居|位列|名列|居)[^,，。;；\n]{0,8}前", reach=True),
    rule("ordinal", rf"[{N}](?![{N}百千万])", "其", reach=True),
    rule("idiom", rf"[{N}](?![{N}百千万])", "(?<!分)之", reach=True),
    rule("ordinal", lexicon.either(lexicon.ERAS)),
)


def told(text: str, at: int, end: int, floor: int) -> NotClaim | None:
    """What the numeral ``text[at:end]`` is, if it claims nothing whatever may stand behind it."""
    if other := first(_RULES, text, at, floor):
        return NotClaim(other.start, max(other.end, end), other.kind)
    if text[at - 1 : at] == "每" and text[at] not in "百千万" and (unit := UNIT.match(text, end)):
        return NotClaim(at, unit.end(), "denominator")
    return None if text[at] == "零" else _inside(text, at, end)


_INSIDE_OPEN: Final = re.compile(r"[“「『《][^“”「」『』《》。；，,！!？?了我\n]{0,14}$")
_INSIDE_CLOSE: Final = re.compile(r"[^“”「」『』《》。；，,！!？?了我\n]{0,16}[”」』》]")


def _inside(text: str, at: int, end: int) -> NotClaim | None:
    """A numeral in the middle of a short quotation or a title: “日巡三次、夜查两遍”."""
    opening = _INSIDE_OPEN.search(text, max(0, at - 15), at)
    closing = _INSIDE_CLOSE.match(text, end) if opening else None
    if opening is None or closing is None:
        return None
    if opening.end() - opening.start() < 2 or closing.end() - opening.start() > 24:
        return None
    return NotClaim(at, end, "slogan")


def pledge(text: str, found: Phrase) -> NotClaim | None:
    """A span of time in a quoted list of promises: “15分钟响应、2小时处置”."""
    if not (found.unit and TIME.fullmatch(found.unit)):
        return None
    opening = _INSIDE_OPEN.search(text, max(0, found.start - 15), found.start)
    closing = _INSIDE_CLOSE.match(text, found.end) if opening else None
    if opening is None or closing is None or "、" not in text[opening.start() : closing.end()]:
        return None
    return NotClaim(found.start, found.end, "slogan")


_BEGINNINGS: Final = frozenset(word[:2] for word in lexicon.SLOGANS | lexicon.IDIOMS)


def fixed(text: str, at: int, end: int, floor: int) -> NotClaim | None:
    """An idiom or slogan of the closed lists that holds the whole numeral."""
    for start in range(at, max(floor, at - 4) - 1, -1):
        if text[start : start + 2] not in _BEGINNINGS:
            continue
        for stop in range(min(len(text), end + 5, start + 8), end - 1, -1):
            said = text[start:stop]
            if said in lexicon.SLOGANS:
                return NotClaim(start, stop, "slogan")
            if said in lexicon.IDIOMS and not (said == text[at:end] and UNIT.match(text, end)):
                return NotClaim(start, stop, "idiom")
    return None


_PLACE: Final = re.compile(
    r"[\u4e00-\u9fff]{1,2}(?:省|市|州|盟|区|县|旗|乡|镇|村|屯|街道|社区|街|路|桥|巷|胡同|水库|河|江|湖|山|岭|沟|店|中学|小学|医院"
    r"|矿|厂|寺|庙|庄|营|堡|港|湾|岛|泉|塘|里|门|坝)"
)
_NOT_A_PLACE: Final = re.compile(
    r"[余多来个座条所家处大类种级批名片项轮两一二三四五六七八九十省市县区乡镇村]|[\u4e00-\u9fff]{1,2}[省市县区乡镇村][级民长域内区场直]"
)
_LIKE_UNITS: Final = "道台岔门家"


def place(text: str, at: int, end: int) -> NotClaim | None:
    """A name of a place that begins with the numeral: 二道区, 四平市, 十委社区."""
    if _NOT_A_PLACE.match(text, end) or (UNIT.match(text, end) and text[end] not in _LIKE_UNITS):
        return None
    match = _PLACE.match(text, end)
    return NotClaim(at, match.end(), "name") if match else None


_QUOTED: Final = re.compile(rf"[^“”\"‘’「」『』《》〈〉\n]{{1,24}}[{CLOSED}]")
_LONGEST_LIST: Final = 160


def slogan(text: str, at: int, end: int) -> NotClaim | None:
    """A quoted phrase that begins with a numeral, unless what it counts is listed before it."""
    match = _QUOTED.match(text, at) if text[at - 1 : at] in tuple(QUOTES) else None
    if match is None:
        return None
    clause = max(text.rfind(stop, max(0, at - _LONGEST_LIST), at) for stop in "，。；！？\n")
    listed = text.count("、", max(clause, at - _LONGEST_LIST, 0), at) >= 2
    unit = UNIT.match(text, end) if listed and text[at:end] != "一" else None
    if unit and unit.end() <= match.end() - 1:
        return None
    return NotClaim(at, match.end() - 1, "slogan")
