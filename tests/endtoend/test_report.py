"""周报 as the office gets it: ordered over HTTP, made by a worker, read as a paper."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from reports import periods
from settings import settings
from tests.endtoend.acting import Api
from tests.patience import wait_until
from tests.proofs.readers import text_of
from tests.stack import Stack


@pytest.mark.slow
def test_two_reports_ordered_at_once_are_both_made_by_the_worker(stack: Stack, tmp_path: Path) -> None:
    now = settings().now()
    weeks = [periods.text(periods.week_of(now - timedelta(days=7 * number))) for number in (1, 2)]
    with Api(stack.gateway_url, "demo-admin") as office:
        for week in weeks:
            ordered = office.http.post("/v1/reports", json={"period": week}).raise_for_status().json()
            assert ordered["period"] == week and ordered["flow_run"]
        wait_until(lambda: {row["period"] for row in office.get("/v1/reports")["items"]} == set(weeks), 90, "both reports")
        for row in office.get("/v1/reports")["items"]:
            pdf = office.http.get(f"/v1/reports/{row['id']}/pdf").raise_for_status().content
            assert row["issue"] in "".join(text_of(pdf, tmp_path).split())
