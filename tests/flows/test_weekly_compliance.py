"""周报 as a flow: killed at any step, run twice, on a Monday that was missed; its mails against a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from connectors import mail
from domain.notices import NoticeKind, NoticeStatus
from flows.weekly_compliance import weekly_compliance
from ledger.outbox import notifications, reports
from ledger.outbox.callbacks_sent import PAUSES
from ledger.tables.effects import Notice
from ledger.tables.reports import IssuedReport
from reports import issuing, periods
from settings import Settings, settings
from tasks import notify, report
from tasks.notify import send_notices
from tests.flows.interrupting import Killed
from tests.ledger.acting import MINUTE, alarms, all_of, do
from tests.ledger.filing import UNIT, file
from tests.mailserver import MailServer, mail_server
from tests.stack import PrefectServer

WEEK = periods.parse("2026-W10")
MONDAY = WEEK.end + timedelta(hours=8)
FIRST, SECOND, THIRD = "first@example.cn", "second@example.cn", "third@example.cn"


class Clock:
    now: datetime = MONDAY


@pytest.fixture
def clock(ledger: str, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The regulation's clock stands at Monday eight, after a week in which one verification was filed."""
    found = Clock()
    monkeypatch.setattr(Settings, "now", lambda _self: found.now)
    file()
    return found


@pytest.fixture
def box(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """Three readers and their server."""
    with mail_server() as server:
        monkeypatch.setenv("PROOFLESS_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("PROOFLESS_SMTP_PORT", str(server.port))
        monkeypatch.setenv("PROOFLESS_REPORT_READERS", ",".join((FIRST, SECOND, THIRD)))
        settings.cache_clear()
        yield server
    settings.cache_clear()


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs in a process of its own runs in this one: a start takes seconds."""

    async def inline(function: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.to_thread(function, *args)

    monkeypatch.setattr(report, "in_own_process", inline)


@pytest.fixture
def server(ledger: str, prefect: PrefectServer) -> Iterator[PrefectServer]:
    assert not prefect.taken
    with temporary_settings({PREFECT_API_URL: prefect.url, PREFECT_API_AUTH_STRING: f"admin:{prefect.secret}"}):
        yield prefect
    prefect.clear()


def artifact(server: PrefectServer, key: str) -> str:
    body = {"artifacts": {"key": {"any_": [key]}}, "sort": "CREATED_DESC", "limit": 1}
    (found,) = server.http.post("/artifacts/filter", json=body).raise_for_status().json()
    return str(found["data"])


def run(period: str = "", scope: str = "") -> None:
    asyncio.run(weekly_compliance(period, scope))


def make() -> UUID:
    """The week's report, without Prefect."""
    (wanted,) = do(issuing.owed, settings().now())
    snapshot = issuing.snapshot(wanted, settings().now())
    return issuing.keep(wanted, snapshot, issuing.lay_out(snapshot), now=settings().now(), actor="system:test")[0]


def send() -> None:
    asyncio.run(send_notices(None))


def standings(clock: Clock) -> dict[str, str]:
    return {row.recipient: notifications.standing_of(row, clock.now).value for row in all_of(Notice, kind=NoticeKind.REPORT)}


def test_on_monday_the_week_is_reported_shown_and_mailed_and_again_changes_nothing(
    server: PrefectServer, box: MailServer, clock: Clock
) -> None:
    run()  # in processes of its own, as on the machine
    (row,) = all_of(IssuedReport)
    assert (row.start, row.version, row.issue, row.made_by[:7]) == (WEEK.start, 1, "〔2026〕第10期", "system:")
    page = artifact(server, "weekly-report")
    assert "| 收到核验申请 | 1件" in page and f"/v1/reports/{row.id}/pdf" in page and "已发送3封" in page.replace(" ", "")
    assert "补做" not in page and "example.cn" not in page
    assert float(artifact(server, "report-progress")) == 100.0
    for reader in (FIRST, SECOND, THIRD):
        (message,) = box.to(reader)
        names = [file.get_filename() for file in message.iter_attachments()]
        assert names == ["市中区无证明办事工作周报2026-W10.pdf", "市中区无证明办事工作周报2026-W10.xlsx"]
        body = message.get_body()
        assert body is not None and "收到核验申请\uff1a1件" in body.get_content()
        assert message["To"] == reader, "nobody sees who else reads it"
    pdf = next(box.to(FIRST)[0].iter_attachments()).get_content()
    assert pdf == do(lambda session: session.get_one(IssuedReport, row.id).pdf)
    assert len({message["Message-ID"] for message in box.kept}) == 3
    run()
    assert len(all_of(IssuedReport)) == 1 and len(box.seen) == 3


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("after", ["compute_figures", "lay_out", "keep", "mail_reports"])
def test_killed_after_any_step_the_next_run_gives_one_report_and_one_mail_each(
    server: PrefectServer, box: MailServer, clock: Clock, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    import flows.weekly_compliance as room

    place = room if after == "mail_reports" else report
    done = getattr(place, after)

    async def and_die(*args: Any) -> None:
        await done(*args)
        raise Killed

    monkeypatch.setattr(place, after, and_die)
    with suppress(Killed):
        run()
    monkeypatch.setattr(place, after, done)
    run()
    assert len(all_of(IssuedReport)) == 1
    assert sorted(reader for reader, _ in box.seen) == [FIRST, SECOND, THIRD]


@pytest.mark.usefixtures("here")
def test_a_missed_monday_is_made_up_and_says_so(server: PrefectServer, clock: Clock) -> None:
    clock.now = MONDAY + timedelta(days=15)
    run()
    assert [periods.text(periods.of(row.start, row.end)) for row in sorted(all_of(IssuedReport), key=lambda row: row.start)] == [
        "2026-W10",
        "2026-W11",
        "2026-W12",
    ]
    page = artifact(server, "weekly-report")
    assert page.count("补做") == 3 and "应于3月9日 08:00 编制" in page.replace("\uff0c", ",") or "应于3月9日" in page
    assert "没有配置收件人" in page
    assert "收到核验申请 | 0件" in page, "a week in which nothing came has its report too"


@pytest.mark.usefixtures("here")
def test_a_unit_and_a_range_are_made_on_demand_and_go_to_nobody(server: PrefectServer, box: MailServer) -> None:
    run("2026-03-02..2026-03-05", UNIT)
    (row,) = all_of(IssuedReport)
    assert (row.scope, row.issue) == (UNIT, "〔2026〕专报") and box.seen == []
    assert "按需编制的不自动发送" in artifact(server, "weekly-report")


@pytest.mark.usefixtures("here")
def test_one_that_fails_keeps_no_other_from_being_made_and_the_run_says_so(
    server: PrefectServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = issuing.snapshot

    def broken(wanted: reports.Wanted, now: datetime) -> str:
        if wanted.scope:
            raise ValueError("演示甲子")
        return snapshot(wanted, now)

    monkeypatch.setattr(issuing, "snapshot", broken)
    do(issuing.order, WEEK, UNIT, now=clock.now, actor="person:x")
    with pytest.raises(Exception, match="StepFailed|步骤失败"):
        run()
    assert [row.scope for row in all_of(IssuedReport)] == [""]
    page = artifact(server, "weekly-report")
    assert "没有编制成功" in page and "甲子" not in page
    assert alarms() == {("report_not_made", f"2026-W10 {UNIT} 第1版")}
    monkeypatch.setattr(issuing, "snapshot", snapshot)
    run()
    assert alarms() == set()
    assert sorted(row.scope for row in all_of(IssuedReport)) == ["", UNIT]


def test_it_runs_on_mondays_at_eight_behind_no_case(server: PrefectServer) -> None:
    found = server.http.get("/deployments/name/weekly-compliance/main").raise_for_status().json()
    schedules = {(one["schedule"]["cron"], one["schedule"]["timezone"], one["active"]) for one in found["schedules"]}
    assert schedules == {("0 8 * * 1", "Asia/Shanghai", True)}
    assert (found["work_queue_name"], found["enforce_parameter_schema"]) == ("upkeep", True)


def test_prefect_itself_refuses_what_is_no_period_or_scope(server: PrefectServer) -> None:
    for period, scope in (("张三", ""), ("2026-W10", "单位 一"), ("2026-W10; drop", "")):
        with pytest.raises(Exception, match="validation|pattern|Parameter"):
            run(period, scope)


def test_readers_of_a_server_that_takes_half_get_what_it_took_and_the_rest_later(box: MailServer, clock: Clock) -> None:
    box.at_recipient = {SECOND: "450 greylisted", THIRD: "550 no such user"}
    make()
    send()
    assert standings(clock) == {FIRST: "sent", SECOND: "waiting", THIRD: "given_up"}
    box.at_recipient = {}
    send()
    assert len(box.kept) == 1, "not before its pause is over"
    clock.now += PAUSES[0]
    send()
    assert standings(clock) == {FIRST: "sent", SECOND: "sent", THIRD: "given_up"}
    (given_up,) = do(notifications.given_up)
    assert (given_up.recipient, given_up.last_answer) == (THIRD, "recipients_refused")
    assert do(notifications.settle, given_up.id, arrived=False, now=clock.now, actor="person:demo-office") is not None
    send()
    assert [len(box.to(reader)) for reader in (FIRST, SECOND, THIRD)] == [1, 1, 1]


def test_a_server_that_restarts_in_the_middle_gets_each_mail_once_under_one_id(
    box: MailServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    real, sent = notify.send_mail, 0

    async def then_away(*args: Any) -> None:
        nonlocal sent
        await real(*args)
        sent += 1
        if sent == 1:
            box.stop()

    monkeypatch.setattr(notify, "send_mail", then_away)
    send()
    assert sorted(standings(clock).values()) == ["sent", "waiting", "waiting"]
    clock.now += MINUTE
    send()  # still away
    box.start()
    clock.now += timedelta(minutes=10)
    send()
    assert sorted(standings(clock).values()) == ["sent"] * 3
    assert sorted(message["To"] for message in box.kept) == [FIRST, SECOND, THIRD]
    rows = {row.recipient: f"<{row.id}@proofless>" for row in all_of(Notice, kind=NoticeKind.REPORT)}
    assert {message["To"]: message["Message-ID"] for message in box.kept} == rows


@pytest.mark.parametrize("does", ["hang up", "stall"])
def test_a_mail_lost_after_its_text_is_unknown_shown_and_sent_again_only_by_a_person(
    box: MailServer, clock: Clock, does: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "_SECONDS", 2.0)
    box.at_data = {SECOND: does}
    made = make()
    send()
    clock.now += notifications.UNKNOWN_AFTER + MINUTE
    assert standings(clock) == {FIRST: "sent", SECOND: "unknown", THIRD: "sent"}
    send()
    clock.now += timedelta(days=1)
    send()
    assert [reader for reader, _ in box.seen].count(SECOND) == 1, "never repeated by itself"
    (row,) = [row for row in do(notifications.unknown, now=clock.now) if row.cause == str(made)]
    box.at_data = {}
    assert do(notifications.settle, row.id, arrived=False, now=clock.now, actor="person:demo-office") is not None
    send()
    assert standings(clock)[SECOND] == NoticeStatus.SENT
    assert len({identity for reader, identity in box.seen if reader == SECOND}) == 1, "one Message-ID"


def test_a_process_killed_between_the_server_s_yes_and_the_record_leaves_it_unknown(
    box: MailServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    make()

    def die(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch, suppress(Killed):
        patch.setattr(notify, "_record", die)
        send()
    clock.now += notifications.UNKNOWN_AFTER + MINUTE
    send()
    assert sorted(standings(clock).values()) == ["sent", "sent", "unknown"] and len(box.seen) == 3


def test_without_a_server_the_mails_wait_for_a_person(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFLESS_REPORT_READERS", FIRST)
    settings.cache_clear()
    make()
    send()
    (row,) = do(notifications.given_up)
    assert (row.recipient, row.last_answer) == (FIRST, "not_configured")
    monkeypatch.undo()
    settings.cache_clear()
