"""编制: what was issued comes back byte for byte; what later knowledge corrects is another version that says so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ledger.calendars import outages
from ledger.outbox import reports
from ledger.outbox.reports import Wanted
from ledger.record import gathering, heads
from ledger.tables.reports import IssuedReport
from reports import figures, issuing, letters, periods
from reports.definitions import VERSION
from reports.issuing import NotOver
from reports.model import Report, from_json
from settings import LOCAL, settings
from tests.ledger.acting import HOUR, MINUTE, all_of, do, immediate, reply
from tests.ledger.filing import NOW, UNIT, file

pytestmark = pytest.mark.usefixtures("ledger")

WEEK = periods.parse("2026-W10")
MONDAY = WEEK.end + timedelta(hours=8)


def order(unit: str = "", reason: str = "") -> Wanted | None:
    return do(issuing.order, WEEK, unit, now=MONDAY, actor="person:demo-admin", reason=reason, again=bool(reason))


def make(wanted: Wanted | None, now: object = MONDAY) -> UUID:
    assert wanted is not None
    snapshot = issuing.snapshot(wanted, now)  # type: ignore[arg-type]
    return issuing.keep(wanted, snapshot, issuing.lay_out(snapshot), now=MONDAY, actor="system:test")[0]


def everything(report: UUID) -> tuple[str, bytes, bytes, bytes]:
    def look(session: object) -> tuple[str, bytes, bytes, bytes]:
        row = session.get_one(IssuedReport, report)  # type: ignore[attr-defined]
        return row.snapshot, row.html, row.pdf, row.xlsx

    return do(look)


def test_an_old_report_stays_as_it_was_and_the_new_one_names_what_it_corrects(monkeypatch: pytest.MonkeyPatch) -> None:
    file()
    first = make(order())
    before = everything(first)
    file(now=NOW + MINUTE)  # comes to light later
    real = figures.compute

    def by_other_definitions(*args: Any, **more: Any) -> Report:
        return replace(real(*args, **more), definitions="2099-01/1")

    monkeypatch.setattr(figures, "compute", by_other_definitions)
    second = make(order(reason="补登一件"), MONDAY + MINUTE)
    assert everything(first) == before and second != first
    report = do(lambda session: issuing.read(session, second)[1])
    assert report.issue == "〔2026〕第10期(更正,第2版)"
    assert "本版重新编制的原因:补登一件。" in report.notes
    (corrected,) = [note for note in report.notes if note.startswith("与第1版相比")]
    assert "收到由 1 更正为 2" in corrected and f"指标口径由 {VERSION} 更正为 2099-01/1" in corrected
    html = everything(second)[1].decode()
    assert "收到由1更正为2" in html and "第2版" in html


def test_a_report_made_right_after_an_outage_tells_of_it() -> None:
    """Nobody is back yet who would book it: from Sunday 22:00 on, of which two hours are the week's."""
    do(outages.pulse, outages.TIMEKEEPER, WEEK.end - 2 * HOUR)
    report = do(lambda session, made: issuing.read(session, made)[1], make(order()))
    assert [note for note in report.notes if "平台故障" in note] == [
        "平台故障 1 次,共 2.0 小时;按现行解读不从时限中扣除,超时的时限中有 0 个在运行期间遇到故障(平台原因)。"
    ]
    do(outages.pulse, outages.TIMEKEEPER, MONDAY + MINUTE)
    assert [(one.since, one.until) for one in do(outages.listed, WEEK.start, MONDAY)] == [(WEEK.end - 2 * HOUR, MONDAY + MINUTE)]


def test_a_report_made_right_after_an_outage_has_the_limits_that_it_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFLESS_READINGS", '{"outage_deducted": true}')
    settings.cache_clear()
    _, request = immediate()  # 09:00, half an hour
    do(outages.pulse, outages.TIMEKEEPER, NOW + 10 * MINUTE)
    reply(request, now=NOW + 40 * MINUTE)
    do(outages.pulse, "another", NOW + 40 * MINUTE)
    report = from_json(issuing.snapshot(order() or pytest.fail(), MONDAY))
    assert (report.limits.hard.part, report.limits.hard.whole) == (0, 0), "it runs on from Monday 08:00"
    monkeypatch.undo()
    settings.cache_clear()


def test_an_outage_that_became_known_later_is_named_by_the_next_version() -> None:
    first = make(order())
    do(outages.record, NOW, NOW + HOUR, "断电", now=MONDAY + HOUR, actor="system:test", automatic=True)
    second = make(order(reason="补登故障"), MONDAY + HOUR)
    third = make(order(reason="再编"), MONDAY + HOUR)
    told = [do(lambda session, made: issuing.read(session, made)[1], made).notes[-1] for made in (second, third)]
    assert first != second and told == [
        "与第1版相比:平台故障由 无 更正为 1 次;平台故障时间由 无 更正为 60 分钟;遇到平台故障的超时时限由 无 更正为 0;"
        "增加说明“平台故障 1 次,共 60 分钟;按现行解读不从时限中扣除,超时的时限中有 0 个在运行期间遇到故障(平台原因)”。",
        "与第2版相比,各项数字没有变化。",
    ]


def test_the_digest_is_that_of_the_snapshot_that_can_be_laid_out_again() -> None:
    report = make(order())
    snapshot, html, pdf, xlsx = everything(report)
    assert vars(issuing.lay_out(snapshot)) == {"html": html, "pdf": pdf, "xlsx": xlsx}
    assert json.loads(snapshot)["issuer"] == settings().report_issuer


def test_a_unit_s_report_carries_its_name_and_goes_to_nobody_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFLESS_REPORT_READERS", "a@example.cn")
    settings.cache_clear()
    own, district = make(order(UNIT)), make(order())
    rows = {row.id: row for row in all_of(IssuedReport)}
    assert letters.title(rows[own]).startswith("市中区行政审批服务局“无证明办事”工作周报〔2026〕第10期")
    mails = {report: do(reports.notifications.of_report, report) for report in (own, district)}
    assert (len(mails[own]), len(mails[district])) == (0, 1)
    monkeypatch.undo()
    settings.cache_clear()


def test_a_report_prints_the_last_head_of_the_record_before_it() -> None:
    """On paper in many hands it is what nobody takes back (decision 42)."""
    file()
    do(gathering.gather)
    head = do(heads.keep, now=MONDAY - HOUR)
    do(heads.keep, now=MONDAY + HOUR)
    report = make(order())
    snapshot, html, _, _ = everything(report)
    assert head is not None and head.root.hex()[:8] in html.decode() and "台账存证" in html.decode()
    assert f"{(MONDAY - HOUR).astimezone(LOCAL):%-H}时" in from_json(snapshot).record and f"{head.size:,} 条" in from_json(snapshot).record


def test_a_week_that_is_not_over_has_no_report() -> None:
    with pytest.raises(NotOver):
        do(issuing.order, WEEK, "", now=WEEK.end - MINUTE, actor="x")
    assert do(issuing.order, WEEK, "", now=WEEK.end, actor="x") is not None


def test_what_is_ordered_and_owed_is_made_once() -> None:
    file()
    order(), order(UNIT)
    assert [(one.scope, one.version) for one in do(issuing.owed, MONDAY)] == [("", 1), (UNIT, 1)]


def test_whom_to_call_is_the_district_s_to_say_and_stands_in_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    immediate()
    monkeypatch.setenv("PROOFLESS_REPORT_CONTACT", "综合科,0632-1234567")
    settings.cache_clear()
    wanted = order()
    assert wanted is not None and from_json(issuing.snapshot(wanted, MONDAY)).contact == "综合科,0632-1234567"
    monkeypatch.undo()
    settings.cache_clear()


def test_who_gets_copies_is_the_district_s_to_say_and_stands_in_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """抄送 of the district's own report; a unit's goes to the unit alone."""
    immediate()
    monkeypatch.setenv("PROOFLESS_REPORT_COPIES", "区政府办公室")
    settings.cache_clear()
    kept = []
    for unit in ("", UNIT):
        wanted = order(unit)
        assert wanted is not None
        kept.append(from_json(issuing.snapshot(wanted, MONDAY)).copies)
    monkeypatch.undo()
    settings.cache_clear()
    assert kept == ["区政府办公室", ""]
