"""批量核验 at the counter without a screen: the key that comes with its form, and the files that it takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest

from tests.catalog.markup import docx, html, xml_2003
from tests.catalog.workbooks import workbook
from tests.gateway.batches.test_batches import HEAD, cells, kept, table
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


@pytest.mark.parametrize(("ending", "made"), [(".xlsx", workbook), (".docx", docx), (".html", html), (".xml", xml_2003)])
def test_every_kind_of_file_that_is_taken_can_be_chosen(api: Api, ending: str, made: Callable[[Sequence[Sequence[object]]], bytes]) -> None:
    browser = Browser(api)
    browser.link_in(REQUESTER)
    api.put_case()
    accepted = re.search(r'type="file" accept="([^"]*)"', browser.get(PAGE).text)
    assert accepted and ending in accepted[1].split(",")
    content = made([HEAD, cells(api, 1)])
    assert browser.send(PAGE, file=content, purpose="低保年度复核", key=f"kind{ending}").status_code == 303
