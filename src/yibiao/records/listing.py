"""One page of records, the newest receipt first, at a cost that does not grow with how many there are."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet

from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import refuse
from yibiao.records import models, problems, types
from yibiao.records.loading import record_of

# So many are counted; a page says that there are more, and from where to go on.
MOST: Final = 10_000
# What no index finds is looked for among the newest so many; then it is asked whether to look further back.
LOOKED: Final = 100_000
_ORDER: Final = ("-received_at", "-id")
_APART: Final = "~"


def page(rows: QuerySet[models.Submission], sought: Q | None, *, older: str, number: int, size: int) -> types.Page:
    """A page of ``rows``, of those of them that are ``sought`` where no index finds these.

    Raises: ``records.page.older``.
    """
    if older:
        rows = rows.filter(_from(older))
    since = _edge(rows) if sought is not None else None
    if since is not None:
        rows = rows.filter(received_at__gte=since)
    if sought is not None:
        rows = rows.filter(sought)
    size = max(1, min(size, 500))
    # In no order: a database that is asked for one may walk all there is to find a few.
    found = list(rows.values_list("received_at", "id")[: MOST + 1])
    more, total = len(found) > MOST, min(len(found), MOST)
    last = max(1, -(-total // size))
    number = max(1, min(number, last))
    part = slice((number - 1) * size, min(number * size, total))
    if more:
        ids = [id for _, id in rows.order_by(*_ORDER).values_list("received_at", "id")[part]]
    else:
        ids = [id for _, id in sorted(found, reverse=True)[part]]
    held = models.Submission.objects.in_bulk(ids)
    items = tuple(record_of(held[id]) for id in ids if id in held)
    further = ""
    if number == last and more and items:
        further = f"{items[-1].received_at.isoformat()}{_APART}{items[-1].id}"
    elif number == last and since is not None:
        further = f"{since.isoformat()}{_APART}"
    return types.Page(items, total, number, size, more, further, since.astimezone(SHANGHAI) if since else None)


def _edge(rows: QuerySet[models.Submission]) -> datetime | None:
    """When the last of the newest was received that are looked through; None where these are all."""
    if rows.values("received_at")[: LOOKED + 1].count() <= LOOKED:
        return None
    return rows.order_by(*_ORDER).values_list("received_at", flat=True)[LOOKED : LOOKED + 1].first()


def _from(older: str) -> Q:
    at, apart, id = older.partition(_APART)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise refuse(problems.OLDER.at()) from None
    if not apart or moment.tzinfo is None:
        raise refuse(problems.OLDER.at())
    return before(moment, id)


def before(at: datetime, id: str) -> Q:
    """What follows on a record in the order of lists."""
    return Q(received_at__lt=at) | Q(received_at=at, id__lt=id)
