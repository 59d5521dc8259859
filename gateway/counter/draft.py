"""草案的页面 (obligations 5.1, 5.4): what the lists together would change, by unit and matter, and what the rules keep out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Annotated

from fastapi import Query, Request, Response

from domain.listing import ChangeKind
from gateway.catalog import drafts as api
from gateway.catalog.draft_schemas import BlockedOut, ChangeOut
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import SentForm
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.page_permissions import page_refusal
from gateway.edge.paging import Paging
from gateway.edge.problems import Problem
from gateway.edge.schemas import Named

router = pages()

_PAGE = "/counter/catalog/draft"
_ON_A_PAGE = 60  #: lines: about 60 KB


@router.get(_PAGE, name="counter_draft")
def draft(
    request: Request, caller: PageCaller, page: Paging, unit: Annotated[str | None, Query(max_length=64)] = None, begun: bool = False
) -> Response:
    """What the last rebuild came to; before the first there is none."""
    try:
        found = api.get_latest_draft(caller, replace(page, limit=_ON_A_PAGE), unit or None)
    except Problem as problem:
        if problem.code != "draft_unknown":
            raise
        found = None
    shown = [(one, _by_matter([*one.changes, *one.blocked])) for one in found.units] if found else []
    return render(
        request,
        "catalog_draft.html",
        found=found,
        shown=shown,
        lists={one.key: one.name for one in found.sources} if found else {},
        kinds=[ChangeKind.REMOVE, ChangeKind.ALTER, ChangeKind.ADD],
        unit=unit,
        begun=begun,
        may_rebuild=page_refusal("counter_rebuild", caller) is None,
    )


@router.post(f"{_PAGE}/rebuild", name="counter_rebuild")
async def rebuild(request: Request, caller: PageCaller, sent: SentForm) -> Response:
    """立即重建; it goes on by itself."""
    await api.start_rebuild(request, caller)
    return goes_on(f"{_PAGE}?begun=true")


def _by_matter(lines: Iterable[ChangeOut | BlockedOut]) -> list[tuple[Named, list[ChangeOut | BlockedOut]]]:
    ordered = sorted(lines, key=lambda one: (one.matter.code, one.proof.code))
    return [(of[0].matter, of) for _, group in groupby(ordered, key=lambda one: one.matter.code) if (of := list(group))]
