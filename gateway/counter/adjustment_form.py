"""变动 (obligation 5.4) as the form of a report has them: a line for each says what it is about, its fields bear the line's mark. The
mark is of the entry as the form was filled from it: what was published since is not undone by a form that does not know of it."""

from __future__ import annotations

import json
import re
from hashlib import blake2b

from sqlalchemy.orm import Session

from domain.listing import ChangeKind, content
from domain.methods import Method
from domain.scope import CatalogEntry
from gateway.counter.forms import Sent
from gateway.edge.problems import Problem
from ledger.catalog import entries

#: Kind, matter, proof, and the mark that its fields bear.
CHANGE = re.compile(r"(?P<kind>add|alter|remove)\|(?P<matter>[^|]{1,64})\|(?P<proof>[^|]{1,64})\|(?P<n>[0-9a-f]{8})")
#: What the page leaves as it stands.
_KEPT = ("parameters", "database_backed", "sealed_when_negative", "outside_region", "checkable_online")
_APART = re.compile(r"[\n、;；]+")


def mark_of(matter: str, proof: str, entry: CatalogEntry | None) -> str:
    """Of what stands now for these two; None: nothing does."""
    stands = json.dumps([matter, proof, content(entry) if entry else None], sort_keys=True)
    return blake2b(stands.encode(), digest_size=4).hexdigest()


def changes_sent(session: Session, sent: Sent, *, is_new: bool) -> list[dict[str, object]]:
    """The changes as the API takes them; `is_new`: they were not reported yet. Raises Problem where two methods stand at one place, and
    where another entry stands now."""
    found = [CHANGE.fullmatch(one) for one in sent.all("change")]
    return [_change(session, sent, one, is_new) for one in found if one is not None]


def _change(session: Session, sent: Sent, line: re.Match[str], is_new: bool) -> dict[str, object]:
    kind, matter, proof = ChangeKind(line["kind"]), line["matter"], line["proof"]
    standing = entries.listed_entry(session, matter, proof)
    if is_new and standing is not None and kind is not ChangeKind.ADD and line["n"] != mark_of(matter, proof, standing[1]):
        changed = f"您选择以后,现行清单中的“{standing[1].proof_name}”已经改动。"
        raise Problem("change_conflict", detail=changed, remedy="请去掉这一处,在上面重新选择,核对以后再报送。")
    if kind is ChangeKind.REMOVE:
        return {"kind": kind, "matter": matter, "proof": proof}

    def typed(name: str) -> str:
        return sent.text(f"{line['n']}-{name}")

    before = content(standing[1]) if standing else {}
    entry = {name: before[name] for name in _KEPT if name in before} | {
        "matter": matter,
        "proof": proof,
        "methods": _methods({one: typed(f"order-{one.value}") for one in Method}),
        "issuing_unit": typed("issuing_unit") or None,
        "source": typed("source") or None,
        "fields": list(dict.fromkeys(filter(None, (one.strip() for one in _APART.split(typed("fields")))))),
        "basis": typed("basis") or None,
        "validity_days": sent.number(f"{line['n']}-validity_days"),
        "limit_minutes": sent.number(f"{line['n']}-limit_minutes"),
        "immediate": bool(typed("immediate")),
        "commitment_basis": typed("commitment_basis"),
        "exclusion": typed("exclusion") or None,
        "exclusion_decided_by": typed("exclusion_decided_by") or None,
        "exclusion_evidence": typed("exclusion_evidence") or None,
    }
    return {"kind": kind, "entry": entry}


def _methods(places: dict[Method, str]) -> list[Method]:
    chosen = [(place, method) for method, place in places.items() if place]
    if len({place for place, _ in chosen}) < len(chosen):
        raise Problem("invalid", detail="两种核验方式排在了同一位。", remedy="请给每一种采用的方式各排一位。")
    return [method for _, method in sorted(chosen)]
