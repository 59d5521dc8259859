"""登记库 as lists are read against it: the names that are known, and what people have decided about others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from catalog.cleaning import key
from catalog.matching import Match, Names, UnitNames
from catalog.negatives import core
from catalog.units import is_self
from domain.list_rows import Topic

NOT_A_UNIT = ""  #: what a person answers where a name means no unit at all


@dataclass
class Registry:
    """Everything that a list is compared with. `answers`: (topic, written name) -> the code a person gave. `sender`: whose list
    it is, None for one that speaks for all; `speaks_for`: the units whose proofs and matters it may name (obligation 5.1);
    `codes_today`: former code of a matter -> its code today (事项换码). `on`: the day on which lists are read; None: whenever."""

    units: UnitNames
    matters: Names
    proofs: Names
    matter_units: Mapping[str, str]  #: matter -> its unit
    region: str  #: 行政区划代码, six digits
    answers: Mapping[tuple[Topic, str], str] = field(default_factory=dict)
    sender: str | None = None
    speaks_for: frozenset[str] = frozenset()
    codes_today: Mapping[str, str] = field(default_factory=dict)
    on: date | None = None

    def unit(self, topic: Topic, text: str) -> Match:
        """Which unit is meant. Who says 我局 means itself, whatever somebody answered; else a person's answer comes first."""
        if is_self(text):
            if self.sender is None:
                return Match(text, None, 0.0, "没有说明是哪个单位")
            return Match(text, self.sender, 1.0, "写的是报送单位自己")
        return self._answered(topic, text) or self.units.match(text)

    def may_name(self, unit: str) -> bool:
        """False where a unit's own list speaks of what belongs to another one."""
        return self.sender is None or unit in self.speaks_for

    def matter(self, text: str) -> Match:
        found = self._answered(Topic.MATTER, text) or self.matters.match(text)
        return replace(found, code=self.codes_today.get(found.code, found.code)) if found.code else found

    def matter_of(self, text: str, unit: str) -> str | None:
        """The one matter of this unit among several of exactly this name, or None."""
        found = [code for code in self.matters.named(text) if self.matter_units.get(code) == unit]
        return found[0] if len(found) == 1 else None

    def is_matter(self, text: str) -> bool:
        """True for exactly the name of one or several matters, or a text of which a person said which it means."""
        return bool(self.matters.named(text)) or self._answered(Topic.MATTER, text) is not None

    def proof(self, text: str) -> Match:
        return self._answered(Topic.PROOF, text) or self.proofs.match(text)

    def known_proof(self, text: str) -> str | None:
        """The code of exactly this name, or the one that a person gave it."""
        if (answered := self._answered(Topic.PROOF, text)) is not None:
            return answered.code or None
        named = self.proofs.named(text)
        return named[0] if len(named) == 1 else None

    def is_answered(self, topic: Topic, text: str) -> bool:
        """Whether a person said what this name means."""
        return self._answered(topic, text) is not None

    def column(self, subject: str) -> str | None:
        """What a person said of a column of the sender's lists (`catalog.columns`): a field; empty: it is not used."""
        return self.answers.get((Topic.COLUMN, key(subject)))

    def text(self, subject: str) -> str | None:
        """What a person said of a text outside of the rows of the sender's lists (`catalog.unheard`); None: nothing."""
        return self.answers.get((Topic.TEXT, key(subject)))

    @cached_property
    def proofs_about(self) -> Mapping[str, list[str]]:
        """What a proof is about -> the registered names of those that are about it."""
        found: dict[str, list[str]] = {}
        for one in self.proofs.known:
            for about in dict.fromkeys(map(core, (one.name, *one.aliases))):
                found.setdefault(about, []).append(one.name)
        return found

    def _answered(self, topic: Topic, text: str) -> Match | None:
        code = self.answers.get((topic, key(text)))
        return None if code is None else Match(text, code, 1.0, "已由人工确认")
