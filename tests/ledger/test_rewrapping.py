"""换主密钥: everything opens under the new one, running processes follow, and a kill anywhere loses nothing."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DatabaseError

from domain.recusal import Subject
from ledger import rewrapping, withdrawals
from ledger.cases import cases
from ledger.database import engine, transaction
from ledger.key_checks import WrongKeys
from ledger.outbox import callback_urls
from ledger.oversight import complaints, lead_steps
from ledger.registers import voluntary
from ledger.tables.cases import Case, Party
from ledger.tables.oversight import Complaint, LeadStepRow
from ledger.tables.recusals import Recusal
from ledger.tables.traces import Trace
from ledger.tables.verifications import Verification
from ledger.vault import Place, vault
from runtime.commands import master_keys
from runtime.services import keyfiles
from runtime.services.development_keys import ensure_development_seals
from settings import ROOT, settings
from tests.ledger.acting import HOUR, all_of, do
from tests.ledger.filing import NOW, UNIT, file
from tests.ledger.oversight.test_complaints import take
from tests.ledger.oversight.test_leads import notified
from tests.ledger.registers.test_voluntary import submitted
from tests.ledger.test_key_checks import NAMES, again, masters, put_masters, refused
from tests.ledger.test_key_checks import own as own

PLACES = ("lead_steps", "recusals", "voluntary_submissions")

__all__ = ["own"]


def names() -> set[str]:
    """Everything personal, read with the keys at hand."""
    with transaction() as session:
        found = set()
        for party in session.scalars(select(Party)):
            key = cases.case_key(session.get_one(Case, party.case))
            found.add(key.decrypt_text(Place("parties", "name", party.id), party.name))
        return found | {complaints.written(row).name for row in session.scalars(select(Complaint))}


def wrapped() -> dict[str, int]:
    with engine().connect() as connection:
        query = (
            "SELECT master_key, count(*) FROM (SELECT master_key FROM cases UNION ALL SELECT master_key FROM complaints) AS x GROUP BY 1"
        )
        return {str(name): int(count) for name, count in connection.execute(text(query))}


def test_all_is_wrapped_anew_and_running_processes_follow(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file(person="演示乙丑")
    take()
    known = names()
    running = vault()
    old = list(masters(own))
    assert master_keys.rotate_master() == 0
    (new,) = set(masters(own)) - set(old)
    assert rewrapping.rewrap() == 3 and wrapped() == {new: 3}
    assert names() == known
    with transaction() as session:
        case = session.scalars(select(Case)).first()
        assert case is not None
        running.open_case_key(case.id, case.data_key, case.master_key)  # it began before the rotation
    assert rewrapping.rewrap() == 0 and rewrapping.left() == {}
    put_masters(own, {name: key for name, key in masters(own).items() if name != new})
    again()
    with pytest.raises(WrongKeys, match=new):
        file()


def test_a_kill_in_the_middle_loses_nothing_and_the_rest_is_done_later(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        file()
    master_keys.rotate_master()
    monkeypatch.setattr(rewrapping, "_BATCH", 2)
    keys, calls = vault(), []
    real = keys.rewrap

    def killed(*what: object) -> tuple[bytes, str]:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(*what)  # type: ignore[arg-type]

    monkeypatch.setattr(keys, "rewrap", killed)
    with pytest.raises(KeyboardInterrupt):
        rewrapping.rewrap()
    assert sorted(wrapped().values()) == [2, 3] and names() == {"演示甲子"}
    monkeypatch.setattr(keys, "rewrap", real)
    assert rewrapping.rewrap() == 3 and list(wrapped()) == [keys.current]


def test_a_callbacks_secret_is_wrapped_anew(own: Path) -> None:
    with transaction() as session:
        callback_urls.register(session, UNIT, "https://receiver.example.cn/hook", b"s" * 32, now=NOW, actor="person:demo-admin")
    master_keys.rotate_master()
    assert rewrapping.left() != {}
    rewrapping.rewrap()
    assert rewrapping.left() == {}


def test_texts_that_belong_to_no_case_are_encrypted_anew_and_leave_a_trace(own: Path) -> None:
    notified()
    submitted("C-NOBODYS")
    submitted(file_case())
    with transaction() as session:
        sealed = vault().encrypt(Place("recusals", "why", (one := uuid4())), "亲属".encode())
        session.add(Recusal(id=one, at=NOW, person="demo-admin", unit=UNIT, subject=Subject.LEAD, key="x", why=sealed))
    said, stated = texts(), [(line.name, line.case_number) for line in do(voluntary.listed, UNIT, NOW, NOW + HOUR).rows]
    (old,) = masters(own)
    master_keys.rotate_master()
    assert rewrapping.left()[old] >= 4
    rewrapping.rewrap()
    assert rewrapping.left() == {} and rewrapping.rewrap() == 0
    put_masters(own, {name: key for name, key in masters(own).items() if name != old})
    settings.cache_clear()
    vault.cache_clear()  # the old key opens nothing that is left, so it can be away
    assert texts() == said and said != []
    assert [(line.name, line.case_number) for line in do(voluntary.listed, UNIT, NOW, NOW + HOUR).rows] == stated
    kept = {(one.place, one.before["master_key"], one.after["master_key"]) for one in all_of(Trace) if one.place in PLACES}
    assert kept == {(place, old, "k2") for place in PLACES}


def test_no_text_that_a_master_key_encrypts_is_forgotten() -> None:
    """Whoever encrypts one more by a master key adds its column here, or a rotation leaves it behind."""
    found = {
        (path.name, *match.groups())
        for path in (ROOT / "ledger").rglob("*.py")
        for match in re.finditer(r"vault\(\)\.encrypt\((?:Place\(\"(\w+)\", \"(\w+)\"|(\w+),)", path.read_text("utf-8"))
    }
    named = {(sealed.table.__tablename__, sealed.column) for sealed in rewrapping._SEALED}
    assert {(table, column) for _, table, column, _ in found if table} | {("voluntary_submissions", "stated")} == named
    elsewhere = {(file, variable) for file, _, _, variable in found if variable}
    kept, for_ten_minutes = ("voluntary.py", "place"), ("telephone.py", "_PLACE")  # an address, which is in no table
    assert elsewhere == {kept, for_ten_minutes}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE lead_steps SET text = text || '\\x00'::bytea",
        "UPDATE lead_steps SET text = set_byte(text, 40, 255 - get_byte(text, 40))",  # the same master key
        "UPDATE lead_steps SET text = '\\x026b39'::bytea || substr(text, 4, 30)",  # another one, and shorter
        "UPDATE lead_steps SET text = NULL",
        "UPDATE lead_steps SET person = 'somebody'",
        "UPDATE voluntary_submissions SET stated = set_byte(stated, 40, 255 - get_byte(stated, 40))",
        "UPDATE voluntary_submissions SET stated = ''",
    ],
)
def test_no_other_change_of_such_a_text_is_let_through(own: Path, owner_url: str, change: str) -> None:
    notified()
    submitted("C-NOBODYS")
    with pytest.raises(DatabaseError, match="只增不改|未经确认|permission denied"), transaction() as session:
        session.execute(text(change))
    owner = create_engine(owner_url)
    with pytest.raises(DatabaseError, match="只增不改|未经确认"), owner.begin() as connection:
        connection.execute(text(change))
    owner.dispose()


def texts() -> list[str | None]:
    with transaction() as session:
        return [withdrawals.why_of(row) for row in session.scalars(select(Recusal))] + [
            lead_steps.text_of(step) for step in session.scalars(select(LeadStepRow).order_by(LeadStepRow.serial)) if step.text
        ]


def file_case() -> str:
    with transaction() as session:
        return session.get_one(Case, session.get_one(Verification, file()).case).number


def test_the_file_is_whole_whatever_happens(tmp_path: Path) -> None:
    keyfiles.ensure(tmp_path)
    folder = keyfiles.services_folder(tmp_path)
    before = json.loads((folder / "proofless_master_keys").read_text())
    assert keyfiles.add_master(folder) == "k2" and keyfiles.add_master(folder) == "k3"
    after = json.loads((folder / "proofless_master_keys").read_text())
    assert list(after) == ["k1", "k2", "k3"] and after["k1"] == before["k1"] and len(set(after.values())) == 3
    assert (folder / "proofless_master_keys").stat().st_mode & 0o777 == 0o600


def test_a_renewed_certificate_is_refused_until_it_is_accepted(own: Path) -> None:
    shutil.rmtree(own / "seals")
    ensure_development_seals(own / "seals", NAMES)
    assert "印章证书" in refused()
    again()
    assert master_keys.accept_seals() == 0
    file()
