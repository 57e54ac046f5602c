"""Figures: the list of a program's indicators, the page and card of one figure, and the facts behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext

from yibiao.bulletins import queries as bulletins
from yibiao.cases import queries as cases
from yibiao.core.problems import refuse
from yibiao.desk import addresses, border, labels, reckoning, tables
from yibiao.desk.pages import evidence
from yibiao.desk.pages.drawing import ask, over_time, trend
from yibiao.desk.pages.frame import Frame, frame, nothing, part
from yibiao.desk.problems import NO_INDICATOR
from yibiao.figures import queries as figures
from yibiao.figures.types import Figure, Indicator, Query, Slice
from yibiao.ledger import queries as ledger
from yibiao.people.types import Scope
from yibiao.places import queries as places
from yibiao.records import queries as records

PART: Final = 20
SHOWN_RECORDS: Final = 20


def listing(request: HttpRequest) -> HttpResponseBase:
    """数据: every indicator of the program, with its figure here and now."""
    setting = frame(request)
    if setting is None:
        return nothing(request)
    text = request.GET.get("q", "").strip()
    known = [one for one in figures.indicators(setting.program.pack) if _matches(one, text)]
    rows = []
    if setting.checkpoint is not None:
        rows = [reckoning.figure(ask(setting, one), scope=setting.scope) for one in known]
    if tables.wanted(request):
        about = evidence.about(setting, ask(setting, known[0])) if known else ()
        title = f"{setting.program.title.of(border.language())}_{gettext('全部指标')}"
        return tables.answer(request, title, _lines(rows), about=about)
    return render(request, "desk/figures.html", {"frame": setting, "rows": rows, "q": text})


def _lines(rows: Sequence[Figure]) -> Iterator[list[Any]]:
    yield [
        gettext("指标"), gettext("数"), gettext("单位"), gettext("数的是什么"), gettext("应报"), gettext("实报"),
        gettext("事实"), gettext("编号"),
    ]  # fmt: skip
    spoken = border.language()
    for one in rows:
        owed = (one.coverage.owed, one.coverage.filed) if one.coverage else (None, None)
        value = gettext("缺") if one.value is None else one.value
        label, counts = one.indicator.label.of(spoken), one.indicator.counts.of(spoken)
        yield [label, value, one.indicator.unit, counts, *owed, one.facts, one.indicator.ref]


def _matches(indicator: Indicator, text: str) -> bool:
    said = (indicator.id, indicator.label.zh, indicator.label.en, indicator.counts.zh, *indicator.aliases)
    return not text or any(text.lower() in one.lower() for one in said)


def page(request: HttpRequest, program: str, indicator: str) -> HttpResponse:
    """One figure with everything behind it."""
    setting, query = _asked(request, program, indicator)
    if setting.checkpoint is None:
        return render(request, "desk/figures.html", {"frame": setting, "rows": (), "q": ""})
    shown = _essence(setting, query)
    defined = shown["figure"].indicator
    recounted, astray = figures.recounts(open_only=True)
    dimensions = labels.dimensions(defined)
    by = request.GET.get("by", "")
    chosen = any(one.name == by for one in dimensions)
    shown |= {
        "recounted": recounted,
        "astray": astray,
        "dimensions": dimensions,
        "by": by,
        "by_parts": _by(setting, query, defined, by) if chosen else (),
        "explanation": figures.explain(query, scope=setting.scope),
        "checks": figures.partitions(
            setting.program.pack, query.program, query.place, query.period, query.as_of, scope=setting.scope
        ),
        "since": _since(setting, shown["figure"]),
        "edition": query.edition,
        "reported": bulletins.reported(query.indicator, query.program, query.place, scope=setting.scope),
        "may_withdraw": border.may(request, "review", place=query.place, program=query.program),
        **_contributions(request, setting, query),
    }
    return render(request, "desk/figure_page.html", shown)


def card(request: HttpRequest, program: str, indicator: str) -> HttpResponse:
    """What a tap on a number opens: the essence of the figure's page."""
    setting, query = _asked(request, program, indicator)
    return render(request, "desk/parts/card.html", _essence(setting, query))


def facts(request: HttpRequest, program: str, indicator: str) -> HttpResponseBase:
    """One page of the facts behind a figure, as a part of its page; or all of them as a file."""
    setting, query = _asked(request, program, indicator)
    if tables.wanted(request):
        return evidence.answer(request, setting, query)
    shown = {"frame": setting, "query": query, **_contributions(request, setting, query)}
    title = figures.indicator(query.indicator).label.of(border.language())
    return part(request, "desk/parts/contributions.html", shown, title=title, back=addresses.figure(query))


def _asked(request: HttpRequest, program: str, indicator: str) -> tuple[Frame, Query]:
    setting = frame(request, program)
    if setting is None:
        raise refuse(NO_INDICATOR.at(indicator=indicator))
    query = ask(setting, figures.indicator(f"{setting.program.pack}.{indicator}"))
    return setting, replace(query, edition="now") if request.GET.get("edition") == "now" else query


def _essence(setting: Frame, query: Query) -> dict[str, Any]:
    found = reckoning.figure(query, scope=setting.scope)
    days = reckoning.series(query, found.indicator.measure, scope=setting.scope)
    below = reckoning.breakdown(query, by="child", scope=setting.scope)
    return {
        "frame": setting,
        "query": query,
        "figure": found,
        "terms": _terms(setting, query),
        "trend": trend(days, found),
        "trend_title": over_time(days),
        "below": _parts(below, query, places_below=True),
        "page_url": addresses.figure(query),
        "export_url": f"{addresses.figure(query, 'desk_figure_facts')}&as=",
    }


def _terms(setting: Frame, query: Query) -> list[dict[str, Any]]:
    """The figures that a ratio or a sum is made of; a ratio says little without its two."""
    asked = [replace(query, indicator=one.ref) for one in figures.terms(query.indicator)]
    return [{"figure": reckoning.figure(one, scope=setting.scope), "url": addresses.figure(one)} for one in asked]


def _parts(parts: tuple[Slice, ...], query: Query, *, places_below: bool = False) -> list[dict[str, Any]]:
    """Parts with the length of their bars, the largest first; a place below links to its own figure."""
    most = max((part.value for part in parts if part.value), default=Decimal(1))
    return [
        {
            "part": replace(part, label=gettext("（本级）")) if places_below and part.key == query.place else part,
            "share": 100 * float(part.value / most) if part.value else 0,
            "url": addresses.figure(replace(query, place=part.key)) if places_below and part.key != query.place else "",
        }
        for part in sorted(parts, key=lambda one: (-(one.value or 0), one.key))
    ]


def _by(setting: Frame, query: Query, indicator: Indicator, by: str) -> list[dict[str, Any]]:
    """The parts of a figure by a column, with the values' labels."""
    parts = reckoning.breakdown(query, by=by, scope=setting.scope)
    known = labels.reader(indicator).labels(by, [one.key for one in parts])
    return _parts(tuple(replace(one, label=known.get(one.key, one.label)) for one in parts), query)


def _contributions(request: HttpRequest, setting: Frame, query: Query) -> dict[str, Any]:
    number = border.number(request.GET.get("page"))
    found = figures.contributions(query, scope=setting.scope, number=number, size=PART)
    indicator = figures.indicator(query.indicator)
    reads = labels.reader(indicator)
    columns = list(dict.fromkeys(name for one in found.items for name in one.values))
    known = {name: reads.labels(name, [one.values.get(name) for one in found.items]) for name in columns}
    names = places.names(list({one.place for one in found.items}))
    dimensions = figures.dimensions(query.indicator)
    last = max(1, -(-found.total // PART))
    return {
        "contributions": found,
        "contribution_rows": [
            {
                "fact": one,
                "url": addresses.fact(one.kind, one.fact, revision=one.revision),
                "place": names.get(one.place, one.place),
                "item": None if one.item is None else one.item + 1,
                "values": [labels.said(one.values.get(name), known[name]) for name in columns],
            }
            for one in found.items
        ],
        "contribution_columns": [labels.heading(name, reads, dimensions) for name in columns],
        "before": addresses.figure(query, "desk_figure_facts", page=number - 1) if number > 1 else "",
        "after": addresses.figure(query, "desk_figure_facts", page=number + 1) if number < last else "",
        "last": last,
    }


def _since(setting: Frame, then: Figure) -> dict[str, Any] | None:
    """For a figure as of an older checkpoint: what it is now, and the records that made the difference."""
    newest = ledger.checkpoint()
    if newest is None or setting.checkpoint is None or newest.number == setting.checkpoint.number:
        return None
    now = reckoning.figure(replace(then.query, as_of=newest.number), scope=setting.scope)
    moved = () if now.value == then.value else _moved(setting, then.query, newest.number)
    return {"now": now, "records": moved, "moved": now.value != then.value}


def _moved(setting: Frame, query: Query, now: int) -> tuple[dict[str, str], ...]:
    then = setting.checkpoint.number if setting.checkpoint else 0
    ids = figures.difference(query, then, now, scope=setting.scope)[:SHOWN_RECORDS]
    return record_links(ids, setting.scope)


def record_links(ids: tuple[str, ...], scope: Scope) -> tuple[dict[str, str], ...]:
    """Records and cases by id as links with a name that people can read."""
    found: dict[str, Any] = {**records.records(ids, scope=scope), **cases.lines(ids, scope=scope)}
    names = places.names(list({one.place for one in found.values()}))
    links = []
    for id in ids:
        one = found.get(id)
        said = {"place": names.get(one.place, ""), "at": _at(one.occurred_at)} if one else {}
        if one is None and (fact := ledger.fact(id)) is not None and fact.kind.startswith("duty."):
            # A report from which a unit was freed: it has a page of its own.
            name = places.names([fact.place]).get(fact.place, "")
            links.append({"url": addresses.fact(fact.kind, id), "text": gettext("免报：%(place)s") % {"place": name}})
            continue
        url = addresses.fact(getattr(one, "kind", "record"), id)
        links.append({"url": url, "text": gettext("%(place)s %(at)s") % said if one else id})
    return tuple(links)


def _at(moment: Any) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
