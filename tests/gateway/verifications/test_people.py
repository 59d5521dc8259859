"""当事人 over HTTP: one rule for a name wherever one is compared, a slip corrected, and every document a person may hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from stdnum.cn import ric

from domain.share import ShareOutcome
from ledger.lifecycle.snapshots import step_context
from settings import LOCAL, settings
from tests.gateway.casework import look_up
from tests.gateway.conftest import REQUESTER, Api, party
from tests.ledger.acting import do

DOT = "演示·间隔"


def dotted(dot: str) -> dict[str, Any]:
    return party(DOT) | {"name": DOT.replace("·", dot)}


def applicant(**who: Any) -> list[dict[str, Any]]:
    return [{"role": "applicant", **who}]


def born(day: str, region: str = "370402") -> str:
    return region + day + "001" + ric.calc_check_digit(f"{region}{day}0010")


@pytest.mark.parametrize("dot", "\u2022\u2027\u30fb\uff65\u0387\u22c5")
def test_whatever_form_the_dot_has_it_is_the_same_person_everywhere(api: Api, dot: str) -> None:
    assert api.put_case(parties=applicant(**dotted("\u00b7"))).status_code == 201
    assert api.put_case(parties=applicant(**dotted(dot))).status_code == 200
    assert api.file(party=dotted(dot)).status_code == 202
    brought = {"case_number": api.case, "party": dotted(dot), "proof": "P-HOUSEHOLD", "reason": "at_hand"}
    kept = api.post("/v1/voluntary-submissions", REQUESTER, json=brought).json()
    assert "name_differs" not in [mark["code"] for mark in kept["marks"]]
    elsewhere = {
        "case_number": api.case,
        "party": dotted(dot),
        "proof": "P-HOUSEHOLD",
        "source": "演示系统",
        "operator": REQUESTER,
        "looked_up_at": (settings().now() - timedelta(minutes=1)).isoformat(),
        "result": "confirmed",
        "evidence_sha256": "a" * 64,
    }
    answer = api.post("/v1/off-system-lookups", REQUESTER, json=elsewhere)
    assert answer.status_code == 201, answer.text
    # Without any dot it is another name.
    refused = api.file(party=dotted(""))
    assert (refused.status_code, refused.json()["code"]) == (409, "name_differs")


def test_a_slip_is_corrected_by_whoever_made_it(api: Api) -> None:
    api.put_case(parties=applicant(**party() | {"name": "演示甲字"}))
    assert api.put_case().json()["code"] == "name_differs"
    path = f"/v1/cases/{api.case}/name-corrections"
    corrected = api.post(path, REQUESTER, json=party())
    assert corrected.status_code == 200, corrected.text
    (one,) = corrected.json()["name_corrections"]
    assert (one["by"], one["before"], one["after"]) == (REQUESTER, "演***", "演***")
    assert api.put_case().status_code == 200 and api.file().status_code == 202
    assert api.post(path, REQUESTER, json=party("演示丁卯")).json()["code"] == "not_a_party"
    assert api.post("/v1/cases/NOBODYS/name-corrections", REQUESTER, json=party()).json()["code"] == "case_unknown"


def test_after_a_source_was_asked_a_name_stays(api: Api) -> None:
    number = api.filed()
    look_up(number, ShareOutcome.MISMATCH)
    late = api.post(f"/v1/cases/{api.case}/name-corrections", REQUESTER, json=party() | {"name": "演示甲午"})
    assert (late.status_code, late.json()["code"]) == (409, "name_asked")
    assert "撤回" in late.json()["remedy"]


HOLDERS = [
    ("passport", "x1234 5678", "X12345678", "X1*****78"),
    ("hk_macao_permit", "H1234567801", "H1234567801", "H1*******01"),
    ("taiwan_permit", "12345678（01）", "1234567801", "12******01"),
    ("permanent_residence", "QQQ370400810202", "QQQ370400810202", "QQQ370*******02"),
    ("permanent_residence", born("18900304", "911084"), born("18900304", "911084"), "911084" + "*" * 10 + born("18900304", "911084")[-2:]),
    ("hmt_residence", born("18900304", "830000"), born("18900304", "830000"), "830000" + "*" * 10 + born("18900304", "830000")[-2:]),
    ("uscc", "N2370402MFDEMA001M", "N2370402MFDEMA001M", "N23704**********1M"),
]


@pytest.mark.parametrize(("kind", "typed", "number", "masked"), HOLDERS)
def test_who_holds_another_document_is_a_party_too(api: Api, kind: str, typed: str, number: str, masked: str) -> None:
    who = {"id_type": kind, "id_number": typed, "name": "YANSHI MOU"}
    answer = api.put_case(parties=applicant(**who))
    assert answer.status_code == 201, answer.text
    (shown,) = answer.json()["parties"]
    assert (shown["id_type"], shown["id_number"]) == (kind, masked)
    filed = api.file(party=who | {"id_number": number, "name": "Yanshi  Mou"})
    assert filed.status_code == 202, filed.text
    subject = do(step_context, filed.json()["number"]).subject
    assert (subject.id_type, subject.id_number, subject.name) == (kind, number, "YANSHI MOU")


def test_the_same_person_is_found_by_either_name_of_the_number(api: Api) -> None:
    number = born("18900304", "810000")
    api.put_case(parties=applicant(id_type="hmt_residence", id_number=number, name="演示某"))
    assert api.file(party={"id_type": "citizen_id", "id_number": number, "name": "演示某"}).status_code == 202
    api.begin()
    api.put_case(parties=applicant(id_type="hk_macao_permit", id_number="H1234567801", name="演示某"))
    assert api.file(party={"id_type": "hk_macao_permit", "id_number": "H1234567802", "name": "演示某"}).status_code == 202


@pytest.mark.parametrize("kind", ["citizen_id", "permanent_residence", "hmt_residence"])
def test_nobody_is_born_tomorrow(api: Api, kind: str) -> None:
    region = {"citizen_id": "370402", "permanent_residence": "911084", "hmt_residence": "820000"}[kind]
    today = settings().now().astimezone(LOCAL).date()
    for day, status in ((today, 201), (today + timedelta(days=1), 422)):
        api.begin()
        who = {"id_type": kind, "id_number": born(f"{day:%Y%m%d}", region), "name": "演示某"}
        answer = api.put_case(parties=applicant(**who))
        assert answer.status_code == status, answer.text
    assert answer.json()["code"] == "id_number_invalid"


@pytest.mark.parametrize("number", [born("18900304", "911084"), born("18900304")])
def test_no_persons_number_is_a_case_number(api: Api, number: str) -> None:
    assert api.put_case(f"C-{number}").json()["code"] == "personal_data_in_number"


def test_a_value_outside_a_list_is_answered_with_the_list(api: Api) -> None:
    """Obligation 6.2."""
    who = party() | {"id_type": "library_card"}
    (error,) = api.put_case(parties=applicant(**who)).json()["errors"]
    assert error["field"] == "parties.0.id_type"
    assert all(kind in error["text"] for kind in ("citizen_id", "passport", "hmt_residence")) and "library_card" not in error["text"]
    (error,) = api.put_case(channel="pigeon").json()["errors"]
    assert "window、web" in error["text"] and "pigeon" not in error["text"]
