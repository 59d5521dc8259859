"""线索 (article 16): each rule finds what it should and no more, once; the path to a decision, step by step, on the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text, update

from domain.complaints import ComplaintAbout, ComplaintChannel
from domain.lead_path import LeadStatus, LeadStep
from domain.leads import Indication, LeadRule
from domain.limits import HandlingType
from domain.origins import OriginOf
from domain.records import VoluntaryReason
from domain.roles import IdType
from domain.sign_in import Method
from ledger.arrangements import calendars
from ledger.audit import record_access
from ledger.cases import cases
from ledger.casework import mismatches
from ledger.database import engine, transaction
from ledger.inbox import returns
from ledger.inbox.returns import ReturnReason
from ledger.lifecycle import filing
from ledger.oversight import complaint_steps, complaints, lead_steps, leads, origins
from ledger.oversight.complaint_assessment import Assessment
from ledger.oversight.indicators import finding, lists, usage
from ledger.oversight.lead_steps import LeadRefused
from ledger.registers import offsystem, voluntary
from ledger.registers.offsystem import OffSystemResult
from ledger.registers.voluntary import ReceivedSubmission
from ledger.registry import keys, unit_changes
from ledger.tables.cases import Case, Party
from ledger.tables.oversight import Lead, Origin
from ledger.tables.registry import ApiKey, Matter, System, Unit
from ledger.tables.sign_in import Credential, WebSession
from ledger.tables.verifications import Request
from sandbox.people import by_name
from tests.ledger.acting import (
    ISSUER,
    MINUTE,
    all_of,
    ask,
    asked,
    at_once,
    deliver,
    do,
    found,
    hold,
    immediate,
    reply,
    row,
    seal,
    swept,
    take_up,
)
from tests.ledger.filing import FILER, NOW, UNIT, file

START, END = datetime.fromisoformat("2026-03-02T00:00+08:00"), datetime.fromisoformat("2026-03-09T00:00+08:00")
LATER = NOW + timedelta(days=2)
OFFICE: Mapping[str, Any] = {"person": "demo-admin", "unit": "370402-OFFICE", "now": LATER}
UNIT_SAYS: Mapping[str, Any] = {"person": "demo-permit-2", "unit": UNIT, "now": LATER}


def look(now: datetime = LATER) -> int:
    return do(leads.find, START, END, now=now)


def of(rule: LeadRule) -> list[Lead]:
    return sorted(all_of(Lead, rule=rule), key=lambda one: (one.unit, one.subject))


def brought(times: int, *, proof: str = "P-HOUSEHOLD", number: str = "C-NONE") -> None:
    holder = by_name("演示甲子")
    for _ in range(times):
        stated = ReceivedSubmission(number, IdType(holder.id_type), holder.id_number, holder.name, proof)
        do(voluntary.submit, FILER, stated, VoluntaryReason.OTHER, None, None, now=NOW)


def delivered(**changes: object) -> str:
    lease = hold(file(**changes))  # type: ignore[arg-type]
    take_up(lease)
    found(lease)
    seal(lease)
    deliver(lease)
    return lease.number


def test_looking_again_finds_nothing_new(ledger: str) -> None:
    do(filing.refuse, now=NOW, unit=UNIT, actor="x", code="proof_not_listed", obligation="2.1", matter="DEMO-0001", proof="P-X")
    first = look()
    assert first > 0 and look() == look() == 0
    before = len(all_of(Lead))
    assert list(at_once(look, look)) == [0, 0] and len(all_of(Lead)) == before


def test_two_that_look_at_once_find_each_once(ledger: str) -> None:
    do(filing.refuse, now=NOW, unit=UNIT, actor="x", code="proof_not_listed", obligation="2.1", matter="DEMO-0001", proof="P-X")
    counts = at_once(look, look)
    assert 0 in counts and sum(counts) == len(all_of(Lead))  # type: ignore[arg-type]


def test_how_things_stand_is_one_open_lead_week_after_week(ledger: str) -> None:
    look()
    lasting = len(of(LeadRule.NOT_TAKING_PART))
    assert lasting and do(leads.find, END, END + timedelta(days=7), now=END + timedelta(days=8)) == 0
    for lead in of(LeadRule.NOT_TAKING_PART):
        do(
            lead_steps.take,
            lead.number,
            LeadStep.DISMISS,
            **{**OFFICE, "person": "demo-justice-1" if lead.unit == OFFICE["unit"] else "demo-admin"},
        )
    assert look() == 0  # this week's was dismissed: it does not come back
    do(leads.find, END, END + timedelta(days=7), now=END + timedelta(days=8))
    assert len(of(LeadRule.NOT_TAKING_PART)) == 2 * lasting


def test_every_day_once(ledger: str) -> None:
    first = do(leads.find_daily, LATER)
    assert first and do(leads.find_daily, LATER + timedelta(hours=3)) is None
    assert do(leads.find_daily, LATER + timedelta(days=1)) == 0


def test_a_unit_that_takes_part_without_list_or_duty(ledger: str) -> None:
    """Obligations 16.1, 16.3."""
    with transaction() as session:
        session.add(Unit(code="U-NEW", name="演示新单位", kind="government", uscc=None))
        session.add(Unit(code="U-OUT", name="演示免单位", kind="government", uscc=None, takes_part=False))
        for person in (FILER.person, "demo-guangming-1"):
            keys.make(session, person=person, now=NOW, actor="test")
    look()
    new = {lead.unit: lead for lead in of(LeadRule.NOT_TAKING_PART)}
    lacks = dict.fromkeys(("督办员", "代办员", "登录或接口密钥"), "无")
    assert {name: new["U-NEW"].counts[name] for name in ("清单", *lacks)} == {"清单": "没有事项"} | lacks
    assert not {"U-OUT", UNIT, ISSUER} & set(new), "who only issues proofs has nothing to list"
    assert "U-NEW" not in {lead.subject for lead in of(LeadRule.LIST_MISSING)}, "without a matter there is nothing to list (16.3)"
    with transaction() as session:
        session.add(Unit(code="U-PUB", name="演示公共服务单位", kind="public_service", uscc=None))
        session.flush()
        for place, unit in enumerate(("U-NEW", ISSUER, "U-PUB")):
            session.add(Matter(code=f"M-{place}", name="演示新事项", unit=unit, handling=HandlingType.IMMEDIATE))
    look()
    assert {lead.unit: lead.counts["清单"] for lead in of(LeadRule.NOT_TAKING_PART)}[ISSUER] == "无"
    assert {lead.subject: lead.counts for lead in of(LeadRule.LIST_MISSING)}["U-NEW"] == {"没有清单的单位": "演示新单位"}
    assert "U-PUB" not in {lead.subject for lead in of(LeadRule.LIST_MISSING)}, "nobody may draft it yet (5.1): nobody refused"


def test_a_unit_that_works_at_the_counter_takes_part(ledger: str) -> None:
    """Obligation 16.1: by password or by the district's provider; neither needs a key."""

    def amiss() -> bool:
        with transaction() as session:
            found = lists.indications(session, START, END, LATER)
        return any(one.rule is LeadRule.NOT_TAKING_PART and one.unit == UNIT for one in found)

    assert amiss()
    with transaction() as session:
        session.add(Credential(id=uuid4(), person=FILER.person, password="$argon2id$", totp=b"x", totp_step=0, set_at=NOW))
    assert not amiss()
    with transaction() as session:
        session.execute(update(Credential).values(password=""))
    assert amiss(), "taken back"
    signed_in = {"method": Method.PROVIDER, "browser": "other", "made_at": NOW, "used_at": NOW}
    with transaction() as session:
        session.add(WebSession(id=uuid4(), digest="d", lineage=uuid4(), person=FILER.person, unit=UNIT, **signed_in))
    assert not amiss()
    with transaction() as session:
        session.execute(update(WebSession).values(used_at=START - timedelta(minutes=1)))
    assert amiss(), "nobody came this week"


@pytest.mark.parametrize("whose", ["person", "system"])
def test_a_unit_whose_keys_do_not_open_any_more_does_not_take_part(ledger: str, whose: str) -> None:
    """Obligation 16.1."""
    holder = {whose: FILER.person if whose == "person" else "s-permit"}
    with transaction() as session:
        session.add(System(code="s-permit", unit=UNIT, name="演示业务系统"))
        session.flush()
        keys.make(session, **holder, now=NOW, actor="test")

    def says() -> list[str]:
        with transaction() as session:
            found = lists.indications(session, START, END, LATER)
        return [
            str(indication.counts["登录或接口密钥"])
            for indication in found
            if indication.rule is LeadRule.NOT_TAKING_PART and indication.unit == UNIT
        ]

    assert says() == []
    with transaction() as session:
        keys.revoke(session, **holder, now=LATER + timedelta(minutes=1))
    assert says() == []  # at that time it did
    with transaction() as session:
        keys.make(session, **holder, now=LATER + timedelta(minutes=1), actor="test")
        session.execute(update(ApiKey).where(ApiKey.revoked_at.is_not(None)).values(revoked_at=LATER))
    assert says() == ["无"]


def test_proofs_asked_for_beside_the_list(ledger: str) -> None:
    """Obligations 16.2, 16.3."""
    for proof in ("P-X", "P-X", "P-Y"):
        do(filing.refuse, now=NOW, unit=UNIT, actor="x", code="proof_not_listed", obligation="2.1", matter="DEMO-0001", proof=proof)
    do(filing.refuse, now=NOW, unit=UNIT, actor="x", code="not_a_party", obligation="15.4", matter="DEMO-0001", proof="P-X")
    do(filing.refuse, now=END, unit=UNIT, actor="x", code="proof_not_listed", obligation="2.1", matter="DEMO-0001", proof="P-Z")
    about = row(file())
    with transaction() as session:
        number = session.get_one(Case, about.case).number
        session.execute(
            text(
                "INSERT INTO proof_kinds (code, name, basis, validity_days, sealed_when_negative) VALUES ('P-NEW', '新证明', '', 30, false)"
            )
        )
    brought(1, proof="P-NEW", number=number)
    look()
    assert [(lead.subject, lead.counts) for lead in of(LeadRule.UNLISTED_ASKED)] == [
        ("DEMO-0001/P-X", {"不予受理次数": 2}),
        ("DEMO-0001/P-Y", {"不予受理次数": 1}),
    ]
    assert [(lead.unit, lead.subject) for lead in of(LeadRule.PROOF_MISSING)] == [(UNIT, "DEMO-0001/P-NEW")]


def test_what_passed_after_a_merger_is_the_successors_sign(ledger: str) -> None:
    before, after = [[immediate(NOW + minutes * MINUTE)[0].number for _ in range(3)] for minutes in (0, 50)]
    do(unit_changes.merge, ISSUER, "370402-CIVIL", at=NOW + timedelta(hours=1), document="x", now=NOW + timedelta(hours=1), actor="x")
    swept(NOW + timedelta(hours=2))
    look()
    signs = {lead.unit: set(lead.numbers) for lead in of(LeadRule.LEFT_UNANSWERED)}
    assert signs == {ISSUER: set(before), "370402-CIVIL": set(after)}


def test_a_hard_limit_that_passed_unanswered(ledger: str) -> None:
    """Obligation 16.5."""
    late, _ = immediate()
    answered, request = immediate()
    other, _ = immediate()
    back, sent_back = immediate()
    swept(NOW + 40 * MINUTE)
    reply(request, now=NOW + 50 * MINUTE)
    wish = ReturnReason("不属本单位职责", None, "不清楚")
    do(returns.give_back, sent_back, ISSUER, wish, now=NOW + 50 * MINUTE, actor="person:demo-guangming-1")
    look()
    numbers = [lead.numbers for lead in of(LeadRule.LEFT_UNANSWERED)]
    hard = {late.number, other.number}
    assert not numbers or set(numbers[0]) == hard
    promised, _ = asked(promise_end=NOW + timedelta(hours=30))
    swept(NOW + timedelta(hours=47))
    look()
    (lead,) = of(LeadRule.LEFT_UNANSWERED)
    assert promised.number in lead.numbers and answered.number not in lead.numbers and lead.unit == ISSUER
    assert back.number not in lead.numbers, "what was sent back, late as it was, is no longer unanswered"


def test_what_units_send_back_and_nobody_takes(ledger: str) -> None:
    """Obligation 16.5."""
    lease, request = asked()
    do(returns.give_back, request, ISSUER, ReturnReason("不属本单位", "370402-CIVIL", None), now=NOW + MINUTE, actor="x")
    look()
    assert of(LeadRule.RETURNED_BY_ALL) == []  # once is no indication
    do(returns.forward, lease.number, "370402-CIVIL", now=NOW + MINUTE, actor="x")
    second = ask(lease)
    do(returns.give_back, second, "370402-CIVIL", ReturnReason("不属本单位", None, "不清楚"), now=NOW + 2 * MINUTE, actor="x")
    look()
    found_now = of(LeadRule.RETURNED_BY_ALL)
    assert [(lead.unit, lead.numbers) for lead in found_now] == [("370402-CIVIL", [lease.number]), (ISSUER, [lease.number])]


def test_three_late_returns_of_a_week_are_a_sign(ledger: str) -> None:
    """Obligation 16.5."""
    late = []
    for minutes in (30, 31, 40, 50):
        lease, request = asked()
        do(returns.give_back, request, ISSUER, ReturnReason("不属本单位", None, "不清楚"), now=NOW + timedelta(minutes=minutes), actor="x")
        late += [lease.number] if minutes > 30 else []
        look()
        assert len(of(LeadRule.RETURNED_LATE)) == (len(late) == 3)
    (lead,) = of(LeadRule.RETURNED_LATE)
    assert (lead.unit, sorted(lead.numbers)) == (ISSUER, sorted(late))


def test_complaints_about_a_listed_proof_without_the_duplicates(ledger: str) -> None:
    """Obligation 16.6."""
    sent = complaints.Intake(
        ComplaintChannel.LETTER,
        ComplaintAbout.STILL_ASKED,
        NOW,
        complaints.ReceivedComplaint("窗口仍要求提交户籍证明材料"),
        "L-1",
        UNIT,
        "DEMO-0001",
        "P-HOUSEHOLD",
    )
    kept, _ = do(complaints.take_in, sent, 15, **OFFICE)
    do(complaints.take_in, replace(sent, channel_number="L-2"), 15, **OFFICE)
    look()
    (lead,) = of(LeadRule.COMPLAINED)
    assert (lead.unit, lead.numbers, lead.counts) == (UNIT, [kept.number], {"投诉件数": 1})


def test_a_complaint_that_is_entered_weeks_later_is_a_sign_of_that_week(ledger: str) -> None:
    """Obligation 16.6: an export is a month's."""
    stated = complaints.ReceivedComplaint("窗口仍要求提交户籍证明材料")
    sent = complaints.Intake(ComplaintChannel.HOTLINE, ComplaintAbout.STILL_ASKED, NOW - timedelta(days=35), stated, "GD-1", UNIT)
    late, _ = do(complaints.take_in, sent, 15, **OFFICE)
    look()
    look()
    assert [(lead.unit, lead.numbers) for lead in of(LeadRule.COMPLAINED)] == [(UNIT, [late.number])]


@pytest.mark.parametrize(
    ("about", "rule"),
    [
        (ComplaintAbout.STILL_ASKED, LeadRule.COMPLAINED),
        (ComplaintAbout.INVENTED, LeadRule.COMPLAINED_INVENTED),
        (ComplaintAbout.NO_HELP, LeadRule.COMPLAINED_NO_HELP),
        (ComplaintAbout.WRONG_CONTENT, LeadRule.COMPLAINED_CONTENT),
        (ComplaintAbout.MISUSED, LeadRule.COMPLAINED_MISUSE),
        (ComplaintAbout.PAPER_REFUSED, LeadRule.COMPLAINED_REFUSAL),
    ],
)
def test_what_is_found_of_an_old_complaint_is_a_sign_once_and_once_only(ledger: str, about: ComplaintAbout, rule: LeadRule) -> None:
    """Obligations 2.6, 16.2, 16.5, 16.6, 16.8, 16.9: the hotline wrote 其他 weeks ago; what was a sign by itself is none again."""
    weeks_ago, long_ago = NOW - timedelta(days=35), {**OFFICE, "now": NOW - timedelta(days=30)}
    sent = complaints.Intake(
        ComplaintChannel.HOTLINE, ComplaintAbout.OTHER, weeks_ago, complaints.ReceivedComplaint("窗口办理的情况反映如下"), "GD-1", UNIT
    )
    old, _ = do(complaints.take_in, sent, 15, **long_ago)
    look()
    assert of(rule) == []
    assert do(complaint_steps.assess, old.number, Assessment(about), **OFFICE).about is about
    look()
    look()
    assert [(lead.unit, lead.numbers) for lead in of(rule)] == [(UNIT, [old.number])]
    (lead,) = of(rule)
    do(lead_steps.take, lead.number, LeadStep.NOTIFY, **OFFICE, text="请整改", record={"document": "1号文"}, days=10)
    for days, held in ((7, ComplaintAbout.OTHER), (14, about)):  # doubted, and found again in another week
        do(complaint_steps.assess, old.number, Assessment(held), **{**OFFICE, "now": NOW + timedelta(days=days)})
        do(leads.find, START + timedelta(days=days), END + timedelta(days=days), now=NOW + timedelta(days=days))
        do(leads.remark)
        remark = {"此后认定为其他情形或者其他单位的": 1} if held is not about else {}
        assert [one.counts for one in of(rule)] == [{"投诉件数": 1, **remark}], "whoever decides on it reads that"
    assert [(lead.unit, lead.numbers) for lead in of(rule)] == [(UNIT, [old.number])]
    elsewhere = {**OFFICE, "now": NOW + timedelta(days=14)}
    do(complaint_steps.assess, old.number, Assessment(about, {"unit": ISSUER}), **elsewhere)
    do(leads.find, START + timedelta(days=14), END + timedelta(days=14), now=NOW + timedelta(days=14))
    do(leads.remark)
    assert {lead.unit: len(lead.counts) for lead in of(rule)} == {UNIT: 2, ISSUER: 1}, "of another unit it is another sign"


def test_a_lead_names_every_complaint_and_says_when_it_does_not(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Obligation 16.5: none of sixty is lost, nor told of twice; of a flood the first are named, and how many there are."""
    sent = complaints.Intake(ComplaintChannel.HOTLINE, ComplaintAbout.NO_HELP, NOW, complaints.ReceivedComplaint(""), None, UNIT)
    for place in range(60):
        stated = complaints.ReceivedComplaint(f"第{'一' * place}个人说的另一件事情")
        do(complaints.take_in, replace(sent, channel_number=f"GD-{place}", stated=stated), 15, **OFFICE)
    look()
    (lead,) = of(LeadRule.COMPLAINED_NO_HELP)
    assert (len(lead.numbers), lead.counts) == (60, {"投诉件数": 60})
    monkeypatch.setattr(finding, "MOST_NUMBERS", 59)
    look()
    (lead,) = of(LeadRule.COMPLAINED_NO_HELP)
    assert (len(lead.numbers), lead.counts) == (59, {"投诉件数": 60, "编号共(只列前 59 个)": 60})


def test_a_sign_stays_in_its_own_lead_while_it_is_about_that(ledger: str) -> None:
    """Obligation 16.5: doubted and found again a week later, it is neither taken out of its lead nor a second one."""
    sent = complaints.Intake(
        ComplaintChannel.HOTLINE, ComplaintAbout.NO_HELP, NOW, complaints.ReceivedComplaint("核验一直没有结果的情况"), "GD-1", UNIT
    )
    other = replace(sent, channel_number="GD-2", stated=complaints.ReceivedComplaint("另一个人说的另一件事情"))
    first, second = [do(complaints.take_in, one, 15, **OFFICE)[0].number for one in (sent, other)]
    week = timedelta(days=7)

    def numbers_after(*held: ComplaintAbout) -> list[list[str]]:
        for about in held:
            do(complaint_steps.assess, first, Assessment(about), **{**OFFICE, "now": NOW + week})
        for start in (START, START + week):
            do(leads.find, start, start + week, now=NOW + week)
        return [sorted(lead.numbers) for lead in of(LeadRule.COMPLAINED_NO_HELP)]

    assert numbers_after() == [sorted([first, second])]
    assert numbers_after(ComplaintAbout.OTHER, ComplaintAbout.NO_HELP) == [sorted([first, second])]
    assert numbers_after(ComplaintAbout.OTHER) == [[second]], "what is about something else leaves it"


def test_what_people_complain_of_is_a_sign_of_its_clause(ledger: str) -> None:
    """Obligations 16.2, 16.5, 16.6, 16.8."""
    about = ComplaintAbout
    reports = {
        "INVENTED": [
            (about.INVENTED, None, None),
            (about.INVENTED, "DEMO-0002", "P-HOUSEHOLD"),  # listed, but not for this matter
            (about.STILL_ASKED, "DEMO-0002", "P-HOUSEHOLD"),
        ],
        "ASKED": [(about.STILL_ASKED, None, None), (about.INVENTED, "DEMO-0001", "P-HOUSEHOLD"), (about.INVENTED, None, "P-HOUSEHOLD")],
        "NO_HELP": [(about.NO_HELP, None, None)],
        "CONTENT": [(about.WRONG_CONTENT, None, "P-HOUSEHOLD")],
        "MISUSE": [(about.MISUSED, None, None)],
        "OTHER": [(about.OTHER, None, None)],
    }
    numbers: dict[str, list[str]] = {}
    for name, reported in reports.items():
        for place, (what, matter, proof) in enumerate(reported):
            stated = complaints.ReceivedComplaint(f"窗口办理时发生的情况之{name}{place}")
            sent = complaints.Intake(ComplaintChannel.LETTER, what, NOW, stated, f"{name}-{place}", UNIT, matter, proof)
            numbers.setdefault(name, []).append(do(complaints.take_in, sent, 15, **OFFICE)[0].number)
    look()
    rules = {
        "INVENTED": LeadRule.COMPLAINED_INVENTED,
        "ASKED": LeadRule.COMPLAINED,
        "NO_HELP": LeadRule.COMPLAINED_NO_HELP,
        "CONTENT": LeadRule.COMPLAINED_CONTENT,
        "MISUSE": LeadRule.COMPLAINED_MISUSE,
    }
    for name, rule in rules.items():
        (lead,) = of(rule)
        assert (lead.unit, sorted(lead.numbers), lead.counts) == (UNIT, sorted(numbers[name]), {"投诉件数": len(numbers[name])}), name
    told = {number for lead in all_of(Lead) for number in lead.numbers}
    assert not told & set(numbers["OTHER"])


def test_an_account_that_is_used_from_several_places_within_an_hour(ledger: str) -> None:
    """Obligation 16.7."""
    at = NOW.replace(minute=10)
    for minute, address in ((0, "a"), (10, "b"), (30, "c"), (31, "c")):
        do(origins.note, OriginOf.ACCOUNT, FILER.person, address, now=at + minute * MINUTE)
    for hour, address in ((0, "a"), (0, "b"), (1, "c"), (2, "d")):  # never three in one hour
        do(origins.note, OriginOf.ACCOUNT, "demo-guangming-1", address, now=at + hour * 60 * MINUTE)
    look()
    assert not [lead for lead in of(LeadRule.SHARED_ACCOUNT) if lead.unit != UNIT]
    (lead,) = of(LeadRule.SHARED_ACCOUNT)
    assert (lead.counts, lead.numbers) == ({"一小时内使用的地点": 3}, [])
    filed, later = file(now=at + 20 * MINUTE), file(now=at + 80 * MINUTE)
    look()
    (lead,) = of(LeadRule.SHARED_ACCOUNT)
    assert filed in lead.numbers and later not in lead.numbers


def test_a_proof_that_is_checked_from_many_places(ledger: str) -> None:
    """Obligation 16.9."""
    few, many = delivered(), delivered()
    for place in range(12):
        do(origins.note, OriginOf.PROOF, many, f"p{place}", now=NOW)
        do(origins.note, OriginOf.PROOF, few, f"p{place % 9}", now=NOW)
        do(origins.note, OriginOf.PROOF, few, f"p{place}", now=END)  # the week after
    look()
    (lead,) = of(LeadRule.MUCH_CHECKED)
    assert (lead.unit, lead.numbers, lead.counts) == (UNIT, [many], {"多处核验的证明": 1})


def test_proofs_that_one_person_fetches_when_the_unit_is_shut(ledger: str, owner_url: str) -> None:
    """Obligation 16.9."""
    numbers = sorted(delivered() for _ in range(11))
    noon, night = (datetime.fromisoformat(f"2026-03-04T{clock}+08:00") for clock in ("12:00", "23:30"))
    for number in numbers[:10]:
        do(record_access, number, "proof", actor="person:a", unit=UNIT, now=night)
        do(record_access, number, "proof", actor="person:b", unit=UNIT, now=noon.replace(hour=11))
    for number in numbers:
        do(record_access, number, "proof", actor="person:c via sys", unit=UNIT, now=night)
    do(record_access, numbers[0], "proof", actor="person:a", unit=UNIT, now=night)  # again: one and the same proof
    for number in numbers[:9]:
        do(record_access, number, "proof", actor="person:d", unit=UNIT, now=noon)  # the lunch hour
    look()
    (lead,) = of(LeadRule.OFF_HOURS_COPIES)
    assert (lead.unit, lead.numbers, lead.counts) == (UNIT, numbers[:10], {"非服务时间下载的核验": 10})
    do(record_access, numbers[9], "proof", actor="person:d", unit=UNIT, now=noon)
    do(record_access, numbers[10], "proof", actor="person:d", unit=UNIT, now=noon)
    look()
    (lead,) = of(LeadRule.OFF_HOURS_COPIES)
    assert lead.counts == {"非服务时间下载的核验": 11}  # of two persons the one with most
    owner = create_engine(owner_url)
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM calendar_years"))
    owner.dispose()
    with transaction() as session:  # without a calendar nobody can say when it was shut
        assert LeadRule.OFF_HOURS_COPIES not in {indication.rule for indication in usage.indications(session, START, END, LATER)}


def test_origins_are_kept_as_long_as_a_rule_looks_at_them(ledger: str) -> None:
    old, kept = LATER - timedelta(weeks=7), LATER - timedelta(weeks=5)
    for at in (old, kept):
        do(origins.note, OriginOf.ACCOUNT, FILER.person, "a", now=at)
    do(leads.find_daily, LATER)
    (row,) = all_of(Origin)
    assert row.since <= kept < row.since + timedelta(hours=1)


def test_papers_without_the_applicants_word_and_a_share_that_stands_out(ledger: str) -> None:
    """Obligations 7.5, 16.6."""
    number = do(lambda session: session.get_one(Case, row(file()).case).number)
    brought(2, number=number)
    look()
    assert of(LeadRule.UNCONFIRMED_PAPERS) == [] == of(LeadRule.VOLUNTARY_OUTLIER)
    brought(28, number=number)
    others = (
        "INSERT INTO voluntary_submissions (id, at, unit, listed, marks, stated, clerk, reason, retain_until) SELECT "
        "gen_random_uuid(), :at, '370402-CIVIL', false, '{}', 'x', 'x', 'other', :at FROM generate_series(1, 30)"
    )
    with transaction() as session:
        session.execute(text(others), {"at": NOW})
    look()
    (lead,) = of(LeadRule.UNCONFIRMED_PAPERS)
    assert lead.counts == {"无本人确认次数": 30}
    assert of(LeadRule.VOLUNTARY_OUTLIER) == []  # nobody to be compared with: the others filed nothing
    with transaction() as session:
        session.execute(text(others.replace("false, '{}'", "true, '{}'").replace("(1, 30)", "(1, 5)")), {"at": NOW})
        source = (
            "SELECT 'HYX' || n, case_id, party_id, entry_id, '370402-CIVIL', filed_at, filed_by, state, proof_version, "
            "share_failed, failed_passes, lease_token, run_serial FROM verifications, generate_series(1, 500) n LIMIT 500"
        )
        session.execute(
            text(
                f"INSERT INTO verifications (number, case_id, party_id, entry_id, unit, filed_at, filed_by, state, "
                f"proof_version, share_failed, failed_passes, lease_token, run_serial) {source}"
            )
        )
    look()
    (lead,) = of(LeadRule.VOLUNTARY_OUTLIER)
    assert (lead.unit, lead.counts["主动提供"], lead.counts["其他单位合计"]) == (UNIT, 30, 505)


def test_look_ups_elsewhere_from_five_on(ledger: str) -> None:
    """Obligations 7.3, 16.7."""
    about = row(file())
    for times in (4, 1):
        for _ in range(times):
            with transaction() as session:
                offsystem.record(
                    session,
                    UNIT,
                    session.get_one(Case, about.case),
                    session.get_one(Party, about.party),
                    "P-HOUSEHOLD",
                    "省库",
                    "demo-permit-1",
                    NOW,
                    OffSystemResult.CONFIRMED,
                    "a" * 64,
                    now=NOW,
                    actor="x",
                )
        look()
        assert [lead.counts for lead in of(LeadRule.OFF_SYSTEM)] == ([] if times == 4 else [{"系统外查询": 5}])


@pytest.mark.parametrize("begins", [10_000, 10_800])  # within a second of the clock's, and across two
def test_answers_in_bulk_by_one_person_within_a_second(ledger: str, begins: int) -> None:
    """Obligation 16.7."""
    requests = [asked() for _ in range(6)]
    for place, (_, request) in enumerate(requests):
        reply(request, now=NOW + timedelta(milliseconds=begins + 240 * place))
    with transaction() as session:
        session.execute(update(Request).values(answered_by=Request.verification))  # each by another person
    look()
    assert of(LeadRule.BULK_ANSWERS) == []
    with transaction() as session:
        session.execute(update(Request).values(answered_by="person:one"))
    look()
    (lead,) = of(LeadRule.BULK_ANSWERS)
    assert (lead.unit, lead.counts) == (ISSUER, {"同一秒内答复": 5})  # the sixth came 1.2 s after the first
    assert set(lead.numbers) < {lease.number for lease, _ in requests} and len(lead.numbers) == 5


def test_cases_dated_back_and_cases_for_the_look_up_alone(ledger: str) -> None:
    """Obligation 16.7."""
    old = [file(accepted_at=NOW - timedelta(days=4)) for _ in range(3)]
    file(accepted_at=NOW - timedelta(days=2))
    quick = [delivered(handling=HandlingType.PROMISED) for _ in range(3)]
    for number in quick:
        case = do(lambda session, number=number: session.get_one(Case, row(number).case).number)
        do(cases.close, UNIT, case, now=NOW + 5 * MINUTE, actor="x")
    look()
    (back,) = of(LeadRule.BACKDATED)
    assert (set(back.numbers), back.counts) == (set(old), {"办件": 3})
    (alone,) = of(LeadRule.CASE_FOR_LOOKUP)
    assert set(alone.numbers) == set(quick)


def test_what_was_corrected_after_delivery_and_fetched_again_and_again(ledger: str) -> None:
    """Obligations 16.8, 16.9."""
    lease, request = asked()
    reply(request)
    seal(lease)
    deliver(lease)
    check = do(mismatches.report, lease.number, ["人均月收入"], "三百元", None, ISSUER, FILER, now=NOW + 2 * MINUTE).check
    assert check is not None
    again = hold(check)
    take_up(again)
    second = ask(again)
    reply(second, fields={"家庭人口": "3", "人均月收入": "300", "认定结论": "符合"}, now=NOW + 3 * MINUTE)
    seal(again, NOW + 3 * MINUTE)
    deliver(again, NOW + 3 * MINUTE)
    for actor, times in (("person:a", 5), ("person:b", 4)):
        for _ in range(times):
            do(record_access, lease.number, "proof", actor=actor, unit=UNIT, now=NOW)
    for _ in range(9):
        do(record_access, check, "result", actor="person:a", unit=UNIT, now=NOW)
    look()
    (lead,) = of(LeadRule.CORRECTED)
    assert (lead.unit, lead.numbers) == (ISSUER, [lease.number])
    (copies,) = of(LeadRule.REPEATED_COPIES)
    assert (copies.unit, copies.numbers) == (UNIT, [lease.number])


def by_hand() -> str:
    indication = Indication(LeadRule.BY_HAND, UNIT, f"现场检查 {uuid4()}", counts={"检查": 1})
    lead, _ = do(
        leads.record, indication, START, END, now=NOW, actor="demo-admin", clause="16.6", unit="370402-OFFICE", text="窗口仍要求提交"
    )
    return lead.number


def take(number: str, step: LeadStep, who: Mapping[str, Any] = OFFICE, **more: Any) -> Lead:
    return do(lead_steps.take, number, step, **{**who, **more})


def notified(**more: Any) -> str:
    number = by_hand()
    take(number, LeadStep.NOTIFY, record={"document": "整改〔2026〕1号"}, days=10, **more)
    return number


def test_the_path_to_a_decision_is_on_the_record(ledger: str) -> None:
    """Obligation 16.11."""
    number = by_hand()
    with pytest.raises(LeadRefused, match="文书"):
        take(number, LeadStep.NOTIFY, days=10)
    lead = take(number, LeadStep.NOTIFY, record={"document": "整改〔2026〕1号"}, days=10)
    assert lead.due_at == datetime.fromisoformat("2026-03-21T00:00+08:00")
    with pytest.raises(lead_steps.LeadUnknown):
        take(number, LeadStep.ANSWER, {**UNIT_SAYS, "unit": ISSUER}, text="不是我们")
    take(number, LeadStep.ANSWER, UNIT_SAYS, text="演示乙丑已退还材料")
    assert take(number, LeadStep.ACCEPT, text="核实").standing is LeadStatus.RECTIFIED
    with pytest.raises(LeadRefused, match="整改到位,不能"):
        take(number, LeadStep.TRANSFER, record={"document": "移送"})
    take(number, LeadStep.COMPENSATE, record={"document": "赔偿决定 1 号", "amount": "120.00"})
    lead = do(lead_steps.find, number)
    steps = do(leads.steps_of, lead)
    assert [one.step for one in steps] == [LeadStep.FIND, LeadStep.NOTIFY, LeadStep.ANSWER, LeadStep.ACCEPT, LeadStep.COMPENSATE]
    assert lead_steps.text_of(steps[2]) == "演示乙丑已退还材料" and all(one.person and one.at for one in steps)
    with engine().connect() as connection:
        assert "演示乙丑" not in "".join(connection.scalars(text("SELECT t::text FROM lead_steps AS t")))


def test_without_an_answer_only_after_the_term(ledger: str) -> None:
    """Obligation 16.0."""
    number = notified()
    transfer = {"record": {"document": "移送〔2026〕1号"}}
    last = datetime.fromisoformat("2026-03-21T00:00+08:00")  # 24:00 of the last day, on which it may still answer
    for early in (NOW, last):
        with pytest.raises(LeadRefused, match="期限未到"):
            take(number, LeadStep.TRANSFER, **transfer, now=early)
    after = last + timedelta(microseconds=1)
    assert take(number, LeadStep.TRANSFER, **transfer, now=after).standing is LeadStatus.TRANSFERRED
    with pytest.raises(LeadRefused, match="文书"):
        take(number, LeadStep.OUTCOME, text="通报")
    assert take(number, LeadStep.OUTCOME, text="通报", record={"document": "通报〔2026〕3号"}).standing is LeadStatus.TRANSFERRED


def test_an_exemption_needs_its_clause_and_evidence(ledger: str) -> None:
    number = notified()
    take(number, LeadStep.ANSWER, UNIT_SAYS, text="依集体决定")
    with pytest.raises(LeadRefused, match="免责情形"):
        take(number, LeadStep.EXEMPT, record={"document": "会议纪要 7 号"})
    assert take(number, LeadStep.EXEMPT, record={"document": "会议纪要 7 号", "exemption": "17.3"}).standing is LeadStatus.EXEMPTED


def test_a_term_without_a_calendar_waits_for_it(ledger: str) -> None:
    at = datetime.fromisoformat("2031-06-02T09:00+08:00")
    number = notified(now=at)
    with pytest.raises(LeadRefused, match="未定"):
        take(number, LeadStep.TRANSFER, record={"document": "移送"}, now=at + timedelta(days=90))
    do(calendars.put_year, 2031, [date(2031, 6, 6)], [], provisional=False, source="通知", reason="录入", now=at, actor="x")
    assert do(lead_steps.find, number).due_at == datetime.fromisoformat("2031-06-18T00:00+08:00")


def test_the_report_tells_of_the_week_and_of_what_is_open(ledger: str) -> None:
    number = by_hand()
    lines = do(leads.standing, START, END, UNIT)
    assert [(line.number, line.clause, line.standing) for line in lines] == [(number, "16.6", "线索")]
    assert lines[0].evidence.endswith("检查 1") and "违规" not in str(lines)
    week_after = (END, END + timedelta(days=7), None)
    assert [line.number for line in do(leads.standing, *week_after)] == [number]
    take(number, LeadStep.DISMISS)
    assert do(leads.standing, *week_after) == [] and do(leads.standing, START, END, ISSUER) == []
    assert [line.standing for line in do(leads.standing, START, END, None)] == ["不成立"]


def test_what_somebody_acts_on_keeps_its_evidence(ledger: str) -> None:
    refusal = {
        "now": NOW,
        "unit": UNIT,
        "actor": "x",
        "code": "proof_not_listed",
        "obligation": "2.1",
        "matter": "DEMO-0001",
        "proof": "P-X",
    }
    do(filing.refuse, **refusal)
    look()
    do(filing.refuse, **refusal)
    look()
    (lead,) = of(LeadRule.UNLISTED_ASKED)
    assert lead.counts == {"不予受理次数": 2}
    take(lead.number, LeadStep.NOTIFY, record={"document": "1号"}, days=5)
    do(filing.refuse, **refusal)
    look()
    assert of(LeadRule.UNLISTED_ASKED)[0].counts == {"不予受理次数": 2}


def test_nobody_changes_the_steps(ledger: str) -> None:
    by_hand()
    for table in ("lead_steps", "complaint_steps", "register_entries"):
        with engine().connect() as connection, pytest.raises(Exception, match="permission denied"):
            connection.execute(text(f"DELETE FROM {table}"))
