"""Trees and proofs: known answers of RFC 6962 implementations, and both of ours against one another."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given, strategies as st

from portal.audit import merkle
from portal.audit.merkle import Frontier, ProofRefused, leaf_hash, root_of, subtree_of
from scripts import verify_trail
from tests.audit.strategies import leaves as some_leaves

# The eight inputs with which Certificate Transparency's implementations are tested (RFC 6962, section 2.1), and their
# heads for each number of leaves
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
HEADS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
WRONG = hashlib.sha256(b"in none of these trees").digest()
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]


def over(leaves: list[bytes]) -> merkle.Subtree:
    return subtree_of(lambda start, end: leaves[start:end], Frontier())


def from_definition(leaves: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + from_definition(leaves[:k]) + from_definition(leaves[k:])).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_known_heads(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == HEADS[size - 1]


def test_the_head_of_no_leaves_is_the_hash_of_nothing() -> None:
    assert root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(("place", "path"), PATHS.items())
def test_known_paths(place: tuple[int, int], path: list[str]) -> None:
    index, size = place
    made = merkle.inclusion_proof(over(LEAVES[:size]), index, size)
    assert [node.hex() for node in made] == path
    assert verify_trail.root_from_path(LEAVES[index], index, size, made).hex() == HEADS[size - 1]


@pytest.mark.parametrize(("sizes", "path"), CONSISTENCY.items())
def test_known_proofs_of_consistency(sizes: tuple[int, int], path: list[str]) -> None:
    old, new = sizes
    made = merkle.consistency_proof(over(LEAVES[:new]), old, new)
    assert [node.hex() for node in made] == path
    roots = verify_trail.roots_from_proof(old, new, bytes.fromhex(HEADS[old - 1]), list(made))
    assert [root.hex() for root in roots] == [HEADS[old - 1], HEADS[new - 1]]


@given(leaves=some_leaves, data=st.data())
def test_a_head_is_that_of_the_definition_however_the_tree_grew(leaves: list[bytes], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(leaves)))
    frontier = Frontier().extended(leaves[:at])
    read = Frontier.from_text(at, frontier.as_text()).extended(leaves[at:])
    assert read.head() == from_definition(leaves)
    nodes: list[bytes] = []
    for size, leaf in enumerate(leaves):
        verify_trail.grow(nodes, size, leaf)
    assert verify_trail.head_of(nodes) == from_definition(leaves)


@given(leaves=some_leaves, data=st.data())
def test_every_leaf_is_proven_and_no_other_in_its_place(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    root, path = root_of(leaves), merkle.inclusion_proof(over(leaves), index, len(leaves))
    place: dict[str, Any] = {"index": index, "size": len(leaves), "root": root}
    merkle.verify_inclusion(leaf=leaves[index], path=path, **place)
    assert verify_trail.root_from_path(leaves[index], index, len(leaves), path) == root
    for leaf, other in [
        (WRONG, path),
        (leaves[index], [*path, WRONG]),
        (leaves[index], [*path[:-1], WRONG]),
    ]:
        with pytest.raises(ProofRefused):
            merkle.verify_inclusion(leaf=leaf, path=other, **place)
        assert not standalone_proves(leaf, index, len(leaves), other, root)


@given(leaves=some_leaves, data=st.data())
def test_a_proof_of_consistency_holds_for_these_two_heads_alone(leaves: list[bytes], data: st.DataObject) -> None:
    new = len(leaves)
    old = data.draw(st.integers(1, new))
    path = merkle.consistency_proof(over(leaves), old, new)
    heads = {"old_root": root_of(leaves[:old]), "new_root": root_of(leaves)}
    merkle.verify_consistency(old=old, new=new, path=path, **heads)
    assert verify_trail.roots_from_proof(old, new, heads["old_root"], list(path)) == (*heads.values(),)
    for name in heads:
        wrong = {**heads, name: WRONG}
        with pytest.raises(ProofRefused):
            merkle.verify_consistency(old=old, new=new, path=path, **wrong)
        assert verify_trail.roots_from_proof(old, new, wrong["old_root"], list(path)) != (*wrong.values(),)


@given(leaves=some_leaves, data=st.data())
def test_proofs_stand_on_complete_subtrees_alone_where_leaves_are_gone(
    leaves: list[bytes], data: st.DataObject
) -> None:
    gone = data.draw(st.integers(0, len(leaves) - 1))
    index = data.draw(st.integers(gone, len(leaves) - 1))
    known = Frontier().extended(leaves[:gone])
    left = subtree_of(lambda start, end: leaves[start:end] if start >= gone else pytest.fail("gone"), known)
    path = merkle.inclusion_proof(left, index, len(leaves))
    merkle.verify_inclusion(leaf=leaves[index], index=index, size=len(leaves), path=path, root=root_of(leaves))


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_place_outside_the_tree_is_refused(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.inclusion_proof(over(LEAVES), index, size)
    with pytest.raises(ProofRefused):
        merkle.verify_inclusion(leaf=LEAVES[0], index=index, size=size, path=[], root=LEAVES[0])
    assert not standalone_proves(LEAVES[0], index, size, [], LEAVES[0])


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3)])
def test_sizes_that_do_not_follow_are_refused(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="must have leaves"):
        merkle.consistency_proof(over(LEAVES), old, new)
    with pytest.raises(ProofRefused):
        merkle.verify_consistency(old=old, new=new, path=[LEAVES[0]], old_root=LEAVES[0], new_root=LEAVES[0])


def standalone_proves(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    try:
        return verify_trail.root_from_path(leaf, index, size, path) == root
    except verify_trail.Wrong:
        return False
