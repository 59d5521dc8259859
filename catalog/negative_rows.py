"""负面清单, row by row: which proof nobody may ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from catalog import values
from catalog.amounts import NotUnderstood
from catalog.cleaning import clean, clean_text
from catalog.negatives import core, names_in
from catalog.numbering import without_number
from catalog.registry import Registry
from catalog.row_standing import standing
from catalog.standing import Standing
from catalog.verdicts import RowNotes
from domain.list_rows import NegativeFact


def read_negative(cells: Mapping[str, str], notes: RowNotes, registry: Registry) -> NegativeFact | None:
    """What a row of a negative list forbids, and which registered proofs that touches."""
    name = without_number(cells.get("negative", "") or cells.get("proof", ""))
    if not name:
        notes.fault("proof_empty", "negative", "证明名称为空。", "请填写证明名称。")
        return None
    if notes.around.beside:
        text = f"从“{notes.around.beside}”列看,本行的证明有时可以出具,或不再列入。"
        notes.fault("not_forbidden", "negative", text, "请只报一律不应出具的证明;有例外的,请删去本行,另行报专班办公室登记。")
        return None
    if standing(cells, notes) is Standing.KEPT:
        notes.fault("not_forbidden", "negative", "所在的表、栏或小标题写的是保留或可以出具,不是负面清单的内容。", "请只报不应出具的证明。")
        return None
    if "may_issue" in cells and not _is_denied(cells["may_issue"], notes):
        return None
    if met := list(dict.fromkeys(one for part in names_in(name) for one in registry.proofs_about.get(core(part), ()))):
        notes.matched("negative", f"涉及登记库中的{'、'.join(met)}")
    return NegativeFact(name, clean(cells.get("instead", "")))


def _is_denied(text: str, notes: RowNotes) -> bool:
    """Whether the row answers that its proof is not to be issued: 否 under 是否可以出具, 是 under 是否不再出具."""
    column = notes.column("may_issue")
    try:
        is_denied = values.yes_or_no(text, False) is bool(re.search("[不禁]", column)) if clean_text(text) else None
    except NotUnderstood as wrong:
        notes.fault("value_wrong", "may_issue", f"{wrong}。", "请填写“是”或“否”。")
        return False
    if is_denied is None:
        notes.fault("value_wrong", "may_issue", f"本行没有填写“{column}”。", "请填写“是”或“否”。")
    elif not is_denied:
        notes.fault("not_forbidden", "may_issue", f"“{column}”写的是可以出具,不是负面清单的内容。", "请只报不应出具的证明。")
    return is_denied is True
