"""The addresses of figures and of what lies behind them, made in one place."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from yibiao.core import moments
from yibiao.core.periods import SHANGHAI, Period
from yibiao.figures.types import Query

# Whose page shows a fact: the first part of its kind → the name of the address. A kind that is not here has no page.
PAGES: Final = {"record": "desk_record", "case": "desk_case", "duty": "desk_duty_thing"}


def fact(kind: str, id: str, **more: object) -> str:
    """The page of the thing that a fact is about; empty where there is none."""
    name = PAGES.get(kind.partition(".")[0])
    if name is None:
        return ""
    asked = {key: value for key, value in more.items() if value not in ("", None)}
    return f"{reverse(name, kwargs={'id': id})}{'?' if asked else ''}{urlencode(asked)}"


def chasing(program: str, place: str, topic: str) -> str:
    """Where those are reminded who have not filed a report."""
    return f"{reverse('desk_duty_chasing')}?{urlencode({'program': program, 'place': place, 'topic': topic})}"


def figure(query: Query, name: str = "desk_figure", **more: object) -> str:
    """The address of a figure's page, or of its card, facts or parts by ``name``."""
    indicator = query.indicator.partition(".")[2]
    # A board writes hundreds of them at a time.
    address = moments.once(
        (name, query.program, indicator),
        lambda: reverse(name, kwargs={"program": query.program, "indicator": indicator}),
    )
    asked: dict[str, object] = {"place": query.place, **period(query.period)}
    if query.as_of is not None:
        asked["as_of"] = query.as_of
    if query.edition == "now":
        asked["edition"] = "now"
    return f"{address}?{urlencode(asked | {key: value for key, value in more.items() if value not in ('', None)})}"


def period(span: Period) -> dict[str, str]:
    """Both ends as they stand in an address: whole days as dates, otherwise with the minute."""
    from_, until = span.from_.astimezone(SHANGHAI), span.until.astimezone(SHANGHAI)
    whole = (from_.hour, from_.minute, until.hour, until.minute) == (0, 0, 0, 0)
    if whole:
        return {"from": span.first_day.isoformat(), "until": span.last_day.isoformat()}
    return {"from": from_.strftime("%Y-%m-%dT%H:%M"), "until": until.strftime("%Y-%m-%dT%H:%M")}
