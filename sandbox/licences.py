"""演示证照: what the sandbox's people hold in the city's library, in the province's registers and at the street office.

Type codes look like real ones (18 characters of the defining body and 3 more) and say DEM in their middle.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from stdnum.iso7064 import mod_37_36

from sandbox.people import COMPANIES, PERSONS, Company, Holder, Person, by_name

HOUSEHOLD_REGISTER = "11370402DEM0000AAA001"  #: 居民户口簿
MARRIAGE_CERTIFICATE = "11370402DEM0000BBB001"  #: 结婚证
REAL_ESTATE = "11370402DEM0000CCC001"  #: 不动产权证书
DISABILITY = "11370402DEM0000DDD001"  #: 残疾人证
BUSINESS_LICENCE = "11370402DEM0000EEE001"  #: 营业执照

MARRIAGE_REGISTER = "s_370402DEM_hydj_0001"  #: 婚姻登记信息, a service of the province's gateway
SOCIAL_INSURANCE = "s_370402DEM_sbcb_0001"  #: 社会保险参保信息, a service of the province's gateway

HARDSHIP_PROOF = "11370402DEM0000HHH001"  #: 经济困难证明 as this system seals it: taken in, not asked for
HOUSEHOLD_PROOF = "11370402DEM0000HHH002"  #: 户籍证明, the same

HARDSHIP = "经济困难证明"  #: kept by the street office, asked by 部门核验

_ISSUERS = {
    HOUSEHOLD_REGISTER: ("居民户口簿", "枣庄市公安局市中分局", "11370402DEM000POLI"),
    MARRIAGE_CERTIFICATE: ("结婚证", "枣庄市市中区民政局", "11370402DEM000CIVI"),
    REAL_ESTATE: ("不动产权证书", "枣庄市自然资源和规划局", "11370402DEM000LAND"),
    DISABILITY: ("残疾人证", "枣庄市市中区残疾人联合会", "11370402DEM000HELP"),
    BUSINESS_LICENCE: ("营业执照", "枣庄市市中区行政审批服务局", "11370402DEM000PERM"),
    HARDSHIP_PROOF: ("经济困难证明", "市中区光明路街道办事处", "11370402DEM000STRT"),
    HOUSEHOLD_PROOF: ("户籍证明", "枣庄市公安局市中分局", "11370402DEM000POLI"),
}


class State(StrEnum):
    VALID = "valid"
    REVOKED = "revoked"
    EXPIRED = "expired"
    RESTRICTED = "restricted"


@dataclass(frozen=True)
class Licence:
    """One licence in the library. `surface` holds what is printed on it: name and value."""

    type_code: str
    holder: Holder
    number: str
    identifier: str
    issued_on: str
    valid_until: str
    surface: tuple[tuple[str, str], ...]
    state: State = State.VALID

    @property
    def name(self) -> str:
        return _ISSUERS[self.type_code][0]

    @property
    def issuer(self) -> str:
        return _ISSUERS[self.type_code][1]

    @property
    def issuer_code(self) -> str:
        return _ISSUERS[self.type_code][2]


def identifier(type_code: str, serial: str) -> str:
    """电子证照标识 with its right check character."""
    parts = (type_code, _ISSUERS[type_code][2], serial, "001")
    return ".".join(("1.2.156.3005.2", *parts, mod_37_36.calc_check_digit("".join(parts))))


def _licence(type_code: str, holder: Holder, serial: int, state: State, surface: Iterable[tuple[str, str]]) -> Licence:
    return Licence(
        type_code=type_code,
        holder=holder,
        number=f"演示{_ISSUERS[type_code][0]}{serial:06d}",
        identifier=identifier(type_code, f"DEMO{serial:08d}"),
        issued_on=f"20{10 + serial % 15:02d}-0{1 + serial % 9}-1{serial % 10}",
        valid_until="2099-12-31" if state is not State.EXPIRED else "2019-12-31",
        surface=tuple(surface),
        state=state,
    )


def _of_person(person: Person, index: int, state: State) -> Iterable[Licence]:
    """Everybody has a household register; couples are married; every second owns a home; every fourth has 残疾人证."""
    special = state is not State.VALID
    home = f"枣庄市市中区演示路{index}号"
    yield _licence(
        HOUSEHOLD_REGISTER, person, index, state, [("户主姓名", person.name), ("与户主关系", "户主"), ("户别", "家庭户"), ("住址", home)]
    )
    if person.spouse_name or special:
        yield _licence(
            MARRIAGE_CERTIFICATE, person, index, state, [("配偶姓名", person.spouse_name or "演示配偶"), ("登记日期", "1910-10-10")]
        )
    if index % 2 == 1 or special:
        yield _licence(
            REAL_ESTATE,
            person,
            index,
            state,
            [("坐落", home), ("共有情况", "单独所有"), ("用途", "城镇住宅用地/住宅"), ("面积", f"{80 + index}.5平方米")],
        )
    if index % 4 == 1 or special:
        yield _licence(DISABILITY, person, index, state, [("残疾类别", "肢体"), ("残疾等级", "三级")])


def _of_company(company: Company, index: int) -> Licence:
    return _licence(
        BUSINESS_LICENCE,
        company,
        index,
        State.VALID,
        [("类型", "有限责任公司(自然人独资)"), ("经营范围", "演示用品销售"), ("成立日期", "2015-05-05")],
    )


_SPECIAL = {"演示废止": State.REVOKED, "演示过期": State.EXPIRED, "演示受限": State.RESTRICTED}


def _library() -> tuple[Licence, ...]:
    licences: list[Licence] = []
    for index, person in enumerate(PERSONS, start=1):
        if person.name == "演示无证":
            continue
        licences += _of_person(person, index, _SPECIAL.get(person.name, State.VALID))
    for name in ("演示多证", "演示多证二"):
        twin = next(one for one in licences if one.holder.name == name)
        for extra, type_code in enumerate((HOUSEHOLD_REGISTER, REAL_ESTATE, REAL_ESTATE), start=901 + len(licences)):
            licences.append(
                _licence(
                    type_code,
                    twin.holder,
                    extra,
                    State.VALID,
                    [
                        *twin.surface,
                        ("坐落", f"枣庄市市中区演示路{extra}号"),
                        ("共有情况", "单独所有"),
                        ("用途", "住宅"),
                        ("面积", f"{extra}平方米"),
                    ],
                )
            )
    return (*licences, *(_of_company(company, index) for index, company in enumerate(COMPANIES, start=1)))


LIBRARY: tuple[Licence, ...] = _library()


@dataclass(frozen=True)
class Record:
    """One row of a provincial register, under the register's own column names."""

    service: str
    holder: Person
    columns: tuple[tuple[str, str], ...]
    state: State = State.VALID


def _registers() -> Iterable[Record]:
    for index, person in enumerate(PERSONS, start=1):
        if person.name == "演示无证":
            continue
        state = _SPECIAL.get(person.name, State.VALID)
        for extra in range(2 if person.name.startswith("演示多证") else 1):
            if person.spouse_name or person.name.startswith("演示多证") or state is not State.VALID:
                yield Record(
                    MARRIAGE_REGISTER,
                    person,
                    (
                        ("ywbh", f"DEM-HYDJ-{index:04d}-{extra}"),
                        ("ywmc", "婚姻登记"),
                        ("sjdw", "枣庄市市中区民政局"),
                        ("djrq", f"191{extra}-10-10"),
                        ("hyzk", "已婚"),
                        ("poxm", person.spouse_name or "演示配偶"),
                        ("djjg", "枣庄市市中区民政局婚姻登记处"),
                    ),
                    state,
                )
            yield Record(
                SOCIAL_INSURANCE,
                person,
                (
                    ("ywbh", f"DEM-SBCB-{index:04d}-{extra}"),
                    ("ywmc", "社会保险参保登记"),
                    ("sjdw", "枣庄市社会保险事业中心"),
                    ("djrq", f"190{extra}-07-01"),
                    ("xz", "城镇职工基本养老保险"),
                    ("cbzt", "正常参保"),
                    ("cbdw", "演示一号商贸有限公司"),
                    ("ljys", str(100 + index)),
                ),
                state,
            )


REGISTERS: tuple[Record, ...] = tuple(_registers())


@dataclass(frozen=True)
class Household:
    """What the street office knows of a household. Poor below 1000 yuan a head and month."""

    head: Person
    size: int
    monthly_income: int  #: yuan per head

    @property
    def in_hardship(self) -> bool:
        return self.monthly_income < 1000


HOUSEHOLDS: dict[str, Household] = {
    person.id_number: Household(person, 1 + index % 5, 600 if index % 3 else 3200)
    for index, person in enumerate(PERSONS, start=1)
    if person.name != "演示无证"
}
"""By citizen number. Two of three are poor, so that all answers can be shown; 演示无证 is unknown to the office."""


def licences_of(name: str) -> tuple[Licence, ...]:
    """All licences of the holder of that name. Raises KeyError for an unknown name."""
    holder = by_name(name)
    return tuple(licence for licence in LIBRARY if licence.holder == holder)
