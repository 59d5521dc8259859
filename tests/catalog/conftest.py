"""Lists of tests are read in the test's own process."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from unittest import mock

import pytest

from catalog import sheets
from isolation.process import Limits, ProcessDied


@pytest.fixture(scope="module", autouse=True)
def _read_here() -> Iterator[None]:
    """A process for each list of three rows takes as long as all else that its test does, and there are thousands of lists.

    `tests/catalog/test_sheets.py`, which asks what that process withstands, has it and overrides this, and so have the
    tests of `tests/isolation` and whoever sends a list to the gateway or has a worker read it.
    """
    with mock.patch.object(sheets, "read", _as_it_comes_back):
        yield


def _as_it_comes_back(function: Callable[..., Iterable[Any]], *args: Any, limits: Limits) -> Iterator[Any]:
    """As `isolation.process.read` hands it over: asked by names that can be imported, answered in JSON."""
    asked, given = pickle.loads(pickle.dumps((function, args)))  # noqa: S301
    try:
        for item in asked(*given):
            yield json.loads(json.dumps(item, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    except Exception as fault:
        raise ProcessDied(getattr(function, "__name__", "")) from fault
