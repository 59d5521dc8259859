"""Files of strangers at every door: a reader that dies or hangs is a clear refusal, and nobody else notices.

The files are harmless and the limits tiny.
"""

from __future__ import annotations

import threading
import time

import httpx
import pytest

import gateway.edge.media
import gateway.public.verify
import proofs.pdf_judgement
from connectors.seal import LocalSeals
from gateway.edge.doors import Door
from isolation.process import Limits
from ledger.tables.inbox import Attachment
from proofs.page import render
from tests.gateway.casework import ask
from tests.gateway.conftest import ISSUER, Api
from tests.gateway.deadlines.test_article_ten_input import JPEG, PNG
from tests.gateway.public.test_public_pages import BROWSER, _page
from tests.isolation.readers import alive, hang, raise_something, take_memory
from tests.ledger.acting import all_of

ENOUGH = Limits(memory=2**26, seconds=20, patience=60)
HASTY = Limits(memory=2**26, seconds=20, patience=1)


FAULTS = {"greedy": (take_memory, ENOUGH), "raises": (raise_something, ENOUGH), "hangs": (hang, HASTY)}


@pytest.fixture(scope="module")
def pdf(seals: LocalSeals) -> bytes:
    """An honest page without a seal; ours are there to compare with."""
    return render(_page("HY202603047K3M9QXT"))


def upload(api: Api, pdf: bytes, **headers: str) -> httpx.Response:
    return api.post("/verify/upload", None, content=pdf, headers={"Content-Type": "application/pdf", **headers})


@pytest.mark.parametrize("fault", FAULTS)
def test_the_public_check_refuses_what_is_too_much_for_its_reader(
    api: Api, pdf: bytes, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as bad:
        bad.setattr(proofs.pdf_judgement, "_opened", FAULTS[fault][0])
        bad.setattr(proofs.pdf_judgement, "LIMITS", FAULTS[fault][1])
        answer = upload(api, pdf)
        assert (answer.status_code, answer.json()["code"]) == (422, "file_unreadable")
        page = upload(api, pdf, **BROWSER)
        assert page.status_code == 422 and "文件读不了" in page.text and "另存" in page.text
    assert upload(api, pdf).json()["code"] == "foreign"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", ["表.png", "表.jpg", "表.pdf"])
def test_attachments_refuse_what_their_reader_cannot_take(
    api: Api, pdf: bytes, name: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, content = api.filed(proof="P-HARDSHIP"), {"表.png": PNG, "表.jpg": JPEG}.get(name, pdf)
    path = f"/v1/inbox/{ask(number)}/attachments"
    with monkeypatch.context() as bad:
        bad.setattr(gateway.edge.media, "_media_type", FAULTS[fault][0])
        bad.setattr(gateway.edge.media, "LIMITS", FAULTS[fault][1])
        answer = api.post(path, ISSUER, files={"file": (name, content)})
        assert (answer.status_code, answer.json()["code"]) == (422, "file_unreadable")
    assert not [row for row in all_of(Attachment) if row.verification == number]
    assert api.post(path, ISSUER, files={"file": (name, content)}).status_code == 201


def test_many_pictures_one_behind_the_other_are_a_picture() -> None:
    assert gateway.edge.media.media_type(JPEG * 3000) == "image/jpeg"
    assert gateway.edge.media.media_type(JPEG * 3000 + b"MZ") is None


def test_others_are_served_while_a_reader_hangs_and_too_many_are_sent_away(api: Api, pdf: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door(at_once=1, waiting=0)
    monkeypatch.setattr(gateway.public.verify, "PUBLIC", door)
    monkeypatch.setattr(proofs.pdf_judgement, "_opened", hang)
    monkeypatch.setattr(proofs.pdf_judgement, "LIMITS", Limits(memory=2**26, seconds=20, patience=120))
    held: list[httpx.Response] = []
    stranger = threading.Thread(target=lambda: held.append(upload(api, pdf)))
    stranger.start()
    while not door.reading and stranger.is_alive():
        time.sleep(0.01)
    assert api.get("/healthz", None).status_code == 200
    sent_away = upload(api, pdf)
    assert (sent_away.status_code, sent_away.json()["code"]) == (503, "reading_busy")
    assert int(sent_away.headers["Retry-After"]) > 0
    # Departments have a door of their own.
    path = f"/v1/inbox/{ask(api.filed(proof='P-HARDSHIP'))}/attachments"
    assert api.post(path, ISSUER, files={"file": ("表.png", PNG)}).status_code == 201
    assert not held, "the reader still hangs"
    for reader in alive():
        reader.kill()
    stranger.join()
    assert (held[0].status_code, held[0].json()["code"]) == (422, "file_unreadable")
