"""退回: the error file of a list for its sender, from what is on the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from sqlalchemy.orm import Session

from catalog import differing
from catalog.error_file import BLOCKED, CONTRADICTED, PASSED_OVER, WAITS, Laid, error_file
from catalog.list_kinds import ListKind
from catalog.lists import ListResult
from domain.list_rows import RowResult, Verdict
from domain.refusal import Refusal
from ledger.catalog import drafts, intake, questions
from ledger.database import transaction
from ledger.tables.catalog import CatalogReading, CatalogRow, CatalogSource


class NothingRead(Refusal, code="list_not_read"):
    """这份清单还没有读取过."""


def file_for_sender(source: str) -> bytes:
    """The workbook that goes back: every row with something to say about it, and what the rules blocked.

    Raises `NothingRead`.
    """
    with transaction() as session:
        reading = intake.newest_reading(session, source)
        if reading is None:
            raise NothingRead
        about = session.get_one(CatalogSource, source)
        title = f"{about.name}({ListKind(about.kind).label})"
        if reading.refused is not None:
            title += f":{reading.refused.text}{reading.refused.remedy}"
        laid = list(
            islice(
                chain(
                    _blocked(session, source),
                    _contradicted(session, source, reading.id),
                    _waiting(session, about, reading.id),
                    _differing(session, about, reading),
                ),
                MOST_RETURNED,
            )
        )
        rows = intake.rows_to_return(session, reading.id, {(one.sheet, one.line) for one in laid}, most=MOST_RETURNED + 1)
        counts = {verdict: getattr(reading.counts, verdict.value) for verdict in Verdict}
        return error_file(title, _results(reading, rows[:MOST_RETURNED]), laid=laid, counts=counts, cut=len(rows) > MOST_RETURNED)


#: Rows that go back at a time: a workbook of more takes minutes to write, and nobody mends so many by hand.
MOST_RETURNED = 20_000


def _results(reading: CatalogReading, found: Iterable[CatalogRow]) -> list[ListResult]:
    rows: dict[int, list[RowResult]] = {}
    for row in found:
        rows.setdefault(row.sheet, []).append(intake.restored(row))
    return [ListResult(sheet, tuple(rows.get(number, ()))) for number, sheet in enumerate(reading.sheets, start=1)]


def _blocked(session: Session, source: str) -> Iterator[Laid]:
    draft = drafts.newest(session)
    for one in drafts.blocked(session, draft.id, source=source) if draft else ():
        for place in one.rows:
            if place.source == source:
                yield from (Laid(place.sheet, place.line, BLOCKED, block.text, block.remedy) for block in one.blocks)


def _contradicted(session: Session, source: str, reading: int) -> Iterator[Laid]:
    """Rows that are understood and change nothing: another list says otherwise, and it is not settled, or settled for the other.
    Where that one speaks of it no more, these count (`assembling`)."""
    names = {one.key: one.name for one in intake.sources(session, active=False)}
    for question in questions.contradicting(session, source):
        if question.answered_at is None:
            state, text, remedy = CONTRADICTED, question.why, "请等候工作专班办公室确认以哪一份清单为准;本单位写错的,请改正后重新报送。"
        else:
            other = question.answer or ""
            preferred = intake.newest_reading(session, other)
            if preferred is None or not intake.places_of(session, preferred.id, question.subject):
                continue
            state, text = PASSED_OVER, f"已确认以“{names.get(other, other)}”为准,本行所写不采用。"
            remedy = "认为不妥的,请与工作专班办公室联系。"
        for sheet, line in intake.places_of(session, reading, question.subject):
            yield Laid(sheet, line, state, text, remedy)


def _waiting(session: Session, source: CatalogSource, reading: int) -> Iterator[Laid]:
    """New codes that wait for a person's word whether their matter bore another one."""
    for question in questions.of_new_codes(session, source.unit):
        for sheet, line in intake.places_of(session, reading, question.subject_key):
            yield Laid(sheet, line, WAITS, f"{question.why}。", "请等候工作专班办公室确认;确认前原编码照常办理。")


def _differing(session: Session, source: CatalogSource, reading: CatalogReading) -> Iterator[Laid]:
    """Codes that the register has under another name, or as another unit's."""
    if source.kind == ListKind.MATTERS:
        for one in differing.differing(session, source, reading):
            state = BLOCKED if one.of_another else WAITS if one.waits else PASSED_OVER
            yield Laid(one.sheet, one.line, state, one.why, one.remedy)
