"""谁的清单: which units' lists, drafts and proposals a caller deals with (5.1, 15.4)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from domain.roles import Role
from gateway.edge.permissions import watches_all
from gateway.edge.problems import Problem
from ledger.catalog import intake, proposals
from ledger.catalog.intake import SourceState
from ledger.registry import registry
from ledger.registry.keys import Caller
from ledger.tables.catalog import Proposal


def units_of(session: Session, caller: Caller) -> frozenset[str] | None:
    """The caller's unit and those whose lists it drafts; None: all, for those who agree, publish and watch."""
    if watches_all(caller) or Role.PUBLISHER in caller.roles:
        return None
    return registry.drafted_by(session, caller.unit)


def own_list(session: Session, caller: Caller, key: str) -> SourceState:
    """A list that the caller may see, as it stands. Raises Problem `list_unknown`."""
    found = intake.states(session, units_of(session, caller), key)
    if not found:
        raise Problem("list_unknown")
    return found[0]


def own_proposal(session: Session, caller: Caller, proposal: UUID) -> Proposal:
    """A proposal that the caller may see. Raises Problem `proposal_unknown`."""
    row = proposals.find(session, proposal, units_of(session, caller))
    if row is None:
        raise Problem("proposal_unknown")
    return row
