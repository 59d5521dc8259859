"""勾选列: columns in which a tick says what becomes of a row: 是否取消, 保留 beside 取消, 取消情况 (obligation 2.1)."""

from __future__ import annotations

import re
from typing import NamedTuple

from catalog.cleaning import clean, without_brackets
from catalog.standing import Standing, in_cell
from domain.spelling import fold


class Mark(NamedTuple):
    """A column that is ticked: what a tick says, and whether 否 says the contrary (是否取消) or nothing (取消)."""

    says: Standing
    either: bool


_MARK = re.compile("(是否|请?(打勾|打√|划√)|(可|已|拟)?(打勾|打√|划√))")
_NAMES_PROOFS = re.compile("证明|事项|材料|[项条]$")
_OTHER_MARK = re.compile("(拟|建议|予以|已)?(部分取消|暂缓取消|调整|合并|规范|修改|替代|暂停|(改为|转为)告知承诺制?)")


#: 停用 may be said of a row in somebody's system as well as of a proof: where nothing else says which, `catalog.states` hears it.
_OF_THE_ROW = re.compile("已?(停用|作废|失效|删除|撤销)")


def marked(name: str, *, decides: bool = False) -> Mark | None:
    """What a tick in a column of this name says; None for a column that holds anything else. `decides`: it stands under 清理意见."""
    plain = without_brackets(clean(fold(name)))
    asks = plain.startswith("是否")
    bare = _MARK.sub("", plain)
    if _OF_THE_ROW.fullmatch(bare) and not decides:
        return None
    if (said := in_cell(bare.removesuffix("情况"))) is not None and (asks or not _NAMES_PROOFS.search(bare)):
        return Mark(said, asks)
    return Mark(Standing.OPEN, asks) if _OTHER_MARK.fullmatch(bare) else None
