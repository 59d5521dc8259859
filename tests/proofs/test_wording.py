"""证明的文字: what a number is called on the page, for each kind of document; the labels are written here by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from domain.methods import Result
from domain.roles import IdType
from domain.seals import SealKind
from domain.share import Subject
from proofs.page import ProofPage, _content, machine_readable
from proofs.wording import compose

#: Kind, a number of that kind, what it is called where it is printed, what its holder's name is called.
PRINTED = [
    (IdType.CITIZEN_ID, "370402188102020017", "公民身份号码", "姓名"),
    (IdType.USCC, "1137040200DEM0001Q", "统一社会信用代码", "名称"),
    (IdType.PASSPORT, "E12345678", "护照号码", "姓名"),
    (IdType.HK_MACAO_PERMIT, "H01234567", "港澳居民来往内地通行证号码", "姓名"),
    (IdType.TAIWAN_PERMIT, "12345678", "台湾居民来往大陆通行证号码", "姓名"),
    (IdType.PERMANENT_RESIDENCE, "USA110080010101", "外国人永久居留身份证号码", "姓名"),
    (IdType.HMT_RESIDENCE, "810000188001010019", "公民身份号码", "姓名"),
]


def page(
    kind: IdType,
    number: str,
    *fields: tuple[str, str],
    seal: SealKind = SealKind.SHARE,
    result: Result = Result.CONFIRMED,
    follows: str | None = None,
    replaces: str | None = None,
) -> ProofPage:
    return compose(
        number="HY20260304XXXXXXXX",
        proof_name="户籍证明",
        subject=Subject("演示甲", kind.value, number),
        fields=fields,
        result=result,
        seal=seal,
        seal_name="章",
        maker="演示局",
        signer="",
        requesting_unit="需求单位",
        method_name="数据共享",
        matter_name="演示事项",
        case_number="C-1",
        source="",
        retrieved_at=datetime(2026, 3, 4, tzinfo=UTC),
        verify_url="http://x/",
        development=True,
        follows=follows,
        replaces=replaces,
    )


def test_every_kind_of_document_is_here() -> None:
    assert {kind for kind, *_ in PRINTED} == set(IdType)


@pytest.mark.parametrize(("kind", "number", "label", "name"), PRINTED)
def test_the_holder_stands_first_under_the_name_of_the_document(kind: IdType, number: str, label: str, name: str) -> None:
    assert page(kind, number).fields == ((name, "演示甲"), (label, number))


@pytest.mark.parametrize(("kind", "number", "label", "name"), PRINTED)
def test_a_source_that_calls_the_holders_number_a_citizens_is_put_right(kind: IdType, number: str, label: str, name: str) -> None:
    """A licence's own field 公民身份号码 holds the number of whatever document its holder has."""
    assert page(kind, number, ("公民身份号码", number)).fields[2] == (label, number)
    other = "370402188102020018" if kind is IdType.CITIZEN_ID else "370402188102020017"
    assert page(kind, number, ("公民身份号码", other)).fields[2] == ("公民身份号码", other), "somebody else's is what the source says"


@pytest.mark.parametrize(
    ("kind", "number", "written"),
    [
        (IdType.TAIWAN_PERMIT, "12345678", "12345678(02)"),
        (IdType.HK_MACAO_PERMIT, "H01234567", "H0123456703"),
        (IdType.PASSPORT, "E12345678", "e12345678"),
    ],
)
def test_the_same_number_in_another_writing_has_the_documents_name_too(kind: IdType, number: str, written: str) -> None:
    label = next(label for one, _, label, _ in PRINTED if one is kind)
    assert page(kind, number, ("公民身份号码", written), ("住址", written)).fields[2:] == ((label, written), ("住址", written))


@pytest.mark.parametrize(
    ("seal", "result", "said"),
    [
        (SealKind.SHARE, Result.CONFIRMED, "经共享数据查询,关于被核验人的“户籍证明”核验结果为“属实”,具体内容如下。"),
        (SealKind.ISSUER, Result.CONFIRMED, "经演示局核实,关于被核验人的“户籍证明”核验结果为“属实”,具体内容如下。"),
        (SealKind.ISSUER, Result.DENIED, "经演示局核实,关于被核验人的“户籍证明”核验结果为“不属实”,具体内容如下。"),
    ],
)
def test_the_sentence_says_by_what_way_and_with_what_result(seal: SealKind, result: Result, said: str) -> None:
    made = page(IdType.CITIZEN_ID, "370402188102020017", seal=seal, result=result)
    assert made.body == said and made.sealed_answer == result.label and made.purpose == "办理“演示事项”(办件编号 C-1)"


def test_what_takes_the_place_of_another_names_it() -> None:
    """Obligations 11.3, 17.5: in words and for programs; any other page says nothing of it."""
    old = "HY20260301AAAAAAAA"
    new, check, plain = (page(*PRINTED[0][:2], **more) for more in ({"replaces": old}, {"follows": old}, {}))
    assert new.earlier == f"代替编号 {old} 的证明,该证明已撤销" and json.loads(machine_readable(new))["replaces"] == old
    assert check.earlier == f"核实编号 {old} 的证明;内容不同的,以本证明为准" and json.loads(machine_readable(check))["replaces"] == ""
    assert plain.earlier == "" and len(_content(new)["notes"]) == len(_content(plain)["notes"]) + 1  # type: ignore[arg-type]
