"""证明清单各列的内容: what a row of proofs says in the columns that hold no name: how the proof is checked, how long it is valid, how long
that takes. What is not understood goes back; what is, and cannot be kept as it is said, is remarked (obligations 7.1, 7.6, 7.7).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from catalog import values
from catalog.amounts import NotUnderstood, is_at_once, is_counted, limit, with_unit
from catalog.cleaning import clean
from catalog.remembering import remembered
from catalog.verdicts import RowNotes


def said_in(cells: Mapping[str, str], notes: RowNotes, fields: Collection[str]) -> dict[str, Any]:
    """Field -> what the row says of it; without those of which it says nothing. `fields`: those of `VALUES` that the table has."""
    said: dict[str, Any] = {}
    for name in fields:
        if not (text := cells[name].strip()):
            continue
        if name in _COUNTED:
            text = with_unit(text, notes.column(name))
        try:
            found = VALUES[name](text)
        except NotUnderstood as wrong:
            notes.fault("value_wrong", name, f"{wrong}。", "请按表头要求填写。")
            continue
        if found not in (None, "", (), {}):
            said[name] = found
        elif clean(text):
            _remark(name, text, said, notes)
        if name == "validity_days" and found and is_counted(text):
            notes.fault("validity_counted", name, f"“{clean(text)}”按 {found} 天计。", "不妥的,请填写天数。", blocks=False)
    return said


def _remark(name: str, text: str, said: dict[str, Any], notes: RowNotes) -> None:
    """What was understood and is none of what the column holds: 即时, 2个工作日, 事后核查."""
    if name == "limit_minutes" and is_at_once(text):
        said["immediate"] = True
    elif name == "limit_minutes":
        what = f"“{clean(text)}”不能折算成分钟,没有采用,按《规定》第十条的时限计。"
        notes.fault("limit_in_days", name, what, "另有更短时限的,请填写分钟数或小时数。", blocks=False)
    elif name == "validity_days":
        what = f"“{clean(text)}”不是天数,没有采用,按登记的有效期计。"
        notes.fault("validity_not_days", name, what, "需要改变的,请填写天数。", blocks=False)
    elif name == "methods":
        what = f"“{clean(text)}”没有说明如何核验,没有采用。"
        notes.fault("method_not_said", name, what, "请填写数据共享、告知承诺或部门核验。", blocks=False)


def _flag(text: str) -> bool:
    return values.yes_or_no(text, False)


_COUNTED = ("validity_days", "limit_minutes")
#: Columns of which a row says what stands in them, in the order in which they are read.
VALUES: Mapping[str, Callable[[str], Any]] = {
    "methods": values.methods,
    "source": values.written_out,
    "parameters": values.parameters,
    "fields": values.names,
    "validity_days": remembered(values.validity),
    "limit_minutes": limit,
    "exclusion": remembered(values.exclusion),
    "exclusion_decided_by": values.written_out,
    "exclusion_evidence": values.written_out,
    "no_commitment": values.written_out,
    "immediate": _flag,
    "database_backed": _flag,
    "sealed_when_negative": _flag,
    "outside_region": _flag,
    "checkable_online": _flag,
}
