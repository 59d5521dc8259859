"""Whether a server answers 200, asked with the standard library alone: monitors call `./run health` each minute."""

from __future__ import annotations


def answers(url: str, seconds: float) -> bool:
    """On this machine or the next one: proxies of the environment are left aside."""
    import urllib.request  # every command passes here, and few of them ask
    from http.client import HTTPException

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=seconds) as answer:
            return bool(answer.status == 200)
    except (OSError, HTTPException):  # what urllib raises of its own is an OSError
        return False
