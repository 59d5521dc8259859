"""Where one verification stands: what a pass of the flow needs to know, and no personal data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.lifecycle import ENDED, WAITING, State
from domain.methods import Method


@dataclass(frozen=True)
class Status:
    """A verification as a pass sees it. `next_instant` is on the regulation's clock, aware."""

    number: str
    state: State
    method: Method | None
    next_instant: datetime | None
    paused: bool = False
    reason: str = ""  #: a fixed code: why it waits for a person
    reason_words: str = ""  #: the same for people, with what they can do
    unit: str = ""  #: 需求单位, name and code
    issuer: str = ""  #: 出具单位, where one is asked

    @property
    def to_be_looked_up(self) -> bool:
        return self.state is State.LOOKING_UP

    @property
    def needs_issuer(self) -> bool:
        return self.state is State.TO_ASK

    @property
    def waiting(self) -> bool:
        return self.state in WAITING

    @property
    def to_be_sealed(self) -> bool:
        return self.state is State.TO_BE_SEALED

    @property
    def ended(self) -> bool:
        return self.state in ENDED
