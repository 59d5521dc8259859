"""What the ledger holds of a verification: each effect once."""

from __future__ import annotations

from sqlalchemy import text

from ledger.database import transaction


def count(table: str, number: str) -> int:
    """How many rows of a table belong to this verification."""
    with transaction() as session:
        query = text(f"SELECT count(*) FROM {table} WHERE verification = :number")
        return int(session.execute(query, {"number": number}).scalar_one())


def assert_delivered_once(number: str) -> None:
    """Delivered, with exactly one proof, one completed use of a seal over that proof, one delivery."""
    query = text(
        """
        SELECT v.state, count(DISTINCT p.id), count(DISTINCT u.id), count(DISTINCT d.id),
               bool_and(u.digest = p.digest AND u.completed_at IS NOT NULL)
        FROM verifications v
        LEFT JOIN proofs p ON p.verification = v.number
        LEFT JOIN seal_uses u ON u.verification = v.number
        LEFT JOIN deliveries d ON d.verification = v.number
        WHERE v.number = :number GROUP BY v.state
        """
    )
    with transaction() as session:
        found = session.execute(query, {"number": number}).one()
    assert tuple(found) == ("delivered", 1, 1, 1, True), number
