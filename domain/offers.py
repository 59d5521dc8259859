"""开具 (obligation 6.3): a sealed proof as it is offered to 电子证照库."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.proof_form import Form
from domain.share import Subject


class OfferStatus(StrEnum):
    """Where an offer stands."""

    WAITING = "waiting"  #: not taken yet; tried again
    TAKEN = "taken"
    VOID = "void"  #: revoked here, and no longer valid there (or it never left)
    GIVEN_UP = "given_up"  #: an operator decides when it goes on

    @property
    def label(self) -> str:
        return {"waiting": "待归集", "taken": "已归集", "void": "已作废", "given_up": "归集未成,待运维处理"}[self.value]


def status(*, taken_at: datetime | None, void_at: datetime | None, voided_at: datetime | None, given_up_at: datetime | None) -> OfferStatus:
    """Where it stands, by its instants."""
    if given_up_at is not None:
        return OfferStatus.GIVEN_UP
    if void_at is not None:
        return OfferStatus.VOID if voided_at is not None else OfferStatus.WAITING
    return OfferStatus.TAKEN if taken_at is not None else OfferStatus.WAITING


@dataclass(frozen=True)
class Offer:
    """One proof on its way. Personal data are in `subject` and `pdf`: in memory only, never in a queue.

    `id` goes with every attempt, so that the library keeps one; `replaces` is the number of the one before it, or "".
    """

    id: UUID
    verification: str
    version: int
    licence_kind: str  #: the library's code
    attempts: int
    cancels: bool = False  #: it is to be taken back; then nothing below is needed
    name: str = ""
    maker: str = ""
    subject: Subject = field(default_factory=lambda: Subject("", "", ""), repr=False)
    issued_on: str = ""
    valid_until: str = ""
    digest: str = ""
    replaces: str = ""
    form: Form = Form.PDF
    pdf: bytes = field(default=b"", repr=False)  #: the file, of that form
