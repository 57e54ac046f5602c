from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yibiao.core import trees
from yibiao.core.problems import Refusal


@st.composite
def forests(draw: st.DrawFn) -> dict[str, str]:
    """Each node hangs on an earlier one or stands at the top."""
    size = draw(st.integers(0, 40))
    return {str(n): draw(st.sampled_from(["", *map(str, range(n))])) for n in range(size)}


@given(forests())
def test_a_range_holds_exactly_the_descendants(parents: dict[str, str]) -> None:
    spans = trees.number(parents, list(parents))
    assert sorted(enter for enter, _ in spans.values()) == list(range(len(parents)))
    for code in parents:
        above, node = set(), code
        while node:
            above.add(node)
            node = parents[node]
        enter = spans[code][0]
        assert {other for other, (low, high) in spans.items() if low <= enter < high} == above


def test_siblings_follow_the_order() -> None:
    spans = trees.number({"r": "", "b": "r", "a": "r", "c": "b"}, ["r", "a", "b", "c"])
    assert spans == {"r": (0, 4), "a": (1, 2), "b": (2, 4), "c": (3, 4)}


def test_orphans_are_all_named() -> None:
    with pytest.raises(Refusal) as caught:
        trees.number({"a": "x", "b": "y", "c": ""}, ["a", "b", "c"])
    assert caught.value.codes == ("core.tree.orphan", "core.tree.orphan")


def test_a_ring_is_found() -> None:
    with pytest.raises(Refusal) as caught:
        trees.number({"r": "", "a": "b", "b": "a"}, ["r", "a", "b"])
    assert set(caught.value.codes) == {"core.tree.cycle"}


def test_a_chain_of_a_hundred_thousand_needs_no_stack() -> None:
    parents = {str(n): str(n - 1) if n else "" for n in range(100_000)}
    assert trees.number(parents, list(parents))["0"] == (0, 100_000)
