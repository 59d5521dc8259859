"""主动提供 (obligations 2.6, 2.7, reading 17): what an applicant hands in by his own will, confirmed by his own hand on a second
screen, or by his telephone (`gateway.counter.hand_in_telephone`)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from fastapi import Request, Response

from domain.commitments import Evidence
from domain.masking import mask_number
from domain.records import VoluntaryReason
from gateway.cases import endpoints as cases
from gateway.cases.endpoints import CaseNumber
from gateway.cases.parties import parties_of, party_with
from gateway.counter.door import PageCaller, pages
from gateway.counter.forms import Sent, SentForm, model_of, wrong
from gateway.edge.counter_pages import HEADERS, goes_on, render
from gateway.edge.problems import Problem
from gateway.registers.endpoints import hand_in
from gateway.registers.schemas import VoluntaryIn, VoluntaryOut
from ledger.catalog import versions
from ledger.database import transaction
from ledger.registers import voluntary
from ledger.registry.keys import Caller

router = pages()

_PAGE = "/counter/cases/{case_number}/handed-in"
_OF = "/counter/cases/{case_number}/handed-in/{once}"
_DRAWN = re.compile(r"[\d,; ]{40,20000}")  #: ten points at the least: a dot is no signature
LABELS: Mapping[str, str] = MappingProxyType({"proof": "材料", "reason": "原因"})


@router.get(_PAGE, name="counter_handed_in")
def handed_in(request: Request, case_number: CaseNumber, caller: PageCaller, once: UUID | None = None) -> Response:
    """What is handed in, for the 代办员; goes on by itself when the applicant has confirmed. `once`: the line's identity."""
    wanted = once or uuid4()
    found, parties = cases.get_case(case_number, caller), parties_of(caller, case_number)
    with transaction() as session:
        entries = versions.entries_for(session, found.matter)
    choices: dict[str, Any] = {"parties": parties, "entries": entries, "reasons": list(VoluntaryReason)}
    return render(request, "handed_in.html", case=found, **choices, **_state(caller, wanted))


@router.get(_OF, name="counter_handed_in_state")
def state(request: Request, case_number: CaseNumber, once: UUID, caller: PageCaller) -> Response:
    """Whether it is on the record: the part that both screens ask for again; nothing at all as long as it is not."""
    content = _state(caller, once)
    if not content["line"]:
        return Response(status_code=204, headers=dict(HEADERS))
    return render(request, "handed_in_state.html", case=cases.get_case(case_number, caller), **content)


@router.post(f"{_OF}/screen", name="counter_handed_in_screen")
def screen(request: Request, case_number: CaseNumber, once: UUID, caller: PageCaller, sent: SentForm) -> Response:
    """In a window of its own that is turned to the applicant: in large type, without the 代办员's pages."""
    found, body = cases.get_case(case_number, caller), body_of(caller, case_number, sent, "")
    with transaction() as session:
        proof_name = voluntary.name_of(session, body.proof)
    person = next(one for one in parties_of(caller, case_number) if one.id == sent.id("party"))
    return render(request, "handed_in_screen.html", case=found, once=once, body=body, person=person, proof_name=proof_name)


@router.post(_OF, name="counter_hand_in")
def send(request: Request, case_number: CaseNumber, once: UUID, caller: PageCaller, sent: SentForm) -> Response:
    """With what the applicant drew, from the second screen; without it, from the 代办员's page, and the 台账 says so. What is on
    the record stands: a signature for anything else is refused, so that nobody is thanked for what was not taken."""
    drawn = sent.text("signature")
    if (sent.text("screen") or drawn) and not _DRAWN.fullmatch(drawn):
        raise Problem("invalid", detail="还没有签名。", remedy="请在方框内签名,再按确认。")
    body = body_of(caller, case_number, sent, drawn)
    done = hand_in(caller, body, identity=once, signature=drawn)
    if drawn:
        signed_for = (body.case_number, body.proof, mask_number(body.party.id_number.upper()))
        if not done.confirmed or (done.case_number, done.proof, done.party_number) != signed_for:
            raise Problem("signature_late")
        return render(request, "handed_in_thanks.html", done=done)
    return goes_on(f"/counter/cases/{case_number}/handed-in?once={once}")


def body_of(caller: Caller, case_number: str, sent: Sent, drawn: str) -> VoluntaryIn:
    party = party_with(caller, case_number, chosen_of(sent))
    confirmation = {"evidence": Evidence.SIGNATURE, "sha256": hashlib.sha256(drawn.encode()).hexdigest()} if drawn else None
    values: dict[str, object] = {"case_number": case_number, "party": party.model_dump(), "confirmation": confirmation}
    return model_of(VoluntaryIn, values | {"proof": sent.text("other") or sent.text("proof"), "reason": sent.text("reason")}, LABELS)


def chosen_of(sent: Sent) -> UUID:
    """Raises Problem where nobody was chosen."""
    if (chosen := sent.id("party")) is None:
        raise wrong(("party", "请选择谁提供。"))
    return chosen


def _state(caller: Caller, once: UUID) -> dict[str, Any]:
    with transaction() as session:
        line = voluntary.line_of(session, caller.unit, once)
        return {"once": once, "line": VoluntaryOut.of(line) if line else None}
