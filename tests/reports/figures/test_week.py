"""A week simulated by the real rules: what becomes of a limit decides where it is counted, and when one asks does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.inbox import ExcuseReason, SupervisionOutcome
from domain.limits import HandlingType
from domain.scoring import formula
from ledger.arrangements import calendars
from ledger.calendars import outages
from ledger.casework.attention import withdraw
from ledger.database import transaction
from ledger.deadlines import justifications
from ledger.inbox import returns, supplements
from ledger.inbox.returns import ReturnReason
from ledger.outbox.reports import UnknownUnit
from ledger.registry import unit_changes
from ledger.supervision import affected, supervisions
from ledger.tables.inbox import Supervision
from reports import figures, periods, scores
from reports.figures.span import Span, prepare
from reports.figures.volume import volume
from reports.model import Count, Rate, from_json
from settings import settings
from tests.ledger.acting import HOUR, ISSUER, MINUTE, all_of, ask, asked, deliver, do, immediate, reply, seal, swept
from tests.ledger.filing import NOW, UNIT, file
from tests.reports.figures.asking import WEEK, listed, report, row

pytestmark = pytest.mark.usefixtures("ledger")

CIVIL, ARCHIVE = "370402-CIVIL", "370402-ARCHIVE"
DAY = timedelta(days=1)


def answered(after: timedelta, at: datetime = NOW) -> str:
    """An 即办件 that was answered and sent so long after it came."""
    lease, request = immediate(at)
    reply(request, now=at + after)
    seal(lease, at + after)
    deliver(lease, at + after)
    return lease.number


def test_an_empty_week_is_a_report_and_no_rate_is_made_up() -> None:
    found = report(periods.week_from(date(2025, 3, 3)))
    assert (found.received, found.finished, found.open) == (Count(0, None, "received"), Count(0, None, "finished"), 0)
    assert found.limits.hard.percent == "—" and found.spread.median is None and found.units == () and found.heat == ()
    assert [point.received for point in found.trend] == [0]
    assert from_json(found.as_json()) == found


def test_a_week_with_one_case_counts_it_where_it_belongs() -> None:
    number = answered(10 * MINUTE)
    found = report()
    assert found.limits.hard == Rate(1, 1, "hard") and found.received.value == found.finished.value == found.free_of_paper.value == 1
    issuer, requester = row(found, ISSUER), row(found, UNIT)
    assert (issuer.received, issuer.answered, issuer.waiting, issuer.spread.median) == (1, 1, 0, 600)
    assert (requester.filed, requester.handed_back_minutes, requester.limits.hard.whole) == (1, 10, 0)
    assert issuer.rank is None  # one limit is no ground for a rank
    assert [line.number for line in listed(f"hard/{ISSUER}").lines] == [number]
    assert from_json(found.as_json()) == found


def test_a_limit_that_ends_with_the_week_is_of_this_week_and_of_its_last_day() -> None:
    """Sunday 24:00 is Monday 00:00 by the clock, and a limit of the week that it closes (民法典 §203)."""
    asked(promise_end=WEEK.end)
    swept(WEEK.end)
    found, following = report(now=WEEK.end + DAY), report(periods.week_of(WEEK.end), now=WEEK.end + 9 * DAY)
    assert (found.limits.hard, following.limits.hard) == (Rate(0, 1, "hard"), Rate(0, 0, "hard"))
    assert [cell.day for cell in found.heat if cell.missed.whole] == [date(2026, 3, 5), date(2026, 3, 8)]
    assert len(listed(f"missed/{ISSUER}/2026-03-08").lines) == 1
    assert report(now=WEEK.end).limits.hard.whole == 0  # at that very instant it can still be kept


def test_what_is_late_is_missed_whether_answered_unanswered_or_noticed_by_nobody() -> None:
    answered(45 * MINUTE)
    immediate()
    found = report()
    assert found.limits.hard == Rate(0, 2, "hard")
    assert (found.finished.value, found.open, row(found, ISSUER).waiting) == (1, 1, 1)
    swept(WEEK.end)
    assert report().limits.hard == Rate(0, 2, "hard")


def test_what_is_sent_at_the_very_instant_that_was_due_is_kept() -> None:
    lease, request = immediate()
    reply(request, now=NOW + 29 * MINUTE)
    seal(lease, NOW + 29 * MINUTE)
    deliver(lease, NOW + 30 * MINUTE)
    assert report().limits.hard == Rate(1, 1, "hard")


def test_an_answer_after_the_week_changes_nothing_in_it() -> None:
    lease, request = immediate(NOW + 4 * DAY + 14 * HOUR, "P-ARCHIVE", matter="DEMO-0003")  # Sunday 23:00: due on Monday
    early = report()
    reply(request, now=WEEK.end + HOUR, unit=ARCHIVE, fields={"档号": "1-2-3", "记载内容": "婚姻登记档案"})
    seal(lease, WEEK.end + HOUR)
    deliver(lease, WEEK.end + HOUR)
    late = report(now=WEEK.end + 9 * DAY)
    assert early.limits.hard.whole == late.limits.hard.whole == 0
    assert (early.open, early.finished.value) == (late.open, late.finished.value) == (1, 0)
    assert row(early, ARCHIVE).waiting == row(late, ARCHIVE).waiting == 1
    following = report(periods.week_of(WEEK.end))
    assert (following.finished, following.open) == (Count(1, 0, "finished"), 0)
    assert following.received == Count(0, 1, "received") and following.limits.hard == Rate(1, 1, "hard")


def test_what_is_withdrawn_in_time_has_no_score() -> None:
    lease, _ = immediate()
    do(withdraw, lease.number, now=NOW + 10 * MINUTE, actor="person:demo-permit-1")
    found = report()
    assert (found.withdrawn, found.limits.hard.whole, found.received.value, found.finished.value, found.open) == (1, 0, 1, 0, 0)


def test_a_limit_that_rests_for_a_supplement_has_not_fallen_due() -> None:
    lease, request = immediate()
    do(supplements.ask, request, ISSUER, "住址", now=NOW + 10 * MINUTE, actor="person:demo-guangming-1")
    resting = report(now=NOW + 3 * HOUR)
    assert resting.limits.hard.whole == 0 and row(resting, ISSUER).supplements == 1
    do(supplements.supply, lease.number, "演示路 1 号", now=NOW + 2 * HOUR, actor="person:demo-permit-1")
    reply(request, now=NOW + 2 * HOUR + 5 * MINUTE)
    seal(lease, NOW + 2 * HOUR + 5 * MINUTE)
    deliver(lease, NOW + 2 * HOUR + 5 * MINUTE)
    found = report()
    assert found.limits.hard == Rate(1, 1, "hard")
    assert found.spread.median == 15 * 60  # the hour and fifty minutes were not the unit's
    assert row(found, UNIT).handed_back_minutes == 15


def test_a_late_return_is_counted_in_the_report_the_list_and_the_score() -> None:
    """Obligation 10.10."""
    wish = ReturnReason("不属本单位职责", None, "不清楚")
    late = []
    for after in (30 * MINUTE, 31 * MINUTE, 45 * MINUTE):  # a 承诺件: nothing else is late
        lease, request = asked(promise_end=NOW + 20 * DAY)
        do(returns.give_back, request, ISSUER, wish, now=NOW + after, actor="person:demo-guangming-1")
        late += [lease.number] if after > 30 * MINUTE else []
    found = row(report(), ISSUER)
    assert (found.returns, found.returns_in_time) == (3, Rate(1, 3, f"returned/{ISSUER}"))
    page = listed(f"returned/{ISSUER}")
    assert (page.part, page.whole) == (1, 3) and sorted(one.number for one in page.lines if not one.counted) == sorted(late)
    (score,) = [one for one in do(scores.scores, formula(), WEEK, WEEK.end + DAY) if one.unit == ISSUER]
    assert score.figures["returns"] == (1, 3)


def test_a_suggestion_is_right_where_that_unit_answers() -> None:
    """Obligation 10.11."""
    for after in (CIVIL, ARCHIVE):
        lease, request = immediate()
        do(
            returns.give_back,
            request,
            ISSUER,
            ReturnReason("不属本单位职责", CIVIL, None),
            now=NOW + 5 * MINUTE,
            actor="person:demo-guangming-1",
        )
        do(returns.forward, lease.number, after, now=NOW + 6 * MINUTE, actor="person:demo-permit-1")
        following = ask(lease, NOW + 6 * MINUTE)
        assert report().units[0].returns_accepted.part <= 1
        reply(following, now=NOW + 9 * MINUTE, unit=after)
        seal(lease, NOW + 9 * MINUTE)
        deliver(lease, NOW + 9 * MINUTE)
    found = row(report(), ISSUER)
    assert (found.returns, found.returns_accepted) == (2, Rate(1, 2, f"returns/{ISSUER}"))
    assert found.limits.hard.whole == 0 and found.answered == 0  # returned in time: no score, no answer
    assert row(report(), UNIT).handed_back_minutes == 2 * 9


def test_supervision_counts_by_its_own_half_hour() -> None:
    """Obligation 10.12."""
    lease, request = immediate()
    immediate(NOW + HOUR)
    swept(NOW + 3 * HOUR)
    opened = all_of(Supervision, verification=lease.number)[0]
    assert report(now=NOW + 35 * MINUTE).limits.supervision.whole == 0
    found = report()
    assert (row(found, ISSUER).supervised, found.limits.supervision) == (2, Rate(0, 2, "supervision"))
    assert row(found, ISSUER).supervision_missed == 2
    do(supervisions.feed_back, opened.id, ISSUER, SupervisionOutcome.DONE, "x", now=NOW + 4 * HOUR, actor="person:demo-guangming-2")
    assert report().limits.supervision == Rate(0, 2, "supervision")  # late feedback is feedback, and late


def test_supervision_that_was_answered_and_fed_back_in_time_is_kept() -> None:
    lease, request = immediate()
    swept(NOW + 31 * MINUTE)
    reply(request, now=NOW + 40 * MINUTE)
    opened = all_of(Supervision, verification=lease.number)[0]
    do(supervisions.feed_back, opened.id, ISSUER, SupervisionOutcome.DONE, "x", now=NOW + 50 * MINUTE, actor="person:demo-guangming-2")
    assert report().limits.supervision == Rate(1, 1, "supervision")


def test_an_approved_reason_is_counted_apart_and_the_miss_stays() -> None:
    lease, request = asked(handling=HandlingType.PROMISED, promise_end=NOW + 20 * DAY)
    swept(NOW + 2 * DAY)
    do(justifications.give, request, ISSUER, ExcuseReason.ARCHIVE, now=NOW + 2 * DAY, actor="person:demo-guangming-1")
    do(justifications.decide, request, True, now=WEEK.end + DAY, actor="person:demo-admin")
    assert (report().limits.soft, report().limits.excused) == (Rate(0, 1, "soft"), 0)
    told = report(now=WEEK.end + 2 * DAY)
    assert (told.limits.soft, told.limits.excused) == (Rate(0, 1, "soft"), 1)


def away() -> None:
    gone = do(outages.record, NOW + 20 * MINUTE, NOW + 50 * MINUTE, "断电", now=NOW + 50 * MINUTE, actor="person:demo-admin")
    do(affected.after_outage, gone, now=NOW + 50 * MINUTE, actor="person:demo-admin")


def test_an_outage_is_told_beside_the_misses_it_touched_and_excuses_none() -> None:
    answered(45 * MINUTE)
    answered(5 * MINUTE)
    answered(45 * MINUTE, NOW + 3 * HOUR)
    answered(45 * MINUTE, NOW - 3 * HOUR)
    away()
    found = report()
    assert found.limits.hard == Rate(1, 4, "hard")  # of the first its 督办 ran meanwhile too
    assert found.notes == ("平台故障 1 次,共 30 分钟;按现行解读不从时限中扣除,超时的时限中有 2 个在运行期间遇到故障(平台原因)。",)


def test_a_miss_that_an_outage_took_back_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFLESS_READINGS", '{"outage_deducted": true}')
    settings.cache_clear()
    try:
        lease, request = immediate()
        swept(NOW + 40 * MINUTE)
        assert report(now=NOW + 41 * MINUTE).limits.hard == Rate(0, 1, "hard")
        away()
        reply(request, now=NOW + 55 * MINUTE)
        seal(lease, NOW + 55 * MINUTE)
        deliver(lease, NOW + 55 * MINUTE)
        found = report()
        assert found.limits.hard == Rate(1, 1, "hard")
        assert [note[:6] for note in found.notes] == ["平台故障 1", "1 个曾记为"]
    finally:
        monkeypatch.undo()
        settings.cache_clear()


EVE = datetime(2027, 12, 31, 9, 10, tzinfo=UTC)  # Friday 17:10 of ISO's week 52; nobody has entered 2028


def test_a_limit_that_waits_for_its_calendar_is_told_apart_and_counted_when_it_comes() -> None:
    year = periods.week_of(EVE)
    lease, request = immediate(EVE + HOUR, "P-ARCHIVE", matter="DEMO-0003")
    waiting = report(year)
    assert (waiting.limits.undetermined, waiting.limits.hard.whole) == (1, 0)
    assert any("未定" in note for note in waiting.notes)
    assert waiting.next_steps[-1].startswith("请专班办公室尽快录入缺少的工作日历"), "who is to do it is said of each step"
    do(
        calendars.put_year,
        2028,
        [date(2028, 1, 1), date(2028, 1, 3)],
        [],
        provisional=True,
        source="x",
        reason="暂定",
        now=EVE + DAY,
        actor="x",
    )
    assert report(year).limits.undetermined == 0
    following = report(periods.week_of(EVE + 5 * DAY))
    assert following.limits.hard == Rate(0, 1, "hard") and following.period.label.startswith("2028年第1周")
    assert any("暂定" in note for note in following.notes)


def test_a_week_under_way_is_compared_with_the_same_days_of_the_last_one() -> None:
    answered(10 * MINUTE)
    answered(10 * MINUTE, NOW + 2 * DAY)
    answered(10 * MINUTE, NOW + 7 * DAY)
    running = report(periods.week_of(NOW + 7 * DAY), now=NOW + 8 * DAY)
    assert running.received == Count(1, 1, "received")
    assert running.notes == ("本期尚未结束,数字截至3月12日09:00,与上期同一时段比较。",)


def test_a_renamed_unit_has_its_name_of_then_and_a_merged_one_its_own_row() -> None:
    answered(10 * MINUTE)
    wednesday, thursday = NOW + HOUR, NOW + 9 * DAY
    do(unit_changes.rename, ISSUER, "市中区光明街道办事处", at=wednesday, document="市中政〔2026〕1号", now=thursday, actor="x")
    do(unit_changes.merge, ISSUER, ARCHIVE, at=thursday, document="市中政〔2026〕2号", now=thursday, actor="x")
    found, before = report(), report(periods.before(WEEK), now=WEEK.end + 30 * DAY)
    assert (row(found, ISSUER).name, row(found, ISSUER).received) == ("市中区光明街道办事处", 1)
    assert row(found, ISSUER).changed == "市中区光明街道办事处3月4日前名称为市中区光明路街道办事处。"
    assert found.notes == (row(found, ISSUER).changed,)
    assert before.units == () and found.coverage.rosters.whole == before.coverage.rosters.whole == 8
    merged = report(periods.week_of(thursday))
    assert row(merged, ISSUER).changed == "市中区光明街道办事处于3月13日并入市中区档案馆,本行为并入前到期、答复的,此后的计入市中区档案馆。"
    assert merged.coverage.rosters.whole == 7
    named = report(periods.before(WEEK), ISSUER, WEEK.end + 30 * DAY)
    assert named.scope_name == row(named, ISSUER).name == "市中区光明路街道办事处"


def test_a_units_report_is_of_what_it_filed_or_was_asked() -> None:
    answered(10 * MINUTE)
    for unit in (ISSUER, UNIT):
        found = report(scope=unit)
        assert [one.code for one in found.units] == [unit] and found.received.value == found.finished.value == 1
    assert report(scope=ISSUER).limits.hard == Rate(1, 1, f"hard/{ISSUER}") and report(scope=UNIT).limits.hard.whole == 0
    other = report(scope=ARCHIVE)
    assert (other.received.value, other.open, other.spread.count, len(other.units)) == (0, 0, 0, 1)


def test_what_cannot_be_computed_is_refused() -> None:
    with pytest.raises(UnknownUnit):
        report(scope="370402-NOBODY")
    with pytest.raises(figures.UnknownDefinitions):
        do(figures.compute, WEEK, "", NOW, issuer="x", definitions="1999/1")


def test_next_steps_follow_from_the_figures() -> None:
    immediate()
    swept(WEEK.end)
    steps = report().next_steps
    assert steps[0] == "1 件核验超过最迟时限,请市中区光明路街道办事处说明原因。"
    assert steps[1] == "1 件督办未按时反馈,请市中区光明路街道办事处落实。"


def test_a_week_that_runs_is_seen_as_at_one_instant() -> None:
    with transaction() as session:
        span = Span.of(session, WEEK, "", NOW + HOUR)
    with transaction() as session:
        prepare(session)
        before = volume(session, span).received
        file(now=NOW)
        assert volume(session, span).received == before
    with transaction() as session:
        assert volume(session, span).received == before + 1
