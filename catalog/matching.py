"""比对: which unit, matter or proof of the registry a written name means, how sure that is, and why.

Only equality that a rule can state is accepted: the same name but for spelling, a name that a person has confirmed,
the same name but for our own region in front and for a convention of short names. Likeness never decides, it only
proposes: two names that differ in one character may be opposites (已婚证明, 未婚证明) or two different offices
(市司法局, 区司法局).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from rapidfuzz import fuzz, process

from catalog import short_names
from catalog.cleaning import clean, key, split_names
from catalog.units import Level, UnitName, take_apart
from domain.list_rows import Candidate
from domain.spelling import fold

ACCEPTED = 0.9  #: from here on a match stands without a person
_LIKE = 60.0  #: below it a name is not even proposed
_PROPOSED = 3
_CLASS_ENDING = re.compile("(主管)?(机关|部门|机构)$|^(县级以上|县级|市级|地方|当地)")


@dataclass(frozen=True)
class Known:
    """One thing of the registry: its code, its name, and what else it is called."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    organisation: str = ""  #: organisation code of a unit (GB 11714), where known
    former: tuple[tuple[str, date], ...] = ()  #: 曾用名, and until when


@dataclass(frozen=True)
class Match:
    """What a written name means. `code` is None below ACCEPTED; `why` explains the confidence in Chinese."""

    text: str
    code: str | None
    confidence: float
    why: str
    candidates: tuple[Candidate, ...] = ()

    @property
    def is_sure(self) -> bool:
        return self.code is not None


@dataclass
class Names:
    """The names of one kind of thing, ready to be asked. Equal names of two things are ambiguous and never accepted."""

    known: Iterable[Known]
    _by_key: dict[str, dict[str, str]] = field(default_factory=dict, init=False)  #: key -> {code: why}
    _lengths: set[int] = field(default_factory=set, init=False)  #: of the keys
    _names: dict[str, Known] = field(default_factory=dict, init=False)
    _keys: dict[str, str] = field(default_factory=dict, init=False)
    _cache: dict[str, Match] = field(default_factory=dict, init=False)
    _written: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for one in self.known:
            self._names[one.code] = one
            self._enter(one.name, one.code, "名称一致")
            for alias in one.aliases:
                self._enter(alias, one.code, "与已确认的别名一致")
            for name, until in one.former:
                self._enter(name, one.code, f"与曾用名一致(用至 {until:%Y-%m-%d})")

    def _enter(self, name: str, code: str, why: str) -> None:
        self._by_key.setdefault(named := key(name), {}).setdefault(code, why)
        self._lengths.add(len(named))

    def match(self, text: str) -> Match:
        """What `text` means."""
        if text not in self._cache:
            self._cache[text] = self._match(text)
        return self._cache[text]

    def named(self, text: str) -> tuple[str, ...]:
        """Everything of exactly this name."""
        return tuple(sorted(self._by_key.get(key(text), {})))

    def stands_in(self, text: str, shortest: int) -> bool:
        """True where a name of at least so many characters is a part of this text."""
        folded = key(text)
        lengths = [length for length in self._lengths if length >= shortest]
        return any(folded[first : first + length] in self._by_key for first in range(len(folded)) for length in lengths)

    def has_within(self, text: str) -> bool:
        """True where this text is a part of a name."""
        folded = key(text)
        return any(folded in name for name in self._by_key)

    def knows(self, code: str) -> bool:
        return code in self._names

    def name(self, code: str) -> str:
        return self._names[code].name

    def written(self, code: str) -> tuple[str, ...]:
        """All names of this one, folded, as they may stand in a text."""
        if code not in self._written:
            one = self._names[code]
            names = (clean(fold(name)) for name in (one.name, *one.aliases, *(name for name, _ in one.former)))
            self._written[code] = tuple(dict.fromkeys(name for name in names if len(name) > 1))
        return self._written[code]

    def _match(self, text: str) -> Match:
        found = self._by_key.get(key(text), {})
        if len(found) == 1:
            ((code, why),) = found.items()
            return Match(text, code, 1.0, why)
        if found:
            several = tuple(Candidate(code, self.name(code), 0.8) for code in sorted(found))
            return Match(text, None, 0.8, "同名的不止一个,请指定", several)
        return self._propose(text)

    def _propose(self, text: str) -> Match:
        if not self._keys:
            self._keys = {code: key(one.name) for code, one in self._names.items()}
        like = process.extract(key(text), self._keys, scorer=fuzz.ratio, score_cutoff=_LIKE, limit=_PROPOSED)
        candidates = tuple(Candidate(code, self.name(code), round(score / 100 * 0.85, 2)) for _, score, code in like)
        if not candidates:
            return Match(text, None, 0.0, "登记库中没有相近的名称")
        return Match(text, None, candidates[0].confidence, "名称相近但不一致,需要确认", candidates)


@dataclass
class UnitNames(Names):
    """Units: with our own region in front or without it; another level or another region is another unit."""

    district: str = ""
    _by_core: dict[tuple[str, str], set[str]] = field(default_factory=dict, init=False)
    _by_organisation: dict[str, str] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        for one in self._names.values():
            if one.organisation:
                self._by_organisation[one.organisation] = one.code
        self._by_core = self._cores((one.code, one.name) for one in self._names.values())
        # A name of before means its unit where nobody is called so now.
        self._by_core = self._cores((one.code, name) for one in self._names.values() for name, _ in one.former) | self._by_core

    def _cores(self, named: Iterable[tuple[str, str]]) -> dict[tuple[str, str], set[str]]:
        """(name without our region, level) -> the units that are called so."""
        found: dict[tuple[str, str], set[str]] = {}
        for code, name in named:
            apart = take_apart(name, self.district)
            if not apart.region:
                found.setdefault((apart.core, apart.level), set()).add(code)
        return found

    def _match(self, text: str) -> Match:
        """枣庄市、市中区民政局 are two offices, and none of them is 枣庄市市中区民政局."""
        found = super()._match(text)
        if found.code is None or len(split_names(clean(text))) <= len(split_names(self.name(found.code))):
            return found
        return Match(text, None, 0.6, "写了不止一个单位,请指定", (Candidate(found.code, self.name(found.code), 0.6),))

    def by_organisation(self, organisation: str) -> Match | None:
        """The unit with this organisation code, which is as good as its name."""
        code = self._by_organisation.get(organisation)
        return Match(organisation, code, 1.0, "组织机构代码一致") if code else None

    def of_class(self, text: str) -> tuple[Candidate, ...]:
        """Units that a kind of office may mean: 公安机关 -> those with 公安 in their name."""
        stem = _CLASS_ENDING.sub("", key(text))
        names = {code: key(one.name).replace("人民政府", "政府") for code, one in self._names.items()}  # no 民政
        found = sorted(code for code, name in names.items() if len(stem) > 1 and stem in name)
        return tuple(Candidate(code, self.name(code), 0.5) for code in found[:_PROPOSED])

    def _propose(self, text: str) -> Match:
        apart = take_apart(text, self.district)
        before = key(text).removesuffix(apart.core)
        full = take_apart(before + (short_names.in_full(apart.core) or apart.core), self.district)
        for one, sure, why in ((apart, 0.95, "除本区区划名称外一致"), (full, 0.92, "除本区区划名称和通行的简称外一致")):
            same = self._by_core.get((one.core, one.level), set()) if not one.region else set()
            if len(same) == 1:
                (code,) = same
                return Match(text, code, sure, why)
        others = self._elsewhere(apart) or self._elsewhere(full)
        if others:
            level = "没有写明是哪一级" if apart.level is Level.UNKNOWN else f"级别不同(写的是{apart.level.label})"
            why = f"名称相同但地区不同({apart.region})" if apart.region else f"名称相同但{level}"
            return Match(text, None, 0.6, f"{why},需要确认", others)
        found = super()._propose(text)
        return found if found.candidates or apart.region else self._by_stem(text, apart)

    def _by_stem(self, text: str, apart: UnitName) -> Match:
        """Nothing is like it: units in whose name it stands but for its title."""
        folded = {code: key(one.name).replace("人民政府", "政府") for code, one in self._names.items()}  # no 民政
        stems = tuple(dict.fromkeys(short_names.stems(apart.core)))
        codes = [code for code in sorted(folded) if any(stem in folded[code] for stem in stems)][:_PROPOSED]
        like = tuple(Candidate(code, self.name(code), 0.5) for code in codes)
        return Match(text, None, 0.5 if like else 0.0, "像是简称,需要确认" if like else "登记库中没有相近的名称", like)

    def _elsewhere(self, apart: UnitName) -> tuple[Candidate, ...]:
        codes = sorted(code for (core, _), found in self._by_core.items() if core == apart.core for code in found)
        return tuple(Candidate(code, self.name(code), 0.6) for code in codes[:_PROPOSED])
