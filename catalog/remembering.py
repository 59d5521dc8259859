"""记住读过的格: a list says the same in many rows, and what a text means it means each time. Long texts are read anew: what is
remembered must stay small, whatever a list holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_TEXTS, _LONGEST = 20_000, 120


class _Known(dict[str, T]):
    """What each text was found to mean."""

    def __init__(self, function: Callable[[str], T]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, text: str) -> T:
        found = self._function(text)
        if len(text) <= _LONGEST:
            if len(self) >= _TEXTS:
                self.clear()  # what stands in many rows is soon known again
            self[text] = found
        return found


def remembered(function: Callable[[str], T]) -> Callable[[str], T]:
    """The same function of a text, which gives nothing that its caller could change. What it raises is raised anew."""
    return _Known(function).__getitem__  # a look-up and nothing more: lists have millions of cells
