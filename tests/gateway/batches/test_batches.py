"""批量核验 at the door: what is refused whole, what each row says, how far it is, and what comes of it in the end."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from connectors.seal import LocalSeals
from domain.batches import MOST_JSON_ROWS, MOST_ROWS
from ledger.tables.batches import Batch, BatchRow
from sandbox.people import by_name
from tests.catalog.workbooks import workbook
from tests.gateway.batches.conftest import HEAD, file_all, finish, line, send, upload
from tests.gateway.casework import look_up, seal_and_deliver
from tests.gateway.conftest import ADMIN, ISSUER, OTHER, REQUESTER, Api, party
from tests.ledger.acting import all_of
from tests.ofd_files import ofd

IDS = {name: by_name(name).id_number for name in ("演示甲子", "演示乙丑", "演示丙寅")}


def cells(api: Api, number: int, name: str = "演示甲子", proof: str = "户籍证明", note: str = "") -> list[str]:
    return [str(number), api.case, proof, name, IDS[name], note]


def table(*rows: list[str], head: list[str] = HEAD) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode()


def rows_of(api: Api, number: str) -> dict[int, tuple[str, str | None]]:
    items = api.get(f"/v1/batches/{number}/rows").json()["items"]
    return {one["line"]: (one["status"], one["code"]) for one in items}


def kept() -> tuple[int, int]:
    return len(all_of(Batch)), len(all_of(BatchRow))


def test_each_row_says_what_became_of_it_and_stops_no_other(api: Api) -> None:
    api.put_case()
    theirs = f"C-{uuid4().hex[:10]}"
    api.put_case(theirs, OTHER, matter="DEMO-0002")
    wrong = line(api.case) | {"party": party(id_number="370402188102020018")}
    rows = [
        line(api.case),
        line(theirs),
        line(api.case),
        wrong,
        line(api.case, proof="P-NO"),
        line(api.case, "演示乙丑"),
        line("370402188102020017"),
    ]
    answer = send(api, rows)
    assert answer.status_code == 202, answer.text
    number = answer.json()["number"]
    assert answer.headers["location"] == f"/v1/batches/{number}"
    assert answer.json()["progress"] == "共 7 行,待发起 4 行,未受理 3 行"
    file_all(number)
    assert api.runs.created == [], "no row has a run of its own, and the batch's is made by a worker"
    assert rows_of(api, number) == {
        1: ("at_work", None),
        2: ("refused", "case_unknown"),
        3: ("refused", "row_repeated"),
        4: ("refused", "id_number_invalid"),
        5: ("refused", "proof_kind_unknown"),
        6: ("refused", "not_a_party"),
        7: ("refused", "invalid"),
    }
    said = {one["line"]: one["reason"] for one in api.get(f"/v1/batches/{number}/rows", params={"status": "refused"}).json()["items"]}
    assert said[2] == "本单位没有登记过这个编号的办件。" and said[3] == "与第 1 行相同(同一办件、证明和当事人)。"
    assert said[4] == "“证件号码”:证件号码的长度、日期或校验码不对,或与证件类型不符。" and said[7].startswith("“办件编号”:")
    assert all(one not in str(said) for one in (*IDS.values(), "演示"))
    found = api.get(f"/v1/batches/{number}").json()
    assert [(one["status"], one["count"]) for one in found["counts"]] == [("refused", 6), ("at_work", 1)]
    assert [(one["state"], one["count"]) for one in found["states"]] == [("received", 1)]


def test_the_same_key_brings_the_same_batch(api: Api) -> None:
    api.put_case()
    key = uuid4().hex
    first = send(api, [line(api.case)], key=key)
    again = send(api, [line(api.case)], key=key)
    assert again.json()["number"] == first.json()["number"] and again.headers["idempotency-replayed"] == "true"
    assert send(api, [line(api.case)], key=key, purpose="另一用途").json()["code"] == "idempotency_key_reused"
    assert send(api, [line(api.case)], key="13800000000").json()["code"] == "personal_data_in_number"


def test_a_purpose_and_a_person_are_named(api: Api) -> None:
    api.put_case()
    before = kept()
    for changes, code in (
        ({"purpose": ""}, "invalid"),
        ({"purpose": "复核 370402188102020017"}, "invalid"),
        ({"responsible": "demo-justice-1"}, "responsible_unknown"),
        ({"rows": []}, "invalid"),
        ({"rows": [line(api.case)] * (MOST_JSON_ROWS + 1)}, "invalid"),
        ({"callback": "yes"}, "invalid"),
    ):
        answer = send(api, **({"rows": [line(api.case)]} | changes))  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (422, code), changes
    assert upload(api, table(cells(api, 1)), purpose="").json()["code"] == "invalid" and kept() == before


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b" ", "文件是空的"),
        (b"PK\x03\x04 broken", "已损坏"),
        (b"%PDF-1.7", "PDF 文件"),
        (table(["1", "2", "3"], head=["甲", "乙", "丙"]), "没有找到批量核验表的表头"),
        (table(), "没有数据行"),
        (table(HEAD), "两行表头(第 1 行和第 2 行)"),
        (table(["1", "C", "P-HOUSEHOLD", "演示甲子", "x", ""], HEAD), "两行表头(第 1 行和第 3 行)"),
        (table(HEAD, ["1", "C", "P", "x", "x", ""], head=["序号", "办件编号", "证明", "当事人", "", ""]), "两行表头(第 1 行和第 2 行)"),
        (table(*([["1", "C", "P-HOUSEHOLD", "演示甲子", "x", ""]] * (MOST_ROWS + 1))), f"以 {MOST_ROWS} 行为限"),
        (table([str(n) for n in range(70)], head=[*HEAD, *(f"列{n}" for n in range(64))]), "超过 60 列"),
    ],
)
def test_a_file_that_is_no_table_of_rows_is_refused_whole(api: Api, content: bytes, says: str) -> None:
    before = kept()
    answer = upload(api, content)
    assert answer.status_code == 422 and answer.json()["code"] == "batch_file", answer.text
    assert says in answer.json()["detail"] and answer.json()["remedy"] and kept() == before
    assert api.runs.created == []


def test_a_file_keeps_its_own_columns_and_each_row_its_own_words(api: Api) -> None:
    api.put_case(parties=[{"role": "applicant", **party()}, {"role": "other", **party("演示乙丑")}])
    title = ["低保复核名单", "", "", "", "", ""]
    rows = [cells(api, 1, note="=1+1"), cells(api, 2, "演示乙丑", "P-HOUSEHOLD"), cells(api, 3, "演示丙寅"), cells(api, 4)[:4]]
    answer = upload(api, workbook([title, HEAD, *rows[:2], [], *rows[2:]]))
    assert answer.status_code == 202, answer.text
    number = answer.json()["number"]
    file_all(number)
    assert rows_of(api, number) == {3: ("at_work", None), 4: ("at_work", None), 6: ("refused", "not_a_party"), 7: ("refused", "invalid")}


def test_a_number_that_lost_its_digits_is_the_rows_fault(api: Api) -> None:
    api.put_case()
    number = upload(api, table(["1", api.case, "P-HOUSEHOLD", "演示甲子", "3.70402E+17", ""], cells(api, 2))).json()["number"]
    items = api.get(f"/v1/batches/{number}/rows").json()["items"]
    assert [(one["status"], one["code"]) for one in items] == [("refused", "invalid"), ("pending", None)]
    assert items[0]["reason"].startswith("“证件号码”:该格是科学记数")


def test_over_quota_nothing_is_kept_and_the_office_sets_it(api: Api) -> None:
    api.put_case()
    put = "/v1/batch-quotas/370402-PERMIT"
    assert api.call("PUT", put, REQUESTER, json={"rows_a_day": 1}).status_code == 403
    before = kept()
    assert api.call("PUT", put, ADMIN, json={"rows_a_day": 0}).json()["rows_a_day"] == 0
    answer = send(api, [line(api.case), line(api.case, proof="P-HARDSHIP")])
    assert answer.status_code == 429 and answer.json()["code"] == "batch_quota_spent" and int(answer.headers["retry-after"]) > 0
    assert "今天还可提交 0 行,这一批有 2 行" in answer.json()["detail"] and kept() == before
    assert api.call("PUT", put, ADMIN, json={"rows_a_day": 1_000_000}).json()["rows_a_day"] == 1_000_000
    assert [one["rows_a_day"] for one in api.get("/v1/batch-quotas", ADMIN).json()["items"]] == [1_000_000]
    assert send(api, [line(api.case)]).status_code == 202
    assert api.call("PUT", "/v1/batch-quotas/nobody", ADMIN, json={"rows_a_day": 1}).json()["code"] == "unit_unknown"


def test_paused_gone_on_with_and_cancelled(api: Api) -> None:
    api.put_case()
    number = send(api, [line(api.case)]).json()["number"]
    step = f"/v1/batches/{number}"
    assert api.post(f"{step}/pause").json()["status"] == "paused" and file_all(number) == []
    assert api.post(f"{step}/pause", OTHER).json()["code"] == "batch_unknown"
    assert api.post(f"{step}/resume").json()["status"] == "working"
    cancelled = api.post(f"{step}/cancel").json()
    assert (cancelled["status"], cancelled["progress"]) == ("cancelled", "共 1 行,随批次取消 1 行")
    assert api.post(f"{step}/resume").json()["code"] == "batch_state"


def test_nobody_elses_batch_is_there(api: Api) -> None:
    api.put_case()
    number = send(api, [line(api.case)]).json()["number"]
    for path in ("", "/rows", "/results.xlsx", "/proofs.zip"):
        assert api.get(f"/v1/batches/{number}{path}", OTHER).json()["code"] == "batch_unknown", path
    assert number not in api.get("/v1/batches", OTHER).text and number in api.get("/v1/batches").text
    watched = api.get(f"/v1/batches/{number}", ADMIN)
    assert watched.status_code == 200 and number in api.get("/v1/batches", ADMIN).text
    assert api.get(f"/v1/batches/{number}/results.xlsx", ADMIN, params={"so_far": True}).status_code in (403, 404)


def test_asked_too_early_it_says_how_far_it_is(api: Api) -> None:
    api.put_case()
    number = send(api, [line(api.case), line("C-none")]).json()["number"]
    file_all(number)
    for file in ("results.xlsx", "proofs.zip"):
        answer = api.get(f"/v1/batches/{number}/{file}")
        assert answer.status_code == 409 and answer.json()["code"] == "batch_not_ended"
        assert answer.json()["detail"] == "批次尚未办结:共 2 行,未受理 1 行,办理中 1 行。"
    so_far = api.get(f"/v1/batches/{number}/results.xlsx", params={"so_far": True})
    assert [row[-4:] for row in sheet(so_far.content)[1:]] == [
        ("已受理", None, None, None),
        ("未受理", None, None, "本单位没有登记过这个编号的办件。"),
    ]


def sheet(content: bytes) -> list[tuple[Any, ...]]:
    book = load_workbook(io.BytesIO(content))
    assert all(cell.data_type in ("s", "inlineStr", "n") for row in book.active.iter_rows() for cell in row if cell.value is not None)  # type: ignore[union-attr]
    return [tuple(row) for row in book.active.iter_rows(values_only=True)]  # type: ignore[union-attr]


def test_the_results_come_in_the_senders_own_columns_and_the_proofs_in_one_file(api: Api, seals: LocalSeals) -> None:
    api.put_case(parties=[{"role": "applicant", **party()}, {"role": "other", **party("演示乙丑")}])
    number = upload(api, table(cells(api, 1, note="=1+1 <b>"), cells(api, 2, "演示丙寅"), cells(api, 3, "演示乙丑", note=" 空格"))).json()[
        "number"
    ]
    filed = finish(number, seals)
    answer = api.get(f"/v1/batches/{number}/results.xlsx")
    assert answer.headers["content-disposition"] == f'attachment; filename="{number}.xlsx"'
    head, first, refused, third = sheet(answer.content)
    assert head == (*HEAD, "核验编号", "办理情况", "核验结论", "证明内容", "错误")
    assert first[:6] == ("1", api.case, "户籍证明", "演示甲子", IDS["演示甲子"], "=1+1 <b>")
    assert first[6:9] == (filed[0], "已送达", "属实") and "户主姓名:演示甲子" in first[9] and first[10] is None
    assert refused[6:] == (None, "未受理", None, None, "被核验人不是该办件的当事人。")
    assert third[0] == "3" and third[6] == filed[1]
    archive = zipfile.ZipFile(io.BytesIO(api.get(f"/v1/batches/{number}/proofs.zip").content))
    assert archive.testzip() is None and archive.namelist() == [f"00002_{filed[0]}.pdf", f"00004_{filed[1]}.pdf"]
    for one in filed:
        pdf = next(archive.read(name) for name in archive.namelist() if one in name)
        assert pdf == api.get(f"/v1/verifications/{one}/proof.pdf").content
    assert {(one, what) for one, actor, what in api.accesses() if actor == f"person:{REQUESTER}"} >= {
        (one, what) for one in filed for what in ("result", "proof")
    }


def test_each_proof_in_the_archive_is_named_as_its_form(api: Api, seals: LocalSeals) -> None:
    api.put_case(parties=[{"role": "applicant", **party()}, {"role": "other", **party("演示乙丑")}])
    number = send(api, [line(api.case), line(api.case, "演示乙丑")]).json()["number"]
    first, second = file_all(number)
    look_up(first), look_up(second)
    seal_and_deliver(first, seals)
    _, file = seal_and_deliver(second, seals, ofd(second))
    archive = zipfile.ZipFile(io.BytesIO(api.get(f"/v1/batches/{number}/proofs.zip", params={"so_far": True}).content))
    assert archive.namelist() == [f"00001_{first}.pdf", f"00002_{second}.ofd"]
    assert archive.read(f"00002_{second}.ofd") == file


def test_more_rows_than_a_piece_holds_make_one_sheet(api: Api) -> None:
    number = upload(api, table(*([str(n), "C-none", "P-HOUSEHOLD", "演示甲子", IDS["演示甲子"], ""] for n in range(1, 8)))).json()["number"]
    many = upload(api, table(*([str(n), f"C-none-{n}", "P-HOUSEHOLD", "演示甲子", IDS["演示甲子"], ""] for n in range(1, 452)))).json()[
        "number"
    ]
    for batch, count in ((number, 7), (many, 451)):
        found = sheet(api.get(f"/v1/batches/{batch}/results.xlsx", params={"so_far": True}).content)
        assert [row[0] for row in found[1:]] == [str(n) for n in range(1, count + 1)]


def test_the_issuing_units_people_see_no_batch_of_others(api: Api) -> None:
    api.put_case()
    number = send(api, [line(api.case)]).json()["number"]
    assert api.get(f"/v1/batches/{number}", ISSUER).json()["code"] == "batch_unknown"
