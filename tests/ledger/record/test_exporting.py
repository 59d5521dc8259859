"""An export and its verifier: whatever is changed, dropped, added, moved or brought from elsewhere is found."""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from audit import verify
from ledger.database import transaction
from ledger.record import exporting, gathering, heads
from ledger.record.heads import NothingSigned
from ledger.tables.record import RecordHead
from ledger.tables.verifications import Deadline
from reports.figures.record import printed
from settings import ROOT
from tests.ledger.acting import HOUR, all_of, asked, deliver, do, reply, seal
from tests.ledger.filing import NOW
from tests.ledger.test_retention import confirm, delivered, erase_all, listed

Tampering = Callable[[Path, random.Random], None]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, shared_ledger: str) -> Path:
    """An export of some cases under three heads, beside it the heads as an auditor holds them."""
    folder = tmp_path_factory.mktemp("export")
    for hour in range(3):
        for _ in range(3):
            lease, request = asked()
            reply(request)
            seal(lease, pdf=f"%PDF- {lease.number}".encode())
            deliver(lease)
        sign(hour)
    export(folder / "export")
    for count, note in enumerate(notes(folder / "export")):
        (folder / f"head-{count}.txt").write_text(note, "utf-8")
    return folder


def sign(hour: int) -> None:
    do(gathering.gather)
    assert do(heads.keep, now=NOW + hour * HOUR) is not None


def export(folder: Path) -> int:
    with transaction() as session:
        return exporting.export(session, folder)


def notes(folder: Path) -> list[str]:
    return [json.loads(line) for line in (folder / "heads.jsonl").read_text("utf-8").splitlines()]


def verdict(folder: Path, *more: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = verify.main([str(folder), *more])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_what_is_whole_is_found_whole(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the file alone, in a process that knows nothing of the project."""
    lines = (written / "export" / "events.jsonl").read_bytes().splitlines()
    digest = next(json.loads(line)["detail"]["digest"] for line in lines if b'"sealed"' in line)
    number = next(json.loads(line)["verification"] for line in lines if digest.encode() in line)
    proof = written / "proof.pdf"
    proof.write_bytes(f"%PDF- {number}".encode())
    assert hashlib.sha256(proof.read_bytes()).hexdigest() == digest
    held = [word for path in sorted(written.glob("head-*.txt")) for word in ("--head", str(path))]
    alone = written / "alone.py"
    shutil.copy(ROOT / "audit" / "verify.py", alone)
    words = [sys.executable, "-I", str(alone), str(written / "export"), *held, "--key", heads.public_key(), "--proof", str(proof)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=written)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"前 {len(lines):,} 条" in done.stdout and f"核验 {number}" in done.stdout and "没有发现问题" in done.stdout
    code, said = verdict(written / "export", "--proof", str(written / "head-0.txt"), capsys=capsys)
    assert code == 1 and "没有这份文件的用印记录" in said and "公钥取自导出本身" in said


def change(folder: Path, chance: random.Random) -> None:
    lines = _lines(folder)
    at = chance.randrange(len(lines))
    where = chance.randrange(len(lines[at]))
    old = lines[at][where : where + 1]
    lines[at] = (
        lines[at][:where] + bytes([chance.choice([byte for byte in b"0123456789abcxyz" if byte != old[0]])]) + lines[at][where + 1 :]
    )
    _write(folder, lines)


def drop_in_the_middle(folder: Path, chance: random.Random) -> None:
    lines = _lines(folder)
    del lines[chance.randrange(len(lines) - 1)]
    _write(folder, lines)


def drop_at_the_end(folder: Path, chance: random.Random) -> None:
    lines = _lines(folder)
    _write(folder, lines[: -chance.randint(1, len(lines) - 1)])


def cut_short(folder: Path, chance: random.Random) -> None:
    whole = (folder / "events.jsonl").read_bytes()
    (folder / "events.jsonl").write_bytes(whole[: chance.randrange(1, len(whole))])


def swap(folder: Path, chance: random.Random) -> None:
    lines = _lines(folder)
    one, other = chance.sample(range(len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]
    _write(folder, lines)


def add(folder: Path, chance: random.Random) -> None:
    lines = _lines(folder)
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
    _write(folder, lines)


def rewrite_all_that_is_not_signed(folder: Path, chance: random.Random) -> None:
    """As one who knows how it is made: the hashes of then fit, the heads are too few."""
    chance.choice([change, drop_in_the_middle, drop_at_the_end, swap, add])(folder, chance)
    (folder / "leaves.bin").write_bytes(b"".join(hashlib.sha256(b"\x00" + line).digest() for line in _lines(folder)))


def _lines(folder: Path) -> list[bytes]:
    return (folder / "events.jsonl").read_bytes().splitlines()


def _write(folder: Path, lines: list[bytes]) -> None:
    (folder / "events.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))


TAMPERINGS: list[Tampering] = [change, drop_in_the_middle, drop_at_the_end, cut_short, swap, add, rewrite_all_that_is_not_signed]


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda one: one.__name__)
def test_every_tampering_is_found(tampering: Tampering, written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A thousand in all, each named and none taken for whole."""
    copy = tmp_path / "export"
    shutil.copytree(written / "export", copy)
    whole = {path.name: path.read_bytes() for path in copy.iterdir()}
    for turn in range(1000 // len(TAMPERINGS) + 1):
        for name, content in whole.items():
            (copy / name).write_bytes(content)
        tampering(copy, random.Random(f"{tampering.__name__} {turn}"))
        if {path.name: path.read_bytes() for path in copy.iterdir()} == whole:
            continue  # swapped with itself
        code, said = verdict(copy, capsys=capsys)
        assert code == 1 and "有问题" in said, (turn, said)


def test_what_is_dropped_with_its_heads_is_found_by_a_head_held_elsewhere(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "export"
    shutil.copytree(written / "export", copy)
    kept = notes(copy)[:2]
    (copy / "heads.jsonl").write_text("".join(json.dumps(note, ensure_ascii=False) + "\n" for note in kept), "utf-8")
    _write(copy, _lines(copy)[: int(kept[-1].splitlines()[1])])
    assert verdict(copy, capsys=capsys)[0] == 0, "nobody could tell from this alone"
    code, said = verdict(copy, "--head", str(written / "head-2.txt"), capsys=capsys)
    assert code == 1 and "head-2.txt" in said and "缺少" in said


def test_a_head_on_paper_is_as_good(written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As the weekly report prints it, in groups."""
    with transaction() as session:
        (said, size, root) = re.search(r"(共有记录 ([0-9,]+) 条,存证值 ([0-9a-f ]+))。", printed(session, NOW + 9 * HOUR)).groups()  # type: ignore[union-attr]
    assert verdict(written / "export", "--head", f"{size}:{root}", capsys=capsys)[0] == 0
    code, said = verdict(written / "export", "--head", f"{size}:{'0' * 64}", capsys=capsys)
    assert code == 1 and "所印" in said


def test_a_head_that_an_editor_saved_again_is_still_one(written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Windows' editors put a mark before the text and end its lines their own way; whoever kept it need not know."""
    again = (written / "head-1.txt").read_text("utf-8").replace("\n", "\r\n")
    (tmp_path / "again.txt").write_bytes(b"\xef\xbb\xbf" + again.encode())
    code, said = verdict(written / "export", "--head", str(tmp_path / "again.txt"), capsys=capsys)
    assert code == 0, said


def test_a_limit_is_found_by_its_instant(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligation 10.7: as it was set when the request came."""
    limit = all_of(Deadline)[0]
    assert limit.due_at is not None
    code, said = verdict(written / "export", "--limit", limit.verification, limit.due_at.isoformat(), capsys=capsys)
    assert code == 0 and f"核验 {limit.verification} 的时限" in said
    code, said = verdict(written / "export", "--limit", limit.verification, (limit.due_at + HOUR).isoformat(), capsys=capsys)
    assert code == 1 and "不在台账中" in said


@pytest.mark.parametrize(("event", "what"), [("sealed", "用印"), ("proof_extended", "附加后续时间戳")])
def test_what_was_put_behind_a_proof_later_is_not_called_its_seal(tmp_path: Path, event: str, what: str) -> None:
    proof = tmp_path / "证明.pdf"
    proof.write_bytes(b"%PDF-")
    wanted = verify.Wanted([proof], [])
    detail = {"digest": hashlib.sha256(b"%PDF-").hexdigest()}
    wanted.look(4, json.dumps({"event": event, "verification": "HY1", "at": "2026-03-04T01:02:03Z", "detail": detail}).encode())
    assert wanted.found == [f"证明 证明.pdf 在第 5 条:核验 HY1,2026-03-04T01:02:03Z {what}。"] and wanted.missing() == []


def test_the_place_is_named(written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def after(tamper: Callable[[list[bytes]], None]) -> str:
        copy = tmp_path / "export"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(written / "export", copy)
        lines = _lines(copy)
        tamper(lines)
        _write(copy, lines)
        return verdict(copy, capsys=capsys)[1]

    assert "第 6 条被改过" in after(lambda lines: lines.__setitem__(5, lines[5].replace(b"system", b"System")))
    assert "缺少第 6 条" in after(lambda lines: lines.__delitem__(5))
    assert "原第 9 条在这里" in after(lambda lines: lines.__setitem__(slice(5, 9), [lines[8], *lines[6:8], lines[5]]))


def test_another_district_another_key_a_forged_note(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = heads.public_key().replace("370402", "370403")
    code, said = verdict(written / "export", "--key", other, capsys=capsys)
    assert code == 2 and "公钥写得不对" in said
    monkeypatch.setattr(heads, "origin", lambda: "proofless-record-370403")
    (tmp_path / "other.txt").write_text(heads.sign(NOW, 5, b"0" * 32), "utf-8")
    monkeypatch.undo()
    code, said = verdict(written / "export", "--head", str(tmp_path / "other.txt"), capsys=capsys)
    assert code == 1 and "另一份台账(proofless-record-370403)" in said
    note = (written / "head-0.txt").read_text("utf-8").splitlines()
    (tmp_path / "forged.txt").write_text("\n".join([note[0], str(int(note[1]) - 1), *note[2:]]) + "\n", "utf-8")
    code, said = verdict(written / "export", "--head", str(tmp_path / "forged.txt"), capsys=capsys)
    assert code == 1 and "签名不对" in said
    (tmp_path / "empty").mkdir()
    assert verdict(tmp_path / "empty", capsys=capsys)[0] == 2


def test_erasing_leaves_the_record_whole(ledger: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Obligations 2.7, 15.4: a head from before the key was destroyed still fits, and the erasing is a line of its own."""
    number = delivered()
    sign(0)
    (tmp_path / "head.txt").write_text(do(heads.newest).note, "utf-8")
    (line,) = listed()
    confirm(line.item)
    assert erase_all() == [True]
    sign(1)
    export(tmp_path / "export")
    code, said = verdict(tmp_path / "export", "--head", str(tmp_path / "head.txt"), capsys=capsys)
    assert code == 0, said
    last = json.loads(_lines(tmp_path / "export")[-1])
    assert (last["verification"], last["event"]) == (number, "erased")


def test_without_a_head_there_is_nothing_to_export(ledger: str, tmp_path: Path) -> None:
    asked()
    with pytest.raises(NothingSigned):
        export(tmp_path / "export")


def test_one_head_an_hour_and_the_next_goes_on(ledger: str) -> None:
    asked()
    sign(0)
    assert do(heads.keep, now=NOW + timedelta(minutes=1)) is None
    asked()
    sign(1)
    first, last = sorted(all_of(RecordHead), key=lambda head: head.size)
    assert first.size < last.size and last.at - first.at == HOUR and first.at.minute == 0
    assert do(heads.newest).note == last.note and do(heads.newest, NOW).note == first.note
