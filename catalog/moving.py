"""换码的条目: what is published under a matter's former code goes to its code of today, with what the lists say of it there."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from catalog.assembling import Ground, Laid, lay
from catalog.merging import StatedRow
from domain.listing import Key, key_of
from domain.scope import CatalogEntry


def lay_by_todays_codes(
    stated: Iterable[tuple[Key, Any, StatedRow]],
    published: Iterable[CatalogEntry],
    of_every_matter: Iterable[tuple[Any, StatedRow]],
    ground: Ground,
    *,
    today: Mapping[str, str],
    concerned: Mapping[Key, CatalogEntry],
    **more: Any,
) -> Iterator[Laid]:
    """`lay`, as if the entries of a former code were published under the code of today: they leave the one and come under the
    other in one draft. What is asked or blocked there stays where it is: a question costs no case its entry.

    `today`: former code -> code of today; `concerned`: what is published of matters under either.
    """
    moving: dict[Key, list[CatalogEntry]] = {}
    for entry in concerned.values():
        if (code := today.get(entry.matter)) in ground.matters:
            moving.setdefault((str(code), entry.proof), []).append(entry)
    if not moving:
        yield from lay(stated, published, of_every_matter, ground, **more)
        return
    leaving = {key_of(entry) for entries in moving.values() for entry in entries}
    as_if = {key: concerned.get(key) or _renamed(entries[-1], key[0], ground) for key, entries in moving.items()}
    coming = (as_if[key] for key in sorted(as_if.keys() - concerned.keys()))
    staying = (entry for entry in published if key_of(entry) not in leaving)

    def moved(key: Key, after: CatalogEntry | None) -> Iterator[Laid]:
        yield from (Laid(key_of(entry), entry, None) for entry in moving.pop(key))
        yield Laid(key, concerned.get(key), after)

    for one in lay(stated, heapq.merge(staying, coming, key=key_of), of_every_matter, ground, **more):
        if one.key not in moving:
            yield one
        elif one.blocked is None and one.question is None:
            yield from moved(one.key, one.after)
        else:
            del moving[one.key]
            yield one
    for key in sorted(moving):
        yield from moved(key, as_if[key])


def _renamed(entry: CatalogEntry, code: str, ground: Ground) -> CatalogEntry:
    matter = ground.matters[code]
    return replace(entry, matter=code, matter_name=matter.name, unit=matter.unit, reviewed_above=matter.reviewed_above)
