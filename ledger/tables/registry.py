"""单位、人员、系统、清单: who takes part, and what the catalog says."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.limits import HandlingType
from domain.scope import Exclusion
from ledger.tables.base import Sealed, Table, UnitCode, choices


class Unit(Table):
    """办事单位 (3.1)."""

    __tablename__ = "units"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  #: government (政务服务单位) or public_service (公共服务单位)
    uscc: Mapped[str | None]  #: 统一社会信用代码, checked; None = 待补
    active: Mapped[bool] = mapped_column(default=True)
    forwards_itself: Mapped[bool] = mapped_column(default=False)  #: 自动转办: its standing rule for returns (10.11)


class Person(Table):
    """工作人员: the roster against which every call is checked (10.2, 10.3). Officials in office, not citizens."""

    __tablename__ = "people"
    code: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[UnitCode] = mapped_column(index=True)
    name: Mapped[str]
    roles: Mapped[list[str]]
    mail: Mapped[str | None]  #: where notices go
    active: Mapped[bool] = mapped_column(default=True)


class System(Table):
    """业务系统 (8.1, 8.2): a department's own system; it names the acting person in each call."""

    __tablename__ = "systems"
    code: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[UnitCode]
    name: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)


class ApiKey(Table):
    """接口密钥: 256 random bits, stored as a digest only; belongs to a person or to a system."""

    __tablename__ = "api_keys"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    person: Mapped[str | None] = mapped_column(ForeignKey("people.code"), index=True)
    system: Mapped[str | None] = mapped_column(ForeignKey("systems.code"), index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    __table_args__ = (CheckConstraint("(person IS NULL) <> (system IS NULL)", name="one_holder"),)


class CallbackAddress(Table):
    """回调地址: where a unit's system wants to be told; registered by an administrator only."""

    __tablename__ = "callback_addresses"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit: Mapped[UnitCode] = mapped_column(unique=True)
    url: Mapped[str]
    secret: Mapped[Sealed]
    registered_at: Mapped[datetime]
    registered_by: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)


class Matter(Table):
    """政务(公共)服务事项."""

    __tablename__ = "matters"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    unit: Mapped[UnitCode]
    handling: Mapped[HandlingType] = mapped_column(choices(HandlingType, "handling"))
    reviewed_above: Mapped[bool] = mapped_column(default=False)  #: 2.5


class ProofKind(Table):
    """证明种类: a kind of certificate that citizens used to carry."""

    __tablename__ = "proof_kinds"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    basis: Mapped[str]  #: 设定依据 (2.1)
    validity_days: Mapped[int]


class Entry(Table):
    """清单条目: one matter × one proof (5.1, 7.1). Read as `domain.scope.CatalogEntry`."""

    __tablename__ = "entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    matter: Mapped[str] = mapped_column(ForeignKey("matters.code"))
    proof: Mapped[str] = mapped_column(ForeignKey("proof_kinds.code"))
    methods: Mapped[list[str]]
    issuing_unit: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    source: Mapped[str | None]
    parameters: Mapped[dict[str, str]]
    fields: Mapped[list[str]]
    database_backed: Mapped[bool] = mapped_column(default=False)
    immediate: Mapped[bool] = mapped_column(default=False)  #: 可立即核验 (7.6)
    limit_minutes: Mapped[int | None]  #: the proof's own limit (7.7), soft, bounded by article 10
    sealed_when_negative: Mapped[bool] = mapped_column(default=False)
    exclusion: Mapped[Exclusion | None] = mapped_column(choices(Exclusion, "exclusion"))
    exclusion_decided_by: Mapped[str | None]
    exclusion_evidence: Mapped[str | None]
    outside_region: Mapped[bool] = mapped_column(default=False)
    checkable_online: Mapped[bool] = mapped_column(default=True)
    __table_args__ = (
        UniqueConstraint("matter", "proof"),
        CheckConstraint(
            "exclusion IS NULL OR (exclusion_decided_by IS NOT NULL AND exclusion_evidence IS NOT NULL)",
            name="exclusion_is_explained",  # 2.3: category, decision maker and evidence belong together
        ),
        CheckConstraint("'issuer' <> ALL (methods) OR issuing_unit IS NOT NULL", name="issuer_is_named"),
        CheckConstraint("'data_sharing' <> ALL (methods) OR source IS NOT NULL", name="source_is_named"),
    )
