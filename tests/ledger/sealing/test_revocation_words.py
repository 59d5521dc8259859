"""吊销: of what authorities have said the newest is kept, each about its own."""

from __future__ import annotations

from datetime import timedelta

from ledger.sealing import revocation_words
from ledger.sealing.revocation_words import Word
from tests.ledger.acting import do
from tests.ledger.filing import NOW

HOUR = timedelta(hours=1)


def test_the_newest_is_kept_whichever_comes_first(ledger: str) -> None:
    """A copy that a network kept for an hour takes no revocation back."""

    def heard(*words: Word) -> tuple[list[bytes], list[bytes]]:
        do(revocation_words.keep, words=words, now=NOW)
        lists, answers = do(revocation_words.known)
        return sorted(lists), answers

    assert heard(Word("a", False, NOW, b"2")) == ([b"2"], [])
    assert heard(Word("a", False, NOW - HOUR, b"1"), Word("b", False, NOW, b"5"), Word("c", True, NOW, b"7")) == ([b"2", b"5"], [b"7"])
    assert heard(Word("a", False, NOW + HOUR, b"3")) == ([b"3", b"5"], [b"7"])
    assert heard(Word("a", False, NOW + HOUR, b"4")) == ([b"4", b"5"], [b"7"]), "a list made within the second of the one before"
