"""Which sealed facts are later revisions of others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from yibiao.ledger import queries as ledger
from yibiao.ledger.types import Fact


def superseded(facts: Iterable[Fact]) -> Iterator[tuple[str, int, int]]:
    """(kind, position, position superseded) of every fact that is a later revision of another, as sealed."""
    seen: dict[tuple[str, str, int], int] = {}
    for fact in facts:
        assert fact.position is not None  # noqa: S101 - sealed facts have one
        seen[fact.kind, fact.id, fact.revision] = fact.position
        if fact.revision > 1:
            before = seen.get((fact.kind, fact.id, fact.revision - 1)) or _position(fact, fact.revision - 1)
            if before is not None:
                yield fact.kind, fact.position, before


def _position(fact: Fact, revision: int) -> int | None:
    found = ledger.fact(fact.id, revision, kind=fact.kind)
    return found.position if found else None
