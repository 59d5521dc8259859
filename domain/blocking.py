"""清单的拦截规则: what keeps an entry out of the published list, each with its remedy in Chinese.

Obligations 2.1, 2.2, 2.3, 2.4, 2.5, 5.7, 7.4, and what a method needs (obligations 7.2, 9.3, 10.1).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from domain.listing import Change, ChangeKind
from domain.methods import Method
from domain.scope import CatalogEntry, excluded


class Organ(StrEnum):
    """What an issuing unit is to the negative lists."""

    COMMUNITY = "community"  #: 基层群众性自治组织: village and residents' committees
    POLICE = "police"  #: 公安派出所
    OTHER = "other"


@dataclass(frozen=True)
class NegativeItem:
    """负面清单: a proof that this kind of organ must not be asked for, with the list that says so."""

    organ: Organ
    name: str
    source: str
    instead: str = ""  #: what serves in its place


@dataclass(frozen=True)
class Block:
    """拦截: a stable code, the obligation, what is wrong, what to do."""

    code: str
    obligation: str
    text: str
    remedy: str


class Place(NamedTuple):
    """Where a row stands: list, sheet, line."""

    source: str
    sheet: int
    line: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """拦截的条目: an entry that the rules keep out of the draft, or that stands and should not; `rows` speak of it."""

    matter: str
    matter_name: str
    proof: str
    proof_name: str
    unit: str
    standing: bool  #: it is in the published list already
    blocks: tuple[Block, ...]
    rows: tuple[Place, ...]


def blocks(
    entry: CatalogEntry, *, organ: Organ, negative: Iterable[NegativeItem], sources: Collection[str], texts: Collection[str]
) -> tuple[Block, ...]:
    """Everything that keeps `entry` from becoming active. `organ`: of its issuing unit; `negative`: the items that name
    this proof; `sources`: the share sources that are configured; `texts`: the proofs that have a 承诺书文本."""
    found = []
    if not entry.basis.strip():
        found.append(Block("no_basis", "2.1", "没有法律法规设定依据,不得要求申请人提交。", "请补充设定依据;确无依据的,列入“取消”。"))
    found += _nobody_to_ask(entry)
    if entry.exclusion is not None:
        if not entry.exclusion_decided_by or not entry.exclusion_evidence:
            found.append(
                Block("exclusion_unexplained", "2.3", "列为不适用情形,但没有写明认定机关和认定依据。", "请补充认定机关和认定文件。")
            )
        return tuple(found)  # what article 2 keeps out needs no method
    found += [_negative(item) for item in negative if item.organ is organ and organ is not Organ.OTHER]
    if entry.outside_region and not entry.checkable_online or entry.reviewed_above:
        return tuple(found)
    if not entry.methods:
        found.append(Block("no_method", "2.2", "保留的证明没有核验方式。", "请至少确定一种:数据共享、告知承诺、部门核验。"))
    found += _commitment(entry, texts)
    if Method.DATA_SHARING in entry.methods and entry.source and entry.source not in sources:
        found.append(_no_source(f"数据来源“{entry.source}”没有接入"))
    if {Method.DATA_SHARING, Method.ISSUER} & set(entry.methods) and not entry.fields:
        found.append(Block("no_fields", "9.3", "没有写明核验内容。", "请填写办理该事项需要核验的内容,只列必需的。"))
    return tuple(found)


def change_blocks(change: Change) -> tuple[Block, ...]:
    """What keeps a change from being filed: 增加 without a method of its own (obligation 5.7); what article 2 keeps out has none."""
    entry = change.after
    if change.kind is ChangeKind.ADD and entry is not None and not entry.methods and excluded(entry) is None:
        text = "增加证明材料的,办事单位须自行确定免提交的核验方式。"
        return (Block("increase_without_method", "5.7", text, "请先确定核验方式,再报送增加。"),)
    return ()


def _nobody_to_ask(entry: CatalogEntry) -> list[Block]:
    """A method that names nobody: never in the list, not even of an entry that article 2 keeps out."""
    found = []
    if Method.DATA_SHARING in entry.methods and not entry.source:
        found.append(_no_source("没有写明数据来源"))
    if Method.ISSUER in entry.methods and not entry.issuing_unit:
        found.append(Block("no_issuer", "10.1", "核验方式有部门核验,但没有写明出具单位。", "请填写出具单位。"))
    return found


def _commitment(entry: CatalogEntry, texts: Collection[str]) -> list[Block]:
    """应当采取告知承诺 (obligation 7.4): offered before anybody is asked, since behind 部门核验 its turn would come only where that
    fails; and with a text, since without one nothing is offered and the next method follows."""
    if not entry.commitment_basis:
        return []
    order, found = entry.methods, []
    must = f"应当采取告知承诺方式({entry.commitment_basis})"
    if Method.COMMITMENT not in order:
        found.append(Block("no_commitment", "7.4", f"{must},核验方式中却没有。", "请加上“告知承诺”。"))
    elif Method.ISSUER in order[: order.index(Method.COMMITMENT)]:
        found.append(Block("no_commitment", "7.4", f"{must},却排在部门核验之后。", "请把“告知承诺”排在“部门核验”之前。"))
    if entry.proof not in texts:
        remedy = "请专班办公室先录入这项证明的承诺书文本(PUT /v1/commitment-texts/证明编码)。"
        found.append(Block("no_commitment_text", "7.4", f"{must},却没有承诺书文本,申请人无从承诺。", remedy))
    return found


def _no_source(what: str) -> Block:
    return Block("no_source", "7.2", f"核验方式有数据共享,但{what}。", "请填写已接入的数据来源,或改用其他方式。")


def _negative(item: NegativeItem) -> Block:
    instead = f"可用{item.instead}代替。" if item.instead else ""
    who = "村(居)民委员会" if item.organ is Organ.COMMUNITY else "公安派出所"
    return Block(
        "negative_list", "2.1", f"“{item.name}”列入负面清单,不得要求{who}出具(依据:{item.source})。", f"请取消或改变出具单位。{instead}"
    )
