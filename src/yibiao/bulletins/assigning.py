"""One-to-one assignment: each claim gets one thing at most, and each thing one claim, so that the sum is greatest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_LARGEST: Final = 80
_NEVER: Final = 1e6


def assign(scores: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """The best assignment of rows to columns, given the scores (above nought) of the pairs that may be.

    Exact within each group of pairs that hang together; a group of more than eighty rows is taken best first.
    """
    found: dict[int, int] = {}
    for pairs in _components(scores):
        found |= _best(pairs) if len({row for row, _ in pairs}) <= _LARGEST else _greedy(pairs)
    return found


def _components(scores: Mapping[tuple[int, int], float]) -> list[dict[tuple[int, int], float]]:
    parent: dict[tuple[str, int], tuple[str, int]] = {}

    def top(node: tuple[str, int]) -> tuple[str, int]:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for row, column in scores:
        parent[top(("row", row))] = top(("column", column))
    groups: dict[tuple[str, int], dict[tuple[int, int], float]] = {}
    for pair, score in scores.items():
        groups.setdefault(top(("row", pair[0])), {})[pair] = score
    return list(groups.values())


def _greedy(pairs: Mapping[tuple[int, int], float]) -> dict[int, int]:
    found: dict[int, int] = {}
    taken: set[int] = set()
    for (row, column), _ in sorted(pairs.items(), key=lambda item: (-item[1], item[0])):
        if row not in found and column not in taken:
            found[row] = column
            taken.add(column)
    return found


def _best(pairs: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """The Hungarian method with potentials; every row also has a column of its own that stands for no match."""
    rows = sorted({row for row, _ in pairs})
    columns = sorted({column for _, column in pairs})
    if len(rows) == 1:
        row, column = max(pairs, key=lambda pair: (pairs[pair], -pair[1]))
        return {row: column}
    width = len(columns) + len(rows)
    costs = [
        [-pairs.get((row, column), -_NEVER) for column in columns]
        + [0.0 if other == at else _NEVER for other in range(len(rows))]
        for at, row in enumerate(rows)
    ]
    holder = _hungarian(costs, width)
    return {
        rows[holder[at] - 1]: columns[at - 1]
        for at in range(1, len(columns) + 1)
        if holder[at] and (rows[holder[at] - 1], columns[at - 1]) in pairs
    }


def _hungarian(costs: list[list[float]], width: int) -> list[int]:
    """For each column (from 1) the row (from 1) that holds it, 0 for none; the least sum of costs."""
    over_rows, over_columns = [0.0] * (len(costs) + 1), [0.0] * (width + 1)
    holder = [0] * (width + 1)
    for row in range(1, len(costs) + 1):
        holder[0] = row
        at, way = _reach(costs, holder, over_rows, over_columns)
        while at:
            holder[at] = holder[way[at]]
            at = way[at]
    return holder


def _reach(
    costs: list[list[float]], holder: list[int], over_rows: list[float], over_columns: list[float]
) -> tuple[int, list[int]]:
    """The nearest free column from the row that waits in column 0, and the way back to it."""
    width = len(holder) - 1
    least, way = [float("inf")] * (width + 1), [0] * (width + 1)
    free, used = list(range(1, width + 1)), [0]
    at = 0
    while holder[at]:
        cost, own = costs[holder[at] - 1], over_rows[holder[at]]
        for column in free:
            slack = cost[column - 1] - own - over_columns[column]
            if slack < least[column]:
                least[column], way[column] = slack, at
        following = min(free, key=least.__getitem__)
        delta = least[following]
        for column in used:
            over_rows[holder[column]] += delta
            over_columns[column] -= delta
        for column in free:
            least[column] -= delta
        free.remove(following)
        used.append(following)
        at = following
    return at, way
