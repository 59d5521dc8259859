"""参加改革、清单 (obligations 16.1, 16.2, 16.3, 16.4): who has no list, no duty, no way in, no answers; what was asked for beside
the list; late adjustments.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from domain.adjusting import ProposalKind, ProposalStatus
from domain.leads import Indication, LeadRule
from ledger.calendars import terms
from ledger.catalog.law_changes import law_changes
from ledger.oversight.indicators.finding import found
from ledger.succession import Charges, code_today, heir
from ledger.tables.catalog import Proposal

_R = LeadRule
_OPENS = "登录或接口密钥"  #: at the counter, by password or provider, or by a program
_LEAST_REQUESTS = 3  #: received in a week without any being dealt with
_UNITS = """
    SELECT u.code, u.name, coalesce(u.drafting_unit, CASE WHEN u.kind <> 'public_service' THEN u.code END) AS drafting,
           EXISTS (SELECT FROM matters m WHERE m.unit = ANY (u.inherits || u.code) AND m.active) AS has_matters,
           EXISTS (SELECT FROM entries e WHERE e.unit = ANY (u.inherits || u.code) AND e.until_version IS NULL) AS listed,
           EXISTS (SELECT FROM appointments a WHERE a.unit = u.code AND a.since <= :at
                   AND (a.until IS NULL OR a.until > :at)) AS supervised,
           EXISTS (SELECT FROM people p WHERE p.unit = u.code AND p.active AND 'agent' = ANY (p.roles)) AS staffed,
           EXISTS (SELECT FROM api_keys k LEFT JOIN people p ON p.code = k.person AND p.active
                   LEFT JOIN systems s ON s.code = k.system AND s.active
                   WHERE coalesce(p.unit, s.unit) = u.code AND k.made_at <= :at AND (k.revoked_at IS NULL OR k.revoked_at > :at)
                   AND (k.expires_at IS NULL OR k.expires_at > :at))
           OR EXISTS (SELECT FROM people p JOIN credentials c ON c.person = p.code
                      WHERE p.unit = u.code AND p.active AND c.password <> '' AND c.set_at <= :at)
           OR EXISTS (SELECT FROM web_sessions w JOIN people p ON p.code = w.person AND p.active
                      WHERE w.unit = u.code AND p.unit = u.code AND w.made_at <= :at AND w.used_at >= :start) AS connected,
           coalesce(r.received, 0) AS received, coalesce(r.handled, 0) AS handled
    FROM units u LEFT JOIN (
        SELECT q.unit, count(*) AS received, count(*) FILTER (WHERE q.answered_at IS NOT NULL OR b.id IS NOT NULL) AS handled
        FROM requests q LEFT JOIN returns b ON b.request_id = q.id
        WHERE q.received_at >= :start AND q.received_at < :end AND (q.withdrawn_at IS NULL OR b.id IS NOT NULL) GROUP BY q.unit
    ) r ON r.unit = u.code
    WHERE u.active AND u.takes_part ORDER BY u.code
"""
_UNLISTED = f"""
    SELECT {{unit}}, concat_ws('/', {code_today("r.detail->>'matter'")}, r.detail->>'proof'), NULL, count(*)
    FROM refusals r JOIN units u ON u.code = r.unit
    WHERE r.code = 'proof_not_listed' AND r.at >= :start AND r.at < :end
    GROUP BY 1, 2 HAVING count(*) >= :least
"""
_MISSING = """
    SELECT {unit}, coalesce(m.succeeded_by, m.code) || '/' || s.proof, NULL, count(*)
    FROM voluntary_submissions s JOIN cases c ON c.id = s.case_id JOIN matters m ON m.code = c.matter
    WHERE NOT s.listed AND s.proof IS NOT NULL AND s.at >= :start AND s.at < :end
    GROUP BY 1, 2 HAVING count(*) >= :least
"""


def indications(session: Session, start: datetime, end: datetime, now: datetime) -> list[Indication]:
    """Everything of these clauses in [start, end), as it stands at `now` where the week still runs."""
    at, charges = min(now, end), Charges.until(session)
    unlisted = _UNLISTED.format(unit=charges.sql("r.unit", "r.at"))
    missing = _MISSING.format(unit=charges.sql("m.unit", "s.at"))  # a matter stays a merged unit's until the list is adjusted
    units = list(session.execute(text(_UNITS), {"start": start, "end": end, "at": at}))
    return [
        *(_taking_part(unit) for unit in units if _is_amiss(unit)),
        *(
            Indication(_R.LIST_MISSING, heir(session, unit.drafting), unit.code, counts={"没有清单的单位": unit.name})
            for unit in units
            if unit.has_matters and not unit.listed and unit.drafting  # nobody refused where nobody is entered (obligation 5.1)
        ),
        *found(session, _R.UNLISTED_ASKED, "不予受理次数", unlisted, start, end, **charges.given),
        *found(session, _R.PROOF_MISSING, "收取次数", missing, start, end, **charges.given),
        *_late(session, start, end, at),
        *_not_followed(session, start, end, at),
    ]


def _late(session: Session, start: datetime, end: datetime, at: datetime) -> list[Indication]:
    """Adjustments whose report came late in this time, or whose three working days ended in it without one; those that were drafted
    after them are late at once."""
    filed = select(Proposal).where(Proposal.kind == ProposalKind.ADJUSTMENT, Proposal.standing != ProposalStatus.WITHDRAWN)
    late = list(session.scalars(filed.where(Proposal.late.is_(True), Proposal.reported_at >= start, Proposal.reported_at < end)))
    for row in session.scalars(filed.where(Proposal.reported_at.is_(None), Proposal.reason_date.is_not(None))):
        due = terms.report_due_if_known(session, row.reason_date)
        if due is not None and start <= max(due, row.drafted_at) < at:
            late.append(row)
    return [Indication(_R.LATE_ADJUSTMENT, heir(session, row.unit), str(row.id), counts={"逾期的调整": 1}) for row in late]


def _not_followed(session: Session, start: datetime, end: datetime, at: datetime) -> list[Indication]:
    """Obligations 5.5, 16.4: a law has changed, the three working days ended in this time (or were over when the office entered it)
    and the unit has reported no adjustment."""
    return [
        Indication(_R.LAW_NOT_FOLLOWED, heir(session, one.unit), f"登记册第{one.serial}条", counts={"未报送的调整": 1})
        for one in law_changes(session, at)
        if one.falls_at is not None and one.reported_at is None and start <= one.falls_at < at
    ]


def _is_amiss(unit: Row[Any]) -> bool:
    """A unit that only issues proofs has no matter, and nothing to list."""
    silent = unit.received >= _LEAST_REQUESTS and not unit.handled
    return not ((unit.listed or not unit.has_matters) and unit.supervised and unit.staffed and unit.connected) or silent


def _taking_part(unit: Row[Any]) -> Indication:
    says = {"督办员": unit.supervised, "代办员": unit.staffed, _OPENS: unit.connected}
    counts: dict[str, int | str] = {name: "有" if there else "无" for name, there in says.items()}
    counts["清单"] = "有" if unit.listed else "无" if unit.has_matters else "没有事项"
    return Indication(_R.NOT_TAKING_PART, unit.code, counts=counts | {"收到申请": unit.received, "答复或退回": unit.handled})
