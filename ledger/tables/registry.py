"""单位、人员、系统、事项、证明、数据库: who takes part, and what there is."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.blocking import Organ
from domain.limits import HandlingType
from domain.systems import SystemLevel
from ledger.tables.base import Sealed, Table, UnitCode, choices


class Unit(Table):
    """办事单位 (obligation 3.1). The list of a public service unit is drafted by its 行业主管部门 (obligation 5.1)."""

    __tablename__ = "units"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  #: government (政务服务单位) or public_service (公共服务单位)
    uscc: Mapped[str | None]  #: 统一社会信用代码, checked; None = 待补
    aliases: Mapped[list[str]] = mapped_column(default=list, server_default="{}")
    sector: Mapped[str] = mapped_column(default="", server_default="")  #: 行业: 水电气暖, 教育, 医疗 …
    drafting_unit: Mapped[str | None] = mapped_column(ForeignKey("units.code"))  #: 行业主管部门; None: itself
    region: Mapped[str] = mapped_column(default="370402", server_default="370402")  #: 行政区划代码
    organ: Mapped[Organ] = mapped_column(choices(Organ, "organ"), default=Organ.OTHER, server_default="other")
    takes_part: Mapped[bool] = mapped_column(default=True, server_default="true")  #: 应参加改革 (obligation 16.1)
    active: Mapped[bool] = mapped_column(default=True)
    #: 并入: who has everything that it had (ledger.succession), and the other way round, all of them.
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    inherits: Mapped[list[str]] = mapped_column(default=list, server_default="{}")
    forwards_itself: Mapped[bool] = mapped_column(default=False)  #: 自动转办: its standing rule for returns (obligation 10.11)


class UnitChange(Table):
    """单位更名、合并: from an instant on, by which document. Append-only; `units` holds what is so now.

    A report names a unit as it was called at the end of its period, and says so where that changed within it.
    """

    __tablename__ = "unit_changes"
    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    unit: Mapped[UnitCode] = mapped_column(index=True)
    at: Mapped[datetime]
    before: Mapped[str]  #: the name until then
    after: Mapped[str | None]  #: the new name; None: it was merged
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    document: Mapped[str]
    moved: Mapped[dict[str, list[str]]] = mapped_column(JSONB, default=dict, server_default="{}")  #: people, systems; of a merger
    changed_by: Mapped[str]
    recorded_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("(after IS NULL) <> (merged_into IS NULL)", name="renamed_or_merged"),
        CheckConstraint("merged_into <> unit", name="not_into_itself"),
    )


class Person(Table):
    """工作人员: the roster against which every call is checked (obligations 10.2, 10.3). Officials in office, not citizens."""

    __tablename__ = "people"
    code: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[UnitCode] = mapped_column(index=True)
    name: Mapped[str]
    roles: Mapped[list[str]]
    mail: Mapped[str | None]  #: where notices go
    active: Mapped[bool] = mapped_column(default=True)


class System(Table):
    """业务系统 (obligations 8.1, 8.2): a department's own system; it names the acting person in each call."""

    __tablename__ = "systems"
    code: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[UnitCode]
    name: Mapped[str]
    level: Mapped[SystemLevel] = mapped_column(
        choices(SystemLevel, "system_level"), default=SystemLevel.DISTRICT, server_default="district"
    )
    should_connect: Mapped[bool] = mapped_column(default=True, server_default="true")  #: 应对接 (obligation 8.1); whether it did: its calls
    why_not: Mapped[str] = mapped_column(default="", server_default="")  #: 未对接原因
    active: Mapped[bool] = mapped_column(default=True)


class SystemCall(Table):
    """系统调用 (obligation 8.1): the first and the last call of a day with one of the system's keys."""

    __tablename__ = "system_calls"
    system: Mapped[str] = mapped_column(ForeignKey("systems.code"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)  #: in the district's time
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class ApiKey(Table):
    """接口密钥: 256 random bits, stored as a digest only; belongs to a person or to a system."""

    __tablename__ = "api_keys"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    person: Mapped[str | None] = mapped_column(ForeignKey("people.code"), index=True)
    system: Mapped[str | None] = mapped_column(ForeignKey("systems.code"), index=True)
    scopes: Mapped[list[str]] = mapped_column(default=list, server_default="{}")  #: 权限范围 of a system's key
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("(person IS NULL) <> (system IS NULL)", name="one_holder"),
        CheckConstraint("(system IS NULL) = (scopes = '{}')", name="scopes_of_systems"),
    )


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
    """政务(公共)服务事项. Under another code it is the same matter (事项换码): what bore the former code keeps it."""

    __tablename__ = "matters"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    unit: Mapped[UnitCode]
    handling: Mapped[HandlingType] = mapped_column(choices(HandlingType, "handling"))
    promised_days: Mapped[int | None]  #: 承诺办结时限, working days
    reviewed_above: Mapped[bool] = mapped_column(default=False)  #: obligation 2.5
    active: Mapped[bool] = mapped_column(default=True)
    succeeded_by: Mapped[str | None] = mapped_column(ForeignKey("matters.code"), index=True)  #: its code today, however often it changed
    __table_args__ = (CheckConstraint("succeeded_by IS NULL OR (NOT active AND succeeded_by <> code)", name="one_code_in_use"),)


class ProofKind(Table):
    """证明种类: a kind of certificate that citizens used to carry. Without a basis it is a candidate for 取消 (obligation 2.1)."""

    __tablename__ = "proof_kinds"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    aliases: Mapped[list[str]] = mapped_column(default=list, server_default="{}")
    basis: Mapped[str] = mapped_column(default="")  #: 设定依据 (obligation 2.1)
    issuing_unit: Mapped[str | None] = mapped_column(ForeignKey("units.code"))  #: who usually issues it
    fields: Mapped[list[str]] = mapped_column(default=list, server_default="{}")  #: what it can say
    validity_days: Mapped[int] = mapped_column(default=30)
    sealed_when_negative: Mapped[bool] = mapped_column(default=False)
    cancelled: Mapped[bool] = mapped_column(default=False, server_default="false")  #: 取消
    otherwise: Mapped[str] = mapped_column(default="", server_default="")  #: 法律法规另有规定 (obligation 11.1): its basis; empty: none


class Database(Table):
    """证照、证明数据库 (obligation 6.4): 应接尽接; what is connected, since when, and what is not yet."""

    __tablename__ = "databases"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    owner: Mapped[UnitCode]
    source: Mapped[str | None]  #: the share source through which it is asked, where connected
    connected_since: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
