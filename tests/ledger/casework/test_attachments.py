"""附件: who reads what, and until when; the files that go with a mismatch (obligations 11.3, 15.4)."""

from __future__ import annotations

import pytest

from domain.inbox import AttachmentUse
from ledger.casework import attachments, mismatches
from ledger.casework.attachments import File
from ledger.inbox import returns, supplements
from ledger.inbox.returns import ReturnReason
from tests.ledger.acting import HOUR, ISSUER, MINUTE, ask, deliver, do, hold, reply, seal, take_up
from tests.ledger.filing import FILER, NOW, UNIT, file

pytestmark = pytest.mark.usefixtures("ledger")

STREET = "person:demo-guangming-1"


def a_file(content: bytes = b"x") -> File:
    return File("演示甲子.png", "image/png", content)


def seen(unit: str, number: str) -> list[AttachmentUse]:
    return [kept.use for kept, _ in do(attachments.visible, unit, number)]


def test_once_answered_an_issuing_unit_reads_its_own_answers_files_alone() -> None:
    lease = hold(file("P-HARDSHIP"))
    take_up(lease)
    request = ask(lease)
    do(supplements.ask, request, ISSUER, "请补充住址", now=NOW, actor=STREET)
    sent = do(attachments.add_supplement, lease.number, a_file(), now=NOW, actor="x")
    do(supplements.supply, lease.number, "见附件", now=NOW, actor="x")
    mine = do(attachments.add, lease.number, request, AttachmentUse.REPLY, a_file(b"y"), now=NOW, actor=STREET)
    assert seen(ISSUER, lease.number) == [AttachmentUse.SUPPLEMENT, AttachmentUse.REPLY]
    assert seen(UNIT, lease.number) == [AttachmentUse.SUPPLEMENT]  # the answer's once it is delivered
    reply(request)
    assert seen(ISSUER, lease.number) == [AttachmentUse.REPLY]
    assert do(attachments.open_one, ISSUER, sent.id) is None and do(attachments.open_one, ISSUER, mine.id) is not None
    seal(lease)
    deliver(lease)
    assert seen(UNIT, lease.number) == [AttachmentUse.SUPPLEMENT, AttachmentUse.REPLY]


def test_what_the_applicant_adds_to_a_mismatch_goes_to_whoever_checks() -> None:
    lease = hold(file("P-HARDSHIP"))
    take_up(lease)
    reply(ask(lease))
    seal(lease)
    deliver(lease)
    with pytest.raises(mismatches.NothingOpen):
        do(attachments.add_to_mismatch, lease.number, a_file(), now=NOW, actor="x")
    check = do(mismatches.report, lease.number, ["人均月收入"], "人均 500 元", None, None, FILER, now=NOW + HOUR).check
    assert check is not None
    kept = [do(attachments.add_to_mismatch, lease.number, a_file(), now=NOW + HOUR, actor="x").id for _ in range(2)]
    assert kept[0] == kept[1]  # the same file again
    assert seen(UNIT, check) == [AttachmentUse.MISMATCH]
    assert seen(ISSUER, check) == []  # not before it is asked
    held = hold(check)
    take_up(held, NOW + HOUR)
    request = ask(held, NOW + HOUR)
    ((row, name),) = do(attachments.visible, ISSUER, check, request)
    assert (row.id, name) == (kept[0], "演示甲子.png")
    do(returns.give_back, request, ISSUER, ReturnReason("不属本单位职责", "370402-CIVIL", None), now=NOW + HOUR, actor=STREET)
    assert seen(ISSUER, check) == []
    do(returns.forward, check, None, now=NOW + HOUR + MINUTE, actor="x")
    ask(held, NOW + HOUR + MINUTE)
    assert seen("370402-CIVIL", check) == [AttachmentUse.MISMATCH]  # whoever is asked next
