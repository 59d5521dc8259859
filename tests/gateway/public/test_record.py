"""台账存证 for everybody: what is served can be saved as it is and holds an export to it."""

from __future__ import annotations

from pathlib import Path

from audit import verify
from ledger.database import transaction
from ledger.record import exporting, gathering, heads
from tests.gateway.conftest import Api
from tests.ledger.acting import HOUR, do
from tests.ledger.filing import NOW


def test_heads_are_served_to_everybody(api: Api, tmp_path: Path) -> None:
    assert api.get("/record/heads", None).json()["items"] == []
    none = api.get("/record/head", None)
    assert (none.status_code, none.json()["code"]) == (409, "record_unsigned")
    api.put_case()
    api.file()
    do(gathering.gather)
    for hours in (0, 1, 24):
        do(heads.keep, now=NOW + hours * HOUR)
    answer = api.get("/record/heads", None).json()
    assert len(answer["items"]) == 1, "the last day that has one"
    day = api.get(f"/record/heads?day={NOW.date()}", None).json()
    assert len(day["items"]) == 2 and day["items"][0]["at"] > day["items"][1]["at"] and day["key"] == heads.public_key()
    assert api.get("/record/heads?day=1999-01-01", None).json()["items"] == []
    assert api.get("/record/heads?day=yesterday", None).status_code == 422
    (tmp_path / "head.txt").write_bytes(api.get("/record/head", None).content)
    with transaction() as session:
        exporting.export(session, tmp_path / "export")
    assert verify.main([str(tmp_path / "export"), "--head", str(tmp_path / "head.txt"), "--key", answer["key"]]) == 0
    root = f"{day['items'][1]['size']}:{day['items'][1]['root']}"
    assert verify.main([str(tmp_path / "export"), "--head", root]) == 0
