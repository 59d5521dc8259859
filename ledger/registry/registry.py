"""登记: units, people, systems, matters, proofs and databases, written and read. Sending the same again changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import func, inspect, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.roles import Role
from ledger import paging
from ledger.actor import person_of
from ledger.paging import FIRST, Page, PageRequest
from ledger.succession import estate
from ledger.tables.base import Table
from ledger.tables.registry import Database, Matter, Person, ProofKind, System, Unit
from settings import settings

T = TypeVar("T", bound=Table)


def put_units(session: Session, rows: Iterable[Mapping[str, Any]]) -> int:
    """Units by code: new ones are added, known ones take the new values. Gives how many rows came."""
    return _put(session, Unit, ("code",), rows)


def put_people(session: Session, rows: Iterable[Mapping[str, Any]]) -> int:
    """People by code; their roles are checked against `domain.roles.Role` (ValueError)."""
    checked = [{**row, "roles": [Role(role).value for role in row["roles"]]} for row in rows]
    units = dict(session.execute(select(Person.code, Person.unit)).tuples().all())
    count = _put(session, Person, ("code",), checked)
    for row in checked:  # who left, or works elsewhere now, holds back nothing
        if units.get(row["code"]) not in (None, row.get("unit")) or row.get("active") is False:
            from ledger.inbox import claims  # not for the lists of matters, which pass here too

            claims.leave(session, row["code"], now=settings().now(), actor="system:roster")
    return count


def put_systems(session: Session, rows: Iterable[Mapping[str, Any]]) -> int:
    """Registered systems by code (obligation 8.1)."""
    return _put(session, System, ("code",), rows)


def put_matters(session: Session, rows: Iterable[Mapping[str, Any]]) -> int:
    """Matters by code."""
    return _put(session, Matter, ("code",), rows)


def put_proofs(session: Session, rows: Iterable[Mapping[str, Any]]) -> int:
    """Proof kinds by code."""
    return _put(session, ProofKind, ("code",), rows)


def put_databases(session: Session, rows: Iterable[Mapping[str, Any]]) -> int:
    """证照、证明数据库 by code (obligation 6.4)."""
    return _put(session, Database, ("code",), rows)


def listed(session: Session, table: type[T], page: PageRequest = FIRST, words: Iterable[str] = ()) -> Page[T]:
    """Rows of a register by code: those in whose code and name all the words stand."""
    code, name = (getattr(table, column) for column in ("code", "name"))
    text = func.concat_ws(" ", code, name)
    query = select(table).where(*(text.icontains(word, autoescape=True) for word in words))
    return paging.scalars(session, query, (code,), page)


def others(session: Session, unit: str, page: PageRequest = FIRST, words: Iterable[str] = ()) -> Page[Unit]:
    """Units in use but this one, by code: those whom it may ask."""
    text = func.concat_ws(" ", Unit.code, Unit.name)
    query = select(Unit).where(Unit.active.is_(True), Unit.code != unit, *(text.icontains(word, autoescape=True) for word in words))
    return paging.scalars(session, query, (Unit.code,), page)


def names_of_actors(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """What those who acted are called, by the actor as the record has it; who is no person of the roster is missing."""
    people = {actor: person_of(actor) for actor in actors}
    found = dict(session.execute(select(Person.code, Person.name).where(Person.code.in_(people.values()))).tuples().all())
    return {actor: found[person] for actor, person in people.items() if person in found}


def people_of(session: Session, unit: str) -> dict[str, str]:
    """Who works in a unit, by code, with the name."""
    query = select(Person.code, Person.name).where(Person.unit == unit, Person.active.is_(True)).order_by(Person.code)
    return dict(session.execute(query).tuples().all())


def names_of_people(session: Session) -> dict[str, str]:
    """Everybody's name, by code, also of who has left."""
    return dict(session.execute(select(Person.code, Person.name)).tuples().all())


def unit_names(session: Session) -> dict[str, str]:
    """Every unit's name."""
    return dict(session.execute(select(Unit.code, Unit.name)).tuples().all())


def drafted_by(session: Session, unit: str) -> frozenset[str]:
    """The units whose list this one drafts (obligation 5.1): itself, and those whose 行业主管部门 it is."""
    units = estate(session, unit)
    return frozenset({*units, *session.scalars(select(Unit.code).where(Unit.drafting_unit.in_(units)))})


def lists_of(session: Session, unit: str) -> list[str]:
    """Whose lists a unit's people adjust (obligation 5.5): its own first, then those that it drafts."""
    return [unit, *sorted(drafted_by(session, unit) - {unit})]


def _put(session: Session, table: type[T], key: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> int:
    names = {attribute.key for attribute in inspect(table).column_attrs}
    count = 0
    for row in rows:
        if unknown := set(row) - names:
            raise ValueError(f"{table.__tablename__}: 不认识的列 {'、'.join(sorted(unknown))}")
        values = {**_defaults(table), **row}
        statement = insert(table).values(**values)
        session.execute(
            statement.on_conflict_do_update(index_elements=list(key), set_={name: value for name, value in row.items() if name not in key})
        )
        count += 1
    return count


def _defaults(table: type[Table]) -> dict[str, Any]:
    """The scalar defaults of the columns: `insert` on the class does not know them."""
    return {column.key: column.default.arg for column in table.__table__.columns if column.default is not None and column.default.is_scalar}
