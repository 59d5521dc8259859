"""包含证明 against the RFC's own recursive definition, checked by the auditor's own lines."""

from __future__ import annotations

import base64

import pytest

from audit import why
from ledger.record import gathering, heads, proving
from ledger.record.tree import node_hash, root_of
from ledger.tables.record import RecordLeaf
from tests.ledger.acting import all_of, asked, do
from tests.ledger.filing import NOW

pytestmark = pytest.mark.usefixtures("ledger")


def path(place: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1, word for word, over hashes of leaves."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if place < k:
        return [*path(place, leaves[:k]), root_of(leaves[k:])]
    return [*path(place - k, leaves[k:]), root_of(leaves[:k])]


def test_every_line_is_proven_in_trees_of_every_size() -> None:
    for _ in range(4):
        asked()
    while do(gathering.gather):
        pass
    leaves = [bytes(leaf.hash) for leaf in sorted(all_of(RecordLeaf), key=lambda leaf: leaf.place)]
    assert len(leaves) > 8
    for size in range(1, len(leaves) + 1):
        for place in range(size):
            assert do(proving.path, place, size) == path(place, leaves[:size]), (place, size)


def test_a_line_is_proven_to_a_stranger_and_no_other_line_is() -> None:
    for _ in range(4):
        asked()
    while do(gathering.gather):
        pass
    events = {leaf.place: leaf.event for leaf in all_of(RecordLeaf)}
    assert do(proving.prove, events[0]) is None, "no head yet"
    do(heads.keep, now=NOW)
    key = heads.public_key()
    for event in events.values():
        proven = do(proving.prove, event)
        assert proven is not None
        record = {"line": proven.line, "place": proven.place, "path": [step.hex() for step in proven.path], "note": proven.note}
        assert "的存证" in why.included(record, key)
        wrong = [
            record | {"line": proven.line + " "},
            record | {"place": (proven.place + 1) % len(events)},
            record | {"path": record["path"][:-1]},
            record | {"path": [*record["path"], "00" * 32]},
            record | {"note": proven.note.replace(f"\n{len(events)}\n", f"\n{len(events) + 1}\n")},
        ]
        for one in wrong:
            with pytest.raises(ValueError):
                why.included(one, key)
    forged = base64.b64encode(node_hash(b"", b"")).decode()
    with pytest.raises(ValueError, match="签名不对"):
        why.included(record | {"note": proven.note.replace(proven.note.split("\n")[2], forged)}, key)
