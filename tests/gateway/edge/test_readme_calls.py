"""Every call that the READMEs name outside their blocks, made: each part is a story whose calls succeed, and none is missing.

The blocks themselves run in tests.runtime.commands.test_readme. Here a call is its method, where the README says it, and its
address; `…/x` is the tail of an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from connectors.seal import LocalSeals
from gateway.app import ROUTERS
from ledger.database import transaction
from ledger.outbox import notifications
from ledger.outbox.callbacks_sent import Receipt
from ledger.record import heads
from ledger.registry import registry
from settings import LOCAL, ROOT, settings
from tests.catalog.test_lists import GOOD, HEADER
from tests.catalog.workbooks import workbook
from tests.gateway.batches.conftest import file_all, finish
from tests.gateway.casework import ask, deliver, look_up, seal_and_deliver
from tests.gateway.catalog.test_list_adjustment import DECISION, alter, body, of_a_new_matter
from tests.gateway.catalog.test_lists import rebuilt
from tests.gateway.conftest import ADMIN, ISSUER, OTHER, PUBLISHER, REQUESTER, Api, party
from tests.gateway.oversight.test_leads import issue
from tests.gateway.reports.test_reports import made
from tests.ledger.acting import do, swept
from tests.ledger.sealing.seal_life import pem
from tests.ofd_files import ofd

CHIEF, SECOND = "demo-guangming-2", "second-readme"
#: The parts of README.md and of README.zh-CN.md that tell of the same.
PARTS = {
    "verification": (("## A first call", "## Article 10, by example"), ("## 第一次调用", "## 办理过程")),
    "batch": (("## Batches",), ("## 批量核验",)),
    "report": (("## The weekly report",), ("## 周报",)),
    "oversight": (("## Oversight",), ("## 监督",)),
    "list": (("## The list, by example",), ("## 清单",)),
}
FIELDS = {"家庭人口": "3", "人均月收入": "600元", "认定结论": "符合"}
WEEK = "?first=2026-03-02&last=2026-03-08"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f00050001ff89993d1d0000000049454e44ae426082"
)
ROUTES = [(method, re.sub(r"\{[^}]*\}", "{}", route.path)) for router in ROUTERS for route in router.routes for method in route.methods]  # type: ignore[attr-defined]


class Story:
    """Calls that must succeed, and which ones they were."""

    def __init__(self, api: Api) -> None:
        self.api, self.done = api, set[tuple[str, str]]()

    def __call__(self, method: str, path: str, person: str | None = REQUESTER, json: Any = None, **more: Any) -> httpx.Response:
        answer = self.api.call(method, path, person, **({"json": json} if json is not None else {}), **more)
        assert answer.status_code < 400, (method, path, answer.text)
        plain = path.partition("?")[0]
        for verb, template in ROUTES:
            if verb == method and re.fullmatch(re.escape(template).replace(r"\{\}", "[^/]+"), plain):
                self.done.add((method, template))
        return answer

    def get(self, path: str, person: str | None = REQUESTER, **more: Any) -> Any:
        return self("GET", path, person, **more)

    def post(self, path: str, person: str | None = REQUESTER, json: Any = None, **more: Any) -> Any:
        return self("POST", path, person, json, **more).json()


def section(name: str, titles: tuple[str, ...]) -> str:
    """These parts without their blocks."""
    text = re.sub(r"^```.*?^```", "", (ROOT / name).read_text("utf-8"), flags=re.M | re.S)
    parts = dict(re.findall(r"^(## .+)\n((?:(?!## ).*\n?)*)", text, re.M))
    return "".join(parts[title] for title in titles)


def named(text: str) -> Iterator[tuple[str, str]]:
    """(method or '', address as a pattern of templates)."""
    for line in text.splitlines():
        method, last = "", ""
        for span in re.findall(r"`([^`]+)`", line):
            found = re.fullmatch(r"(?:(GET|POST|PUT|DELETE)\b ?)?((?:…|/|\.)?[^\s]*)(?: \{\".*)?", span)
            if found is None or span.startswith("./run"):
                continue
            method, address = found[1] or (method if not found[2].startswith("/") else ""), found[2]
            if address.startswith("."):
                address = re.sub(r"\.\w+$", address, last)
            if re.fullmatch("[a-z]+", address) and last and any(path.endswith(f"/{address}") for _, path in ROUTES):
                address = f"…/{address}"
            if not address.startswith(("…/", "/")) or address.startswith(("/docs", "/counter/")):  # pages are opened in browsers
                continue
            last = address
            for one in spelled_out(address):
                yield method, one


def spelled_out(address: str) -> list[str]:
    """`units\\|matters` and `(.csv)` are several addresses."""
    if found := re.fullmatch(r"(.*)\((\.\w+)\)", address):
        return [found[1], found[1] + found[2]]
    if "\\|" in address:
        head, tail = re.fullmatch(r"(.*/)([\w\\|-]+(?:/.*)?)", address.partition("/{")[0]).groups()  # type: ignore[union-attr]
        rest = address.removeprefix(head + tail)
        return [f"{head}{one}{rest}" for one in tail.split("\\|")]
    return [address]


def templates(address: str) -> set[str]:
    plain = re.sub(r"\{[^}]*\}|<[^>]*>|\d{4}-W\d\d", "{}", address.partition("?")[0]).rstrip("/")
    tail = plain.removeprefix("…")
    paths = {path for _, path in ROUTES if not path.startswith("/counter")}
    return {path for path in paths if (path.endswith(tail) if plain.startswith("…") else path == plain)}


def missing(part: str, story: Story) -> list[str]:
    """What a README names in this part and the story did not do."""
    found = []
    for name, titles in zip(("README.md", "README.zh-CN.md"), PARTS[part], strict=True):
        for method, address in named(section(name, titles)):
            there = {(verb, path) for verb, path in ROUTES if path in templates(address)}
            fitting = {one for one in there if one[0] == method} or there  # `GET`, `POST …`, `…/export.csv`: that one is read
            if not fitting & story.done:
                found.append(f"{name}: {method} {address}")
    return found


def test_what_is_looked_for_is_found() -> None:
    """The reading of the READMEs, on lines of our own."""
    line = (
        "| who | `POST …/claim`, `…/preview`, `GET`, `PUT /v1/registry/units\\|matters/{code}`, "
        "`/v1/voluntary-submissions(.csv)`, `./run x` | `decide` |"
    )
    assert list(named(line)) == [
        ("POST", "…/claim"),
        ("POST", "…/preview"),
        ("PUT", "/v1/registry/units/{code}"),
        ("PUT", "/v1/registry/matters/{code}"),
        ("", "/v1/voluntary-submissions"),
        ("", "/v1/voluntary-submissions.csv"),
        ("", "…/decide"),
    ]
    assert templates("…/claim") == {"/v1/inbox/{}/claim"} and templates("/v1/nothing") == set()
    for part, least in {"verification": 25, "report": 8, "oversight": 18, "list": 25}.items():
        calls = [
            one for name, titles in zip(("README.md", "README.zh-CN.md"), PARTS[part], strict=True) for one in named(section(name, titles))
        ]
        assert len(calls) >= least and all(templates(address) for _, address in calls), (part, calls)


def filed(story: Story, proof: str, handling: str = "promised", **more: Any) -> tuple[str, str]:
    """A case of its own and a verification in it: both numbers."""
    case = f"C-{uuid4().hex[:10]}"
    sent = {
        "matter": "DEMO-0001",
        "handling": handling,
        "accepted_at": settings().now().isoformat(),
        "channel": "window",
        "parties": [{"role": "applicant", **party()}],
    } | ({"promised_days": 5} if handling == "promised" else {})
    story("PUT", f"/v1/cases/{case}", json=sent)
    about = {"case_number": case, "proof": proof, "party": party()} | more
    return case, story.post("/v1/verifications", json=about, headers={"Idempotency-Key": uuid4().hex})["number"]


def test_the_calls_of_the_main_job(api: Api, seals: LocalSeals, monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story(api)
    for path in ("me", "units", "cases", "verifications"):
        story.get(f"/v1/{path}")
    case, shared = filed(story, "P-HOUSEHOLD")
    story.post(f"/v1/cases/{case}/name-corrections", json=party())
    look_up(shared)
    code, _ = seal_and_deliver(shared, seals)
    story.get(f"/v1/verifications/{shared}/proof.pdf")
    _, other = filed(story, "P-HOUSEHOLD")
    look_up(other)
    seal_and_deliver(other, seals, ofd(other))
    story.get(story.get(f"/v1/verifications/{other}").json()["links"]["proof"])  # …/proof.ofd
    story("POST", f"/verify/{shared}", None, {"code": code, "fields": {"户主姓名": "演示甲子"}})
    story.get(f"/v1/verifications/{shared}")
    story.get("/verify", None, headers={"Accept": "text/html"})
    story.get("/verify/offline", None, headers={"Accept": "text/html"})
    for path in ("/status-lists", "/status-lists/0"):
        story.get(path, None)
    story.post(f"/v1/verifications/{shared}/mismatch", json={"fields": ["住址"], "stated": "已迁至演示路2号"})
    person = {"case_number": case, "party": party(), "proof": "P-HOUSEHOLD"}
    story.post("/v1/voluntary-submissions", json=person | {"reason": "at_hand"})
    story.get("/v1/voluntary-submissions.csv")
    looked = {
        "source": "国家政务服务平台",
        "operator": REQUESTER,
        "looked_up_at": settings().now().isoformat(),
        "result": "confirmed",
        "evidence_sha256": "0" * 64,
    }
    story.post("/v1/off-system-lookups", json=person | looked)
    story.post("/v1/demands", json={"unit": "370402-PERMIT", "matter": "DEMO-0001", "proof": "P-HOUSEHOLD", "told_by": "applicant"})
    for register in ("voluntary-submissions", "off-system-lookups", "demands"):
        story.get(f"/v1/{register}")

    case, number = filed(story, "P-HARDSHIP")
    inbox = f"/v1/inbox/{ask(number)}"
    story.get("/v1/inbox/counts", ISSUER)
    story.get("/v1/inbox", ISSUER)
    story.post(f"{inbox}/claim", ISSUER)
    story.get("/v1/inbox/assignments", CHIEF)
    story.post("/v1/inbox/assignments", CHIEF, {"requests": [inbox.rpartition("/")[2]], "person": ISSUER})
    story.post(f"{inbox}/supplement", ISSUER, {"what": "请补充现住址"})
    story.post(f"/v1/verifications/{number}/supplement", json={"text": "演示路1号"})
    story("POST", f"{inbox}/preview", ISSUER, {"answer": "true", "fields": FIELDS})
    story.post(f"{inbox}/attachments", ISSUER, files={"file": ("表.png", PNG)})
    story.post(f"{inbox}/reply", ISSUER, {"answer": "true", "fields": FIELDS})
    seal_and_deliver(number, seals)
    story.get(f"/v1/verifications/{number}/deadline")
    story.get(f"/v1/cases/{case}/excluded-time")

    _, back = filed(story, "P-HARDSHIP")
    story.post(f"/v1/inbox/{ask(back)}/return", ISSUER, {"reason": "已迁出本辖区", "suggested_unit": "370402-CIVIL"})
    story.post(f"/v1/verifications/{back}/forward", json={})
    story("PUT", "/v1/forwarding", ADMIN, {"on": False})

    _, signed = filed(story, "P-RESIDENCE")
    look_up_commitment(signed)
    story.get(f"/v1/verifications/{signed}/commitment")
    story.post(f"/v1/verifications/{signed}/commitment", json={"evidence": "signature", "sha256": "a" * 64, "reference": "档案 1"})
    deliver(signed)

    _, late = filed(story, "P-HARDSHIP")
    request = ask(late)
    then = settings().now() + timedelta(days=4)
    swept(then)
    monkeypatch.setattr(type(settings()), "now", lambda _self: then)
    story.post(f"/v1/inbox/{request}/excuse", ISSUER, {"reason": "field_check"})
    (line,) = [one for one in story.get("/v1/supervisions", CHIEF).json()["items"] if one["verification_number"] == late]
    story.post(f"/v1/supervisions/{line['id']}/feedback", CHIEF, {"outcome": "cannot", "text": "正在实地核查"})
    for path, person_asks in (
        ("duty", ISSUER),
        ("hours", ISSUER),
        ("calendar/2026", ISSUER),
        ("calendar-notices", ADMIN),
        ("excuses", ADMIN),
        ("notices", ADMIN),
    ):
        story.get(f"/v1/{path}", person_asks)
    story.get("/v1/rules", ADMIN)
    story.post("/v1/rules/preview", ADMIN, {"period": settings().now().date().isoformat()})
    assert missing("verification", story) == []


def test_the_calls_of_a_batch(api: Api, seals: LocalSeals) -> None:
    story = Story(api)
    api.put_case()
    about = {"purpose": "年度复核", "responsible": REQUESTER}
    row = {"case_number": api.case, "proof": "P-HOUSEHOLD", "party": party()}
    number = story("POST", "/v1/batches", json=about | {"rows": [row]}, headers={"Idempotency-Key": uuid4().hex}).json()["number"]
    table = f"办件编号,证明,姓名,证件号码\n{api.case},P-HARDSHIP,演示甲子,{party()['id_number']}\n".encode()
    sent = {"content": table, "headers": {"Idempotency-Key": uuid4().hex, "Content-Type": "text/csv"}}
    asked = story("POST", f"/v1/batches/file?purpose=review&responsible={REQUESTER}", **sent).json()["number"]
    for step in ("pause", "resume"):
        story.post(f"/v1/batches/{number}/{step}")
    finish(number, seals)
    for path in ("", f"/{number}", f"/{number}/rows", f"/{number}/results.xlsx", f"/{number}/proofs.zip"):
        story.get(f"/v1/batches{path}")
    for one in file_all(asked):
        ask(one)
    story.get(f"/v1/inbox?batch={asked}", ISSUER)
    story.post(f"/v1/inbox/batches/{asked}/reply", ISSUER, {"answer": "no_record"})
    story.post(f"/v1/batches/{asked}/cancel")
    story("PUT", "/v1/batch-quotas/370402-CIVIL", ADMIN, {"rows_a_day": 100})
    story.get("/v1/batch-quotas", ADMIN)
    assert missing("batch", story) == []


def look_up_commitment(number: str) -> None:
    """The worker offers the commitment."""
    from ledger.methods import sharing
    from tests.gateway.casework import lease, release

    held = lease(number)
    with transaction() as session:
        sharing.take_up(session, [held], "worker:test", now=settings().now())
    release(number)


def test_the_calls_of_the_weekly_report(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFLESS_REPORT_READERS", "first@example.cn")
    settings.cache_clear()
    story = Story(api)
    story.post("/v1/reports", ADMIN, {"period": "2026-W10"})
    report = made()
    story.post(f"/v1/reports/{report}/recompute", ADMIN, {"reason": "更正口径"})
    story.get("/v1/reports", ADMIN)
    for tail in ("", "/pdf", "/xlsx", "/html", "/cases?key=hard", "/mailings"):
        story.get(f"/v1/reports/{report}{tail}", ADMIN)
    story.post(f"/v1/reports/{report}/mailings", ADMIN)
    while (sent := do(notifications.take_next, now=settings().now())) is not None:
        do(notifications.record_attempt, sent, "recipients_refused", Receipt.REFUSED, now=settings().now())
    refused = story.get(f"/v1/reports/{report}/mailings", ADMIN).json()["items"][0]["id"]
    story.post(f"/v1/reports/{report}/mailings/{refused}/again", ADMIN)
    assert missing("report", story) == []
    monkeypatch.undo()
    settings.cache_clear()


def _revoked(story: Story, seals: LocalSeals, monkeypatch: pytest.MonkeyPatch) -> None:
    """By two: asked and refused, asked again and confirmed."""
    _, number = filed(story, "P-HARDSHIP")
    story.post(f"/v1/inbox/{ask(number)}/reply", ISSUER, {"answer": "true", "fields": FIELDS})
    seal_and_deliver(number, seals)
    monkeypatch.setenv("PROOFLESS_READINGS", '{"revoked_by_two": true}')
    settings.cache_clear()
    for decision in ("refuse", "confirm"):
        asked = story.post(f"/v1/verifications/{number}/revocation", CHIEF, {"reason": "content_error"})["id"]
        story.post(f"/v1/revocations/{asked}/{decision}", ISSUER)
    monkeypatch.undo()
    settings.cache_clear()
    for path in (f"/v1/verifications/{number}/revocation", "/v1/revocations", "/v1/revoked-proofs"):
        story.get(path, CHIEF if path == "/v1/revocations" else REQUESTER)


def test_the_calls_of_oversight(api: Api, seals: LocalSeals, monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story(api)
    _revoked(story, seals, monkeypatch)
    about = {
        "channel": "hotline",
        "channel_number": f"GD-{uuid4().hex[:8]}",
        "about": "still_asked",
        "text": f"窗口仍要求提交 {uuid4().hex}",
        "received_at": (settings().now() - timedelta(hours=1)).isoformat(),
        "unit": "370402-GUANGMING",
    }
    complaint = f"/v1/complaints/{story.post('/v1/complaints', ADMIN, about)['number']}"
    table = (
        f"来源,工单编号,受理时间,反映类型,诉求内容\n12345热线,GD-{uuid4().hex[:6]},"
        f"{settings().now().astimezone(LOCAL):%Y-%m-%d} 00:01,其他,窗口排队\n"
    )
    story("POST", "/v1/complaints/file", ADMIN, content=table.encode(), headers={"Content-Type": "text/csv"})
    story.get("/v1/complaint-layouts", ADMIN)
    story.get("/v1/complaint-outcomes.xlsx?layout=hotline", ADMIN)
    story.post(f"{complaint}/assess", ADMIN, {"about": "no_help"})
    story.post(f"{complaint}/pass", ADMIN, {"unit": "370402-GUANGMING", "asked": "请说明"})
    story.post(f"{complaint}/answer", CHIEF, {"text": "已更正窗口告知单"})
    story.post(f"{complaint}/close", ADMIN, {"outcome": "founded", "text": "已回访"})
    for steps in (("notify", "answer", "accept"), ("notify", "answer", "transfer"), ("notify", "answer", "exempt")):
        sign = {"clause": "16.6", "unit": "370402-GUANGMING", "subject": f"检查 {uuid4().hex[:6]}", "text": "依据"}
        lead = f"/v1/leads/{story.post('/v1/leads', ADMIN, sign)['number']}"
        for step in steps:
            more = {"exemption": "17.1"} if step == "exempt" else {}
            story.post(
                f"{lead}/{step}",
                CHIEF if step == "answer" else ADMIN,
                {"text": "说明", "document": "文书 1 号"} | more if step != "answer" else {"text": "说明"},
            )
    story.get("/v1/leads", ADMIN)
    entered = "/v1/entered-registers/publicity"
    story.post(entered, CHIEF, {"values": {"日期": "2026-03-04", "媒体": "区政府网站", "标题": "一图读懂"}})
    for path in ("/v1/entered-registers", entered, f"{entered}/export.csv"):
        story.get(path, CHIEF)
    story("PUT", "/v1/registry/systems/s-readme", ADMIN, {"name": "演示审批系统", "unit": "370402-PERMIT"})
    story.get("/v1/registry/systems", ADMIN)
    with transaction() as session:
        registry.put_people(
            session, [{"code": SECOND, "unit": "370402-JUSTICE", "name": "演示第二人", "roles": ["administrator", "office"]}]
        )
    sheet = story.post("/v1/score-sheets", ADMIN, {"first": "2026-03-02", "last": "2026-03-08"})["sheet"]
    story.post(f"/v1/score-sheets/{sheet['id']}/sign", SECOND, {"digest": sheet["digest"]})
    for path in ("/v1/score-sheets", f"/v1/score-sheets/{sheet['id']}", f"/v1/scores{WEEK}", f"/v1/scores.xlsx{WEEK}"):
        story.get(path, ADMIN)
    recused = {
        "subject": "complaint",
        "key": story.post("/v1/complaints", ADMIN, about | {"channel_number": f"GD-{uuid4().hex[:8]}"})["number"],
    }
    story.post("/v1/recusals", SECOND, recused | {"why": "与反映人相识"})
    story.get("/v1/recusals", SECOND)
    (in_use,) = [one for one in story.get("/v1/seals", ADMIN).json()["items"] if (one["kind"], one["standing"]) == ("share", "in_use")]
    sent = {"kind": "share", "name": in_use["name"], "unit": in_use["unit"], "replaces": in_use["id"]}
    seal = f"/v1/seals/{story.post('/v1/seals', ADMIN, sent)['id']}"
    story.post(f"{seal}/making", ADMIN, {"certificate": pem(), "key_kind": "development", "key_reference": "new.key.pem"})
    story.post(f"{seal}/confirm", SECOND)
    story.post(f"{seal}/filing", ADMIN, {"number": "演备2号", "on": settings().now().date().isoformat()})
    story.post(f"{seal}/start", ADMIN)
    story.post(f"{seal}/cancellation", ADMIN, {"reason": "演示"})  # it stays in use: nobody confirms
    issue("2026-W10")
    for path in ("/record/heads", "/record/heads?day=2026-03-04"):
        assert story.get(path, None).json()["items"] == []
    do(heads.keep, now=settings().now())
    assert story.get("/record/head", None).text.startswith("proofless-record-370402\n0\n")
    for path in ("/figures", "/figures/2026-W10.csv", "/figures/2026-W10.json"):
        story.get(path, None)
    assert missing("oversight", story) == []


def test_the_calls_of_the_list(api: Api) -> None:
    story = Story(api)
    source = "/v1/catalog/sources/readme"
    story(
        "PUT",
        source,
        OTHER,
        {"name": "证明事项清单", "kind": "proofs", "unit": "370402-JUSTICE", "document": "", "complete": False, "active": True},
    )
    asking = (*GOOD[:2], "户口证明", *GOOD[3:])
    story.post(f"{source}/files", OTHER, files={"file": ("清单.xlsx", workbook([HEADER, GOOD, asking]))})
    story("POST", "/v1/catalog/rebuild", ADMIN)
    rebuilt()
    for tail, person in (
        ("sources/readme/rows", OTHER),
        ("sources/readme/errors.xlsx", OTHER),
        ("drafts/latest", ADMIN),
        ("coverage", ADMIN),
    ):
        story.get(f"/v1/catalog/{tail}", person)
    question = next(one for one in story.get("/v1/catalog/questions", ADMIN).json()["items"] if "户口证明" in str(one))
    story.post(f"/v1/catalog/questions/{question['id']}/answer", ADMIN, {"code": "P-HOUSEHOLD"})
    draft = rebuilt()

    def proposed(**more: Any) -> str:
        sent = body(alter(validity_days=70 + len(story.done) % 9), **more)
        found = story.post("/v1/catalog/proposals", OTHER, {name: value for name, value in sent.items() if value is not ...})
        return f"/v1/catalog/proposals/{found['id']}"

    story.post(f"{proposed(changes=..., draft=draft)}/withdraw", OTHER, {"why": "另行报送"})
    listed = proposed(kind="list", reason_date=..., changes=[of_a_new_matter("X-README")])
    story.post(f"{listed}/report", OTHER, {})
    story.post(f"{listed}/consent", ADMIN, {"document": "专班办〔2026〕1号"})
    story.post(f"{proposed()}/withdraw", OTHER, {"why": "另行报送"})
    back, rejected = proposed(), proposed()
    against = {name: value for name, value in DECISION.items() if name != "result"}
    for one, step, more in ((back, "return", {"why": "缺依据"}), (rejected, "reject", {"why": "依据不足", **against})):
        story.post(f"{one}/report", OTHER, {})
        story.post(f"{one}/{step}", ADMIN, more)
    decided = proposed()
    story.post(f"{decided}/report", OTHER, {})
    story.post(f"{decided}/decide", ADMIN, DECISION)
    version = story.post(
        "/v1/catalog/versions", PUBLISHER, {"proposals": [decided.rpartition("/")[2]], "document": "市中政办发〔2026〕9号"}
    )["number"]
    story.get("/v1/catalog/change-tasks", OTHER)
    story.get(f"/v1/catalog/versions/{version}/guide-changes.csv", OTHER)
    story.get("/v1/catalog/guides.xlsx?changed=true", OTHER)
    story.post("/v1/catalog/guide-handovers", OTHER, {"version": version})
    with transaction() as session:
        registry.put_people(
            session, [{"code": SECOND, "unit": "370402-JUSTICE", "name": "演示第二人", "roles": ["administrator", "office"]}]
        )
    for register, row in {
        "units": {"name": "演示新设局", "kind": "government"},
        "matters": {"name": "演示事项", "unit": "370402-PERMIT", "handling": "immediate"},
        "proofs": {"name": "演示证明"},
        "databases": {"name": "演示库", "owner": "370402-CIVIL"},
        "systems": {"name": "演示系统", "unit": "370402-CIVIL"},
    }.items():
        waits = story("PUT", f"/v1/registry/{register}/x-readme", ADMIN, row).json().get("waits")
        if waits is not None:
            story.post(f"/v1/registry/changes/{waits['id']}/confirm", SECOND)
    renamed = story("PUT", "/v1/registry/proofs/x-readme", ADMIN, {"name": "演示另一名称"}).json()["waits"]
    story.post(f"/v1/registry/changes/{renamed['id']}/refuse", SECOND)
    for path in ("/v1/registry/changes", "/v1/traces"):
        story.get(path, ADMIN)
    for path in ("", ".json", ".csv", f"/versions/{version}", f"/changes/{version - 1}/{version}"):
        story.get(f"/catalog{path}", None)
    assert missing("list", story) == []
    story(
        "PUT",
        source,
        OTHER,
        {"name": "证明事项清单", "kind": "proofs", "unit": "370402-JUSTICE", "document": "", "complete": False, "active": False},
    )


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "docs/counter.md"])
def test_the_pages_that_are_named_are_there(name: str) -> None:
    """They are opened in browsers elsewhere: here, that each address is the path of one."""
    named_there = re.findall(r"`(/(?:counter|who-asked)\b[^`?]*)", (ROOT / name).read_text("utf-8"))
    assert {re.sub(r"\{[^}]*\}", "{}", one) for one in named_there} <= {path for _, path in ROUTES}
