"""众多不同当事人 and the other signs of obligation 16.7 that look at keys: by key, unit, matter and case, systems' keys included."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from domain.leads import LeadRule
from domain.quotas import Deed, quotas
from ledger.actor import Filer
from ledger.database import transaction
from ledger.lifecycle import admission
from ledger.oversight import leads
from ledger.oversight.indicators import crowds, usage
from ledger.tables.admission import QuotaUse
from ledger.tables.oversight import Lead
from sandbox.people import PERSONS
from tests.ledger.acting import all_of, do
from tests.ledger.filing import FILER, NOW, UNIT, file

START, END = datetime.fromisoformat("2026-03-02T00:00+08:00"), datetime.fromisoformat("2026-03-09T00:00+08:00")
LATER = NOW + timedelta(days=4)
SYSTEM, COLLEAGUE = Filer(UNIT, "demo-permit-1", "s-hall"), Filer(UNIT, "demo-permit-2")
CIVIL = Filer("370402-CIVIL", "demo-civil-1")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def filed(
    count: int,
    filers: Iterable[Filer] = (SYSTEM,),
    *,
    apart: timedelta = SECOND,
    begins: datetime = NOW,
    persons: int = 0,
    one_case: bool = False,
    matters: Iterable[str] = ("DEMO-0001",),
    channel: str = "window",
    closed: int | None = None,
    promise: datetime | None = None,
) -> list[str]:
    """Verifications as rows, by the filers in turn, over the matters in turn; of so many persons (each another), each in a
    case of its own, of which the first `closed` have ended. Gives their numbers."""
    example, filers, matters, run = file(now=NOW - timedelta(days=40)), list(filers), list(matters), f"{begins.timestamp()}{count}{apart}"
    rows = [
        {
            "number": f"HYQ{place:04d}{abs(hash((run, filers[0].unit, filers[0].system))):x}",
            "case_number": f"Q-{run}-{filers[0].unit}-{'one' if one_case else place}",
            "at": (begins + place * apart).isoformat(),
            "by": who.person,
            "via": who.system,
            "unit": who.unit,
            "matter": matters[place % len(matters)],
            "person": f"{run}-{place % (persons or count)}",
            "ended": (begins + timedelta(days=1)).isoformat() if closed is not None and place < closed else None,
        }
        for place in range(count)
        for who in (filers[place % len(filers)],)
    ]
    about = {"rows": json.dumps(rows), "example": example, "channel": channel, "promise": promise or begins + timedelta(days=30)}
    sent = (
        "jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (number text, case_number text, at timestamptz, by text, via text, unit text, "
        "matter text, person text, ended timestamptz)"
    )
    with transaction() as session:
        session.execute(
            text(
                "INSERT INTO cases (id, unit, number, matter, handling, accepted_at, promise_end, promise_derived, channel, registered_at, "
                "registered_by, closed_at, data_key, master_key) SELECT gen_random_uuid(), r.unit, r.case_number, r.matter, "
                "c.handling, r.at, "
                f":promise, false, :channel, r.at, 'x', r.ended, c.data_key, c.master_key FROM {sent}, cases c JOIN verifications v "
                "ON v.case_id = c.id WHERE v.number = :example ON CONFLICT DO NOTHING"
            ),
            about,
        )
        session.execute(
            text(
                "INSERT INTO parties (id, case_id, role, id_type, lookup, name, id_number) SELECT gen_random_uuid(), c.id, 'other', "
                f"'citizen_id', r.person, 'x', 'x' FROM {sent} JOIN cases c ON c.unit = r.unit AND c.number = r.case_number ON "
                f"CONFLICT DO NOTHING"
            ),
            about,
        )
        session.execute(
            text(
                "INSERT INTO verifications (number, case_id, party_id, entry_id, unit, filed_at, filed_by, via_system, state, "
                "result, ended_at, "
                "proof_version, share_failed, failed_passes, lease_token, run_serial) SELECT r.number, c.id, p.id, v.entry_id, "
                "r.unit, r.at, "
                f"r.by, r.via, 'delivered', 'confirmed', r.at, 1, false, 0, 0, 0 FROM {sent} JOIN cases c ON c.unit = r.unit AND "
                "c.number = r.case_number JOIN parties p ON p.case_id = c.id AND p.lookup = r.person, verifications v WHERE "
                "v.number = :example"
            ),
            about,
        )
    return [str(one["number"]) for one in rows]


def indications(rule: LeadRule) -> list[Lead]:
    do(leads.find, START, END, now=LATER)
    return sorted(all_of(Lead, rule=rule), key=lambda one: (one.unit, one.subject))


def counted(rule: LeadRule) -> list[tuple[str, str, dict[str, object]]]:
    return [(one.unit, one.subject, one.counts) for one in indications(rule)]


@pytest.mark.parametrize(
    ("filers", "matters", "one_case", "counts"),
    [
        ([SYSTEM], ["DEMO-0001"], False, (1, 1, 40)),
        ([SYSTEM], ["DEMO-0001", "DEMO-0003"], False, (1, 2, 40)),  # several matters
        ([SYSTEM, Filer(UNIT, "demo-permit-1", "s-2"), FILER, COLLEAGUE], ["DEMO-0001"], False, (4, 1, 40)),  # several keys of one unit
        ([SYSTEM], ["DEMO-0001"], True, (1, 1, 1)),  # one case
    ],
)
def test_a_burst_is_seen_within_minutes_by_whatever_keys(
    ledger: str, filers: list[Filer], matters: list[str], one_case: bool, counts: tuple[int, int, int]
) -> None:
    numbers = filed(40, filers, apart=timedelta(milliseconds=375), matters=matters, one_case=one_case)
    seen = NOW + timedelta(minutes=2)
    assert do(leads.find_at_once, seen) == 1 + one_case and do(leads.find_at_once, seen + MINUTE) is None
    assert do(leads.find_at_once, seen + 2 * MINUTE) == 0, "what is known is not found again"
    (lead,) = all_of(Lead, rule=LeadRule.STRANGERS_AT_ONCE)
    assert (lead.unit, lead.subject, sorted(lead.numbers)) == (UNIT, "", sorted(numbers))
    assert lead.counts == {"不同当事人": 40, **dict(zip(("密钥", "事项", "办件"), counts, strict=True))}
    assert not any(person.name in str(lead.counts) for person in PERSONS)
    assert [one.counts for one in indications(LeadRule.STRANGERS_AT_ONCE)] == [lead.counts]


def test_a_burst_across_the_clocks_minute_and_beside_a_repeated_question(ledger: str) -> None:
    filed(32, begins=NOW - 8 * SECOND)
    filed(500, [FILER], begins=NOW + timedelta(hours=1), apart=SECOND / 10, persons=3)  # one question again and again is no crowd
    assert [counts["不同当事人"] for *_, counts in counted(LeadRule.STRANGERS_AT_ONCE)] == [32]
    assert counted(LeadRule.STRANGERS_BY_ONE_KEY) == []


def test_one_persons_key_within_a_minute_and_a_family_is_none(ledger: str) -> None:
    filed(24, [FILER], apart=SECOND, persons=6)  # six of a family, four papers each
    filed(11, [COLLEAGUE], begins=NOW + timedelta(hours=1))
    filed(14, begins=NOW + timedelta(hours=2))  # a system's is no one person's
    assert counted(LeadRule.STRANGERS_BY_ONE_KEY) == []
    filed(13, [COLLEAGUE], begins=NOW + timedelta(hours=3), matters=["DEMO-0001", "DEMO-0003"])
    assert counted(LeadRule.STRANGERS_BY_ONE_KEY) == [(UNIT, "", {"不同当事人": 13, "密钥": 1, "事项": 2, "办件": 13})]


def test_many_strangers_in_an_hour_over_one_matter(ledger: str) -> None:
    """Obligation 16.7."""
    filed(59, [FILER], apart=timedelta(seconds=60))
    filed(61, apart=timedelta(seconds=59))  # a system's
    filed(200, [FILER], apart=timedelta(seconds=10), begins=NOW + timedelta(hours=8), persons=30)
    assert counted(LeadRule.MANY_STRANGERS) == []
    filed(61, [COLLEAGUE], apart=timedelta(seconds=59), begins=NOW + timedelta(hours=20))
    assert counted(LeadRule.MANY_STRANGERS) == [(UNIT, "DEMO-0001", {"不同当事人": 61, "密钥": 1, "事项": 1, "办件": 61})]


def test_a_busy_window_of_three_hundred_a_day_is_no_sign(ledger: str) -> None:
    for day in range(3):
        filed(300, [FILER], apart=timedelta(seconds=90), begins=NOW - timedelta(days=1 - day), closed=300, promise=NOW + timedelta(days=1))
        filed(2000, apart=timedelta(seconds=13), begins=NOW - timedelta(days=1 - day), closed=2000, promise=NOW + timedelta(days=1))
    of_crowds = {
        LeadRule.MANY_STRANGERS,
        LeadRule.STRANGERS_AT_ONCE,
        LeadRule.STRANGERS_BY_ONE_KEY,
        LeadRule.MANY_IN_ONE_CASE,
        LeadRule.UNUSED_LOOKUPS,
        LeadRule.OFF_HOURS_LOOKUPS,
    }
    do(leads.find, START, END, now=LATER)
    assert not of_crowds & {lead.rule for lead in all_of(Lead)}


def test_one_case_with_many_people_over_the_days(ledger: str) -> None:
    filed(14, one_case=True, apart=timedelta(hours=4))
    assert counted(LeadRule.MANY_IN_ONE_CASE) == []
    numbers = filed(16, one_case=True, apart=timedelta(hours=5), begins=NOW - timedelta(hours=1))
    (lead,) = indications(LeadRule.MANY_IN_ONE_CASE)
    assert (lead.counts, sorted(lead.numbers)) == ({"不同当事人": 16}, sorted(numbers)) and lead.subject.startswith("Q-")


def test_results_that_nobody_goes_on_with(ledger: str) -> None:
    due = NOW + timedelta(hours=20)
    filed(40, [CIVIL], closed=38, promise=due, apart=MINUTE)
    filed(30, closed=24, promise=due, begins=NOW + timedelta(hours=1), apart=MINUTE)
    filed(30, [FILER], closed=0, promise=NOW + timedelta(days=20), apart=MINUTE)  # not due yet
    assert counted(LeadRule.UNUSED_LOOKUPS) == []
    unused = filed(30, closed=0, promise=due, begins=NOW + timedelta(hours=2), apart=MINUTE)
    (lead,) = indications(LeadRule.UNUSED_LOOKUPS)
    assert (lead.unit, lead.subject) == (UNIT, "s-hall") and len(set(lead.numbers) & set(unused)) == 30
    assert lead.counts == {"未办结": 36, "取得结果": 60, "其他单位未办结": 2, "其他单位取得结果": 40}


def test_where_nobody_enters_the_end_nobody_stands_out(ledger: str) -> None:
    due = NOW + timedelta(hours=20)
    filed(40, [CIVIL], closed=2, promise=due, apart=MINUTE)
    filed(40, closed=0, promise=due, apart=MINUTE)
    assert counted(LeadRule.UNUSED_LOOKUPS) == []


@pytest.mark.parametrize(("filer", "subject"), [(SYSTEM, "s-hall"), (FILER, "")])
def test_a_counters_cases_at_night_by_whatever_key(ledger: str, filer: Filer, subject: str) -> None:
    night, evening = (datetime.fromisoformat(f"2026-03-04T{clock}+08:00") for clock in ("23:30", "17:35"))
    filed(20, [filer], begins=night, apart=MINUTE, channel="web")  # filed at home, asked about at once
    filed(20, [filer], begins=evening, apart=MINUTE)  # the queue that is still there
    filed(9, [filer], begins=night, apart=MINUTE)
    assert counted(LeadRule.OFF_HOURS_LOOKUPS) == []
    filed(3, [filer], begins=night + timedelta(hours=3), apart=MINUTE)
    assert counted(LeadRule.OFF_HOURS_LOOKUPS) == [(UNIT, subject, {"非服务时间发起的核验": 12})]


def test_of_who_downloads_when_nobody_serves_the_one_with_most_proofs_is_told_of(ledger: str) -> None:
    """Obligation 16.9: not who downloads most often; counted in Python, over drawn downloads."""
    drawn, night, told = random.Random(16_009), datetime.fromisoformat("2026-03-04T22:00+08:00"), 0
    proofs = filed(20, [FILER], apart=MINUTE)
    insert = text("INSERT INTO accesses (at, actor, unit, verification, what) VALUES (:at, :actor, :unit, :number, 'proof')")
    for _ in range(25):
        fetched = {
            actor: drawn.choices(several, k=40) if drawn.random() < 0.5 else several
            for actor in drawn.sample(["person:a", "person:b", "person:c", "person:d", "person:e via s-hall"], 4)
            for several in [drawn.sample(proofs, drawn.randint(8, 14))]
        }
        by_day = [(night - timedelta(hours=12), "person:f", number) for number in proofs]
        rows = [(night, actor, number) for actor, numbers in fetched.items() for number in numbers] + by_day
        with transaction() as session, session.begin_nested() as undone:
            session.execute(insert, [{"at": at, "actor": actor, "unit": UNIT, "number": number} for at, actor, number in rows])
            found = usage.indications(session, START, END, LATER)
            undone.rollback()
        persons = {actor: sorted(set(numbers)) for actor, numbers in fetched.items() if "via" not in actor and len(set(numbers)) >= 10}
        most = min(persons, key=lambda actor: (-len(persons[actor]), actor), default=None)
        expected = [] if most is None else [(UNIT, tuple(persons[most]), {"非服务时间下载的核验": len(persons[most])})]
        assert [(one.unit, one.numbers, one.counts) for one in found if one.rule is LeadRule.OFF_HOURS_COPIES] == expected
        told += len(expected)
    assert 10 < told


def test_a_crowd_is_found_alike_in_a_quiet_week_and_in_a_full_one(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    filed(32, apart=timedelta(seconds=1), begins=NOW + timedelta(seconds=48))
    filed(61, [COLLEAGUE], apart=timedelta(seconds=30), begins=NOW + timedelta(hours=20))
    with transaction() as session:
        quiet = crowds.indications(session, START, END, LATER)
        monkeypatch.setattr(crowds, "_FEW", 1_000_000)  # as if most minutes were full
        assert crowds.indications(session, START, END, LATER) == quiet
    assert {one.rule for one in quiet} >= {LeadRule.STRANGERS_AT_ONCE, LeadRule.MANY_STRANGERS}


def test_a_spent_quota_is_a_sign(ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "of", lambda whose: quotas("2/minute 5/day" if whose == "person" else ""))
    for minute in range(2):
        do(admission.admit, FILER, Deed.VERIFICATION, now=NOW + minute * MINUTE, matter="DEMO-0001")
    assert counted(LeadRule.QUOTA_SPENT) == []
    do(admission.admit, FILER, Deed.VERIFICATION, now=NOW, matter="DEMO-0001")
    with pytest.raises(admission.QuotaSpent):
        do(admission.admit, FILER, Deed.VERIFICATION, now=NOW, matter="DEMO-0001")
    do(admission.admit, FILER, Deed.CASE, now=NOW, matter="DEMO-0001")  # counted for itself
    assert {one.count for one in all_of(QuotaUse, lasts="day")} == {3, 1}
    assert counted(LeadRule.QUOTA_SPENT) == [(UNIT, "这名人员每分钟 2 件", {"次数": 1})]
