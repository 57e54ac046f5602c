"""Preorder intervals: a subtree is one contiguous range, so that a roll-up is a range filter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from yibiao.core.problems import Refusal, Rule

CYCLE: Final = Rule(
    "core.tree.cycle",
    "“{code}”的上级链绕回自身。",
    "The chain of parents of “{code}” leads back to itself.",
    "请改正其中一级的上级代码。",
    "Correct the parent of one of them.",
)
ORPHAN: Final = Rule(
    "core.tree.orphan",
    "“{code}”的上级“{parent}”不存在。",
    "The parent “{parent}” of “{code}” does not exist.",
    "请补上该上级，或改正上级代码。",
    "Add that parent or correct its code.",
)
SHOWN: Final = 50


def number(parents: Mapping[str, str], order: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Number the nodes in preorder: ``{code: (enter, leave)}``, a subtree being enter ≤ n < leave.

    ``parents`` gives each node's parent, empty at the top; siblings follow ``order``, which names every node once.

    Raises: core.tree.cycle, core.tree.orphan (at most 50 of them).
    """
    orphans = [(code, parent) for code, parent in parents.items() if parent and parent not in parents]
    if orphans:
        raise Refusal(ORPHAN.at(code, code=code, parent=parent) for code, parent in orphans[:SHOWN])
    children: dict[str, list[str]] = {}
    for code in order:
        children.setdefault(parents[code], []).append(code)
    enter: dict[str, int] = {}
    spans: dict[str, tuple[int, int]] = {}
    stack: list[tuple[str, bool]] = [(code, False) for code in reversed(children.get("", ()))]
    while stack:
        code, left = stack.pop()
        if left:
            spans[code] = (enter[code], len(enter))
            continue
        enter[code] = len(enter)
        below = children.get(code)
        if below is None:
            spans[code] = (enter[code], enter[code] + 1)
            continue
        stack.append((code, True))
        stack.extend((child, False) for child in reversed(below))
    if len(spans) < len(parents):
        # Whatever the walk from the tops did not reach hangs on a ring.
        unreached = [code for code in parents if code not in spans]
        raise Refusal(CYCLE.at(code, code=code) for code in unreached[:SHOWN])
    return spans
