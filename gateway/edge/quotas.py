"""限流: how many calls one unit, or one public address, may make in a minute.

Counted in the memory of each gateway process: with N gateways a unit can reach N times its limit, which is a brake
against runaway scripts and no accounting.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import secrets
import time
from collections import OrderedDict
from threading import Lock
from typing import NoReturn

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from gateway.edge.problems import Problem
from gateway.edge.public_permissions import PROVIDER, SIGN_IN
from settings import Settings

COMPARISONS_PER_HOUR = 20  #: with one proof: an officer types what is printed once or twice
SECONDS_LATER = 1.0  #: in which who asks too often is told so: he would ask again at once
_LATER_AT_ONCE = 100  #: who beyond them asks too often is told so at once: waiting must not cost us more than answering
OFFICE = 10  #: times as many sign-ins as checks: a whole service hall comes from one address when its day begins
WRONG_FROM_HERE, WRONG_FROM_ANYWHERE = 10, 50  #: wrong sign-ins in a person's name in a quarter of an hour
_REMEMBERED = 10_000  #: keys that were right, by address


class Quotas:
    """The limits of one process. Each method raises Problem `too_many_requests` with Retry-After."""

    def __init__(self, settings: Settings) -> None:
        self._windows = MovingWindowRateLimiter(MemoryStorage())
        self._unit = RateLimitItemPerMinute(settings.requests_per_minute)
        self._public = RateLimitItemPerMinute(settings.public_checks_per_minute)
        self._comparison = RateLimitItemPerHour(COMPARISONS_PER_HOUR)
        self._sign_in = RateLimitItemPerMinute(OFFICE * settings.public_checks_per_minute)
        self._from_here = parse(f"{WRONG_FROM_HERE}/15 minute")
        self._from_anywhere = parse(f"{WRONG_FROM_ANYWHERE}/15 minute")
        self._being_told = 0
        self._right: OrderedDict[bytes, None] = OrderedDict()
        self._salt, self._books = secrets.token_bytes(32), Lock()

    def count_unit(self, unit: str) -> None:
        """One call of a unit, whichever of its people and systems makes it."""
        self._count(self._unit, "unit", unit)

    def count_public(self, address: str, what: str) -> None:
        """One public call from an address (`gateway.edge.addresses`), for one of the quotas of `gateway.edge.public_permissions`."""
        self._count(self._sign_in if what in (SIGN_IN, PROVIDER) else self._public, what, address)

    def admit_sign_in(self, address: str, person: str) -> None:
        """Before somebody signs in with a password: whether too many wrong ones came in this person's name, or from there. Few
        from one address, more from all: nobody keeps a colleague out from another place with a handful of guesses."""
        for limit, who in self._wrong(address, person):
            if not self._windows.test(limit, *who):
                self._refuse(limit, *who)

    def note_wrong_sign_in(self, address: str, person: str) -> None:
        for limit, who in self._wrong(address, person):
            self._windows.hit(limit, *who)

    def admit_key(self, address: str, key: str) -> bool:
        """Before a key is looked up: whether it was right from there. Where an address named too many wrong ones, only
        those go on: an office behind one address goes on working while somebody beside it guesses."""
        was_right = self._marked(address, key) in self._right
        if not was_right and not self._windows.test(self._public, "key", address):
            self._refuse(self._public, "key", address)
        return was_right

    def note_key(self, address: str, key: str, *, right: bool) -> None:
        """What a key was worth. Raises nothing: who named a wrong one is told that it is wrong."""
        marked = self._marked(address, key)
        with self._books:
            self._right.pop(marked, None)
            if right:
                self._right[marked] = None
                if len(self._right) > _REMEMBERED:
                    self._right.popitem(last=False)
        if not right:
            self._windows.hit(self._public, "key", address)

    def count_comparison(self, number: str) -> None:
        """One comparison with a proof, whoever makes it: what is hidden must not be guessed field by field."""
        self._count(self._comparison, "comparison", number)

    async def tell_later(self) -> None:
        """Before somebody is told that he asks too often. A program that asks again the moment it is refused would take
        all of a processor with nothing but refusals."""
        if self._being_told < _LATER_AT_ONCE:
            self._being_told += 1
            try:
                await asyncio.sleep(SECONDS_LATER)
            finally:
                self._being_told -= 1

    def _wrong(self, address: str, person: str) -> tuple[tuple[RateLimitItem, tuple[str, ...]], ...]:
        named = hashlib.sha256(person.encode("utf-8", "replace")).hexdigest()  # of one length, whatever was typed
        here, anywhere = (self._from_here, ("wrong", address, named)), (self._from_anywhere, ("wrong", named))
        return here, anywhere, (self._public, ("wrong at all", address))

    def _count(self, limit: RateLimitItem, *who: str) -> None:
        if not self._windows.hit(limit, *who):
            self._refuse(limit, *who)

    def _refuse(self, limit: RateLimitItem, *who: str) -> NoReturn:
        reset = self._windows.get_window_stats(limit, *who).reset_time
        wait = max(1, math.ceil(reset - time.time()))
        much = f"{wait} 秒" if wait < 60 else f"{math.ceil(wait / 60)} 分钟"
        raise Problem("too_many_requests", remedy=f"请等候 {much}后再试。", headers={"Retry-After": str(wait)})

    def _marked(self, address: str, key: str) -> bytes:
        """What can be compared here, and nowhere else: no key is kept."""
        return hashlib.blake2b(f"{address} {key}".encode("utf-8", "replace"), key=self._salt, digest_size=16).digest()
