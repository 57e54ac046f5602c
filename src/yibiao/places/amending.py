"""What a list of changes makes of a tree, and what its withdrawn codes then stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from yibiao.core.problems import Problem, Refusal, refuse
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

    Raises: places.place.unknown, places.change.bad, places.code.taken; all that are found.
    """
    tree: Tree = {row.code: row for row in rows}
    successions: list[Successor] = []
    found: list[Problem] = []
    for change in changes:
        try:
            if change.act != "add" and change.code not in tree:
                raise refuse(problems.UNKNOWN.at(change.act, code=change.code, on=""))
            successions += _ACTS[change.act](tree, change)
        except Refusal as refusal:
            found += refusal.problems
    if found:
        raise Refusal(found)
    return list(tree.values()), successions


def _rename(tree: Tree, change: Change) -> list[Successor]:
    _need(change, "name", change.name)
    tree[change.code] = replace(tree[change.code], name=change.name)
    return []


def _move(tree: Tree, change: Change) -> list[Successor]:
    _need(change, "parent", change.parent)
    _free(tree, change.new_code, unless=change.code)
    moved = replace(tree.pop(change.code), parent=change.parent, code=change.new_code or change.code)
    tree[moved.code] = replace(moved, name=change.name or moved.name)
    if moved.code == change.code:
        return []
    _hang_under(tree, change.code, moved.code)
    return [Successor(change.code, moved.code)]


def _merge(tree: Tree, change: Change) -> list[Successor]:
    _need(change, "new_code", change.new_code if change.new_code in tree and change.new_code != change.code else "")
    del tree[change.code]
    _hang_under(tree, change.code, change.new_code)
    return [Successor(change.code, change.new_code)]


def _split(tree: Tree, change: Change) -> list[Successor]:
    _need(change, "parts", "parts" if change.parts else "")
    for part in change.parts:
        _free(tree, part.code, unless=change.code)
    gone = tree.pop(change.code)
    for part in change.parts:
        tree[part.code] = replace(part, parent=part.parent or gone.parent, level=part.level or gone.level)
    if change.code in tree:
        # One part keeps the code, and with it what hung below and whatever was told of it.
        return [Successor(change.code, part.code, main=False) for part in change.parts if part.code != change.code]
    _hang_under(tree, change.code, change.parts[0].code)
    return [Successor(change.code, part.code, main=n == 0) for n, part in enumerate(change.parts)]


def _add(tree: Tree, change: Change) -> list[Successor]:
    _need(change, "name, level, parent", change.name and change.level and change.parent)
    _free(tree, change.code)
    tree[change.code] = PlaceDraft(change.code, change.name, change.level, change.parent)
    return []


def _close(tree: Tree, change: Change) -> list[Successor]:
    gone = tree.pop(change.code)
    _hang_under(tree, change.code, gone.parent)
    return [Successor(change.code, gone.parent)] if gone.parent else []


_ACTS: Final[Mapping[str, Callable[[Tree, Change], list[Successor]]]] = {
    "rename": _rename, "move": _move, "merge": _merge, "split": _split, "add": _add, "close": _close,
}  # fmt: skip


def _hang_under(tree: Tree, old: str, new: str) -> None:
    for code, row in tree.items():
        if row.parent == old:
            tree[code] = replace(row, parent=new)


def _free(tree: Tree, code: str, *, unless: str = "") -> None:
    if code in tree and code != unless:
        raise refuse(problems.TAKEN.at(code, code=code, name=tree[code].name))


def _need(change: Change, what: str, given: str) -> None:
    if not given:
        raise refuse(problems.BAD_CHANGE.at(change.code, act=change.act, needs=what))
