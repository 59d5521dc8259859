"""存证邮件: each day's head reaches each keeper once, through a real mail server, as the file that the verifier takes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from audit import verify
from domain.calendar import LOCAL
from domain.notices import NoticeKind, NoticeStatus
from ledger.database import transaction
from ledger.outbox import notifications
from ledger.record import exporting, heads, mailing
from ledger.tables.effects import Alarm, Notice
from ledger.tables.record import RecordHead
from settings import Settings, settings
from tasks import record
from tasks.notify import send_notices
from tests.ledger.acting import HOUR, MINUTE, alarms, all_of, asked, at_once, do
from tests.ledger.filing import NOW
from tests.mailserver import MailServer, mail_server

JUSTICE, AUDIT = "justice@example.cn", "audit@example.cn"
MIDNIGHT = NOW.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)


class Clock:
    now = NOW


@pytest.fixture
def clock(ledger: str, monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    found.now = MIDNIGHT + 2 * MINUTE
    asked()
    monkeypatch.setattr(Settings, "now", lambda _self: found.now)
    return found


@pytest.fixture
def box(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """Two keepers and their server."""
    with mail_server() as server:
        monkeypatch.setenv("PROOFLESS_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("PROOFLESS_SMTP_PORT", str(server.port))
        keep_by(monkeypatch, JUSTICE, AUDIT)
        yield server
    settings.cache_clear()


def keep_by(monkeypatch: pytest.MonkeyPatch, *keepers: str) -> None:
    monkeypatch.setenv("PROOFLESS_RECORD_KEEPERS", ", ".join(keepers))
    settings.cache_clear()


def a_minute() -> None:
    """As the worker's, as far as heads and mails go."""

    async def chores() -> None:
        await record.gather_record.fn()
        await send_notices(None)
        await record.watch_head_mails.fn()

    asyncio.run(chores())


def file_of(message: EmailMessage) -> tuple[str, bytes]:
    (file,) = message.iter_attachments()
    return str(file.get_filename()), bytes(file.get_content())


def text_of(message: EmailMessage) -> str:
    body = message.get_body()
    assert body is not None
    return str(body.get_content())


def test_each_days_head_reaches_each_keeper_once(box: MailServer, clock: Clock) -> None:
    for hours in (0, 0, 1, 5, 23):
        clock.now = MIDNIGHT + hours * HOUR + 2 * MINUTE
        a_minute()
    assert sorted(reader for reader, _ in box.seen) == [AUDIT, JUSTICE], "each once a day, whatever heads the hours bring"
    (message,) = box.to(JUSTICE)
    assert message["To"] == JUSTICE, "nobody sees who else keeps it"
    day = MIDNIGHT.date()
    midnights = min(all_of(RecordHead), key=lambda head: head.at)
    assert file_of(message) == (f"head-{day}.txt", midnights.note.encode())
    asked()
    for _ in range(2):
        clock.now += 2 * HOUR
        a_minute()
    assert sorted(reader for reader, _ in box.seen) == [AUDIT, AUDIT, JUSTICE, JUSTICE]
    assert file_of(box.to(JUSTICE)[1])[0] == f"head-{day + timedelta(days=1)}.txt"
    assert {row.cause for row in all_of(Notice, kind=NoticeKind.HEAD)} == {str(day), str(day + timedelta(days=1))}
    assert alarms() == set()


def test_the_verifier_takes_what_came_and_the_mail_says_how(
    box: MailServer, clock: Clock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_minute()
    clock.now += HOUR
    asked()
    a_minute()
    with transaction() as session:
        exporting.export(session, tmp_path / "export")
    name, content = file_of(box.to(JUSTICE)[0])
    (tmp_path / name).write_bytes(content)
    said = text_of(box.to(JUSTICE)[0])
    assert f"--head {name} --key" in said and heads.public_key() in said and "audit/verify.py" in said
    assert f"{int(content.splitlines()[1]):,}" in said and f"{settings().public_url}/record/head" in said
    words = [str(tmp_path / "export"), "--head", str(tmp_path / name), "--key", heads.public_key()]
    assert verify.main(words) == 0, capsys.readouterr()
    events = (tmp_path / "export" / "events.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "export" / "events.jsonl").write_bytes(b"".join(events[1:]))
    assert verify.main(words) == 1


def test_a_server_that_is_away_is_tried_again_and_told_by_name(box: MailServer, clock: Clock) -> None:
    box.stop()
    a_minute()
    assert alarms() == set(), "it may be back in a minute"
    while clock.now < MIDNIGHT + 70 * MINUTE:
        clock.now += 5 * MINUTE
        a_minute()
    assert alarms() == {("head_not_mailed", "late")}
    (alarm,) = all_of(Alarm)
    assert str(MIDNIGHT.date()) in alarm.message and "PROOFLESS_SMTP_" in alarm.message
    box.start()
    clock.now += 3 * HOUR
    a_minute()
    a_minute()
    assert sorted(reader for reader, _ in box.seen) == [AUDIT, JUSTICE] and alarms() == set()
    assert file_of(box.to(JUSTICE)[0])[0] == f"head-{MIDNIGHT.date()}.txt", "the day's, however late"


def test_one_whose_arrival_nobody_knows_is_not_sent_again_by_itself(box: MailServer, clock: Clock) -> None:
    box.at_data[AUDIT] = "hang up"
    a_minute()
    clock.now += 3 * HOUR
    a_minute()
    assert [reader for reader, _ in box.seen].count(AUDIT) == 1 and alarms() == {("head_not_mailed", "unsettled")}
    del box.at_data[AUDIT]
    (row,) = [row for row in all_of(Notice, kind=NoticeKind.HEAD) if row.recipient == AUDIT]
    assert do(notifications.settle, row.id, arrived=False, now=clock.now, actor="person:demo-admin") is not None
    a_minute()
    assert len({identity for reader, identity in box.seen if reader == AUDIT}) == 1 and len(box.to(AUDIT)) == 1
    assert alarms() == set() and len(box.to(JUSTICE)) == 1


def test_a_refused_address_takes_no_other_with_it(box: MailServer, clock: Clock) -> None:
    box.at_recipient[AUDIT] = "550 unknown"
    a_minute()
    assert len(box.to(JUSTICE)) == 1 and alarms() == {("head_not_mailed", "unsettled")}
    standings = {row.recipient: notifications.standing_of(row, clock.now) for row in all_of(Notice, kind=NoticeKind.HEAD)}
    assert standings == {JUSTICE: NoticeStatus.SENT, AUDIT: NoticeStatus.GIVEN_UP}


def test_without_a_mail_server_it_is_told_and_without_keepers_nothing_is_owed(
    box: MailServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROOFLESS_RECORD_KEEPERS")
    settings.cache_clear()
    a_minute()
    assert all_of(Notice, kind=NoticeKind.HEAD) == [] and len(all_of(RecordHead)) == 1
    monkeypatch.delenv("PROOFLESS_SMTP_HOST")
    keep_by(monkeypatch, JUSTICE)
    clock.now += HOUR
    a_minute()
    assert alarms() == {("head_not_mailed", "unsettled")} and box.seen == []


def test_whoever_is_named_in_the_middle_of_a_day_gets_that_days(box: MailServer, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_by(monkeypatch, JUSTICE)
    a_minute()
    keep_by(monkeypatch, JUSTICE, AUDIT)
    clock.now += HOUR
    a_minute()
    assert sorted(reader for reader, _ in box.seen) == [AUDIT, JUSTICE]
    assert file_of(box.to(AUDIT)[0]) == file_of(box.to(JUSTICE)[0])


def test_killed_between_head_and_mails_there_is_neither_and_the_next_minute_has_both(
    box: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def dies(*_words: object, **_named: object) -> int:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(mailing, "owe", dies)
        with pytest.raises(Killed):
            record._sign()
    assert all_of(RecordHead) == [] and box.seen == []
    a_minute()
    assert sorted(reader for reader, _ in box.seen) == [AUDIT, JUSTICE]


def test_workers_at_the_same_instant_owe_one_mail_each(box: MailServer) -> None:
    at_once(*[record._sign for _ in range(4)])
    assert len(all_of(RecordHead)) == 1 and len(all_of(Notice, kind=NoticeKind.HEAD)) == 2
    at_once(*[lambda: asyncio.run(send_notices(None)) for _ in range(3)])
    assert sorted(reader for reader, _ in box.seen) == [AUDIT, JUSTICE]
