"""批次的各行: what a file or a body says, row by row, held to the same schema as a single call. A row that does not hold is
refused with the words of that call; the others go on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from sqlalchemy.orm import Session

from catalog.batch_table import COLUMNS, BatchTable
from catalog.cleaning import clean, key
from domain.identity import is_uscc, person_key, tidy
from domain.roles import IdType
from gateway.batches.schemas import BatchIn
from gateway.edge.problems import PROBLEMS
from gateway.edge.validation_texts import invalid
from gateway.verifications.schemas import VerificationIn
from ledger.batches import intake
from ledger.batches.intake import RowSent
from ledger.lifecycle.receiving import Asked
from ledger.vault import vault

TWICE = "row_repeated"
_HEADS = tuple(COLUMNS[field][0] for field in ("case_number", "matter", "proof", "id_type", "id_number", "name"))
_ID_TYPES = {
    **{key(one.label): one.value for one in IdType},
    **{one.value: one.value for one in IdType},
    **{key(name): IdType.CITIZEN_ID.value for name in ("身份证", "居民身份证", "二代身份证", "中华人民共和国居民身份证")},
    **{key(name): IdType.USCC.value for name in ("信用代码", "社会信用代码", "营业执照")},
    key("回乡证"): IdType.HK_MACAO_PERMIT.value,
    key("台胞证"): IdType.TAIWAN_PERMIT.value,
}
#: Field of a single call -> how the table calls it.
_FIELDS = {"case_number": "case_number", "matter": "matter", "proof": "proof", "authorisation": "authorisation", "party": "id_number"} | {
    f"party.{name}": name for name in ("id_type", "id_number", "name")
}


def of_body(body: BatchIn) -> tuple[tuple[str, ...], list[RowSent]]:
    """The heads and rows of a body."""
    names = tuple(dict.fromkeys(name for row in body.rows for name in row.own))
    rows = []
    for line, row in enumerate(body.rows, start=1):
        about = row.party
        own = (row.case_number, row.matter or "", row.proof, about.id_type, about.id_number, about.name)
        said: dict[str, Any] = {"case_number": row.case_number, "proof": row.proof, "party": about.model_dump()}
        said |= {"matter": row.matter} if row.matter else {}
        said |= {"authorisation": row.authorisation} if row.authorisation else {}
        rows.append(_row(line, (*own, *(row.own.get(name, "") for name in names)), said))
    return (*_HEADS, *names), _of_one_each(_once_each(rows))


def of_table(session: Session, table: BatchTable) -> tuple[tuple[str, ...], list[RowSent]]:
    """The heads and rows of a file: proofs by code or by the register's name."""
    proofs = {key(name): code for code, name in intake.proof_names(session)}
    rows = []
    for line, cells, faults in table.rows:
        at_fault = next(((field, faults[place]) for field, place in table.places.items() if place in faults), None)
        if at_fault is not None:
            rows.append(RowSent(line, tuple(cells), None, "invalid", f"“{COLUMNS[at_fault[0]][0]}”:{at_fault[1]}"))
            continue
        said = {field: clean(cells[place]) for field, place in table.places.items()}
        if "authorisation" in said:  # a credential: it does not come back with the sender's own columns
            cells = [cell if place != table.places["authorisation"] else "" for place, cell in enumerate(cells)]
        number = said["id_number"]
        asked: dict[str, Any] = {
            "case_number": said["case_number"],
            "proof": proofs.get(key(said["proof"]), said["proof"]),
            "party": {"id_type": _id_type(said.get("id_type", ""), number), "id_number": number, "name": said["name"]},
        }
        asked |= {name: said[name] for name in ("matter", "authorisation") if said.get(name)}
        rows.append(_row(line, tuple(cells), asked))
    return tuple(table.heads), _of_one_each(_once_each(rows))


def _id_type(said: str, number: str) -> str:
    if said:
        return _ID_TYPES.get(key(said)) or _ID_TYPES.get(said.casefold()) or said
    return (IdType.USCC if is_uscc(tidy(number)) else IdType.CITIZEN_ID).value


def _row(line: int, own: tuple[str, ...], said: Mapping[str, Any]) -> RowSent:
    try:
        return RowSent(line, own, VerificationIn.model_validate(said).as_asked())
    except ValidationError as error:
        found = [{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False, include_input=False)]
        problem = invalid(RequestValidationError(found))
        words = [f"“{COLUMNS[_FIELDS[field]][0] if field in _FIELDS else field}”:{text}" for field, text in problem.errors]
        return RowSent(line, own, None, problem.code, "".join(words) or PROBLEMS[problem.code].detail)


def _once_each(rows: Iterable[RowSent]) -> list[RowSent]:
    """The same row a second time is refused, and says where it stands first."""
    seen: dict[tuple[Any, ...], int] = {}
    found = []
    for row in rows:
        if row.asked is not None:
            first = seen.setdefault(_same(row.asked), row.line)
            if first != row.line:
                row = RowSent(row.line, row.own, None, TWICE, f"与第 {first} 行相同(同一办件、证明和当事人)。")
        found.append(row)
    return found


def _of_one_each(rows: Sequence[RowSent]) -> list[RowSent]:
    """持证人授权 is one person's: given for several, it is none of theirs as far as we can tell, and all those rows are refused."""
    people: dict[str, set[tuple[Any, ...]]] = {}
    for row in rows:
        if row.asked is not None and row.asked.authorisation:
            people.setdefault(row.asked.authorisation, set()).add(person_key(row.asked.id_type, row.asked.id_number))
    said = "同一持证人授权编号用于不同的人,请逐人核对后重新发送。"
    return [
        RowSent(row.line, row.own, None, "invalid", said)
        if row.asked is not None and row.asked.authorisation and len(people[row.asked.authorisation]) > 1
        else row
        for row in rows
    ]


def _same(asked: Asked) -> tuple[Any, ...]:
    return asked.case_number, asked.proof, *person_key(asked.id_type, asked.id_number)


def digest_of(purpose: str, responsible: str, callback: bool, heads: Sequence[str], rows: Sequence[RowSent]) -> str:
    """By which a repeated call is known; keyed, since what it is of is short enough to be guessed."""
    seen = hashlib.sha256(json.dumps([purpose, responsible, callback, heads], ensure_ascii=True).encode())
    for row in rows:
        seen.update(json.dumps([row.line, row.own], ensure_ascii=True).encode())
        if row.asked is not None and row.asked.authorisation:
            seen.update(row.asked.authorisation.encode())
    return vault().lookup("batch", seen.hexdigest())
