"""The base of all tables: naming of constraints, aware instants, enumerations as checked text."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import DateTime, Enum, ForeignKey, LargeBinary, MetaData
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import DeclarativeBase, mapped_column

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

type_map: dict[Any, Any] = {
    datetime: DateTime(timezone=True),
    str: TEXT,
    bytes: LargeBinary,
    dict[str, Any]: JSONB(none_as_null=True),
    dict[str, str]: JSONB,
    list[str]: ARRAY(TEXT),
    list[dict[str, Any]]: JSONB,
}

#: A column that holds ciphertext of `ledger.vault`: personal data never stand in clear.
Sealed = Annotated[bytes, mapped_column(LargeBinary, comment="AES-256-GCM")]
UnitCode = Annotated[str, mapped_column(TEXT, ForeignKey("units.code"))]
Number = Annotated[str, mapped_column(TEXT, ForeignKey("verifications.number"), index=True)]


class Table(DeclarativeBase):
    metadata = metadata
    type_annotation_map = type_map


def choices(kind: type[StrEnum], name: str) -> Enum:
    """Text limited to the values of `kind` by a CHECK, so that the database refuses what the code cannot read."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        name=name,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )
