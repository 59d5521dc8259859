"""证明清单, row by row: which proof of which matter, from whom, by what law; what is unclear is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from catalog import values
from catalog.amounts import NotUnderstood
from catalog.cleaning import clean, clean_code, is_cut_off, split_names
from catalog.matching import Match
from catalog.name_questions import FORMERLY, ask_code_or_name, asks_for_former, goes_back_for_several
from catalog.named_over import ACTS
from catalog.numbering import without_number
from catalog.proof_values import VALUES, said_in
from catalog.registry import NOT_A_UNIT, Registry
from catalog.row_standing import standing
from catalog.several_names import is_either, known_within, named_in, unknown_in
from catalog.standing import Standing
from catalog.units import Vague, vagueness
from catalog.verdicts import ONLY_OWN, RowNotes
from domain.list_rows import ProofFact, Topic

_LIKE_A_MATTER = re.compile(f"({ACTS})$")
_LEVELS = ("level_national", "level_province", "level_city", "level_county", "level_town")

#: What is looked up in the register, each by these cells alone.
_PROOF, _MATTER, _ISSUER = ("proof", "proof_code", FORMERLY), ("unit", "matter", "matter_code", FORMERLY), ("issuer",)


def read_proof(cells: Mapping[str, str], notes: RowNotes, registry: Registry) -> ProofFact | None:
    """What a row says of one proof for one matter: only what is written in it. The reasons where it cannot be used are in
    `notes`."""
    has = _has(tuple(cells))
    for name in has.whole:
        if is_cut_off(cells[name]):
            notes.fault("cut_off", name, "内容不完整,像是被截断了。", "请补全这一格。")
    for name in has.clauses:
        if values.refers(cells[name]):
            notes.fault("value_wrong", name, f"“{clean(cells[name])}”指的是别处的内容。", "请填写完整内容。")
    proofs = notes.as_before(_proofs, cells, _PROOF, registry, notes.around.either, notes.around.said)
    unit, matter = notes.as_before(_unit_and_matter, cells, _MATTER, registry)
    if has.levels and not any(clean(cells.get(name, "")) for name in _LEVELS):
        notes.fault("levels_empty", "level_county", "行使层级各列都没有勾选。", "请勾选行使层级。", blocks=False)
    if standing(cells, notes, must_say=True) is Standing.CANCELLED:
        return _cancelled(proofs, unit, matter, cells, notes)
    issuing_unit = notes.as_before(_issuer, cells, _ISSUER, registry)
    said = notes.as_before(said_in, cells, has.values, has.values)
    if not proofs:
        return None
    return ProofFact(
        proofs[0],
        unit,
        matter,
        also=proofs[1:],
        basis=values.basis(cells.get("basis", ""), cells.get("basis_text", "")) or None,
        issuer_text=clean(cells.get("issuer", "")) or None,
        issuing_unit=issuing_unit,
        **said,
    )


class _Has(NamedTuple):
    """Which columns a table has: found once for all its rows."""

    whole: tuple[str, ...]  #: those that nobody may have cut off
    clauses: tuple[str, ...]
    values: tuple[str, ...]
    levels: bool


@lru_cache(maxsize=100)
def _has(fields: tuple[str, ...]) -> _Has:
    whole, clauses = ("proof", "matter", "basis", "basis_text", "unit", "issuer"), ("basis", "basis_text")
    has_whole, has_clauses, has_values = (tuple(name for name in names if name in fields) for names in (whole, clauses, VALUES))
    return _Has(has_whole, has_clauses, has_values, any(name in fields for name in _LEVELS))


def _cancelled(
    proofs: tuple[str, ...], unit: str | None, matter: str | None, cells: Mapping[str, str], notes: RowNotes
) -> ProofFact | None:
    """A proof that is given up. One that the office goes on to check by another way is kept, and by that way."""
    if text := clean(cells.get("methods", "")):
        try:
            methods = values.methods(text)
        except NotUnderstood:
            methods = ()  # 不再提交, 直接取消: what becomes of it, and no way to check it
        if methods:
            notes.fault(
                "cancelled_with_method",
                "methods",
                f"写明“取消”,又填写了核验方式“{text}”。",
                "不再需要的,请删去核验方式;仍要核验、只是不用申请人提交的,请写“保留”。",
            )
    return ProofFact(proofs[0], unit, matter, cancelled=True, also=proofs[1:]) if proofs else None


def _proofs(cells: Mapping[str, str], notes: RowNotes, registry: Registry) -> tuple[str, ...]:
    """The proofs that the row names: one, by code and name, or several in one cell where each is known."""
    cell = cells.get("proof", "")
    if notes.around.either and notes.around.said is not Standing.CANCELLED:
        text = f"“{notes.around.either}”写明任选其一:哪些证明任选其一,哪些都要提交,没有写清。"
        notes.fault("either_proof", "proof", text, "任选其一的,请只写一个,其余由专班办公室另行登记;都要的,请删去这句话。")
        return ()
    is_known = registry.proof(clean(cell)).is_sure
    if not is_known and is_either(cell) and len(known_within(cell, registry.known_proof)) > 1:
        text = "一格写了几个证明,任选其一即可,还是都要提交,没有写清。"
        notes.fault("either_proof", "proof", text, "都要的,请分行填写;任选其一的,请只写一个,其余由专班办公室另行登记。")
        return ()
    if not is_known and registry.known_proof(bare := without_number(cell)):
        cells = {**cells, "proof": bare}
    elif not is_known and not clean(cells.get("proof_code", "")):
        if several := named_in(cell, registry.known_proof):
            notes.matched("proof", f"一格写了 {len(several)} 个证明,名称都一致")
            return several
        if unknown := unknown_in(cell, registry.known_proof):
            for name in unknown:
                match = registry.proof(name)
                if match.code == "":
                    notes.fault("proof_none", "proof", f"“{name}”不是证明(已人工确认)。", "请从这一格中删去。")
                else:
                    notes.ask(Topic.PROOF, name, f"与其他证明写在一格;{match.why}", match.candidates)
            return ()
    found = _proof(cells, notes, registry)
    return () if found is None else (found,)


def _proof(cells: Mapping[str, str], notes: RowNotes, registry: Registry) -> str | None:
    text, code = clean(cells.get("proof", "")), clean_code(cells.get("proof_code", ""))
    if not text and not code:
        notes.fault("proof_empty", "proof", "证明名称为空。", "请填写证明名称。")
        return None
    match = registry.proof(text) if text else Match(code, None, 0.0, "")
    if match.code == "":
        notes.fault("proof_none", "proof", f"“{text}”不是证明(已人工确认)。", "请从表中删去这一行。")
        return None
    if code and registry.proofs.knows(code):
        if match.code is not None and match.code != code:
            notes.fault("proof_disagrees", "proof", f"证明名称“{text}”与编码 {code} 不是同一证明。", "请核对名称和编码。")
            return None
        if text and match.code is None:
            ask_code_or_name(Topic.PROOF, text, code, registry.proofs, match, notes)
            return None
        notes.matched("proof", "证明编码一致")
        return code
    if code:
        unknown = f"登记库中没有证明编码 {code}。"
        if not text:
            notes.fault("proof_unknown", "proof_code", unknown, "请核对编码,或先登记该证明。")
            return None
        notes.fault("proof_code_unknown", "proof_code", unknown, "已按证明名称认定;请核对编码。", blocks=False)
    if asks_for_former(Topic.PROOF, text, match, cells, notes, registry):
        return None
    if match.code is not None:
        notes.matched("proof", match.why)
        return match.code
    if goes_back_for_several(Topic.PROOF, "proof", cells["proof"], registry.proof, notes):
        return None
    swapped = "像是办理事项而不是证明,是否与“证明用途”填反;" if _LIKE_A_MATTER.search(text) else ""
    several = "像是写了不止一个证明;" if len(split_names(cells["proof"])) > 1 else ""
    notes.ask(Topic.PROOF, text, f"{swapped}{several}{match.why}", match.candidates)
    return None


def _unit_and_matter(cells: Mapping[str, str], notes: RowNotes, registry: Registry) -> tuple[str | None, str | None]:
    unit = _asking_unit(cells, notes, registry)
    return unit, _matter(cells, notes, registry, unit)


def _asking_unit(cells: Mapping[str, str], notes: RowNotes, registry: Registry) -> str | None:
    """The unit of the row; of a unit's own list that names none, that unit."""
    text = clean(cells.get("unit", ""))
    if not text:
        if "unit" in cells and registry.sender is None:
            notes.fault("unit_empty", "unit", "索要单位为空。", "请填写索要单位全称。")
        return registry.sender
    unit = _one_unit(text, Topic.UNIT, "unit", notes, registry)
    if unit is not None and not registry.may_name(unit):
        notes.fault("unit_of_another", "unit", f"“{text}”不是报送本清单的单位,也不由其编制清单。", ONLY_OWN)
        return None
    return unit


def _matter(cells: Mapping[str, str], notes: RowNotes, registry: Registry, unit: str | None) -> str | None:
    text, code = clean(cells.get("matter", "")), clean_code(cells.get("matter_code", ""))
    code = registry.codes_today.get(code, code)
    if not text and not code:
        if "matter" in cells or "matter_code" in cells:
            notes.fault(
                "matter_empty", "matter" if "matter" in cells else "matter_code", "证明用途(事项)为空。", "请填写事项名称,最好附事项编码。"
            )
        return None
    if code and not registry.matters.knows(code):
        notes.fault("matter_unknown", "matter_code", f"登记库中没有事项编码 {code}。", "请核对编码,或先导入事项清单。")
        return None
    match = _matter_named(text, code, unit, registry)
    if code and match.code is None:
        ask_code_or_name(Topic.MATTER, text, code, registry.matters, match, notes)
        return None
    if match.code == "":
        notes.fault("matter_none", "matter", f"“{text}”不是事项(已人工确认)。", "请填写事项名称,最好附事项编码。")
        return None
    if not code and asks_for_former(Topic.MATTER, text, match, cells, notes, registry):
        return None
    if match.code is None:
        if not goes_back_for_several(Topic.MATTER, "matter", cells["matter"], registry.matter, notes):
            notes.ask(Topic.MATTER, text, match.why, match.candidates)
        return None
    if code and match.code != code:
        notes.fault("matter_disagrees", "matter", f"事项名称“{text}”与编码 {code} 不是同一事项。", "请核对名称和编码。")
        return None
    owner = registry.matter_units.get(match.code)
    if owner is not None and not registry.may_name(owner):
        notes.fault("matter_of_another", "matter", f"事项“{text or code}”不是报送本清单的单位的事项。", ONLY_OWN)
        return None
    if unit and unit != registry.sender and owner not in (None, unit):
        notes.fault("matter_of_another", "matter", f"事项“{text or code}”不是该单位的事项。", "请核对索要单位和事项。")
        return None
    notes.matched("matter", match.why)
    return match.code


def _matter_named(text: str, code: str, unit: str | None, registry: Registry) -> Match:
    """What name and code mean together; of several matters of one name the one with the code, or the one of the unit."""
    if code and (not text or code in registry.matters.named(text)):
        return Match(text, code, 1.0, "事项编码一致")
    match = registry.matter(text)
    if match.code is None and not code and unit and (of_unit := registry.matter_of(text, unit)):
        return Match(text, of_unit, 1.0, "同名事项中该单位的一个")
    return match


def _issuer(cells: Mapping[str, str], notes: RowNotes, registry: Registry) -> str | None:
    """Whole first: 人力资源和社会保障局 is one name; then part by part."""
    text = clean(cells.get("issuer", ""))
    if not text:
        return None
    whole = registry.unit(Topic.ISSUER, text)
    names = (text,) if whole.is_sure else split_names(cells["issuer"])
    units = [unit for name in names if (unit := _one_unit(name, Topic.ISSUER, "issuer", notes, registry)) is not None]
    if len(names) > 1 and len(units) == len(names):
        if len(set(units)) > 1:
            notes.ask(Topic.ISSUER, text, "写了不止一个出具单位,请指定由哪一个核验")
            return None
    return units[0] if units and len(units) == len(names) else None


def _one_unit(text: str, topic: Topic, column: str, notes: RowNotes, registry: Registry) -> str | None:
    match = registry.unit(topic, text)
    if match.code == NOT_A_UNIT:
        notes.fault("unit_none", column, f"“{text}”不是可以核验的单位(已人工确认)。", "请填写具体单位的全称。")
        return None
    if match.code is not None:
        notes.matched(column, match.why)
        return match.code
    match vagueness(text):
        case Vague.APPLICANT:
            notes.fault(
                "issuer_is_applicant",
                column,
                f"“{text}”是申请人自己,不是出具证明的单位。",
                "这类材料不是证明;请从表中删去,或填写真正的出具单位。",
            )
        case Vague.NOBODY:
            notes.fault("unit_vague", column, f"“{text}”没有说明是哪个单位。", "请填写具体单位的全称。")
        case Vague.CLASS:
            notes.ask(topic, text, "只写了一类单位,请指定是哪一个", registry.units.of_class(text) or match.candidates)
        case None:
            notes.ask(topic, text, match.why, match.candidates)
    return None
