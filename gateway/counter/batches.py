"""批量核验的页面: a file of many cases sent by whoever answers for it, how far it is, and its results with what was refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import uuid4

from fastapi import Query, Request, Response
from pydantic import BaseModel

from domain.batches import MAY_FOLLOW, BatchStatus, RowStatus
from gateway.batches import endpoints as api
from gateway.batches import results
from gateway.batches.endpoints import Number
from gateway.batches.schemas import Purpose
from gateway.counter.door import PageCaller, is_background, pages
from gateway.counter.forms import SentForm, model_of
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.page_permissions import page_refusal
from gateway.edge.paging import Paging
from gateway.edge.problems import Problem
from gateway.edge.uploads import upload_of
from gateway.edge.visibility import is_own
from gateway.verifications.endpoints import Key
from ledger.database import transaction
from ledger.registry import registry

router = pages()


class _Named(BaseModel):
    """What is sent beside the file."""

    purpose: Purpose
    key: Key


_LIST = "/counter/batches"
_ONE = f"{_LIST}/{{batch}}"
_ON_A_PAGE, _ROWS = 50, 100
_UNDER_WAY = (BatchStatus.WORKING, BatchStatus.PAUSED)


@router.get(_LIST, name="counter_batches")
def batches(request: Request, caller: PageCaller, page: Paging) -> Response:
    """The newest first; who may send one finds the form above."""
    found = api.get_batches(caller, replace(page, limit=_ON_A_PAGE))
    return render(
        request,
        "batches.html",
        found=found,
        may_send=page_refusal("counter_batch_send", caller) is None,
        key=uuid4().hex,
        others=len({one.unit for one in found.items}) > 1,
        units=_units(),
    )


@router.post(_LIST, name="counter_batch_send")
async def send(caller: PageCaller, sent: SentForm) -> Response:
    """Who sends it answers for it. The same page sent twice is one batch: its key came with the form."""
    file = await upload_of(sent.file("file"))
    if not file.content:
        raise Problem("no_list_file")
    named = model_of(
        _Named, {"purpose": sent.text("purpose"), "key": sent.text("key")}, {"purpose": "用途", "key": "本页的编号(请刷新页面)"}
    )
    taken = await api.take_table(Response(), caller, file.content, named.purpose, caller.person, named.key)
    return goes_on(f"{_LIST}/{taken.number}")


@router.get(_ONE, name="counter_batch")
def one(request: Request, batch: Number, caller: PageCaller, page: Paging, status: Annotated[RowStatus | None, Query()] = None) -> Response:
    """How far it is, and its rows: those of one kind where it is chosen. The page that looks again by itself takes no rows."""
    found = api.get_batch(batch, caller)
    with transaction() as session:
        own = is_own(session, caller, found.unit)
    return render(
        request,
        "batch.html",
        found=found,
        rows=None if is_background(request) else api.get_batch_rows(batch, caller, replace(page, limit=_ROWS), status),
        chosen=status,
        under_way=found.status in _UNDER_WAY,
        next_steps=MAY_FOLLOW[found.status] if own and page_refusal("counter_batch_pause", caller) is None else frozenset(),
        may_fetch=own and page_refusal("counter_batch_results", caller) is None,
        refused=sum(one.count for one in found.counts if one.status is RowStatus.REFUSED),
        units=_units(),
    )


@router.get(f"{_ONE}/results.xlsx", name="counter_batch_results")
def result_file(batch: Number, caller: PageCaller) -> Response:
    """The sender's own columns with result and error; before the end what there is."""
    return results.get_batch_results(batch, caller, so_far=True)


@router.get(f"{_ONE}/proofs.zip", name="counter_batch_proofs")
def proofs(batch: Number, caller: PageCaller) -> Response:
    return results.get_batch_proofs(batch, caller, so_far=True)


@router.post(f"{_ONE}/pause", name="counter_batch_pause")
def pause(batch: Number, caller: PageCaller) -> Response:
    """暂停."""
    return goes_on(f"{_LIST}/{api.pause_batch(batch, caller).number}")


@router.post(f"{_ONE}/resume", name="counter_batch_resume")
def resume(batch: Number, caller: PageCaller) -> Response:
    """继续."""
    return goes_on(f"{_LIST}/{api.resume_batch(batch, caller).number}")


@router.post(f"{_ONE}/cancel", name="counter_batch_cancel")
def cancel(batch: Number, caller: PageCaller) -> Response:
    """取消: what is filed goes its way."""
    return goes_on(f"{_LIST}/{api.cancel_batch(batch, caller).number}")


def _units() -> dict[str, str]:
    with transaction() as session:
        return registry.unit_names(session)
