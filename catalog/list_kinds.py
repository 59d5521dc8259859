"""清单种类: what a list is, what it is called, and the columns of which it consists."""

from __future__ import annotations

from enum import StrEnum

from catalog.column_names import SYNONYMS


class ListKind(StrEnum):
    """What a list is, and the columns without which it says nothing."""

    MATTERS = "matters"  #: 事项清单
    PROOFS = "proofs"  #: 证明事项清单, “无证明办事”清单
    CANCELLATIONS = "cancellations"  #: 取消的证明事项清单
    COMMITMENTS = "commitments"  #: 实行告知承诺制的证明事项清单
    NEGATIVE_COMMUNITY = "negative_community"  #: 不应由村(居)委会出具的证明
    NEGATIVE_POLICE = "negative_police"  #: 公安派出所不再出具的证明

    @property
    def label(self) -> str:
        return {
            "matters": "事项清单",
            "proofs": "证明事项清单",
            "cancellations": "取消的证明事项清单",
            "commitments": "告知承诺制证明事项清单",
            "negative_community": "不应由基层群众性自治组织出具的证明清单",
            "negative_police": "公安派出所不再出具的证明清单",
        }[self.value]

    def required(self, *, of_one_unit: bool = False) -> tuple[tuple[str, ...], ...]:
        """One of each group must be there. A unit's own list need not say whose it is."""
        if self in (ListKind.NEGATIVE_COMMUNITY, ListKind.NEGATIVE_POLICE):
            return (("negative", "proof"),)
        if self is ListKind.MATTERS:
            groups: tuple[tuple[str, ...], ...] = (("matter", "main_matter"), ("unit", "unit_code"))
        else:
            groups = (("proof", "proof_code"), ("matter", "matter_code", "unit"))
        return groups[:1] if of_one_unit else groups

    @property
    def expected(self) -> tuple[str, ...]:
        """Columns that it should have: without them its rows say less than the flows need."""
        return {
            ListKind.MATTERS: ("matter_code", "handling", "promised_days"),
            ListKind.PROOFS: ("matter_code", "basis", "issuer", "methods", "fields"),
            ListKind.COMMITMENTS: ("basis",),
        }.get(self, ())

    @property
    def reads(self) -> frozenset[str]:
        """Columns that its rows are read from."""
        names = {
            ListKind.MATTERS: "matter main_matter sub_matter matter_code unit unit_code handling promised_days region "
            "reviewed_above standing",
            ListKind.CANCELLATIONS: "proof proof_code matter sub_matter matter_code unit methods standing",
            ListKind.NEGATIVE_COMMUNITY: "negative proof instead may_issue",
            ListKind.NEGATIVE_POLICE: "negative proof instead may_issue",
        }.get(self)
        return frozenset(names.split()) if names else frozenset(SYNONYMS) - _NOT_OF_PROOFS


#: What a list of proofs has no use for.
_NOT_OF_PROOFS = frozenset(
    "sequence remark negative instead may_issue main_matter matter_type unit_code handling promised_days region level".split()
)
#: Lists that a unit sends of its own; the others change the register and the rules at once, and are the office's.
OF_UNITS = frozenset({ListKind.PROOFS, ListKind.CANCELLATIONS})
