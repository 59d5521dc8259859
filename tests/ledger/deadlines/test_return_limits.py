"""退回时限 (obligation 10.10): shown where a request is read, with its reason, and kept as it was once the request was returned."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.deadlines.schemas import TimingOut
from gateway.inbox.schemas import InboxAnswerItem
from ledger import rules
from ledger.arrangements import calendars
from ledger.casework import inbox_view, views
from ledger.deadlines import timing
from ledger.deadlines.return_limits import ReturnLimit
from ledger.inbox import supplements
from ledger.inbox.returns import ReturnReason, give_back
from settings import settings
from tests.ledger.acting import HOUR, ISSUER, MINUTE, TICK, asked, deliver, do, immediate, limits, reply, row, seal
from tests.ledger.filing import NOW

pytestmark = pytest.mark.usefixtures("ledger")

HALF = 30 * MINUTE
ARCHIVE = "370402-ARCHIVE"
AGENT = "person:demo-guangming-1"


def of(number: str, now: datetime) -> ReturnLimit:
    (request,) = do(lambda session: timing.timing(session, row(number), now=now)).requests
    assert request.return_limit is not None
    return request.return_limit


def line(now: datetime) -> inbox_view.InboxLine:
    (found,) = do(inbox_view.lines, ISSUER, actor=AGENT, now=now).rows
    return found


def test_a_request_for_days_may_be_returned_for_half_an_hour() -> None:
    """Obligation 10.10."""
    lease, request = asked()
    told = of(lease.number, NOW)
    assert (told.due, told.status) == (NOW + HALF, "running")
    assert "义务 10.10" in told.explanation and "退回时限为2026年3月4日(周三)09:30" in told.explanation
    assert line(NOW).return_by == NOW + HALF and line(NOW).due_at != NOW + HALF
    assert [of(lease.number, NOW + after).status for after in (HALF, HALF + TICK)] == ["running", "passed"]
    answer = TimingOut.of(lease.number, do(lambda session: timing.timing(session, row(lease.number), now=NOW)))
    shown = answer.requests[0].return_limit
    assert shown is not None and (shown.due_at, shown.obligations) == (NOW + HALF, ["10.10"])
    assert InboxAnswerItem.of(line(NOW), NOW).return_by == NOW + HALF


def test_a_supplement_moves_it_and_an_answer_ends_it() -> None:
    lease, request = immediate()
    do(supplements.ask, request, ISSUER, "缺少门牌号", now=NOW + 10 * MINUTE, actor=AGENT)
    do(supplements.supply, lease.number, "有", now=NOW + HOUR, actor="person:demo-permit-1")
    assert of(lease.number, NOW + HOUR).due == line(NOW + HOUR).return_by == NOW + HOUR + 20 * MINUTE
    reply(request, now=NOW + 70 * MINUTE)
    seal(lease, NOW + 70 * MINUTE)
    deliver(lease, NOW + 70 * MINUTE)
    assert of(lease.number, NOW + 3 * HOUR).status == "closed"


@pytest.mark.parametrize(("after", "status"), [(HALF, "met"), (HALF + TICK, "missed")])
def test_what_was_returned_keeps_its_limit_whatever_is_read_later(after: timedelta, status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    evening = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # 20:00: deemed received at 08:30
    lease, request = asked("P-ARCHIVE", evening, matter="DEMO-0003")
    opening = evening + timedelta(hours=12.5)
    do(give_back, request, ARCHIVE, ReturnReason("不属本单位职责", None, "不清楚"), now=opening + after, actor="person:demo-archive-1")
    before = of(lease.number, opening + HOUR)
    assert (before.due, before.status) == (opening + HALF, status) and "2026年3月5日(周四)09:00" in before.explanation
    monkeypatch.setenv("PROOFLESS_READINGS", '{"measure": "natural"}')
    settings.cache_clear()
    assert rules.readings().measure == "natural"
    later = of(lease.number, opening + HOUR)
    assert (later.due, later.status) == (opening + HALF, status) and "2026年3月5日(周四)09:00" in later.explanation
    settings.cache_clear()


def test_a_promise_of_which_little_is_left_is_said_in_the_inbox_and_in_the_reason() -> None:
    lease, _ = asked(promise_end=NOW + 20 * MINUTE)
    assert "承诺时限所剩不足半小时" in line(NOW).notes
    assert "收到时承诺时限所剩不足半小时" in limits(lease.number)["hard"].explanation


def test_a_limit_that_its_calendar_set_later_says_so_for_good() -> None:
    eve = datetime(2027, 12, 31, 9, 40, tzinfo=UTC)  # Friday 17:40; nobody has entered 2028
    do(calendars.put_year, 2027, [date(2027, 1, 1)], [], provisional=False, source="x", reason="通知", now=NOW, actor="x")
    lease, _ = asked("P-ARCHIVE", eve, matter="DEMO-0003", accepted_at=eve, promise_end=eve + timedelta(days=20))
    assert limits(lease.number)["soft"].due_at is None
    for more in ((), (date(2028, 1, 5),)):  # its year comes, then changes once more
        do(
            calendars.put_year,
            2028,
            [date(2028, 1, 1), date(2028, 1, 3), *more],
            [],
            provisional=False,
            source="x",
            reason="通知",
            now=eve + HOUR,
            actor="person:demo-admin",
        )
        soft = limits(lease.number)["soft"]
        assert soft.due_at is not None and "系日历录入后补算" in soft.explanation
        noted = do(lambda session: views.view(session, row(lease.number), personal=False)).limit_notes
        assert noted.count("日历录入后补算") == 1
    assert "补算" not in limits(lease.number)["hard"].explanation
