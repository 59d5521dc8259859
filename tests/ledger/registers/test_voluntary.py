"""主动提供台账, 系统外查询备案: accepted always and marked where something does not fit; never changed (obligations 2.6, 2.7, 7.3)."""

from __future__ import annotations

import threading
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from domain.commitments import Evidence
from domain.leads import LeadRule
from domain.records import OffSystemResult, VoluntaryMark, VoluntaryReason
from domain.roles import IdType
from domain.scope import Exclusion
from ledger.cases import cases
from ledger.database import transaction
from ledger.oversight import leads
from ledger.paging import PageRequest
from ledger.registers import offsystem, voluntary
from ledger.registers.voluntary import ReceivedSubmission, VoluntaryLine
from ledger.tables.cases import Case, Party
from ledger.tables.oversight import Lead
from sandbox.people import by_name
from tests.ledger.acting import HOUR, all_of, do, row
from tests.ledger.filing import FILER, NOW, UNIT, file
from tests.ledger.listing import alter
from tests.reports.figures.asking import WEEK

pytestmark = pytest.mark.usefixtures("ledger")

DIGEST = "a" * 64


def case_and_party(number: str) -> tuple[Case, Party]:
    with transaction() as session:
        verification = row(number)
        return session.get_one(Case, verification.case), session.get_one(Party, verification.party)


def submitted(
    case: str, person: str = "演示甲子", *, name: str = "", proof: str = "P-HOUSEHOLD", confirmed: Evidence | None = Evidence.CODE
) -> VoluntaryLine:
    holder = by_name(person)
    stated = ReceivedSubmission(case, IdType(holder.id_type), holder.id_number, name or holder.name, proof)
    digest = DIGEST if confirmed else None
    return do(voluntary.submit, FILER, stated, VoluntaryReason.AT_HAND, confirmed, digest, now=NOW)


def test_a_submission_is_always_accepted_and_what_does_not_fit_is_marked() -> None:
    """Obligation 2.6."""
    case, _ = case_and_party(file())
    do(cases.close, UNIT, case.number, now=NOW, actor="x")  # a closed case is no ground either
    lines = [
        submitted(case.number),
        submitted(case.number, proof="某种无人知道的证明", confirmed=None),
        submitted(case.number, "演示乙丑"),
        submitted(case.number, name="演示甲午"),
        submitted("C-NOBODYS", confirmed=None),
    ]
    marks = [
        [],
        [VoluntaryMark.UNCONFIRMED],
        [VoluntaryMark.NOT_A_PARTY],
        [VoluntaryMark.NAME_DIFFERS],
        [VoluntaryMark.UNCONFIRMED, VoluntaryMark.NO_CASE],
    ]
    assert [line.marks for line in lines] == marks
    assert [line.row.listed for line in lines] == [True, False, True, True, False]
    kept = do(voluntary.listed, UNIT, NOW, NOW + HOUR).rows
    assert [line.marks for line in kept] == marks and [line.case_number for line in kept][-1] == "C-NOBODYS"
    assert [line.proof_name for line in kept][:2] == ["户籍证明", "某种无人知道的证明"]
    assert {line.name for line in kept} == {"演***"} and kept[4].matter_name == ""
    assert (kept[0].row.confirmed, kept[0].row.confirmation_digest) == (Evidence.CODE, DIGEST)
    assert do(voluntary.listed, "370402-CIVIL", NOW, NOW + HOUR).rows == []


def test_the_same_sent_twice_at_once_is_one_line() -> None:
    """The second waits for the first, which has not committed yet; without the wait both would be put in under one identity."""
    case, _ = case_and_party(file())
    holder, identity, found = by_name("演示甲子"), uuid4(), list[VoluntaryLine]()
    stated = ReceivedSubmission(case.number, IdType(holder.id_type), holder.id_number, holder.name, "P-HOUSEHOLD")

    def submit(session: Session) -> VoluntaryLine:
        return voluntary.submit(session, FILER, stated, VoluntaryReason.AT_HAND, None, None, now=NOW, identity=identity)

    other = threading.Thread(target=lambda: found.append(do(submit)))
    with transaction() as session:
        serial = submit(session).row.serial
        other.start()
        while other.is_alive() and not do(lambda session: session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))):
            pass
    other.join()
    assert [line.row.serial for line in found] == [serial]


KEPT_OUT: list[dict[str, Any]] = [
    {"exclusion": Exclusion.PUBLIC_SAFETY, "exclusion_decided_by": "x", "exclusion_evidence": "x"},
    {"outside_region": True, "checkable_online": False},
    {"reviewed_above": True},
    {"methods": ()},
]


@pytest.mark.parametrize("values", KEPT_OUT)
def test_what_article_2_keeps_out_is_taken_and_is_no_sign_that_a_listed_paper_is_asked_for(values: dict[str, Any]) -> None:
    """Obligations 2.3, 2.4, 2.5, 2.6, 16.3, 16.6: the list has it, and the applicant must hand it in."""
    case, _ = case_and_party(file())
    assert submitted(case.number).marks == []
    alter(**values)
    lines = [submitted(case.number, confirmed=None) for _ in range(30)]
    assert [line.row.listed for line in lines] == [True] * 30
    assert lines[0].marks == [VoluntaryMark.UNCONFIRMED, VoluntaryMark.NOT_SPARED]
    do(leads.find, WEEK.start, WEEK.end, now=NOW + HOUR)
    assert {lead.rule for lead in all_of(Lead)}.isdisjoint({LeadRule.UNCONFIRMED_PAPERS, LeadRule.PROOF_MISSING})


def test_the_list_comes_in_pages() -> None:
    number = case_and_party(file())[0].number
    for _ in range(5):
        submitted(number)
    first = do(voluntary.listed, None, NOW, NOW + HOUR, PageRequest(3))
    rest = do(voluntary.listed, None, NOW, NOW + HOUR, PageRequest(3, first.following))
    assert [len(first.rows), len(rest.rows), rest.following] == [3, 2, None]
    assert len({line.row.id for line in (*first.rows, *rest.rows)}) == 5


def test_the_record_is_never_changed() -> None:
    """Obligation 2.7."""
    submitted("C-1")
    for statement in ("UPDATE voluntary_submissions SET clerk = 'x'", "DELETE FROM voluntary_submissions"):
        with pytest.raises(DatabaseError, match="permission denied|只能追加|append"), transaction() as session:
            session.execute(text(statement))


def test_an_off_system_lookup_is_filed_with_its_evidence_and_never_changed() -> None:
    """Obligation 7.3."""
    case, party = case_and_party(file())
    filed = (UNIT, case, party, "P-HOUSEHOLD", "国家政务服务平台", "demo-permit-1")
    do(offsystem.record, *filed, NOW - HOUR, OffSystemResult.CONFIRMED, DIGEST, now=NOW, actor="x")
    with pytest.raises(offsystem.InFuture):
        do(offsystem.record, *filed, NOW + HOUR, OffSystemResult.CONFIRMED, DIGEST, now=NOW, actor="x")
    (kept,) = do(offsystem.listed, UNIT, NOW - HOUR, NOW + HOUR).rows
    assert (kept.row.evidence_digest, kept.row.operator, kept.case_number) == (DIGEST, "demo-permit-1", case.number)
    assert kept.source == "国家政务服务平台" and b"\xe5" + b"\x9b" not in kept.row.source[:2]
    assert do(offsystem.listed, "370402-CIVIL", NOW - HOUR, NOW + HOUR).rows == []
    with pytest.raises(DatabaseError), transaction() as session:
        session.execute(text("DELETE FROM off_system_lookups"))
