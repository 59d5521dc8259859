"""清单公开: what the public documents say of an entry and of a change, and whole lists as streams.

Nobody holds a database session while a reader takes his time: a list is read in pieces, each in a transaction of its
own. That is one list all the same, because what is published never changes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from pydantic import BaseModel
from sqlalchemy.orm import Session

from domain.listing import Change, ChangeKind, described
from domain.methods import Method
from domain.scope import CatalogEntry, excluded
from gateway.catalog.published_schemas import ListedChange, ListedEntry
from gateway.edge.schemas import Named
from ledger.catalog import published
from ledger.database import transaction

T = TypeVar("T")

#: What only the system needs: a change of these alone is told without their values.
_INTERNAL = ("source", "parameters")
ENTRY_HEADER = ("办事单位", "事项编码", "事项名称", "证明编码", "证明名称", "是否免提交", "核验方式", "出具单位", "设定依据", "不适用原因")
CHANGE_HEADER = ("调整", "办事单位", "事项编码", "事项名称", "证明编码", "证明名称", "变动内容")
GUIDE_HEADER = (*CHANGE_HEADER, "办事指南怎么改")


def entry_of(entry: CatalogEntry, unit_name: str) -> ListedEntry:
    """An entry as everybody reads it."""
    why = why_excluded(entry)
    issuer = Named(code=entry.issuing_unit, name=entry.issuing_unit_name or entry.issuing_unit) if entry.issuing_unit else None
    return ListedEntry(
        unit=Named(code=entry.unit, name=unit_name),
        matter=Named(code=entry.matter, name=entry.matter_name),
        proof=Named(code=entry.proof, name=entry.proof_name),
        paperless=why is None,
        methods=list(entry.methods) if why is None else [],
        method_names=[method.label for method in entry.methods] if why is None else [],
        issuing_unit=issuer,
        basis=entry.basis,
        excluded=why,
    )


def why_excluded(entry: CatalogEntry) -> str | None:
    """Why the proof must still be handed in (obligations 2.3, 2.4, 2.5), with who decided so and on what."""
    refusal = excluded(entry)
    if refusal is None or entry.exclusion is None:
        return refusal.text if refusal else None
    return f"{refusal.text}认定机关:{entry.exclusion_decided_by};认定依据:{entry.exclusion_evidence}。"


def change_of(change: Change, unit_names: Mapping[str, str]) -> ListedChange:
    """A change as everybody reads it."""
    before, after = (entry_of(entry, unit_names.get(entry.unit, entry.unit)) if entry else None for entry in (change.before, change.after))
    return ListedChange(kind=change.kind, kind_name=change.kind.label, lines=_lines(change), before=before, after=after)


def _lines(change: Change) -> list[str]:
    if change.kind is ChangeKind.REMOVE:
        return ["不再要求这项证明"]
    if change.kind is ChangeKind.ADD:
        why = why_excluded(change.entry)
        return [why] if why else described(change)
    return described(change, leave_out=_INTERNAL) or ["数据来源的技术参数有调整"]


def guide_words(change: Change) -> str:
    """What to do with the guide of the matter (obligation 13.2)."""
    name = change.entry.proof_name
    if change.kind is ChangeKind.REMOVE:
        return f"从申请材料中删去“{name}”。"
    if why := why_excluded(change.entry):
        return f"在申请材料中列明“{name}”须提交,并注明原因:{why}"
    do = "增加" if change.kind is ChangeKind.ADD else "更新"
    return f"{do}“{name}”:注明{not_needed(change.entry)}"


def not_needed(entry: CatalogEntry) -> str:
    """How a proof that nobody hands in is come by."""
    how = "、".join(method.label for method in entry.methods)
    return f"无需提交,由办事单位以{how}方式核验{'(申请人书面承诺)' if Method.COMMITMENT in entry.methods else ''}。"


def entries(version: int) -> Iterator[ListedEntry]:
    """Every entry of a version."""
    for one in _in_pieces(lambda session, offset: published.page(session, version, offset=offset)):
        yield entry_of(one.entry, one.unit_name)


def changes(first: int, second: int) -> Iterator[Change]:
    """Every change from one version to another."""
    return _in_pieces(lambda session, offset: published.changes(session, first, second, offset=offset))


def _in_pieces(read: Callable[[Session, int], Sequence[T]]) -> Iterator[T]:
    offset = 0
    while True:
        with transaction() as session:
            found = read(session, offset)
        yield from found
        offset += len(found)
        if len(found) < published.AT_ONCE:
            return


def entry_row(one: ListedEntry) -> list[object]:
    """A line of the table."""
    issuer = one.issuing_unit.name if one.issuing_unit else ""
    return [
        one.unit.name,
        one.matter.code,
        one.matter.name,
        one.proof.code,
        one.proof.name,
        "是" if one.paperless else "否",
        "、".join(one.method_names),
        issuer,
        one.basis,
        one.excluded or "",
    ]


def change_row(change: Change, unit_names: Mapping[str, str]) -> list[object]:
    """A line of the table of changes."""
    entry = change.entry
    return [
        change.kind.label,
        unit_names.get(entry.unit, entry.unit),
        entry.matter,
        entry.matter_name,
        entry.proof,
        entry.proof_name,
        ";".join(_lines(change)),
    ]


def as_json(head: Mapping[str, object], name: str, items: Iterator[BaseModel]) -> Iterator[str]:
    """A document whose last field is a long list, piece by piece."""
    yield json.dumps(head, ensure_ascii=False)[:-1] + f', "{name}": ['
    waiting: list[str] = []
    separator = ""
    for item in items:
        waiting.append(item.model_dump_json())
        if len(waiting) == 500:
            yield separator + ",\n".join(waiting)
            separator, waiting = ",\n", []
    yield (separator + ",\n".join(waiting) if waiting else "") + "]}"
