"""登录: one-time links, what a person signs in with, and the sessions that came of it. Of every secret the digest alone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from domain.sign_in import Method
from ledger.tables.base import Sealed, Table, UnitCode, choices


class SignInLink(Table):
    """一次性登录链接, made by an administrator for one person: it opens once, until `expires_at`."""

    __tablename__ = "sign_in_links"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.code"), index=True)
    straight: Mapped[bool]  #: 演示: leads straight in, which only a demonstration honours
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  #: by a later link, or taken back


class Credential(Table):
    """口令和动态口令: what a person signs in with where no provider is configured. One a person."""

    __tablename__ = "credentials"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.code"), unique=True)
    password: Mapped[str]  #: Argon2id in the PHC form; empty: taken back
    totp: Mapped[Sealed]  #: the secret that the person's telephone shares
    totp_step: Mapped[int] = mapped_column(BigInteger)  #: the last step that was used: no earlier one, and not that one again
    set_at: Mapped[datetime]


class WebSession(Table):
    """会话: somebody signed in in one browser. How long it lasts without a click, and at the most, is in the settings."""

    __tablename__ = "web_sessions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    #: Of the first session of this person in this browser: a page from before its end is still theirs after a new sign-in.
    lineage: Mapped[UUID]
    person: Mapped[str] = mapped_column(ForeignKey("people.code"), index=True)
    unit: Mapped[UnitCode]  #: for which they signed in; who works elsewhere now signs in anew
    method: Mapped[Method] = mapped_column(choices(Method, "sign_in_method"))
    browser: Mapped[str]  #: one of a few fixed words, for the person's own list
    made_at: Mapped[datetime]
    used_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
