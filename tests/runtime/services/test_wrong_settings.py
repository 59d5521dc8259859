"""配置: a value that cannot be is told by its variable, in Chinese, before anything runs; the value is not repeated."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway import __main__ as gateway
from runtime.failures import explained
from settings import settings

WRONG = (
    ("PROOFLESS_QUOTA_PERSON", "5/second"),
    ("PROOFLESS_QUOTA_CASE", "5/minute 6/minute"),
    ("PROOFLESS_MISMATCHES_BY_KEY", "12/10"),
    ("PROOFLESS_DATABASE_PORT", "geheim"),
)


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_named_and_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Exception) as wrong:  # noqa: PT011
        settings()
    failure = explained("列出", wrong.value)
    assert failure is not None and name in failure.why and value not in str(wrong.value)
    with pytest.raises(SystemExit, match=f"接口服务没有启动.*{name}"):
        gateway.main()
