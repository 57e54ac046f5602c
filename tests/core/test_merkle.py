from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yibiao.core import merkle

LEAVES = [merkle.leaf_hash(bytes([n])) for n in range(70)]


def plain_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 9162 §2.1.1, word for word: the second way."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + plain_root(leaves[:split]) + plain_root(leaves[split:])).digest()


def test_roots_of_all_sizes() -> None:
    for size in range(71):
        assert merkle.root(LEAVES[:size]) == plain_root(LEAVES[:size])


def test_every_entry_is_proved_in_every_size_and_nowhere_else() -> None:
    for size in range(1, 71):
        root = merkle.root(LEAVES[:size])
        for index in range(size):
            path = merkle.inclusion_path(index, LEAVES, size)
            assert merkle.verify_inclusion(LEAVES[index], index, size, path, root)
            assert not merkle.verify_inclusion(merkle.leaf_hash(b"other"), index, size, path, root)
            assert not merkle.verify_inclusion(LEAVES[index], index, size, [*path, root], root)
            if size > 1:
                assert not merkle.verify_inclusion(LEAVES[index], (index + 1) % size, size, path, root)
                assert not merkle.verify_inclusion(LEAVES[index], index, size, path[:-1], root)


def test_every_tree_is_proved_to_extend_every_smaller_one() -> None:
    for size in range(1, 71):
        root = merkle.root(LEAVES[:size])
        for old in range(1, size + 1):
            before = merkle.root(LEAVES[:old])
            path = merkle.consistency_path(old, LEAVES, size)
            assert merkle.verify_consistency(old, size, path, before, root)
            assert not merkle.verify_consistency(old, size, path, merkle.leaf_hash(b"x"), root)
            assert not merkle.verify_consistency(old, size, path, before, merkle.leaf_hash(b"x"))


def test_appending_from_stored_subtrees_gives_the_same_roots() -> None:
    stored: dict[tuple[int, int], bytes] = {}

    def node(level: int, index: int) -> bytes:
        return stored[level, index]

    for size in range(1, 71):
        frontier = merkle.Frontier(size - 1, node)
        made = frontier.append(LEAVES[size - 1])
        stored.update({(level, index): digest for level, index, digest in made})
        assert frontier.root() == merkle.root_at(node, size) == plain_root(LEAVES[:size])
        assert merkle.inclusion_path(size - 1, node, size) == merkle.inclusion_path(size - 1, LEAVES, size)


@given(st.lists(st.binary(max_size=4), min_size=2, max_size=40), st.data())
def test_any_changed_entry_changes_the_root(entries: list[bytes], data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    at = data.draw(st.integers(0, len(entries) - 1))
    changed = [*leaves[:at], merkle.leaf_hash(entries[at] + b"!"), *leaves[at + 1 :]]
    assert merkle.root(changed) != merkle.root(leaves)


def test_questions_about_nothing_are_errors() -> None:
    with pytest.raises(ValueError):
        merkle.inclusion_path(3, LEAVES, 3)
    with pytest.raises(ValueError):
        merkle.consistency_path(0, LEAVES, 3)
    assert not merkle.verify_inclusion(LEAVES[0], 5, 3, [], LEAVES[0])
    assert not merkle.verify_consistency(5, 3, [], b"", b"")
