"""All facts behind a figure as a file, by which anybody can count it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any, Final

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext

from yibiao.core.periods import SHANGHAI
from yibiao.desk import addresses, border, labels, reckoning, tables
from yibiao.desk.pages.frame import Frame
from yibiao.figures import queries as figures
from yibiao.figures.types import Contribution, Query
from yibiao.places import queries as places

_BATCH: Final = 500


def answer(request: HttpRequest, setting: Frame, query: Query) -> HttpResponseBase:
    """All facts behind a figure, with what the figure is."""
    found = reckoning.figure(query, scope=setting.scope)
    label = found.indicator.label.of(border.language())
    unit = found.indicator.unit
    value = gettext("缺") if found.value is None else f"{found.value:f}{unit}"
    named = ((gettext("指标"), f"{label}（{query.indicator}）"), (gettext("数"), value))
    return tables.answer(request, label, _every(setting, query), about=[*named, *about(setting, query)])


def about(setting: Frame, query: Query) -> tuple[tuple[str, Any], ...]:
    """Of what place, period and checkpoint something is."""
    return (
        (gettext("地点"), f"{setting.place.name} {query.place}"),
        (gettext("期间"), " — ".join(addresses.period(query.period).values())),
        (gettext("存证点"), query.as_of or (setting.checkpoint.number if setting.checkpoint else "")),
    )


def _every(setting: Frame, query: Query) -> Iterator[list[Any]]:
    """The facts in the columns of the figure's page, with the id, revision and position that prove each.

    Of a ratio or a sum of others each part stands for itself, one after the other, and is named in the first column.
    """
    leaves = figures.leaves(query.indicator)
    reads, dimensions = labels.reader(figures.indicator(query.indicator)), figures.dimensions(query.indicator)
    found = [figures.all_contributions(replace(query, indicator=one.ref), scope=setting.scope) for one in leaves]
    first = [list(islice(rows, _BATCH)) for rows in found]
    columns = list(dict.fromkeys(name for batch in first for one in batch for name in one.values))
    several = len(leaves) > 1
    titles = [labels.heading(name, reads, dimensions) for name in columns]
    yield [*([gettext("组成部分")] if several else ()), *_proving(), *titles, gettext("计入")]
    for leaf, begun, rows in zip(leaves, first, found, strict=True):
        head = [leaf.label.of(border.language())] if several else []
        for batch in chain([begun], iter(lambda rows=rows: list(islice(rows, _BATCH)), [])):  # type: ignore[misc]
            for row in _rows(batch, columns, reads):
                yield [*head, *row]


def _rows(batch: list[Contribution], columns: list[str], reads: labels.Reader) -> Iterator[list[Any]]:
    known = {name: reads.labels(name, [one.values.get(name) for one in batch]) for name in columns}
    names = places.names(list({one.place for one in batch}))
    for one in batch:
        item = None if one.item is None else one.item + 1
        told = one.occurred_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        head = [one.fact, one.revision, one.position, item, one.place, names.get(one.place, one.place), told]
        yield [*head, *(labels.said(one.values.get(name), known[name]) for name in columns), one.amount]


def _proving() -> list[str]:
    return [
        gettext("事实"), gettext("版本"), gettext("存证位置"), gettext("项"), gettext("地点代码"), gettext("地点"),
        gettext("发生时间"),
    ]  # fmt: skip
