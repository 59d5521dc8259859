"""What follows each answer, whoever gave it."""

from __future__ import annotations

import pytest

from domain.methods import AFTER_SHARE, Answer, Follow, Method, Result, Verdict, may_seal, next_method, verdict
from domain.seals import SealKind
from domain.share import ShareOutcome


@pytest.mark.parametrize(
    ("outcome", "follow"),
    [  # article 7: what follows each outcome
        (ShareOutcome.FOUND, Follow.SEAL),
        (ShareOutcome.NONE, Follow.NEXT_METHOD),
        (ShareOutcome.REVOKED, Follow.NEXT_METHOD),
        (ShareOutcome.EXPIRED, Follow.NEXT_METHOD),
        (ShareOutcome.RESTRICTED, Follow.NEXT_METHOD),
        (ShareOutcome.SEVERAL, Follow.CHOOSE),
        (ShareOutcome.MISMATCH, Follow.END_MISMATCH),
        (ShareOutcome.AUTHORISATION_EXPIRED, Follow.NEXT_METHOD),
        (ShareOutcome.AUTHORISATION_USED, Follow.NEXT_METHOD),
        (ShareOutcome.AUTHORISATION_OTHERS, Follow.NEXT_METHOD),
        (ShareOutcome.AUTHORISATION_NOT_COVERING, Follow.NEXT_METHOD),
        (ShareOutcome.NO_PERMISSION, Follow.NEXT_METHOD_AND_ALARM),
        (ShareOutcome.BAD_REQUEST, Follow.NEXT_METHOD_AND_ALARM),
    ],
)
def test_each_outcome_of_shared_data_has_its_follow(outcome: ShareOutcome, follow: Follow) -> None:
    assert AFTER_SHARE[outcome] is follow


def test_the_table_of_follows_is_complete_and_only_a_find_is_sealed() -> None:
    assert set(ShareOutcome) - set(AFTER_SHARE) == set()
    assert set(Follow) - set(AFTER_SHARE.values()) == set()
    assert [outcome for outcome, follow in AFTER_SHARE.items() if follow is Follow.SEAL] == [ShareOutcome.FOUND]


_VERDICTS = [
    # answer, the catalog seals negative answers, result, sealed
    (Answer.TRUE, False, Result.CONFIRMED, True),
    (Answer.TRUE, True, Result.CONFIRMED, True),
    (Answer.FALSE, False, Result.DENIED, False),
    (Answer.FALSE, True, Result.DENIED, True),
    (Answer.NO_RECORD, False, Result.NO_RECORD, False),
    (Answer.NO_RECORD, True, Result.NO_RECORD, True),
    (Answer.CANNOT_VERIFY, False, None, False),
    (Answer.CANNOT_VERIFY, True, None, False),
]


@pytest.mark.parametrize(("answer", "negative", "result", "sealed"), _VERDICTS)
def test_verdict(answer: Answer, negative: bool, result: Result | None, sealed: bool) -> None:
    assert verdict(answer, negative) == Verdict(result, sealed)


def test_every_answer_has_a_verdict() -> None:
    assert set(Answer) - {row[0] for row in _VERDICTS} == set()


@pytest.mark.parametrize("negative", [False, True])
def test_a_mismatch_is_never_sealed(negative: bool) -> None:
    """Obligation 9.2."""
    assert not may_seal(Result.MISMATCH, negative)
    assert {result for result in Result if may_seal(result, sealed_when_negative=False)} == {Result.CONFIRMED}


SHARE, ISSUER = Method.DATA_SHARING, Method.ISSUER


@pytest.mark.parametrize(
    ("methods", "after", "following"),
    [
        ((SHARE, ISSUER), None, SHARE),
        ((ISSUER,), None, ISSUER),
        ((), None, None),
        ((SHARE, ISSUER), SHARE, ISSUER),
        ((SHARE, ISSUER), ISSUER, None),
        ((SHARE,), SHARE, None),
        ((ISSUER,), SHARE, None),  # the catalog dropped it since: nothing follows it
    ],
)
def test_next_method(methods: tuple[Method, ...], after: Method | None, following: Method | None) -> None:
    """Obligation 7.1."""
    assert next_method(methods, after) is following


def test_the_seal_follows_the_method() -> None:
    """Obligations 9.1, 9.2."""
    assert SHARE.seal is SealKind.SHARE
    assert ISSUER.seal is SealKind.ISSUER


def test_a_commitment_bears_no_seal() -> None:
    with pytest.raises(KeyError):
        assert Method.COMMITMENT.seal
