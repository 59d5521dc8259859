"""预览: the page that an answer would become, marked and unsealed, for the issuing unit's own eyes."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from domain.methods import Method, verdict
from domain.seals import SealKind
from gateway.edge.problems import Problem
from gateway.edge.visibility import may_override
from gateway.inbox.schemas import ReplyIn
from ledger.audit import record_access
from ledger.database import transaction
from ledger.inbox.claims import hold
from ledger.inbox.requests import Reply, check_fields
from ledger.lifecycle.snapshots import step_context
from ledger.registry.keys import Caller
from ledger.tables.registry import Person, Unit
from proofs.page import PageError, render
from proofs.wording import compose
from settings import settings


def preview(
    session: Session, caller: Caller, request_id: UUID, data: Reply, *, override: bool, form: Literal["pdf", "png"] = "pdf"
) -> bytes:
    """The PDF, or a picture of it. Raises as `claims.hold`, `FieldsMissing`, and Problem `not_sealed`, `page_refused`."""
    at, now = settings(), settings().now()
    row, _ = hold(session, request_id, caller.unit, actor=caller.actor, override=override)
    about = step_context(session, row.number)
    check_fields(about.entry, data)
    outcome = verdict(data.answer, about.entry.sealed_when_negative)
    if outcome.result is None or not outcome.sealed:
        raise Problem("not_sealed")
    page = compose(
        number=row.number,
        proof_name=about.entry.proof_name,
        subject=about.subject,
        fields=tuple((name, data.fields[name]) for name in about.entry.fields if data.fields.get(name)),
        result=outcome.result,
        seal=SealKind.ISSUER,
        seal_name=at.seal_issuer_name,
        maker=session.get_one(Unit, caller.unit).name,
        signer=session.get_one(Person, caller.person).name,
        requesting_unit=about.unit_name,
        method_name=Method.ISSUER.label,
        matter_name=about.entry.matter_name,
        case_number=about.case_number,
        source="",
        retrieved_at=now,
        verify_url=f"{at.public_url}/verify/{row.number}",  # without a code: there is nothing yet to verify
        development=at.seal_development,
        preview=True,
        otherwise=about.otherwise,
        follows=about.follows,
        replaces=about.replaces,
    )
    try:
        made = render(page, form)
    except PageError:
        raise Problem("page_refused") from None
    record_access(session, row.number, "preview", actor=caller.actor, unit=caller.unit, now=now)
    return made


def preview_picture(request_id: UUID, body: ReplyIn, caller: Caller) -> bytes:
    """The preview as a picture (PNG), for pages. Raises as `preview`."""
    data = Reply(body.answer, dict(body.fields), body.note)
    with transaction() as session:
        return preview(session, caller, request_id, data, override=may_override(session, caller, request_id), form="png")
