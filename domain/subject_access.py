"""谁查过我: how a person is let see who asked about him. Decision 49."""

from __future__ import annotations

import secrets
from datetime import timedelta
from enum import StrEnum

CODE_LASTS = timedelta(minutes=10)  #: from the clerk's click to the telephone
LOOK_LASTS = timedelta(minutes=15)  #: from the code to the last page
WRONG_CODES = 5  #: after so many wrong ones the right one opens nothing either
CODES_A_DAY = 30  #: of one 代办员: who makes more is told of, and goes on

NUMBER_LENGTH, CODE_LENGTH = 10, 8


class Identified(StrEnum):
    """核验身份的方式: how the clerk made sure that it is the person himself."""

    ID_CARD = "id_card"
    E_ID = "e_id"
    FACE = "face"

    @property
    def label(self) -> str:
        return {"id_card": "查验身份证件原件", "e_id": "查验电子身份证", "face": "人脸核身"}[self.value]


def new_number() -> str:
    """查询编号: names a look and opens nothing."""
    return _figures(NUMBER_LENGTH)


def new_code() -> str:
    """查询码: opens the look, once. Figures alone, for a telephone's keys: `WRONG_CODES` of a hundred million are tried."""
    return _figures(CODE_LENGTH)


def typed(text: str) -> str:
    """Number or code as people type it: in groups."""
    return "".join(text.split())


def _figures(length: int) -> str:
    return f"{secrets.randbelow(10**length):0{length}d}"
