"""Ports for the tests' servers: away from those of an `up` on the same machine, and from the tests beside these."""

from __future__ import annotations

import itertools
import os
import zlib

from runtime.services.ports import is_free

_BESIDE = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
#: Another run of the suite on the same machine begins elsewhere: between looking and listening there is a moment.
_THIS_RUN = zlib.crc32(os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid())).encode()) % 40
_CANDIDATES = itertools.count(20_000 + 2_000 * _BESIDE + 40 * _THIS_RUN)


def free_port() -> int:
    """A free port that this test session was not given before: two that ask before they listen get different ones."""
    return next(port for port in _CANDIDATES if is_free(port))
