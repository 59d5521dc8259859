"""回调能发往哪里: an address is resolved and judged when it is registered, and again at each sending.

A callback is a call that a stranger to this machine's network chooses. Without a judgement it would reach what only
this machine reaches: our own Prefect and database, a cloud's metadata service, whatever listens on loopback, under
any spelling (127.1, 2130706433, a name that resolves there). So the address that a name gives is judged, never its
text, and the connection goes to that same address, so that a second answer of the name server changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from settings import Settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Where clouds answer questions about the machine itself, outside the ranges that the standard library knows.
_METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254")))
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class ReceiverRefused(Exception):
    """An address to which nothing is sent. `code`: unknown_host, forbidden_address, bad_address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Receiver:
    """A judged address: where to connect, and by which name the receiver is to be called."""

    addresses: tuple[str, ...]
    host: str
    port: int


def judge(url: str, at: Settings) -> Receiver:
    """Resolve `url` and give the addresses to which a callback may go; asks a name server. Raises `ReceiverRefused`.

    Every address of the name must be allowed: a name with one good and one bad address is no receiver.
    """
    try:
        parts = httpx.URL(url)
        host = parts.raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError):
        raise ReceiverRefused("bad_address") from None
    port = {"http": 80, "https": 443}.get(parts.scheme, 0) if parts.port is None else parts.port
    if not host or not 0 < port < 2**16:
        raise ReceiverRefused("bad_address")
    found = _resolve(host, port)
    if not found:
        raise ReceiverRefused("unknown_host")
    if not _is_sandbox(host, port, at) and not all(allowed(one, at) for one in found):
        raise ReceiverRefused("forbidden_address")
    if port in (own := _own_services(at)) and own[port] & set(map(_plain, found)):
        raise ReceiverRefused("forbidden_address")
    return Receiver(tuple(map(str, found)), host, port)


def allowed(address: Address, at: Settings) -> bool:
    """Whether callbacks may go to `address`: by the district's list where there is one, else to any but this machine's
    own, link-local, multicast, reserved addresses and the metadata services of clouds."""
    plain = _plain(address)
    networks = at.callback_allowed()
    if networks:
        return any(plain.version == network.version and plain in network for network in networks)
    special = plain.is_loopback or plain.is_link_local or plain.is_unspecified or plain.is_multicast or plain.is_reserved
    return not special and plain not in _METADATA


def _plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, else itself: ::ffff:127.0.0.1 is this machine."""
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)


def _resolve(host: str, port: int) -> list[Address]:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    found = (ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in rows)
    return list(dict.fromkeys(found))


def _is_sandbox(host: str, port: int, at: Settings) -> bool:
    """The sandbox's own receiver: the one exception, and only where there is a sandbox."""
    parts = urlsplit(at.sandbox_url)
    return bool(at.sandbox_url) and (host, port) == (parts.hostname, parts.port)


def _own_services(at: Settings) -> dict[int, set[Address]]:
    """Port -> the addresses of our own Prefect and PostgreSQL, which a network that is allowed may hold."""
    prefect = urlsplit(at.prefect_api_url)
    own: dict[int, set[Address]] = {}
    for host, port in ((prefect.hostname, prefect.port or 80), (at.database_host, at.database_port)):
        if host:
            own.setdefault(port, set()).update(map(_plain, _resolve(host, port)))
    return own
