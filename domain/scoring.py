"""考核评分 (obligation 19.2): what the district's assessment takes from the ledger, by a formula that is data, versioned and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from domain.refusal import Refusal

LEAST = 20  #: limits that must have fallen due before a unit is scored


@dataclass(frozen=True)
class Part:
    """One part: its share of the whole is `weight`; `points` are in proportion to numerator over denominator.

    Without a denominator the part says nothing about the unit: its weight is spread over the others.
    """

    key: str
    name: str
    weight: int
    numerator: str
    denominator: str


@dataclass(frozen=True)
class Formula:
    version: str
    since: date
    parts: tuple[Part, ...]

    @property
    def said(self) -> str:
        """The formula in words."""
        parts = " + ".join(f"{part.weight}×({part.name})" for part in self.parts)
        return f"得分 = 100 × [{parts}] ÷ 有分母各项权重之和;最迟时限到期不足 {LEAST} 项的单位不评分,只列名。"


FORMULAS: tuple[Formula, ...] = (
    Formula(
        "2026/1",
        date(2026, 1, 1),
        (
            Part("hard", "最迟时限按时率", 40, "按时的最迟时限", "期内到期的最迟时限"),
            Part("soft", "原则时限按时率", 20, "按时的原则时限", "期内到期的原则时限"),
            Part("supervision", "督办按时办结率", 15, "按时办结的督办", "期内到期的督办"),
            Part("correct", "内容准确率", 15, "期内送达后未被更正的核验", "期内由其答复并送达的核验"),
            Part("complaints", "投诉按时答复率", 10, "按时答复的投诉", "期内到期的投诉(不计疑似重复)"),
        ),
    ),
    Formula(  # obligation 10.10 counts: a late return was read by nothing
        "2026/2",
        date(2026, 12, 1),
        (
            Part("hard", "最迟时限按时率", 40, "按时的最迟时限", "期内到期的最迟时限"),
            Part("soft", "原则时限按时率", 20, "按时的原则时限", "期内到期的原则时限"),
            Part("supervision", "督办按时办结率", 10, "按时办结的督办", "期内到期的督办"),
            Part("returns", "按时退回率", 5, "三十分钟内的退回", "期内的退回"),
            Part("correct", "内容准确率", 15, "期内送达后未被更正的核验", "期内由其答复并送达的核验"),
            Part("complaints", "投诉按时答复率", 10, "按时答复的投诉", "期内到期的投诉(不计疑似重复)"),
        ),
    ),
    Formula(  # obligation 19.1 counts: what the assessment is of by article 19 was no part of it
        "2027/1",
        date(2027, 1, 1),
        (
            Part("hard", "最迟时限按时率", 35, "按时的最迟时限", "期内到期的最迟时限"),
            Part("soft", "原则时限按时率", 15, "按时的原则时限", "期内到期的原则时限"),
            Part("supervision", "督办按时办结率", 10, "按时办结的督办", "期内到期的督办"),
            Part("returns", "按时退回率", 5, "三十分钟内的退回", "期内的退回"),
            Part("correct", "内容准确率", 15, "期内送达后未被更正的核验", "期内由其答复并送达的核验"),
            Part("complaints", "投诉按时答复率", 10, "按时答复的投诉", "期内到期的投诉(不计疑似重复)"),
            Part("inspections", "督导检查整改按期办结率", 10, "在整改期限内办结的检查", "期内整改期限届满的检查"),
        ),
    ),
)


class FormulaUnknown(Refusal, code="formula_unknown"):
    """There is no such version of the formula."""


class ScoresUnsigned(Refusal, code="scores_unsigned"):
    """Nobody has signed the scores off: they do not leave. The text says which, in Chinese."""


class ScoreSheetUnknown(Refusal, code="score_sheet_unknown"):
    """There is no such sheet of scores."""


class SigningRefused(Refusal, code="score_signing_refused"):
    """This sheet cannot be signed off so; the text is Chinese. Nothing was written."""


def formula(version: str | None = None, *, on: date | None = None) -> Formula:
    """A version of the formula; without one the newest, of a time that ended `on` this day the newest that had begun. Raises
    `FormulaUnknown`."""
    if version is None:
        return [one for one in FORMULAS if on is None or one.since <= on or one is FORMULAS[0]][-1]
    for one in FORMULAS:
        if one.version == version:
            return one
    raise FormulaUnknown


@dataclass(frozen=True)
class Score:
    """One unit's figures, and its score to two decimals; None where it had too little to be scored."""

    unit: str
    unit_name: str
    figures: Mapping[str, tuple[int, int]]
    score: float | None


def score(of: Formula, figures: Mapping[str, tuple[int, int]]) -> float | None:
    """100 at best; None under `LEAST` hard limits."""
    if figures["hard"][1] < LEAST:
        return None
    counted = [(part.weight, *figures[part.key]) for part in of.parts if figures[part.key][1]]
    got = sum(weight * part / whole for weight, part, whole in counted)
    return round(100 * got / sum(weight for weight, _, _ in counted), 2)
