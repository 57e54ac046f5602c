"""What a GeoReport asker wants, read from its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from yibiao.citizens import queries
from yibiao.citizens.open311 import problems
from yibiao.citizens.types import Counter, Service
from yibiao.core import clock
from yibiao.core.problems import refuse
from yibiao.places import queries as places

SPAN: Final = timedelta(days=90)
MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """A place and the counter that takes its reports."""

    place: str
    counter: Counter

    def code(self, service: Service) -> str:
        """Service codes tell programs apart: a place may have several over time."""
        return f"{self.counter.program}.{service.code}"

    def service(self, code: str) -> Service:
        """Raises: citizens.open311.service-missing|service."""
        if not code:
            raise refuse(problems.NO_SERVICE.at())
        found = {self.code(one): one for one in queries.services(self.counter)}.get(code)
        if found is None:
            raise refuse(problems.SERVICE.at(code=code[:80]))
        return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter of requests; ``is_open`` None means both."""

    ids: tuple[str, ...]
    services: frozenset[str]
    is_open: bool | None
    from_: datetime | None
    until: datetime | None


def jurisdiction(given: Mapping[str, str]) -> Jurisdiction:
    """The place that is named; where none is, the only one that takes reports.

    Raises: citizens.open311.jurisdiction-missing|jurisdiction.
    """
    id, counters = given.get("jurisdiction_id", "").strip(), queries.counters_open()
    known = "、".join(one.place for one in counters) or "—"
    if not id:
        if len(counters) != 1:
            raise refuse(problems.NO_JURISDICTION.at(known=known))
        return Jurisdiction(counters[0].place, counters[0])
    for one in counters:
        if places.descends(id[:64], one.place):
            return Jurisdiction(id, one)
    raise refuse(problems.JURISDICTION.at(id=id[:40], known=known))


def wanted(given: Mapping[str, str]) -> Wanted:
    """Raises: citizens.open311.date|span|status."""
    ids = tuple(_several(given.get("service_request_id", "")))[:MOST]
    states = set(_several(given.get("status", "")))
    if states - {"open", "closed"}:
        raise refuse(problems.STATUS.at())
    is_open = None if len(states) != 1 else "open" in states
    services = frozenset(_several(given.get("service_code", "")))
    if ids:
        # Who names requests wants these, however old they are.
        return Wanted(ids, frozenset(), None, None, None)
    start, end = _moment(given.get("start_date", "")), _moment(given.get("end_date", ""))
    until = end or (start + SPAN if start else clock.now())
    from_ = start or until - SPAN
    if not from_ <= until <= from_ + SPAN:
        raise refuse(problems.SPAN.at())
    return Wanted((), services, is_open, from_, until)


def _several(text: str) -> list[str]:
    return [part.strip()[:80] for part in text.split(",") if part.strip()]


def _moment(text: str) -> datetime | None:
    # A plus sign that was not escaped arrives as a space.
    written = text.strip().replace(" ", "+")
    if not written:
        return None
    try:
        at = datetime.fromisoformat(written)
        # The last years of the calendar cannot be moved between zones.
        if at.tzinfo is None or not 1990 <= at.year <= 2200:
            raise ValueError
    except ValueError:
        raise refuse(problems.DATE.at(text=text[:40])) from None
    return at
