"""Every event has its words."""

from domain.lifecycle import Event
from domain.story import EVENT_NAMES, told


def test_every_event_is_told_in_chinese_and_no_two_alike() -> None:
    assert set(EVENT_NAMES) == set(Event)
    assert len(set(EVENT_NAMES.values())) == len(Event)


def test_codes_are_told_in_words_and_ids_are_not() -> None:
    assert told(Event.MISSED, {"kind": "hard", "obligations": "10.6"}) == "超过时限(最迟时限)"
    assert told(Event.ASKED, {"request": "7d1c", "unit": "370402-CIVIL"}) == "送达出具单位收件箱(370402-CIVIL)"
    assert told(Event.FILED, {}) == "发起核验"
