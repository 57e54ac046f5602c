"""Where and when each claim speaks of: the place and period asked for, unless its own words clearly say another."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from yibiao.bulletins.matching import Asked
from yibiao.bulletins.phrasing import Claim
from yibiao.core.periods import Period, midnight
from yibiao.core.problems import Refusal
from yibiao.places import queries as places
from yibiao.places.types import Place

_DAY: Final = r"(?:(?P<{0}year>\d{{4}})年)?(?:(?P<{0}month>\d{{1,2}})月)?(?P<{0}day>\d{{1,2}})日"
_DATES: Final = re.compile(
    rf"(?P<until>截至|截止到?|至|到)?(?:{_DAY.format('a')})(?:(?P<hour>\d{{1,2}})时)?"
    rf"(?:\s*(?:至|到|—|-|~|～|–)\s*(?:{_DAY.format('b')}))?"
    r"|(?P<year>\d{4})年(?![\d一二三四五六七八九十起至到底末初—-]|以来|上半年|下半年)|(?:(?P<month_year>\d{4})年)?(?P<month>\d{1,2})月(?:份|(?=[，,]))"
    r"|(?P<so_far>今年以来|年初以来|今年1月1日以来)"
    r"|(?P<asked>期间|假期内|节日期间|行动中|活动中|全年|累计至今)"
)
# A date that tells when something was written or decided is no period of a count.
_NOT_A_PERIOD: Final = re.compile(r"[^。，；\n]{0,4}(?:讯|电|消息)|(?:印发|下发|发出|发布|召开|出台|部署|起[，,至])")
_OPENS: Final = re.compile(r"(?:^|[。！？!?；;\n])[\s#]*(?:据悉[，,]|本报讯[^，,。]*[，,])?$")
_FAR: Final = 1_500
_RESET: Final = re.compile(r"全省|全市|全县|全区|各地")


@dataclass(frozen=True, slots=True)
class _Said:
    at: int
    end: int
    words: str
    period: Period | None
    carries: bool


def bearings(text: str, claims: Sequence[Claim], place: str, period: Period) -> list[Asked]:
    """What each claim is to be held against. A place or period counts only where no second one stands beside it."""
    said = list(_periods(text, period))
    names = _names(place, period.last_day)
    found = []
    for claim in claims:
        when, period_said = _when(text, claim, said, period)
        where, place_said = _where(claim, names, place)
        found.append(Asked(where, when, place_said, period_said))
    return found


def _when(text: str, claim: Claim, said: Sequence[_Said], period: Period) -> tuple[Period, str]:
    start = claim.run.start - len(claim.before)
    # Only what stands before the claim can be of use, and of that no more than its paragraph.
    paragraph = max(text.rfind("\n", 0, start) + 1, start - _FAR)
    first = bisect_left(said, paragraph, key=_at)
    before = said[first : bisect_left(said, claim.run.start, lo=first, key=_at)]
    own = [one for one in before if one.at >= start and one.end <= claim.run.start]
    if own:
        alone = own[-1].period is None or len({one.period for one in own if one.period}) == 1
        return _shifted(own[-1], period) if alone else (period, "")
    carried = [one for one in before if one.end <= start and one.carries]
    return _shifted(carried[-1], period) if carried else (period, "")


def _at(said: _Said) -> int:
    return said.at


def _shifted(said: _Said, period: Period) -> tuple[Period, str]:
    if said.period is None or said.period == period:
        return period, ""
    return said.period, said.words


def _where(claim: Claim, names: Mapping[str, str], place: str) -> tuple[str, str]:
    before = claim.before
    resets = [match.end() for match in _RESET.finditer(before)]
    before = before[resets[-1] :] if resets else before
    said = {code: name for name, code in names.items() if name in before}
    if len(said) != 1:
        return place, ""
    return next(iter(said.items()))


@lru_cache(maxsize=64)
def _named(place: str, day: date, edition: tuple[int, int]) -> Mapping[str, str]:
    """Names of the places below, as texts use them, to their codes; a name that two of them bear is left out."""
    found: dict[str, set[str]] = {}
    for one in (below for child in places.children(place, day) for below in (child, *_below(child.code, day))):
        for name in {one.name, _short(one.name)}:
            if len(name) > 1:
                found.setdefault(name, set()).add(one.code)
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}


def _below(code: str, day: date) -> Iterator[Place]:
    """Counties are named by themselves in a bulletin of the province; smaller places only one level down."""
    if places.place(code, on=day).level == "prefecture":
        yield from places.children(code, day)


def _names(place: str, day: date) -> Mapping[str, str]:
    try:
        return _named(place, day, (places.edition(day).number, places.count(day)))
    except Refusal:
        return {}


def _short(name: str) -> str:
    """延边朝鲜族自治州 is 延边州. A city without its 市 is too often a part of another word (长白山)."""
    match = re.fullmatch(r"(\w{2,}?)[\u4e00-\u9fff]{1,3}族自治([州县])", name)
    return match[1] + match[2] if match else name


def _periods(text: str, asked: Period) -> Iterator[_Said]:
    for match in _DATES.finditer(text):
        after = text[match.end() : match.end() + 8]
        if _NOT_A_PERIOD.match(after):
            continue
        # What opens a sentence holds for the paragraph, but for a single day, which is more often that of an event.
        carries = bool(_OPENS.search(text[max(0, match.start() - 40) : match.start()]))
        carries &= not match["amonth"] or bool(match["bday"]) or bool(match["until"])
        if match["asked"]:
            yield _Said(match.start(), match.end(), match[0], None, carries)
            continue
        try:
            period = _period(match, asked)
        except (ValueError, Refusal):
            continue
        if period is not None:
            yield _Said(match.start(), match.end(), match[0], period, carries)


def _period(match: re.Match[str], asked: Period) -> Period | None:
    year = asked.last_day.year
    if match["so_far"]:
        return Period(midnight(date(year, 1, 1)), asked.until)
    if match["year"]:
        return Period.year(int(match["year"]))
    if match["month"]:
        return Period.month(int(match["month_year"] or year), int(match["month"]))
    if not match["amonth"]:
        return None  # a bare day (10日) may be of any month
    first = date(int(match["ayear"] or year), int(match["amonth"]), int(match["aday"]))
    if match["until"] in ("截至", "截止", "截止到"):
        return Period(asked.from_, midnight(first) + timedelta(hours=int(match["hour"] or 24)))
    if match["bday"]:
        last = date(int(match["byear"] or first.year), int(match["bmonth"] or first.month), int(match["bday"]))
        made = Period.days(first, last)
    else:
        made = Period.day(first)
    # Whole days that only leave out the hours by which the period asked for ends are that period.
    same = made.first_day == asked.first_day and made.last_day == asked.last_day
    return asked if same else made
