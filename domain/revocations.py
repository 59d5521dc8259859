"""撤销电子证明 (obligations 16.8, 17.5): how it stands, and in which words everybody is told why."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from domain.instants import happened
from domain.reasons import ReissueReason, RevokeReason

#: By what the ledger itself ended a proof: a check that corrected it, and versions that were replaced before anybody had them.
MISMATCH, REROUTED = "mismatch", "rerouted"
#: 内容失实 (obligation 17.5): what was true and has changed since, what was badly sealed or laid out, was never untrue.
UNTRUE = frozenset(
    {RevokeReason.CONTENT_ERROR.value, RevokeReason.ISSUED_IN_ERROR.value, RevokeReason.DECEIT.value, RevokeReason.DECIDED.value, MISMATCH}
)


class RevocationStatus(StrEnum):
    """How a revocation stands."""

    WAITING = "waiting"  #: for the second person
    CONFIRMED = "confirmed"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {"waiting": "待另一人确认", "confirmed": "已撤销", "refused": "不予撤销"}[self.value]


def reason_words(why: str | None) -> str:
    """Why a proof was revoked, by the code that the ledger keeps; for everybody, so fixed words alone."""
    if why == MISMATCH:
        return "经出具单位核实,内容已更正"
    if why == REROUTED:
        return "已改由其他单位出具"
    for kind in (RevokeReason, ReissueReason):
        if why in list(kind):
            return kind(why).label
    return "其他"


def when_and_why(at: datetime, why: str | None) -> str:
    """已于某时撤销,理由."""
    return f"已于{happened(at)}撤销,理由:{reason_words(why)}"
