"""`./run licences`: what the licence library did not take, and letting it go on."""

from __future__ import annotations

import pytest

from domain.roles import IdType
from ledger.sealing import licence_offers
from ledger.tables.effects import LicenceOffer
from runtime.commands.licences import main
from tests.ledger.acting import alarms, all_of, asked, deliver, do, reply, seal
from tests.ledger.filing import NOW


def test_what_was_given_up_is_listed_and_goes_on_under_its_id(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligation 6.3."""
    assert main([]) == 0 and "没有配置电子证照库" in capsys.readouterr().out
    lease, request = asked()
    reply(request)
    seal(lease)
    deliver(lease)
    do(licence_offers.book, [lease.number], {"P-HARDSHIP": "11370402DEM0000HHH001"}, [IdType.CITIZEN_ID], now=NOW)
    assert main([]) == 0, "what was not tried yet is nobody's work"
    (offer,) = do(licence_offers.take_due, now=NOW, limit=4)
    do(licence_offers.record_failed, offer, "no_permission", "没有权限", refused=True, now=NOW, actor="system:test")
    assert main(["--number", lease.number]) == 1
    said = capsys.readouterr().out
    assert all(part in said for part in (lease.number, "归集", "11370402DEM0000HHH001", "no_permission", "已停止", "--again"))
    assert alarms() == {("licence_offer_given_up", lease.number)}
    assert main(["--number", "HY2026030400000000", "--again"]) == 0 and "没有需要继续" in capsys.readouterr().out
    assert main(["--again"]) == 0 and "1 件" in capsys.readouterr().out
    (row,) = all_of(LicenceOffer)
    assert (row.id, row.given_up_at) == (offer.id, None) and row.next_attempt_at is not None and not alarms()
    assert (row.again_by or "").startswith("operator:")
