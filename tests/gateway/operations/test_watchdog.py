"""值守: no worker for two minutes is one alarm and one mail, through a real mail server, however many gateways look."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from connectors.faults import PermanentFault, TransientFault
from connectors.mail import OUTCOME_UNKNOWN, send_mail
from domain.prefect_alarms import AWAY, BLOCKED, NOT_BEGUN
from gateway.operations import watchdog
from gateway.operations.watchdog import Watchdog
from ledger.casework import attention
from ledger.database import transaction
from ledger.lifecycle import leases
from ledger.outbox import alarms
from settings import Settings, settings
from tests.ledger.filing import file
from tests.mailserver import MailServer, mail_server


@pytest.fixture
def mailbox() -> Iterator[tuple[MailServer, Settings]]:
    with mail_server() as box:
        update = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "mail_operators": "ops@example.invalid, two@example.invalid"}
        yield box, replace(settings(), **update)


def lease_ended(ago: str) -> None:
    """One worker whose lease ended `ago`."""
    with transaction() as session:
        leases.enlist(session, "worker-1", "worker-1/a")
        session.execute(text("UPDATE workers SET lease_until = clock_timestamp() - CAST(:ago AS interval)"), {"ago": ago})


def standing() -> list[str]:
    with transaction() as session:
        return [alarm.kind for alarm in alarms.standing_alarms(session)]


@pytest.fixture(autouse=True)
def nothing_stands(ledger: str) -> None:
    with transaction() as session:
        session.execute(text("UPDATE alarms SET cleared_at = now(), mail_started_at = now()"))
        session.execute(text("UPDATE workers SET lease_until = clock_timestamp() + interval '1 hour'"))
        session.execute(text("UPDATE verifications SET next_instant = NULL, wake_requested_at = NULL, lease_until = NULL"))


def look(at: Settings, times: int = 1, dogs: int = 1) -> None:
    async def together() -> None:
        watchdogs = [Watchdog(at, began=time.monotonic() - 3600) for _ in range(dogs)]
        for _ in range(times):
            await asyncio.gather(*(watchdog.look() for watchdog in watchdogs))

    asyncio.run(together())


def test_one_alarm_and_one_mail_from_three_gateways(mailbox: tuple[MailServer, Settings]) -> None:
    box, at = mailbox
    lease_ended("121 seconds")
    look(at, times=3, dogs=3)
    assert standing() == ["no_worker"] and len(box.kept) == 1
    mail = box.kept[0]
    assert mail["Subject"] == "【无证明办事】告警:没有工作进程" and "./run up" in mail.get_content()
    assert mail["To"] == "ops@example.invalid, two@example.invalid" and mail["Auto-Submitted"] == "auto-generated"
    with transaction() as session:
        (alarm,) = alarms.standing_alarms(session)
        assert mail["Message-ID"] == f"<{alarm.id}@proofless>" and alarm.mailed_at is not None


def test_a_gateway_that_has_just_started_is_not_alarmed_by_the_night(mailbox: tuple[MailServer, Settings]) -> None:
    lease_ended("10 hours")
    asyncio.run(Watchdog(mailbox[1]).look())
    assert standing() == []


def test_a_short_gap_is_none(mailbox: tuple[MailServer, Settings]) -> None:
    box, at = mailbox
    lease_ended("100 seconds")
    look(at)
    assert standing() == [] and box.kept == []


def test_the_alarm_ends_when_a_worker_is_back_and_the_next_one_is_mailed_again(mailbox: tuple[MailServer, Settings]) -> None:
    box, at = mailbox
    lease_ended("3 minutes")
    look(at)
    with transaction() as session:
        leases.renew(session, "worker-1", "worker-1/a", [])
    look(at)
    assert standing() == []
    lease_ended("3 minutes")
    look(at)
    assert len(box.kept) == 2


def test_without_a_mail_server_the_alarm_stands_all_the_same(ledger: str) -> None:
    lease_ended("3 minutes")
    look(settings())
    assert standing() == ["no_worker"]
    with transaction() as session:
        assert alarms.take_unmailed(session, now=settings().now()) is not None


def test_a_refused_mail_is_tried_again(mailbox: tuple[MailServer, Settings]) -> None:
    box, at = mailbox
    box.reply = "451 later"
    lease_ended("3 minutes")
    look(at)
    box.reply = "250 OK"
    look(at)
    assert len(box.kept) == 1


def test_a_mail_whose_outcome_is_unknown_is_not_sent_again(mailbox: tuple[MailServer, Settings]) -> None:
    box, at = mailbox
    box.reply = "hang up"
    lease_ended("3 minutes")
    look(at)
    box.reply = "250 OK"
    look(at, times=2)
    assert box.kept == []


@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        ("451 later", TransientFault, "refused_for_now"),
        ("554 演示甲子", PermanentFault, "refused"),
        ("hang up", TransientFault, OUTCOME_UNKNOWN),
    ],
)
def test_faults_name_the_mail_server_and_repeat_nothing(
    mailbox: tuple[MailServer, Settings], reply: str, kind: type[Exception], code: str
) -> None:
    box, at = mailbox
    box.reply = reply.encode().decode("latin-1")
    with pytest.raises(kind) as raised:
        asyncio.run(send_mail(at, "s", "b", "id"))
    assert code in str(raised.value) and "邮件服务器" in str(raised.value) and "甲子" not in str(raised.value)


def test_no_server_at_all() -> None:
    at = replace(settings(), smtp_host="127.0.0.1", smtp_port=9, mail_operators="a@example.invalid")
    with pytest.raises(TransientFault, match="unreachable"):
        asyncio.run(send_mail(at, "s", "b", "id"))


POOL_IS_PAUSED = "工作池 proofless在 Prefect 中被暂停,等候中的核验停止推进。恢复:./run repair"


def due_for(minutes: float) -> str:
    return file(now=settings().now() - timedelta(minutes=minutes))


def test_what_is_due_and_not_begun_within_a_minute_is_told_with_its_cause_by_name(mailbox: tuple[MailServer, Settings]) -> None:
    box, at = mailbox
    number = due_for(1.5)
    with transaction() as session:
        alarms.raise_alarm(session, BLOCKED, "工作池", POOL_IS_PAUSED, now=at.now())
    look(at)
    assert standing() == [BLOCKED, NOT_BEGUN]
    (mail,) = [mail for mail in box.kept if "到期未处理" in mail["Subject"]]
    assert "有 1 件核验" in mail.get_content() and POOL_IS_PAUSED in mail.get_content() and number not in mail.get_content()
    with transaction() as session:
        assert leases.acquire(session, number, "worker-1/a") is not None
    look(at)
    assert standing() == [BLOCKED], "it has begun"


@pytest.mark.parametrize(("held", "cause"), [(0, "不明。请查看工作进程的日志,并运行 ./run repair"), (1, "正在办理 1 件,其余排队")])
def test_a_cause_that_nothing_names(mailbox: tuple[MailServer, Settings], held: int, cause: str) -> None:
    with transaction() as session:
        leases.enlist(session, "worker-1", "worker-1/a")
    due_for(1.5)
    for _ in range(held):
        with transaction() as session:
            leases.acquire(session, due_for(0), "worker-1/a")
    look(mailbox[1])
    with transaction() as session:
        assert [cause in alarm.message for alarm in alarms.standing_alarms(session)] == [True]


def test_what_is_not_due_for_a_minute_yet_or_paused_by_a_person_is_no_alarm(mailbox: tuple[MailServer, Settings]) -> None:
    due_for(0.5)
    paused = due_for(5)
    with transaction() as session:
        attention.pause(session, paused, now=mailbox[1].now(), actor="operator:test")
    look(mailbox[1])
    assert standing() == ["paused"]


def test_prefect_away_for_two_minutes_is_mailed_and_ends_when_it_is_back(mailbox: tuple[MailServer, Settings]) -> None:
    box, at = mailbox
    answers = iter([False, False, True])

    async def prefect() -> bool:
        return next(answers)

    async def watch() -> None:
        dog = Watchdog(at, began=time.monotonic() - 100, prefect=prefect)
        await dog.look()
        assert standing() == []
        dog._answered -= 30
        await dog.look()
        assert standing() == [AWAY]
        await dog.look()
        assert standing() == []

    asyncio.run(watch())
    assert [mail["Subject"] for mail in box.kept] == ["【无证明办事】告警:Prefect 没有应答"]


def test_who_watches_does_not_fall_asleep_over_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([ValueError("anything"), OSError("else"), asyncio.CancelledError()])

    async def look(_: Watchdog) -> None:
        raise next(looks)

    monkeypatch.setattr(Watchdog, "look", look)
    monkeypatch.setattr(watchdog, "EVERY", 0)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(Watchdog(settings()).run())
    assert next(looks, None) is None
