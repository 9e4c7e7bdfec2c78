"""The tree is RFC 6962's: known roots, and proofs that hold for nothing else."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vein_imaging.storage.entries.merkle import (
    EMPTY_ROOT,
    MerkleTree,
    consistency_holds,
    inclusion_holds,
    leaf_hash,
    node_hash,
)

# The eight leaves, and the roots over the first n, that the tests of Certificate
# Transparency's reference code use.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def tree(size: int, tile_entries: int = 4) -> MerkleTree:
    return MerkleTree(
        size, lambda first, last: entries(size)[first:last], (), tile_entries
    )


def entries(size: int) -> list[bytes]:
    return [hashlib.sha256(bytes([n])).digest() for n in range(size)]


def plain_root(leaves: list[bytes]) -> bytes:
    """The definition of section 2.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(plain_root(leaves[:split]), plain_root(leaves[split:]))


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    own = MerkleTree(size, lambda first, last: LEAVES[first:last])
    assert own.root().hex() == ROOTS[size - 1]


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert tree(0).root() == EMPTY_ROOT
    assert EMPTY_ROOT.hex().startswith("e3b0c44298fc1c14")


@given(st.integers(1, 70), st.data())
def test_a_proof_of_inclusion_holds_for_its_entry_only(
    size: int, data: st.DataObject
) -> None:
    whole = tree(size)
    index = data.draw(st.integers(0, size - 1))
    path = whole.inclusion(index)
    leaf = leaf_hash(entries(size)[index])
    assert whole.root() == plain_root([leaf_hash(one) for one in entries(size)])
    assert inclusion_holds(leaf, index, size, path, whole.root())
    assert not inclusion_holds(leaf_hash(b"another"), index, size, path, whole.root())
    for other in {index + 1, index - 1, size}:
        assert not inclusion_holds(leaf, other, size, path, whole.root())
    assert not inclusion_holds(leaf, index, size, [*path, bytes(32)], whole.root())
    for at in range(len(path)):
        wrong = [*path[:at], bytes(32), *path[at + 1 :]]
        assert not inclusion_holds(leaf, index, size, wrong, whole.root())
        assert not inclusion_holds(leaf, index, size, path[:-1], whole.root())


@given(st.integers(0, 70), st.data())
def test_a_proof_of_consistency_holds_for_its_past_only(
    size: int, data: st.DataObject
) -> None:
    whole = tree(size)
    earlier = data.draw(st.integers(0, size))
    path = whole.consistency(earlier)
    before, after = whole.root(earlier), whole.root()
    assert before == tree(earlier).root()
    assert consistency_holds(earlier, size, path, before, after)
    assert not consistency_holds(earlier, size, path, b"x" * 32, after)
    if earlier:
        assert not consistency_holds(earlier, size, path, before, b"x" * 32)
    assert not consistency_holds(earlier, size, [*path, bytes(32)], before, after)
    for at in range(len(path)):
        wrong = [*path[:at], bytes(32), *path[at + 1 :]]
        assert not consistency_holds(earlier, size, wrong, before, after)


def test_tiles_give_the_same_tree_and_spare_reading() -> None:
    whole, asked = tree(23), list[tuple[int, int]]()

    def hashes(first: int, last: int) -> list[bytes]:
        asked.append((first, last))
        return entries(23)[first:last]

    tiled = MerkleTree(23, hashes, [whole.tile_root(n) for n in range(5)], 4)
    assert tiled.root() == whole.root()
    assert asked == [(20, 23)]
    assert tiled.inclusion(6) == whole.inclusion(6)
    assert tiled.consistency(13) == whole.consistency(13)


def test_an_entry_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="3 entries, got index 3"):
        tree(3).inclusion(3)
    with pytest.raises(ValueError, match="3 entries, got 4"):
        tree(3).consistency(4)
