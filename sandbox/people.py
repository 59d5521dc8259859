"""演示人口: the sandbox's people and companies. Every one is invented, and looks it.

Born in the nineteenth century, named 演示…, registered in 370402: no living person has such a number, while its
check character is right, so that everything which checks numbers works. The list is the same in every run.
"""

from __future__ import annotations

from dataclasses import dataclass

from stdnum.cn import ric, uscc

REGION = "370402"

# 六十干支 names the ordinary people: 演示甲子 to 演示辛亥.
_CYCLE = tuple("甲乙丙丁戊己庚辛壬癸"[n % 10] + "子丑寅卯辰巳午未申酉戌亥"[n % 12] for n in range(48))
_RARE = ("㼆", "𬭎", "䶮", "𠅤", "𫖯")  # beyond common fonts; two of them beyond common databases
_SCENARIOS = ("无证", "多证", "多证二", "废止", "过期", "受限", "·间隔")


@dataclass(frozen=True)
class Person:
    """A synthetic person. `id_number` has a right check character."""

    name: str
    id_number: str
    spouse_name: str = ""

    id_type = "citizen_id"


@dataclass(frozen=True)
class Company:
    """A synthetic company. `id_number` is its 统一社会信用代码."""

    name: str
    id_number: str

    id_type = "uscc"


Holder = Person | Company


def _citizen_number(index: int) -> str:
    body = f"{REGION}{1880 + index % 20}{1 + index % 12:02d}{1 + index % 28:02d}{index:03d}"
    return body + ric.calc_check_digit(body + "0")


def _company_number(index: int) -> str:
    body = f"91{REGION}DEMA{index:05d}"
    return body + uscc.calc_check_digit(body + "0")


def _people() -> tuple[Person, ...]:
    names = tuple(f"演示{name}" for name in (*_CYCLE, *_RARE, *_SCENARIOS))
    couples = {one: two for a, b in zip(_CYCLE[::2], _CYCLE[1::2], strict=True) for one, two in ((a, b), (b, a))}
    return tuple(
        Person(name, _citizen_number(index + 1), f"演示{couples[name[2:]]}" if name[2:] in couples else "")
        for index, name in enumerate(names)
    )


PERSONS: tuple[Person, ...] = _people()
"""48 ordinary people (24 couples in a row), 5 with rare characters, 7 for the special outcomes."""

COMPANIES: tuple[Company, ...] = tuple(
    Company(f"演示{name}商贸有限公司", _company_number(index + 1)) for index, name in enumerate(("一号", "二号", "三号"))
)

_HOLDERS: tuple[Holder, ...] = (*PERSONS, *COMPANIES)
_BY_NAME = {holder.name: holder for holder in _HOLDERS}


def by_name(name: str) -> Holder:
    """The holder of that name. Raises KeyError."""
    return _BY_NAME[name]
