"""What the database's owner does to the record before it is exported, and what comes from another district's: all of it is found by who
holds a head and the public key."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from audit import verify
from ledger.database import transaction
from ledger.record import exporting, gathering, heads
from ledger.record.lines import LINE
from ledger.record.tree import Tree, root_of
from runtime.services.postgres import Cluster
from tests.cluster import password
from tests.ledger.acting import HOUR, asked, deliver, do, reply, seal
from tests.ledger.filing import NOW

TURNS = int(os.environ.get("PROOFLESS_TEST_TAMPERINGS", "120"))  #: as many random tamperings; a thousand take some minutes
_REHASH = f"UPDATE record_leaves l SET hash = sha256('\\x00'::bytea || convert_to({LINE}, 'UTF8')) FROM events e WHERE e.id = l.event_id"


class Owner:
    """Whoever owns the database, at work in one transaction with its triggers switched off."""

    def __init__(self, session: Session, chance: random.Random) -> None:
        self.session, self.chance = session, chance
        self.places: list[tuple[int, int]] = [tuple(row) for row in self.rows("SELECT place, event_id FROM record_leaves ORDER BY place")]

    def run(self, statement: str, **values: object) -> None:
        self.session.execute(text(statement), values)

    def rows(self, statement: str) -> list[tuple[int, ...]]:
        return [tuple(row) for row in self.session.execute(text(statement))]

    def event(self) -> int:
        return self.chance.choice(self.places)[1]

    def moved(self, start: int, by: int) -> None:
        """The places from `start` on, so that there is no gap."""
        self.run("UPDATE record_leaves SET place = place + 1000000 WHERE place >= :start", start=start)
        self.run("UPDATE record_leaves SET place = place - 1000000 + :by WHERE place >= 1000000", by=by)

    def change(self) -> None:
        what = self.chance.choice(
            [
                "at = at - interval '1 microsecond'",
                "recorded_at = recorded_at + interval '1 hour'",
                "actor = actor || '2'",
                'detail = detail || \'{"unit": "370402-CIVIL"}\'',
                "event = 'reminded'",
            ]
        )
        self.run(f"UPDATE events SET {what} WHERE id = :id", id=self.event())

    def drop(self) -> None:
        self.run("DELETE FROM events WHERE id = :id", id=self.event())

    def drop_with_its_place(self) -> None:
        place, event = self.chance.choice(self.places)
        self.run("DELETE FROM events WHERE id = :id", id=event)
        self.run("DELETE FROM record_leaves WHERE event_id = :id", id=event)
        self.moved(place, -1)

    def drop_at_the_end(self) -> None:
        start = self.chance.randrange(1, len(self.places))
        self.run("DELETE FROM events WHERE id IN (SELECT event_id FROM record_leaves WHERE place >= :start)", start=start)
        self.run("DELETE FROM record_leaves WHERE place >= :start", start=start)

    def swap(self) -> None:
        (one, first), (other, second) = self.chance.sample(self.places, 2)
        for place, event in ((-1, first), (one, second), (other, first)):
            self.run("UPDATE record_leaves SET place = :place WHERE event_id = :event", place=place, event=event)

    def add(self) -> None:
        place, event = self.chance.choice(self.places)
        columns = "verification, event, at, recorded_at, origin, target, actor, detail"
        self.run(f"INSERT INTO events ({columns}) SELECT {columns} FROM events WHERE id = :id", id=event)
        self.moved(place, 1)
        self.run("INSERT INTO record_leaves SELECT :place, max(id), sha256('') FROM events", place=place)
        self.run(_REHASH)

    def sign_anew(self) -> None:
        """Tree and heads built over what stands there now, with the true key: it is not in the database, but say he had it."""
        leaves = [bytes(row[0]) for row in self.session.execute(text("SELECT hash FROM record_leaves ORDER BY place"))]
        for (at,) in self.session.execute(text("SELECT at FROM record_heads ORDER BY at")).tuples().all():
            size = min(self.size_at(at), len(leaves))
            root = root_of(leaves[:size])
            values = {"at": at, "size": size, "root": root, "note": heads.sign(at, size, root)}
            self.run("UPDATE record_heads SET size = :size, root = :root, note = :note WHERE at = :at", **values)

    def size_at(self, at: object) -> int:
        return int(self.session.execute(text("SELECT size FROM record_heads WHERE at = :at"), {"at": at}).scalar_one())


DEEDS: list[Callable[[Owner], None]] = [Owner.change, Owner.drop, Owner.drop_with_its_place, Owner.drop_at_the_end, Owner.swap, Owner.add]


@pytest.fixture(scope="module")
def record(shared_ledger: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some cases under three heads; the last head as the auditor holds it, the whole as it was exported then."""
    folder = tmp_path_factory.mktemp("record")
    for hour in range(3):
        for _ in range(2):
            lease, request = asked()
            reply(request)
            seal(lease, pdf=f"%PDF- {lease.number}".encode())
            deliver(lease)
        do(gathering.gather)
        do(heads.keep, now=NOW + hour * HOUR)
    with transaction() as session:
        exporting.export(session, folder / "export")
        (folder / "head.txt").write_text(heads.last(session).note, "utf-8")
    return folder


@pytest.fixture
def owners_url(installation: tuple[Path, Cluster], shared_ledger: str) -> str:
    home, cluster = installation
    return f"postgresql+psycopg2://proofless_owner:{password(home, 'proofless_owner')}@127.0.0.1:{cluster.port}/{shared_ledger}"


def verdict(folder: Path, record: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    """As the auditor asks: with the head and the key that he holds himself."""
    code = verify.main([str(folder), "--head", str(record / "head.txt"), "--key", heads.public_key(), *more])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_whatever_the_owner_rewrites_is_found(record: Path, owners_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """At random: the deed, whether the hashes are made to fit, and whether the heads are signed anew over it."""
    engine = create_engine(owners_url)
    passed = list[str]()
    with engine.connect() as connection:
        for table in ("events", "record_leaves", "record_heads"):
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER append_only"))
        connection.execute(text("ALTER TABLE deliveries DROP CONSTRAINT fk_deliveries_event_id"))
        for turn in range(TURNS):
            chance = random.Random(turn)
            mark = connection.begin_nested()
            with Session(bind=connection) as session:
                owner, deed = Owner(session, chance), chance.choice(DEEDS)
                deed(owner)
                hides = chance.choice(["nothing", "hashes", "heads"])
                if hides != "nothing":
                    owner.run(_REHASH)
                if hides == "heads":
                    owner.sign_anew()
                exporting.export(session, tmp_path / str(turn))
                session.expunge_all()
            mark.rollback()
            code, said = verdict(tmp_path / str(turn), record, capsys)
            shutil.rmtree(tmp_path / str(turn))
            passed += [f"{turn} {deed.__name__} {hides}: {said}"] if code != 1 or "有问题" not in said else []
        connection.rollback()
    engine.dispose()
    assert passed == []
    with transaction() as session:
        exporting.export(session, tmp_path / "after")
    assert verdict(tmp_path / "after", record, capsys)[0] == 0, "and what was never touched is whole"


@pytest.fixture
def elsewhere(record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An export that is whole, of another district: its lines, its tree, its name, its key."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    own = [line.replace(b'"HY', b'"HZ') for line in (record / "export" / "events.jsonl").read_bytes().splitlines()]
    leaves = [hashlib.sha256(b"\x00" + line).digest() for line in own]
    key = Ed25519PrivateKey.generate()
    with monkeypatch.context() as there:
        there.setattr(heads, "origin", lambda: "proofless-record-370403")
        there.setattr(heads, "_key", lambda: key)
        tree, notes = Tree(), []
        for count, leaf in enumerate(leaves, 1):
            tree.append(leaf)
            if count in (10, len(leaves)):
                notes.append(heads.sign(NOW + len(notes) * HOUR, count, tree.root))
        about = {"format": 1, "origin": heads.origin(), "key": heads.public_key(), "lines": len(own)}
    (folder / "record.json").write_text(json.dumps(about), "utf-8")
    (folder / "heads.jsonl").write_text("".join(json.dumps(note) + "\n" for note in notes), "utf-8")
    (folder / "events.jsonl").write_bytes(b"".join(line + b"\n" for line in own))
    (folder / "leaves.bin").write_bytes(b"".join(leaves))
    assert verify.main([str(folder)]) == 0, "in itself it is whole"
    return folder


def test_another_districts_export_is_not_ours(record: Path, elsewhere: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = verdict(elsewhere, record, capsys)
    assert code == 1 and "不是同一份台账" in said and "另一份台账(proofless-record-370403)" in said
    assert verify.main([str(elsewhere), "--key", heads.public_key()]) == 2 and "另一份台账" in capsys.readouterr().err
    for names in (["events.jsonl"], ["events.jsonl", "leaves.bin"], ["heads.jsonl"], ["record.json"]):
        mixed = tmp_path / "-".join(names)
        shutil.copytree(record / "export", mixed)
        for name in names:
            shutil.copy(elsewhere / name, mixed / name)
        code, said = verdict(mixed, record, capsys)
        assert code == 1 and "有问题" in said, names


def test_a_row_of_another_district_in_ours_is_named(
    record: Path, elsewhere: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(record / "export", tmp_path / "mixed")
    lines = (tmp_path / "mixed" / "events.jsonl").read_bytes().splitlines(keepends=True)
    lines[6] = (elsewhere / "events.jsonl").read_bytes().splitlines(keepends=True)[6]
    (tmp_path / "mixed" / "events.jsonl").write_bytes(b"".join(lines))
    code, said = verdict(tmp_path / "mixed", record, capsys)
    assert code == 1 and "第 7 条被改过,或是添加的" in said
