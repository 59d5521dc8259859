"""The tree against the vectors of Certificate Transparency, and against the RFC's own recursive definition."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from audit.verify import Tree as VerifiersTree
from ledger.record.tree import EMPTY, Tree, leaf_hash, node_hash, root_of

#: The eight inputs and the root over the first so many of them, as certificate-transparency-go publishes them.
INPUTS = [bytes.fromhex(text) for text in "|00|10|2021|3031|40414243|5051525354555657|606162636465666768696a6b6c6d6e6f".split("|")]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def mth(data: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    if len(data) < 2:
        return leaf_hash(data[0]) if data else EMPTY
    k = 1
    while k * 2 < len(data):
        k *= 2
    return node_hash(mth(data[:k]), mth(data[k:]))


def test_the_published_vectors() -> None:
    assert EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for size, root in enumerate(ROOTS, 1):
        assert root_of(map(leaf_hash, INPUTS[:size])).hex() == root == mth(INPUTS[:size]).hex()


@given(st.lists(st.binary(max_size=4), max_size=70), st.integers(0, 70))
def test_a_tree_that_goes_on_from_its_edge_is_the_recursive_one(data: list[bytes], kept: int) -> None:
    first, auditor = Tree(), VerifiersTree()
    for one in data[:kept]:
        first.append(leaf_hash(one))
    again = Tree.of(first.size, first.edge)
    for one in data[kept:]:
        again.append(leaf_hash(one))
    for one in data:
        auditor.append(leaf_hash(one))
    assert again.root == mth(data) == auditor.root() and again.size == len(data) and len(again.peaks) == len(data).bit_count()
