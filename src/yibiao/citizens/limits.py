"""How often something may come from one address or for one place, counted in a table that all processes share."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F

from yibiao.citizens import models, problems
from yibiao.citizens.keyed import keyed
from yibiao.core import clock
from yibiao.core.problems import refuse

KEPT: Final = timedelta(hours=3)


def count(what: str, key: str, limit: int) -> None:
    """Counts one more of something within this hour; runs inside the caller's transaction.

    Raises: citizens.rate.exceeded.
    """
    now = clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    of = {"key": _hashed(what, key, now), "hour": hour}
    if models.Tally.objects.filter(**of).update(count=F("count") + 1):
        found = models.Tally.objects.get(**of).count
    else:
        found = _begin(of)
    if found > limit:
        left = 60 - now.minute
        raise refuse(problems.TOO_OFTEN.at(minutes=left))


def _begin(of: dict[str, object]) -> int:
    try:
        with transaction.atomic():
            models.Tally.objects.create(**of, count=1)
    except IntegrityError:
        # Somebody else began it between our look and our insert.
        models.Tally.objects.filter(**of).update(count=F("count") + 1)
        return models.Tally.objects.get(**of).count
    return 1


def sweep() -> int:
    """Forgets what was counted some hours ago; how many rows."""
    gone, _ = models.Tally.objects.filter(hour__lt=clock.now() - KEPT).delete()
    return gone


def _hashed(what: str, key: str, now: datetime) -> str:
    """An address is kept only as a keyed hash, another one every day: whose it was cannot be told from the table."""
    day = now.date().isoformat()
    return keyed(what, day, key)
