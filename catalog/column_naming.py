"""列名所指: which field a column of this name is, by the names that are listed, then by how names are made."""

from __future__ import annotations

from collections.abc import Callable

from catalog.cleaning import key, without_brackets
from catalog.column_forms import formed
from catalog.column_names import BY_NAME
from catalog.remembering import remembered


@remembered
def named(name: str) -> str | None:
    """The field of a column that is called so."""
    return field_of((name,), known) or field_of((name,), formed)


def known(name: str) -> str | None:
    return BY_NAME.get(key(name))


def field_of(names: tuple[str, ...], read: Callable[[str], str | None]) -> str | None:
    """The first of these that is one; with bracketed remarks and without."""
    for text in names:
        for name in (text, without_brackets(text)):
            if name and (field := read(name)):
                return field
    return None
