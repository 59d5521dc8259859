"""退回与转办: to another unit, never back to the one that asks."""

from __future__ import annotations

import pytest

from ledger.casework import attention, mismatches
from ledger.inbox import returns
from ledger.inbox.returns import ReturnReason
from ledger.lifecycle.moves import MoveRefused
from tests.ledger.acting import HOUR, ISSUER, MINUTE, ask, deliver, do, found, hold, row, seal, take_up
from tests.ledger.filing import FILER, NOW, UNIT, file

pytestmark = pytest.mark.usefixtures("ledger")


def test_no_step_files_it_with_the_requesting_unit_itself() -> None:
    lease = hold(file("P-HARDSHIP"))
    take_up(lease)
    request = ask(lease)
    by = {"now": NOW + MINUTE, "actor": "x"}
    with pytest.raises(returns.NamesRequester):
        do(returns.give_back, request, ISSUER, ReturnReason("不属本单位职责", UNIT, None), **by)
    do(returns.give_back, request, ISSUER, ReturnReason("不属本单位职责", None, "不清楚"), **by)
    with pytest.raises(returns.NamesRequester):
        do(returns.forward, lease.number, UNIT, **by)
    do(returns.forward, lease.number, "370402-CIVIL", **by)
    do(returns.give_back, ask(lease, NOW + 2 * MINUTE), "370402-CIVIL", ReturnReason("不属本单位职责", None, "不清楚"), **by)
    assert row(lease.number).attention == "returned_twice"
    with pytest.raises(MoveRefused, match="需求单位自己"):
        do(attention.reroute, lease.number, UNIT, now=by["now"], actor="person:demo-admin")


def test_the_requesting_unit_checks_no_mismatch_of_its_own() -> None:
    lease = hold(file("P-PROPERTY"))
    take_up(lease)
    found(lease, fields={"坐落": "演示路", "共有情况": "单独所有", "用途": "住宅"})
    seal(lease)
    deliver(lease)
    with pytest.raises(mismatches.NoIssuer):
        do(mismatches.report, lease.number, ["坐落"], "另有说法", None, UNIT, FILER, now=NOW + HOUR)
