"""周报存档: kept once, never changed; what is owed is found, whoever forgot it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, insert, text, update
from sqlalchemy.exc import ProgrammingError

from domain.notices import NoticeChannel, NoticeKind, NoticeStatus
from ledger.database import engine
from ledger.outbox import notifications, reports
from ledger.outbox.reports import Content, UnknownUnit, Wanted
from ledger.tables.effects import Alarm, Notice
from ledger.tables.reports import IssuedReport, ReportOrder
from reports import periods
from tests.ledger.acting import MINUTE, alarms, all_of, at_once, do
from tests.ledger.filing import UNIT, file

pytestmark = pytest.mark.usefixtures("ledger")

WEEK = periods.parse("2026-W10")
MONDAY = WEEK.end + timedelta(hours=8)
SPAN = (WEEK.start, WEEK.end)
READERS = ("a@example.cn", "b@example.cn")


def content(snapshot: str = "{}") -> Content:
    return Content("演示", "〔2026〕第10期", "2026-11/1", snapshot, b"<p>", b"%PDF", b"PK")


def keep(wanted: Wanted, snapshot: str = "{}") -> tuple[IssuedReport, bool]:
    return do(reports.keep, wanted, content(snapshot), READERS, now=MONDAY, actor="system:test")


def weeks(now: object) -> list[tuple[object, object]]:
    return [(week.start, week.end) for week in periods.due_weeks(now, 4)]  # type: ignore[arg-type]


def test_made_twice_it_is_one_report_with_one_mail_to_each_reader() -> None:
    first, new = keep(Wanted(*SPAN, ""))
    again, anew = keep(Wanted(*SPAN, ""), '{"other": 1}')
    assert (new, anew, again.id) == (True, False, first.id)
    assert do(lambda session: session.get_one(IssuedReport, first.id).snapshot) == "{}"
    assert sorted(notice.recipient for notice in all_of(Notice, kind=NoticeKind.REPORT)) == [*READERS]
    assert do(reports.send, first, (*READERS, "c@example.cn"), now=MONDAY) == 1


def test_two_that_finish_at_the_same_instant_keep_one() -> None:
    outcomes = at_once(*[lambda: keep(Wanted(*SPAN, "")) for _ in range(4)])
    assert sorted(new for _, new in outcomes) == [False, False, False, True]  # type: ignore[misc]
    assert len(all_of(IssuedReport)) == 1 and len(all_of(Notice, kind=NoticeKind.REPORT)) == 2


def test_nobody_changes_what_was_issued_not_even_the_owner(owner_url: str) -> None:
    keep(Wanted(*SPAN, ""))
    do(reports.order, *SPAN, UNIT, now=MONDAY, actor="x")
    owner = create_engine(owner_url)
    for who, says in ((engine(), "permission denied"), (owner, "只增不改")):
        for table in ("reports", "report_orders"):
            for change in ("UPDATE {} SET reason = 'x'", "DELETE FROM {}", "TRUNCATE {}"):
                with who.connect() as connection, pytest.raises(ProgrammingError, match=says):
                    connection.execute(text(change.format(table)))
    owner.dispose()


def test_an_order_stands_until_its_version_is_there() -> None:
    assert do(reports.order, *SPAN, UNIT, now=MONDAY, actor="person:a") == Wanted(*SPAN, UNIT, 1, "", "person:a")
    assert do(reports.order, *SPAN, UNIT, now=MONDAY, actor="person:b") == Wanted(*SPAN, UNIT, 1, "", "person:a"), "ordered once"
    (wanted,) = do(reports.ordered)
    keep(wanted)
    assert do(reports.ordered) == [] and do(reports.order, *SPAN, UNIT, now=MONDAY, actor="x") is None
    second = do(reports.order, *SPAN, UNIT, reason="口径调整", again=True, now=MONDAY, actor="person:c")
    assert second == Wanted(*SPAN, UNIT, 2, "口径调整", "person:c") and do(reports.ordered, SPAN, UNIT) == [second]
    keep(second)
    found = do(reports.newest, *SPAN, UNIT)
    assert found is not None and (found.version, found.reason, found.made_by) == (2, "口径调整", "person:c")
    assert len(all_of(ReportOrder)) == 2
    with pytest.raises(UnknownUnit):
        do(reports.order, *SPAN, "X-NONE", now=MONDAY, actor="x")


def test_every_finished_week_since_the_first_filing_owes_a_report() -> None:
    assert do(reports.missing, weeks(MONDAY)) == [], "nothing was listed or filed then"
    file()
    assert do(reports.missing, weeks(MONDAY - MINUTE)) == [], "due on Monday at eight"
    assert do(reports.missing, weeks(MONDAY)) == [Wanted(*SPAN, "")]
    late = do(reports.missing, weeks(MONDAY + timedelta(days=16)))
    assert [one.start for one in late] == [WEEK.start + timedelta(days=7 * number) for number in (2, 1, 0)]
    keep(late[1])
    assert len(do(reports.missing, weeks(MONDAY + timedelta(days=16)))) == 2


def test_a_report_is_found_by_whom_it_concerns() -> None:
    district, _ = keep(Wanted(*SPAN, ""))
    own, _ = keep(Wanted(*SPAN, UNIT))
    assert do(reports.find, own.id, UNIT) is not None and do(reports.find, district.id, UNIT) is None
    assert [row.id for row in do(reports.listed, None).rows] == [district.id, own.id]
    assert [row.id for row in do(reports.listed, UNIT).rows] == [own.id]


def test_each_mail_says_how_it_stands() -> None:
    report, _ = keep(Wanted(*SPAN, ""))
    standing = lambda now: [notifications.standing_of(row, now) for row in do(notifications.of_report, report.id)]  # noqa: E731
    assert standing(MONDAY) == [NoticeStatus.WAITING] * 2
    sent = do(notifications.take_next, now=MONDAY)
    assert sent is not None and (sent.mail, sent.cause, sent.unit_name) == (sent.mail, str(report.id), "")
    assert sorted(standing(MONDAY)) == [NoticeStatus.ON_ITS_WAY, NoticeStatus.WAITING]
    later = MONDAY + notifications.UNKNOWN_AFTER + MINUTE
    assert sorted(standing(later)) == [NoticeStatus.UNKNOWN, NoticeStatus.WAITING]
    assert do(notifications.settle, sent.id, arrived=True, now=later, actor="person:demo-office") is not None
    assert sorted(standing(later)) == [NoticeStatus.SENT, NoticeStatus.WAITING]


def test_a_mail_that_waits_for_a_person_is_an_alarm_until_it_is_settled() -> None:
    keep(Wanted(*SPAN, ""))
    sent = do(notifications.take_next, now=MONDAY)
    assert sent is not None
    do(reports.watch_mails, now=MONDAY)
    assert alarms() == set()
    later = MONDAY + notifications.UNKNOWN_AFTER + MINUTE
    for _ in range(2):
        do(reports.watch_mails, now=later)
    assert alarms() == {("report_not_mailed", "reports")}
    do(notifications.settle, sent.id, arrived=True, now=later, actor="person:demo-office")
    do(reports.watch_mails, now=later)
    assert alarms() == set()


def test_older_notices_that_nobody_settled_hide_no_reports_mail() -> None:
    older = {"kind": NoticeKind.WARNING, "channel": NoticeChannel.MAIL, "about": MONDAY, "made_at": MONDAY, "given_up_at": MONDAY}
    rows = [older | {"id": uuid4(), "cause": str(number), "recipient": "demo-civil", "attempts": 1} for number in range(501)]
    do(lambda session: session.execute(insert(Notice), rows))
    keep(Wanted(*SPAN, ""))
    do(notifications.take_next, now=MONDAY)
    do(reports.watch_mails, now=MONDAY + notifications.UNKNOWN_AFTER + MINUTE)
    assert alarms() == {("report_not_mailed", "reports")}
    lost = do(notifications.unsent, NoticeKind.REPORT)[0]
    do(lambda session: session.execute(update(Notice).where(Notice.id == lost.id).values(given_up_at=MONDAY + MINUTE)))
    do(lambda session: session.execute(update(Alarm).values(cleared_at=MONDAY)))
    do(reports.watch_mails, now=MONDAY + MINUTE)
    assert alarms() == {("report_not_mailed", "reports")}
