"""首次编制 (obligations 5.1, 5.2): a list is drawn up of matters that have nothing published; whatever changes what is published is 调整
(obligations 5.4, 5.5, 5.6, 5.8)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from domain.listing import Change
from ledger.catalog import versions
from ledger.succession import former_matter_codes

_NAMED = 3


def listed_already(session: Session, changes: Iterable[Change]) -> list[str]:
    """The matters of these changes that have something published, under whichever of their codes; by their codes of today."""
    former = former_matter_codes(session)
    today = {former.get(change.entry.matter, change.entry.matter) for change in changes}
    codes = today | {old for old, new in former.items() if new in today}
    return sorted({former.get(matter, matter) for matter, _ in versions.entries_of(session, matters=codes)})


def refusal(matters: list[str]) -> tuple[str, str]:
    """What is said to who files such changes as 清单编制: what happened, and what to do."""
    named = "、".join(matters[:_NAMED]) + (f"等 {len(matters)} 个事项" if len(matters) > _NAMED else "")
    return (
        f"事项 {named}已有公布的清单,对它的减少、变更、增加是清单调整,不能作为清单编制报送。",
        "请按清单调整(kind 填 adjustment)另行起草,写明事由发生之日和依据,在三个工作日内报送,由工作专班研究决定;"
        "还没有公布过清单的事项可以单独报送清单编制。",
    )
