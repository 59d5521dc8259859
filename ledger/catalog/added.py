"""增加的证明 (obligations 5.7, 5.8): which entries an adjustment added; what is altered later, or comes under another code of its
matter, was added all the same, and is not added by that."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from ledger.succession import code_today, matter_codes

#: An entry that came with an adjustment of its unit, and that the version before did not have, by no code of its matter.
ADDED = f"""
    entries e WHERE EXISTS (SELECT FROM proposals p WHERE p.version = e.since_version AND p.unit = e.unit AND p.kind = 'adjustment')
    AND NOT EXISTS (SELECT FROM entries o WHERE o.proof = e.proof AND o.until_version = e.since_version
                    AND {code_today("o.matter")} = {code_today("e.matter")})"""
_IS_ADDED = text(
    f"""
    SELECT EXISTS (
        SELECT FROM {ADDED} AND e.matter = ANY(:matters) AND e.proof = :proof AND EXISTS (
            SELECT FROM entries n
            WHERE n.matter = ANY(:matters) AND n.proof = e.proof AND n.until_version IS NULL AND n.unit = ANY(:units)))
    """
)


def is_added(session: Session, units: list[str], matter: str, proof: str) -> bool:
    """Whether this stands in the list now for a matter of these units, and an adjustment brought it."""
    return bool(session.scalar(_IS_ADDED, {"units": units, "matters": matter_codes(session, matter), "proof": proof}))
