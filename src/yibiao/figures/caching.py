"""Answers that were found once, kept in this process for whoever asks the same again.

A figure as of a checkpoint never changes while its definition and the tree stay what they are, so the three are what an
answer is kept under, and nothing ever has to be thrown away because something happened. Each asking reads them anew.
It also stays right as of any other checkpoint as long as nothing was sealed between the two that it looks at.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final, TypeAlias, TypeVar, cast

from yibiao.core import moments
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
Move: TypeAlias = Callable[[Sequence[tuple[Question, int, T]]], Sequence[T | None]]
Key = tuple[Hashable, ...]
MOST: Final = 400_000
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
    query: Query, scope: Scope, what: Key, find: Callable[[Question], T], move: Move[T] | None = None
) -> tuple[Asked, T]:
    """What a question comes to: as it was found before, else found now. Whoever may not ask is refused first.

    ``what`` says what is found, besides the question itself.

    Raises: as ``reading.ask``.
    """
    return answered_each([query], scope, what, find, move or (lambda kept: [None] * len(kept)))[0]


def answered_each(
    queries: Sequence[Query], scope: Scope, what: Key, find: Callable[[Question], T], move: Move[T]
) -> list[tuple[Asked, T]]:
    """The same of several, as of one moment.

    ``move`` may bring what was found as of earlier positions up to the questions', where that is less than finding it
    anew.

    Raises: as ``reading.ask``.
    """
    with places.remembered(), moments.shared():
        looked = [_look(query, scope, what) for query in queries]
        late = [one for one in looked if one.before is not None and one.question is not None]
        moved: dict[int, T | None] = {}
        if late:
            kept = [(one.question, one.before.checkpoint.size, one.before.answer) for one in late]  # type: ignore[union-attr]
            moved = dict(zip(map(id, late), move(kept), strict=True))  # type: ignore[arg-type]
        return [(one.asked, _finished(one, moved.get(id(one)), find)) for one in looked]


@dataclass(slots=True)
class _Looked:
    """What was seen of a query before anything is counted.

    ``held`` is its answer where one is known. Without, ``question`` is what to count, ``before`` an earlier answer, and
    ``keys`` those to keep the answer under, where it may be kept.
    """

    asked: Asked
    held: _Kept | None = None
    question: Question | None = None
    before: _Kept | None = None
    keys: tuple[Key, Key] | None = None


def _look(query: Query, scope: Scope, what: Key) -> _Looked:
    asked = reading.admit(query, scope)
    key = _key(asked, what)
    if key is None:
        return _Looked(asked, question=reading.complete(asked))
    exact = (*key, asked.checkpoint.root, asked.checkpoint.size)
    held = _memory.find(exact)
    near = _near(asked, key) if held is None else None
    if near is not None and not _touched(asked, near):
        _keep(asked, (key, exact), near.answer)
        held = near
    if held is not None:
        return _Looked(asked, held)
    question = reading.complete(asked)
    # A day may have begun meanwhile, and with it another edition.
    if question.standing.place.edition != asked.edition:
        return _Looked(asked, question=question)
    # What is moved on is moved on by columns.
    before = near if near and question.kept and near.checkpoint.size < question.upto else None
    return _Looked(asked, None, question, before, (key, exact))


def _finished(one: _Looked, moved: T | None, find: Callable[[Question], T]) -> T:
    if one.question is None:
        assert one.held is not None  # noqa: S101 (one of the two is there)
        return cast(T, one.held.answer)
    found = moved if moved is not None else find(one.question)
    if one.keys:
        _keep(one.asked, one.keys, found)
    return found


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
        return held if reading.checkpoint(held.checkpoint.number) == held.checkpoint else None
    except Refusal:
        return None


def _touched(asked: Asked, held: _Kept) -> bool:
    """Whether anything that the question looks at was sealed between an answer and what is asked."""
    after, upto = sorted((held.checkpoint.size, asked.checkpoint.size))
    looked_at = moments.once(
        ("kinds", asked.digest, asked.indicator.id), lambda: kinds(asked.definitions, asked.indicator)
    )
    return moments.once(("any", after, upto, looked_at), lambda: ledger.any_of(after, upto, looked_at))


def _keep(asked: Asked, keys: tuple[Key, Key], answer: Any) -> None:
    key, exact = keys
    kept = _Kept(asked.checkpoint, answer, _weight(answer))
    _memory.keep(exact, kept)
    newest = _memory.find(key)
    if newest is None or newest.checkpoint.number <= asked.checkpoint.number:
        _memory.keep(key, kept)


def _weight(answer: Any) -> int:
    """About how many values an answer holds, with one for whatever holds them: cells, parts of a figure, facts."""
    if isinstance(answer, tuple):
        return 1 + sum(map(_weight, answer))
    if isinstance(answer, dict):
        return 1 + len(answer)
    return 1 + len(fields(answer)) if is_dataclass(answer) else 1


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
