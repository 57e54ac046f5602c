"""All cases that a filter leaves, one after another: each batch begins after the last case of the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from django.db.models import Q, QuerySet

from yibiao.cases import models

_BATCH: Final = 500


def each(rows: QuerySet[models.Case]) -> Iterator[models.Case]:
    """The rows in the order of a page: what is owed by its deadline, then the rest, the newest first.

    The end of a long list costs no more than its beginning, and no statement is held open meanwhile.
    """
    owed, rest = rows.filter(open=True), rows.filter(open=False)
    yield from _walked(owed.filter(due_at__isnull=False), ("due_at", "-occurred_at", "id"))
    yield from _walked(owed.filter(due_at=None), ("-occurred_at", "id"))
    yield from _walked(rest.filter(due_at__isnull=False), ("due_at", "-occurred_at", "id"))
    yield from _walked(rest.filter(due_at=None), ("-occurred_at", "id"))


def _walked(rows: QuerySet[models.Case], order: Sequence[str]) -> Iterator[models.Case]:
    batch, last = rows, None
    while True:
        found = list(batch.order_by(*order)[:_BATCH])
        yield from found
        if len(found) < _BATCH:
            return
        last = found[-1]
        batch = rows.filter(_after(last, order))


def _after(last: models.Case, order: Sequence[str]) -> Q:
    """What comes after a row in an order of several columns."""
    found, same = Q(pk__in=()), Q()
    for name in order:
        column, side = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
        value = getattr(last, column)
        found |= same & Q(**{f"{column}__{side}": value})
        same &= Q(**{column: value})
    return found
