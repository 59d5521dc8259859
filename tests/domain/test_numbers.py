"""The verification number: the one thing that crosses the queue, so its pattern must let nothing else through."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.numbers import is_number, new_number


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2999, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_new_number_has_the_form(now: datetime) -> None:
    assert is_number(new_number(now))


def test_the_day_is_the_local_day() -> None:
    assert new_number(datetime(2026, 3, 3, 15, 59, tzinfo=UTC)).startswith("HY20260303")
    assert new_number(datetime(2026, 3, 3, 16, 0, tzinfo=UTC)).startswith("HY20260304")


def test_numbers_differ() -> None:
    now = datetime(2026, 3, 4, tzinfo=UTC)
    assert len({new_number(now) for _ in range(2000)}) == 2000


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        new_number(datetime(2026, 3, 4))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "",
        "HY20260304",
        "hy20260304ABCDEFGH",
        "HY20260304ABCDEFGI",
        "HY20260304ABCDEFGL",
        "HY20260304ABCDEFGO",
        "HY20260304ABCDEFGU",
        "HY20260304ABCDEFGHJ",
        "xHY20260304ABCDEFGH",
        "HY20260304ABCDEFGH\n",
        "HY２０２６０３０４ABCDEFGH",
        "370402189001011234",
        "演示甲子",
    ],
)
def test_anything_else_is_no_number(text: str) -> None:
    assert not is_number(text)
