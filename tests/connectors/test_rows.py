"""证照列表: whose a row is, when a card was made again, and what it means that a name is another; the tables are by hand."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.faults import PermanentFault
from connectors.judge import Judge, Settled
from connectors.rows import RowReader
from connectors.source_config import parse_source
from domain.share import Question, ShareOutcome, Subject
from tests.connectors.test_source_config import ENVIRONMENT, table

CONFIG = parse_source("x", table("licence_library"), ENVIRONMENT)
READER = RowReader(CONFIG, Judge(CONFIG))
QUESTION = Question("HY", "事项", "用途", {})


def row(number: str, name: str = "演示甲", serial: str = "L-1") -> dict[str, Any]:
    """A row as the city's library writes one."""
    return {"certificateHolderCode": number, "certificateHolder": name, "certIdentifier": serial}


def rows(subject: Subject, *found: dict[str, Any]) -> list[dict[str, Any]]:
    return READER.rows({"data": {"dataList": list(found), "total": len(found)}}, subject)


@pytest.mark.parametrize(
    ("kind", "asked", "written"),
    [
        # The last two figures of a 回乡证 count the cards of one person; so do those of a 台胞证, in brackets or not.
        ("hk_macao_permit", "H01234567", "H0123456701"),
        ("hk_macao_permit", "H0123456701", "H0123456702"),
        ("hk_macao_permit", "M0123456701", "M01234567"),
        ("hk_macao_permit", "h01234567", "Ｈ01234567"),
        ("taiwan_permit", "12345678", "12345678(01)"),
        ("taiwan_permit", "1234567801", "12345678（03）"),
        ("taiwan_permit", "1234567801", "12345678"),
        ("citizen_id", "370402188102020017", "37040218810202001 7"),
        ("citizen_id", "11010118800101001X", "11010118800101001x"),
        ("passport", "E12345678", "e12345678"),
        ("permanent_residence", "USA110080010101", "USA 110080010101"),
    ],
)
def test_a_card_made_again_is_the_same_persons(kind: str, asked: str, written: str) -> None:
    assert len(rows(Subject("演示甲", kind, asked), row(written))) == 1


@pytest.mark.parametrize(
    ("kind", "asked", "written"),
    [
        ("hk_macao_permit", "H01234567", "M01234567"),
        ("hk_macao_permit", "H0123456701", "H0123456801"),
        ("taiwan_permit", "12345678", "12345679(01)"),
        ("taiwan_permit", "1234567801", "1234567901"),
        ("permanent_residence", "USA110080010101", "USA110080010102"),
        ("passport", "E12345678", "E1234567801"),
        ("passport", "E12345678", "G12345678"),
        ("citizen_id", "370402188102020017", "370402188102020018"),
        ("citizen_id", "370402188102020017", ""),
    ],
)
def test_a_row_about_anybody_else_is_a_fault_and_no_result(kind: str, asked: str, written: str) -> None:
    with pytest.raises(PermanentFault, match="他人的证照"):
        rows(Subject("演示甲", kind, asked), row(asked), row(written))


def test_a_card_in_two_rows_is_two_licences_and_the_same_row_twice_is_one() -> None:
    subject = Subject("演示甲", "taiwan_permit", "12345678")
    twice = rows(subject, row("12345678(01)"), row("12345678(02)", serial="L-2"))
    with pytest.raises(Settled) as settled:
        READER.choose(twice, subject, QUESTION)
    assert settled.value.outcome is ShareOutcome.SEVERAL
    once = rows(Subject("演示甲", "passport", "E1234567"), row("E1234567"))
    assert READER.choose(once, subject, QUESTION) == once[0]
    with pytest.raises(PermanentFault, match="总数"):
        READER.rows({"data": {"dataList": [row("E1234567")], "total": 2}}, subject)


@pytest.mark.parametrize(
    ("kind", "number", "outcome"),
    [
        # The number of a passport counts within its country only: another name is another country's holder, and 查无.
        ("passport", "E12345678", ShareOutcome.NONE),
        # Every other number is one person's in the whole country: another name is 不符, and ends the verification.
        ("citizen_id", "370402188102020017", ShareOutcome.MISMATCH),
        ("hmt_residence", "810000188001010019", ShareOutcome.MISMATCH),
        ("hk_macao_permit", "H01234567", ShareOutcome.MISMATCH),
        ("taiwan_permit", "12345678", ShareOutcome.MISMATCH),
        ("permanent_residence", "USA110080010101", ShareOutcome.MISMATCH),
        ("uscc", "1137040200DEM0001Q", ShareOutcome.MISMATCH),
    ],
)
def test_another_name_is_a_mismatch_but_for_a_passport(kind: str, number: str, outcome: ShareOutcome) -> None:
    subject = Subject("演示甲", kind, number)
    found = rows(subject, row(number, "演示乙"))
    with pytest.raises(Settled) as settled:
        READER.choose(found, subject, QUESTION)
    assert settled.value.outcome is outcome


def test_of_several_holders_of_one_passport_number_none_is_picked_and_the_chosen_one_is_asked_its_name() -> None:
    subject = Subject("演示甲", "passport", "E12345678")
    found = rows(subject, row("E12345678", "演示乙", "L-1"), row("E12345678", "演示甲", "L-2"))
    with pytest.raises(Settled) as several:
        READER.choose(found, subject, QUESTION)
    assert several.value.outcome is ShareOutcome.SEVERAL
    chosen = Question("HY", "事项", "用途", {}, chosen="L-2")
    assert READER.choose(found, subject, chosen)["certIdentifier"] == "L-2"
    with pytest.raises(Settled) as other:
        READER.choose(found, subject, Question("HY", "事项", "用途", {}, chosen="L-1"))
    assert other.value.outcome is ShareOutcome.NONE
