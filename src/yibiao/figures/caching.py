"""Answers that were found once, kept in this process for whoever asks the same again.

A figure as of a checkpoint never changes while its definition and the tree stay what they are, so the three are what an
answer is kept under, and nothing ever has to be thrown away because something happened. Each asking reads them anew.
It also stays right as of any other checkpoint as long as nothing was sealed between the two that it looks at.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

from yibiao.core.problems import Refusal
from yibiao.figures import merging, reading
from yibiao.figures.definitions import FILINGS
from yibiao.figures.reading import Asked, Question
from yibiao.figures.types import Definitions, Indicator, Query
from yibiao.ledger import queries as ledger
from yibiao.ledger.types import Checkpoint
from yibiao.people.types import Scope
from yibiao.places import queries as places

T = TypeVar("T")
Key = tuple[Hashable, ...]
MOST: Final = 200_000
# Beyond so many positions, looking for what was sealed in between costs as much as counting anew.
FAR: Final = 20_000


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer, as of a checkpoint."""

    checkpoint: Checkpoint
    answer: Any
    weight: int


class _Memory:
    """The answers used last, and the newest of each question; ``MOST`` values in all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[Key, _Kept] = OrderedDict()
        self._weight = 0

    def find(self, key: Key) -> _Kept | None:
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def keep(self, key: Key, kept: _Kept) -> None:
        with self._lock:
            before = self._held.pop(key, None)
            self._weight += kept.weight - (before.weight if before else 0)
            self._held[key] = kept
            while self._weight > MOST:
                self._weight -= self._held.popitem(last=False)[1].weight

    def forget(self) -> None:
        with self._lock:
            self._held.clear()
            self._weight = 0


_memory = _Memory()
forget = _memory.forget


def answered(
    query: Query, scope: Scope, what: Key, find: Callable[[Question], T],
    move: Callable[[Question, int, T], T | None] | None = None,
) -> tuple[Asked, T]:  # fmt: skip
    """What a question comes to: as it was found before, else found now. Whoever may not ask is refused first.

    ``what`` says what is found, besides the question itself. ``move`` may bring what was found as of an earlier
    position up to the question's, where that is less than finding it anew.

    Raises: as ``reading.ask``.
    """
    with places.remembered():
        asked = reading.admit(query, scope)
        key = _key(asked, what)
        if key is None:
            return asked, find(reading.complete(asked))
        exact = (*key, asked.checkpoint.root, asked.checkpoint.size)
        held = _memory.find(exact)
        near = _near(asked, key) if held is None else None
        if near is not None and not _touched(asked, near):
            _keep(asked, key, exact, near.answer)
            held = near
        if held is not None:
            return asked, cast(T, held.answer)
        question = reading.complete(asked)
        # A day may have begun meanwhile, and with it another edition.
        same = question.standing.place.edition == asked.edition
        before = near if move and same and near and near.checkpoint.size < question.upto else None
        found = move(question, before.checkpoint.size, before.answer) if move and before else None
        if found is None:
            found = find(question)
        if same:
            _keep(asked, key, exact, found)
        return asked, found


def _key(asked: Asked, what: Key) -> Key | None:
    """What an answer rests on besides the log; None where it rests on more than can be told."""
    if asked.tree is None:
        return None
    # Which organisation serves which place is no fact of the log.
    if any(one.attribution == "organisation" for one in reading.leaves_of(asked.definitions, asked.indicator)):
        return None
    query = asked.query
    return (
        asked.tree, asked.edition, asked.digest, query.indicator, query.program, query.place, query.period,
        query.edition, *what,
    )  # fmt: skip


def _near(asked: Asked, key: Key) -> _Kept | None:
    """The newest answer to the question, where it is of the same log and not far from what is asked."""
    held = _memory.find(key)
    if held is None or abs(held.checkpoint.size - asked.checkpoint.size) > FAR:
        return None
    try:
        # An operator may have put an older log in its place.
        return held if ledger.checkpoint(held.checkpoint.number) == held.checkpoint else None
    except Refusal:
        return None


def _touched(asked: Asked, held: _Kept) -> bool:
    """Whether anything that the question looks at was sealed between an answer and what is asked."""
    after, upto = sorted((held.checkpoint.size, asked.checkpoint.size))
    return ledger.any_of(after, upto, kinds(asked.definitions, asked.indicator))


def _keep(asked: Asked, key: Key, exact: Key, answer: Any) -> None:
    kept = _Kept(asked.checkpoint, answer, 1 + (len(answer) if isinstance(answer, tuple | dict) else 0))
    _memory.keep(exact, kept)
    newest = _memory.find(key)
    if newest is None or newest.checkpoint.number <= asked.checkpoint.number:
        _memory.keep(key, kept)


def kinds(held: Definitions, indicator: Indicator) -> tuple[str, ...]:
    """The kinds of fact that a figure looks at, with those that say who owed a report and who filed it."""
    names: set[str] = set()
    for leaf in reading.leaves_of(held, indicator):
        names.add(leaf.source)
        rule = held.coverage(leaf.coverage) if leaf.coverage else None
        if rule is not None:
            names |= {rule.form, FILINGS} | {one.name for one in held.sources if one.register == rule.register}
    found = {one.kind for one in held.sources if one.name in names}
    # Entities that such an answer told apart may have been merged since.
    apart = any(leaf.measure in ("distinct", "latest") for leaf in reading.leaves_of(held, indicator))
    return tuple(sorted(found | {merging.KIND} if apart else found))
