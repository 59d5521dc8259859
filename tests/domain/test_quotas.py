"""限额: windows begin with the clock's in Beijing, and what is configured is read or refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.quotas import Quota, QuotaOf, Window, quotas
from settings import Settings, WrongSettings, load

LENGTHS = {Window.MINUTE: 60, Window.HOUR: 3600, Window.DAY: 86400}


@given(st.integers(0, 20 * 366 * 86400 * 1000), st.sampled_from(Window))
def test_a_window_holds_its_instant_and_tiles_the_time(milliseconds: int, window: Window) -> None:
    now, length = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds), LENGTHS[window]
    since, until = window.since(now), window.until(now)
    assert since <= now < until and (until - since).total_seconds() == length
    assert (since.timestamp() + 8 * 3600) % length == 0  # by the clock in Beijing
    assert window.since(until) == until and window.since(until - timedelta(microseconds=1)) == since


def test_what_is_configured() -> None:
    assert quotas("30/minute 600/day") == (Quota(30, Window.MINUTE), Quota(600, Window.DAY)) and quotas("") == ()
    for wrong in ("30", "0/day", "30/week", "30/minute,600/day", "30/day 40/day", " 30/day", "-1/day"):
        with pytest.raises(ValueError, match="30/minute 600/day|two quotas"):
            quotas(wrong)


@pytest.mark.parametrize("name", [f"quota_{whose.value}" for whose in QuotaOf])
def test_every_holder_has_a_quota_that_is_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert quotas(getattr(Settings, name))
    monkeypatch.setenv(variable := f"PROOFLESS_{name}".upper(), "much")
    with pytest.raises(WrongSettings, match=variable):
        load(None)
