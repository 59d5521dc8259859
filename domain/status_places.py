"""撤销状态清单中的位置: where a proof stands in a list of revoked ones (obligation 16.8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_HALF, _ROUNDS = 10, 4
SIZE = 1 << 2 * _HALF  #: places in one list


@dataclass(frozen=True)
class Place:
    """The list's address, and the bit."""

    uri: str
    index: int


def scattered(serial: int, order: Callable[[int, int], int]) -> int:
    """One of SIZE places, another for each serial below SIZE, so that two neighbours tell nothing of each other.

    A Feistel network: `order` gives, for a round and half a number, another half (any 10 bits of it are used).
    """
    left, right = serial >> _HALF, serial & (1 << _HALF) - 1
    for step in range(_ROUNDS):
        left, right = right, left ^ order(step, right) & (1 << _HALF) - 1
    return left << _HALF | right
