"""与登记不一致: rows of a list of matters that give a registered code another name, or to another unit (obligation 5.1).

A code never beats the name beside it: a list in which a column was sorted without the others would rename every matter. Another name
waits until a person says that it is this matter's, unless it is one that the matter bore before: that is no new name. Another unit's
matter is not the sender's to take.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from catalog.cleaning import key
from catalog.verdicts import ONLY_OWN
from domain.list_rows import Candidate, Topic
from ledger.catalog import matter_rows, questions
from ledger.catalog.matter_rows import Registered
from ledger.catalog.questions import Asked
from ledger.registry import former_names, registry
from ledger.tables.catalog import CatalogReading, CatalogSource

_REGISTERED = 0.8  #: as sure as a code with another name beside it (`catalog.proof_rows`)


@dataclass(frozen=True)
class Differing:
    """One row. `means`: the code that a person said its name means ('': no matter); None: nobody has said."""

    sheet: int
    line: int
    code: str
    name: str
    registered: Registered
    of_another: bool
    means: str | None

    @property
    def waits(self) -> bool:
        return not self.of_another and self.means is None

    @property
    def why(self) -> str:
        """What is asked, and what goes back to the sender."""
        if self.of_another:
            return f"事项编码 {self.code} 登记为另一单位的事项“{self.registered.name}”。"
        if self.waits:
            return f"事项编码 {self.code} 登记的名称是“{self.registered.name}”,本行写作“{self.name}”。"
        return f"已确认“{self.name}”不是事项 {self.code} 的名称,本行所写不采用。"

    @property
    def remedy(self) -> str:
        if self.of_another:
            return ONLY_OWN
        if self.waits:
            return "写错的,请改正后重新报送;事项更名的,请等候工作专班办公室确认,确认以前仍用登记的名称。"
        return "请核对事项编码和名称,改正后重新报送。"


def differing(session: Session, source: CatalogSource, reading: CatalogReading) -> Iterator[Differing]:
    """The rows of this list of which nothing is taken, because the register has their code otherwise, in their order."""
    said = questions.answers(session, source.unit)
    preferred = questions.settled(session)
    own = registry.drafted_by(session, source.unit) if source.unit else None
    bore = former_keys(session)
    for row in matter_rows.registered_otherwise(session, reading.id):
        of_another = own is not None and row.registered.unit not in own
        means, named = said.get((Topic.MATTER, key(row.name))), {key(row.registered.name), *bore.get(row.code, ())}
        renamed = key(row.name) not in named and means != row.code and preferred.get(row.code) != source.key
        if of_another or renamed:
            yield Differing(row.sheet, row.line, row.code, row.name, row.registered, of_another, means)


def former_keys(session: Session) -> dict[str, set[str]]:
    """Matter -> what it was called before, as names are compared."""
    return {code: {key(one.name) for one in names} for code, names in former_names.of_matters(session).items()}


def asked(
    session: Session, lists: Collection[tuple[CatalogSource, CatalogReading]], named: Mapping[str, str], contradicted: Collection[str]
) -> list[Asked]:
    """One question of each sender for each name. `named`: key of a name -> the matter in use that bears it; `contradicted`: codes of
    which two lists say different things, which is asked first."""
    found: dict[tuple[str, str], Asked] = {}
    for source, reading in lists:
        for row in differing(session, source, reading):
            if not row.waits or row.code in contradicted:
                continue
            sender, other = source.unit or "", named.get(key(row.name))
            why = f"所填编码 {row.code} 登记的名称是“{row.registered.name}”:是它更名的,请选 {row.code}"
            why += f";也是事项 {other} 的名称" if other else ""
            candidates = [Candidate(row.code, row.registered.name, _REGISTERED)]
            candidates += [Candidate(other, row.name, _REGISTERED)] if other else []
            fresh = Asked(Topic.MATTER, key(row.name), row.name, why, tuple(candidates), sender=sender)
            found.setdefault((key(row.name), sender), fresh).found_at(f"{source.name} 第 {row.line} 行", source.unit)
    return list(found.values())
