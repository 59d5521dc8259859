"""Article 10 over HTTP, through real processes, on a clock that runs three hundred times as fast: half an hour is six
seconds. Every instant is read from the record, so that a slow machine changes nothing but the waiting."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ledger.database import transaction
from ledger.tables.verifications import Verification
from runtime.services.postgres import Cluster
from tests import conftest as house
from tests.endtoend.acting import FIELDS, Api, party
from tests.mailserver import MailServer, mail_server
from tests.patience import wait_until
from tests.proofs.readers import text_of
from tests.stack import PrefectServer, Stack, start_stack

RATE = 300
MINUTE, HALF_HOUR = timedelta(minutes=1), timedelta(minutes=30)
LONG = 120.0

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f00050001ff89993d1d0000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def mailbox() -> Iterator[MailServer]:
    with mail_server() as box:
        yield box


@pytest.fixture(scope="module")
def swift(installation: tuple[Path, Cluster], template_database: str, prefect: PrefectServer, mailbox: MailServer) -> Iterator[Stack]:
    """A stack of its own whose clock runs fast; this process's settings follow it."""
    name = "ledger_article_ten"
    house._as_superuser(installation, house.copied(name, template_database))
    before = dict(os.environ)
    clock = {"clock_origin": datetime.now(UTC).isoformat(), "clock_rate": str(RATE)}
    house._enter(installation, name)
    os.environ.update({f"PROOFLESS_{key.upper()}": value for key, value in clock.items()})
    house._forget()
    more = {"smtp_host": "127.0.0.1", "smtp_port": str(mailbox.port), "requests_per_minute": "100000"}
    with start_stack(*installation, name, prefect, workers=1, gateway=True, anew=True, **clock, **more) as running:
        yield running
    house._leave(before)
    house._as_superuser(installation, f"DROP DATABASE {name} WITH (FORCE)")


class Cast:
    """Who acts."""

    def __init__(self, stack: Stack) -> None:
        self.department = Api(stack.gateway_url, "demo-permit-1")
        self.street = Api(stack.gateway_url, "demo-guangming-1")
        self.chief = Api(stack.gateway_url, "demo-guangming-2")
        self.civil = Api(stack.gateway_url, "demo-civil-1")
        self.admin = Api(stack.gateway_url, "demo-admin")


@pytest.fixture(scope="module")
def cast(swift: Stack) -> Cast:
    return Cast(swift)


def ask(cast: Cast, handling: str = "immediate", person: str = "演示甲子", **case: Any) -> str:
    """A verification that waits in the street office's inbox."""
    number = cast.department.put_case(
        person, handling=handling, promise_end=case.pop("promise_end", None), parties=[{"role": "applicant", **party(person)}]
    )
    filed = cast.department.file("P-HARDSHIP", person, case=number)
    in_the_inbox(cast, filed["number"])
    return str(filed["number"])


def in_the_inbox(cast: Cast, number: str) -> None:
    """Waits until a unit is asked; on a slow machine its half hour may be over by the time we look."""
    wait_until(lambda: cast.department.see(number)["state"] in {"awaiting_reply", "escalated"}, LONG, f"{number} asked")


def post(api: Api, path: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
    answer = api.http.post(path, json=body) if body is not None else api.http.post(path)
    assert answer.status_code == status, answer.text
    return answer.json()


def limits(api: Api, number: str, request: int = -1) -> dict[str, dict[str, Any]]:
    found = api.get(f"/v1/verifications/{number}/deadline")["requests"][request]
    return {limit["kind"]: limit for limit in found["limits"]}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_claimed_supplemented_previewed_answered_and_the_time_handed_back(cast: Cast, tmp_path: Path) -> None:
    """Obligation 10.9."""
    promised = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    number = ask(cast, "promised", promise_end=promised)
    request = cast.street.asked(number)
    assert request["colour"] == "green"
    inbox = f"/v1/inbox/{request['id']}"
    post(cast.street, f"{inbox}/claim")
    post(cast.street, f"{inbox}/supplement", {"what": "请补充申请人的现住址"})
    waiting = cast.department.see(number)
    assert waiting["state"] == "awaiting_supplement" and waiting["supplements"][0]["what"] == "请补充申请人的现住址"
    uploaded = cast.department.http.post(f"/v1/verifications/{number}/attachments", files={"file": ("住址.png", PNG)})
    assert uploaded.status_code == 201, uploaded.text
    before = limits(cast.department, number)
    post(cast.department, f"/v1/verifications/{number}/supplement", {"text": "演示路 1 号"})
    after = limits(cast.department, number)
    rested = cast.department.event(number, "supplemented")["detail"]["seconds"]
    moved = instant(after["soft"]["due_at"]) - instant(before["soft"]["due_at"])
    assert abs(moved - timedelta(seconds=rested)) <= timedelta(seconds=1) and "补正" in after["soft"]["explanation"]
    assert after["hard"]["due_at"] == before["hard"]["due_at"]

    seen = cast.street.get(inbox)
    assert seen["supplements"][0]["supply"] == "演示路 1 号" and seen["attachments"][0]["name"] == "住址.png"
    preview = cast.street.http.post(f"{inbox}/preview", json={"answer": "true", "fields": FIELDS})
    assert preview.headers["content-type"] == "application/pdf"
    page = text_of(preview.content, tmp_path)
    assert "预览" in page and "600元" in page
    post(cast.street, f"{inbox}/reply", {"answer": "true", "fields": {"家庭人口": "2"}}, 422)
    assert cast.street.http.post(f"{inbox}/attachments", files={"file": ("表.pdf", b"%PDF-1.7 no")}).status_code == 422
    assert cast.street.http.post(f"{inbox}/attachments", files={"file": ("表.png", PNG)}).status_code == 201
    post(cast.street, f"{inbox}/reply", {"answer": "true", "fields": FIELDS})
    post(cast.street, f"{inbox}/reply", {"answer": "false"}, 409)

    done = cast.department.wait_for(number, "delivered", LONG)
    files = cast.department.get(f"/v1/verifications/{number}/attachments")["items"]
    assert [file["use"] for file in files] == ["supplement", "reply"]
    assert cast.department.http.get(f"/v1/attachments/{files[1]['id']}").content == PNG
    assert cast.civil.http.get(f"/v1/attachments/{files[1]['id']}").status_code == 404
    excluded = cast.department.get(f"/v1/cases/{done['case_number']}/excluded-time")
    assert done["excluded_time"]["seconds"] == excluded["seconds"] and not excluded["running"]
    received, ended = instant(request["received_at"]), instant(done["ended_at"])
    assert abs((ended - received).total_seconds() - rested - excluded["seconds"]) <= 2
    assert len(excluded["intervals"]) == 2  # before and after the supplement
    assert limits(cast.department, number)["soft"]["status"] == "met"


def test_returned_forwarded_and_answered_by_the_next_unit(cast: Cast) -> None:
    """Obligation 10.11."""
    number = ask(cast)
    request = cast.street.asked(number)["id"]
    path = f"/v1/inbox/{request}/return"
    post(cast.street, path, {"reason": "已迁出本辖区"}, 422)  # neither a unit nor why it cannot tell
    post(cast.street, path, {"reason": "已迁出本辖区", "suggested_unit": "370402-GUANGMING"}, 422)
    taken = post(cast.street, path, {"reason": "已迁出本辖区", "suggested_unit": "370402-CIVIL"})
    assert not taken["forwarded"]
    back = cast.department.see(number)
    assert (back["state"], back["returns"][0]["reason"]) == ("returned", "已迁出本辖区")
    post(cast.street, f"/v1/inbox/{request}/reply", {"answer": "false"}, 410)
    post(cast.department, f"/v1/verifications/{number}/forward", {})
    in_the_inbox(cast, number)
    second = cast.civil.asked(number)
    assert cast.civil.get(f"/v1/inbox/{second['id']}")["earlier_returns"][0]["reason"] == "已迁出本辖区"
    cast.civil.reply(second["id"])
    done = cast.department.wait_for(number, "delivered", LONG)
    assert done["result"]["maker"] == "市中区民政局"
    timing = cast.department.get(f"/v1/verifications/{number}/deadline")
    assert [one["unit"] for one in timing["requests"]] == ["370402-GUANGMING", "370402-CIVIL"]
    first, then = (instant(one["received_at"]) for one in timing["requests"])
    hard = limits(cast.department, number)["hard"]
    assert instant(hard["due_at"]) == then + HALF_HOUR > first + HALF_HOUR  # the new unit's own start (reading 9)


def test_missed_supervised_reported_fed_back_and_still_delivered(cast: Cast, swift: Stack, mailbox: MailServer) -> None:
    """Obligation 10.12."""
    number = ask(cast, person="演示乙丑")
    received = instant(cast.street.asked(number)["received_at"])
    request = cast.street.asked(number)["id"]
    wait_until(lambda: "office_told" in cast.department.story(number), LONG, "the half hours to pass")
    events = {event["event"]: event for event in cast.department.get(f"/v1/verifications/{number}/events")["events"]}
    assert instant(events["supervised"]["at"]) == received + HALF_HOUR
    assert instant(events["office_told"]["at"]) == received + 2 * HALF_HOUR
    missed = [event for event in cast.department.story(number) if event in {"missed", "supervised", "office_told"}]
    assert missed == ["missed", "supervised", "missed", "office_told"]  # each once
    (line,) = [item for item in cast.chief.get("/v1/supervisions")["items"] if item["verification_number"] == number]
    assert (line["supervisor"], line["status"]) == ("demo-guangming-2", "missed")
    post(cast.street, f"/v1/supervisions/{line['id']}/feedback", {"outcome": "done", "text": "已督促"}, 403)
    wait_until(lambda: "督办中" in swift.prefect.history(run_of(number)), LONG, "operators see 督办")
    cast.street.reply(request)
    done = cast.department.wait_for(number, "delivered", LONG)
    assert done["result"]["result"] == "confirmed"
    fed = post(cast.chief, f"/v1/supervisions/{line['id']}/feedback", {"outcome": "done", "text": "已督促办结"})
    assert fed["status"] == "missed" and fed["feedback"] == "已督促办结"
    assert limits(cast.department, number)["hard"]["status"] == "missed"

    for address in ("office@demo.invalid", "guangming-supervisor@demo.invalid"):
        wait_until(lambda address=address: mailbox.to(address, number), LONG, f"mail to {address}")
    (mail,) = [one for one in mailbox.to("guangming-supervisor@demo.invalid", number) if "督办" in one["Subject"]]
    said = f"{mail['Subject']}{mail.get_content()}"
    assert "半小时内" in said and "演示乙丑" not in said
    assert len([one for one in mailbox.to("office@demo.invalid", number) if "督办超时" in one["Subject"]]) == 1
    _prefect_tells_the_story(swift, number)


def run_of(number: str) -> UUID:
    with transaction() as session:
        run = session.get_one(Verification, number).flow_run
    assert run is not None
    return run


def _prefect_tells_the_story(swift: Stack, number: str) -> None:
    run = run_of(number)
    wait_until(lambda: swift.prefect.history(run)[-1] == "已送达", LONG, "the run's last state")
    names = swift.prefect.history(run)
    assert "等待出具单位" in names and "督办中" in names
    assert set(swift.prefect.run_of(run)["tags"]) >= {"370402-PERMIT", "370402-GUANGMING", "部门核验"}
    body = {"artifacts": {"key": {"any_": [number.lower()]}}, "sort": "CREATED_DESC", "limit": 1}
    (artifact,) = swift.prefect.http.post("/artifacts/filter", json=body).raise_for_status().json()
    assert "开始督办" in artifact["data"] and "## 时限" in artifact["data"] and "演示乙丑" not in artifact["data"]


def test_the_same_question_again_is_the_same_verification_unless_forced(cast: Cast) -> None:
    number = ask(cast, "promised", promise_end=(datetime.now(UTC) + timedelta(days=20)).isoformat())
    case = cast.department.see(number)["case_number"]
    assert cast.department.file("P-HARDSHIP", case=case)["number"] == number
    body = {"case_number": case, "proof": "P-HARDSHIP", "party": party("演示甲子"), "force_new": "data_changed"}
    again = cast.department.http.post("/v1/verifications", json=body, headers={"Idempotency-Key": "forced-1"})
    assert again.status_code == 202 and again.json()["number"] != number
    for one in (number, again.json()["number"]):
        post(cast.department, f"/v1/verifications/{one}/withdraw", {"reason": "filed_in_error"})


def test_a_commitment_is_signed_instead_of_asking_for_paper(cast: Cast) -> None:
    """Obligation 7.4."""
    number = cast.department.file("P-RESIDENCE", "演示甲子")["number"]
    cast.department.wait_for(number, "awaiting_commitment", LONG)
    text = cast.department.get(f"/v1/verifications/{number}/commitment")
    assert "承诺" in text["text"] and text["decision"] is None
    body = {"evidence": "signature", "sha256": "a" * 64, "reference": "档案 1"}
    post(cast.department, f"/v1/verifications/{number}/commitment", body)
    done = cast.department.wait_for(number, "delivered", LONG)
    assert done["result"]["result_name"] == "已承诺" and done["proof"] is None
    (check,) = cast.department.get("/v1/commitment-checks")["items"]
    post(cast.department, f"/v1/commitment-checks/{check['id']}", {"outcome": "true", "note": "现场核查属实"})
    assert cast.department.get("/v1/commitment-checks")["items"] == []


def test_voluntary_submissions_are_listed_and_exported(cast: Cast) -> None:
    """Obligation 2.7."""
    case = cast.department.put_case("演示丙寅")
    body = {"case_number": case, "party": party("演示丙寅"), "proof": "P-HOUSEHOLD", "reason": "at_hand"}
    post(cast.department, "/v1/voluntary-submissions", body, 201)
    table = cast.department.http.get("/v1/voluntary-submissions.csv")
    assert table.text.startswith("\ufeff序号") and case in table.text and "演示丙寅" not in table.text
