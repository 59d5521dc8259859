"""Prefect's interface in a real browser: one interface, and no page of it asks anybody but this machine."""

from __future__ import annotations

import pytest

from tests.endtoend.acting import Api
from tests.endtoend.test_cancel import run_of
from tests.endtoend.test_pages import Browser, pytestmark  # noqa: F401  (skipped where there is no browser)
from tests.endtoend.test_pages import browser as browser
from tests.patience import wait_until
from tests.stack import Stack

TABS = 7
"""Open at once: a page is known to be quiet half a second after its last request, and meanwhile the next ones load."""


def sign_in(stack: Stack, browser: Browser) -> str:
    """Gives the address of the interface."""
    address = stack.prefect.url.removesuffix("/api")
    browser.go(f"{address}/runs")
    browser.page.wait_for_selector("input[type=password]")
    browser.page.fill("input[type=password]", f"admin:{stack.prefect.secret}")
    browser.page.keyboard.press("Enter")
    browser.page.wait_for_selector("text=Flow Runs")
    return address


def pages_of(stack: Stack, number: str) -> list[str]:
    """Every page that the interface's own router knows, of things that are there."""
    http = stack.prefect.http
    run = run_of(number)
    deployment = http.get("/deployments/name/verification/main").raise_for_status().json()
    artifact = http.post("/artifacts/latest/filter", json={}).raise_for_status().json()[0]
    limit = http.post("/v2/concurrency_limits/", json={"name": "nothing", "limit": 1}).raise_for_status().json()
    block = "from-elsewhere"
    logo = "http://pictures.invalid/logo.png"
    http.post("/block_types/", json={"name": block, "slug": block, "logo_url": logo}).raise_for_status()
    task = http.post("/task_runs/filter", json={"flow_runs": {"id": {"any_": [str(run)]}}}).raise_for_status().json()[0]
    of_deployment = f"deployments/deployment/{deployment['id']}"
    return [
        "dashboard",
        "runs",
        "flow-runs",
        f"runs/flow-run/{run}",
        f"runs/task-run/{task['id']}",
        "flows",
        f"flows/flow/{deployment['flow_id']}",
        "deployments",
        of_deployment,
        f"{of_deployment}/run",
        f"{of_deployment}/edit",
        f"{of_deployment}/duplicate",
        "work-pools",
        "work-pools/create",
        "work-pools/work-pool/proofless",
        "work-pools/work-pool/proofless/edit",
        "work-pools/work-pool/proofless/queue/default",
        "work-pools/work-pool/proofless/queue/default/edit",
        "work-pools/work-pool/proofless/queue/create",
        "work-queues",
        "blocks",
        "blocks/catalog",
        f"blocks/catalog/{block}",
        f"blocks/catalog/{block}/create",
        "variables",
        "automations",
        "automations/create",
        "events",
        "notifications",
        "collections",
        "concurrency-limits",
        f"concurrency-limits/concurrency-limit-v2/{limit['id']}",
        "artifacts",
        f"artifacts/artifact/{artifact['latest_id']}",
        f"artifacts/key/{artifact['key']}",
        "settings",
        "v2",
        "v2/dashboard",
        "no-such-page",
    ]


@pytest.mark.slow
def test_every_page_stays_on_this_host_and_no_second_interface_is_offered(
    stack: Stack, browser: Browser, department: Api, office: Api
) -> None:
    number = department.file("P-HARDSHIP", "演示甲申")["number"]
    department.wait_for(number, "awaiting_reply")
    wait_until(lambda: "等待出具单位" in stack.prefect.history(run_of(number)), 15, "the run waits")
    office.reply(office.asked(number)["id"])
    wait_until(lambda: "已送达" in stack.prefect.history(run_of(number)), 30, "steps of its own")
    address = sign_in(stack, browser)
    sent: list[str] = []
    profile, paths = browser.page.context, pages_of(stack, number)
    profile.on("request", lambda request: browser.asked.append(request.url))
    profile.on("requestfinished", lambda request: sent.append(request.url))
    # What the policy stops never leaves the browser, and is told by this word.
    profile.on("requestfailed", lambda request: request.failure == "csp" or sent.append(request.url))
    for first in range(0, len(paths), TABS):
        tabs = {path: profile.new_page() for path in paths[first : first + TABS]}
        for path, tab in tabs.items():
            # As somebody comes who had chosen the other interface before: the choice is a cookie.
            profile.add_cookies([{"name": "prefect_ui_version", "value": "v2", "url": address}])
            tab.goto(f"{address}/{path}", wait_until="load")
        for path, tab in tabs.items():
            tab.wait_for_load_state("networkidle")
            shown = tab.inner_text("body")
            assert "/v2/" not in tab.url or path.startswith("v2"), f"{path} led to {tab.url}"
            for offer in ("V2 UI", "new UI", "New UI"):
                assert offer not in shown, f"{path}: {offer}"
            tab.close()
    assert any("pictures.invalid" in url for url in browser.asked), "a page wanted something from elsewhere"
    browser.asked = sent
    assert browser.elsewhere() == set()
    assert len(sent) > 200
    assert not [url for url in browser.asked if "/v2/assets/" in url]
    assert stack.prefect.http.get(f"{address}/ui-settings").json()["available_uis"] == ["v1"]
