"""吊销: what authorities have said of revoked certificates, for who checks a proof and asks nobody (obligation 11.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from ledger.tables.effects import RevocationWord


class Word(NamedTuple):
    """`about`: one key of one authority, or one certificate where it is an `answer` (OCSP) and no list; `word`: DER. `said_at`: aware."""

    about: str
    answer: bool
    said_at: datetime
    word: bytes


def keep(session: Session, words: Iterable[Word], *, now: datetime) -> None:
    """Each where nothing newer stands about the same; of two of one second (a list has no smaller part of it) the one heard last."""
    for one in sorted(words):  # two that keep the same wait for one another in one order
        written = insert(RevocationWord).values(**one._asdict(), heard_at=now)
        newer = {name: written.excluded[name] for name in ("said_at", "word", "heard_at")}
        is_newer = (RevocationWord.said_at <= written.excluded.said_at) & (RevocationWord.word != written.excluded.word)
        session.execute(written.on_conflict_do_update(index_elements=["about"], set_=newer, where=is_newer))


def known(session: Session) -> tuple[list[bytes], list[bytes]]:
    """Lists and answers."""
    rows = session.execute(select(RevocationWord.answer, RevocationWord.word)).all()
    return [word for answer, word in rows if not answer], [word for answer, word in rows if answer]
