"""首页: read aloud in a minute, 292 characters at most as they are spoken, whatever a week or a year brings; nothing to decide is lost."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from reports import periods
from reports.blocks import Paragraph, Table
from reports.document import document
from reports.figures.words import next_steps
from reports.model import Count, Limits, Rate, Report
from reports.wording import aloud
from tests.reports.samples import EMPTY, MANY, REPORT, UNITS

A_MINUTE = 292
_DIGITS, _PLACES = "零一二三四五六七八九", ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十"))
LONG = "枣庄市住房公积金管理中心市中管理部"
LATE = tuple(
    replace(row, name=LONG if number == 0 else row.name, limits=replace(row.limits, hard=Rate(1, 300)), supervision_missed=45)
    for number, row in enumerate(UNITS)
)
BUSY = replace(
    REPORT,
    received=Count(23_456, 21_654),
    finished=Count(23_345, 22_001),
    open=1_111,
    free_of_paper=Count(21_765, 20_345),
    limits=Limits(Rate(8_123, 9_345), Rate(12_345, 13_456), Rate(1_111, 1_234), 77),
    limits_before=Limits(Rate(8_123, 9_345), Rate(12_345, 13_456), Rate(1_111, 1_234), 77),
)
STEPS = next_steps(LATE, BUSY.limits, replace(REPORT.coverage, roster_gaps=(LONG, "市中区档案馆", "市中区民政局")), REPORT.sources)
WORST = replace(BUSY, next_steps=STEPS)
TIGHT = replace(
    WORST, issuer="枣庄市市中区人民政府办公室(区大数据局、工作专班办公室)", scope_name=LONG, next_steps=(f"请{'某' * 70}。", *STEPS)
)
QUIET = replace(REPORT, next_steps=(), grounds=())


def said(number: int) -> str:
    """A number as it is spoken: 1023456 一百零二万三千四百五十六."""
    for place, name in _PLACES:
        if number >= place:
            head, rest = divmod(number, place)
            between = "零" if rest and rest < place // 10 else ""
            return said(head) + name + between + (said(rest) if rest else "")
    return _DIGITS[number]


def heard(text: str) -> str:
    text = re.sub(r"(\d+)\.(\d+)%", lambda found: f"百分之{said(int(found[1]))}点{said(int(found[2]))}", text)
    text = re.sub(r"\(\d+/\d+\)", "", text)  # what a rate is out of is for the eye
    text = re.sub(r"\d{4}(?=[年〕])", lambda found: "".join(_DIGITS[int(digit)] for digit in found[0]), text)
    text = re.sub(r"\d+", lambda found: said(int(found[0])), text)
    return re.sub(r"\W", "", text)


def page_one(report: Report) -> str:
    """All of it, the 版头 too."""
    printed = document(report)
    first, second, _ = printed.sections[:3]
    blocks = [block.text for section in (first, second) for block in section.blocks if isinstance(block, Paragraph) and not block.small]
    head = [printed.mark, printed.issue, printed.issuer, printed.date, printed.title, printed.subtitle]
    return "\n".join([*head, first.title, second.title, *blocks])


def test_how_it_is_spoken() -> None:
    assert heard("〔2026〕第35期") == "二零二六第三十五期" and said(1_023_456) == "一百零二万三千四百五十六" and said(20_008) == "二万零八"
    assert heard("最迟时限按时 99.5%(203/204)。") == "最迟时限按时百分之九十九点五"


@pytest.mark.parametrize(
    "report",
    [
        REPORT,
        MANY,
        WORST,
        replace(WORST, period=periods.between(date(2026, 1, 1), date(2026, 12, 31)), issue="〔2026〕专报"),
        replace(REPORT, issuer="枣庄市市中区人民政府办公室(区大数据局)", scope_name=LONG),
        replace(WORST, issuer="枣庄市市中区人民政府办公室(区大数据局)"),
        replace(WORST, issuer="枣庄市市中区人民政府办公室(区大数据局)", scope_name=LONG),
        TIGHT,
        QUIET,
        replace(QUIET, next_steps=STEPS[-3:]),
    ],
)
def test_page_one_is_read_aloud_within_a_minute(report: Report) -> None:
    """All of it: who speaks and when, too."""
    text = page_one(report)
    assert len(heard(text)) <= A_MINUTE, heard(text)
    assert len(heard(text)) <= aloud(text), "what is reckoned with is never too little"


def test_there_are_as_many_steps_as_there_is_time_for() -> None:
    def shown(report: Report) -> int:
        return page_one(report).count("\n(")

    assert (shown(REPORT), shown(WORST)) == (3, 2)
    assert shown(replace(WORST, next_steps=("请说明。", "请补齐。", "请报送。", "请对接。"))) == 3


def test_what_page_one_has_no_room_for_stands_further_down() -> None:
    printed = document(WORST)
    paragraphs = [block.text for section in printed.sections for block in section.blocks if isinstance(block, Paragraph)]
    found = [text for text in paragraphs if re.match(r"\([一二三四五六七八九十]+\)", text)]
    assert len(found) == len(STEPS) > 5
    assert [text.partition(")")[2].partition("其余")[0] for text in found] == list(STEPS), "each once, the most pressing first"
    tight = document(TIGHT)  # the rate of last week too gives way, where else not even one step would be heard
    first, *others = ["".join(one.text for one in of.blocks if isinstance(one, Paragraph)) for of in tight.sections]
    assert "上周 91.7%" not in first and "最迟时限按时上周 91.7%(12345/13456)。" in "".join(others)
    assert "本周撤回 4 件,期末在办 1111 件。办结比上周增加 1344,免提交证明比上周增加 1420。" in "".join(paragraphs)


def test_the_rate_of_supervision_makes_room_for_a_third_step_and_for_nothing_else() -> None:
    names = "市中区光明路街道办事处等13个单位"
    three = (
        f"43 件核验超过最迟时限,请{names}说明原因。",
        f"28 件核验最早自3月2日起超时未办,请{names}办结。",
        f"12 件督办未按时反馈,请{names}落实。",
    )
    without, beside = (page_one(replace(REPORT, next_steps=(*three[:count], *"各项"))) for count in (3, 1))
    assert "督办 83.3%" not in without and all(one in without for one in three) and "上周 97.1%" in without
    assert "最迟时限按时 99.5%(203/204),上周 97.1%(198/204);原则上的时限 94.9%(112/118),督办 83.3%(5/6)。" in beside
    few = replace(REPORT, limits=Limits(Rate(5, 6), Rate(0, 0), Rate(5, 6), 0), limits_before=None)
    assert "最迟时限没有到期的,原则上的时限按时 83.3%(5/6),督办 83.3%(5/6)。" in page_one(few)


def test_until_when_to_answer_is_said_where_no_table_says_it() -> None:
    asked, late = "请于3月12日前办理并报专班办公室,名单附后。", REPORT.next_steps
    assert asked in page_one(replace(QUIET, next_steps=late)) and asked not in page_one(REPORT)
    assert "请于收到后 3 个工作日内办理" in page_one(replace(QUIET, next_steps=late, answer_by=None))


def test_a_quiet_week_says_that_nothing_is_to_be_decided() -> None:
    assert "本周没有需要决定的事项。" in page_one(QUIET) and "报专班办公室" not in page_one(QUIET)
    assert "上周 97.1%" in page_one(QUIET) and "督办 83.3%" in page_one(QUIET), "there is time for all of it"
    assert "本期没有需要决定的事项" in page_one(replace(QUIET, period=periods.between(date(2026, 1, 1), date(2026, 12, 31))))


def test_of_a_table_without_rows_the_sentence_alone_is_printed() -> None:
    quiet = document(replace(EMPTY, grounds=()))
    blocks = [block for section in quiet.sections for block in section.blocks]
    assert all(block.rows for block in blocks if isinstance(block, Table))
    assert {"本周没有查询数据共享来源。", "本周没有单位收到核验申请。", "本周没有发现线索。"} <= {
        block.text for block in blocks if isinstance(block, Paragraph)
    }


def test_a_limit_that_nobody_had_is_no_dash() -> None:
    few = replace(REPORT, limits=Limits(Rate(0, 0), Rate(5, 6), Rate(0, 0), 0))
    said = "".join(block.text for section in document(few).sections for block in section.blocks if isinstance(block, Paragraph))
    assert "本周到期的最迟时限按时 83.3%(5/6),超时 1 个;没有到期的原则上的时限;没有到期的督办。" in said


def test_one_step_however_long_is_always_there() -> None:
    assert "请" + "某" * 400 in page_one(replace(REPORT, next_steps=("请" + "某" * 400, "二。")))


def test_what_there_was_none_of_is_said_in_words() -> None:
    few = replace(REPORT, limits=Limits(Rate(0, 0), Rate(5, 6), Rate(0, 0), 0), limits_before=None)
    assert "最迟时限按时 83.3%(5/6),原则上的时限没有到期的,督办没有到期的。" in page_one(few)
