"""证明内容 (obligation 16.8): what was corrected after its delivery, and what was made anew after it was sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from domain.leads import Indication, LeadRule
from ledger.oversight.indicators.finding import found
from ledger.succession import Charges

_R = LeadRule
#: Who answers for what a proof says (obligation 11.2, reading 14): of shared data the unit whose database it came from, or else whom
#: the list names; and, for the lead's words, that database. What came from a source of the province's alone is no unit's of ours.
_SAID_BY = """
    LEFT JOIN LATERAL (
        SELECT d.owner, d.name FROM lookups l JOIN databases d ON d.source = l.source
        WHERE v.method = 'data_sharing' AND l.verification = v.number AND l.outcome = 'found' ORDER BY l.attempt DESC, d.code LIMIT 1
    ) base ON true
"""
_UNIT = "coalesce(base.owner, v.issuing_unit)"
_CORRECTED = f"""
    SELECT {{unit}}, coalesce(base.name, ''), array_agg(v.number), count(*)
    FROM mismatches m JOIN verifications v ON v.number = m.verification {_SAID_BY}
    WHERE m.status = 'corrected' AND m.settled_at >= :start AND m.settled_at < :end AND {_UNIT} IS NOT NULL
        AND v.method <> 'commitment' -- what an applicant promised no unit has said
    GROUP BY 1, 2 HAVING count(*) >= :least
"""
_MADE_ANEW = f"""
    SELECT {{unit}}, coalesce(base.name, ''), array_agg(DISTINCT v.number), count(DISTINCT v.number)
    FROM proofs p JOIN verifications v ON v.number = p.verification {_SAID_BY}
    WHERE p.revoked_why = 'content_error' AND p.revoked_at >= :start AND p.revoked_at < :end AND {_UNIT} IS NOT NULL
        AND NOT EXISTS (SELECT FROM revocations r WHERE r.proof_id = p.id AND r.confirmed_at IS NOT NULL) -- put right by who issued it
    GROUP BY 1, 2 HAVING count(DISTINCT v.number) >= :least
"""


def indications(session: Session, start: datetime, end: datetime, now: datetime) -> list[Indication]:
    """Everything of this clause in [start, end); what was found wrong after a merger is the successor's to answer."""
    charges = Charges.until(session)
    corrected, anew = (
        query.format(unit=charges.sql(_UNIT, at)) for query, at in ((_CORRECTED, "m.settled_at"), (_MADE_ANEW, "p.revoked_at"))
    )
    return [
        *found(session, _R.CORRECTED, "更正的核验", corrected, start, end, **charges.given),
        *found(session, _R.MADE_ANEW, "重新制作的核验", anew, start, end, **charges.given),
    ]
