"""主动提供占比 that stands out (obligation 2.7): by cases that a person would decide so, not by the rule's own formula."""

from __future__ import annotations

import pytest

from domain.leads import RULE_TEXTS, LeadRule
from reports.figures.voluntary import note
from tests.reports.figures.chance import by_chance


@pytest.mark.parametrize(
    ("own", "others", "stands_out"),
    [
        ((5, 995), (0, 1000), False),  # five of a thousand, where the others have none: chance
        ((5, 5), (0, 1000), False),  # ten in all: too few to say anything
        ((20, 80), (0, 1000), True),  # every fifth, where the others have none at all
        ((40, 60), (10, 990), True),
        ((30, 70), (200, 800), False),  # half as much again as the others: within what units differ by
        ((6, 94), (30, 970), False),  # twice the others' share, by six papers: chance
        ((30, 10), (3, 7), False),  # nobody to compare with
        ((0, 500), (40, 460), False),
    ],
)
def test_what_is_noted_is_neither_few_nor_chance(own: tuple[int, int], others: tuple[int, int], stands_out: bool) -> None:
    """Obligation 2.7. Pairs: papers handed in, verifications filed."""
    submissions, filed = ({"U": own[place], "V": others[place]} for place in (0, 1))
    said = note("U", "演示单位", submissions, filed)
    assert bool(said) is stands_out
    if said:
        assert "请核实是否出于申请人自愿" in said and by_chance(own[0], sum(own), (others[0] + 1) / (sum(others) + 1)) < 0.001


def test_the_note_and_the_lead_begin_at_the_same_number() -> None:
    """Obligations 2.7, 16.6."""
    least = RULE_TEXTS[LeadRule.VOLUNTARY_OUTLIER].least
    for whole, noted in ((least - 1, False), (least, True)):
        assert bool(note("U", "演示单位", {"U": whole, "V": 0}, {"U": 0, "V": 1000})) is noted
