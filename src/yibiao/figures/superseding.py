"""Which sealed facts are later revisions of others."""

from __future__ import annotations

from collections import defaultdict
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
    later = list(facts)
    seen = {(fact.kind, fact.id, fact.revision): fact for fact in later}
    lacking: dict[str, set[str]] = defaultdict(set)
    for fact in later:
        if fact.revision > 1 and (fact.kind, fact.id, fact.revision - 1) not in seen:
            lacking[fact.kind].add(fact.id)
    for kind, ids in lacking.items():
        seen |= {(kind, one.id, one.revision): one for one in ledger.histories(sorted(ids), kind=kind)}
    for fact in later:
        before = seen.get((fact.kind, fact.id, fact.revision - 1))
        if before is not None and before.position is not None:
            yield fact, before
