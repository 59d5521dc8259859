"""投诉举报 by article by a second, independent way: plain Python over the raw rows, for a week, a quarter, a year.

obligation 2.6, obligation 16.2, obligation 16.5, obligation 16.6, obligation 16.8, obligation 16.9, obligation 18.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reports.model import Period
from runtime.services.postgres import Cluster
from tests.conftest import fresh_ledger
from tests.ledger.acting import do
from tests.ledger.filing import file
from tests.reports.figures import raw
from tests.reports.figures.clocked import INTO, MERGED, MONTH, RENAMED
from tests.reports.figures.complained import fill
from tests.reports.figures.raw import SECOND, Found, Row, assert_mixed, compare_all, compare_lists, over_every_span

ABOUT = {
    "paper_refused": "paper_refused",
    "complained_invented": "invented",
    "complained_no_help": "no_help",
    "complained_still_asked": "still_asked",
    "complained_content": "wrong_content",
    "complained_misused": "misused",
}
OUTCOMES = ("founded", "partly", "unfounded", "not_ours")
KEYS = dict.fromkeys(
    (*ABOUT, *(f"outcome_{one}" for one in OUTCOMES), "complaints_known", "complaints_answered", "complaints_concluded"), True
)


@pytest.fixture(scope="module", autouse=True)
def filled(installation: tuple[Path, Cluster], template_database: str) -> Iterator[None]:
    with fresh_ledger(installation, template_database):
        do(fill, MONTH, (INTO, MERGED, RENAMED, "370402-PERMIT"))
        file()
        MONTH.change_units()
        yield


class Raw(raw.Raw):
    tables = ("verifications", "requests", "complaints", "complaint_steps")

    def found(self, key: str) -> Found:
        if key in ABOUT:
            return self._mine((row, row["about"] == ABOUT[key]) for row in self._once() if self.within(row["about_since"]))
        if key.startswith("outcome_"):
            ended = ((row, self._ends().get(row["id"])) for row in self._once())
            wanted = key.removeprefix("outcome_")
            return self._mine((row, end["record"]["outcome"] == wanted) for row, end in ended if end and self.within(end["at"]))
        return super().found(key)

    def _once(self) -> list[Row]:
        return [row for row in self.rows["complaints"] if row["duplicates"] is None]

    def _ends(self) -> dict[object, Row]:
        return {row["complaint_id"]: row for row in self.rows["complaint_steps"] if row["step"] == "close"}

    def _mine(self, found: Iterator[tuple[Row, bool]]) -> Found:
        """Of the unit complained of, whoever handles it."""
        whose = [(row, part, self.stood(row["unit"], row["received_at"]) or "") for row, part in found]
        return [(row["number"], part, None, unit) for row, part, unit in whose if self.ours(unit)]

    def complaints_known(self) -> Found:
        came = (row for row in self._once() if self.within(row["entered_at"]))
        return self._mine((row, row["about"] != "other" or bool(row["assessed_at"])) for row in came)

    def complaints_concluded(self) -> Found:
        came = (row for row in self._once() if self.within(row["received_at"]))
        return self._mine((row, row["id"] in self._ends() and self._ends()[row["id"]]["at"] < self.cut) for row in came)

    def complaints_answered(self) -> Found:
        """Of whomever it was passed to, else of the unit complained of."""
        passed = {row["complaint_id"] for row in self.rows["complaint_steps"] if row["step"] == "pass"}
        found: Found = []
        for row in self._once():
            done = row["done_at"]
            if row["received_at"] >= self.cut or (done and done < self.start):
                continue
            part = bool(done and done < self.cut)
            unit = self.stood(row["handler"] if row["id"] in passed else row["unit"], done if part else self.cut) or ""
            found.append((row["number"], part, (done - row["received_at"]) / SECOND if part else None, unit))
        return [one for one in found if self.ours(one[3])]


@over_every_span
def test_each_figure_is_what_the_raw_rows_say_for_the_whole_and_for_each_part(period: Period, after: timedelta, scope: str) -> None:
    """Obligations 2.6, 16.2, 16.5, 16.6, 16.8, 16.9, 18.1."""
    compare_all(Raw, KEYS, period, after, scope)


@pytest.mark.parametrize("key", KEYS)
def test_behind_each_figure_and_each_of_its_parts_stand_its_cases(key: str) -> None:
    compare_lists(Raw, key)


def test_something_of_each_figure_happened_and_something_of_it_did_not() -> None:
    assert_mixed(Raw, KEYS)
