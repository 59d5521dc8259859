"""What the documents name is there: files, folders, links, and the names of the code in the glossary."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from settings import ROOT

DOCUMENTS = [
    ROOT / "CONTRIBUTING.md",
    ROOT / "README.md",
    ROOT / "README.zh-CN.md",
    *sorted((ROOT / "docs").glob("*.md")),  # the processes of one run must collect them in one order
    *sorted((ROOT / "docs").glob("decisions/*.md")),
]
#: A path of ours, as a document writes it: in backticks, beginning with one of our folders. `<topic>` stands for any.
OURS = "audit|domain|ledger|connectors|proofs|catalog|reports|tasks|flows|gateway|runtime|isolation|sandbox|benchmarks|tests|docs|deploy"
NAMED = re.compile(rf"`((?:{OURS})/[\w./*<>-]*)`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_is_there(document: Path) -> None:
    text = document.read_text("utf-8")
    missing = [name for name in NAMED.findall(text) if not list(ROOT.glob(re.sub(r"<\w+>", "*", name).rstrip("/")))]
    missing += [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    assert missing == []


def test_pictures_are_small_and_each_is_shown() -> None:
    pictures = sorted((ROOT / "docs" / "pictures").iterdir())
    shown = set(LINK.findall((ROOT / "docs" / "counter.md").read_text("utf-8")))
    assert {f"pictures/{one.name}" for one in pictures} == {one for one in shown if one.startswith("pictures/")}
    assert max(one.stat().st_size for one in pictures) < 60_000 and sum(one.stat().st_size for one in pictures) < 1_200_000


def test_names_of_the_glossary_are_names_of_the_code() -> None:
    code = "\n".join(path.read_text("utf-8") for folder in OURS.split("|") for path in (ROOT / folder).rglob("*.py"))
    words = re.findall(r"`([A-Z]\w+)(?:\.(\w+))?`", (ROOT / "docs" / "glossary.md").read_text("utf-8"))
    assert len(words) > 10
    for name, member in words:
        assert re.search(rf"^class {name}\b", code, re.M), name
        assert not member or re.search(rf"^ {{4}}{member}\b", code, re.M), (name, member)
