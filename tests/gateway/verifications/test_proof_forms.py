"""证明的形式 at each door: a proof goes out as what it is, and who asks for the other form is told where it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.seal import LocalSeals
from runtime.commands import verifications
from tests.gateway.casework import look_up, seal_and_deliver
from tests.gateway.conftest import REQUESTER, Api
from tests.gateway.counter.browsing import signed_in, text_of
from tests.ofd_files import ofd

TYPES = {"pdf": "application/pdf", "ofd": "application/ofd"}


def delivered(api: Api, seals: LocalSeals, form: str) -> tuple[str, bytes]:
    number = api.filed()
    look_up(number)
    return number, seal_and_deliver(number, seals, ofd(number) if form == "ofd" else b"")[1]


@pytest.mark.parametrize(("form", "other"), [("pdf", "ofd"), ("ofd", "pdf")])
def test_a_proof_goes_out_as_what_it_is(api: Api, seals: LocalSeals, form: str, other: str) -> None:
    number, file = delivered(api, seals, form)
    found = api.get(f"/v1/verifications/{number}").json()
    assert (found["links"]["proof"], found["proof"]["form"]) == (f"/v1/verifications/{number}/proof.{form}", form)
    fetched = api.get(found["links"]["proof"])
    assert (fetched.status_code, fetched.content, fetched.headers["content-type"]) == (200, file, TYPES[form])
    assert fetched.headers["content-disposition"] == f'attachment; filename="{number}.{form}"'

    before = api.accesses()
    wrong = api.get(f"/v1/verifications/{number}/proof.{other}")
    assert (wrong.status_code, wrong.json()["code"]) == (404, "proof_other_form")
    assert f"是 {form.upper()} 文件,不是 {other.upper()} 文件,下载地址以 proof.{form} 结尾" in wrong.json()["detail"]
    assert api.accesses() == before, "nothing was read"


@pytest.mark.parametrize(("form", "said"), [("pdf", "下载电子证明"), ("ofd", "下载电子证明（OFD）")])
def test_the_counter_hands_it_out_as_what_it_is(api: Api, seals: LocalSeals, form: str, said: str) -> None:
    number, file = delivered(api, seals, form)
    browser = signed_in(api, REQUESTER)
    address = f"/counter/verifications/{number}/proof.{form}"
    for path in (f"/counter/verifications/{number}", f"/counter/cases/{api.case}"):
        assert f'href="{address}">{said}</a>' in browser.get(path).text
    got = browser.get(address)
    assert (got.content, got.headers["content-disposition"]) == (file, f'attachment; filename="{number}.{form}"')
    other = browser.get(address.replace(f".{form}", ".ofd" if form == "pdf" else ".pdf"))
    assert other.status_code == 404 and f"下载地址以 proof.{form} 结尾" in text_of(other)


def test_a_file_under_a_name_of_the_other_form_is_written_and_said(
    api: Api, seals: LocalSeals, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    number, file = delivered(api, seals, "ofd")
    for name, told in (("proof.PDF", True), ("proof.ofd", False), ("proof", False)):
        assert verifications.proof([number, "-o", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_bytes() == file
        assert ("是 OFD 文件,文件名的后缀应为 .ofd" in "".join(capsys.readouterr().out.split("\n"))) is told, name
