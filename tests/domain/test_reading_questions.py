"""解读的各个问题: each reading is asked once, each answer is one that the district can configure, and the default is one of them."""

from __future__ import annotations

from dataclasses import asdict, fields

import pytest

from domain.reading_questions import QUESTIONS, Question
from domain.readings import Measure, Readings

#: Beside their question: units by another measure than the district's (1); what 补正 adds to the requesting unit's time (13).
BESIDE = frozenset({"measure_by_unit", "hand_back_supplements"})


def test_every_reading_is_asked_once() -> None:
    asked = [name for one in QUESTIONS for name in one.fields - BESIDE]
    assert sorted(asked) == sorted({item.name for item in fields(Readings)} - BESIDE)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.key)
def test_each_answer_is_a_reading_of_its_own(question: Question) -> None:
    standard = Readings()
    assert question.chosen(standard).label in {one.label for one in question.answers} or not question.answers
    tried = [Readings.of(question.trying(standard, one)) for one in question.answers]
    assert [question.chosen(one) for one in tried] == list(question.answers)
    assert len({one.version for one in tried}) == len(question.answers)
    for one in tried:  # and it changes nothing else
        other = {name for name, value in asdict(one).items() if value != asdict(standard)[name]}
        assert other <= question.fields


def test_an_answer_can_be_tried_beside_whatever_else_was_chosen() -> None:
    chosen = Readings(measure_by_unit=(("A", Measure.NATURAL), ("B", Measure.SERVICE_HOURS)), hand_back_supplements=True)
    (measure,) = (one for one in QUESTIONS if one.key == "measure")
    natural = Readings.of(measure.trying(chosen, measure.answers[1]))
    assert (natural.measure, natural.measure_by_unit) == (Measure.NATURAL, (("B", Measure.SERVICE_HOURS),))
    (supplements,) = (one for one in QUESTIONS if one.key == "supplements")
    assert not Readings.of(supplements.trying(chosen, supplements.answers[1])).hand_back_supplements
