"""12345、好差评、监督平台: taken in by their own export, and what came of it goes back in the same layout."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from python_calamine import load_workbook

from catalog.complaint_layouts import layout
from catalog.complaint_table import read_table
from domain.calendar import LOCAL
from domain.complaints import ComplaintOutcome
from ledger.database import transaction
from ledger.oversight import complaint_outcomes, complaint_steps
from ledger.registry import registry
from ledger.tables.oversight import Complaint
from settings import settings
from tests.catalog.workbooks import workbook
from tests.gateway.conftest import ADMIN, REQUESTER, Api
from tests.ledger.acting import all_of

INSIDE = "outcomes-inside-permit"
WRITTEN = {"text": "窗口仍要求提交户籍证明 演示", "name": "演示乙丑", "contact": "13800000000"}


def row(name: str, number: str, **changes: str) -> dict[str, str]:
    """A row of that system's export, by field."""
    at = settings().now().astimezone(LOCAL) - timedelta(days=2)
    cells = {
        "channel_number": number,
        "received_at": f"{at:%Y-%m-%d %H:%M:%S}",
        "handler" if name == "hotline" else "unit": "市中区行政审批服务局",
        **WRITTEN,
    }
    cells["text"] = f"{WRITTEN['text']} {number}"
    if name == "rating":
        cells |= {"rating": "非常不满意", "matter": "DEMO-0001"}
    if name == "platform":
        cells |= {"about": "仍索要证明", "matter": "DEMO-0001", "proof": "户籍证明"}
    return cells | changes


def export(name: str, *rows: dict[str, str], more: Sequence[str] = ()) -> bytes:
    one = layout(name)
    field_of = {heading: field for field, heading in one.fields.items()}
    heads = [*one.columns, *more]
    return workbook([heads, *([cells.get(field_of.get(head, head), "") for head in heads] for cells in rows)])


def send(api: Api, content: bytes, query: str = "") -> dict[str, Any]:
    answer = api.post(f"/v1/complaints/file{query}", ADMIN, files={"file": ("export.xlsx", content)})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def kept(number: str) -> Complaint:
    (found,) = [one for one in all_of(Complaint) if one.channel_number == number]
    return found


def close(api: Api, number: str, outcome: str = "founded", said: str = "已更正窗口告知单,并向反映人说明") -> None:
    answer = api.post(f"/v1/complaints/{kept(number).number}/close", ADMIN, json={"outcome": outcome, "text": said})
    assert answer.status_code == 200, answer.text


def outcomes(api: Api, name: str, **query: Any) -> tuple[bytes, int]:
    answer = api.get("/v1/complaint-outcomes.xlsx", ADMIN, params={"layout": name, **query})
    assert answer.status_code == 200, answer.text
    return answer.content, int(answer.headers["Proofless-Place"])


@pytest.mark.parametrize("name", ["hotline", "rating", "platform"])
def test_there_and_back_in_the_same_layout(api: Api, name: str) -> None:
    """Obligation 18.1: the same columns in the same order, their number, our outcome in their words; nothing of who reported."""
    _, before = outcomes(api, name)
    one, numbers = layout(name), [f"{name}-{uuid4().hex[:8]}" for _ in range(3)]
    first = send(api, export(name, *(row(name, number) for number in numbers)))
    assert (first["layout"], first["taken"], first["refused"]) == (name, 3, 0)
    assert (
        kept(numbers[0]).channel.value == name
        and (kept(numbers[0]).handler if name == "hotline" else kept(numbers[0]).unit) == "370402-PERMIT"
    )
    close(api, numbers[1], "partly")
    close(api, numbers[0], "not_ours", "=cmd|'演示'")
    content, after = outcomes(api, name, place=before)
    assert after > before and outcomes(api, name, place=after)[1] == after
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    read = [[cell if cell is not None else "" for cell in cells] for cells in sheet.iter_rows(values_only=True)]
    assert read == load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python(), "two readers read the same"
    assert read[0] == list(one.columns) and len(read) == 3, "in the order of closing, without what is not finished"
    places = {field: one.columns.index(heading) for field, heading in one.fields.items()}
    assert [cells[places["channel_number"]] for cells in read[1:]] == [numbers[1], numbers[0]]
    assert [cells[places["outcome"]] for cells in read[1:]] == [one.outcomes["partly"][0], one.outcomes["not_ours"][0]]  # type: ignore[index]
    assert read[1][places["answer"]] == "已更正窗口告知单,并向反映人说明" and read[2][places["answer"]] == "'=cmd|'演示'"
    assert read[1][places["received_at"]] == f"{kept(numbers[1]).received_at.astimezone(LOCAL):%Y-%m-%d %H:%M:%S}"
    assert all(read[1][places[field]] == "" for field in WRITTEN) and not any(said in str(read) for said in WRITTEN.values())
    if name == "rating":
        assert read[1][places["rating"]] == "非常不满意" and read[1][places["matter"]] == "DEMO-0001"
    again = send(api, content)
    assert (again["layout"], again["taken"], again["repeated"], again["refused"]) == (name, 0, 2, 0), "what goes back is recognised"
    assert read_table(content).layout == name


def test_the_same_number_again_changes_nothing_and_an_unknown_outcome_is_refused_by_row(api: Api) -> None:
    """Obligation 18.1."""
    tag = uuid4().hex[:6]
    rows = [
        row("hotline", f"H-{tag}-1", outcome="基本属实"),
        row("hotline", f"H-{tag}-2", outcome="已阅处"),
        row("hotline", f"H-{tag}-3", outcome="办理中"),
        row("hotline", "", outcome=""),
    ]
    found = send(api, export("hotline", *rows))
    assert (found["taken"], found["repeated"], found["refused"]) == (2, 0, 2)
    said = {one["line"]: one["said"] for one in found["rows"]}
    assert "“办理结果”的说法不认识" in said[3] and "部分属实" in said[3] and "办理中" in said[3] and "已阅处" not in said[3]
    assert "“工单编号”没有填写" in said[5]
    (first,) = [one["number"] for one in found["rows"] if one["line"] == 2]
    before = api.get(f"/v1/complaints/{first}", ADMIN).json()
    assert before["standing"] == "received" and before["steps"][0]["record"]["stated"] == "founded", "their outcome closes nothing here"
    changed = [row("hotline", f"H-{tag}-1", outcome="不属实", handler="没有的单位", text=""), row("hotline", f"H-{tag}-2", outcome="属实")]
    again = send(api, export("hotline", *changed))
    assert (again["taken"], again["repeated"], again["refused"]) == (1, 1, 0)
    assert api.get(f"/v1/complaints/{first}", ADMIN).json() == before


def test_who_handles_it_there_is_not_who_is_complained_of(api: Api) -> None:
    """Obligation 18.1: 12345 says whom it asked to answer; who is meant nobody has said yet, so that it is nobody's sign."""
    tag = uuid4().hex[:6]
    said = f"窗口说要等别的单位核验{tag}"
    send(api, export("hotline", row("hotline", f"K-{tag}-1", text=said), row("hotline", f"K-{tag}-2", text=said, handler="市中区民政局")))
    first, second = kept(f"K-{tag}-1"), kept(f"K-{tag}-2")
    assert (first.unit, first.handler, second.handler) == (None, "370402-PERMIT", "370402-CIVIL")
    assert second.duplicates is None, "each answers for itself"
    agent, seen = "demo-permit-2", f"/v1/complaints/{first.number}"
    assert api.get(seen, agent).status_code == 404, "nobody has passed it on"
    told = {"outcome": "founded", "text": "已电话答复"}
    other, by = kept(f"K-{tag}-2").number, "demo-civil-2"
    assert api.post(f"/v1/complaints/{other}/close", ADMIN, json=told).status_code == 200
    assert api.get(f"/v1/complaints/{other}", by).status_code == 404, "the office answered it by itself"
    assert other not in api.get("/v1/complaints", by).text
    passed = {"unit": "370402-PERMIT", "asked": "请核实窗口告知的内容"}
    assert api.post(f"{seen}/pass", ADMIN, json=passed).status_code == 200
    found = api.get(seen, agent)
    assert found.status_code == 200 and found.json()["unit"] is None


def test_only_bad_ratings_are_complaints_and_a_grade_is_one_of_five(api: Api) -> None:
    tag = uuid4().hex[:6]
    grades = ["非常满意", "满意", "基本满意", "不满意", "非常不满意", "五星"]
    found = send(api, export("rating", *(row("rating", f"R-{tag}-{n}", rating=grade, text="") for n, grade in enumerate(grades))))
    assert (found["taken"], found["passed_over"], found["refused"]) == (2, 3, 1)
    assert [one["said"] for one in found["rows"]][:3] == ["不是差评,不作为投诉登记"] * 3
    assert "应为非常满意、满意、基本满意、不满意、非常不满意之一" in found["rows"][5]["said"]
    assert (kept(f"R-{tag}-3").rating, kept(f"R-{tag}-4").rating) == (2, 1)
    assert kept(f"R-{tag}-4").rating_source == f"政务服务“好差评”评价 R-{tag}-4"


def test_what_it_is_about_may_be_added_and_the_layout_may_be_said(api: Api) -> None:
    tag = uuid4().hex[:6]
    added = row("hotline", f"A-{tag}") | {"反映事由": "仍索要证明", "证明名称": "户籍证明"}
    assert send(api, export("hotline", added, more=("反映事由", "证明名称")))["taken"] == 1
    assert (kept(f"A-{tag}").about.value, kept(f"A-{tag}").proof) == ("still_asked", "P-HOUSEHOLD")
    both = export("hotline", row("hotline", f"B-{tag}") | {"渠道": "信函"}, more=("渠道",))
    asked = api.post("/v1/complaints/file", ADMIN, files={"file": ("x.xlsx", both)})
    assert (asked.status_code, asked.json()["code"]) == (422, "complaint_file") and "hotline" in asked.json()["detail"]
    assert send(api, both, "?layout=hotline")["taken"] == 1 and kept(f"B-{tag}").channel.value == "hotline"
    assert api.get("/v1/complaint-outcomes.xlsx?layout=fax", ADMIN).json()["code"] == "complaint_layout_unknown"
    refused = api.post("/v1/complaints/file?layout=fax", ADMIN, files={"file": ("x.xlsx", both)})
    assert refused.json()["code"] == "complaint_layout_unknown" and "hotline" in refused.json()["detail"]
    shown = api.get("/v1/complaint-layouts", ADMIN).json()["items"]
    assert [one["layout"] for one in shown] == ["hotline", "rating", "platform"] and "open" in shown[0]["outcomes"]


def test_only_since_a_day_only_by_the_office_and_not_about_the_own_unit(api: Api) -> None:
    """Obligation 18.2."""
    number = f"S-{uuid4().hex[:8]}"
    _, before = outcomes(api, "hotline")
    assert send(api, export("hotline", row("hotline", number)))["taken"] == 1
    close(api, number)
    now = settings().now()
    content, _ = outcomes(api, "hotline", since=(now - timedelta(hours=1)).isoformat(), place=before)
    assert len(read_table(content).rows) == 1
    later, after = outcomes(api, "hotline", since=(now + timedelta(hours=1)).isoformat(), place=before)
    assert load_workbook(io.BytesIO(later)).get_sheet_by_index(0).height == 1 and after == before
    with transaction() as session:
        registry.put_people(session, [{"code": INSIDE, "unit": "370402-PERMIT", "name": "演示", "roles": ["office"]}])
    path = f"/v1/complaint-outcomes.xlsx?layout=hotline&place={before}"
    hidden = api.get(path, INSIDE)
    assert (hidden.status_code, hidden.json()["code"]) == (403, "complaint_hidden") and "1 件反映的是本单位" in hidden.json()["detail"]
    assert api.get(path, REQUESTER).json()["code"] == "not_allowed"


def test_who_reads_what_was_closed_waits_for_who_closes(api: Api) -> None:
    """A close that got its place first is never overtaken by one that is committed first: it would be left out for ever."""
    slow, quick = (f"W-{uuid4().hex[:8]}" for _ in range(2))
    _, before = outcomes(api, "hotline")
    assert send(api, export("hotline", row("hotline", slow), row("hotline", quick)))["taken"] == 2
    begun, go_on, seen = threading.Event(), threading.Event(), []

    def closing() -> None:
        with transaction() as session:
            complaint_steps.close(
                session, kept(slow).number, ComplaintOutcome.FOUNDED, "说明", person=ADMIN, unit="370402-OFFICE", now=settings().now()
            )
            begun.set()
            go_on.wait(30)

    def reading() -> None:
        with transaction() as session:
            seen.extend(one.channel_number for one in complaint_outcomes.finished(session, "hotline", after=before, reader="")[0])

    one = threading.Thread(target=closing)
    one.start()
    assert begun.wait(30)
    close(api, quick)
    other = threading.Thread(target=reading)
    other.start()
    other.join(1)
    waited = other.is_alive()
    go_on.set()
    one.join(30)
    other.join(30)
    assert waited and seen == [slow, quick]
