"""线索: rules are whole, what stands out is no accident, the path ends with a person's decision."""

from __future__ import annotations

import math

import pytest

from domain.complaints import COMPLAINT_STEPS, ComplaintStatus, plain_contact
from domain.lead_path import LEAD_STEPS, NEEDS, OPEN_LEADS, Exemption, LeadStatus, LeadStep
from domain.leads import CLAUSES, OUTLIER_CHANCE, RULE_TEXTS, LeadRule, is_outlier


def test_every_clause_has_a_rule_and_no_word_judges() -> None:
    """Obligation 16.0."""
    assert set(RULE_TEXTS) == set(LeadRule)
    assert {rule.about.clause for rule in LeadRule} == set(CLAUSES) == {f"16.{number}" for number in range(1, 11)}
    words = [word for text in RULE_TEXTS.values() for word in (text.title, text.evidence)]
    words += [member.label for kind in (LeadStatus, LeadStep, Exemption) for member in kind]
    assert not any("违规" in word for word in words)


def test_the_path_ends_in_a_decision_from_everywhere() -> None:
    decided = set(LeadStatus) - OPEN_LEADS
    for standing in OPEN_LEADS:
        reached, fresh = {standing}, {standing}
        while fresh:
            fresh = {target for (origin, _), target in LEAD_STEPS.items() if origin in fresh} - reached
            reached |= fresh
        assert decided <= reached or standing is not LeadStatus.FOUND
    assert {step for _, step in LEAD_STEPS} == set(LeadStep) - {LeadStep.FIND} and set(NEEDS) <= set(LeadStep)
    assert {origin for origin, _ in COMPLAINT_STEPS} == set(ComplaintStatus) - {ComplaintStatus.CLOSED}


@pytest.mark.parametrize(
    ("part", "whole", "others", "of", "expected"),
    [
        (40, 100, 10, 1000, True),
        (2, 100, 10, 1000, False),
        (19, 19, 0, 1000, False),
        (20, 20, 0, 1000, True),
        (1, 100, 0, 1000, False),
        (50, 100, 400, 1000, False),
        (30, 100, 10, 10, False),
        (0, 100, 5, 1000, False),
        (5, 30, 80, 1000, False),
    ],
)
def test_a_share_stands_out_only_where_chance_does_not_explain_it(part: int, whole: int, others: int, of: int, expected: bool) -> None:
    assert is_outlier(part, whole, others, of, least=20) is expected


def test_the_bound_is_never_below_the_true_tail() -> None:
    for whole, part, others in ((40, 12, 80), (60, 20, 100), (25, 10, 50)):
        p = (others + 1) / 1001
        tail = sum(math.comb(whole, k) * p**k * (1 - p) ** (whole - k) for k in range(part, whole + 1))
        if is_outlier(part, whole, others, 1000, least=20):
            assert tail < OUTLIER_CHANCE


def test_telephone_numbers_are_the_same_however_they_are_written() -> None:
    assert {plain_contact(text) for text in ("13800000000", "+86 138-0000-0000", "８６13800000000")} == {"13800000000"}
    assert plain_contact("A@B.cn ") == "a@b.cn" and plain_contact("") == ""
