"""时间戳服务: a seal's time, said by somebody else (RFC 3161). Servers are asked in order; none costs a proof, only its level.

Two files in the folder of the seals: `timestamps.txt`, one address a line, the first to be asked first (`#` begins a remark), and
`timestamps.ca.pem`, the authorities that are trusted. Read again where they change. Without the first nothing is asked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from asn1crypto import cms, x509  # type: ignore[import-untyped]
from pyhanko.keys import load_certs_from_pemder_data

from connectors.breaker import Breaker
from connectors.timestamp_token import WORDS, Asked, Place, Revoked, Unfit, judge
from connectors.transport import tls
from domain.proof_form import Form, form_of

LIST, ROOTS = "timestamps.txt", "timestamps.ca.pem"
ROOM = 24_576
"""Hex digits kept for a timestamp with its certificates; those of public authorities take 9,000 to 14,000."""

_PATIENCE, _CONNECT, _BRISK, _REST = 2.0, 1.0, 1.0, 60.0
"""Seconds. Who failed, or took longer than is brisk, is left alone for a rest, so that each case need not wait for it."""
_AROUND = 256  #: hex digits of the attribute in which it stands
_LARGEST = 65_536  #: bytes of an answer
_FAULTS = ((httpx.ConnectError, "away"), (httpx.TimeoutException, "slow"), (httpx.HTTPError, "away"))


@dataclass(frozen=True)
class Stamped:
    """A sealed file and what the record says of its level. `faults`: server and code, where one failed and none stamped."""

    pdf: bytes
    server: str = ""
    faults: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Stamped({self.server}, {self.faults})"

    @property
    def detail(self) -> dict[str, str]:
        """PAdES level and by whom or why not; empty where no server is configured."""
        if self.server:
            return {"level": "B-T", "stamped_by": self.server}
        return {"level": "B-B", "unstamped": ",".join(f"{server}:{code}" for server, code in self.faults.items())} if self.faults else {}


class Unstamped(Exception):
    """No server gave a timestamp. `faults`: server and code."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__()
        self.faults = faults


class _Server:
    """One address. Its name on the record is the host's alone: an address may hold a password."""

    def __init__(self, url: str, patience: float, clock: Callable[[], float]) -> None:
        self._url, self._patience = url, patience
        self.name, self._usable = _host(url)
        self._breaker, self._last = Breaker(1, _REST, clock), "away"
        self._times = httpx.Timeout(patience, connect=min(_CONNECT, patience))

    def token(
        self, asked: Asked, roots: Sequence[x509.Certificate], revoked: Revoked = frozenset(), *, again: bool = False
    ) -> cms.ContentInfo:
        """Its answer, if fit. `again`: though it rests. Raises Unfit."""
        if not self._breaker.admit() and not again:
            raise Unfit(self._last)
        began = time.monotonic()
        try:
            found = judge(self._answer(asked.body), asked, roots, datetime.now(UTC), revoked)
            late = time.monotonic() - began > _BRISK
            if late and again:
                raise Unfit("slow")
        except Unfit as unfit:
            self._last = unfit.code
            self._breaker.failed()
            raise
        if late:  # this one is used; each of the next would hold up the seals as long
            self._last = "slow"
            self._breaker.failed()
        else:
            self._breaker.succeeded()
        return found

    def _answer(self, body: bytes) -> bytes:
        if not self._usable:
            raise Unfit("bad_address")
        try:
            return asyncio.run(self._read(body))
        except TimeoutError:
            raise Unfit("slow") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unfit(next((code for kind, code in _FAULTS if isinstance(error, kind)), "bad_address")) from None

    async def _read(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply", "Accept-Encoding": "identity"}
        read = bytearray()
        async with (
            asyncio.timeout(self._patience),  # of all together: what drips, its head too, is in time with each read alone
            httpx.AsyncClient(timeout=self._times, verify=tls(), follow_redirects=False, trust_env=False) as client,
            client.stream("POST", self._url, content=body, headers=headers) as reply,
        ):
            if reply.status_code != httpx.codes.OK:
                raise Unfit("http")
            async for chunk in reply.aiter_raw():
                read += chunk
                if len(read) > _LARGEST:
                    raise Unfit("too_large")
        return bytes(read)


def _host(url: str) -> tuple[str, bool]:
    """The name of an address, and whether it is one of the web."""
    try:
        parts = urlsplit(url)
        return parts.netloc.rpartition("@")[2] or url[:40], parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return url.rpartition("@")[2][:40], False


class TimestampServers:
    """The servers of one configuration. Any number of threads may stamp at a time; the answer of one takes some 5 ms of CPU here."""

    def __init__(
        self,
        urls: Sequence[str],
        roots: Sequence[x509.Certificate] | None = (),
        patience: float = _PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`roots`: None: the file cannot be read. `patience`: seconds that one server may take."""
        self._servers = [_Server(url, patience, clock) for url in urls]
        self._roots = roots

    @property
    def room(self) -> int:
        """Hex digits that a signature must keep free (`SealUse.room`)."""
        return ROOM if self._servers else 0

    def stamp(self, pdf: bytes) -> Stamped:
        """A file that was sealed just now, with a timestamp over its signature if one of the servers gives one; a file of another form
        than PDF as it came. Raises nothing."""
        if not self._servers or form_of(pdf) is not Form.PDF:
            return Stamped(pdf)
        place, faults = Place(pdf), dict[str, str]()
        for server in self._servers:
            try:
                return Stamped(place.with_token(self._token(server, Asked.about(place.signature))), server.name)
            except Unfit as unfit:
                faults[server.name] = unfit.code
        return Stamped(pdf, faults=faults)

    def token(self, digest: bytes, revoked: Revoked = frozenset()) -> tuple[cms.ContentInfo, str]:
        """A timestamp over a SHA-256, and who gave it. Raises Unstamped."""
        faults = dict[str, str]()
        for server in self._servers:
            try:
                return self._token(server, Asked.of(digest), revoked), server.name
            except Unfit as unfit:
                faults[server.name] = unfit.code
        raise Unstamped(faults)

    def each(self) -> Iterator[tuple[str, str]]:
        """Server by server, asked for one timestamp of nothing when it is its turn: its name, and what is wrong with it or ""."""
        for server in self._servers:
            try:
                token = self._token(server, Asked.about(b""), again=True)
                if 2 * len(token.dump()) + _AROUND > ROOM:
                    raise Unfit("no_room")
            except Unfit as unfit:
                yield server.name, WORDS[unfit.code]
            else:
                yield server.name, ""

    def answer(self) -> bool:
        """Whether one of them answers as it should, or none is configured."""
        return not self._servers or any(not wrong for _, wrong in self.each())

    def _token(self, server: _Server, asked: Asked, revoked: Revoked = frozenset(), *, again: bool = False) -> cms.ContentInfo:
        if self._roots is None:
            raise Unfit("bad_roots")
        return server.token(asked, self._roots, revoked, again=again)


def servers_of(folder: Path) -> TimestampServers:
    """Those that the folder names, kept until one of its files changes. Raises nothing: what is wrong there is each server's fault."""
    return _read(folder, *(_edition(folder / name) for name in (LIST, ROOTS)))


def _edition(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=1)
def _read(folder: Path, listed: int, rooted: int) -> TimestampServers:
    if not listed:
        return TimestampServers([])
    try:
        lines = [line.partition("#")[0].strip() for line in (folder / LIST).read_text("utf-8").splitlines()]
    except (OSError, ValueError):
        lines = [LIST]  # an address of no server: told by its name
    try:
        roots = list(load_certs_from_pemder_data((folder / ROOTS).read_bytes())) if rooted else []
    except (OSError, ValueError):
        roots = None
    return TimestampServers([line for line in lines if line], roots)
