"""单位合并 and the list: what the merged unit had, its successor adjusts, and nobody else does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.adjusting import Step
from ledger.catalog.proposals import StepRefused
from ledger.registry import unit_changes
from tests.ledger.acting import do
from tests.ledger.catalog.test_proposals import HEAT, HOUSING, JUSTICE, PERMIT, draft, take
from tests.ledger.filing import NOW

pytestmark = pytest.mark.usefixtures("ledger")


def test_a_successor_adjusts_the_list_of_the_unit_merged_into_it() -> None:
    """Obligations 5.1, 5.5."""
    with pytest.raises(StepRefused, match="清单由本单位编制"):
        draft(actor=JUSTICE)
    do(unit_changes.merge, PERMIT.unit, JUSTICE.unit, at=NOW, document="市中政〔2026〕2号", now=NOW, actor="x")
    proposal = draft(actor=JUSTICE, now=NOW + timedelta(minutes=1))
    assert take(proposal, Step.REPORT, JUSTICE, NOW + timedelta(minutes=2)).late is False
    for other in (HOUSING, HEAT):
        with pytest.raises(StepRefused, match="清单由本单位编制"):
            draft(actor=other)
