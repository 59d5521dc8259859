"""The OpenAPI document: in Chinese, complete, with invented people only; and a run of schemathesis over it."""

from __future__ import annotations

import copy
import itertools
import json
import os
import re
from typing import Any

import pytest
import requests
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from stdnum.cn import ric

from connectors.seal import LocalSeals
from domain.roles import Role
from gateway.edge.permissions import RULES
from gateway.edge.problems import PROBLEMS
from ledger.database import transaction
from ledger.registry.keys import Caller
from ledger.tables.registry import Person
from settings import ROOT
from tests.gateway.casework import ask
from tests.gateway.conftest import ADMIN, ISSUER, PUBLISHER, REQUESTER, Api
from tests.gateway.reports.test_reports import made

CHIEF = "demo-guangming-2"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def document(served: Api) -> dict[str, Any]:
    served.begin()
    found: dict[str, Any] = served.get("/openapi.json", None).json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, one) for path, methods in document["paths"].items() for method, one in methods.items()]


PROBLEM = "application/problem+json"
SNAPSHOT = ROOT / "docs" / "openapi.yaml"


def test_the_contract_is_the_committed_one(document: dict[str, Any]) -> None:
    """A change of the contract is seen in review: `PROOFLESS_WRITE_DOCUMENTS=1` writes it. Where an installation is
    reached is its own."""
    contract = {**copy.deepcopy(document), "info": {**document["info"], "contact": None}, "servers": None}
    for _, _, one in operations(contract):
        refusals = {status: response for status, response in one["responses"].items() if PROBLEM in response.get("content", {})}
        for status, response in refusals.items():  # their words stand in the table of problems, once
            one["responses"][status] = sorted(response["content"][PROBLEM]["examples"])
    contract = json.loads(json.dumps(contract))  # what is shared stands where it is used
    text = yaml.safe_dump(contract, allow_unicode=True, sort_keys=False, default_flow_style=None, width=140)
    if os.environ.get("PROOFLESS_WRITE_DOCUMENTS"):
        SNAPSHOT.write_text(text, "utf-8")
    assert SNAPSHOT.read_text("utf-8") == text


def test_schemas_have_names_of_their_own(document: dict[str, Any]) -> None:
    """Two models of one name would be told apart by their modules: moving a file would change the contract."""
    assert [name for name in document["components"]["schemas"] if "__" in name or not name.isidentifier()] == []


def test_every_endpoint_is_described_in_chinese(document: dict[str, Any]) -> None:
    for path, method, one in operations(document):
        assert CHINESE.search(one["summary"]) and CHINESE.search(one["description"]), (method, path)
        for parameter in one.get("parameters", []):
            assert CHINESE.search(parameter["description"]), (path, parameter["name"])


def test_every_endpoint_with_a_key_says_so_and_no_other(document: dict[str, Any]) -> None:
    for path, _, one in operations(document):
        assert ("security" in one) == (not RULES[one["operationId"]].public), path


def test_every_problem_of_the_document_is_in_the_table(document: dict[str, Any]) -> None:
    for _, _, one in operations(document):
        for status, response in one["responses"].items():
            for code in response.get("content", {}).get(PROBLEM, {}).get("examples", {}):
                assert PROBLEMS[code].status == int(status)


def test_people_in_examples_are_invented(document: dict[str, Any]) -> None:
    text = str(document)
    numbers = set(re.findall(r"\b\d{17}[\dX]\b", text))
    assert numbers and all(number[6:8] == "18" and number[-1] == ric.calc_check_digit(number) for number in numbers)


def test_the_page_shows_every_endpoint_and_problem(api: Api, document: dict[str, Any]) -> None:
    page = api.get("/docs", None).text
    for path, _, one in operations(document):
        assert f'id="{one["operationId"]}"' in page and path in page
    for code in PROBLEMS:
        assert f'id="{code}"' in page


class Callers:
    """For each endpoint somebody who may use it, and the ids of things that are there: past the first refusals lies
    what the endpoint does."""

    def __init__(self, api: Api) -> None:
        api.begin()
        self._department, self._street = api.filed(), api.filed(proof="P-HARDSHIP")
        self._request = str(ask(self._street))
        source = {"name": "证明事项清单", "kind": "proofs"}
        assert api.call("PUT", "/v1/catalog/sources/SZ-1", json=source).status_code == 200
        proposal = {
            "kind": "adjustment",
            "unit": "370402-PERMIT",
            "reason": "不再要求",
            "reason_date": "2026-03-02",
            "document": "《办法》",
            "changes": [{"kind": "remove", "matter": "DEMO-0001", "proof": "P-RESIDENCE"}],
        }
        self._proposal = api.post("/v1/catalog/proposals", json=proposal).json()["id"]
        api.post("/v1/reports", ADMIN, json={"period": "2026-W20"})
        self._report = made()
        complaint = {"channel": "letter", "about": "other", "received_at": "2026-03-04T09:00:00+08:00", "text": "演示反映"}
        self._complaint = api.post("/v1/complaints", ADMIN, json=complaint).json()["number"]
        lead = {"clause": "16.10", "unit": "370402-PERMIT", "subject": "演示线索", "text": "演示依据"}
        self._lead = api.post("/v1/leads", ADMIN, json=lead).json()["number"]
        self._roles = {}
        with transaction() as session:
            for person in (REQUESTER, ISSUER, CHIEF, ADMIN, PUBLISHER):
                row = session.get_one(Person, person)
                self._roles[person] = Caller(row.code, row.unit, frozenset(map(Role, row.roles)), None)

    def person(self, endpoint: str, path: str) -> str:
        """The first who may; at the inbox the unit that was asked."""
        order = (ISSUER, CHIEF, ADMIN) if path.startswith("/v1/inbox") else (REQUESTER, CHIEF, ADMIN, PUBLISHER)
        return next((person for person in order if RULES[endpoint].allows(self._roles[person])), REQUESTER)

    def known(self, path: str, parameters: dict[str, Any], turn: int) -> dict[str, Any]:
        """Every second time the ids of what is there."""
        if turn % 2:
            return parameters
        there = {"id": self._request, "number": self._street if turn % 4 else self._department}
        if path.startswith("/v1/cases"):
            there = {"number": "SZ-2026-000123"}
        if path.startswith(("/v1/catalog", "/catalog")):
            there = {"key": "SZ-1", "id": self._proposal, "version": "1", "first": "0", "second": "1"}
        if path.startswith("/v1/reports"):
            there = {"id": self._report}
        if path.startswith(("/v1/complaints", "/v1/leads")):
            there = {"number": self._complaint if path.startswith("/v1/complaints") else self._lead}
        if path.startswith(("/v1/entered", "/figures")):
            there = {"kind": "publicity", "week": "2026-W10"}
        return {name: there.get(name, value) for name, value in parameters.items()}


def test_schemathesis_finds_no_server_error(api: Api, seals: LocalSeals, document: dict[str, Any]) -> None:
    """Valid and invalid calls from the document: none may end in a server error, each refusal is a problem."""
    schema = schemathesis.openapi.from_dict(document)
    api.put_case("SZ-2026-000123")
    seen: set[int] = set()
    reached: set[str] = set()
    unpromised: set[tuple[str, int, str]] = set()
    turns, callers = itertools.count(), Callers(api)

    def send(case: schemathesis.Case) -> None:
        endpoint = case.operation.definition.raw["operationId"]
        turn = next(turns)
        case.path_parameters = callers.known(case.path, dict(case.path_parameters or {}), turn)
        if turn % 2 == 0 and case.query:  # an invented cursor leads to no list
            case.query = {name: value for name, value in case.query.items() if name != "cursor"}
        headers = {"Authorization": f"Bearer {api.key(callers.person(endpoint, case.path))}"}
        prepared = requests.Request(**case.as_transport_kwargs(base_url="http://gateway", headers=headers)).prepare()
        assert prepared.method and prepared.url
        sent = {name: value.encode() if isinstance(value, str) else value for name, value in prepared.headers.items()}
        answer = api.request(prepared.method, prepared.url, content=prepared.body or b"", headers=sent)
        seen.add(answer.status_code)
        promised = case.operation.definition.raw["responses"].get(str(answer.status_code))
        if promised is None:
            unpromised.add((endpoint, answer.status_code, answer.json().get("code") if answer.status_code >= 400 else ""))
        for name, one in (promised or {}).get("headers", {}).items():
            assert name in answer.headers or not one.get("required"), (endpoint, answer.status_code, name)
        if answer.status_code not in (401, 403):
            reached.add(endpoint)
        assert answer.status_code < 500 or case.path == "/health", (case.method, case.path, answer.text)
        if answer.status_code >= 400 and case.path != "/health":
            assert answer.json()["code"] in PROBLEMS

    quick = hypothesis_settings(
        max_examples=5, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in schemathesis.GenerationMode:
            try:
                strategy = operation.as_strategy(generation_mode=mode)
                quick(given(case=strategy)(lambda case: send(case)))()
            except Exception as error:
                if type(error).__name__ in ("Unsatisfiable", "SkipTest", "Skipped"):
                    continue  # nothing to make wrong in a call without parameters
                raise
    assert unpromised == set()
    assert {200, 201, 202, 404, 422} <= seen, seen
    assert {one["operationId"] for _, _, one in operations(document)} - reached == set(), "never got past the role"
