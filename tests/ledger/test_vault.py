"""Encryption: bound to its place, open under old and new keys, and silent about what it holds."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.vault import CaseKey, Place, Vault, VaultError, vault
from settings import settings

CASE = UUID(int=1)
OLD, NEW, LOOKUP = bytes(32), bytes(range(32)), b"l" * 32
BEFORE, AFTER = Vault({"k1": OLD}, LOOKUP), Vault({"k1": OLD, "k2": NEW}, LOOKUP)
SECRET = "演示甲子 370402189001011234"
PLACE = Place("parties", "name", CASE)


def key_of(keeper: Vault) -> CaseKey:
    return keeper.open_case_key(CASE, *keeper.new_case_key(CASE))


def failure(call: object) -> str:
    with pytest.raises(VaultError) as error:
        call()  # type: ignore[operator]
    assert error.value.__cause__ is None  # a cause would be printed with its own text
    assert "演示" not in str(error.value) and "370402" not in str(error.value)
    return str(error.value)


def test_what_goes_in_comes_out_and_never_twice_the_same() -> None:
    key = key_of(BEFORE)
    one, two = key.encrypt_text(PLACE, SECRET), key.encrypt_text(PLACE, SECRET)
    assert key.decrypt_text(PLACE, one) == key.decrypt_text(PLACE, two) == SECRET
    assert one != two and SECRET.encode() not in one
    assert repr(key) == "CaseKey(…)"


@pytest.mark.parametrize(
    "place", [Place("parties", "name", UUID(int=2)), Place("parties", "id_number", CASE), Place("proofs", "name", CASE)]
)
def test_a_ciphertext_moved_to_another_place_does_not_open(place: Place) -> None:
    key = key_of(BEFORE)
    assert "已损坏" in failure(lambda: key.decrypt(place, key.encrypt_text(PLACE, SECRET)))
    outside = BEFORE.encrypt(PLACE, SECRET.encode())
    failure(lambda: BEFORE.decrypt(place, outside))


def test_places_do_not_run_into_each_other() -> None:
    assert len({bytes(Place(*parts)) for parts in [("a", "bc", "d"), ("ab", "c", "d"), ("a", "b", "cd")]}) == 3


def test_a_case_key_opens_for_its_case_alone() -> None:
    wrapped, master = BEFORE.new_case_key(CASE)
    failure(lambda: BEFORE.open_case_key(uuid4(), wrapped, master))
    assert BEFORE.new_case_key(CASE)[0] != wrapped


def test_rotation_wraps_the_same_key_anew() -> None:
    wrapped, master = BEFORE.new_case_key(CASE)
    sealed = BEFORE.open_case_key(CASE, wrapped, master).encrypt_text(PLACE, SECRET)
    assert AFTER.open_case_key(CASE, wrapped, master).decrypt_text(PLACE, sealed) == SECRET  # old rows stay open
    assert AFTER.new_case_key(CASE)[1] == "k2"  # new ones use the newest key
    again, newest = AFTER.rewrap(CASE, wrapped, master)
    assert newest == "k2" and again != wrapped
    only_new = Vault({"k2": NEW}, LOOKUP)
    assert only_new.open_case_key(CASE, again, newest).decrypt_text(PLACE, sealed) == SECRET
    assert "k1" in failure(lambda: only_new.open_case_key(CASE, wrapped, master))


def test_secrets_outside_cases_survive_a_rotation_too() -> None:
    sealed = BEFORE.encrypt(PLACE, b"whsec")
    assert AFTER.decrypt(PLACE, sealed) == b"whsec"
    assert "k2" in failure(lambda: BEFORE.decrypt(PLACE, AFTER.encrypt(PLACE, b"whsec")))


def test_an_unknown_version_is_told() -> None:
    key = key_of(BEFORE)
    assert "版本未知" in failure(lambda: key.decrypt(PLACE, b"\x02" + key.encrypt_text(PLACE, SECRET)[1:]))
    assert "版本未知" in failure(lambda: key.decrypt(PLACE, b""))


def test_every_flipped_bit_and_every_cut_is_noticed() -> None:
    key = key_of(BEFORE)
    for sealed, opener in ((key.encrypt_text(PLACE, SECRET), key.decrypt), (BEFORE.encrypt(PLACE, SECRET.encode()), BEFORE.decrypt)):
        for position in range(len(sealed)):
            for bit in range(8):
                broken = bytearray(sealed)
                broken[position] ^= 1 << bit
                failure(lambda data=bytes(broken), opener=opener: opener(PLACE, data))
            failure(lambda data=sealed[:position], opener=opener: opener(PLACE, data))


@given(st.sampled_from([b"", b"\x01", b"\x02k1", b"\x02k1\x01"]), st.binary(max_size=80))
def test_noise_is_never_anything_but_a_vault_error(start: bytes, rest: bytes) -> None:
    noise = start + rest
    for opener in (key_of(BEFORE).decrypt, AFTER.decrypt):
        failure(lambda: opener(PLACE, noise))  # noqa: B023  (called at once)


def test_the_lookup_hash_finds_a_person_and_shows_nobody() -> None:
    number = "37040218900101123x"
    assert BEFORE.lookup("citizen_id", number) == AFTER.lookup("citizen_id", number.upper())
    assert BEFORE.lookup("citizen_id", number) != BEFORE.lookup("uscc", number)
    assert BEFORE.lookup("citizen_id", number) != Vault({"k1": OLD}, b"m" * 32).lookup("citizen_id", number)
    assert number[:6] not in BEFORE.lookup("citizen_id", number)


@pytest.mark.parametrize(
    ("masters", "lookup", "says"), [({}, LOOKUP, "主密钥"), ({"k1": b"short"}, LOOKUP, "主密钥"), ({"k1": OLD}, b"short", "检索密钥")]
)
def test_a_vault_without_its_keys_does_not_open(masters: dict[str, bytes], lookup: bytes, says: str) -> None:
    with pytest.raises(VaultError, match=says):
        Vault(masters, lookup)


GOOD = base64.b64encode(OLD).decode()


@pytest.mark.parametrize(
    ("masters", "lookup"),
    [
        ("not json", GOOD),
        (f'["{GOOD}"]', GOOD),
        ('{"k1": 5}', GOOD),
        ('{"k1": "***"}', GOOD),
        (json.dumps({"k1": GOOD}), "***"),
        (f'{{"k1": "{GOOD}"', GOOD),
    ],
)
def test_a_damaged_key_file_is_told_without_its_content(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, masters: str, lookup: str) -> None:
    (tmp_path / "proofless_master_keys").write_text(masters)
    (tmp_path / "proofless_lookup_key").write_text(lookup)
    monkeypatch.setenv("PROOFLESS_SECRETS_DIR", str(tmp_path))
    settings.cache_clear(), vault.cache_clear()
    try:
        text = failure(vault)
        assert GOOD not in text
    finally:
        monkeypatch.undo()
        settings.cache_clear(), vault.cache_clear()
