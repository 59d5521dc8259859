"""索要证明: what passes through us is blocked, what others tell of is a sign, and nothing on the record changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from domain.demands import DemandTold, is_blocked
from domain.leads import LeadRule
from domain.listing import Change
from ledger.catalog import versions
from ledger.database import transaction
from ledger.oversight import leads
from ledger.registers import demands
from ledger.registers.demands import DemandRefused, Told
from ledger.registers.offsystem import InFuture
from ledger.registry import unit_changes
from ledger.registry.registry import put_matters
from ledger.tables.catalog import CatalogVersion
from ledger.tables.oversight import Lead
from ledger.tables.records import Demand
from tests.ledger.acting import HOUR, all_of, do
from tests.ledger.filing import NOW
from tests.ledger.listing import standing
from tests.reports.figures.asking import WEEK

pytestmark = pytest.mark.usefixtures("ledger")

PERMIT, CIVIL = "370402-PERMIT", "370402-CIVIL"
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)


def tell(told_by: DemandTold, proof: str = "P-HOUSEHOLD", unit: str = PERMIT, matter: str = "DEMO-0001") -> Demand:
    return do(demands.record, Told(unit, matter, proof, told_by), now=NOW, actor="x")


def signs() -> list[tuple[str, str, str, dict[str, int]]]:
    found = [lead for rule in (LeadRule.DEMANDED, LeadRule.DEMANDED_UNLISTED) for lead in all_of(Lead, rule=rule)]
    return sorted((one.unit, one.subject, one.clause, one.counts) for one in found)


def test_only_what_may_not_be_asked_for_and_is_not_yet_is_blocked() -> None:
    """Obligations 7.5, 16.2."""
    assert [told for told in DemandTold if is_blocked(told, forbidden=True)] == [DemandTold.UNIT]
    assert not any(is_blocked(told, forbidden=False) for told in DemandTold)
    for proof, listed in (("P-HOUSEHOLD", True), ("P-ARCHIVE", False)):
        kept = [tell(told, proof) for told in DemandTold]
        assert {(row.listed, row.unlisted) for row in kept} == {(listed, not listed)}
        assert [row.blocked for row in kept] == [True, False, False, False]


@pytest.mark.parametrize(("matter", "proof"), [("DEMO-0005", "P-SAFETY"), ("DEMO-0006", "P-HARDSHIP"), ("DEMO-0006", "P-HOUSEHOLD")])
def test_what_article_2_keeps_out_is_asked_for_as_before(matter: str, proof: str) -> None:
    """Obligations 2.3, 2.4, 2.5, 7.5: a verification of it is refused, so that its paper is all there is."""
    for told in DemandTold:
        row = tell(told, proof, matter=matter)
        assert (row.listed, row.unlisted, row.blocked) == (False, False, False)
    do(leads.find, WEEK.start, WEEK.end, now=NOW + HOUR)
    assert signs() == []


def test_what_others_tell_of_is_a_sign_of_that_unit_and_what_was_blocked_is_none() -> None:
    """Obligations 7.5, 16.2, 16.6: of which clause, the list says and not who tells."""
    tell(DemandTold.UNIT)
    tell(DemandTold.UNIT, proof="P-ARCHIVE")
    do(leads.find, WEEK.start, WEEK.end, now=NOW + HOUR)
    assert signs() == []
    tell(DemandTold.APPLICANT)
    tell(DemandTold.COLLEAGUE)
    tell(DemandTold.SYSTEM, unit=CIVIL)
    tell(DemandTold.APPLICANT, proof="P-ARCHIVE")
    do(leads.find, WEEK.start, WEEK.end, now=NOW + HOUR)
    assert signs() == [
        (CIVIL, "DEMO-0001/P-HOUSEHOLD", "16.6", {"索要次数": 1}),
        (PERMIT, "DEMO-0001/P-ARCHIVE", "16.2", {"索要次数": 1}),
        (PERMIT, "DEMO-0001/P-HOUSEHOLD", "16.6", {"索要次数": 2}),
    ]


def test_what_nobody_knows_is_refused_and_a_merged_units_demand_is_its_successors() -> None:
    """Obligation 7.5."""
    for told in (Told("none", "DEMO-0001", "P-HOUSEHOLD", DemandTold.APPLICANT), Told(PERMIT, "none", "P-HOUSEHOLD", DemandTold.UNIT)):
        with pytest.raises(DemandRefused, match="没有所填的"):
            do(demands.record, told, now=NOW, actor="x")
    with pytest.raises(DemandRefused, match="登记库没有"):
        tell(DemandTold.APPLICANT, proof="演示材料")
    with pytest.raises(InFuture):
        do(demands.record, Told(PERMIT, "DEMO-0001", "P-HOUSEHOLD", DemandTold.APPLICANT, NOW + HOUR), now=NOW, actor="x")
    do(unit_changes.merge, "370402-ARCHIVE", CIVIL, at=NOW, document="x", now=NOW, actor="x")
    assert tell(DemandTold.APPLICANT, unit="370402-ARCHIVE").unit == CIVIL
    assert [row.unit for row in do(demands.listed, CIVIL, NOW, NOW + timedelta(seconds=1)).rows] == [CIVIL]
    assert do(demands.listed, PERMIT, NOW, NOW + HOUR).rows == []


def test_a_paper_that_nobody_registered_is_recorded_as_it_is_called_and_is_a_sign_of_16_2() -> None:
    """Obligations 7.5, 16.2: what the register does not have, the list has not either."""
    told = Told(PERMIT, "DEMO-0001", None, DemandTold.APPLICANT, paper="演示无房承诺证明")
    kept = [do(demands.record, replace(told, told_by=told_by), now=NOW, actor="x") for told_by in DemandTold]
    assert {(row.proof, row.paper, row.listed, row.unlisted) for row in kept} == {(None, "演示无房承诺证明", False, True)}
    assert [row.blocked for row in kept] == [True, False, False, False]
    do(leads.find, WEEK.start, WEEK.end, now=NOW + HOUR)
    assert signs() == [(PERMIT, "DEMO-0001/演示无房承诺证明", "16.2", {"索要次数": 3})]
    for paper, says in (("", "请写明"), (" 空白 ", "首尾空白"), ("张某 13800000000 的证明", "电话号码"), ("长" * 101, "1 至 100 字")):
        with pytest.raises(DemandRefused, match=says):
            do(demands.record, replace(told, paper=paper), now=NOW, actor="x")


def test_what_was_demanded_is_judged_by_the_list_of_its_day() -> None:
    """Obligations 7.5, 16.2, 16.6: 已公布实施的…仍索要. What was asked for before the list spared it is no sign, and what the list has
    dropped since was not made up; only a unit that is about to ask is answered by the list of now."""
    entry = replace(standing(), proof="P-ARCHIVE", proof_name="档案证明")
    changes = [[Change(None, entry)], [Change(entry, None)], [Change(None, replace(entry, matter="DEMO-0001-NEW"))]]
    do(put_matters, [{"code": "DEMO-0001-NEW", "name": "演示新事项", "unit": PERMIT, "handling": "immediate"}])
    first = do(lambda session: session.get_one(CatalogVersion, 1).published_at)
    added, gone, new = (first + days * DAY for days in (1, 2, 3))
    for at, change in zip((added, gone, new), changes, strict=True):
        do(versions.publish, change, document="x", now=at, actor="x")

    def told(at: datetime, matter: str = "DEMO-0001", told_by: DemandTold = DemandTold.APPLICANT) -> tuple[bool, bool]:
        row = do(demands.record, Told(PERMIT, matter, "P-ARCHIVE", told_by, at), now=new + DAY, actor="x")
        return row.listed, row.unlisted

    listed, unlisted, neither = (True, False), (False, True), (False, False)
    instants = {first - DAY: unlisted, added - TICK: unlisted, added: listed, gone - TICK: listed, gone: unlisted}
    assert {at: told(at) for at in instants} == instants
    assert told(added, told_by=DemandTold.UNIT) == unlisted, "it is about to ask, whatever instant it names"
    assert [told(at, "DEMO-0001-NEW") for at in (new - TICK, new)] == [neither, listed], "whose list came only then"
    assert told(new - TICK, "DEMO-0001-NEW", DemandTold.UNIT) == listed


def test_nothing_of_it_changes() -> None:
    tell(DemandTold.APPLICANT)
    with pytest.raises(ProgrammingError), transaction() as session:
        session.execute(text("UPDATE demands SET blocked = true"))
