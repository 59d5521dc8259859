"""The main job as a department sees it: it asks over HTTP, and a sealed, verifiable proof comes back."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.endtoend.acting import Api, well_again
from tests.endtoend.receiving import Receiver
from tests.proofs.readers import poppler, qr_codes, text_of
from tests.stack import Stack

HALF_HOUR = timedelta(minutes=30)
CODES = {"refused": "broken_off", "network": "source_failing", "slow": "slow"}
"""The sandbox's fault and what the connector calls it."""


def check_upload(stack: Stack, pdf: bytes) -> str:
    """What the public page says of a file."""
    files = {"file": ("证明.pdf", pdf, "application/pdf")}
    answer = httpx.post(f"{stack.gateway_url}/verify/upload", files=files, trust_env=False, timeout=20)
    return str(answer.raise_for_status().json()["code"])


def look_at(stack: Stack, number: str, **query: str) -> dict[str, Any]:
    """The public page about a number, as a program reads it."""
    address = f"{stack.gateway_url}/verify/{number}"
    found: dict[str, Any] = httpx.get(address, params=query, trust_env=False).raise_for_status().json()
    return found


def test_shared_data_becomes_a_sealed_proof_within_the_same_call(stack: Stack, department: Api, tmp_path: Path) -> None:
    answer = department.file("P-HOUSEHOLD", "演示甲子", wait=20)
    number = answer["number"]
    assert (answer["state"], answer["method"], answer["result"]["result"]) == ("delivered", "data_sharing", "confirmed")
    assert answer["result"]["fields"]["户主姓名"] == "演示甲子"
    assert department.story(number) == ["filed", "taken_up", "share_found", "seal_started", "sealed", "delivered"]

    pdf = department.pdf(number)
    assert check_upload(stack, pdf) == "valid"
    assert {check_upload(stack, _changed(pdf, at)) for at in (len(pdf) // 3, len(pdf) // 2)} == {"altered"}

    (tmp_path / "place.pdf").write_bytes(pdf)
    poppler("pdfdetach", "-save", "1", "-o", tmp_path / "proof.json", tmp_path / "place.pdf")
    place = json.loads((tmp_path / "proof.json").read_text("utf-8"))["status"]["status_list"]
    assert place["uri"] == f"{stack.gateway_url}/status-lists/0" and 0 <= place["idx"] < 2**20
    token = httpx.get(place["uri"], trust_env=False).raise_for_status().text.split(".")[1]
    packed = json.loads(base64.urlsafe_b64decode(token + "=="))["status_list"]["lst"]
    assert not any(zlib.decompress(base64.urlsafe_b64decode(packed + "=="))), "nothing is revoked"

    (link,) = qr_codes(pdf, tmp_path)
    assert urlsplit(link)._replace(query="", fragment="").geturl() == f"{stack.gateway_url}/verify/{number}"
    code = parse_qs(urlsplit(link).query)["c"][0]
    without, with_code = look_at(stack, number), look_at(stack, number, c=code)
    assert (without["standing"], without["proof"]) == ("valid", None)
    assert with_code["proof"]["kind"] == "户籍证明"
    assert "演示甲子" not in str(with_code) and with_code["proof"]["fields"]["姓名"].startswith("演")


def test_poppler_too_finds_the_signature_valid_and_a_changed_byte_not(department: Api, tmp_path: Path, stack: Stack) -> None:
    pdf = department.pdf(department.file("P-HOUSEHOLD", "演示丙寅", wait=20)["number"])
    (tmp_path / "good.pdf").write_bytes(pdf)
    (tmp_path / "bad.pdf").write_bytes(_changed(pdf, len(pdf) // 2))
    good = poppler("pdfsig", "-nocert", tmp_path / "good.pdf")
    assert "Signature is Valid" in good and "Total document signed" in good
    assert "Signature is Valid" not in poppler("pdfsig", "-nocert", tmp_path / "bad.pdf")


def test_the_issuing_unit_answers_its_inbox_and_its_seal_is_the_other_one(department: Api, office: Api, tmp_path: Path) -> None:
    """Obligations 9.2, 10.1, 10.4."""
    number = department.file("P-HARDSHIP", "演示乙丑", wait=1)["number"]
    waiting = department.wait_for(number, "awaiting_reply")
    assert waiting["issuing_unit"]["code"] == "370402-GUANGMING" and waiting["result"] is None
    request = office.asked(number)
    assert request["party"]["name"] == "演示乙丑" and request["proof"]["fields"] == ["家庭人口", "人均月收入", "认定结论"]
    office.reply(request["id"], note="电话核实")
    assert office.http.post(f"/v1/inbox/{request['id']}/reply", json={"answer": "false"}).status_code == 409

    done = department.wait_for(number, "delivered")
    assert (done["method"], done["result"]["note"]) == ("issuer", "电话核实")
    text = text_of(department.pdf(number), tmp_path)
    assert "电子证明核实信息专用章" in text and "600元" in text


def test_not_found_is_not_absence(department: Api, office: Api) -> None:
    number = department.file("P-HOUSEHOLD", "演示无证", wait=1)["number"]
    waiting = department.wait_for(number, "awaiting_reply")
    assert (waiting["share"]["outcome"], department.event(number, "fell_back")["detail"]["why"]) == ("none", "none")
    office.reply(office.asked(number)["id"], "no_record", {})
    done = department.wait_for(number, "delivered")
    assert done["result"]["result"] == "no_record" and done["proof"] is None
    assert department.http.get(f"/v1/verifications/{number}/proof.pdf").status_code == 404


def test_of_several_licences_the_requesting_unit_picks_one(department: Api) -> None:
    answer = department.file("P-PROPERTY", "演示多证", wait=20)
    assert answer["state"] == "awaiting_choice" and len(answer["candidates"]) == 3
    number, picked = answer["number"], answer["candidates"][1]["identifier"]
    department.http.post(f"/v1/verifications/{number}/choice", json={"identifier": picked}).raise_for_status()
    done = department.wait_for(number, "delivered")
    assert done["result"]["fields"]["坐落"].startswith("枣庄市市中区演示路")
    assert department.story(number).count("sealed") == 1


def test_a_name_that_is_not_the_numbers_ends_as_mismatch_and_asks_nobody_else(stack: Stack, department: Api) -> None:
    stack.fault("licence_library", fault="wrong_name", times=1)
    answer = department.file("P-HOUSEHOLD", "演示丁卯", wait=20)
    assert (answer["state"], answer["result"]["result"], answer["proof"]) == ("delivered", "mismatch", None)
    assert answer["result"]["fields"] == {} and "asked" not in department.story(answer["number"])


def test_the_units_system_gets_one_signed_message(department: Api, administrator: Api) -> None:
    with Receiver() as receiver:
        registered = administrator.http.put("/v1/units/370402-PERMIT/callback", json={"url": receiver.url})
        secret = registered.raise_for_status().json()["secret"]
        try:
            number = department.file("P-HOUSEHOLD", "演示戊辰", wait=20)["number"]
            (message,) = receiver.wait_for(1)
        finally:
            administrator.http.delete("/v1/units/370402-PERMIT/callback").raise_for_status()
    assert message.is_signed_with(secret) and not message.is_signed_with("whsec_" + "A" * 44)
    assert message.body["data"] == {"number": number, "status": "delivered"}
    assert set(message.body) == {"type", "timestamp", "data"}


def test_a_source_that_fails_once_is_not_given_up(stack: Stack, department: Api) -> None:
    stack.fault("licence_library", fault="network", times=1, where="queryCertInfoByHolderCode")
    answer = department.file("P-HOUSEHOLD", "演示庚午", wait=20)
    assert (answer["state"], answer["method"]) == ("delivered", "data_sharing")


@pytest.mark.parametrize("fault", ["refused", "network", "slow"])
def test_a_source_that_fails_is_tried_again_and_then_the_issuer_asked(stack: Stack, department: Api, office: Api, fault: str) -> None:
    """Reading 22: a source that fails is like one that is not connected yet, so the issuer has 30 minutes."""
    stack.fault("licence_library", fault=fault, seconds=60)
    number = department.file("P-HOUSEHOLD", "演示己巳")["number"]
    department.wait_for(number, "awaiting_reply", 40)
    fell_back, taken_up = department.event(number, "fell_back"), department.event(number, "taken_up")
    assert fell_back["detail"]["why"] == f"source_failed:{CODES[fault]}"
    assert when(fell_back["at"]) - when(taken_up["at"]) > timedelta(seconds=3), "it was not tried again"
    request = office.asked(number)
    assert when(request["due_at"]) - when(request["received_at"]) == HALF_HOUR
    department.http.post(f"/v1/verifications/{number}/withdraw", json={"reason": "other"}).raise_for_status()

    well_again(stack)
    assert department.file("P-HOUSEHOLD", "演示己巳", wait=20)["method"] == "data_sharing"


@pytest.mark.parametrize("character", ["㼆", "𬭎", "䶮", "𠅤", "𫖯"])
def test_names_with_rare_characters_print(department: Api, tmp_path: Path, character: str) -> None:
    answer = department.file("P-HOUSEHOLD", f"演示{character}", wait=20)
    assert answer["state"] == "delivered"
    assert f"演示{character}" in text_of(department.pdf(answer["number"]), tmp_path)


def test_a_character_that_no_font_has_waits_for_a_person_and_says_why(department: Api, office: Api, administrator: Api) -> None:
    name = "演示\U00030ede"  # 𰻞: an extension G character, in no font of ours
    number = department.file("P-HARDSHIP", "演示辛未", name=name)["number"]
    department.wait_for(number, "awaiting_reply")
    office.reply(office.asked(number)["id"])
    found = department.wait_for(number, "needs_attention")
    assert "字库" in found["reason"]
    line = administrator.stuck(number)
    assert (line["code"], "字库" in line["reason"], "重试" in line["remedy"]) == ("missing_glyph", True, True)
    assert name not in str(line) and "U+30EDE" in line["reason"]
    assert administrator.get("/health")["stuck"] >= 1
    detail = department.event(number, "attention_needed")["detail"]
    assert detail == {"code": "missing_glyph", "fields": ["姓名"], "count": 1}  # not which: it is half the name
    closed = administrator.http.post(f"/v1/stuck/{number}/close", json={"reason": "verified_offline"})
    assert closed.raise_for_status().json()["state"] == "closed"


def when(instant: str) -> datetime:
    return datetime.fromisoformat(instant)


def _changed(pdf: bytes, at: int) -> bytes:
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]
