"""Whether a server answers 200, asked with the standard library alone: monitors call `./run health` each minute."""

from __future__ import annotations

import urllib.request
from http.client import HTTPException


def answers(url: str, seconds: float) -> bool:
    """On this machine or the next one: proxies of the environment are left aside."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=seconds) as answer:
            return bool(answer.status == 200)
    except (OSError, HTTPException):  # what urllib raises of its own is an OSError
        return False
