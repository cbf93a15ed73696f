"""Merkle trees as in RFC 9162, section 2.1: heads, inclusion and consistency, from leaf hashes alone.

`Frontier` holds the roots of the complete subtrees along the right edge, which is all that a head needs: the next head
costs what was added, not what is there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

EMPTY = hashlib.sha256(b"").digest()  # section 2.1.1: the head of no leaves
Subtree = Callable[[int, int], bytes]  # the root over the leaves from the first index up to, not including, the second


class ProofRefused(Exception):
    """A proof does not show what it is given for."""


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """The complete subtrees of a tree, largest first: one for each 1 among the binary digits of its size."""

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def extended(self, leaves: Iterable[bytes]) -> Frontier:
        size, roots = self.size, list(self.roots)
        for leaf in leaves:
            node, count = leaf, size
            while count & 1:
                node, count = node_hash(roots.pop(), node), count >> 1
            roots.append(node)
            size += 1
        return Frontier(size, tuple(roots))

    def head(self) -> bytes:
        if not self.roots:
            return EMPTY
        node = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            node = node_hash(left, node)
        return node

    def pieces(self) -> dict[tuple[int, int], bytes]:
        """Each complete subtree by the leaves that it covers."""
        found, start = {}, 0
        for bit, root in zip(_bits(self.size), self.roots, strict=True):
            found[start, start + bit] = root
            start += bit
        return found

    def as_text(self) -> list[str]:
        return [root.hex() for root in self.roots]

    @classmethod
    def from_text(cls, size: int, roots: Sequence[str]) -> Frontier:
        return cls(size, tuple(bytes.fromhex(root) for root in roots))


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The head over leaf hashes."""
    return Frontier().extended(leaves).head()


def inclusion_proof(subtree: Subtree, index: int, size: int) -> list[bytes]:
    """Section 2.1.3.1: the path from the leaf `index` to the head of the tree of `size` leaves."""
    if not 0 <= index < size:
        raise ValueError("there is no such leaf")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return path[::-1]


def verify_inclusion(*, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Section 2.1.3.2. Raises `ProofRefused`."""
    if not 0 <= index < size:
        raise ProofRefused("there is no such leaf in a tree of this size")
    place, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ProofRefused("the path is too long")
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    if last != 0 or node != root:
        raise ProofRefused("the path does not lead to the head")


def consistency_proof(subtree: Subtree, old: int, new: int) -> list[bytes]:
    """Section 2.1.4.1: that the tree of `old` leaves is the beginning of the tree of `new` leaves."""
    if not 0 < old <= new:
        raise ValueError("the older tree must have leaves, and no more than the newer")
    path: list[bytes] = []
    start, end, is_whole = 0, new, True
    rest = old
    while rest != end - start:
        middle = _split(end - start)
        if rest <= middle:
            path.append(subtree(start + middle, end))
            end = start + middle
        else:
            path.append(subtree(start, start + middle))
            start, rest, is_whole = start + middle, rest - middle, False
    if not is_whole:
        path.append(subtree(start, end))
    return path[::-1]


def verify_consistency(*, old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Section 2.1.4.2. Raises `ProofRefused`."""
    if old == new:
        _refuse_unless(not path and old_root == new_root, "two heads of one size differ")
        return
    _refuse_unless(0 < old < new and bool(path), "the proof does not fit the sizes")
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = steps[0]
    for step in steps[1:]:
        _refuse_unless(last != 0, "the path is too long")
        if place & 1 or place == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, step)
        place, last = place >> 1, last >> 1
    _refuse_unless(last == 0 and first == old_root and second == new_root, "the newer tree does not begin so")


def subtree_of(leaves: Callable[[int, int], Sequence[bytes]], known: Frontier) -> Subtree:
    """Subtree roots from leaf hashes by range; below `known.size` from its complete subtrees alone."""
    pieces = known.pieces()

    def root(start: int, end: int) -> bytes:
        if (start, end) in pieces:
            return pieces[start, end]
        if start >= known.size:
            return root_of(leaves(start, end))
        middle = start + _split(end - start)
        return node_hash(root(start, middle), root(middle, end))

    return root


def _refuse_unless(holds: bool, words: str) -> None:
    if not holds:
        raise ProofRefused(words)


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def _bits(size: int) -> list[int]:
    return [1 << place for place in reversed(range(size.bit_length())) if size >> place & 1]
