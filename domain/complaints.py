"""投诉举报 (article 18): by which channels they come, what they are about, and who takes which step."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from domain.spelling import words


class ComplaintChannel(StrEnum):
    """渠道 (obligation 18.1), as article 18 names them."""

    PLATFORM = "platform"
    RATING = "rating"
    LETTER = "letter"
    MAIL = "mail"
    HOTLINE = "hotline"
    OTHER = "other"

    @property
    def label(self) -> str:
        return {
            "platform": "证明事项清理投诉监督平台",
            "rating": "政务服务“好差评”系统",
            "letter": "信函",
            "mail": "邮件",
            "hotline": "12345政务服务便民热线",
            "other": "其他",
        }[self.value]


class ComplaintAbout(StrEnum):
    """反映什么: the clause of article 16 that a complaint may be a sign of."""

    STILL_ASKED = "still_asked"  #: obligation 16.6
    INVENTED = "invented"  #: obligation 16.2
    NO_HELP = "no_help"  #: obligation 16.5
    WRONG_CONTENT = "wrong_content"  #: obligation 16.8
    PAPER_REFUSED = "paper_refused"  #: 拒收申请人主动提供的 (obligations 2.6, 16.10)
    MISUSED = "misused"  #: obligation 16.9
    OTHER = "other"  #: obligation 16.10

    @property
    def label(self) -> str:
        return {
            "still_asked": "仍索要证明",
            "invented": "要求清单以外的证明",
            "no_help": "不核验或超时",
            "wrong_content": "证明内容有误",
            "paper_refused": "拒收申请人主动提供的材料",
            "misused": "证明或印章挪作他用",
            "other": "其他",
        }[self.value]


class ComplaintStatus(StrEnum):
    """Where a complaint stands."""

    RECEIVED = "received"
    PASSED = "passed"
    ANSWERED = "answered"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return {"received": "已受理", "passed": "已转办", "answered": "已答复", "closed": "已办结"}[self.value]


class ComplaintStep(StrEnum):
    """What somebody does with it; each is put on the record, a reading of what the reporter wrote too (obligation 15.4)."""

    RECEIVE = "receive"
    PASS = "pass"  #: 转办 to the unit that is to answer
    ANSWER = "answer"  #: by that unit
    CLOSE = "close"  #: by the office, with its outcome
    READ = "read"
    ASSESS = "assess"  #: what it is about, by the office; of a closed one, too

    @property
    def label(self) -> str:
        return {"receive": "受理", "pass": "转办", "answer": "答复", "close": "办结", "read": "查阅原文", "assess": "认定反映事由"}[
            self.value
        ]


class ComplaintOutcome(StrEnum):
    """办理结果."""

    FOUNDED = "founded"
    PARTLY = "partly"
    UNFOUNDED = "unfounded"
    NOT_OURS = "not_ours"

    @property
    def label(self) -> str:
        return {"founded": "属实", "partly": "部分属实", "unfounded": "不属实", "not_ours": "不属本规则范围"}[self.value]


_S, _T = ComplaintStatus, ComplaintStep
#: (standing, step) -> where it leads. A step that is absent cannot be taken there.
COMPLAINT_STEPS: Mapping[tuple[ComplaintStatus, ComplaintStep], ComplaintStatus] = MappingProxyType(
    {
        (_S.RECEIVED, _T.PASS): _S.PASSED,
        (_S.PASSED, _T.PASS): _S.PASSED,  # it was the wrong unit's
        (_S.ANSWERED, _T.PASS): _S.PASSED,  # the answer did not do
        (_S.PASSED, _T.ANSWER): _S.ANSWERED,
        (_S.RECEIVED, _T.CLOSE): _S.CLOSED,  # the office answers by itself
        (_S.ANSWERED, _T.CLOSE): _S.CLOSED,
        (_S.PASSED, _T.CLOSE): _S.CLOSED,
    }
)


def plain_text(text: str) -> str:
    """What two copies of a complaint have in common: width, case, spaces and punctuation left aside."""
    return words(text)


def plain_contact(contact: str) -> str:
    """A telephone number by its digits, without the country's prefix; anything else as it is, in small letters."""
    folded = unicodedata.normalize("NFKC", contact)
    digits = re.sub(r"\D", "", folded)
    if len(digits) < 7:
        return re.sub(r"\s", "", folded).casefold()
    return digits.removeprefix("0086").removeprefix("86") if len(digits) > 11 else digits
