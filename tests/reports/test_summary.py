"""更正: a new version names each figure that it corrects; the mail says the key figures in plain words."""

from __future__ import annotations

from dataclasses import replace

from ledger.tables.reports import IssuedReport
from reports import letters, periods
from reports.model import Count, Rate
from reports.summary import changes, key_figures
from tests.reports.samples import EMPTY, REPORT


def test_what_changed_is_named_with_its_figure_before_and_after() -> None:
    row = REPORT.units[1]
    limits = replace(row.limits, hard=Rate(row.limits.hard.part - 1, row.limits.hard.whole))
    units = (REPORT.units[0], replace(row, limits=limits), *REPORT.units[2:])
    after = replace(REPORT, received=Count(483, 455), definitions="2026-12/1", units=units)
    (note,) = changes(REPORT, after, 1)
    assert note == (
        "与第1版相比:指标口径由 2026-11/1 更正为 2026-12/1;收到由 482 更正为 483;"
        f"市中区光明路街道办事处最迟时限按时由 {row.limits.hard} 更正为 {limits.hard}。"
    )


def test_a_unit_that_came_or_went_is_a_change_too() -> None:
    (note,) = changes(REPORT, replace(REPORT, units=REPORT.units[:-1]), 2)
    assert note.startswith("与第2版相比:") and "市中区档案馆收到由 27 更正为 无" in note


def test_many_changes_are_counted_and_none_is_said() -> None:
    (note,) = changes(REPORT, replace(REPORT, units=()), 1)
    assert "另有" in note and note.count("更正为") == 30
    assert changes(REPORT, REPORT, 1) == ("与第1版相比,各项数字没有变化。",)


def test_a_note_that_came_or_went_is_named_and_what_a_version_says_of_itself_is_none() -> None:
    before = replace(REPORT, notes=("甲。", "乙。", "本版重新编制的原因:补登。", "与第1版相比,各项数字没有变化。"))
    assert changes(before, replace(REPORT, notes=("乙。", "丙。")), 2) == ("与第2版相比,各项数字没有变化;不再有说明“甲”;增加说明“丙”。",)


def issued(version: int = 1) -> IssuedReport:
    period = REPORT.period
    return IssuedReport(start=period.start, end=period.end, scope="", scope_name="市中区", version=version, issue=REPORT.issue)


def test_the_mail_says_the_key_figures() -> None:
    body = letters.body(issued(), replace(REPORT, notes=("演示说明。",)), "https://example.invalid", "m-1")
    for said in ("收到核验申请:482件(比上周增加27)", "最迟时限按时:99.5%(203/204)", "邮件编号:m-1", "说明:演示说明。"):
        assert said.replace(":", "\uff1a").replace("(比上周增加27)", "\uff08比上周增加27\uff09") in body
    assert letters.title(issued()) == "市中区“无证明办事”工作周报〔2026〕第10期\uff1a2026年第10周\uff083月2日至3月8日\uff09"
    assert letters.file_name(issued(), "pdf") == "市中区无证明办事工作周报2026-W10.pdf"
    assert letters.file_name(issued(2), "xlsx") == "市中区无证明办事工作周报2026-W10-第2版.xlsx"


def test_out_of_nothing_is_said_in_words() -> None:
    assert dict(key_figures(EMPTY))["最迟时限按时"] == "没有到期的"
    fortnight = replace(REPORT, period=periods.parse("2026-03-02..2026-03-15"))
    assert dict(key_figures(fortnight))["收到核验申请"] == "482 件(比上期增加 27)"
