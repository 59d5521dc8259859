"""两人分持: both parts give the file back, one alone tells nothing, and what does not belong together is refused."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from runtime.commands import keys
from runtime.failures import Failure
from runtime.services import key_shares

SECRET = '{"k1": "' + "QUJD" * 10 + '"}'


@pytest.fixture
def parted(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "proofless_master_keys").write_text(SECRET)
    parts = (tmp_path / "one", tmp_path / "two")
    key_shares.split(tmp_path / "proofless_master_keys", parts)
    return parts


def test_both_give_the_file_back_in_either_order(parted: tuple[Path, Path], tmp_path: Path) -> None:
    for at, parts in enumerate((parted, parted[::-1])):
        assert key_shares.join((parts[0], parts[1]), tmp_path / f"again{at}") == "proofless_master_keys"
        assert (tmp_path / f"again{at}").read_text() == SECRET
        assert (tmp_path / f"again{at}").stat().st_mode & 0o077 == 0
    assert all(part.stat().st_mode & 0o077 == 0 for part in parted)


def test_a_part_is_another_each_time_and_holds_nothing_of_the_file(parted: tuple[Path, Path], tmp_path: Path) -> None:
    again = (tmp_path / "three", tmp_path / "four")
    key_shares.split(tmp_path / "proofless_master_keys", again)
    held = [base64.b64decode(json.loads(part.read_text())["data"]) for part in (*parted, *again)]
    assert len(set(held)) == 4
    for one in held:
        assert b"QUJD" not in one and b"k1" not in one


@pytest.mark.parametrize("how", ["the same twice", "of two splittings", "changed", "cut", "no part", "gone"])
def test_what_does_not_belong_together_is_refused_and_writes_nothing(parted: tuple[Path, Path], tmp_path: Path, how: str) -> None:
    one, two = parted
    if how == "the same twice":
        two = one
    elif how == "of two splittings":
        key_shares.split(tmp_path / "proofless_master_keys", (tmp_path / "three", two := tmp_path / "four"))
    elif how == "no part":
        two.write_text("[]")
    elif how == "gone":
        two.unlink()
    else:
        part = json.loads(two.read_text())
        data = bytearray(base64.b64decode(part["data"]))
        data = data[:-1] if how == "cut" else data[:-1] + bytes([data[-1] ^ 1])
        two.write_text(json.dumps(part | {"data": base64.b64encode(data).decode()}))
    with pytest.raises(Failure) as failure:
        key_shares.join((one, two), tmp_path / "again")
    assert "没有写入任何内容" in failure.value.remedy and not (tmp_path / "again").exists()


def test_nothing_is_written_over(parted: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(Failure, match="已存在"):
        key_shares.join(parted, tmp_path / "proofless_master_keys")
    with pytest.raises(Failure, match="已有的文件"):
        key_shares.split(tmp_path / "proofless_master_keys", (tmp_path / "five", parted[0]))
    assert not (tmp_path / "five").exists()
    with pytest.raises(Failure, match="读不出"):
        key_shares.split(tmp_path / "nothing", (tmp_path / "five", tmp_path / "six"))


def test_where_one_part_finds_no_place_the_other_goes_too(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET)
    with pytest.raises(Failure, match="写不下"):
        key_shares.split(tmp_path / "key", (tmp_path / "one", tmp_path / "no folder" / "two"))
    assert not (tmp_path / "one").exists()


def test_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "key").write_text(SECRET)
    one, two, back = (str(tmp_path / name) for name in ("one", "two", "back"))
    assert keys.main(["split", str(tmp_path / "key"), one, two]) == 0
    assert keys.main(["join", two, one, back]) == 0
    assert Path(back).read_text() == SECRET and "两处介质" in capsys.readouterr().out
