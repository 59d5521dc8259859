"""办件: the unit's own, and one of them: which proofs its matter needs, how each is got, and how far each has come."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import uuid4

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

from domain.lifecycle import ENDED
from domain.revocations import reason_words
from domain.scope import CatalogEntry
from gateway.cases import endpoints as api
from gateway.cases.endpoints import CaseNumber
from gateway.cases.parties import party_with
from gateway.cases.schemas import CaseOut
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import SentForm, wrong
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.paging import Paging
from gateway.edge.problems import Problem
from gateway.own_unit.endpoints import get_cases, get_verifications
from gateway.verifications.filing import file_verification
from gateway.verifications.schemas import VerificationIn
from ledger.casework import views
from ledger.casework.views import VerificationView
from ledger.catalog import versions
from ledger.database import transaction
from ledger.lifecycle.snapshots import load
from ledger.registry.keys import Caller

router = pages()

_LIST = "/counter/cases"
_CASE = f"{_LIST}/{{case_number}}"


@router.get(_LIST, name="counter_cases")
def own(request: Request, caller: PageCaller, page: Paging, q: Annotated[str, Query(max_length=64)] = "") -> Response:
    """The newest first; what somebody looks for is the number of a case or of a verification."""
    wanted = q.strip()
    if wanted and (number := _case_of(caller, wanted)):
        return goes_on(f"{_LIST}/{number}")
    return render(request, "cases.html", q=wanted, cases=get_cases(caller, page), verifications=get_verifications(caller, page).items[:20])


@router.get(_CASE, name="counter_case")
def case(request: Request, case_number: CaseNumber, caller: PageCaller) -> Response:
    """One case: what its matter needs, and what was filed."""
    return render(request, "case.html", once=uuid4().hex, **_shown(caller, case_number))


@router.get(f"{_CASE}/progress", name="counter_case_progress")
def progress(request: Request, case_number: CaseNumber, caller: PageCaller) -> Response:
    """What was filed, as it stands now: the part that the page asks for again while something is under way."""
    return render(request, "case_progress.html", **_shown(caller, case_number))


@router.post(f"{_CASE}/file", name="counter_case_file")
def file(case_number: CaseNumber, caller: PageCaller, sent: SentForm) -> Response:
    """One verification for each proof that was ticked, about who was chosen; sent twice, it is the same ones."""
    chosen, proofs = sent.id("party"), sent.all("proof")
    if not proofs:
        raise wrong(("proof", "请至少选择一项证明。"))
    if chosen is None:
        raise wrong(("party", "请选择为谁核验。"))
    party = party_with(caller, case_number, chosen)
    for proof in proofs:
        body = VerificationIn(case_number=case_number, proof=proof, party=party)
        file_verification(caller, body, f"{sent.text('once')[:40]}-{chosen.hex}-{proof}")
    return goes_on(f"{_LIST}/{case_number}")


@router.post(f"{_CASE}/close", name="counter_case_close")
def close(case_number: CaseNumber, caller: PageCaller) -> Response:
    """办结."""
    api.close_case(case_number, caller)
    return goes_on(f"{_LIST}/{case_number}")


def _shown(caller: Caller, number: str) -> dict[str, Any]:
    with transaction() as session:
        view = views.find_case(session, caller.unit, number)
        if view is None:
            raise Problem("case_unknown")
        found = CaseOut.of(view)
        entries = versions.entries_for(session, found.matter)
        filed = _filed(session, found.verifications)
    return {
        "case": found,
        "entries": [(entry, _open(entry, filed), refused(entry)) for entry in entries],
        "filed": filed,
        "parties": view.parties,
        "whose": {one.id: one for one in view.parties} if len(view.parties) > 1 else {},
        "why": reason_words,
        "under_way": any(view.row.state not in ENDED for view in filed),
    }


def _filed(session: Session, numbers: list[str]) -> list[VerificationView]:
    """Without persons' data: a list opens nothing."""
    return [views.view(session, load(session, number), personal=False) for number in numbers]


def _open(entry: CatalogEntry, filed: list[VerificationView]) -> list[VerificationView]:
    return [view for view in filed if view.entry.proof == entry.proof and not (view.proof and view.proof.revoked_at)]


def refused(entry: CatalogEntry) -> str:
    """Why this entry cannot be filed, in the words that the public list has for it; empty: it can."""
    if entry.exclusion is not None:
        return f"不适用:涉及{entry.exclusion.label}"
    if entry.reviewed_above:
        return "不适用:由上级审核"
    return "不适用:由区外出具,不能联网核验" if entry.outside_region and not entry.checkable_online else ""


def _case_of(caller: Caller, wanted: str) -> str:
    """The number of the case that bears this number, or to which the verification of this number belongs; empty: none."""
    with transaction() as session:
        if found := views.find_case(session, caller.unit, wanted):
            return found.case.number
        row = views.find_verification(session, wanted, caller.unit)
        return views.view(session, row, personal=False).case_number if row else ""
