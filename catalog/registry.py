"""登记库 as lists are read against it: the names that are known, and what people have decided about others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.cleaning import key
from catalog.matching import Match, Names, UnitNames
from domain.list_rows import Topic

NOT_A_UNIT = ""  #: what a person answers where a name means no unit at all


@dataclass
class Registry:
    """Everything that a list is compared with. `answers`: (topic, written name) -> the code a person gave."""

    units: UnitNames
    matters: Names
    proofs: Names
    matter_units: Mapping[str, str]  #: matter -> its unit
    region: str  #: 行政区划代码, six digits
    answers: Mapping[tuple[Topic, str], str] = field(default_factory=dict)

    def unit(self, topic: Topic, text: str) -> Match:
        """Which unit is meant. A person's answer comes first."""
        return self._answered(topic, text) or self.units.match(text)

    def matter(self, text: str) -> Match:
        return self._answered(Topic.MATTER, text) or self.matters.match(text)

    def matter_of(self, text: str, unit: str) -> str | None:
        """The one matter of this unit among several of exactly this name, or None."""
        found = [code for code in self.matters.named(text) if self.matter_units.get(code) == unit]
        return found[0] if len(found) == 1 else None

    def proof(self, text: str) -> Match:
        return self._answered(Topic.PROOF, text) or self.proofs.match(text)

    def _answered(self, topic: Topic, text: str) -> Match | None:
        code = self.answers.get((topic, key(text)))
        return None if code is None else Match(text, code, 1.0, "已由人工确认")
