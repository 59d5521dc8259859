"""登记: the same again changes nothing, and what the rules need is checked by the database itself."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from ledger.outbox import callback_urls
from ledger.registry import registry
from ledger.tables.registry import ApiKey, CallbackAddress, Person, Unit
from ledger.vault import Place, vault
from tests.ledger.acting import all_of, do
from tests.ledger.filing import NOW, UNIT

pytestmark = pytest.mark.usefixtures("shared_ledger")


def test_known_rows_take_the_new_values_and_keep_the_others() -> None:
    unit = {"code": "X-1", "name": "演示单位", "kind": "government"}
    assert do(registry.put_units, [unit, {**unit, "uscc": "91370402DEMA000001"}]) == 2
    assert do(registry.put_units, [{**unit, "name": "演示单位(新)"}]) == 1
    (kept,) = all_of(Unit, code="X-1")
    assert (kept.name, kept.uscc, kept.active) == ("演示单位(新)", "91370402DEMA000001", True)


def test_an_unknown_column_or_role_is_told_and_writes_nothing() -> None:
    with pytest.raises(ValueError, match="units: 不认识的列 colour"):
        do(registry.put_units, [{"code": "X-2", "name": "甲", "kind": "government"}, {"code": "X-3", "colour": "red"}])
    assert all_of(Unit, code="X-2") == []
    person = {"code": "x", "unit": UNIT, "name": "演示"}
    with pytest.raises(ValueError, match="boss"):
        do(registry.put_people, [{**person, "roles": ["agent", "boss"]}])
    assert do(registry.put_people, [{**person, "roles": ["agent"]}]) == 1
    assert all_of(Person, code="x")[0].roles == ["agent"]


@pytest.mark.parametrize("holders", [{}, {"person": "demo-permit-1", "system": "demo-hall"}])
def test_a_key_has_exactly_one_holder(holders: dict[str, str]) -> None:
    with pytest.raises(IntegrityError, match="one_holder"):
        do(lambda session: session.add(ApiKey(id=uuid4(), digest=str(uuid4()), made_at=NOW, made_by="x", **holders)))


def test_a_units_address_keeps_its_id_and_its_secret_is_encrypted() -> None:
    def put(url: str, secret: bytes) -> tuple[bool, CallbackAddress]:
        new = do(callback_urls.register, UNIT, url, secret, now=NOW, actor="person:a")
        (found,) = all_of(CallbackAddress, unit=UNIT)
        return new, found

    (new, first), (again, second) = put("https://a.example.invalid/", b"one"), put("https://b.example.invalid/", b"two")
    assert (new, again) == (True, False)
    assert first.id == second.id and second.url == "https://b.example.invalid/"
    assert b"two" not in second.secret
    assert vault().decrypt(Place("callback_addresses", "secret", second.id), second.secret) == b"two"
    assert do(callback_urls.remove, UNIT) is True and do(callback_urls.remove, UNIT) is False
    assert do(callback_urls.remove, "370402-CIVIL") is False
    renewed, third = put("https://c.example.invalid/", b"three")
    assert renewed and third.active
