"""投诉举报 (obligations 18.1, 18.2): taken in once, linked and never dropped, the reporter unknown to the unit named, terms kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from domain.complaints import ComplaintAbout, ComplaintChannel, ComplaintOutcome, ComplaintStatus, ComplaintStep
from ledger.arrangements import calendars
from ledger.database import engine
from ledger.oversight import complaint_steps, complaints
from ledger.oversight.complaint_assessment import Assessment
from ledger.oversight.complaints import ComplaintRefused, Intake, ReceivedComplaint
from ledger.tables.oversight import Complaint
from settings import settings
from tests.ledger.acting import ISSUER, at_once, do
from tests.ledger.filing import NOW, UNIT

OFFICE = {"person": "demo-admin", "unit": "370402-OFFICE", "now": NOW}
SENT = Intake(
    ComplaintChannel.HOTLINE,
    ComplaintAbout.STILL_ASKED,
    NOW - timedelta(hours=2),
    ReceivedComplaint("演示乙丑反映:窗口仍要求提交户籍证明", "演示乙丑", "13800000000"),
    "GD-1",
    UNIT,
    "DEMO-0001",
    "P-HOUSEHOLD",
)
DAYS = 15


def take(sent: Intake = SENT, days: int = DAYS, **who: object) -> tuple[Complaint, bool]:
    return do(complaints.take_in, sent, days, **{**OFFICE, **who})


def of(number: str) -> Complaint:
    return do(complaint_steps.find, number)


def test_a_complaint_is_taken_once_by_its_channels_number(ledger: str) -> None:
    """Obligation 18.1."""
    first, repeated = take()
    again, known = take(replace(SENT, stated=ReceivedComplaint("另一种说法,同一工单")))
    assert (repeated, known) == (False, True) and again.id == first.id
    other, known = take(replace(SENT, channel=ComplaintChannel.PLATFORM))
    assert not known and other.id != first.id and other.duplicates == first.id


def test_two_copies_at_the_same_instant_are_one(ledger: str) -> None:
    outcomes = at_once(take, take)
    assert sorted(repeated for _, repeated in outcomes) == [False, True]  # type: ignore[misc]
    assert len({row.id for row, _ in outcomes}) == 1  # type: ignore[misc]


def test_what_is_alike_is_linked_and_never_dropped(ledger: str) -> None:
    first, _ = take()
    same_words, _ = take(replace(SENT, channel_number="GD-2", stated=ReceivedComplaint("演示乙丑反映：窗口仍要求提交户籍证明 ")))
    same_phone, _ = take(replace(SENT, channel_number="GD-3", stated=ReceivedComplaint("又被要求提交", "演示乙丑", "+86 138-0000-0000")))
    elsewhere, _ = take(
        replace(SENT, channel_number="GD-4", unit=ISSUER, stated=ReceivedComplaint("另一件事情的反映内容", "", "13800000000"))
    )
    short, _ = take(replace(SENT, channel_number="GD-5", stated=ReceivedComplaint("态度差")))
    too, _ = take(replace(SENT, channel_number="GD-6", stated=ReceivedComplaint("态度差")))
    much_later = replace(SENT, channel_number="GD-7", received_at=NOW + timedelta(days=60))
    later, _ = take(much_later, now=NOW + timedelta(days=61))
    stock, _ = take(replace(SENT, channel_number="GD-8", unit=ISSUER, stated=replace(SENT.stated, contact="")))  # anybody may choose it
    other_thing, _ = take(
        replace(SENT, channel_number="GD-9", about=ComplaintAbout.OTHER, stated=ReceivedComplaint("又一件不同的事情", "", "13800000000"))
    )
    assert (same_words.duplicates, same_phone.duplicates) == (first.id, first.id)
    assert [row.duplicates for row in (first, elsewhere, short, too, later, stock, other_thing)] == [None] * 7


def test_nothing_of_the_reporter_stands_in_clear(ledger: str) -> None:
    """Obligation 18.2."""
    row, _ = take()
    do(complaint_steps.pass_on, row.number, UNIT, "请说明户籍证明为何仍被要求", **OFFICE)
    do(complaint_steps.answer, row.number, "经查演示乙丑所述情况属实", person="demo-permit-2", unit=UNIT, now=NOW)
    with engine().connect() as connection:
        dump = "".join(
            str(line)
            for table in ("complaints", "complaint_steps", "alarms")
            for line in connection.scalars(text(f"SELECT t::text FROM {table} AS t"))
        )
    for needle in ("演示乙丑", "13800000000"):
        assert needle not in dump and needle.encode().hex() not in dump
    assert (row.anonymous, take(replace(SENT, channel_number="G-9", stated=ReceivedComplaint("匿名反映的内容在这里")))[0].anonymous) == (
        False,
        True,
    )
    shown = do(complaint_steps.read, row.number, person="demo-justice-1", unit="370402-JUSTICE", now=NOW)
    assert (shown.name, shown.contact) == ("演示乙丑", "13800000000") and "演示" not in repr(shown)
    assert do(complaint_steps.steps, of(row.number), as_unit=None)[-1].step is ComplaintStep.READ


def test_people_of_the_unit_named_never_read_it_not_even_after_it_went_on(ledger: str) -> None:
    """Obligation 18.2."""
    row, _ = take()
    for unit in (UNIT,):
        with pytest.raises(complaint_steps.ComplaintHidden):
            do(complaint_steps.read, row.number, person="x", unit=unit, now=NOW)
    do(complaint_steps.pass_on, row.number, ISSUER, "请说明", **OFFICE)
    for unit in (UNIT, ISSUER):
        with pytest.raises(complaint_steps.ComplaintHidden):
            do(complaint_steps.read, row.number, person="x", unit=unit, now=NOW)
    assert do(complaint_steps.read, row.number, **OFFICE).name == "演示乙丑"


def test_who_handles_it_is_another_thing_than_who_is_complained_of(ledger: str) -> None:
    """Obligations 18.1, 15.6: 转办 writes over nobody; the figures by unit complained of stay what they were."""
    row, _ = take(days=1)
    handed = do(complaint_steps.pass_on, row.number, ISSUER, "请协助核实", **OFFICE)
    assert (handed.unit, handed.handler) == (UNIT, ISSUER)
    for unit, sees in ((ISSUER, 1), (UNIT, 0)):
        assert len(do(complaints.listed, unit).rows) == sees
    with pytest.raises(complaints.ComplaintUnknown):
        do(complaint_steps.answer, row.number, "说明", person="demo-permit-2", unit=UNIT, now=NOW)
    do(complaint_steps.answer, row.number, "说明", person="demo-guangming-2", unit=ISSUER, now=NOW)
    start, end = datetime.fromisoformat("2026-03-02T00:00+08:00"), datetime.fromisoformat("2026-03-09T00:00+08:00")
    assert do(complaints.week, start, end, None).by_unit == ((UNIT, 1),)
    anonymous, _ = take(replace(SENT, channel_number="GD-2", unit=None, matter=None, stated=ReceivedComplaint("没有写明哪个单位的情况")))
    assert do(complaint_steps.pass_on, anonymous.number, ISSUER, "请核实", **OFFICE).unit is None, "who handles it does not become it"


def test_whom_a_channel_asked_stays_concerned_and_sees_nothing_until_it_is_passed_on(ledger: str) -> None:
    """Obligations 18.1, 18.2, 15.6."""
    hotline = replace(SENT, unit=None, matter=None, handler=ISSUER)
    row, _ = take(hotline)
    with pytest.raises(complaints.ComplaintUnknown):
        do(complaint_steps.answer, row.number, "说明", person="demo-guangming-2", unit=ISSUER, now=NOW)
    do(complaint_steps.pass_on, row.number, UNIT, "请核实", **OFFICE)
    for unit in (ISSUER, UNIT):
        with pytest.raises(complaint_steps.ComplaintHidden):
            do(complaint_steps.read, row.number, person="x", unit=unit, now=NOW)
    again, _ = take(replace(hotline, channel_number="GD-2"))
    elsewhere, _ = take(replace(hotline, channel_number="GD-3", handler=UNIT))
    assert (again.duplicates, elsewhere.duplicates) == (row.id, None), "compared by whom the channel asked"
    closed, _ = take(replace(hotline, channel_number="GD-4", received_at=NOW - timedelta(days=40)))
    do(complaint_steps.close, closed.number, ComplaintOutcome.FOUNDED, "已电话答复", **OFFICE)
    assert not do(complaints.listed, ISSUER).rows, "the office answered by itself"


def test_what_it_is_about_is_said_later_with_before_and_after(ledger: str) -> None:
    """Obligations 16.2, 16.5, 16.6, 16.8, 16.9, 2.6: alone, with the 转办, with the 办结, and once more after it; who, when, what was."""
    row, _ = take(replace(SENT, about=ComplaintAbout.OTHER, matter=None, proof=None))
    assert (row.about_since, row.assessed_at) == (NOW, None)
    later = {**OFFICE, "now": NOW + timedelta(days=20)}
    found = Assessment(ComplaintAbout.NO_HELP, {"unit": ISSUER, "proof": "P-HOUSEHOLD"})
    handed = do(complaint_steps.pass_on, row.number, UNIT, "请说明", found, **later)
    assert (handed.about, handed.unit, handed.handler, handed.proof) == (ComplaintAbout.NO_HELP, ISSUER, UNIT, "P-HOUSEHOLD")
    assert handed.about_since == handed.assessed_at == later["now"]
    day = {**OFFICE, "now": NOW + timedelta(days=30)}
    do(complaint_steps.close, row.number, ComplaintOutcome.FOUNDED, "已整改", Assessment(ComplaintAbout.NO_HELP, {"proof": None}), **day)
    for _ in range(2):
        again = do(complaint_steps.assess, row.number, Assessment(ComplaintAbout.NO_HELP), **day)
    assert (again.unit, again.proof, again.standing) == (ISSUER, None, ComplaintStatus.CLOSED)
    first, second = [one for one in do(complaint_steps.steps, again, as_unit=None) if one.step is ComplaintStep.ASSESS]
    was = {"about": "other", "unit": UNIT, "matter": None, "proof": None}
    now = {"about": "no_help", "unit": ISSUER, "matter": None, "proof": "P-HOUSEHOLD"}
    assert (first.record["before"], first.record["after"], first.person, first.at) == (was, now, "demo-admin", later["now"])
    assert (second.record["before"], second.record["after"], second.at) == (now, now | {"proof": None}, day["now"])
    assert do(complaint_steps.concerned, again) == {UNIT, ISSUER}, "who was meant at first stays concerned"
    for unit in (UNIT, ISSUER):  # neither reads how the office holds it
        assert ComplaintStep.ASSESS not in [one.step for one in do(complaint_steps.steps, again, as_unit=unit)]
    for wrong in ({"unit": "none"}, {"matter": "none"}, {"proof": "none"}):
        with pytest.raises(ComplaintRefused, match="没有所填的"):
            do(complaint_steps.assess, row.number, Assessment(ComplaintAbout.NO_HELP, wrong), **day)


def test_whose_matter_it_was_reads_nothing_once_another_was_found(ledger: str) -> None:
    """Obligation 18.2: no unit was named; the matter named at first said whose people it is hidden from."""
    row, _ = take(replace(SENT, unit=None))
    do(complaint_steps.assess, row.number, Assessment(ComplaintAbout.NO_HELP, {"unit": ISSUER, "matter": None}), **OFFICE)
    do(complaint_steps.assess, row.number, Assessment(ComplaintAbout.NO_HELP, {"unit": None}), **OFFICE)
    for unit in (UNIT, ISSUER):
        with pytest.raises(complaint_steps.ComplaintHidden):
            do(complaint_steps.read, row.number, person="x", unit=unit, now=NOW)
    assert do(complaint_steps.read, row.number, **OFFICE).name == "演示乙丑"


def test_what_is_found_to_be_about_another_unit_is_no_duplicate_and_has_none(ledger: str) -> None:
    """Obligation 18.1: it would count nowhere."""
    first, second, third, fourth = [take(replace(SENT, channel_number=f"GD-{one}"))[0] for one in range(4)]
    later = {**OFFICE, "now": NOW + timedelta(days=20)}
    elsewhere = Assessment(ComplaintAbout.STILL_ASKED, {"unit": ISSUER})
    do(complaint_steps.assess, third.number, Assessment(ComplaintAbout.NO_HELP), **later)
    assert of(third.number).duplicates == first.id, "of the same unit it stays one"
    do(complaint_steps.assess, fourth.number, elsewhere, **later)
    assert [of(one.number).duplicates for one in (second, fourth)] == [first.id, None]
    do(complaint_steps.assess, first.number, elsewhere, **later)
    counts, other = sorted((second.number, third.number))  # entered at one instant
    assert [of(one).duplicates for one in (first.number, counts, other)] == [None, None, of(counts).id], "what is left counts once"
    assert of(counts).about_since == later["now"]


def test_a_word_that_only_confirms_is_on_the_record_and_moves_nothing(ledger: str) -> None:
    """Obligation 16.6."""
    row, _ = take()
    later = {**OFFICE, "now": NOW + timedelta(days=20)}
    held = do(complaint_steps.assess, row.number, Assessment(ComplaintAbout.STILL_ASKED), **later)
    assert (held.about_since, held.assessed_at) == (NOW, later["now"])
    for about, said, moved in (
        (ComplaintAbout.STILL_ASKED, {"proof": None}, True),  # now it is the list that no longer says so
        (ComplaintAbout.NO_HELP, {}, True),
        (ComplaintAbout.NO_HELP, {"matter": None}, False),
        (ComplaintAbout.NO_HELP, {"unit": None}, True),
    ):
        was, later["now"] = of(row.number).about_since, later["now"] + timedelta(days=1)
        since = do(complaint_steps.assess, row.number, Assessment(about, said), **later).about_since
        assert since == (later["now"] if moved else was), (about, said)


def test_it_is_passed_answered_by_that_unit_and_closed(ledger: str) -> None:
    row, _ = take()
    answer = {"person": "demo-permit-2", "unit": UNIT, "now": NOW}
    with pytest.raises(complaints.ComplaintUnknown):
        do(complaint_steps.answer, row.number, "说明", **answer)  # not passed yet
    do(complaint_steps.pass_on, row.number, UNIT, "请说明", **OFFICE)
    with pytest.raises(complaints.ComplaintUnknown):
        do(complaint_steps.answer, row.number, "说明", **{**answer, "unit": ISSUER})
    do(complaint_steps.answer, row.number, "说明", **answer)
    assert of(row.number).done_at == NOW
    with pytest.raises(ComplaintRefused, match="已答复,不能“答复”"):
        do(complaint_steps.answer, row.number, "再说明", **answer)
    closed = do(complaint_steps.close, row.number, ComplaintOutcome.FOUNDED, "已整改", **OFFICE)
    assert closed.standing is ComplaintStatus.CLOSED
    with pytest.raises(ComplaintRefused, match="已办结"):
        do(complaint_steps.pass_on, row.number, UNIT, "再问", **OFFICE)
    seen = [(one.step, one.text) for one in do(complaint_steps.steps, of(row.number), as_unit=UNIT)]
    assert seen == [(ComplaintStep.PASS, None), (ComplaintStep.ANSWER, "说明")]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"received_at": NOW + timedelta(minutes=1)}, "晚于现在"),
        ({"received_at": NOW - timedelta(days=10_000)}, "早于 2000 年"),
        ({"unit": "no-unit"}, "单位"),
        ({"matter": "x"}, "事项"),
        ({"proof": "x"}, "证明编码"),
        ({"rating": 1}, "评价来源"),
        ({"stated": ReceivedComplaint("")}, "内容"),
    ],
)
def test_what_cannot_be_is_refused(shared_ledger: str, change: dict[str, object], says: str) -> None:
    with pytest.raises(ComplaintRefused, match=says):
        take(replace(SENT, **change))  # type: ignore[arg-type]
    rated, _ = take(
        replace(
            SENT, channel=ComplaintChannel.RATING, channel_number=None, rating=1, rating_source="好差评 P-7", stated=ReceivedComplaint("")
        )
    )
    assert (rated.rating_source, rated.text_hash) == ("好差评 P-7", None)


def test_the_term_is_in_working_days_and_waits_for_a_calendar(ledger: str) -> None:
    """Obligation 15.6."""
    row, _ = take()
    assert row.due_at == datetime.fromisoformat("2026-03-26T00:00+08:00")  # from Wednesday the 4th: 15 working days
    later = replace(SENT, channel_number="GD-2", received_at=datetime.fromisoformat("2031-06-02T09:00+08:00"))
    unknown, _ = take(later, now=later.received_at)
    assert (unknown.due_at, unknown.missing_year) == (None, 2031)
    do(calendars.put_year, 2031, [date(2031, 6, 6)], [], provisional=False, source="通知", reason="录入", now=NOW, actor="x")
    assert of(unknown.number).due_at == datetime.fromisoformat("2031-06-25T00:00+08:00") and settings().complaint_days == DAYS


def test_a_weeks_figures(ledger: str) -> None:
    """Obligation 18.1."""
    start, end = datetime.fromisoformat("2026-03-02T00:00+08:00"), datetime.fromisoformat("2026-03-09T00:00+08:00")
    row, _ = take(days=1)  # due at the end of Thursday
    take(replace(SENT, channel_number="GD-2", unit=ISSUER, channel=ComplaintChannel.LETTER), days=2)
    take(replace(SENT, channel_number="GD-3", unit=None), days=10)
    take(replace(SENT, channel_number="GD-4", received_at=start - timedelta(seconds=1)), days=1)
    do(complaint_steps.close, row.number, ComplaintOutcome.UNFOUNDED, "已说明", **OFFICE)
    week = do(complaints.week, start, end, None)
    assert (week.received, week.by_channel) == (3, (("信函", 1), ("12345政务服务便民热线", 2)))
    assert week.by_unit == (("370402-GUANGMING", 1), ("370402-PERMIT", 1))
    assert do(complaints.week, start, end, ISSUER).received == 1
    assert do(complaints.week, end, end + timedelta(days=7), None).received == 0
