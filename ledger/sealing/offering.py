"""开具 (obligation 6.3): what goes to 电子证照库 with an offer, read at the moment of sending."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from domain.offers import Offer
from ledger.lifecycle.snapshots import load
from ledger.sealing import licence_offers, papers, sealing
from ledger.tables.effects import LicenceOffer, Proof
from ledger.vault import CaseKey
from settings import LOCAL


def filled(session: Session, offer: Offer) -> tuple[Offer, CaseKey]:
    """The offer with names and page: personal data, for one call; and the key under which the answer is kept."""
    proof = session.get_one(Proof, session.get_one(LicenceOffer, offer.id).proof)
    what = sealing.evidence(session, offer.verification)
    day = "%Y-%m-%d"
    sent = replace(
        offer,
        name=what.about.entry.proof_name,
        maker=what.maker,
        subject=what.about.subject,
        issued_on=proof.made_at.astimezone(LOCAL).strftime(day),
        valid_until=proof.valid_until.astimezone(LOCAL).strftime(day),
        digest=proof.digest,
        replaces=licence_offers.replaced_by(session, offer, load(session, offer.verification).follows),
        form=proof.form,
        pdf=papers.open_pdf(proof, what.about.key),
    )
    return sent, what.about.key
