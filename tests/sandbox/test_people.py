from __future__ import annotations

from stdnum.cn import uscc

from sandbox.licences import HOUSEHOLDS, LIBRARY, REGISTERS, State, licences_of
from sandbox.people import COMPANIES, PERSONS, by_name


def check_character(number: str) -> str:
    """GB 11643-1999, MOD 11-2, by hand."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(d) * w for d, w in zip(number, weights, strict=False)) % 11]


def test_numbers_are_right_and_visibly_synthetic() -> None:
    for person in PERSONS:
        assert person.id_number[:6] == "370402" and 1880 <= int(person.id_number[6:10]) < 1900
        assert person.id_number[17] == check_character(person.id_number)
        assert person.name.startswith("演示")
    assert len(PERSONS) == len({p.id_number for p in PERSONS}) == len({p.name for p in PERSONS}) == 60
    assert all(uscc.is_valid(c.id_number) and c.id_number[2:8] == "370402" for c in COMPANIES)


def test_the_rare_characters_are_there() -> None:
    assert all(any(rare in person.name for person in PERSONS) for rare in "㼆𬭎䶮𠅤𫖯")


def test_every_outcome_has_somebody() -> None:
    assert licences_of("演示无证") == ()
    for name, state in (("演示废止", State.REVOKED), ("演示过期", State.EXPIRED), ("演示受限", State.RESTRICTED)):
        assert {licence.state for licence in licences_of(name)} == {state}
    kinds = [licence.type_code for licence in licences_of("演示多证")]
    assert len(kinds) > len(set(kinds))
    assert len({licence.identifier for licence in LIBRARY}) == len(LIBRARY)
    assert all(len(licence.type_code) == 21 for licence in LIBRARY)


def test_couples_name_each_other() -> None:
    for record in REGISTERS:
        if record.holder.spouse_name:
            assert by_name(record.holder.spouse_name).spouse_name == record.holder.name


def test_look_ups_agree() -> None:
    for holder in (*PERSONS, *COMPANIES):
        assert by_name(holder.name) is holder
    assert "演示甲子" in {household.head.name for household in HOUSEHOLDS.values()}
