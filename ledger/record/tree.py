"""默克尔树 in the form of RFC 6962: a leaf is SHA-256 of 0x00 and its bytes, a node that of 0x01 and both below it.

Own lines: the one library for Python is under the GPL, and what is needed is less than its interface. Held against the RFC's own
recursive definition and the vectors that Certificate Transparency publishes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

EMPTY = hashlib.sha256().digest()


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Tree:
    """A tree that only grows, by its right edge alone: log2(size) hashes, however many leaves."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)  #: of the whole subtrees, the largest first: one for each bit of `size`

    @classmethod
    def of(cls, size: int, edge: bytes) -> Tree:
        """What `edge` gave."""
        return cls(size, [edge[at : at + 32] for at in range(0, len(edge), 32)])

    @property
    def edge(self) -> bytes:
        return b"".join(self.peaks)

    def append(self, leaf: bytes) -> None:
        """One more leaf, by its hash."""
        node, size = leaf, self.size
        while size & 1:
            node, size = node_hash(self.peaks.pop(), node), size >> 1
        self.peaks.append(node)
        self.size += 1

    @property
    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY
        node = self.peaks[-1]
        for left in reversed(self.peaks[:-1]):
            node = node_hash(left, node)
        return node


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over the hashes of leaves."""
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root
