"""分页: how long lists are read, and the words that somebody looks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Query

from gateway.edge.bodies import is_clean
from gateway.edge.problems import Problem

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=1000, description="最多几项")]
Offset = Annotated[int, Query(ge=0, le=10_000_000, description="跳过几项")]
Search = Annotated[str, Query(max_length=60, description="名称或编码中的文字;几个词以空格隔开,须全部出现", examples=["户籍"])]
_MOST_WORDS = 5


def words_of(text: str) -> tuple[str, ...]:
    """The words of a search. Raises Problem `text_unclean`."""
    if not is_clean(text, allowed="\t\n"):
        raise Problem("text_unclean")
    return tuple(text.split()[:_MOST_WORDS])


def cut(found: Sequence[T], limit: int) -> tuple[list[T], bool]:
    """A page of what was read one more of than shown, and whether there is more."""
    return list(found[:limit]), len(found) > limit
