"""What a board shows below its key figures: the map of an indicator or a layer, the trend, and the newest records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext

from yibiao.core import moments, quantities
from yibiao.core.problems import refuse
from yibiao.desk import border, labels, reckoning
from yibiao.desk.pages import layers
from yibiao.desk.pages.frame import Frame
from yibiao.desk.problems import NO_INDICATOR
from yibiao.desk.steps import Step, step_of, steps
from yibiao.figures import queries as figures
from yibiao.figures.types import Figure, Indicator, Query, Slice
from yibiao.forms import queries as forms
from yibiao.people.types import Scope
from yibiao.places import queries as places
from yibiao.records import queries as records
from yibiao.records.types import Record

MAPPED: Final = ("count", "sum", "distinct", "latest", "expr", "ratio")
NEWEST: Final = 6
FEWEST_TILES: Final = 2
MOST_KEYS: Final = 12
INSTEAD: Final = 6


@dataclass(frozen=True, slots=True)
class Tile:
    """One county of the map, with its value and the way down to it."""

    code: str
    name: str
    value: Decimal | None
    step: int
    col: int
    row: int
    url: str


def keys(pack: str) -> list[Indicator]:
    """The figures that stand first on a board."""
    known = figures.indicators(pack)
    return [one for one in known if one.key][:MOST_KEYS] or list(known[:INSTEAD])


def below(setting: Frame, wanted: str = "") -> dict[str, Any]:
    """Map and trend of the indicator or the layer asked for, else of the one that says most about places.

    Raises: desk.indicator.unknown
    """
    known, overlays = figures.indicators(setting.program.pack), layers.offered(setting)
    layer = next((one for one in overlays if one.id == wanted), None)
    drawn = None if layer else _drawn(setting, known, wanted)
    return {
        "mappable": [one for one in known if one.measure in MAPPED],
        "overlays": overlays,
        **(layers.drawing(setting, layer) if layer else {}),
        **(_drawing(setting, drawn) if drawn else {}),
    }


def ask(setting: Frame, indicator: Indicator, place: str = "") -> Query:
    """The question for an indicator in the setting of a page."""
    return Query(indicator.ref, setting.program.code, place or setting.place.code, setting.period, setting.as_of)


def _drawn(setting: Frame, known: Sequence[Indicator], wanted: str) -> Indicator | None:
    """The indicator of the map: the one asked for, else the first key figure in which places differ."""
    if wanted:
        found = next((one for one in known if wanted in (one.id, one.ref)), None)
        if found is None:
            raise refuse(NO_INDICATOR.at(indicator=wanted))
        return found
    first = keys(setting.program.pack)
    offered = [one for one in (*first, *known) if one.measure in MAPPED]
    return next((one for one in offered[: len(first)] if _differs(setting, one)), offered[0] if offered else None)


def _differs(setting: Frame, indicator: Indicator) -> bool:
    parts = reckoning.breakdown(ask(setting, indicator), by="child", scope=setting.scope)
    return len({part.value for part in parts if part.key != setting.place.code and part.value}) > 1


def _drawing(setting: Frame, indicator: Indicator) -> dict[str, Any]:
    query = ask(setting, indicator)
    total = reckoning.figure(query, scope=setting.scope)
    parts = [one for one in _parts(setting, indicator)]
    shades = steps(one.value for one in parts)
    tiles = _tiles(setting, indicator, parts, shades)
    days = reckoning.series(query, indicator.measure, scope=setting.scope)
    return {
        "mapped": total,
        "tiles": tiles,
        "columns": max((tile.col for tile in tiles), default=0),
        "parts": () if tiles else _ranked(setting, indicator, parts),
        "content": () if tiles or len(parts) > 1 else _content(setting, indicator),
        "highest": max((one.value for one in parts if one.value), default=Decimal(1)),
        "shades": shades,
        "trend": trend(days, total),
        "trend_title": _peak(days, total),
    }


def _parts(setting: Frame, indicator: Indicator) -> Sequence[Slice]:
    """The values of the counties below a province, those that are drawn; otherwise of the places just below."""
    if setting.place.level == "province":
        drawn = reckoning.at_places(ask(setting, indicator), tuple(places.seats()), scope=setting.scope)
        if len(drawn) >= FEWEST_TILES:
            names = places.names(list(drawn))
            return [Slice(code, names.get(code, code), value, 0) for code, value in drawn.items()]
    below = reckoning.breakdown(ask(setting, indicator), by="child", scope=setting.scope)
    if setting.place.level != "province":
        return below
    return [
        part
        for prefecture in below
        for part in reckoning.breakdown(ask(setting, indicator, prefecture.key), by="child", scope=setting.scope)
    ]


def _tiles(setting: Frame, indicator: Indicator, parts: Sequence[Slice], shades: Sequence[Step]) -> tuple[Tile, ...]:
    seats = places.seats()
    placed = [(part, seats[part.key]) for part in parts if part.key in seats]
    if len(placed) < FEWEST_TILES:
        return ()
    left, top = min(seat.col for _, seat in placed), min(seat.row for _, seat in placed)
    return tuple(
        Tile(
            part.key,
            part.label,
            part.value,
            step_of(part.value, shades),
            seat.col - left + 1,
            seat.row - top + 1,
            _down(setting, indicator, part.key),
        )
        for part, seat in sorted(placed, key=lambda pair: (pair[1].row, pair[1].col))
    )


def _down(setting: Frame, indicator: Indicator, code: str) -> str:
    return setting.address(reverse("desk_board"), place=code, indicator=indicator.id)


def _ranked(setting: Frame, indicator: Indicator, parts: Sequence[Slice]) -> list[dict[str, Any]]:
    return [
        {
            "label": gettext("（本级）") if part.key == setting.place.code else part.label,
            "value": part.value,
            "url": "" if part.key == setting.place.code else _down(setting, indicator, part.key),
        }
        for part in sorted(parts, key=lambda one: (-(one.value or 0), one.key))[:30]
    ]


def _content(setting: Frame, indicator: Indicator) -> dict[str, Any]:
    """Where there is no place below: the parts of the figure by the first of its choices."""
    by = next((one for one in labels.dimensions(indicator) if one.name not in labels.SHARED), None)
    if by is None:
        return {}
    parts = reckoning.breakdown(ask(setting, indicator), by=by.name, scope=setting.scope)
    known = labels.reader(indicator).labels(by.name, [one.key for one in parts])
    most = max((one.value for one in parts if one.value), default=Decimal(1))
    rows = [{"label": known.get(one.key, one.label), "value": one.value} for one in parts[:30]]
    return {"title": by.label.of(border.language()) or by.name, "rows": rows, "highest": most}


def trend(days: Sequence[Slice], total: Figure) -> dict[str, Any]:
    """What the chart draws, as JSON: a day without anything that can be said has no value."""
    language = border.language()
    return {
        "name": total.indicator.label.of(language),
        "unit": quantities.said(total.unit, language),
        "labels": [_day(one.key, language) for one in days],
        "values": [None if one.value is None else float(one.value) for one in days],
    }


def _day(key: str, language: str) -> str:
    try:
        day = date.fromisoformat(key)
    except ValueError:
        return key
    return f"{day.month}-{day.day}" if language == "en" else f"{day.month}月{day.day}日"


def _peak(days: Sequence[Slice], total: Figure) -> str:
    """The title of the trend, which says the answer: the day with the most."""
    known = [one for one in days if one.value]
    label = total.indicator.label.of(border.language())
    if len(known) < 2 or total.indicator.measure not in ("count", "sum"):
        return over_time(days, label)
    most = max(known, key=lambda one: one.value or 0)
    return gettext("%(label)s：%(day)s最多") % {"label": label, "day": _day(most.key, border.language())}


def over_time(days: Sequence[Slice], label: str = "") -> str:
    """What the steps of a series are, in words."""
    if days and len(days[0].key) == len("2022-09"):
        return gettext("%(label)s逐月（月末）") % {"label": label} if label else gettext("逐月（月末）")
    return gettext("%(label)s逐日") % {"label": label} if label else gettext("逐日")


def missing(values: Sequence[Figure]) -> list[tuple[Figure, tuple[tuple[str, str], ...]]]:
    """The figures whose reports are not all in, each rule of coverage once."""
    found: dict[str, Figure] = {}
    for one in values:
        if one.coverage and not one.coverage.full:
            found.setdefault(one.indicator.coverage, one)
    return [(one, one.coverage.missing) for one in found.values() if one.coverage]


def newest(scope: Scope, program: str) -> list[dict[str, Any]]:
    """The records received last, with the names of their form and place."""
    language = border.language()
    return moments.once(("newest", scope, program, language), lambda: named(records.newest(scope, program, NEWEST)))


def named(found: Sequence[Record]) -> list[dict[str, Any]]:
    """Records with the titles of their forms and the names of their places, for lists."""
    titles = {form.id: form.title for form in forms.kinds().values()}
    known = places.names(list({one.place for one in found}))
    return [
        {
            "record": one,
            "title": titles[one.form].of(border.language()) if one.form in titles else one.form,
            "place": known.get(one.place, one.place),
        }
        for one in found
    ]
