"""从台账取: the registry and the published list, in the form in which lists are read and laid on it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.assembling import Ground, MatterFacts, ProofFacts
from catalog.cleaning import key
from catalog.codes import read_code
from catalog.list_kinds import ListKind
from catalog.matching import Known, Names, UnitNames
from catalog.registry import Registry
from domain.blocking import Organ
from domain.list_rows import Topic
from ledger.catalog import questions, rule_inputs
from ledger.registry import former_names
from ledger.registry import registry as registered_units
from ledger.succession import former_matter_codes
from ledger.tables.base import Table
from ledger.tables.registry import Matter, ProofKind, Unit
from settings import settings

#: Raised with every change of what a row is taken to mean: readings of before are then made anew.
_READER = 12


def registry(session: Session, kind: ListKind, sender: str | None) -> tuple[Registry, str]:
    """What a list of this unit (None: one that speaks for all) is compared with, and a digest of what it depends on: the same
    digest, the same findings. A list of matters does not depend on the matters that it brings."""
    units = _units(session)
    matters = list(session.scalars(select(Matter).where(Matter.active.is_(True)).order_by(Matter.code)))
    former = former_names.of_proofs(session)
    proofs = [
        Known(proof.code, proof.name, tuple(proof.aliases), former=tuple(former.get(proof.code, ())))
        for proof in session.scalars(select(ProofKind).where(ProofKind.cancelled.is_(False)).order_by(ProofKind.code))
    ]
    answers = {(Topic(topic), subject): code for (topic, subject), code in questions.answers(session, sender).items()}
    earlier = former_names.of_matters(session)
    known = [Known(matter.code, matter.name, former=tuple(earlier.get(matter.code, ()))) for matter in matters]
    owners = {matter.code: matter.unit for matter in matters}
    at, today = settings(), former_matter_codes(session)
    speaks_for = registered_units.drafted_by(session, sender) if sender else frozenset()
    material = [
        _READER,
        at.district,
        at.region,
        sender,
        sorted(speaks_for),
        [repr(one) for one in units],
        sorted((topic.value, subject, code) for (topic, subject), code in answers.items()),
    ]
    if kind is not ListKind.MATTERS:
        material += [[repr(one) for one in known], sorted(owners.items()), [repr(one) for one in proofs], *sorted(today.items())]
    digest = hashlib.sha256(json.dumps(material, ensure_ascii=False).encode()).hexdigest()
    names = UnitNames(units, district=at.district)
    return Registry(names, Names(known), Names(proofs), owners, at.region, answers, sender, speaks_for, today), digest


def unit_names(session: Session) -> UnitNames:
    """The units in use by every name that they bear or bore."""
    return UnitNames(_units(session), district=settings().district)


def _units(session: Session) -> list[Known]:
    former = former_names.of_units(session)
    return [
        Known(unit.code, unit.name, tuple(unit.aliases), read_code(unit.uscc or "").organisation, tuple(former.get(unit.code, ())))
        for unit in session.scalars(select(Unit).where(Unit.active.is_(True)).order_by(Unit.code))
    ]


def ground(session: Session) -> Ground:
    """What all lists together are laid on, but for the published list, which comes entry by entry (`versions.in_order`)."""
    units = list(session.scalars(select(Unit)))
    return Ground(
        published={},
        matters={
            row.code: MatterFacts(row.name, row.unit, row.reviewed_above)
            for row in session.scalars(select(Matter).where(Matter.active.is_(True)))
        },
        proofs={
            row.code: ProofFacts(row.name, row.basis, row.validity_days)
            for row in session.scalars(select(ProofKind).where(ProofKind.cancelled.is_(False)))
        },
        unit_names={unit.code: unit.name for unit in units},
        organs={unit.code: unit.organ for unit in units if unit.organ is not Organ.OTHER},
        negative=rule_inputs.negative_items(session),
        sources=rule_inputs.connected_sources(session),
        texts=rule_inputs.commitment_texts(session),
    )


def proof_names(session: Session) -> Mapping[str, list[str]]:
    """Every name of each proof, that of today first."""
    former = former_names.of_proofs(session)
    return {
        row.code: [row.name, *row.aliases, *(one.name for one in former.get(row.code, ()))] for row in session.scalars(select(ProofKind))
    }


def proof_named(session: Session, text: str) -> str | None:
    """The code of the proof that is or was called so, but for spelling; None: none, or more than one."""
    found = proofs_named(session, text)
    return found[0] if len(found) == 1 else None


def proofs_named(session: Session, text: str) -> list[str]:
    """The codes of all proofs that it may mean: a name of today goes before an alias and a name of before of others."""
    known, wanted = proof_names(session), key(text)
    return [code for code, names in known.items() if key(names[0]) == wanted] or [
        code for code, names in known.items() if wanted in map(key, names)
    ]


def code_of(session: Session, table: type[Unit] | type[Matter] | type[ProofKind], text: str) -> str | None:
    """The code that this code or name means, as complaints and forms write it: as a person said for all lists, or as its register has
    it; None: nothing, or more than one."""
    if session.get(table, text) is not None:
        return text
    if (said := questions.meant_for_all(session, _TOPICS[table], key(text))) is not None:
        return said
    if table is Unit:
        return unit_names(session).match(text).code
    if table is ProofKind:
        return proof_named(session, text)
    return _matter_named(session, key(text))


#: What is asked of names of a register, in lists.
_TOPICS: Mapping[type[Table], tuple[Topic, ...]] = {Unit: (Topic.UNIT, Topic.ISSUER), Matter: (Topic.MATTER,), ProofKind: (Topic.PROOF,)}


def _matter_named(session: Session, wanted: str) -> str | None:
    """Of one name under two codes the one of today; a name of today goes before one of before."""
    today = select(Matter.code, Matter.name).where(Matter.succeeded_by.is_(None))
    found = [code for code, name in session.execute(today).tuples() if key(name) == wanted]
    found = found or [code for code, names in former_names.of_matters(session).items() if any(key(one.name) == wanted for one in names)]
    return found[0] if len(found) == 1 else None
