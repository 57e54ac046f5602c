"""Turning the pages of a list by key: each link says the key at which its page begins, so that the last comes as fast
as the first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest

from yibiao.desk import border
from yibiao.records.types import Entity, From


@dataclass(frozen=True, slots=True)
class Turn:
    """One page and what lies around it. ``number`` is 0 where it was reached from the end and is not known."""

    rows: tuple[Entity, ...]
    number: int
    earlier: bool
    later: bool

    @property
    def first_key(self) -> str:
        return self.rows[0].key if self.rows else ""

    @property
    def last_key(self) -> str:
        return self.rows[-1].key if self.rows else ""

    @property
    def before(self) -> int | None:
        return self.number - 1 if self.number else None

    @property
    def after(self) -> int | None:
        return self.number + 1 if self.number else None


def turn(request: HttpRequest, ask: Callable[[From, int], tuple[Entity, ...]], size: int) -> Turn:
    """The page that a request asks for: the first, the last, one after or before a key, or one by its number."""
    given, counted = request.GET, "page" in request.GET
    number = border.number(given.get("page"))
    begin = From((number - 1) * size, given.get("after", ""), given.get("before", ""), "last" in given)
    found = ask(begin, size + 1)
    if begin.backwards:
        if begin.last or len(found) > size:
            known = number if counted and not begin.last else 0
            return Turn(found[-size:], known, len(found) > size, bool(begin.before))
        # Fewer than a page stand before it: that is the first page.
        begin, number = From(), 1
        found = ask(begin, size + 1)
    known = number if counted or not begin.after else 0
    return Turn(found[:size], known, bool(begin.after) or number > 1, len(found) > size)
