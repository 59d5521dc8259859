"""What stands behind a decision: a week simulated by the real rules; a played year is counted again in `test_year.py`."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from ledger.inbox import claims
from reports.figures.grounds import _NOBODY, _most
from tests.ledger.acting import HOUR, ISSUER, MINUTE, do, immediate, swept
from tests.ledger.filing import NOW
from tests.reports.figures.asking import WEEK, report
from tests.reports.figures.test_week import ARCHIVE, DAY, answered

pytestmark = pytest.mark.usefixtures("ledger")


def test_a_decision_says_who_was_late_with_what_at_which_step_and_since_when_it_stands_still() -> None:
    answered(10 * MINUTE)
    answered(45 * MINUTE)  # nobody had claimed it when it was due
    _, claimed = immediate(NOW + HOUR)
    do(claims.claim, claimed, ISSUER, now=NOW + HOUR + MINUTE, actor="person:demo-guangming-1")
    immediate(NOW + DAY)
    swept(WEEK.end)
    found = report()
    hard, supervision = found.grounds
    assert (hard.kind, hard.units, hard.cases) == ("hard", (("市中区光明路街道办事处", 3),), "hard")
    assert hard.causes == (("公共租赁住房申请·经济困难证明", 3),)
    assert hard.steps == (("无人认领", 2), ("认领后未答复", 1)) and supervision.kind == "supervision"
    assert (hard.waiting, hard.since) == (2, NOW + HOUR + 30 * MINUTE)
    assert found.answer_by == date(2026, 3, 12), "the third working day after Monday"
    assert [report(scope=unit).grounds == () for unit in (ISSUER, ARCHIVE)] == [False, True]


def test_nobody_is_named_last_however_often() -> None:
    assert _most(Counter({_NOBODY: 5, "区民政局": 2, "区档案馆": 3})) == (("区档案馆", 3), ("区民政局", 2), (_NOBODY, 5))
