"""通知 on their way: one that fails takes no other with it, and a bad address is refused by name."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from connectors.faults import PermanentFault, TransientFault
from connectors.mail import send_mail
from domain.limits import HandlingType
from ledger.tables.effects import Notice
from settings import Settings, settings
from tasks import notify
from tests.ledger.acting import MINUTE, all_of, ask, escalate, hold, take_up
from tests.ledger.filing import NOW, file


@pytest.fixture
def three(ledger: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three verifications of which the 督办员 of both units are to be told by mail."""
    monkeypatch.setenv("PROOFLESS_SMTP_HOST", "127.0.0.1")
    settings.cache_clear()
    leases = [hold(file("P-HARDSHIP", handling=HandlingType.IMMEDIATE, promise_end=None)) for _ in range(3)]
    for lease in leases:
        take_up(lease)
        ask(lease)
        escalate(lease, NOW + 30 * MINUTE)
    return [lease.number for lease in leases]


def state(notice: Notice) -> str:
    if notice.sent_at is not None:
        return "sent"
    return "unknown" if notice.started_at is not None else "due"


@pytest.mark.parametrize(("error", "others"), [(ValueError("演示甲子"), "sent"), (asyncio.CancelledError(), "due")])
def test_what_nobody_foresaw_leaves_one_mail_unknown(
    three: list[str], monkeypatch: pytest.MonkeyPatch, error: BaseException, others: str
) -> None:
    calls: list[str] = []

    async def sending(_at: Settings, subject: str, _body: str, _id: str, _to: str, _files: object) -> None:
        calls.append(subject)
        if len(calls) == 1:
            raise error

    monkeypatch.setattr(notify, "send_mail", sending)
    if isinstance(error, Exception):
        asyncio.run(notify.send_notices(None))
    else:  # the process is ended in the middle
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(notify.send_notices(None))
    assert sorted(state(notice) for notice in all_of(Notice)) == sorted(["unknown"] + [others] * 5)


def test_a_server_that_does_not_answer_is_asked_once_in_a_sweep(three: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    async def away(_at: Settings, subject: str, _body: str, _id: str, _to: str, _files: object) -> None:
        calls.append(subject)
        raise TransientFault("邮件服务器", "unreachable", "无法连接")

    monkeypatch.setattr(notify, "send_mail", away)
    asyncio.run(notify.send_notices(None))
    assert len(calls) == 1 and [state(notice) for notice in all_of(Notice)] == ["due"] * 6


@pytest.mark.parametrize("address", ["a@b.cn\nBcc: c@d.cn", "负责人@example.cn", "nobody"])
def test_a_bad_address_is_refused_by_name_before_anything_leaves(address: str) -> None:
    at = replace(settings(), smtp_host="127.0.0.1", smtp_port=9)
    with pytest.raises(PermanentFault) as refused:
        asyncio.run(send_mail(at, "s", "b", "id", address))
    assert refused.value.code == "bad_address" and address not in str(refused.value)
