"""Lists as they are meant, before anybody writes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from domain.methods import Method
from tests.catalog.office_words import DAYS, ISSUERS, MATTERS, METHODS, PROOFS


@dataclass(frozen=True)
class Row:
    """What a row of the clean list says."""

    matter: str
    proof: str
    issuer: str
    methods: tuple[Method, ...]
    days: int
    basis: str
    cancelled: bool


def clean_list(draw: Random) -> list[Row]:
    """Sometimes a row says of another proof of its matter what the one before it says."""
    rows = _rows(draw)
    for place in range(1, len(rows)):
        if rows[place].matter == rows[place - 1].matter and draw.random() < 0.5:
            rows[place] = replace(rows[place - 1], proof=rows[place].proof)
    return rows


def _rows(draw: Random) -> list[Row]:
    keys = draw.sample([(matter, proof) for matter in MATTERS for proof in PROOFS], draw.randint(3, 12))
    return [
        Row(
            *key,
            draw.choice(list(ISSUERS)),
            draw.choice(list(METHODS)),
            draw.choice(list(DAYS)),
            f"《演示办法》第{draw.choice((number, 1))}条",
            draw.random() < 0.2,
        )
        for number, key in enumerate(keys, start=1)
    ]
