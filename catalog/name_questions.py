"""名称的问题: what is asked of a name in a row that more than one thing of the register may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from catalog.cleaning import split_names
from catalog.matching import Match, Names
from catalog.registry import Registry
from catalog.renamings import former_names
from catalog.verdicts import RowNotes
from domain.list_rows import Candidate, Topic

FORMERLY = "formerly"  #: among the cells of a row: what it says that its proof or matter was called, one a line
_LIKELY = 0.9


def goes_back_for_several(topic: Topic, column: str, cell: str, meant: Callable[[str], Match], notes: RowNotes) -> bool:
    """Several known names in one cell: whichever of them a person chose, the others would be lost. The row goes back."""
    names = split_names(cell)
    several = len(names) > 1 and all(meant(name).code for name in names)
    if several:
        text = f"一格写了 {len(names)} 个{topic.label}:{'、'.join(names)}。"
        notes.fault(f"several_{column}s", column, text, f"请分行填写,每行一个{topic.label}。")
    return several


def ask_code_or_name(topic: Topic, text: str, code: str, known: Names, match: Match, notes: RowNotes) -> None:
    """A code copied from the row above looks as right as any: where the name beside it is another, a person says what is meant."""
    others = tuple(one for one in match.candidates if one.code != code)
    why = f"所填编码 {code} 是“{known.name(code)}”的,名称却不一致,需要确认"
    notes.ask(topic, text, why, (Candidate(code, known.name(code), 0.8), *others))


def asks_for_former(topic: Topic, text: str, match: Match, cells: Mapping[str, str], notes: RowNotes, registry: Registry) -> bool:
    """Whether a row says that what it names was called by the name of another one, so that a person says whether it is that: asked
    once, for the answer is then what the name means (obligation 5.1)."""
    known = registry.proofs if topic is Topic.PROOF else registry.matters
    said = (*cells.get(FORMERLY, "").split("\n"), *(former_names(text) if match.code is None else ()))
    found = dict.fromkeys(code for one in said if one for code in ((one,) if known.knows(one) else known.named(one)))
    found = {code: None for code in found if registry.codes_today.get(code, code) != match.code}
    if not found or (match.code is not None and registry.is_answered(topic, text)):
        return False
    formers = tuple(Candidate(code, known.name(code), _LIKELY) for code in found)
    own = () if match.code is None else (Candidate(match.code, known.name(match.code), match.confidence),)
    others = tuple(one for one in (*own, *match.candidates) if one.code not in found)
    names = "、".join(f"“{one.name}”" for one in formers)
    why = f"清单写明它由{names}更名或调整而来:是同一{topic.label}的,请选原来的;不是的,请选它自己"
    notes.ask(topic, text, why, (*formers, *others))
    return True
