"""主动提供, confirmed on the applicant's telephone (obligations 2.6, 2.7, reading 17): he scans what the 代办员's page shows, reads on his
own telephone what he hands in, confirms, and says the code that it shows; without a gateway for short messages, account or app."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request, Response

from domain.commitments import Evidence
from domain.masking import mask_number
from gateway.cases import endpoints as cases
from gateway.cases.endpoints import CaseNumber
from gateway.cases.parties import party_with
from gateway.counter.door import PageCaller, open_pages, pages
from gateway.counter.forms import SentForm, model_of
from gateway.counter.handed_in import LABELS, body_of, chosen_of
from gateway.edge.addresses import address_of as caller_address
from gateway.edge.counter_pages import goes_on, render
from gateway.edge.pages import page
from gateway.edge.problems import Problem
from gateway.edge.refusals import problem_of
from gateway.edge.services import services_of
from gateway.registers.endpoints import hand_in
from gateway.registers.schemas import VoluntaryIn
from ledger.database import transaction
from ledger.registers import telephone
from ledger.registers.telephone import Asked, ConfirmationOver
from proofs.code import qr_picture
from settings import settings

router, open_router = pages(), open_pages()

_OF = "/counter/cases/{case_number}/handed-in/{once}"
_CONFIRM = "/hand-in/{address}"
#: With no-referrer a browser names no origin either when it sends a form, and origins are what is asked for.
_HEADERS = {"Referrer-Policy": "same-origin"}
_Address = Annotated[str, Path(max_length=2000, pattern=r"^[\w-]+$")]


@router.post(f"{_OF}/telephone", name="counter_handed_in_telephone")
def ask(request: Request, case_number: CaseNumber, once: UUID, caller: PageCaller, sent: SentForm) -> Response:
    """The QR code for the applicant, and where his code is typed."""
    found, body = cases.get_case(case_number, caller), body_of(caller, case_number, sent, "")
    asked = Asked(once, chosen_of(sent), body.proof, body.reason, settings().now() + telephone.LASTS)
    with transaction() as session:
        shown = telephone.show(session, asked)
    address = telephone.address_of(asked)
    link = f"{settings().public_url.rstrip('/')}/hand-in/{address}"
    return render(request, "handed_in_telephone.html", case=found, once=once, shown=shown, address=address, picture=qr_picture(link))


@router.post(f"{_OF}/code", name="counter_handed_in_code")
def take_code(request: Request, case_number: CaseNumber, once: UUID, caller: PageCaller, sent: SentForm) -> Response:
    """What he said, and it is on the record as confirmed by himself; wrong ones are counted."""
    where, quotas, now = caller_address(request), services_of(request).quotas, settings().now()
    given, code = sent.text("address"), "".join(sent.text("code").split())
    asked = telephone.read(given, now=now)
    if asked.once != once:
        raise ConfirmationOver
    party = party_with(caller, case_number, asked.party)
    quotas.admit_sign_in(where, f"hand in {once}")
    if not telephone.is_right(given, code):
        quotas.note_wrong_sign_in(where, f"hand in {once}")
        raise Problem("invalid", detail="确认码不对。", remedy="请申请人再念一遍手机上的 6 位数字;没有显示的,请他先在手机上按确认。")
    kept = telephone.evidence(asked, code)
    values: dict[str, object] = {
        "case_number": case_number,
        "party": party.model_dump(),
        "proof": asked.proof,
        "reason": asked.reason,
        "confirmation": {"evidence": Evidence.CODE, "sha256": hashlib.sha256(kept.encode()).hexdigest()},
    }
    body = model_of(VoluntaryIn, values, LABELS)
    done = hand_in(caller, body, identity=once, signature=kept)
    confirmed_for = (body.case_number, body.proof, mask_number(body.party.id_number.upper()))
    if done.confirmed is not Evidence.CODE or (done.case_number, done.proof, done.party_number) != confirmed_for:
        raise Problem("signature_late", detail="这一份已先登记,本人的确认没有记入。", remedy="请查看台账;需要本人确认的,重新登记。")
    return goes_on(f"/counter/cases/{case_number}/handed-in?once={once}")


@open_router.get(_CONFIRM, name="hand_in")
def read(address: _Address) -> Response:
    """On his telephone: what he is said to hand in."""
    return _page(address)


@open_router.post(_CONFIRM, name="hand_in_confirm")
def confirm(address: _Address) -> Response:
    """He confirmed: the code for the 代办员."""
    return _page(address, confirmed=True)


def _page(address: str, *, confirmed: bool = False) -> Response:
    content: dict[str, Any] = {"shown": None, "code": "", "problem": None}
    try:
        asked = telephone.read(address, now=settings().now())
        with transaction() as session:
            content["shown"] = telephone.show(session, asked)
        content["code"] = telephone.code_of(address) if confirmed else ""
    except ConfirmationOver as over:
        content["problem"] = problem_of(over)
    status = content["problem"].status_code if content["problem"] else 200
    return page("hand_in.html", status, _HEADERS, address=address, **content)
