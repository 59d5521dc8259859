"""The worker's process: how it is set up before it takes anything."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator

import pytest

from runtime.worker import __main__ as program


@pytest.fixture(autouse=True)
def usual_interval() -> Iterator[None]:
    usual = sys.getswitchinterval()
    yield
    sys.setswitchinterval(usual)


def test_a_thread_that_makes_a_page_gives_the_interpreter_away_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """By default a pass waits 5 ms for it, each time that it goes between the loop and a thread."""
    seen = list[float]()

    class Stub:
        async def serve(self, stop: threading.Event) -> None:
            seen.append(sys.getswitchinterval())

    monkeypatch.setattr(program, "Worker", Stub)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    assert program.main() == 0
    assert seen == [pytest.approx(0.0005)]
