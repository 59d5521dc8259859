"""What a reader may do to itself, and to nobody else. The readers here are harmless and their limits tiny."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from multiprocessing import forkserver
from typing import Any

import psutil
import pytest

import proofs.pdf_judgement  # noqa: F401  # one of those that say of themselves that they read files
from isolation.process import Limits, ProcessDied, compute, read
from tests.isolation.readers import (
    NotJson,
    alive,
    fall_over,
    give_an_object,
    hang,
    hang_on_its_feet,
    look_around,
    numbers,
    open_a_file,
    raise_something,
    say_too_much,
    take_memory,
    take_time,
)
from tests.patience import wait_until

ENOUGH = Limits(memory=2**26, seconds=20, patience=120)


def test_what_a_reader_gives_comes_item_by_item_and_unchanged() -> None:
    assert list(read(numbers, 3, limits=ENOUGH)) == [{"number": number, "text": "甲\ud800"} for number in range(3)]


@pytest.mark.parametrize(
    ("reader", "args", "limits"),
    [
        (fall_over, (), ENOUGH),
        (raise_something, (), ENOUGH),
        (take_memory, (), ENOUGH),
        (take_time, (), Limits(2**26, seconds=1, patience=120)),
        (hang, (), Limits(2**26, seconds=20, patience=0.5)),
        (hang_on_its_feet, (), Limits(2**26, seconds=20, patience=0.5)),
        (say_too_much, (), Limits(2**20, seconds=20, patience=120)),
        (give_an_object, (), ENOUGH),
    ],
)
def test_a_reader_that_fails_ends_alone(
    reader: Callable[..., Iterator[Any]],
    args: tuple[Any, ...],
    limits: Limits,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(ProcessDied):
        list(read(reader, *args, limits=limits))
    assert list(read(numbers, 1, limits=ENOUGH))
    assert "370402" not in capfd.readouterr().err + caplog.text  # nothing of what it read is said
    assert caplog.messages  # but that it ended is


def test_what_fits_into_the_limit_is_read() -> None:
    assert list(read(take_memory, limits=Limits(memory=2**28, seconds=20, patience=120))) == [2**27]


def test_a_reader_writes_no_file(tmp_path: Any) -> None:
    with pytest.raises(ProcessDied):
        list(read(open_a_file, str(tmp_path / "x"), limits=ENOUGH))


def test_a_reader_has_no_environment_and_finds_the_parsers_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFLESS_DATABASE_PASSWORD", "secret")
    (found,) = read(look_around, limits=ENOUGH)
    assert found["environment"] == {} and found["loaded"] and found["nice"] == os.nice(0) + 10


def test_what_a_reader_uses_of_a_processor_is_not_counted_as_its_gateways() -> None:
    """Linux shares among sessions first: a nice reader in the gateway's own session would make the gateway wait its turn."""
    (found,) = read(look_around, limits=ENOUGH)
    assert found["own_session"]
    if found["group"]:
        assert found["group"].split()[-2:] == ["nice", "10"]


def test_no_more_comes_back_than_is_said() -> None:
    assert len(list(read(numbers, 100, limits=Limits(2**26, seconds=20, patience=120, output=10_000)))) == 100
    with pytest.raises(ProcessDied):
        list(read(numbers, 100, limits=Limits(2**26, seconds=20, patience=120, output=1000)))


def test_who_stops_asking_leaves_no_process_behind() -> None:
    items = read(numbers, 10**6, limits=ENOUGH)
    assert next(items)["number"] == 0
    before = alive()
    assert before
    items.close()  # type: ignore[attr-defined]
    assert not before & alive()


def test_the_server_of_readers_is_started_again_where_it_ended() -> None:
    assert list(read(numbers, 1, limits=ENOUGH))
    server = psutil.Process(forkserver._forkserver._forkserver_pid)
    server.kill()
    # Its books are read when the next one is asked for; a zombie until then.
    wait_until(lambda: server.status() == psutil.STATUS_ZOMBIE, 10, "the server of readers has ended")
    assert list(read(numbers, 1, limits=ENOUGH))


def test_many_threads_read_at_once() -> None:
    found: list[int] = []

    def some() -> None:
        found.extend(len(list(read(numbers, count, limits=ENOUGH))) for count in range(1, 6))

    threads = [threading.Thread(target=some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted([1, 2, 3, 4, 5] * 4)


def test_our_own_computing_has_our_environment_and_gives_and_raises_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFLESS_REGION", "370403")
    much = Limits(memory=2**30)
    assert compute(os.getenv, "PROOFLESS_REGION", limits=much) == "370403"
    assert isinstance(compute(NotJson, limits=much), NotJson)
    with pytest.raises(ZeroDivisionError):
        compute(divmod, 1, 0, limits=much)
    with pytest.raises(ProcessDied):
        compute(bytearray, 2**31, limits=much)
