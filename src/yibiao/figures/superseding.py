"""Which sealed facts are later revisions of others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from yibiao.ledger import queries as ledger
from yibiao.ledger.types import Fact


def superseded(facts: Iterable[Fact]) -> Iterator[tuple[str, int, int]]:
    """(kind, position, position superseded) of every fact that is a later revision of another, as sealed."""
    for fact, before in pairs(facts):
        assert fact.position is not None  # noqa: S101 - sealed facts have one
        assert before.position is not None  # noqa: S101
        yield fact.kind, fact.position, before.position


def pairs(facts: Iterable[Fact]) -> Iterator[tuple[Fact, Fact]]:
    """Each sealed fact that is a later revision of another, with that other."""
    seen: dict[tuple[str, str, int], Fact] = {}
    for fact in facts:
        seen[fact.kind, fact.id, fact.revision] = fact
        if fact.revision > 1:
            before = seen.get((fact.kind, fact.id, fact.revision - 1))
            before = before or ledger.fact(fact.id, fact.revision - 1, kind=fact.kind)
            if before is not None and before.position is not None:
                yield fact, before
