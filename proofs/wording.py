"""证明的文字: the sentences around a proof's fields, the same in its preview and in the sealed page (obligation 9.3)."""

from __future__ import annotations

from datetime import datetime

from domain.identity import same_number
from domain.methods import Result
from domain.roles import IdType
from domain.seals import SealKind
from domain.share import Subject
from proofs.page import ProofPage


def compose(
    *,
    number: str,
    proof_name: str,
    subject: Subject,
    fields: tuple[tuple[str, str], ...],
    result: Result,
    seal: SealKind,
    seal_name: str,
    maker: str,
    signer: str,
    requesting_unit: str,
    method_name: str,
    matter_name: str,
    case_number: str,
    source: str,
    retrieved_at: datetime,
    verify_url: str,
    development: bool,
    preview: bool = False,
    otherwise: str = "",
    follows: str | None = None,
    replaces: str | None = None,
) -> ProofPage:
    """The page of this content. `subject` and `fields` are personal data."""
    how = "经共享数据查询" if seal is SealKind.SHARE else f"经{maker}核实"
    kind = IdType(subject.id_type)
    who = (("姓名" if kind.is_person else "名称", subject.name), (kind.number_label, subject.id_number))
    return ProofPage(
        number=number,
        kind=proof_name,
        body=f"{how},关于被核验人的“{proof_name}”核验结果为“{result.label}”,具体内容如下。",
        fields=(*who, *((_label(name, value, kind, subject), value) for name, value in fields)),
        requesting_unit=requesting_unit,
        making_unit=maker,
        signer=signer,
        retrieved_at=retrieved_at,
        method=method_name,
        purpose=f"办理“{matter_name}”(办件编号 {case_number})",
        seal_name=seal_name,
        verify_url=verify_url,
        sealed_answer=result.label,
        source_system=source,
        development=development,
        preview=preview,
        otherwise=otherwise,
        earlier=_earlier(follows, replaces),
        replaces=replaces or "",
    )


def _earlier(follows: str | None, replaces: str | None) -> str:
    """What becomes of the proof before this one (obligations 11.3, 17.5)."""
    if follows:
        return f"核实编号 {follows} 的证明;内容不同的,以本证明为准"
    return f"代替编号 {replaces} 的证明,该证明已撤销" if replaces else ""


def _label(name: str, value: str, kind: IdType, subject: Subject) -> str:
    """A source calls each person's number a citizen's: on the page it has the name of the document that it is of."""
    same = name == IdType.CITIZEN_ID.number_label and same_number(kind, value, subject.id_number)
    return kind.number_label if same else name
