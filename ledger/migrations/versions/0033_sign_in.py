"""登录: one-time links, passwords with a second factor, sessions of the counter's pages."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

MAY_CHANGE = {
    "sign_in_links": "used_at ended_at",
    "credentials": "password totp totp_step set_at",
    "web_sessions": "used_at ended_at",
}


def upgrade() -> None:
    method = sa.Enum("password", "link", "provider", name="sign_in_method", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.TEXT(), nullable=False),
        sa.Column("person", sa.TEXT(), nullable=False),
        sa.Column("straight", sa.Boolean(), nullable=False),
        _instant("made_at", needed=True),
        sa.Column("made_by", sa.TEXT(), nullable=False),
        _instant("expires_at", needed=True),
        _instant("used_at"),
        _instant("ended_at"),
        sa.ForeignKeyConstraint(["person"], ["people.code"], name=op.f("fk_sign_in_links_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_sign_in_links_digest")),
    )
    op.create_index(op.f("ix_sign_in_links_person"), "sign_in_links", ["person"])
    op.create_table(
        "credentials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person", sa.TEXT(), nullable=False),
        sa.Column("password", sa.TEXT(), nullable=False),
        sa.Column("totp", sa.LargeBinary(), nullable=False, comment="AES-256-GCM"),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        _instant("set_at", needed=True),
        sa.ForeignKeyConstraint(["person"], ["people.code"], name=op.f("fk_credentials_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sa.UniqueConstraint("person", name=op.f("uq_credentials_person")),
    )
    op.create_table(
        "web_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.TEXT(), nullable=False),
        sa.Column("lineage", sa.Uuid(), nullable=False),
        sa.Column("person", sa.TEXT(), nullable=False),
        sa.Column("unit", sa.TEXT(), nullable=False),
        sa.Column("method", method, nullable=False),
        sa.Column("browser", sa.TEXT(), nullable=False),
        _instant("made_at", needed=True),
        _instant("used_at", needed=True),
        _instant("ended_at"),
        sa.ForeignKeyConstraint(["person"], ["people.code"], name=op.f("fk_web_sessions_person")),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_web_sessions_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_sessions")),
        sa.UniqueConstraint("digest", name=op.f("uq_web_sessions_digest")),
    )
    op.create_index(op.f("ix_web_sessions_person"), "web_sessions", ["person"])
    for table, columns in MAY_CHANGE.items():
        op.execute(f"GRANT SELECT, INSERT, UPDATE ({columns.replace(' ', ', ')}) ON {table} TO proofless_app")


def downgrade() -> None:
    for table in MAY_CHANGE:
        op.drop_table(table)


def _instant(name: str, *, needed: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not needed)
