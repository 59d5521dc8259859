"""索要证明 (obligation 7.5): a proof that the list has is asked of nobody any more, and one that it does not have for the
matter never was to be. Who tells of it, and what follows.

What passes through us is blocked: a unit that is about to ask is told how the proof is verified instead, or that nobody
needs it. What an applicant, a colleague or a system tells of happened outside: it is put on the record and is a sign of
16.6, or of 16.2 where the list has no such proof for the matter. What article 2 keeps out is asked for as before.
"""

from __future__ import annotations

from enum import StrEnum


class DemandTold(StrEnum):
    """Who tells of the demand."""

    UNIT = "unit"  #: the unit itself, before it asks
    APPLICANT = "applicant"
    COLLEAGUE = "colleague"
    SYSTEM = "system"  #: another system that saw it

    @property
    def label(self) -> str:
        return {"unit": "办事单位索要以前", "applicant": "申请人", "colleague": "工作人员", "system": "业务系统"}[self.value]


def is_blocked(told: DemandTold, *, forbidden: bool) -> bool:
    """Only what is not yet asked can be kept from being asked."""
    return forbidden and told is DemandTold.UNIT
