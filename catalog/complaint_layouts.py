"""投诉来源的导出格式 (obligation 18.1): each system's layout as it is configured (`complaint_layouts.toml`), checked as a whole."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from catalog.cleaning import key, without_brackets
from domain.complaints import ComplaintAbout, ComplaintChannel, ComplaintOutcome
from domain.refusal import Refusal
from settings import WrongSettings, settings

Heading = str
FieldName = Literal[
    "channel_number",
    "received_at",
    "about",
    "unit",
    "handler",
    "matter",
    "proof",
    "text",
    "name",
    "contact",
    "rating",
    "outcome",
    "answer",
    "finished_at",
]
_NEEDED: tuple[FieldName, ...] = ("channel_number", "received_at", "outcome")
_OPEN = "open"
_SAYS = {"missing": "缺少这个键", "extra_forbidden": "不认识的键"}


class LayoutUnknown(Refusal, code="complaint_layout_unknown"):
    """No layout has this key; the text names those that there are."""


class Layout(BaseModel):
    """One system's export: its columns in their order, which of them are what, and its words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=40)
    channel: ComplaintChannel
    columns: tuple[Heading, ...] = Field(max_length=60)
    known_by: tuple[Heading, ...] = Field(min_length=2)
    fields: Mapping[FieldName, Heading]
    outcomes: Mapping[ComplaintOutcome | Literal["open"], tuple[str, ...]]
    abouts: Mapping[str, ComplaintAbout] = {}
    ratings: Mapping[str, int] = {}
    complaint_up_to: int = Field(default=5, ge=1, le=5)

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        said = [key(word) for words in self.outcomes.values() for word in words]
        names, columns = [key(column) for column in self.columns], set(self.columns)
        faults = [
            *(f"columns:{column}出现两次" for column in _twice(names)),
            *(f"{where}:{heading}不在 columns 中" for where, heading in self._headings() if heading not in columns),
            *(f"fields:缺少 {field}" for field in _NEEDED if field not in self.fields),
            *(f"outcomes:没有 {one.value}({one.label})的说法" for one in ComplaintOutcome if not self.outcomes.get(one)),
            *(f"outcomes:{word}有两种意思" for word in _twice(said)),
            *(f"fields:{heading}是两样内容" for heading in _twice(self.fields.values())),
            *(f"ratings:{grade}应为 1 至 5" for grade, stars in self.ratings.items() if not 1 <= stars <= 5),
        ]
        if {"text", "rating"}.isdisjoint(self.fields):
            faults.append("fields:应有 text 或 rating")
        if ("rating" in self.fields) != bool(self.ratings):
            faults.append("ratings:有 rating 一栏的写明各等级的星数,没有的不写")
        if faults:
            raise ValueError("\n  ".join(faults))
        return self

    def fits(self, cells: Iterable[str]) -> bool:
        """True where a row of headings has all by which this layout is known."""
        there = {one for cell in cells for one in (key(cell), key(without_brackets(cell)))}
        return {key(heading) for heading in self.known_by} <= there

    def outcome(self, word: str) -> ComplaintOutcome | None:
        """What an outcome's word means; None: not finished. Raises KeyError for a word that is not known."""
        meant = {key(one): outcome for outcome, words in self.outcomes.items() for one in words}[key(word)]
        return None if meant == _OPEN else ComplaintOutcome(meant)

    def known_outcomes(self) -> str:
        """Every word that may stand for an outcome, for people."""
        return "、".join(word for words in self.outcomes.values() for word in words)

    def word(self, outcome: ComplaintOutcome) -> str:
        """How we write an outcome to this system."""
        return self.outcomes[outcome][0]

    def grade(self, stars: int) -> str:
        """How this system calls a rating."""
        return next((grade for grade, number in self.ratings.items() if number == stars), "")

    def _headings(self) -> Iterable[tuple[str, Heading]]:
        yield from (("known_by", heading) for heading in self.known_by)
        yield from ((f"fields.{field}", heading) for field, heading in self.fields.items())


def layouts() -> Mapping[str, Layout]:
    """The layouts of this installation by their keys. Raises WrongSettings with every fault found."""
    return _read(settings().complaint_layouts)


def layout(name: str) -> Layout:
    """One of them. Raises `LayoutUnknown`."""
    found = layouts().get(name)
    if found is None:
        raise LayoutUnknown(f"没有“{name}”这种格式;可用的有:{listed(layouts())}。")
    return found


def listed(names: Collection[str]) -> str:
    """Layouts as people are told of them: hotline(12345…)."""
    known = layouts()
    return "、".join(f"{name}({known[name].name})" for name in names)


@lru_cache(maxsize=4)
def _read(file: Path) -> Mapping[str, Layout]:
    where = f"PROOFLESS_COMPLAINT_LAYOUTS 所指的 {file.name} 有误,请改正后重新启动:\n  "
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongSettings(f"{where}不是合格的 TOML 文件:{error}") from None
    found, faults = {}, []
    for name, table in tables.items():
        try:
            found[name] = Layout.model_validate(table)
        except ValidationError as error:
            for one in error.errors(include_url=False, include_input=False):
                place = ".".join(map(str, (name, *one["loc"])))
                faults.append(f"{place}:{_SAYS.get(one['type'], one['msg'].removeprefix('Value error, '))}")
    for first, second in combinations(found, 2):
        if found[first].fits(found[second].columns) or found[second].fits(found[first].columns):
            faults.append(f"{first}、{second}:按 known_by 分不清")
    if not tables:
        faults.append("没有任何格式")
    if faults:
        raise WrongSettings(where + "\n  ".join(faults))
    return found


def _twice(words: Iterable[str]) -> list[str]:
    return [word for word, count in Counter(words).items() if count > 1]
