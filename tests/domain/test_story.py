"""Every event has its words."""

import re

import pytest

from domain.inbox import ExcuseReason
from domain.lifecycle import Event
from domain.reasons import REASON_WORDS, PromiseReason, Reason
from domain.share import ShareOutcome
from domain.story import EVENT_NAMES, told


def test_every_event_is_told_in_chinese_and_no_two_alike() -> None:
    assert set(EVENT_NAMES) == set(Event)
    assert len(set(EVENT_NAMES.values())) == len(Event)


def test_codes_are_told_in_words_and_ids_are_not() -> None:
    assert told(Event.MISSED, {"kind": "hard", "obligations": "10.6"}) == "超过时限(最迟时限)"


def test_a_late_return_says_so() -> None:
    """Obligation 10.10."""
    late, in_time = ({"unit": "370402-CIVIL", "late": late, "count": 1} for late in (True, False))
    assert told(Event.RETURNED, late) == "出具单位退回(370402-CIVIL、第1次、超过30分钟,逾期退回)"
    assert told(Event.RETURNED, in_time) == "出具单位退回(370402-CIVIL、第1次)"
    assert told(Event.ASKED, {"request": "7d1c", "unit": "370402-CIVIL"}) == "送达出具单位收件箱(370402-CIVIL)"
    assert told(Event.FILED, {}) == "发起核验"


def test_why_another_method_follows_is_told_in_words_whatever_the_source_said() -> None:
    """Obligations 7.2, 7.4: an officer reads it, and no code says anything to her."""
    ours = ("number_not_held", "source_failed:slow", "choice_declined", "choice_timed_out", "commitment_timed_out")
    for why in (*ShareOutcome, *ours):
        said = told(Event.FELL_BACK, {"why": str(why)})
        assert not re.search("[a-z]", said), said


def test_every_reason_has_its_words() -> None:
    assert set(REASON_WORDS) == set(Reason.__subclasses__())
    for kind, words in REASON_WORDS.items():
        assert set(words) == set(kind) and all(reason.label for reason in kind)
    # One word in two lists means the same: the story knows the word alone.
    told_as: dict[str, set[str]] = {}
    for reason in (*(reason for words in REASON_WORDS.values() for reason in words), *ExcuseReason):
        told_as.setdefault(str(reason), set()).add(reason.label)
    assert [one for one in told_as.values() if len(one) > 1] == []


@pytest.mark.parametrize("sentence", ["张三丰住院,电话13800001111", "370402188102020017 的申请人", "U+30EDE 缺字"])
def test_a_sentence_is_never_told(sentence: str) -> None:
    """Whatever finds its way into a detail: the story is what Prefect shows to everybody."""
    assert told(Event.PROMISE_MOVED, {"until": "2026-03-09T08:00:00+00:00", "reason": sentence}) == (
        "需求单位变更承诺时限(至2026年3月9日(周一)16:00)"
    )
    assert told(Event.PROMISE_MOVED, {"reason": PromiseReason.MATERIAL.value}) == "需求单位变更承诺时限(申请人补充材料)"
