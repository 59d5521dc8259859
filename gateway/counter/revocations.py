"""撤销电子证明的页面 (obligations 16.8, 17.5): asked for by the issuing unit's 督办员 or by the office on a decision, confirmed by a
second person where the district wants two; and which proofs that the own unit used were revoked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from domain.numbers import is_number
from domain.reasons import RevokeReason
from domain.revocations import RevocationStatus
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import SentForm, model_of
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.page_permissions import page_refusal
from gateway.edge.paging import Paging
from gateway.edge.problems import Problem
from gateway.edge.scopes import refusal
from gateway.revocations import endpoints as api
from gateway.revocations.schemas import RevocationIn
from ledger.casework import revocations as revocations_asked
from ledger.casework.revocations import Side
from ledger.database import transaction
from ledger.registry import registry

router = pages()

_PAGE = "/counter/revocations"
_SHOWN = 50  #: of each kind: about 60 KB together
_LABELS: Mapping[str, str] = MappingProxyType({"reason": "理由", "document": "依据的文书"})


@router.get(_PAGE, name="counter_revocations")
def revocations(
    request: Request,
    caller: PageCaller,
    page: Paging,
    number: Annotated[str, Query(max_length=40, pattern=r"^\w*$")] = "",
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """What waits for a second person first, then the newest that were decided, then what the own unit had used."""
    first = replace(page, limit=_SHOWN, after=None)
    waits = api.get_revocations(caller, replace(page, limit=_SHOWN), RevocationStatus.WAITING)
    waiting = waits.items
    decided = [one for one in api.get_revocations(caller, first, None).items if one.status is not RevocationStatus.WAITING]
    used = api.get_revoked_proofs(caller, first).items if refusal("get_revoked_proofs", caller) is None else None
    with transaction() as session:
        units = registry.unit_names(session)
        names = registry.names_of_actors(session, {one.asked_by for one in waiting})
        side = Side(caller.unit, caller.roles)
        mine = {one.id for one in waiting if revocations_asked.may_decide(session, one.unit, side)}
        orders = [one for one in waiting if one.unit is None and one.id in mine]
        recused = {one.id: why for one in orders if (why := revocations_asked.why_recused(session, one.verification_number, caller.actor))}
    return render(
        request,
        "revocations.html",
        waiting=waiting,
        more=waits.next_cursor,
        mine=mine,
        recused=recused,
        decided=decided,
        used=used,
        units=units,
        names=names,
        number=number,
        done=done if page.after is None else "",
        reasons=list(RevokeReason),
        may_revoke=page_refusal("counter_revoke", caller) is None,
    )


@router.post(_PAGE, name="counter_revoke")
def revoke(caller: PageCaller, sent: SentForm) -> Response:
    """撤销, or, where it takes two, the first of them."""
    body = model_of(RevocationIn, {"reason": sent.text("reason"), "document": sent.text("document") or None}, _LABELS)
    number = sent.text("number").upper()
    if not is_number(number):
        raise Problem("number_unknown")
    return goes_on(f"{_PAGE}?done={api.revoke_proof(number, body, caller).status.value}")


@router.post(f"{_PAGE}/{{wanted}}/confirm", name="counter_revocation_confirm")
def confirm(wanted: UUID, caller: PageCaller) -> Response:
    """确认撤销, by another person than who asked."""
    return goes_on(f"{_PAGE}?done={api.confirm_revocation(wanted, caller).status.value}")


@router.post(f"{_PAGE}/{{wanted}}/refuse", name="counter_revocation_refuse")
def refuse(wanted: UUID, caller: PageCaller) -> Response:
    """不予撤销; who asked takes it back so."""
    return goes_on(f"{_PAGE}?done={api.refuse_revocation(wanted, caller).status.value}")
