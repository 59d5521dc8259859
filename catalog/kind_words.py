"""清单种类的说法: what the kinds of lists hear otherwise than others: in a list of 告知承诺 调整为告知承诺 says what the list is, and a
negative list forbids whatever it holds (obligations 2.1, 5.1)."""

from __future__ import annotations

from collections.abc import Callable

from catalog.list_kinds import ListKind
from catalog.negatives import hears_allowed
from catalog.said_over import Doubt, doubt, doubt_of_commitments, doubt_of_negatives, forbids
from catalog.standing import Standing, in_heading, of_commitments

_NEGATIVE = frozenset((ListKind.NEGATIVE_COMMUNITY, ListKind.NEGATIVE_POLICE))


def is_negative(kind: ListKind) -> bool:
    return kind in _NEGATIVE


def hears(kind: ListKind) -> Callable[[str], Standing | None]:
    """What a heading or a title of such a list says of 取消 and 保留."""
    return of_commitments if kind is ListKind.COMMITMENTS else hears_allowed if is_negative(kind) else in_heading


def doubts(kind: ListKind) -> Callable[[str], Doubt | None]:
    """What one leaves open."""
    return doubt_of_commitments if kind is ListKind.COMMITMENTS else doubt_of_negatives if is_negative(kind) else doubt


def says_what_it_is(kind: ListKind, text: str) -> bool:
    """Whether a text says of such a list what each of them says: 公安派出所不再出具的证明, 调整为告知承诺的事项."""
    return "承诺" in text if kind is ListKind.COMMITMENTS else is_negative(kind) and forbids(text)
