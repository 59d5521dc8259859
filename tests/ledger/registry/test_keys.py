"""接口密钥: shown once, kept as a digest, and worth nothing once its holder has left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.key_scopes import Scope
from domain.roles import Role
from ledger.registry import keys, registry
from ledger.registry.keys import OVERLAP, Caller, KeyInvalid, PersonNeeded, ScopeRefused, UnknownHolder
from ledger.tables.registry import ApiKey
from tests.ledger.acting import all_of, do
from tests.ledger.filing import NOW, UNIT

pytestmark = pytest.mark.usefixtures("shared_ledger")

PERSON, SYSTEM = "demo-permit-1", "demo-hall"


def make(**holder: str) -> str:
    return do(keys.make, **holder, now=NOW, actor="person:demo-admin")


def caller(key: str, acting: str | None = None, now: object = NOW) -> Caller:
    return do(keys.caller, key, acting, now=now)


def test_a_persons_key_is_that_person() -> None:
    key = make(person=PERSON)
    found = caller(key)
    assert found == Caller(PERSON, UNIT, frozenset({Role.AGENT}))
    assert found.actor == "person:demo-permit-1"
    assert caller(key, "demo-admin") == found  # nobody becomes another by naming them


def test_a_key_is_stored_as_a_digest_alone_and_has_256_bits() -> None:
    key = make(person=PERSON)
    assert key.startswith("plk_") and len(key) == 4 + 43 and key != make(person=PERSON)
    assert not [row for row in all_of(ApiKey) if key in (row.digest, row.made_by) or key[4:] in row.digest]


def test_a_systems_key_names_the_acting_person_of_its_unit() -> None:
    key = make(system=SYSTEM)
    found = caller(key, PERSON)
    counter = frozenset({Scope.CASES, Scope.VERIFICATIONS, Scope.INBOX})
    assert found == Caller(PERSON, UNIT, frozenset({Role.AGENT}), SYSTEM, counter)
    assert found.actor == "person:demo-permit-1 via demo-hall"
    for acting in (None, "", "demo-civil-1", "nobody"):
        with pytest.raises(PersonNeeded):
            caller(key, acting)


def test_a_rotated_key_has_the_scopes_of_the_newest_old_one() -> None:
    do(keys.make, system=SYSTEM, scopes=[Scope.DUTY], now=NOW - timedelta(days=9), actor="x")
    do(keys.make, system=SYSTEM, scopes=[Scope.REPORTS, Scope.CASES], now=NOW + timedelta(minutes=1), actor="x")
    later = NOW + timedelta(minutes=2)
    new = do(keys.rotate, system=SYSTEM, now=later, actor="x")
    assert caller(new, PERSON, now=later).scopes == {Scope.REPORTS, Scope.CASES}
    new = do(keys.rotate, system=SYSTEM, scopes=[Scope.INBOX], now=later, actor="x")
    assert caller(new, PERSON, now=later).scopes == {Scope.INBOX}


def test_a_persons_key_has_no_scopes() -> None:
    with pytest.raises(ScopeRefused):
        do(keys.make, person=PERSON, scopes=[Scope.CASES], now=NOW, actor="x")


@pytest.mark.parametrize("key", ["", "plk_", "plk_" + "A" * 43])
def test_an_unknown_key_is_nobody(key: str) -> None:
    with pytest.raises(KeyInvalid):
        caller(key)


@pytest.mark.parametrize("holder", [{"person": "nobody"}, {"system": "nothing"}])
def test_nobody_gets_no_key(holder: dict[str, str]) -> None:
    with pytest.raises(UnknownHolder):
        make(**holder)


def test_after_a_rotation_the_old_key_lives_on_for_a_day() -> None:
    old = make(person="demo-justice-1")
    new = do(keys.rotate, person="demo-justice-1", now=NOW, actor="person:demo-admin")
    assert caller(old, now=NOW + OVERLAP - timedelta(seconds=1)).person == "demo-justice-1"
    with pytest.raises(KeyInvalid):
        caller(old, now=NOW + OVERLAP)
    assert caller(new, now=NOW + timedelta(days=400)).person == "demo-justice-1"
    do(keys.rotate, person="demo-justice-1", now=NOW + timedelta(hours=1), actor="person:demo-admin")
    with pytest.raises(KeyInvalid):  # a second rotation does not lengthen the life of the first key
        caller(old, now=NOW + OVERLAP)


def test_revoking_ends_all_keys_of_this_holder_and_no_others() -> None:
    first, second, other = make(person="demo-civil-1"), make(person="demo-civil-1"), make(person=PERSON)
    assert do(keys.revoke, person="demo-civil-1", now=NOW) == 2
    for key in (first, second):
        with pytest.raises(KeyInvalid):
            caller(key)
    assert caller(other).person == PERSON
    assert do(keys.revoke, person="demo-civil-1", now=NOW) == 0
    assert do(keys.revoke, now=NOW) == 0 and do(keys.revoke, person=PERSON, system=SYSTEM, now=NOW) == 0
    assert caller(other).person == PERSON


def test_a_person_who_left_and_a_unit_or_system_that_ended_have_no_access(ledger: str) -> None:
    person, system = make(person=PERSON), make(system=SYSTEM)
    people = [{"code": PERSON, "unit": UNIT, "name": "演示代办员甲", "roles": ["agent"], "active": False}]
    do(registry.put_people, people)
    with pytest.raises(KeyInvalid):
        caller(person)
    with pytest.raises(PersonNeeded):
        caller(system, PERSON)
    with pytest.raises(UnknownHolder):
        make(person=PERSON)
    do(registry.put_people, [{**people[0], "active": True}])
    do(registry.put_systems, [{"code": SYSTEM, "unit": UNIT, "name": "一窗受理系统", "active": False}])
    assert caller(person).person == PERSON
    with pytest.raises(KeyInvalid):
        caller(system, PERSON)
    do(registry.put_units, [{"code": UNIT, "name": "市中区行政审批服务局", "kind": "government", "active": False}])
    with pytest.raises(KeyInvalid):
        caller(person)


def test_one_key_is_revoked_and_the_others_stay() -> None:
    lost, kept, systems = make(person=PERSON), make(person=PERSON), make(system=SYSTEM)
    (row,) = [row for row in all_of(ApiKey) if row.digest == keys.digest(lost)]
    assert do(keys.revoke_one, row.id.hex[:8], now=NOW) == PERSON
    with pytest.raises(KeyInvalid):
        caller(lost)
    assert caller(kept).person == PERSON and caller(systems, PERSON).system == SYSTEM
    for wrong in (row.id.hex[:8], "", "%", "________", "ffffffff0000"):
        with pytest.raises(UnknownHolder):
            do(keys.revoke_one, wrong, now=NOW)
