"""Merkle tree hashing and proofs of an append-only log.

Source: RFC 9162 (Certificate Transparency 2.0), sections 2.1.1 to 2.1.5. SHA-256; positions here count from 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeAlias

Node: TypeAlias = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree ``(level, index)``: its leaves are index·2^level … (index+1)·2^level − 1."""

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry; the prefix keeps leaves and inner nodes apart."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf *hashes*, in order."""
    return _root_of(_from_leaves(leaves), 0, len(leaves)) if leaves else EMPTY_ROOT


def root_at(node: Node, size: int) -> bytes:
    """The root of the first ``size`` entries from stored complete subtrees, in O(log size) reads."""
    return _root_of(node, 0, size) if size else EMPTY_ROOT


def inclusion_path(index: int, nodes: Node | Sequence[bytes], size: int) -> list[bytes]:
    """The audit path of entry ``index`` in the tree of ``size`` entries, from the leaf up. RFC 9162 §2.1.3.1."""
    if not 0 <= index < size:
        raise ValueError(f"entry {index} is not in a tree of {size}")
    node = _getter(nodes)
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        split = low + _half(high - low)
        if index < split:
            path.append(_root_of(node, split, high))
            high = split
        else:
            path.append(_root_of(node, low, split))
            low = split
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path proves the leaf hash at ``index`` under the root. RFC 9162 §2.1.3.2."""
    if not 0 <= index < size:
        return False
    fn, sn, found = index, size - 1, leaf
    for step in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = node_hash(step, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and found == root


def consistency_path(old: int, nodes: Node | Sequence[bytes], size: int) -> list[bytes]:
    """The proof that the tree of ``size`` extends the tree of ``old`` entries. RFC 9162 §2.1.4.1."""
    if not 0 < old <= size:
        raise ValueError(f"a tree of {size} cannot extend one of {old}")
    node = _getter(nodes)
    path: list[bytes] = []
    low, high, whole = 0, size, True
    while old != high:
        split = low + _half(high - low)
        if old <= split:
            path.append(_root_of(node, split, high))
            high = split
        else:
            path.append(_root_of(node, low, split))
            low, whole = split, False
    if not whole:
        path.append(_root_of(node, low, high))
    return path[::-1]


def verify_consistency(old: int, size: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the path proves that the new root extends the old one. RFC 9162 §2.1.4.2."""
    if not 0 < old <= size:
        return False
    if old == size:
        return not path and old_root == new_root
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old_found = new_found = steps[0]
    for step in steps[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            old_found, new_found = node_hash(step, old_found), node_hash(step, new_found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new_found = node_hash(new_found, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and old_found == old_root and new_found == new_root


class Frontier:
    """Appends to a tree of which only complete subtrees are stored.

    ``node`` reads stored subtrees, leaves being level 0. ``append`` returns the subtrees that the new leaf completes,
    which the caller stores; until then the frontier remembers them, so that many leaves may be appended in one go.
    """

    def __init__(self, size: int, node: Node) -> None:
        self.size = size
        self._peaks: list[tuple[int, bytes]] = [
            (level, node(level, (size >> level) - 1))
            for level in range(size.bit_length() - 1, -1, -1)
            if size >> level & 1
        ]

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; gives the new complete subtrees as ``(level, index, hash)``, the leaf itself first."""
        made = [(0, self.size, leaf)]
        level, digest, index = 0, leaf, self.size
        while self._peaks and self._peaks[-1][0] == level:
            digest = node_hash(self._peaks.pop()[1], digest)
            level, index = level + 1, index >> 1
            made.append((level, index, digest))
        self._peaks.append((level, digest))
        self.size += 1
        return made

    def root(self) -> bytes:
        """The root over everything appended so far."""
        if not self._peaks:
            return EMPTY_ROOT
        found = self._peaks[-1][1]
        for _, peak in reversed(self._peaks[:-1]):
            found = node_hash(peak, found)
        return found


def _half(size: int) -> int:
    """The largest power of two smaller than ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def _root_of(node: Node, low: int, high: int) -> bytes:
    """The hash over entries low … high − 1, where low is a multiple of the next power of two."""
    size = high - low
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, low >> level)
    split = low + _half(size)
    return node_hash(_root_of(node, low, split), _root_of(node, split, high))


def _getter(nodes: Node | Sequence[bytes]) -> Node:
    return nodes if callable(nodes) else _from_leaves(nodes)


def _from_leaves(leaves: Sequence[bytes]) -> Node:
    """Complete subtrees computed from all leaves, each once."""
    levels: list[list[bytes]] = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(below[n], below[n + 1]) for n in range(0, len(below) - 1, 2)])

    def node(level: int, index: int) -> bytes:
        return levels[level][index]

    return node
