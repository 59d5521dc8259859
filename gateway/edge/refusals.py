"""办理: one transaction for what a caller does, with the ledger's refusals in the gateway's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from types import MappingProxyType
from uuid import UUID

from sqlalchemy.orm import Session

from domain.blocking import Block
from domain.listing import Change, ChangeConflict
from domain.numbers import is_number
from gateway.edge.problems import Problem
from ledger.arrangements.calendars import CalendarRefused
from ledger.arrangements.opening_hours import TimetableRefused
from ledger.calendars.duty import DutyRefused
from ledger.calendars.outages import OutageRefused
from ledger.casework import attachments, mismatches, views
from ledger.catalog import intake
from ledger.catalog.proposals import ChangesBlocked, StepRefused
from ledger.catalog.versions import UnknownVersion
from ledger.database import transaction
from ledger.deadlines import justifications, supervision_basis
from ledger.inbox import claims, requests, returns, supplements
from ledger.lifecycle.moves import MoveRefused
from ledger.methods import commitment_checks, commitments, sharing
from ledger.oversight.complaints import ComplaintRefused
from ledger.oversight.lead_steps import LeadRefused
from ledger.recusal import MustRecuse
from ledger.registers.manual_registers import EntryRefused
from ledger.registry.keys import Caller
from ledger.registry.register_changes import ChangeRefused, NameTaken
from ledger.retention import RetentionRefused
from ledger.supervision import supervisions
from ledger.tables.verifications import Verification
from ledger.withdrawals import RecusalRefused
from settings import settings

_CODES: Mapping[type[Exception], str] = MappingProxyType(
    {
        claims.NotYours: "request_unknown",
        claims.AlreadyAnswered: "already_answered",
        claims.RequestWithdrawn: "request_withdrawn",
        claims.RequestReturned: "request_returned",
        claims.RequestMoved: "request_moved",
        claims.RequestEnded: "request_ended",
        claims.ClaimedByOther: "claimed_by_other",
        supplements.SupplementsOff: "supplements_off",
        supplements.LimitPassed: "limit_passed",
        returns.SuggestsItself: "suggests_itself",
        returns.NamesRequester: "names_requester",
        returns.UnitUnknown: "suggested_unit_unknown",
        returns.NoSuggestion: "no_suggestion",
        returns.ReturnedBefore: "returned_before",
        attachments.AttachmentsFull: "attachments_full",
        sharing.NotACandidate: "not_a_candidate",
        supervisions.NotYourSupervision: "supervision_unknown",
        supervisions.NotOnDuty: "not_on_duty",
        supervisions.SupervisionClosed: "supervision_closed",
        supervisions.FedBackAlready: "fed_back_already",
        justifications.NoSoftLimit: "no_soft_limit",
        justifications.NothingMissed: "nothing_missed",
        justifications.NoExcuse: "no_excuse",
        justifications.ExcuseStands: "excuse_stands",
        commitments.CommitmentBlocked: "commitment_blocked",
        commitment_checks.CheckDone: "check_done",
        mismatches.NotDelivered: "not_delivered",
        mismatches.MismatchOpen: "mismatch_open",
        mismatches.FieldsUnknown: "mismatch_fields",
        mismatches.NoIssuer: "no_issuer_to_check",
        mismatches.NothingToObject: "mismatch_unsettled",
        mismatches.NothingOpen: "mismatch_closed",
        mismatches.ObjectedAlready: "objected_already",
        intake.SourceFixed: "list_kind_fixed",
        NameTaken: "unit_name_taken",
    }
)
#: Refusals whose own Chinese text says it best: what they hold is the unit's arrangement or its list, no person's data.
_SPOKEN: Mapping[type[Exception], str] = MappingProxyType(
    {
        DutyRefused: "duty_refused",
        CalendarRefused: "calendar_refused",
        TimetableRefused: "timetable_refused",
        OutageRefused: "outage_refused",
        MoveRefused: "state_conflict",
        StepRefused: "step_refused",
        ChangeConflict: "change_conflict",
        UnknownVersion: "version_unknown",
        ComplaintRefused: "complaint_refused",
        LeadRefused: "lead_refused",
        RetentionRefused: "retention_refused",
        RecusalRefused: "recusal_refused",
        ChangeRefused: "register_change_refused",
    }
)


@contextmanager
def acting() -> Iterator[Session]:
    """A transaction; what the ledger refuses becomes a Problem, and nothing is written."""
    try:
        with transaction() as session:
            yield session
    except requests.FieldsMissing as missing:
        # The names come from the catalog, not from the caller.
        raise Problem("fields_missing", errors=[(f"fields.{name}", "缺少这一项。") for name in missing.names]) from None
    except EntryRefused as refused:
        wrong = [(f"values.{name}", text) for name, text in refused.faults.items()]
        raise Problem("entry_refused", detail=str(refused), errors=wrong) from None
    except MustRecuse as recused:
        facts = {"subject": recused.subject.value, "key": recused.key}
        raise Problem("must_recuse", detail=str(recused), facts=facts) from None
    except ChangesBlocked as blocked:
        raise Problem("changes_blocked", detail=f"{blocked}。", blocks=[_line(*one) for one in blocked.found]) from None
    except tuple(_CODES) as refused:
        raise Problem(_CODES[type(refused)]) from None
    except tuple(_SPOKEN) as refused:
        code = next(code for kind, code in _SPOKEN.items() if isinstance(refused, kind))
        raise Problem(code, detail=str(refused)) from None


def _line(change: Change, block: Block) -> dict[str, str]:
    matter, proof = change.key
    return {"matter": matter, "proof": proof, **asdict(block)}


def own(session: Session, caller: Caller, number: str) -> Verification:
    """The verification that the caller's unit filed; another unit's looks like none. Raises Problem."""
    row = views.find_verification(session, number, caller.unit) if is_number(number) else None
    if row is None:
        raise Problem("number_unknown")
    return row


def may_override(session: Session, caller: Caller, request: UUID) -> bool:
    """The unit's 督办员, by duty and not by role, may act on what a colleague claimed (10.2, 10.12)."""
    opened = supervision_basis.of_request(session, request)
    return supervisions.in_charge(session, caller.unit, caller.person, opened, now=settings().now())
