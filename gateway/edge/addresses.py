"""网络地址 of a caller: what quotas count by and origins are told apart by. It is never stored and never logged."""

from __future__ import annotations

import ipaddress

from fastapi import Request

from gateway.edge.problems import Problem
from settings import settings


def address_of(request: Request) -> str:
    """Where a call comes from; empty where that is not known."""
    return network_of(request.client.host if request.client else "")


def network_of(host: str) -> str:
    """What counts as one caller. An IPv6 subscriber owns 2^64 addresses: they are one."""
    try:
        known = ipaddress.ip_address(host)
    except ValueError:
        return host
    if known.version == 6:
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)


def monitors_only(request: Request) -> None:
    """For `PROOFLESS_MONITOR_FROM` alone; for everybody else there is nothing at this address."""
    if not is_monitor(request):
        raise Problem("not_found")


def is_monitor(request: Request) -> bool:
    """Whether a machine calls that watches this one.

    Behind a proxy that nobody named as trusted every call looks like the machine's own: what was forwarded is not.
    """
    through = any(name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip"))
    if through and not settings().trusted_proxies:
        return False
    try:
        caller = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return any(caller in network for network in settings().monitors())


def is_proxy(network: str) -> bool:
    """Whether everybody may come from there: a proxy that is trusted with saying who calls."""
    for trusted in filter(None, map(str.strip, settings().trusted_proxies.split(","))):
        try:
            if trusted == "*" or ipaddress.ip_address(network.partition("/")[0]) in ipaddress.ip_network(trusted, strict=False):
                return True
        except ValueError:
            continue  # no address: uvicorn knows it by its name, and has none here
    return False
