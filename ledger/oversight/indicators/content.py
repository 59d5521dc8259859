"""证明内容 (obligation 16.8): what was corrected after its delivery, and what was made anew after it was sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from domain.leads import Indication, LeadRule
from ledger.oversight.indicators.finding import found

_R = LeadRule
_CORRECTED = """
    SELECT v.issuing_unit, '', array_agg(v.number), count(*)
    FROM mismatches m JOIN verifications v ON v.number = m.verification
    WHERE m.status = 'corrected' AND m.settled_at >= :start AND m.settled_at < :end AND v.issuing_unit IS NOT NULL
    GROUP BY v.issuing_unit HAVING count(*) >= :least
"""
_MADE_ANEW = """
    SELECT v.issuing_unit, '', array_agg(DISTINCT v.number), count(DISTINCT v.number)
    FROM proofs p JOIN verifications v ON v.number = p.verification
    WHERE p.revoked_why = 'content_error' AND p.revoked_at >= :start AND p.revoked_at < :end AND v.issuing_unit IS NOT NULL
    GROUP BY v.issuing_unit HAVING count(*) >= :least
"""


def indications(session: Session, start: datetime, end: datetime, now: datetime) -> list[Indication]:
    """Everything of this clause in [start, end)."""
    return [
        *found(session, _R.CORRECTED, "更正的核验", _CORRECTED, start, end),
        *found(session, _R.MADE_ANEW, "重新制作的核验", _MADE_ANEW, start, end),
    ]
