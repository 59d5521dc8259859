"""登记规则 (obligations 3.1, 5.1, 6.4, 8.1): what a row of a register must keep, whoever brings it: the API, a roster, a command."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import LOCAL
from domain.clear_text import named_by_number
from domain.refusal import Refusal
from domain.register_changes import Register, Row
from domain.spelling import words
from domain.systems import SystemLevel
from ledger.registry import keys, unit_changes
from ledger.succession import estate, heir
from ledger.tables.base import Table
from ledger.tables.registry import ApiKey, Database, Matter, Person, ProofKind, System, Unit
from settings import settings

TABLES: Mapping[Register, type[Table]] = {
    Register.UNITS: Unit,
    Register.PEOPLE: Person,
    Register.SYSTEMS: System,
    Register.MATTERS: Matter,
    Register.PROOFS: ProofKind,
    Register.DATABASES: Database,
}
#: A code stands in addresses, headers and, for whoever acted, on the record: nothing that needs quoting, no citizen.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
CODE_IN_WORDS = "由字母、数字、点、横线、下划线组成,以字母或数字开头,不超过 64 位,且不得使用公民身份号码"
_EARLIEST = date(1990, 1, 1)  #: no database was connected before
_OF_UNITS = ("unit", "issuing_unit", "owner")  #: columns that name a registered unit


class RegisterRefused(Refusal, code="register_refused"):
    """The row cannot be registered so; the text says why, in Chinese."""


def is_code(text: str) -> bool:
    """Fit to be a code of a register."""
    return _CODE.fullmatch(text) is not None and not named_by_number(text)


def check(session: Session, register: Register, row: Row, others: Mapping[str, Row], *, now: datetime) -> None:
    """Raise `RegisterRefused`. `others`: the rows that come with it, itself among them, by code: they count as registered."""
    known = session.get(TABLES[register], row["code"])
    if known is None and not is_code(row["code"]):
        raise RegisterRefused(f"编码须{CODE_IN_WORDS}。")
    for name in _OF_UNITS:
        if row.get(name) is not None and session.get(Unit, row[name]) is None and register is not Register.SYSTEMS:
            raise RegisterRefused("所填单位不在单位名录中。", code="unit_not_registered")
    if register is Register.UNITS:
        if row.get("drafting_unit") is not None:
            _drafts_for_it(session, row["code"], row["drafting_unit"], others)
        _name_is_free(session, row, others)
    elif register is Register.DATABASES:
        _connected_by_something({**_values(known, "source", "connected_since"), **row}, now)
    elif register is Register.MATTERS:
        _one_code_in_use({**_values(known, "succeeded_by"), **row})
    elif register is Register.SYSTEMS:
        _system(session, {**_values(known, "level", "why_not"), **row}, now)


def _values(known: Table | None, *names: str) -> dict[str, Any]:
    return {} if known is None else {name: getattr(known, name) for name in names}


def _name_is_free(session: Session, row: Row, others: Mapping[str, Row]) -> None:
    beside = (code for code, one in others.items() if code != row["code"] and "name" in one and words(one["name"]) == words(row["name"]))
    if (other := unit_changes.called(session, row["name"], but=row["code"]) or next(beside, None)) is not None:
        raise RegisterRefused(f"单位名称已由 {other} 使用(写法不同也是同名)。", code="unit_name_taken")


def _drafts_for_it(session: Session, code: str, drafting: str, others: Mapping[str, Row]) -> None:
    """Who drafts for others drafts its own list (obligation 5.1): no chain, whichever end of it comes now."""
    if heir(session, drafting) == code:
        raise RegisterRefused("行业主管部门不能是单位自己;自行编制清单的不填。", code="drafts_itself")
    above = session.get(Unit, heir(session, drafting))
    if above is None and drafting not in others:
        raise RegisterRefused("行业主管部门不在单位名录中。", code="unit_not_registered")
    if others.get(drafting, {}).get("drafting_unit", above and above.drafting_unit) is not None:
        raise RegisterRefused(f"{drafting} 另有行业主管部门,不能再作行业主管部门。", code="drafts_itself")
    query = select(Unit.code, Unit.drafting_unit).where(Unit.drafting_unit.in_(estate(session, code)), Unit.merged_into.is_(None))
    below = dict(session.execute(query).tuples().all()) | {
        one: row["drafting_unit"] for one, row in others.items() if "drafting_unit" in row
    }
    if served := sorted(one for one, by in below.items() if by is not None and heir(session, by) == code):
        raise RegisterRefused(f"该单位是 {'、'.join(served)} 的行业主管部门,自行编制清单,不能另有行业主管部门。", code="drafts_itself")


def _connected_by_something(row: Row, now: datetime) -> None:
    """Obligation 6.4: what is connected is asked through a source that there is."""
    source, since = row.get("source"), row.get("connected_since")
    if source is not None and not (_CODE.fullmatch(source) and (settings().sources_dir / f"{source}.toml").is_file()):
        raise RegisterRefused("数据来源没有配置。", code="source_not_configured")
    if since is None:
        return
    if source is None:
        raise RegisterRefused("写了接入日期,没有写数据来源。", code="source_not_configured")
    if since > now.astimezone(LOCAL).date():
        raise RegisterRefused("接入日期在将来。", code="instant_in_future")
    if since < _EARLIEST:
        raise RegisterRefused(f"接入日期早于 {_EARLIEST.year} 年。")


def _one_code_in_use(row: Row) -> None:
    """事项换码: a former code is in use no more."""
    if row.get("succeeded_by") is not None and row.get("active"):
        raise RegisterRefused(f"该事项编码已改为 {row['succeeded_by']},不能再启用。")


def _system(session: Session, row: Row, now: datetime) -> None:
    """Obligation 8.1: of a unit in use; with a key that opens, which names people of its unit, it stays there (a merger moves both);
    and who says that the district's own need not connect says why."""
    unit, known = session.get(Unit, row["unit"]), session.get(System, row["code"])
    if unit is None or not unit.active:
        raise RegisterRefused("所属单位不在名录中或已停用。", code="system_refused")
    has_keys = select(ApiKey.id).where(ApiKey.system == row["code"], keys.opens(now)).limit(1)
    if known is not None and known.unit != unit.code and session.scalar(has_keys) is not None:
        raise RegisterRefused("该系统有在用的接口密钥,不能改属其他单位;请先吊销密钥。", code="system_refused")
    if row.get("should_connect") is False and not SystemLevel(row.get("level", SystemLevel.DISTRICT)).above and not row.get("why_not"):
        raise RegisterRefused("区级、市级系统应当对接(规则第八条);不要求对接的,须写明原因。", code="system_refused")
