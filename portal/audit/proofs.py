"""Proofs over the stored trail: that an event is in it, and that an older head is the beginning of a newer one.

The leaves are read once. Kept are the roots of the complete subtrees of 256 leaves, 32 bytes each, and the inner nodes
above them; what lies below is computed again for the 256 leaves that are in hand, so that events in order cost little.
"""

from __future__ import annotations

from collections.abc import Iterator

from portal.audit.checkpoints import start_of_what_is_here
from portal.audit.merkle import Frontier, consistency_proof, inclusion_proof, node_hash
from portal.audit.models import Seal

BLOCK = 256
AT_ONCE = 10_000
Span = tuple[int, int]  # the leaves from the first index up to, not including, the second


class NotProvable(Exception):
    """The leaves that a proof needs are not stored; the message is one sentence."""


class Tree:
    """The tree over the first `size` events, as they are stored. Raises `NotProvable`."""

    def __init__(self, size: int) -> None:
        begin = start_of_what_is_here()
        if size < begin.size:
            raise NotProvable(f"The first {begin.size} events were dropped; their exported files prove them.")
        self.size, self._here = size, begin.size
        self._far: dict[Span, bytes] = begin.pieces()
        self._near: dict[Span, bytes] = {}  # inside the block in hand
        self._block, self._leaves = -1, dict[int, bytes]()
        self._read()

    def head(self) -> bytes:
        return self.root(0, self.size)

    def inclusion(self, sequence: int) -> list[bytes]:
        """The path from the event of a place to the head."""
        if sequence <= self._here:
            raise NotProvable(f"Event {sequence} was dropped with its month; its exported file proves it.")
        return inclusion_proof(self.root, sequence - 1, self.size)

    def consistency(self, old: int) -> list[bytes]:
        """The proof that the tree of the first `old` events is the beginning of this one."""
        return consistency_proof(self.root, old, self.size)

    def root(self, start: int, end: int) -> bytes:
        """The root over a span of leaves."""
        known = self._far.get((start, end)) or self._near.get((start, end))
        if known:
            return known
        if end - start == 1:
            return self._leaf(start)
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        node = node_hash(self.root(start, middle), self.root(middle, end))
        # What is needed for events of every block stays: the right edge, and what joins on to dropped months.
        stays = end - start >= BLOCK or end == self.size or start < self._here
        (self._far if stays else self._near)[start, end] = node
        return node

    def _read(self) -> None:
        block: list[bytes] = []
        for index, leaf in enumerate(self._stored(), start=self._here):
            block.append(leaf)
            if (index + 1) % BLOCK == 0:
                if len(block) == BLOCK:
                    self._far[index + 1 - BLOCK, index + 1] = Frontier().extended(block).head()
                block.clear()

    def _stored(self) -> Iterator[bytes]:
        rows = Seal.objects.filter(sequence__gt=self._here, sequence__lte=self.size).order_by("sequence")
        due = self._here + 1
        for sequence, leaf in rows.values_list("sequence", "leaf").iterator(AT_ONCE):
            if sequence != due:
                break
            due += 1
            yield bytes(leaf)
        if due != self.size + 1:
            raise NotProvable(f"The seal of place {due} is missing; `audit_verify` says more.")

    def _leaf(self, index: int) -> bytes:
        if index < self._here:
            raise NotProvable(f"Event {index + 1} was dropped with its month; its exported file proves it.")
        if index // BLOCK != self._block:
            self._take_in_hand(index // BLOCK)
        return self._leaves[index]

    def _take_in_hand(self, block: int) -> None:
        self._near.clear()
        rows = Seal.objects.filter(sequence__gt=block * BLOCK, sequence__lte=(block + 1) * BLOCK)
        self._leaves = {sequence - 1: bytes(leaf) for sequence, leaf in rows.values_list("sequence", "leaf")}
        self._block = block
