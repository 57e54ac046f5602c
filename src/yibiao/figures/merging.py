"""Entities that were merged count as one: which keys of a register stand for which others, as of a position.

What was filed keeps the key that it was filed with; the facts of the merges say what that key counts as.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, TypeAlias

from yibiao.core import moments
from yibiao.core.problems import Refusal
from yibiao.figures.columns import shadowed
from yibiao.figures.types import Merged, Source
from yibiao.forms import queries as forms
from yibiao.forms.types import Field
from yibiao.ledger import queries as ledger
from yibiao.records import queries as records

KIND: Final = "register.merged"
Pairs: TypeAlias = tuple[tuple[str, str], ...]


def merged(source: Source, upto: int) -> Merged:
    """The cells of a source that hold keys of registers, with what was merged there as of a position; mostly empty."""
    return within(source, standing(upto)) if source.kind.startswith("record.") else ()


def standing(upto: int) -> Mapping[str, Pairs]:
    """By register, each key that was merged by then with the one that it counts as, in the end of a chain of merges."""
    ids = moments.once("merges", records.merges)
    return _standing(ids, upto) if ids else {}


def within(source: Source, found: Mapping[str, Pairs]) -> Merged:
    """The same as ``merged``, of merges that are known."""
    if not found or not source.kind.startswith("record."):
        return ()
    return tuple((cell, found[register]) for cell, register in _cells(source).items() if register in found)


def joined(told: Iterable[Mapping[str, Pairs]]) -> Mapping[str, Pairs]:
    """What several logs say together: whatever any of them found to be one is one, also by way of another's."""
    ends: dict[str, dict[str, str]] = defaultdict(dict)
    for one in told:
        for register, pairs in one.items():
            held = ends[register]
            for key, counts_as in pairs:
                first, second = sorted((_end(key, held), _end(counts_as, held)))
                if first != second:
                    held[second] = first
    return {register: tuple((key, _end(key, held)) for key in sorted(held)) for register, held in ends.items()}


def _cells(source: Source) -> Mapping[str, str]:
    """The registers whose keys stand in cells of a source, by the name or the template of the cell."""
    try:
        fields = forms.dictionary(source.kind.removeprefix("record."))
    except Refusal:
        fields = ()
    found = {source.key: source.register} if source.key else {}
    if source.register and (plain := source.key.removeprefix("${").removesuffix("}").strip()) in _names(fields):
        found[plain] = source.register
    for field in fields:
        if field.register and field.repeat in ("", source.repeat) and not shadowed(field):
            found[field.name] = field.register
    for field in fields:
        if field.role == "subject" and field.name in found:
            found["subject"] = found[field.name]
    return found


def _names(fields: tuple[Field, ...]) -> frozenset[str]:
    return frozenset(field.name for field in fields)


@lru_cache(maxsize=8)
def _standing(ids: tuple[str, ...], upto: int) -> Mapping[str, Pairs]:
    told = (fact for fact in ledger.histories(ids, kind=KIND) if fact.position is not None)
    newest = {fact.id: fact for fact in told if (fact.position or 0) <= upto}
    into: dict[str, dict[str, str]] = {}
    for fact in newest.values():
        if not fact.withdrawn:
            into.setdefault(fact.payload["register"], {})[fact.payload["other"]] = fact.payload["key"]
    return {
        register: tuple((key, end) for key in sorted(keys) if (end := _end(key, keys)) != key)
        for register, keys in into.items()
    }


def _end(key: str, into: Mapping[str, str]) -> str:
    seen = {key}
    while (after := into.get(key)) is not None and after not in seen:
        seen.add(after)
        key = after
    return key
