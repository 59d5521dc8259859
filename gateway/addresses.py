"""网络地址 of a caller: what quotas count by and origins are told apart by. It is never stored and never logged."""

from __future__ import annotations

import ipaddress

from fastapi import Request


def address_of(request: Request) -> str:
    """Where a call comes from; empty where that is not known. An IPv6 subscriber owns 2^64 addresses: they are one."""
    host = request.client.host if request.client else ""
    try:
        known = ipaddress.ip_address(host)
    except ValueError:
        return host
    if known.version == 6:
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)
