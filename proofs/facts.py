"""四项结论: what there is to know of a proof in somebody's hand, each apart (obligation 11.1).

One sentence for all hides which of them failed: a file may be ours and unchanged and yet expired, and a paper with a true
number may have been forged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

#: Code -> what it is called, and what is said where it is so, where it is not, and where it cannot be told.
_WORDS: Mapping[str, tuple[str, str, str, str]] = MappingProxyType(
    {
        "intact": (
            "签章后未改动",
            "签章以后,内容没有改动。",
            "签章以后,内容被改动过,或者文件已损坏。",
            "没有看到本系统的完好签章,不能判断。",
        ),
        "ours": ("由本系统签章", "由本系统签章,台账有登记。", "没有本系统的签章。", "不能确认由本系统签章。"),
        "current": ("今天仍然有效", "在有效期内,没有被撤销。", "已超过有效期,或者已被撤销。", "不能确认来源,因此不能判断是否有效。"),
        "whole": (
            "签章覆盖整个文件",
            "签章覆盖整个文件,没有追加的内容。",
            "签章以后又追加了内容,追加的部分没有签章。",
            "没有看到本系统的完好签章,不能判断。",
        ),
    }
)
#: Where only a number was given, and no file.
_BY_NUMBER: Mapping[str, tuple[str, str, str, str]] = MappingProxyType(
    {
        "intact": ("签章后未改动", "", "", "只凭编号不能判断:请上传原始文件,或者逐项核对内容。"),
        "ours": (
            "由本系统签章",
            "编号和核验码都对,本系统签章出具过这份证明。",
            "",
            "本系统出具过这个编号的证明,手中的是不是它,还不能确认:请扫描二维码或者上传原始文件。",
        ),
        "current": ("今天仍然有效", "这个编号的证明在有效期内,没有被撤销。", "这个编号的证明已超过有效期,或者已被撤销。", ""),
        "whole": ("签章覆盖整个文件", "", "", "只凭编号不能判断:请上传原始文件。"),
    }
)
#: Where a saved list of revoked proofs stood in the ledger's place.
_BY_LIST: Mapping[str, tuple[str, str, str, str]] = MappingProxyType(
    {
        **_WORDS,
        "ours": ("由本系统签章", "由本系统签章;台账是否登记,没有核对。", "没有本系统的签章。", "不能确认由本系统签章。"),
        "current": ("今天仍然有效", "", "撤销状态清单写明已被撤销。", "没有核对台账,不能判断是否仍在有效期内。"),
    }
)
_VERDICTS = {True: ("yes", "是"), False: ("no", "否"), None: ("unknown", "不能判断")}


@dataclass(frozen=True)
class Told:
    """One of the four in words. `verdict`: yes, no or unknown."""

    code: str
    name: str
    verdict: str
    verdict_name: str
    text: str


@dataclass(frozen=True)
class Facts:
    """True: it is so; False: it is not; None: what is at hand does not tell."""

    intact: bool | None = None
    ours: bool | None = None
    current: bool | None = None
    whole: bool | None = None

    def told(self, *, by_number: bool = False, by_list: bool = False) -> list[Told]:
        """The four, always all and in this order. `by_number`: nobody showed a file. `by_list`: the ledger was not asked."""
        found = []
        for code, (name, *texts) in (_BY_NUMBER if by_number else _BY_LIST if by_list else _WORDS).items():
            so: bool | None = getattr(self, code)
            found.append(Told(code, name, *_VERDICTS[so], texts[(True, False, None).index(so)]))
        return found
