"""证照列表: the licences in a reply, and which one of them is meant. Never the first of several."""

from __future__ import annotations

from typing import Any

from connectors.judge import Judge, Settled
from connectors.reply import identifier_checks, pick, text_at
from connectors.source_config import SourceConfig
from domain.identity import same_number
from domain.roles import IdType
from domain.share import Candidate, Question, ShareOutcome, Subject
from domain.spelling import same_name

Row = dict[str, Any]


class RowReader:
    """Reads the rows of one source, where its configuration says that they stand."""

    def __init__(self, config: SourceConfig, judge: Judge) -> None:
        self._name, self._where, self._fields, self._judge = config.name, config.query.rows, config.fields, judge
        self._maker = config.maker

    def rows(self, answer: Any, subject: Subject) -> list[Row]:
        """The licences of this person, each once. A row about anybody else is a fault, never a result.

        Raises PermanentFault.
        """
        entries = pick(answer, self._where.at)
        entries = [] if entries is None else entries
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise self._judge.contract("应答中证照列表不符合约定")
        if self._where.total and text_at(answer, self._where.total) not in ("", str(len(entries))):
            # One page of several would make several licences look like one.
            raise self._judge.contract("应答中证照的总数与列表不符")
        rows: list[Row] = []
        for entry in entries:
            if not same_number(IdType(subject.id_type), text_at(entry, self._where.holder_code), subject.id_number):
                raise self._judge.contract("应答中有他人的证照")
            if entry not in rows:
                rows.append(entry)
        return rows

    def choose(self, rows: list[Row], subject: Subject, question: Question) -> Row:
        """The one row meant. Raises Settled with the outcome that says why there is none; PermanentFault."""
        if question.chosen is not None:
            rows = [row for row in rows if self.identifier(row) == question.chosen]
            if len(rows) > 1:
                raise self._judge.contract("应答中几份证照编号相同")
        if not rows:
            raise Settled(ShareOutcome.NONE)
        if not any(same_name(text_at(row, self._where.holder), subject.name) for row in rows):
            # The number of a passport counts within its country only: another name may be another country's holder.
            raise Settled(ShareOutcome.NONE if subject.id_type == IdType.PASSPORT else ShareOutcome.MISMATCH)
        if len(rows) > 1:
            raise Settled(ShareOutcome.SEVERAL)
        return rows[0]

    def candidate(self, row: Row) -> Candidate:
        """What the requesting unit picks from: no names."""
        return Candidate(
            identifier=self.identifier(row),
            kind=text_at(row, self._where.kind),
            issuer=text_at(row, self._where.issuer),
            issued_on=text_at(row, self._where.issued_on),
        )

    def identifier(self, row: Row) -> str:
        return text_at(row, self._where.identifier)

    def maker(self, row: Row) -> str:
        """制作单位: the unit that answers for the data (reading 14)."""
        return text_at(row, self._where.issuer) or self._maker

    def fields(self, row: Row, licence_type: str) -> tuple[dict[str, str], tuple[str, ...]]:
        """The proof's fields out of the row, and warnings for people. Raises Settled, PermanentFault."""
        mapping = self._fields.get(licence_type)
        if mapping is None:
            raise Settled(ShareOutcome.BAD_REQUEST)  # the catalog asks for a kind that this source's file lacks
        values = {name: text_at(row, path) for name, path in mapping.items()}
        warnings = [f"{self._name}没有给出字段:{name}" for name, value in values.items() if not value]
        if len(warnings) == len(mapping):
            raise self._judge.contract("应答中没有约定的字段")
        if self._where.identifier_check == "e-licence" and not identifier_checks(self.identifier(row)):
            warnings.append(f"{self._name}给出的电子证照标识校验位不符,已照常使用,请告知对方更正")
        return {name: value for name, value in values.items() if value}, tuple(warnings)
