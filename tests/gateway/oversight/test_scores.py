"""考核评分 over HTTP: made as a draft, signed off by another person, and only then given."""

from __future__ import annotations

import hashlib
import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.scoring import FORMULAS, LEAST, FormulaUnknown, formula, score
from ledger.database import transaction
from ledger.registry import registry
from ledger.tables.reports import ScoreSheet
from reports.scores import from_json
from tests.gateway.casework import ask
from tests.gateway.conftest import ADMIN, REQUESTER, Api
from tests.gateway.oversight.test_leads import CHIEF, limits
from tests.ledger.acting import all_of

SECOND, QUERY = "second-office", "?first=2026-03-02&last=2026-03-08"
DAYS = {"first": "2026-03-02", "last": "2026-03-08"}


@pytest.fixture(scope="module", autouse=True)
def week(served: Api) -> None:
    served.begin()
    ask(served.filed(proof="P-HARDSHIP"))
    limits("370402-GUANGMING", 45, 5)
    limits("370402-CIVIL", 20, 10)
    limits("370402-JUSTICE", 2, 1)
    with transaction() as session:
        registry.put_people(session, [{"code": SECOND, "unit": "370402-JUSTICE", "name": "演示第二人", "roles": ["office"]}])


def made(api: Api, **days: str) -> Any:
    answer = api.post("/v1/score-sheets", ADMIN, json=days or DAYS)
    assert answer.status_code == 201, answer.text
    return answer.json()


def sign(api: Api, sheet: Any, person: str = SECOND, digest: str | None = None) -> Any:
    return api.post(f"/v1/score-sheets/{sheet['id']}/sign", person, json={"digest": digest or sheet["digest"]})


def test_scores_leave_only_once_another_person_signed_them(api: Api) -> None:
    """Obligation 19.2."""
    unmade = api.get(f"/v1/scores{QUERY}", ADMIN)
    assert (unmade.status_code, unmade.json()["code"]) == (409, "scores_unsigned") and "还没有编制" in unmade.json()["detail"]
    sheet = made(api)["sheet"]
    assert (sheet["standing"], sheet["version"], sheet["signed_by"]) == ("draft", 1, None) and "不得报送" in sheet["standing_name"]
    for path in ("/v1/scores", "/v1/scores.xlsx"):
        refused = api.get(f"{path}{QUERY}", ADMIN)
        assert (refused.status_code, refused.json()["code"]) == (409, "scores_unsigned")
        assert "第 1 版评分是草案,还没有人签发" in refused.json()["detail"] and "编制人以外的另一人" in refused.json()["remedy"]
    own = sign(api, sheet, ADMIN)
    assert (own.status_code, own.json()["code"]) == (409, "score_signing_refused") and "编制人以外" in own.json()["detail"]
    other = sign(api, sheet, digest="0" * 64)
    assert other.status_code == 409 and "不符" in other.json()["detail"]
    assert sign(api, sheet, CHIEF).json()["code"] == "not_allowed"
    assert api.get(f"/v1/scores{QUERY}", ADMIN).status_code == 409
    done = sign(api, sheet)
    assert done.status_code == 200 and sign(api, sheet).json() == done.json(), "twice is once"
    assert "已由演示第二人(区司法局)签发" in sign(api, sheet, ADMIN).json()["detail"]
    found = api.get(f"/v1/scores{QUERY}", ADMIN).json()
    assert found == done.json() and found["sheet"]["signed_as"] == "演示第二人(区司法局)"
    lines = {line["unit"]: line for line in found["items"]}
    assert lines["370402-GUANGMING"]["score"] == 90.0 and lines["370402-GUANGMING"]["figures"]["hard"] == [45, 50]
    assert lines["370402-CIVIL"]["score"] == 66.67 and lines["370402-JUSTICE"]["score"] is None
    assert found["formula"] == "2026/1" and str(LEAST) in found["said"], "a later formula is not for days before it"
    book = openpyxl.load_workbook(io.BytesIO(api.get(f"/v1/scores.xlsx{QUERY}", ADMIN).content))
    assert book.sheetnames == ["得分", "公式", "说明"]
    rows = list(book["得分"].iter_rows(values_only=True))
    assert rows[1][:5] == ("370402-GUANGMING", rows[1][1], 90, 45, 50) and rows[3][2] is None and "不评分" in str(rows[3][-1])
    assert book["得分"].freeze_panes == "C2" and book["公式"]["B2"].value == 40
    notes = dict(book["说明"].iter_rows(values_only=True))
    assert notes["公式版本"] == found["formula"] and notes["签发人"] == "演示第二人(区司法局)" and notes["版次"] == "第 1 版"
    assert notes["所签内容的 SHA-256"] == sheet["digest"] and str(notes["签发时间"]).startswith("20")
    for person in (REQUESTER, CHIEF):
        assert api.get(f"/v1/scores{QUERY}", person).json()["code"] == "not_allowed"


def test_what_was_signed_is_what_is_kept_and_a_new_version_is_a_draft_again(api: Api) -> None:
    """Obligation 19.2."""
    first = made(api)["sheet"]
    assert made(api)["sheet"]["id"] == first["id"], "the same figures are the same sheet"
    assert sign(api, first).status_code == 200
    limits("370402-CIVIL", 0, 5)  # the ledger knows more since
    assert api.get(f"/v1/scores{QUERY}", ADMIN).json()["sheet"]["id"] == first["id"], "what was signed stays what it was"
    second = made(api)["sheet"]
    assert (second["version"], second["standing"]) == (first["version"] + 1, "draft") and second["digest"] != first["digest"]
    refused = api.get(f"/v1/scores.xlsx{QUERY}", ADMIN)
    assert refused.status_code == 409 and f"第 {second['version']} 版" in refused.json()["detail"]
    assert sign(api, second).status_code == 200
    found = api.get(f"/v1/scores{QUERY}", ADMIN).json()
    assert {one["unit"]: one["figures"]["hard"] for one in found["items"]}["370402-CIVIL"] == [20, 35]
    (kept,) = [row for row in all_of(ScoreSheet) if str(row.id) == second["id"]]
    with transaction() as session:
        content = session.get_one(ScoreSheet, kept.id).content
    assert hashlib.sha256(content.encode()).hexdigest() == second["digest"] and from_json(content).as_json() == content
    listed = api.get("/v1/score-sheets", SECOND).json()["items"]
    assert [one["version"] for one in listed if one["first"] == DAYS["first"]][:2] == [second["version"], first["version"]]
    older = api.get(f"/v1/score-sheets/{first['id']}", ADMIN).json()
    assert {one["unit"]: one["figures"]["hard"] for one in older["items"]}["370402-CIVIL"] == [20, 30]


def test_an_older_version_is_not_signed_and_the_database_asks_for_two_persons_itself(api: Api) -> None:
    """Obligation 19.2."""
    first = made(api, first="2026-03-02", last="2026-03-09")["sheet"]
    limits("370402-CIVIL", 1, 0)
    second = made(api, first="2026-03-02", last="2026-03-09")["sheet"]
    late = sign(api, first)
    assert late.status_code == 409 and f"已有第 {second['version']} 版" in late.json()["detail"]
    change = text("UPDATE score_sheets SET signed_at = now(), signed_by = :by, signed_as = 'x' WHERE id = :id")
    for by, sheet in ((f"person:{ADMIN}", second), ("person:somebody", made(api)["sheet"])):
        if sheet is not second:
            assert sign(api, sheet).status_code == 200
        with pytest.raises(DBAPIError), transaction() as session:
            session.execute(change, {"by": by, "id": sheet["id"]})


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"first": "2026-03-08", "last": "2026-03-02"}, "period_wrong"),
        ({"first": "9999-12-31", "last": "9999-12-31"}, "period_wrong"),
        ({"first": "2024-01-01", "last": "2026-01-01"}, "period_wrong"),
        ({"first": "2099-03-02", "last": "2099-03-08"}, "period_not_over"),
        (DAYS | {"formula": "1999/1"}, "formula_unknown"),
        (DAYS | {"formula": "newest"}, "invalid"),
    ],
)
def test_what_cannot_be_scored_is_named(api: Api, sent: dict[str, str], code: str) -> None:
    assert api.post("/v1/score-sheets", ADMIN, json=sent).json()["code"] == code
    assert api.get("/v1/score-sheets/00000000-0000-0000-0000-000000000000", ADMIN).json()["code"] == "score_sheet_unknown"


def test_a_part_without_denominator_gives_its_weight_to_the_others() -> None:
    """Obligation 19.2."""
    of = formula("2026/2")
    parts = dict.fromkeys((part.key for part in of.parts), (0, 0))
    assert score(of, parts | {"hard": (20, 20)}) == 100.0
    assert score(of, parts | {"hard": (10, 20), "soft": (30, 30)}) == round(100 * (40 * 0.5 + 20) / 60, 2)
    assert score(of, parts | {"hard": (19, 19)}) is None


def test_inspections_are_a_part_from_2027_on_and_every_formula_is_a_whole() -> None:
    """Obligations 19.1, 19.2: whom nobody inspected, or who had nothing to put right, neither gains nor loses by it."""
    assert {one.version: sum(part.weight for part in one.parts) for one in FORMULAS} == {"2026/1": 100, "2026/2": 100, "2027/1": 100}
    assert [one.version for one in FORMULAS if "inspections" in {part.key for part in one.parts}] == ["2027/1"]
    of = formula("2027/1")
    parts = dict.fromkeys((part.key for part in of.parts), (0, 0)) | {"hard": (40, 50)}
    assert score(of, parts) == 80.0
    assert score(of, parts | {"inspections": (1, 2)}) == round(100 * (35 * 0.8 + 10 * 0.5) / 45, 2)


def test_a_time_is_scored_by_the_newest_formula_that_had_begun() -> None:
    """Obligation 19.2."""
    days = [date(2025, 3, 1), date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [formula(on=day).version for day in days] == ["2026/1", "2026/1", "2026/2", "2026/2", "2027/1"]
    assert formula("2026/2", on=days[0]).version == "2026/2", "whoever names one has it"
    with pytest.raises(FormulaUnknown):
        formula("2026/9")
