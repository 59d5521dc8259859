"""变动 (obligation 5.4): what a unit sends of its entries, as changes of the list that is published now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from domain.listing import Change, ChangeKind, content
from domain.scope import CatalogEntry
from gateway.catalog.proposal_inputs import ChangeIn, EntryIn, ProposalIn
from gateway.edge.problems import PROBLEMS, Problem
from ledger.catalog import drafts
from ledger.catalog.entries import listed_entry
from ledger.tables.registry import Matter, ProofKind, Unit

#: What stands must fit the kind of the change: 增加 finds nothing, the others find the entry.
_MUST_STAND: Mapping[ChangeKind, bool] = {ChangeKind.ADD: False, ChangeKind.ALTER: True, ChangeKind.REMOVE: True}


def changes_of(session: Session, sent: ProposalIn) -> list[Change]:
    """The changes of a proposal: its unit's part of a draft, or those that are written out.

    Raises Problem, naming the change where one is written out.
    """
    if sent.draft is not None:
        draft = drafts.find(session, sent.draft)
        if draft is None:
            raise Problem("draft_unknown")
        found = list(drafts.changes(session, draft.id, unit=sent.unit))
        if not found:
            raise Problem("nothing_changes", detail="草案中没有该单位的变动。")
        return found
    seen: set[tuple[str, str]] = set()
    changes = []
    for number, one in enumerate(sent.changes):
        change = _change(session, one, f"changes.{number}")
        if change.key in seen:
            raise _at(f"changes.{number}", "change_twice")
        seen.add(change.key)
        changes.append(change)
    return changes


def is_same(standing: Sequence[Change], sent: Sequence[ChangeIn]) -> bool:
    """Whether these changes are what is sent."""
    by_key = {change.key: change for change in standing}
    return len(standing) == len(sent) and all(_says(by_key.get(_key(one)), one) for one in sent)


def _says(standing: Change | None, sent: ChangeIn) -> bool:
    if standing is None or standing.kind is not sent.kind or sent.entry is None or standing.after is None:
        return standing is not None and standing.kind is sent.kind
    said, kept = sent.entry.model_dump(mode="json"), content(standing.after)
    kept["limit_minutes"] = kept.pop("limit")
    return all(kept[name] == value for name, value in said.items() if not (value is None and name in ("basis", "validity_days")))


def _key(sent: ChangeIn) -> tuple[str, str]:
    return (sent.entry.matter, sent.entry.proof) if sent.entry else (sent.matter or "", sent.proof or "")


def _change(session: Session, sent: ChangeIn, place: str) -> Change:
    entry = sent.entry
    matter, proof = _key(sent)
    standing = listed_entry(session, matter, proof)
    if (standing is not None) is not _MUST_STAND[sent.kind]:
        raise _at(place, "entry_not_listed" if standing is None else "entry_listed_already")
    before = standing[1] if standing else None
    after = _entry(session, entry, place) if entry else None
    if before and after and content(before) == content(after):
        raise _at(place, "nothing_changes")
    return Change(before, after)


def _entry(session: Session, sent: EntryIn, place: str) -> CatalogEntry:
    matter, proof = session.get(Matter, sent.matter), session.get(ProofKind, sent.proof)
    if matter is None or not matter.active:
        raise _at(f"{place}.entry.matter", "matter_unknown")
    if proof is None:
        raise _at(f"{place}.entry.proof", "proof_kind_unknown")
    if proof.cancelled:
        raise _at(f"{place}.entry.proof", "proof_cancelled")
    if sent.issuing_unit is not None and session.get(Unit, sent.issuing_unit) is None:
        raise _at(f"{place}.entry.issuing_unit", "unit_not_registered")
    return sent.as_entry(
        matter_name=matter.name,
        unit=matter.unit,
        reviewed_above=matter.reviewed_above,
        proof_name=proof.name,
        basis=proof.basis,
        days=proof.validity_days,
    )


def _at(place: str, code: str) -> Problem:
    return Problem(code, errors=[(place, PROBLEMS[code].detail)])
