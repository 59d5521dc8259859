"""清单的比较: two versions of the list, their difference, and the difference applied (obligations 5.3, 5.4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from enum import StrEnum
from typing import Any

from domain.methods import Method
from domain.refusal import Refusal
from domain.scope import CatalogEntry, Exclusion

Key = tuple[str, str]  #: matter code, proof code
#: What an entry carries for reading alone: it may change without the entry being another one.
_ASIDE = frozenset({"issuing_unit_name"})
_NAMES = tuple(field.name for field in fields(CatalogEntry) if field.name not in _ASIDE)
_PLAIN = (str, int, bool)


class ChangeKind(StrEnum):
    """How an entry changes (obligation 5.4)."""

    ADD = "add"
    ALTER = "alter"
    REMOVE = "remove"

    @property
    def label(self) -> str:
        return {"add": "增加", "alter": "变更", "remove": "减少"}[self.value]


@dataclass(frozen=True)
class Change:
    """One entry before and after; None before for 增加, after for 减少."""

    before: CatalogEntry | None
    after: CatalogEntry | None

    @property
    def kind(self) -> ChangeKind:
        if self.before is None:
            return ChangeKind.ADD
        return ChangeKind.REMOVE if self.after is None else ChangeKind.ALTER

    @property
    def entry(self) -> CatalogEntry:
        """The entry as it is afterwards, or was."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def key(self) -> Key:
        return key_of(self.entry)


class ChangeConflict(Refusal, code="change_conflict"):
    """The list is not what the change thinks: somebody changed the entry meanwhile. Nothing was applied."""

    def __init__(self, key: Key) -> None:
        super().__init__(f"事项 {key[0]} 的证明 {key[1]} 已被其他调整改动,请按现行清单重新报送。")
        self.key = key


def key_of(entry: CatalogEntry) -> Key:
    return entry.matter, entry.proof


def difference(before: Mapping[Key, CatalogEntry], after: Mapping[Key, CatalogEntry]) -> tuple[Change, ...]:
    """What changes from one list to the other, in the order of the keys."""
    found = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old is None or new is None or content(old) != content(new):
            found.append(Change(old, new))
    return tuple(found)


def apply(entries: Mapping[Key, CatalogEntry], changes: Iterable[Change]) -> dict[Key, CatalogEntry]:
    """The list after the changes. Raises ChangeConflict where an entry is not what a change says it was."""
    result = dict(entries)
    for change in changes:
        standing = result.get(change.key)
        if (standing and content(standing)) != (change.before and content(change.before)):
            raise ChangeConflict(change.key)
        if change.after is None:
            del result[change.key]
        else:
            result[change.key] = change.after
    return result


def content(entry: CatalogEntry) -> dict[str, Any]:
    """What makes the entry what it is, as JSON: two entries are the same where this is."""
    found: dict[str, Any] = {}
    for name in _NAMES:
        value = getattr(entry, name)
        if value is None or type(value) in _PLAIN:  # most are
            found[name] = value
            continue
        if isinstance(value, timedelta):
            value = int(value.total_seconds() // 60)
        elif isinstance(value, tuple):
            value = [str(item) for item in value]
        elif isinstance(value, Mapping):
            value = dict(sorted(value.items()))
        found[name] = value.value if isinstance(value, StrEnum) else value
    return found


def from_content(found: Mapping[str, Any], issuing_unit_name: str | None = None) -> CatalogEntry:
    """The entry again from `content`."""
    values = dict(found)
    values["methods"] = tuple(Method(method) for method in values["methods"])
    values["fields"] = tuple(values["fields"])
    values["exclusion"] = Exclusion(values["exclusion"]) if values["exclusion"] else None
    values["limit"] = timedelta(minutes=values["limit"]) if values["limit"] is not None else None
    return CatalogEntry(**values, issuing_unit_name=issuing_unit_name)


LABELS: Mapping[str, str] = {
    "matter_name": "事项名称",
    "proof_name": "证明名称",
    "methods": "核验方式",
    "issuing_unit": "出具单位",
    "source": "数据来源",
    "parameters": "来源参数",
    "fields": "核验内容",
    "database_backed": "有数据库依托",
    "sealed_when_negative": "否定结果盖章",
    "validity_days": "有效天数",
    "exclusion": "不适用情形",
    "outside_region": "区外出具",
    "checkable_online": "可网络核验",
    "immediate": "可立即核验",
    "limit": "核验时限(分钟)",
    "reviewed_above": "市级以上审核",
    "unit": "办事单位",
    "basis": "设定依据",
    "exclusion_decided_by": "认定机关",
    "exclusion_evidence": "认定依据",
    "commitment_basis": "告知承诺依据",
}


def described(change: Change, leave_out: Collection[str] = ()) -> list[str]:
    """What a person reads of a change: one line for each thing that differs; of 增加 and 减少 the methods."""
    if change.before is None or change.after is None:
        return [f"核验方式:{_shown(content(change.entry)['methods'], 'methods')}"]
    old, new = content(change.before), content(change.after)
    differs = [name for name in old if old[name] != new[name] and name not in leave_out]
    names = {"issuing_unit": (change.before.issuing_unit_name, change.after.issuing_unit_name)}
    lines = []
    for name in differs:
        before, after = names.get(name, (None, None))
        lines.append(f"{LABELS.get(name, name)}:{_shown(before or old[name], name)} → {_shown(after or new[name], name)}")
    return lines


def _shown(value: Any, name: str) -> str:
    match value:
        case None | "" | [] | {}:
            return "(无)"
        case bool():
            return "是" if value else "否"
        case list():
            return "、".join(Method(item).label if name == "methods" else str(item) for item in value)
        case dict():
            return "、".join(f"{key}={item}" for key, item in value.items())
        case _:
            return Exclusion(value).label if name == "exclusion" else str(value)
