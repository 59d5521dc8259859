"""Notes that offices write under the rows of a list, and of which rows they speak."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from tests.catalog.clean_lists import Row
from tests.catalog.office_words import MATTERS, PROOFS

#: {}: a matter or its code; {}: a proof or its code.
OF_A_MATTER = ("注:{}所需证明取消", "{}的证明已取消。", "注:{}的证明自2027年起不再索要", "备注:{}取消")
OF_A_PROOF = ("注:{}取消", "{}已取消。", "说明:{}不再要求提供")


def note_under(draw: Random, rows: Iterable[Row], unclear: set[tuple[str, str]], standing: str, *, joined: bool) -> list[str]:
    """Now and then one that gives up what rows keep: those go back. `joined`: a row may name several proofs, and go back for one."""
    sure = [row for row in rows if (row.matter, row.proof) not in unclear]
    if not sure or joined or standing == "tables" or draw.random() < 0.85:
        return []
    meant, of_matter = draw.choice(sure), draw.random() < 0.5
    code, name = (meant.matter, MATTERS[meant.matter]) if of_matter else (meant.proof, PROOFS[meant.proof])
    note = draw.choice(OF_A_MATTER if of_matter else OF_A_PROOF)
    for row in rows:
        is_meant = (row.matter if of_matter else row.proof) == code
        if is_meant and (not row.cancelled or "年起" in note):
            unclear.add((row.matter, row.proof))
    return [note.format(draw.choice((code, name)))]
