"""持证人授权, simulated: what the citizen's telephone gives at the window: for named kinds of licences, for minutes, once."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter
from pydantic import BaseModel, Field

EXPIRED, USED, OTHERS, NOT_COVERING, UNKNOWN = 201, 202, 203, 204, 205
MESSAGES = {
    EXPIRED: "授权已过期",
    USED: "授权已使用",
    OTHERS: "授权人与持证主体不一致",
    NOT_COVERING: "授权范围不包含该证照类型",
    UNKNOWN: "授权不存在",
}

_KEPT = 3600.0  #: seconds after its end in which it is still said why it does not hold


@dataclass
class _Given:
    holder_code: str
    type_codes: frozenset[str]
    until: float
    used: bool = False


class Authorisations:
    """Those that were given. `clock` counts the seconds of their lives."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._given = clock, dict[str, _Given]()

    def give(self, holder_code: str, type_codes: frozenset[str], seconds: float) -> str:
        """The holder agrees; gives the trxId, which says nothing about anybody."""
        trx, now = f"TRX{secrets.token_hex(14)}", self._clock()
        self._given = {known: one for known, one in self._given.items() if now < one.until + _KEPT}
        self._given[trx] = _Given(holder_code, type_codes, now + seconds)
        return trx

    def refusal(self, trx: str, holder_code: str, type_code: str) -> int | None:
        """The status that refuses it; None where it holds. A refusal does not use it up."""
        given = self._given.get(trx)
        if given is None:
            return UNKNOWN
        if given.holder_code != holder_code:
            return OTHERS
        if given.used:
            return USED
        if self._clock() > given.until:
            return EXPIRED
        return None if type_code in given.type_codes else NOT_COVERING

    def use(self, trx: str) -> None:
        """It was answered with licences: it works no second time."""
        self._given[trx].used = True


class Agreement(BaseModel):
    """What the telephone shows and its owner agrees to. `seconds` below 0: it has ended already."""

    holder_code: str
    type_codes: list[str] = Field(min_length=1)
    seconds: float = 600


def control(authorisations: Authorisations) -> APIRouter:
    """The telephone at the window."""
    router = APIRouter(prefix="/authorisations", tags=["持证人授权"])

    @router.post("")
    def agree(said: Agreement) -> dict[str, str]:
        return {"trxId": authorisations.give(said.holder_code, frozenset(said.type_codes), said.seconds)}

    return router
