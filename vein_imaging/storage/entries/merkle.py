"""The Merkle tree over the ledger's hashes: RFC 6962, section 2.1.

A leaf is the hash of one entry. A proof of some twenty hashes shows that an entry is in
a ledger of a million, or that a longer ledger continues a shorter one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

__all__ = [
    "EMPTY_ROOT",
    "MerkleTree",
    "consistency_holds",
    "inclusion_holds",
    "leaf_hash",
    "node_hash",
]

EMPTY_ROOT = hashlib.sha256(b"").digest()
_Range = tuple[int, int]


def leaf_hash(entry_hash: bytes) -> bytes:
    """Return the tree's hash of one entry."""
    return hashlib.sha256(b"\x00" + entry_hash).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


class MerkleTree:
    """The tree of the first `size` entries.

    Parameters
    ----------
    size : int
    hashes : function of (first, last)
        Gives the hashes of the entries first + 1 to last.
    tiles : sequence of bytes
        Roots of the first whole blocks of `tile_entries`, as far as they are known.
    tile_entries : int
        A power of two.
    """

    def __init__(
        self,
        size: int,
        hashes: Callable[[int, int], Sequence[bytes]],
        tiles: Sequence[bytes] = (),
        tile_entries: int = 256,
    ) -> None:
        self.size = size
        self._hashes = hashes
        self._tile_entries = tile_entries
        self._known: dict[_Range, bytes] = {
            (n * tile_entries, (n + 1) * tile_entries): root
            for n, root in enumerate(tiles)
            if (n + 1) * tile_entries <= size
        }

    def root(self, size: int | None = None) -> bytes:
        """Return the root over all entries, or over the first `size`."""
        size = self.size if size is None else size
        return self._subtree(0, size) if size else EMPTY_ROOT

    def tile_root(self, number: int) -> bytes:
        """Return the root of one whole tile, from 0."""
        first = number * self._tile_entries
        return self._subtree(first, first + self._tile_entries)

    def inclusion(self, index: int) -> list[bytes]:
        """Return the audit path of the entry with this index, from 0 (section 2.1.1).

        Raises
        ------
        ValueError
            If the tree has no such entry.
        """
        if not 0 <= index < self.size:
            raise ValueError(f"the tree has {self.size} entries, got index {index}")
        path = []
        first, last = 0, self.size
        while last - first > 1:
            middle = first + _split(last - first)
            if index < middle:
                path.append(self._subtree(middle, last))
                last = middle
            else:
                path.append(self._subtree(first, middle))
                first = middle
        return path[::-1]

    def consistency(self, earlier: int) -> list[bytes]:
        """Return the proof that the tree of `earlier` entries begins this one (2.1.2).

        Raises
        ------
        ValueError
            If the tree is shorter.
        """
        if not 0 <= earlier <= self.size:
            raise ValueError(f"the tree has {self.size} entries, got {earlier}")
        path = []
        first, last, whole = 0, self.size, True
        while 0 < earlier < last:
            middle = first + _split(last - first)
            if earlier <= middle:
                path.append(self._subtree(middle, last))
                last = middle
            else:
                path.append(self._subtree(first, middle))
                first, whole = middle, False
        if earlier and not whole:
            path.append(self._subtree(first, last))
        return path[::-1]

    def _subtree(self, first: int, last: int) -> bytes:
        known = self._known.get((first, last))
        if known is not None:
            return known
        if last - first <= self._tile_entries:
            self._learn(first, last)
        else:
            middle = first + _split(last - first)
            self._known[first, last] = node_hash(
                self._subtree(first, middle), self._subtree(middle, last)
            )
        return self._known[first, last]

    def _learn(self, first: int, last: int) -> None:
        """Read the hashes of one tile and keep every subtree on the way."""

        def build(low: int, high: int) -> bytes:
            if high - low == 1:
                root = leaf_hash(leaves[low - first])
            else:
                middle = low + _split(high - low)
                root = node_hash(build(low, middle), build(middle, high))
            self._known[low, high] = root
            return root

        leaves = self._hashes(first, last)
        build(first, last)


def inclusion_holds(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Check an audit path (RFC 9162, section 2.1.3.2).

    Parameters
    ----------
    leaf : 32 bytes
        As `leaf_hash` gives it.
    index : int
        From 0.
    size : int
        Of the tree with this root.
    """
    if not 0 <= index < size:
        return False
    number, last, got = index, size - 1, leaf
    for sibling in path:
        if not last:
            return False
        if number & 1 or number == last:
            got = node_hash(sibling, got)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            got = node_hash(got, sibling)
        number, last = number >> 1, last >> 1
    return not last and got == root


def consistency_holds(
    earlier: int,
    later: int,
    path: Sequence[bytes],
    earlier_root: bytes,
    later_root: bytes,
) -> bool:
    """Check that a tree continues an earlier one (RFC 9162, section 2.1.4.2)."""
    if earlier == later:
        return not path and earlier_root == later_root
    if not earlier:
        return not path and earlier_root == EMPTY_ROOT
    if not 0 < earlier < later:
        return False
    proof = list(path)
    if not earlier & (earlier - 1):  # a power of two: its root is not repeated
        proof.insert(0, earlier_root)
    if not proof:
        return False
    number, last = earlier - 1, later - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    first = second = proof[0]
    for sibling in proof[1:]:
        if not last:
            return False
        if number & 1 or number == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        number, last = number >> 1, last >> 1
    return not last and first == earlier_root and second == later_root
