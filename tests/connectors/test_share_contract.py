"""One contract for every share source: what each outcome and each fault of the other side becomes."""

from __future__ import annotations

import asyncio
import copy
import socket
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.breaker import BreakerState
from connectors.faults import Fault, PermanentFault, TransientFault
from connectors.share import ShareSource, make_source
from domain.share import Finding, Question, ShareOutcome, Subject
from sandbox.people import by_name
from tests.sandbox.serving import SECRETS, serving

FOLDER = Path(__file__).parents[2] / "connectors" / "sources"
#: Longer than a crowded machine takes: a test whose subject is a limit sets that one.
LIMITS = {
    "connect_seconds": 30,
    "read_seconds": 30,
    "total_seconds": 60,
    "calls_per_second": 1000,
    "concurrency": 8,
    "breaker_rest_seconds": 1800,
}


@dataclass(frozen=True)
class Family:
    """What a source needs for this contract: its parameters, and its own codes for each meaning."""

    key: str
    name: str
    parameters: dict[str, str]
    fields: dict[str, str]  #: of 演示甲子
    codes: dict[str, list[str]]
    first_path: str
    extra: dict[str, str] = field(default_factory=dict)


FAMILIES = [
    Family(
        key="licence_library",
        name="枣庄市电子证照库",
        parameters={"certTypeCode": "11370402DEM0000AAA001"},
        fields={
            "姓名": "演示甲子",
            "公民身份号码": "370402188102020017",
            "户号": "演示居民户口簿000001",
            "户主姓名": "演示甲子",
            "与户主关系": "户主",
            "户别": "家庭户",
            "住址": "枣庄市市中区演示路1号",
            "签发日期": "2011-02-11",
        },
        codes={
            "none": ["10"],
            "revoked": ["21"],
            "expired": ["22"],
            "restricted": ["23"],
            "no_permission": ["11", "100"],
            "bad_request": ["12", "13", "102", "103", "105", "109", "110", "111", "113"],
            "failing": ["2", "99", "101", "106", "107", "108"],
            "unknown": ["7", "20", "1000"],
        },
        first_path="queryCertInfoByHolderCode",
    ),
    Family(
        key="province_gateway",
        name="山东省数据共享交换平台",
        parameters={"sid": "s_370402DEM_hydj_0001"},
        fields={
            "姓名": "演示甲子",
            "公民身份号码": "370402188102020017",
            "婚姻状况": "已婚",
            "配偶姓名": "演示乙丑",
            "登记日期": "1910-10-10",
            "登记机关": "枣庄市市中区民政局婚姻登记处",
        },
        codes={
            "none": ["01"],
            "revoked": ["02"],
            "expired": ["03"],
            "restricted": ["04"],
            "no_permission": ["E-101", "E-106"],
            "bad_request": ["12"],
            "failing": ["90", "-1"],
            "unknown": ["77", "E-999"],
        },
        first_path="httpproxy",
    ),
]
BY_CODE = [
    pytest.param(family, meaning, code, id=f"{family.key}-{meaning}-{code}")
    for family in FAMILIES
    for meaning, codes in family.codes.items()
    for code in codes
]
each_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.key)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as url:
        yield url


@pytest.fixture
def switch(address: str) -> Iterator[Any]:
    with httpx.Client(base_url=address, trust_env=False) as http:

        def put(family: Family, fault: str, **more: Any) -> None:
            http.put(f"/faults/{family.key}", json={"fault": fault, **more}).raise_for_status()

        yield put
        for family in FAMILIES:
            http.delete(f"/faults/{family.key}").raise_for_status()


def make(family: Family, address: str, secrets: dict[str, str] | None = None, **limits: Any) -> ShareSource:
    table = tomllib.loads((FOLDER / f"{family.key}.toml").read_text("utf-8"))
    table["limits"] |= {**LIMITS, **limits}
    return make_source(family.key, table, {"PROOFLESS_SANDBOX_URL": address}, secrets or SECRETS)


def subject(name: str = "演示甲子") -> Subject:
    holder = by_name(name)
    return Subject(holder.name, holder.id_type, holder.id_number)


def question(family: Family, chosen: str | None = None, **parameters: str) -> Question:
    return Question("HY20260304ABCDEFGH", "演示事项", "申请办理", {**family.parameters, **parameters}, chosen)


def look(source: ShareSource, who: Subject, what: Question) -> Finding:
    async def once() -> Finding:
        try:
            return await source.look_up(who, what)
        finally:
            await source.close()

    return asyncio.run(once())


def fails(source: ShareSource, who: Subject, what: Question, kind: type[Fault], code: str) -> Fault:
    """The look-up fails in this way, names the source, and tells nothing about the person."""
    with pytest.raises(Fault) as caught:
        look(source, who, what)
    fault = caught.value
    assert (type(fault), fault.code, fault.who) == (kind, code, source.name)
    assert who.name not in str(fault) and who.id_number not in str(fault)
    assert fault.__suppress_context__ or fault.__context__ is None  # a chained error could show the person
    return fault


def rested(source: ShareSource, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its breaker has rested: an hour has passed for it."""
    monkeypatch.setattr(source._breaker, "_clock", lambda: time.monotonic() + 3600)


@each_family
def test_one_valid_licence_is_found_with_the_fields_of_the_proof(family: Family, address: str) -> None:
    """Obligation 6.3."""
    finding = look(make(family, address), subject(), question(family))
    assert (finding.outcome, finding.source) == (ShareOutcome.FOUND, family.key)
    assert dict(finding.fields) == family.fields
    assert finding.identifier and finding.maker.startswith("枣庄市") and finding.warnings == ()
    assert "演示甲子".encode() in finding.raw
    assert "演示甲子" not in repr(finding) and "370402" not in repr(finding.message)


@each_family
@pytest.mark.parametrize("name", ["演示㼆", "演示𬭎", "演示䶮", "演示𠅤", "演示𫖯"])
def test_rare_characters_survive_the_journey(family: Family, address: str, name: str) -> None:
    parameters = {"sid": "s_370402DEM_sbcb_0001"}  # the library ignores it
    finding = look(make(family, address), subject(name), question(family, **parameters))
    assert (finding.outcome, finding.fields["姓名"]) == (ShareOutcome.FOUND, name)


@each_family
@pytest.mark.parametrize(
    ("name", "outcome"), [("演示无证", "none"), ("演示废止", "revoked"), ("演示过期", "expired"), ("演示受限", "restricted")]
)
def test_what_is_not_valid_is_told_apart(family: Family, address: str, name: str, outcome: str) -> None:
    finding = look(make(family, address), subject(name), question(family))
    assert finding.outcome == outcome
    assert not finding.fields and not finding.document and finding.identifier is None
    assert family.name in finding.message and name not in finding.message


@pytest.mark.parametrize(("family", "meaning", "code"), BY_CODE)
def test_every_code_has_its_meaning(family: Family, meaning: str, code: str, address: str, switch: Any) -> None:
    switch(family, "status", status=code, message="演示甲子 370402188102020017 出错")
    source = make(family, address)
    if meaning == "failing":
        assert code in str(fails(source, subject(), question(family), TransientFault, "source_failing"))
    elif meaning == "unknown":
        fails(source, subject(), question(family), PermanentFault, "contract")
    else:
        finding = look(source, subject(), question(family))
        assert finding.outcome == meaning
        assert code in finding.message and "演示甲子" not in finding.message


@each_family
def test_hidden_states_read_as_not_found(family: Family, address: str, switch: Any) -> None:
    switch(family, "hidden")
    finding = look(make(family, address), subject("演示废止"), question(family))
    assert finding.outcome is ShareOutcome.NONE
    assert "查无不等于没有" in finding.message


@each_family
def test_several_licences_are_never_decided_by_the_machine(family: Family, address: str) -> None:
    source = make(family, address)
    finding = look(source, subject("演示多证"), question(family))
    assert finding.outcome is ShareOutcome.SEVERAL
    assert not finding.fields and len(finding.candidates) == 2
    assert all(c.identifier and c.kind and c.issuer and c.issued_on for c in finding.candidates)
    for candidate in finding.candidates:
        one = look(source, subject("演示多证"), question(family, chosen=candidate.identifier))
        assert (one.outcome, one.identifier) == (ShareOutcome.FOUND, candidate.identifier)
    gone = look(source, subject("演示多证"), question(family, chosen="不在其中"))
    assert gone.outcome is ShareOutcome.NONE


@each_family
def test_a_name_that_does_not_belong_to_the_number_is_a_mismatch(family: Family, address: str, switch: Any) -> None:
    asked = replace(subject(), name="演示乙丑")
    finding = look(make(family, address), asked, question(family))
    assert finding.outcome is ShareOutcome.MISMATCH
    assert not finding.fields and "演示" not in finding.message
    switch(family, "wrong_name")
    assert look(make(family, address), subject(), question(family)).outcome is ShareOutcome.MISMATCH


@each_family
@pytest.mark.parametrize("written", ["演示•间隔", "演示 · 间隔", " 演示・间隔\u3000"])
def test_only_spaces_and_dots_are_forgiven_in_a_name(family: Family, address: str, written: str) -> None:
    parameters = {"sid": "s_370402DEM_sbcb_0001"}
    asked = replace(subject("演示·间隔"), name=written)
    assert look(make(family, address), asked, question(family, **parameters)).outcome is ShareOutcome.FOUND
    without = replace(asked, name="演示间隔")
    assert look(make(family, address), without, question(family, **parameters)).outcome is ShareOutcome.MISMATCH


@each_family
def test_a_parameter_missing_from_the_catalog_is_our_own_bad_request(family: Family, address: str) -> None:
    what = replace(question(family), parameters={})
    assert look(make(family, address), subject(), what).outcome is ShareOutcome.BAD_REQUEST
    unknown = {name: "不认识" if name == "certTypeCode" else "s_0" for name in family.parameters}
    finding = look(make(family, address), subject(), question(family, **unknown))
    assert finding.outcome in (ShareOutcome.BAD_REQUEST, ShareOutcome.NO_PERMISSION)


@each_family
def test_wrong_credentials_are_no_permission(family: Family, address: str) -> None:
    secrets = dict.fromkeys(SECRETS, "wrong")
    assert look(make(family, address, secrets), subject(), question(family)).outcome is ShareOutcome.NO_PERMISSION


@each_family
@pytest.mark.parametrize(
    ("fault", "more", "kind", "code"),
    [
        ("broken", {}, TransientFault, "broken_off"),
        ("refused", {"seconds": 3600}, TransientFault, "broken_off"),
        ("network", {}, TransientFault, "source_failing"),
        ("http", {"status": "503"}, TransientFault, "source_failing"),
        ("http", {"status": "302"}, PermanentFault, "contract"),
        ("garbage", {}, PermanentFault, "contract"),
        ("huge", {}, PermanentFault, "too_large"),
    ],
)
def test_faults_of_the_wire(
    family: Family, address: str, switch: Any, fault: str, more: dict[str, Any], kind: type[Fault], code: str
) -> None:
    switch(family, fault, **more)
    fails(make(family, address), subject(), question(family), kind, code)


@each_family
def test_the_read_limit_ends_a_silent_reply_before_the_total_does(family: Family, address: str, switch: Any) -> None:
    switch(family, "slow", seconds=6)  # then it would be found
    fails(make(family, address, read_seconds=0.3), subject(), question(family), TransientFault, "slow")


@each_family
@pytest.mark.parametrize(("status", "outcome"), [("401", "no_permission"), ("403", "no_permission"), ("404", "bad_request")])
def test_http_refusals_are_answers(family: Family, address: str, switch: Any, status: str, outcome: str) -> None:
    switch(family, "http", status=status)
    assert look(make(family, address), subject(), question(family)).outcome == outcome


@each_family
def test_the_provinces_network_outranks_the_code_beside_it(family: Family, address: str, switch: Any) -> None:
    sentence = "因省级系统网络原因导致无法获取数据,请稍后再试"
    switch(family, "status", status=family.codes["none"][0], message=sentence)
    fails(make(family, address), subject(), question(family), TransientFault, "source_failing")


@each_family
def test_a_reply_that_trickles_ends_with_the_total_time(family: Family) -> None:
    """Each byte comes within the read limit, so only the total limit can end it."""

    async def scene() -> None:
        async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")  # in fifty seconds, and no JSON
            try:
                while True:
                    writer.write(b" ")
                    await writer.drain()
                    await asyncio.sleep(0.05)
            except (ConnectionError, asyncio.CancelledError):
                writer.close()

        server = await asyncio.start_server(trickle, "127.0.0.1", 0)
        source = make(family, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", total_seconds=0.6)
        with pytest.raises(TransientFault) as caught:
            await source.look_up(subject(), question(family))
        assert caught.value.code == "slow"
        await source.close()
        server.close()

    asyncio.run(scene())


@each_family
def test_a_closed_port_is_refused_and_opens_the_breaker(family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        source = make(family, f"http://127.0.0.1:{closed.getsockname()[1]}", breaker_failures=2)
    for _ in range(2):
        fails(source, subject(), question(family), TransientFault, "refused")
    assert source.breaker is BreakerState.OPEN
    fails(source, subject(), question(family), TransientFault, "breaker_open")
    rested(source, monkeypatch)
    assert source.breaker is BreakerState.HALF_OPEN
    fails(source, subject(), question(family), TransientFault, "refused")
    assert source.breaker is BreakerState.OPEN


@each_family
def test_the_breaker_closes_when_the_source_is_back(family: Family, address: str, switch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    source = make(family, address, breaker_failures=1)
    switch(family, "refused", seconds=3600, times=1)
    fails(source, subject(), question(family), TransientFault, "broken_off")
    rested(source, monkeypatch)
    assert look(source, subject("演示无证"), question(family)).outcome is ShareOutcome.NONE
    assert source.breaker is BreakerState.CLOSED


@each_family
def test_a_source_serves_one_event_loop_after_another_and_many_at_once(family: Family, address: str) -> None:
    source = make(family, address, concurrency=2)

    async def many() -> list[Finding]:
        try:
            return await asyncio.gather(*(source.look_up(subject(), question(family)) for _ in range(6)))
        finally:
            await source.close()

    for _ in range(2):
        assert {finding.outcome for finding in asyncio.run(many())} == {ShareOutcome.FOUND}


@each_family
def test_two_event_loops_do_not_share_connections(family: Family, address: str) -> None:
    source = make(family, address)
    with asyncio.Runner() as one, asyncio.Runner() as two:
        for runner in (one, two, one):
            finding = runner.run(source.look_up(subject(), question(family)))
            assert finding.outcome is ShareOutcome.FOUND
        for runner in (one, two):
            runner.run(source.close())


@each_family
def test_a_row_about_somebody_else_is_never_a_result(family: Family, address: str) -> None:
    """A contract where the number is looked for in the wrong place answers about other people: caught at once."""
    table = tomllib.loads((FOLDER / f"{family.key}.toml").read_text("utf-8"))
    table["query"]["rows"]["holder_code"] = table["query"]["rows"]["identifier"]
    source = make_source(family.key, table, {"PROOFLESS_SANDBOX_URL": address}, SECRETS)
    fails(source, subject(), question(family), PermanentFault, "contract")


@each_family
def test_fields_that_the_source_no_longer_gives(family: Family, address: str) -> None:
    table = tomllib.loads((FOLDER / f"{family.key}.toml").read_text("utf-8"))
    licence_type = next(iter(family.parameters.values()))
    some, gone = copy.deepcopy(table), copy.deepcopy(table)
    some["fields"][licence_type]["新字段"] = "not.there"
    gone["fields"][licence_type] = {"新字段": "not.there", "另一字段": "surface[name=没有].value"}
    environment = {"PROOFLESS_SANDBOX_URL": address}
    finding = look(make_source(family.key, some, environment, SECRETS), subject(), question(family))
    assert dict(finding.fields) == family.fields
    assert finding.warnings == (f"{family.name}没有给出字段:新字段",)
    fails(make_source(family.key, gone, environment, SECRETS), subject(), question(family), PermanentFault, "contract")


@each_family
def test_a_total_that_disagrees_with_the_list_is_not_trusted(family: Family, address: str) -> None:
    table = tomllib.loads((FOLDER / f"{family.key}.toml").read_text("utf-8"))
    code = table["query"]["checks"][-1]["code"]
    table["query"]["rows"]["total"] = code  # 0 where one row stands
    source = make_source(family.key, table, {"PROOFLESS_SANDBOX_URL": address}, SECRETS)
    fails(source, subject(), question(family), PermanentFault, "contract")


@each_family
def test_a_hostile_name_stays_one_value(family: Family, address: str) -> None:
    """Quotes, braces, template marks and half a surrogate pair neither break the JSON nor reach an error's text."""
    for name in ('","holderCode":"1', "{{ secret }}", "演示\ud800", "a\x00b\n"):
        finding = look(make(family, address), replace(subject(), name=name), question(family))
        assert finding.outcome is ShareOutcome.MISMATCH
