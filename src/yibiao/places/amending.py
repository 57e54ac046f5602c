"""What a list of changes makes of a tree, and what its withdrawn codes then stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from yibiao.core.problems import refuse
from yibiao.places import problems
from yibiao.places.types import Change, PlaceDraft


@dataclass(frozen=True, slots=True)
class Successor:
    code: str
    successor: str
    main: bool = True


Tree = dict[str, PlaceDraft]


def apply(rows: Iterable[PlaceDraft], changes: Sequence[Change]) -> tuple[list[PlaceDraft], list[Successor]]:
    """The rows after the changes, in their order, and the successions that they bring.

    Raises: places.place.unknown, places.change.bad.
    """
    tree: Tree = {row.code: row for row in rows}
    successions: list[Successor] = []
    for change in changes:
        if change.act != "add" and change.code not in tree:
            raise refuse(problems.UNKNOWN.at(change.act, code=change.code, on=""))
        successions += _ACTS[change.act](tree, change)
    return list(tree.values()), successions


def _rename(tree: Tree, change: Change) -> list[Successor]:
    _need(change, "name", change.name)
    tree[change.code] = replace(tree[change.code], name=change.name)
    return []


def _move(tree: Tree, change: Change) -> list[Successor]:
    _need(change, "parent", change.parent)
    moved = replace(tree.pop(change.code), parent=change.parent, code=change.new_code or change.code)
    tree[moved.code] = replace(moved, name=change.name or moved.name)
    if moved.code == change.code:
        return []
    _hang_under(tree, change.code, moved.code)
    return [Successor(change.code, moved.code)]


def _merge(tree: Tree, change: Change) -> list[Successor]:
    _need(change, "new_code", change.new_code if change.new_code in tree else "")
    del tree[change.code]
    _hang_under(tree, change.code, change.new_code)
    return [Successor(change.code, change.new_code)]


def _split(tree: Tree, change: Change) -> list[Successor]:
    _need(change, "parts", "parts" if change.parts else "")
    gone = tree.pop(change.code)
    for part in change.parts:
        tree[part.code] = replace(part, parent=part.parent or gone.parent, level=part.level or gone.level)
    _hang_under(tree, change.code, change.parts[0].code)
    return [
        Successor(change.code, part.code, main=n == 0)
        for n, part in enumerate(change.parts)
        if part.code != change.code
    ]


def _add(tree: Tree, change: Change) -> list[Successor]:
    _need(change, "name, level, parent", change.name and change.level and change.parent)
    tree[change.code] = PlaceDraft(change.code, change.name, change.level, change.parent)
    return []


def _close(tree: Tree, change: Change) -> list[Successor]:
    gone = tree.pop(change.code)
    _hang_under(tree, change.code, gone.parent)
    return [Successor(change.code, gone.parent)]


_ACTS: Final[Mapping[str, Callable[[Tree, Change], list[Successor]]]] = {
    "rename": _rename, "move": _move, "merge": _merge, "split": _split, "add": _add, "close": _close,
}  # fmt: skip


def _hang_under(tree: Tree, old: str, new: str) -> None:
    for code, row in tree.items():
        if row.parent == old:
            tree[code] = replace(row, parent=new)


def _need(change: Change, what: str, given: str) -> None:
    if not given:
        raise refuse(problems.BAD_CHANGE.at(change.code, act=change.act, needs=what))
