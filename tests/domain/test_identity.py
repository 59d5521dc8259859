"""证件号码: check characters against python-stdnum, an implementation that is not ours; forms as the documents print them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_2

from domain.identity import birth_date, is_citizen_number, is_uscc, is_wrong, person_key, same_number, tidy
from domain.roles import IdType

TODAY = date(2026, 11, 28)


def citizen(born: date, region: str = "370402", serial: int = 1) -> str:
    body = f"{region}{born:%Y%m%d}{serial:03d}"
    return body + ric.calc_check_digit(body + "0")


@given(body=st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9), first=st.sampled_from(["11", "91", "52"]))
def test_a_credit_code_is_right_where_another_implementation_says_so(body: str, first: str) -> None:
    code = f"{first}370402{body}"
    right = uscc.calc_check_digit(code + "0")
    assert [mark for mark in "0123456789ABCDEFGHJKLMNPQRTUWXY" if is_uscc(code + mark)] == [right]


@pytest.mark.parametrize(
    ("code", "right"),
    [
        ("N2370402MFDEMA001M", True),  # a village's 股份经济合作社
        ("N2370402MFDEMA001N", False),
        ("A1370402MFDEMA001C", uscc.calc_check_digit("A1370402MFDEMA0010") == "C"),
        ("91110000600037341L", True),
        ("N2370402MFDEMAO01M", False),  # letter O
        ("N237O402MFDEMA001M", False),
        ("N2370402MFDEMA001", False),
        ("\u0661" + "1110000600037341L", False),
    ],
)
def test_credit_codes(code: str, right: bool) -> None:
    assert is_uscc(code) is right and is_wrong(IdType.USCC, code, TODAY) is not right


@given(born=st.dates(date(1880, 1, 1), date(2099, 12, 31)), serial=st.integers(0, 999))
def test_a_citizens_number_has_its_check_character_and_no_birth_to_come(born: date, serial: int) -> None:
    number = citizen(born, serial=serial)
    assert mod_11_2.is_valid(number) and is_citizen_number(number) and birth_date(number) == born
    assert is_wrong(IdType.CITIZEN_ID, number, TODAY) is (born > TODAY)
    assert [mark for mark in "0123456789X" if is_citizen_number(number[:-1] + mark)] == [number[-1]]


def test_who_is_born_today_is_a_person() -> None:
    assert not is_wrong(IdType.CITIZEN_ID, citizen(TODAY), TODAY)
    assert is_wrong(IdType.CITIZEN_ID, citizen(TODAY + timedelta(days=1)), TODAY)


_HK, _FOREIGN = citizen(date(1890, 3, 4), "810000"), citizen(date(1890, 3, 4), "911084")


@pytest.mark.parametrize(
    ("kind", "number", "right"),
    [
        ("passport", "X12345678", True),
        ("passport", "EA1234567", True),
        ("passport", "AB", False),
        ("passport", "ABCDEFGH", False),
        ("hk_macao_permit", "H12345678", True),
        ("hk_macao_permit", "M1234567801", True),
        ("hk_macao_permit", "X12345678", False),
        ("taiwan_permit", "12345678", True),
        ("taiwan_permit", "1234567801", True),
        ("taiwan_permit", "1234567890B", True),
        ("taiwan_permit", "1234567", False),
        ("permanent_residence", "QQQ370400810202", True),
        ("permanent_residence", _FOREIGN, True),
        ("permanent_residence", _FOREIGN[:-1] + ("0" if _FOREIGN[-1] != "0" else "1"), False),
        ("permanent_residence", citizen(date(2031, 1, 1), "911084"), False),
        ("permanent_residence", "370402188102020017", False),
        ("hmt_residence", _HK, True),
        ("hmt_residence", citizen(date(1890, 3, 4), "830000"), True),
        ("hmt_residence", "370402188102020017", False),
        ("citizen_id", _HK, True),
        ("citizen_id", _FOREIGN, False),
        ("citizen_id", citizen(date(1890, 3, 4))[:6] + "18901304" + "0010", False),
    ],
)
def test_every_document_has_its_form(kind: str, number: str, right: bool) -> None:
    assert is_wrong(IdType(kind), number, TODAY) is not right


def test_numbers_are_read_as_they_are_printed() -> None:
    assert tidy(" 370402-18810202-001x ") == "37040218810202001X"
    assert tidy("３７０４０２１８８１０２０２００１７") == "370402188102020017"
    assert tidy("12345678（01）") == "1234567801" and tidy("h12345678") == "H12345678"


def test_one_person_is_one_key_whatever_card_it_is() -> None:
    assert same_number(IdType.HK_MACAO_PERMIT, "H1234567801", "H12345678")
    assert same_number(IdType.TAIWAN_PERMIT, "12345678(02)", "12345678")
    assert same_number(IdType.TAIWAN_PERMIT, "1234567802(B)", "12345678"), "the older ones have a check letter"
    assert not same_number(IdType.TAIWAN_PERMIT, "12345679", "12345678")
    assert person_key(IdType.HMT_RESIDENCE, _HK) == person_key(IdType.CITIZEN_ID, _HK)
    assert person_key(IdType.PASSPORT, "H12345678") != person_key(IdType.HK_MACAO_PERMIT, "H12345678")
    assert not same_number(IdType.PASSPORT, "X12345678", "X12345679")


def test_every_kind_has_its_words() -> None:
    assert len({kind.label for kind in IdType}) == len(IdType)
    assert IdType.PASSPORT.number_label == "护照号码" and IdType.USCC.number_label == "统一社会信用代码"
    assert IdType.HMT_RESIDENCE.number_label == "公民身份号码"  # so it is printed on the card
