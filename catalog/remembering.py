"""记住读过的格: a list says the same in many rows, and what a text means it means each time. Long texts are read anew: what is
remembered must stay small, whatever a list holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

T = TypeVar("T")

_TEXTS, _LONGEST = 20_000, 120


def remembered(function: Callable[[str], T]) -> Callable[[str], T]:
    """The same function of a text, which gives nothing that its caller could change. What it raises is raised anew."""
    known = lru_cache(maxsize=_TEXTS)(function)

    @wraps(function)
    def found(text: str) -> T:
        return known(text) if len(text) <= _LONGEST else function(text)

    return found
