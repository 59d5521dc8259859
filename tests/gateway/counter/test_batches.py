"""批量核验 at the counter without a screen: the key that comes with its form."""

from __future__ import annotations

import pytest

from tests.gateway.batches.test_batches import cells, kept, table
from tests.gateway.conftest import REQUESTER, Api
from tests.gateway.counter.browsing import Browser

PAGE = "/counter/batches"


@pytest.mark.parametrize("key", ["", "键", "k" * 201, "k" * 5000])
def test_a_key_that_is_none_is_refused_and_nothing_is_kept(api: Api, key: str) -> None:
    browser = Browser(api)
    browser.link_in(REQUESTER)
    api.put_case()
    browser.get(PAGE)
    before, content = kept(), table(cells(api, 1))
    refused = browser.send(PAGE, file=content, purpose="低保年度复核", key=key)
    assert refused.status_code == 422 and "刷新页面" in refused.text and kept() == before
    browser.get(PAGE)
    assert browser.send(PAGE, file=content, purpose="低保年度复核", key=f"k{len(key)}").status_code == 303
