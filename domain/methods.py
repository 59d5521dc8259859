"""核验方式 (obligation 7.1): which method comes first for a proof, and what follows when one does not answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.lifecycle import State
from domain.seals import SealKind
from domain.share import ShareOutcome


class Method(StrEnum):
    """The ways of article 7 that this system performs by itself; the catalog gives their order for each proof."""

    DATA_SHARING = "data_sharing"
    COMMITMENT = "commitment"
    ISSUER = "issuer"

    @property
    def label(self) -> str:
        return {"data_sharing": "数据共享", "commitment": "告知承诺", "issuer": "部门核验"}[self.value]

    @property
    def seal(self) -> SealKind:
        """The seal follows the method that produced the content (obligations 9.1, 9.2, reading 15).

        告知承诺 produces no sealed proof: KeyError.
        """
        return {Method.DATA_SHARING: SealKind.SHARE, Method.ISSUER: SealKind.ISSUER}[self]

    @property
    def first_state(self) -> State:
        """Where a verification stands when this method begins."""
        return {Method.DATA_SHARING: State.LOOKING_UP, Method.COMMITMENT: State.AWAITING_COMMITMENT, Method.ISSUER: State.TO_ASK}[self]


class Answer(StrEnum):
    """An issuing unit's structured answer (obligations 7.6, 10.4)."""

    TRUE = "true"
    FALSE = "false"
    NO_RECORD = "no_record"
    CANNOT_VERIFY = "cannot_verify"

    @property
    def label(self) -> str:
        return {"true": "属实", "false": "不属实", "no_record": "无记录", "cannot_verify": "无法核验"}[self.value]


class Result(StrEnum):
    """What the requesting unit is told in the end."""

    CONFIRMED = "confirmed"
    DENIED = "denied"
    NO_RECORD = "no_record"
    MISMATCH = "mismatch"
    COMMITTED = "committed"  #: the applicant's commitment stands in for the proof; nothing is sealed (reading 15)

    @property
    def label(self) -> str:
        return _RESULT_NAMES[self.value]


_RESULT_NAMES = {"confirmed": "属实", "denied": "不属实", "no_record": "无记录", "mismatch": "不符", "committed": "已承诺"}


class Follow(StrEnum):
    """What follows a look-up in shared data."""

    SEAL = "seal"
    CHOOSE = "choose"
    END_MISMATCH = "end_mismatch"
    NEXT_METHOD = "next_method"
    NEXT_METHOD_AND_ALARM = "next_method_and_alarm"


AFTER_SHARE = {
    ShareOutcome.FOUND: Follow.SEAL,
    ShareOutcome.SEVERAL: Follow.CHOOSE,
    ShareOutcome.MISMATCH: Follow.END_MISMATCH,  # no fallback: the person named is not the person meant
    ShareOutcome.NONE: Follow.NEXT_METHOD,  # not found is not absence
    ShareOutcome.REVOKED: Follow.NEXT_METHOD,
    ShareOutcome.EXPIRED: Follow.NEXT_METHOD,
    ShareOutcome.RESTRICTED: Follow.NEXT_METHOD,
    ShareOutcome.AUTHORISATION_EXPIRED: Follow.NEXT_METHOD,  # the citizen is not sent home for another scan
    ShareOutcome.AUTHORISATION_USED: Follow.NEXT_METHOD,
    ShareOutcome.AUTHORISATION_OTHERS: Follow.NEXT_METHOD,
    ShareOutcome.AUTHORISATION_NOT_COVERING: Follow.NEXT_METHOD,
    ShareOutcome.NO_PERMISSION: Follow.NEXT_METHOD_AND_ALARM,
    ShareOutcome.BAD_REQUEST: Follow.NEXT_METHOD_AND_ALARM,
}


@dataclass(frozen=True)
class Verdict:
    """What an issuing unit's answer leads to. `result` is None where a person must decide."""

    result: Result | None
    sealed: bool


def verdict(answer: Answer, sealed_when_negative: bool) -> Verdict:
    """What follows an answer: 属实 is sealed, a negative answer only where the catalog's form provides for it,
    无法核验 never (obligation 9.2)."""
    result = _RESULTS[answer]
    return Verdict(result, sealed=result is not None and may_seal(result, sealed_when_negative))


_RESULTS = {Answer.TRUE: Result.CONFIRMED, Answer.FALSE: Result.DENIED, Answer.NO_RECORD: Result.NO_RECORD, Answer.CANNOT_VERIFY: None}


def may_seal(result: Result, sealed_when_negative: bool) -> bool:
    """True where a proof of this result may bear a seal: 不符 never, a negative answer only in the catalog's form."""
    if result in {Result.DENIED, Result.NO_RECORD}:
        return sealed_when_negative
    return result is Result.CONFIRMED


def next_method(methods: tuple[Method, ...], after: Method | None) -> Method | None:
    """The method that follows `after` in the catalog's order (the first one for None), or None when all are spent."""
    if after is None:
        return methods[0] if methods else None
    rest = methods[methods.index(after) + 1 :] if after in methods else ()
    return rest[0] if rest else None
