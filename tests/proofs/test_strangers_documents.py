"""验真 of documents that nobody here made (obligation 11.1): public test documents of other projects, of which none is kept here.

`PROOFLESS_DOCUMENTS_OF_OTHERS=folder` runs those that lie in the folder; docs/checked-documents.md says how to come by them.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proofs.check import check
from tests.proofs import others
from tests.proofs.samples import seals

FOLDER = os.environ.get("PROOFLESS_DOCUMENTS_OF_OTHERS", "")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "checked-documents.md"
needs_them = pytest.mark.skipif(not FOLDER, reason="PROOFLESS_DOCUMENTS_OF_OTHERS names no folder of them: docs/checked-documents.md")
#: More is said than another reader or the set itself says; each is explained on the page.
OTHERWISE = 3


@needs_them
@pytest.mark.parametrize("first", "0123456789abcdef")
def test_each_gets_the_verdict_that_is_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str) -> None:
    """With our authority none is ours, whatever its reader meets; with theirs in its place each fact is what is known of the document; and
    what could be judged would be valid if the ledger knew it, and is not where it does not."""
    seals(tmp_path / "ours")
    ours = (tmp_path / "ours" / "ca.crt.pem").read_bytes()
    there = [(one, file.read_bytes()) for one, file in others.found(Path(FOLDER)) if one.digest.startswith(first)]
    wrong = []
    for document, content in there:
        with monkeypatch.context() as patch:
            others.in_this_process(patch)
            public = check(content, ours, lambda _: None, datetime.now(UTC)).verdict.value
            facts = others.said(others.with_their_authority(content, ours))
            proof = others.as_a_proof(content, patch) if facts.startswith("+") else None
        if (public, facts) != (document.public, document.facts) or proof not in (None, (f"+++{facts[3]}", f"+??{facts[3]}")):
            wrong.append((document, public, facts, proof))
    assert there, "none of the listed documents is in the folder"
    assert wrong == []


def test_nothing_changed_is_written_down_as_intact_and_nobody_else_as_ours() -> None:
    every = others.listed().values()
    assert not [one for one in every if one.public in {"valid", "expired", "revoked", "unknown_here", "later_revision"}]
    assert not [one for one in every if one.facts[1] == "+"]
    assert sum(others.outcome(one) == "otherwise" for one in every) == OTHERWISE


def test_the_page_shows_what_is_written_down() -> None:
    """`PROOFLESS_WRITE_DOCUMENTS=1` writes it."""
    begin, end = "<!-- made by tests/proofs/others.py -->\n", "\n<!-- end -->"
    text = PAGE.read_text("utf-8")
    before, after = text.split(begin)[0], text.split(end)[1]
    wanted = before + begin + others.table() + end + after
    if os.environ.get("PROOFLESS_WRITE_DOCUMENTS"):
        PAGE.write_text(wanted, "utf-8")
    assert text == wanted or os.environ.get("PROOFLESS_WRITE_DOCUMENTS")
