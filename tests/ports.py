"""Ports for the tests' servers: away from those of an `up` on the same machine, and from the tests beside these."""

from __future__ import annotations

import itertools
import os

from runtime.ports import is_free

_BESIDE = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_CANDIDATES = itertools.count(20_000 + 2_000 * _BESIDE)


def free_port() -> int:
    """A free port that this test session was not given before: two that ask before they listen get different ones."""
    return next(port for port in _CANDIDATES if is_free(port))
