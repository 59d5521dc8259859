"""The traps of a real bulletin (12345, a county-level city, May 2022): what it printed, and what our report prints of the same.

It gave every unit 结案率 100 % and 按时结案率 100 %: what had not ended stood in no denominator. Its 不满意率 were out of
the ended ones alone, beside a column of all.
"""

from __future__ import annotations

import random
import re
from datetime import timedelta
from uuid import UUID

import pytest

from ledger.database import transaction
from ledger.tables.cases import Case
from ledger.tables.verifications import Deadline, Request, Verification
from reports.document import document
from reports.model import Rate
from tests.ledger.filing import NOW, file
from tests.reports.figures.asking import report, row
from tests.reports.figures.month import Month, Rows, copies, save

#: Unit of the bulletin (ours in its place), 派遣案件总数, 按时办结, 超时办结, 未办结, as the bulletin has them.
BULLETIN = (
    ("370402-CIVIL", 99, 87, 0, 12),
    ("370402-JUSTICE", 77, 70, 0, 7),
    ("370402-ARCHIVE", 68, 66, 0, 2),
    ("370402-HOUSING", 68, 63, 0, 5),
    ("370402-HEAT", 41, 39, 0, 2),
)
FEW = ("370402-GUANGMING", 2, 2, 0, 0)  #: all of two


@pytest.fixture
def bulletin(ledger: str) -> None:
    """Each case an 即办件 of half an hour; those that have not ended still run past it."""
    rows = Rows(random.Random(20220518), Month(NOW.date(), 20220518))
    case, party, entry = copies(file(now=NOW - timedelta(days=30)))
    rows.add(Case, **case | {"id": rows.id(), "number": "B"})
    for unit, _, in_time, late, running in (*BULLETIN, FEW):
        for fate, count in (("in_time", in_time), ("late", late), ("running", running)):
            for _ in range(count):
                _add(rows, party, entry, unit, fate)
    save(rows)


def _add(rows: Rows, party: UUID, entry: int, unit: str, fate: str) -> None:
    rows.number += 1
    ends = None if fate == "running" else NOW + timedelta(minutes=10 if fate == "in_time" else 50)
    due, number, request = NOW + timedelta(minutes=30), f"HY2026{rows.number:012d}", rows.id()
    rows.add(
        Verification,
        number=number,
        case=rows.found[Case][0]["id"],
        party=party,
        entry=entry,
        unit="370402-PERMIT",
        filed_at=NOW,
        filed_by="x",
        state="delivered" if ends else "awaiting_reply",
        method="issuer",
        result="confirmed" if ends else None,
        ended_at=ends,
        share_failed=False,
        proof_version=1,
        failed_passes=0,
        lease_token=0,
        run_serial=0,
    )
    rows.add(
        Request,
        id=request,
        verification=number,
        unit=unit,
        received_at=NOW,
        answered_at=ends,
        answer="true" if ends else None,
        ended_at=ends,
    )
    rows.add(
        Deadline,
        id=rows.id(),
        verification=number,
        request=request,
        kind="hard",
        started_at=NOW,
        due_at=due,
        pausable=True,
        provisional=False,
        rule_version="2022-06-28/1",
        obligations=["10.6"],
        note="",
        explanation="",
        met_at=ends if ends and ends <= due else None,
    )


def test_what_has_not_ended_stays_in_the_rate(bulletin: None) -> None:
    """The bulletin: 100 % for all five."""
    found = report()
    for unit, total, in_time, _, running in BULLETIN:
        limits, of_unit = row(found, unit).limits.hard, row(found, unit)
        assert (limits.part, limits.whole) == (in_time, total)
        assert limits.percent not in ("100.0%", "—")
        assert (of_unit.received, of_unit.answered, of_unit.waiting) == (total, total - running, running)
    assert found.limits.hard == Rate(327, 355, "hard") and (found.received.value, found.finished.value, found.open) == (
        355,
        327,
        28 + 1,
    )  # and the pattern of a month ago


def test_all_of_a_few_is_no_first_place(bulletin: None) -> None:
    """100 % out of two is printed with its two, and not ranked."""
    few = row(report(), FEW[0])
    assert (str(few.limits.hard), few.rank) == ("100.0%(2/2)", None)
    assert {row(report(), unit).rank for unit, *_ in BULLETIN} == {1, 2, 3, 4, 5}
    assert row(report(), "370402-ARCHIVE").rank == 1  # 97.1 %, the best of those that can be compared


def test_equal_shares_share_a_place(bulletin: None) -> None:
    """66/68 twice: both are first and the next one is third."""
    with transaction() as session:
        late = (
            session.query(Deadline)
            .join(Request, Request.id == Deadline.request)
            .filter(Request.unit == "370402-HOUSING", Deadline.met_at.is_(None))
            .limit(3)
        )
        for limit in late:
            limit.met_at = limit.due_at
    found = report()
    assert [row(found, unit).rank for unit in ("370402-ARCHIVE", "370402-HOUSING", "370402-HEAT")] == [1, 1, 3]


def test_no_rate_is_printed_without_what_it_is_out_of(bulletin: None) -> None:
    """Every percentage of the paper has its numerator and denominator behind it."""
    shown = document(report())
    texts = [
        cell
        for section in shown.sections
        for block in section.blocks
        for cell in ([block.text] if hasattr(block, "text") else [cell for line in getattr(block, "rows", ()) for cell in line])
        if section.title.split("、")[1] != "指标口径"
    ]
    rates = [found for text in texts for found in re.findall(r"\d+\.\d%(.{0,12})", text)]
    assert len(rates) > 15 and all(re.match(r"\(\d+/\d+\)", rest) for rest in rates)
