"""变动 (obligation 5.4) as the form of a report has them: a line for each says what it is about, its fields bear the line's mark. The
mark is of the entry as the form was filled from it: what was published since is not undone by a form that does not know of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from sqlalchemy.orm import Session

from domain.listing import Change, ChangeKind, content
from domain.methods import Method
from domain.scope import CatalogEntry
from gateway.counter.forms import Sent
from gateway.edge.problems import Problem
from ledger.catalog import entries
from ledger.tables.registry import Matter, ProofKind

#: Kind, matter, proof, and the mark that its fields bear.
CHANGE = re.compile(r"(?P<kind>add|alter|remove)\|(?P<matter>[^|]{1,64})\|(?P<proof>[^|]{1,64})\|(?P<n>[0-9a-f]{8})")
#: What the page leaves as it stands.
_KEPT = ("parameters", "database_backed", "sealed_when_negative", "outside_region", "checkable_online")
_APART = re.compile(r"[\n、;；]+")
_TEXTS = ("issuing_unit", "source", "basis", "commitment_basis", "exclusion", "exclusion_decided_by", "exclusion_evidence")
_FIELDS = (*(f"order-{one.value}" for one in Method), *_TEXTS, "fields", "validity_days", "limit_minutes", "immediate")


@dataclass(frozen=True)
class Line:
    """One change as the form shows it; `v`: what stands in each of its fields."""

    n: str
    kind: ChangeKind
    matter: Matter
    proof: ProofKind
    standing: CatalogEntry | None
    v: Mapping[str, str]


def mark_of(matter: str, proof: str, entry: CatalogEntry | None) -> str:
    """Of what stands now for these two; None: nothing does."""
    stands = json.dumps([matter, proof, content(entry) if entry else None], sort_keys=True)
    return blake2b(stands.encode(), digest_size=4).hexdigest()


def new_line(session: Session, kind: ChangeKind, matter: str, proof: str, units: list[str]) -> Line:
    """Filled with what stands now. Raises Problem where the matter is of none of these `units`, and where the list does not have what
    is to be removed or altered, or has what is to be added."""
    known, proof_kind = session.get(Matter, matter), session.get(ProofKind, proof)
    if known is None or known.unit not in units:
        raise Problem("matter_unknown")
    if proof_kind is None:
        raise Problem("proof_kind_unknown")
    found = entries.listed_entry(session, matter, proof)
    if (found is None) is not (kind is ChangeKind.ADD):
        raise Problem("entry_not_listed" if found is None else "entry_listed_already")
    entry = found[1] if found else None
    return Line(mark_of(matter, proof, entry), kind, known, proof_kind, entry, _filled(entry, proof_kind))


def line_of(session: Session, change: Change, units: list[str]) -> tuple[Line, bool]:
    """What was reported once, to be reported otherwise; and whether it is as it was: where another entry stands now, that one is shown.
    Raises as `new_line`."""
    line = new_line(session, change.kind, *change.key, units)
    as_it_was = (content(line.standing) if line.standing else None) == (content(change.before) if change.before else None)
    if change.after is None or not as_it_was:
        return line, as_it_was
    return Line(line.n, line.kind, line.matter, line.proof, line.standing, _filled(change.after, line.proof)), True


def lines_sent(session: Session, sent: Sent, units: list[str]) -> Iterator[Line]:
    """The lines of a form, with what was typed in them; what is nobody's to change is left out."""
    for one in found_in(sent):
        matter, proof = session.get(Matter, one["matter"]), session.get(ProofKind, one["proof"])
        if matter is not None and proof is not None and matter.unit in units:
            standing = entries.listed_entry(session, one["matter"], one["proof"])
            typed = {name: sent.text(f"{one['n']}-{name}") for name in _FIELDS}
            yield Line(one["n"], ChangeKind(one["kind"]), matter, proof, standing[1] if standing else None, typed)


def found_in(sent: Sent) -> list[re.Match[str]]:
    return [one for each in sent.all("change") if (one := CHANGE.fullmatch(each)) is not None]


def changes_sent(session: Session, sent: Sent, *, is_new: bool) -> list[dict[str, object]]:
    """The changes as the API takes them; `is_new`: they were not reported yet. Raises Problem where two methods stand at one place, and
    where another entry stands now."""
    return [_change(session, sent, one, is_new) for one in found_in(sent)]


def _filled(entry: CatalogEntry | None, proof: ProofKind) -> dict[str, str]:
    of = entry or proof  # what the registry says of a proof stands under the same names
    said = {name: getattr(of, name, None) for name in (*_TEXTS, "validity_days")}
    found = dict.fromkeys(_FIELDS, "") | {name: str(value) for name, value in said.items() if value is not None}
    found["fields"] = "\n".join(of.fields)
    if entry is None:
        return found
    found |= {f"order-{one.value}": str(place) for place, one in enumerate(entry.methods, 1)}
    found["immediate"] = "1" if entry.immediate else ""
    return found | ({"limit_minutes": str(int(entry.limit.total_seconds() // 60))} if entry.limit else {})


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
