"""接口密钥: made, found by digest, rotated, revoked. The key itself is shown once and stored nowhere."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, String, and_, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session

from domain.key_scopes import COUNTER, Scope, roles_through
from domain.refusal import Refusal
from domain.roles import Role
from ledger.actor import Filer
from ledger.tables.duty import STANDS_IN
from ledger.tables.registry import ApiKey, Person, System, Unit

_PREFIX = "plk_"  #: so that a leaked key is recognised by scanners
#: After a rotation the old key lives on for a while, so that a system can change over without an outage.
OVERLAP = timedelta(hours=24)


@dataclass(frozen=True)
class Caller:
    """Who calls: the acting person, their unit and roles, and the system that they use, if any, with its key's scopes."""

    person: str
    unit: str
    roles: frozenset[Role]
    system: str | None = None
    scopes: frozenset[Scope] = frozenset()

    @property
    def filer(self) -> Filer:
        """Who acts, as the ledger counts and writes it down."""
        return Filer(self.unit, self.person, self.system)

    @property
    def actor(self) -> str:
        return self.filer.actor


class ScopeRefused(Refusal):
    """Scopes limit what a system may do for persons; a person's own key has that person's rights."""


class UnknownHolder(Refusal):
    """没有这个人员或系统."""


class KeyInvalid(Refusal, code="key_invalid"):
    """The key is unknown, expired or revoked, or its holder has left."""


class PersonNeeded(Refusal, code="person_needed"):
    """A system's key names the acting person in each call, and that person is on its unit's roster."""


def make(
    session: Session, *, person: str | None = None, system: str | None = None, scopes: Collection[Scope] = (), now: datetime, actor: str
) -> str:
    """A new key for a person or a system (without scopes: for the counter's work); this is the only time that it is
    shown. Raises `UnknownHolder` and `ScopeRefused`.
    """
    if scopes and system is None:
        raise ScopeRefused("权限范围只用于业务系统的密钥。", remedy="人员的密钥按本人的岗位办理,请去掉 --scope。")
    holder = session.get(Person, person) if person else session.get(System, system)
    if holder is None or not holder.active:
        raise UnknownHolder(f"没有在册的人员或系统:{person or system}。", remedy="先用 ./run import people 导入名册。")
    key = _PREFIX + secrets.token_urlsafe(32)
    opens = sorted(scopes or COUNTER) if system else []
    session.add(ApiKey(id=uuid4(), digest=digest(key), person=person, system=system, scopes=opens, made_at=now, made_by=actor))
    session.flush()
    return key


def rotate(
    session: Session, *, person: str | None = None, system: str | None = None, scopes: Collection[Scope] = (), now: datetime, actor: str
) -> str:
    """A new key; the old ones of this holder end after `OVERLAP`. Without scopes it has those of the newest old one."""
    standing = sorted(_standing(session, person, system), key=lambda old: old.made_at)
    for old in standing:
        old.expires_at = min(old.expires_at or now + OVERLAP, now + OVERLAP)
    kept = map(Scope, standing[-1].scopes) if standing else ()
    return make(session, person=person, system=system, scopes=scopes or frozenset(kept), now=now, actor=actor)


def revoke(session: Session, *, person: str | None = None, system: str | None = None, now: datetime) -> int:
    """End all keys of this holder at once; gives how many."""
    rows = _standing(session, person, system)
    for row in rows:
        row.revoked_at = now
    return len(rows)


def revoke_one(session: Session, start: str, *, now: datetime) -> str:
    """End the one standing key whose id begins so, and no other; gives its holder. Raises `UnknownHolder`."""
    query = select(ApiKey).where(ApiKey.revoked_at.is_(None), cast(ApiKey.id, String).startswith(start.lower(), autoescape=True))
    rows = session.scalars(query.limit(2)).all() if len(start) >= 8 else []
    if len(rows) != 1:
        raise UnknownHolder(f"没有编号以 {start} 开头的有效密钥,或不止一个。", remedy="请按 ./run keys list 中的编号填写。")
    rows[0].revoked_at = now
    return str(rows[0].person or rows[0].system)


def scopes_of_systems(session: Session, *, now: datetime) -> dict[str, frozenset[Scope]]:
    """What the keys of each system open that opens anything now."""
    query = select(ApiKey.system, ApiKey.scopes).where(ApiKey.system.is_not(None), opens(now))
    found: dict[str, frozenset[Scope]] = {}
    for system, scopes in session.execute(query).tuples():
        found[str(system)] = found.get(str(system), frozenset()) | frozenset(map(Scope, scopes))
    return found


def opens(now: datetime) -> ColumnElement[bool]:
    """Whether a key opens anything, as a condition of a query."""
    return and_(ApiKey.revoked_at.is_(None), or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now))


def ever_had_one(session: Session, person: str) -> bool:
    """True where a key was ever made for this person."""
    return session.scalar(select(ApiKey.id).where(ApiKey.person == person).limit(1)) is not None


def caller(session: Session, key: str, acting_person: str | None, *, now: datetime) -> Caller:
    """Who is behind a key, in one query. Raises `KeyInvalid` and `PersonNeeded`; neither says which part was wrong."""
    row = session.execute(_HOLDER, {"digest": digest(key), "acting": acting_person, "now": now}).one_or_none()
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        raise KeyInvalid
    acts = row.code is not None and row.active and row.unit_active
    if row.system is None:
        if not acts:
            raise KeyInvalid
        return Caller(row.code, row.unit, roles_of(row.roles, row.stands_in))
    if not row.system_active:
        raise KeyInvalid
    if not acting_person or not acts or row.unit != row.system_unit:
        raise PersonNeeded
    scopes = frozenset(map(Scope, row.scopes))
    return Caller(row.code, row.unit, roles_through(roles_of(row.roles, row.stands_in), scopes), row.system, scopes)


def roles_of(roles: Collection[str], stands_in: bool) -> frozenset[Role]:
    """Those of the roster, and while she is the acting 督办员 hers too: rights follow the duty at the instant (obligation 10.2)."""
    return frozenset(map(Role, roles)) | ({Role.SUPERVISOR} if stands_in else set())


#: Every call begins with it. A person's own key names the person; who else is named in the call does not count then.
_HOLDER = (
    select(
        ApiKey.expires_at,
        ApiKey.system,
        ApiKey.scopes,
        System.unit.label("system_unit"),
        System.active.label("system_active"),
        Person.code,
        Person.unit,
        Person.roles,
        Person.active,
        STANDS_IN,
        Unit.active.label("unit_active"),
    )
    .outerjoin(System, System.code == ApiKey.system)
    .outerjoin(Person, Person.code == func.coalesce(ApiKey.person, bindparam("acting", type_=String)))
    .outerjoin(Unit, Unit.code == Person.unit)
    .where(ApiKey.digest == bindparam("digest"), ApiKey.revoked_at.is_(None))
)


def _standing(session: Session, person: str | None, system: str | None) -> list[ApiKey]:
    return list(
        session.scalars(select(ApiKey).where(ApiKey.person == person, ApiKey.system == system, ApiKey.revoked_at.is_(None)))
        if (person is None) != (system is None)
        else []
    )


def digest(key: str) -> str:
    """What the ledger keeps of a key, of a session's token, of a link's."""
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(key.encode()).hexdigest()
