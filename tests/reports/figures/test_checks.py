"""不符, 承诺核查, 系统 and electronic proofs by a second, independent way: plain Python over the raw rows.

obligation 6.3, obligation 9.1, obligation 9.2, obligation 9.3, obligation 7.4, obligation 8.1, obligation 8.2, obligation 11.3,
obligation 12.1, obligation 15.2: of the district and of units, one of which is renamed and one merged, for a week, a week that still
runs, a quarter, a year.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reports.model import Period
from runtime.services.postgres import Cluster
from tests.conftest import fresh_ledger
from tests.reports.figures import raw
from tests.reports.figures.checked import ABOVE, fill_checked
from tests.reports.figures.clocked import MONTH
from tests.reports.figures.month import LOCAL
from tests.reports.figures.raw import SECOND, Found, Row, assert_mixed, compare_all, compare_lists, over_every_span

#: With parts by unit, and without.
KEYS = {
    "commitments_offered": True,
    "commitment_texts": True,
    "mismatches": True,
    "mismatch_corrected": True,
    "mismatch_upheld": False,
    "mismatch_unsettled": False,
    "commitment_checks": True,
    "commitment_checks_late": True,
    "commitments_untrue": True,
    "credit_blocks": False,
    "credit_restored": False,
    "licences_offered": False,
    "licences_taken": False,
    "systems_connected": False,
    "systems_called": False,
    "from_above": False,
    "electronic": False,
    "share_seals": False,
    "issuer_seals": False,
    "noted": False,
    "seal_uses": False,
    "seals_in_force": False,
    "seals_lasting": False,
}


@pytest.fixture(scope="module", autouse=True)
def filled(installation: tuple[Path, Cluster], template_database: str) -> Iterator[None]:
    with fresh_ledger(installation, template_database):
        fill_checked()
        MONTH.change_units()
        yield


class Raw(raw.Raw):
    tables = (
        "verifications",
        "requests",
        "cases",
        "entries",
        "catalog_versions",
        "proof_kinds",
        "databases",
        "mismatches",
        "events",
        "commitment_texts",
        "commitments",
        "commitment_checks",
        "credit_blocks",
        "systems",
        "system_calls",
        "proofs",
        "lookups",
        "licence_offers",
        "seal_uses",
        "seals",
    )

    def before(self, at: datetime | None) -> bool:
        return at is not None and at < self.cut

    # --- 7.4

    def commitments_offered(self) -> Found:
        demanding = {row["id"] for row in self.rows["entries"] if row["commitment_basis"]}
        offered = {row["verification"] for row in self.rows["commitments"] if self.before(row["offered_at"])}
        asked = {row["verification"] for row in self.rows["requests"] if self.before(row["received_at"])}
        spent, barred = set(), set()
        for row in self.rows["events"]:
            if row["event"] == "attention_needed" and row["detail"]["code"] == "no_next_method" and self.before(row["at"]):
                spent.add(row["verification"])
            if "commitment_blocked" in row["detail"].values():
                barred.add(row["verification"])
        turn = offered | ((asked | spent) - barred)
        return self._mine(
            [
                (row["number"], row["number"] in offered, None, self.stood(row["unit"], row["filed_at"]))
                for row in self.rows["verifications"]
                if row["entry_id"] in demanding and not row["follows"] and self.within(row["filed_at"]) and row["number"] in turn
            ]
        )

    def _standing_entries(self) -> list[Row]:
        published = {row["number"]: row["published_at"] for row in self.rows["catalog_versions"]}
        ends = ((row, published.get(row["until_version"])) for row in self.rows["entries"])
        return [row for row, gone in ends if published[row["since_version"]] < self.cut and (gone is None or gone >= self.cut)]

    def commitment_texts(self) -> Found:
        written = {row["proof"] for row in self.rows["commitment_texts"] if self.before(row["made_at"])}
        kept_out = ("exclusion", "reviewed_above")
        return self._mine(
            [
                (f"{row['matter']}/{row['proof']}", row["proof"] in written, None, self.stood(row["unit"], self.cut))
                for row in self._standing_entries()
                if row["commitment_basis"]
                and not any(row[name] for name in kept_out)
                and (row["checkable_online"] or not row["outside_region"])
            ]
        )

    # --- 9

    def made(self) -> Iterator[tuple[str, Row, Row]]:
        for row in self.rows["proofs"]:
            if self.within(row["made_at"]) and self.concerns(row["verification"], row["made_at"]):
                yield f"{row['verification']}/{row['version']}", row, self.verification[row["verification"]]

    def method(self, row: Row) -> str | None:
        """Of a proof: the verification's own, unless it was re-routed since; then what had answered by then says it."""
        number, at = row["verification"], row["made_at"]
        if not any(one["event"] == "rerouted" and one["at"] >= at for one in self.by("events", "verification").get(number, ())):
            method: str | None = self.verification[number]["method"]
            return method
        answers = [one for one in self.asked.get(number, ()) if one["answered_at"] and one["answered_at"] <= at]
        return "issuer" if any(one["answer"] != "cannot_verify" for one in answers) else "data_sharing"

    def _seals(self, method: str, seal: str) -> Found:
        kinds = {row["id"]: row["seal"] for row in self.rows["seal_uses"]}
        return [(name, kinds[row["seal_use"]] == seal, None, "") for name, row, _ in self.made() if self.method(row) == method]

    def share_seals(self) -> Found:
        return self._seals("data_sharing", "share")

    def issuer_seals(self) -> Found:
        return self._seals("issuer", "issuer")

    def noted(self) -> Found:
        found: Found = []
        for name, row, about in self.made():
            if self.method(row) == "data_sharing":
                answers = [one for one in self.by("lookups", "verification").get(about["number"], ()) if one["outcome"] == "found"]
                is_noted = any(one["maker"] and one["answered_at"] <= row["made_at"] for one in answers)
            else:
                is_noted = any(one["answered_at"] and one["answered_at"] <= row["made_at"] for one in self.asked.get(about["number"], ()))
            if about["method"]:
                found.append((name, is_noted, None, ""))
        return found

    # --- 11.3

    def checker(self, row: Row) -> str:
        unit = self.verification[row["check_number"]]["issuing_unit"] if row["check_number"] else None
        settled = row["settled_at"]
        return self.stood(unit, min(settled, self.cut) if settled else self.cut) if unit else ""

    def mismatches(self) -> Found:
        found: Found = []
        for row in self.rows["mismatches"]:
            over = row["settled_at"] is not None and row["settled_at"] < self.start
            if row["reported_at"] < self.cut and not over and self.concerns(row["verification"], row["reported_at"]):
                settled = self.before(row["settled_at"]) and row["status"] != "unsettled"
                took = (row["settled_at"] - row["reported_at"]) / SECOND if settled else None
                found.append((row["verification"], settled, took, self.checker(row)))
        return found

    def _outcome(self, status: str, *, by: bool = False) -> Found:
        return [
            (row["verification"], row["status"] == status, None, self.checker(row) if by else "")
            for row in self.rows["mismatches"]
            if self.within(row["settled_at"]) and self.concerns(row["verification"], row["settled_at"])
        ]

    def mismatch_corrected(self) -> Found:
        return self._outcome("corrected", by=True)

    def mismatch_upheld(self) -> Found:
        return self._outcome("upheld")

    def mismatch_unsettled(self) -> Found:
        return self._outcome("unsettled")

    # --- 12.1

    def _mine(self, found: Found) -> Found:
        return [one for one in found if self.ours(one[3])]

    def owed(self) -> Iterator[Row]:
        """Checks that were done, or of commitments that a delivered proof may rest on."""
        unused = {row["number"] for row in self.rows["verifications"] if row["state"] in ("withdrawn", "closed")}
        yield from (row for row in self.rows["commitment_checks"] if row["done_at"] or row["verification"] not in unused)

    def commitment_checks(self) -> Found:
        found: Found = []
        for row in self.owed():
            if self.is_due(row["due_at"]):
                kept = row["done_at"] is not None and row["done_at"] <= row["due_at"]
                found.append((row["verification"], kept, None, self.stood(row["unit"], row["done_at"] if kept else row["due_at"])))
        return self._mine(found)

    def commitment_checks_late(self) -> Found:
        found: Found = []
        for row in self.owed():
            due, done = row["due_at"], row["done_at"]
            overdue = due is not None and due <= self.cut and due < self.now and (done is None or done > due)
            if overdue and (done is None or done >= self.start):
                caught = self.before(done)
                unit = self.stood(row["unit"], done if caught else self.cut)
                found.append((row["verification"], caught, (done - due) / SECOND if caught else None, unit))
        return self._mine(found)

    def commitments_untrue(self) -> Found:
        rows = [row for row in self.rows["commitment_checks"] if self.within(row["done_at"])]
        return self._mine(
            [(row["verification"], row["outcome"] == "untrue", None, self.stood(row["unit"], row["done_at"])) for row in rows]
        )

    def _blocks(self) -> Iterator[tuple[Row, str]]:
        number = {row["id"]: row["verification"] for row in self.rows["commitments"]}
        for row in self.rows["credit_blocks"]:
            of = number[row["commitment_id"]]
            over = row["restored_at"] is not None and row["restored_at"] < self.start
            if row["since"] < self.cut and not over and self.ours(self.stood(self.verification[of]["unit"], row["since"])):
                yield row, of

    def credit_blocks(self) -> Found:
        return [(of, row["since"] >= self.start, None, "") for row, of in self._blocks()]

    def credit_restored(self) -> Found:
        found: Found = []
        for row, of in self._blocks():
            restored = self.before(row["restored_at"])
            found.append((of, restored, (row["restored_at"] - row["since"]) / SECOND if restored else None, ""))
        return found

    # --- 6.3

    def licences_offered(self) -> Found:
        sealed = {(row["verification"], row["version"]) for row in self.rows["proofs"]}
        offered = {row["verification"] for row in self.rows["licence_offers"] if self.before(row["made_at"])}
        return [
            (row["number"], row["number"] in offered, None, "")
            for row in self.rows["verifications"]
            if row["state"] == "delivered"
            and (row["number"], row["proof_version"]) in sealed
            and self.within(row["ended_at"])
            and self.concerns(row["number"], row["ended_at"])
        ]

    def licences_taken(self) -> Found:
        found: Found = []
        for row in self.rows["licence_offers"]:
            if self.within(row["made_at"]) and self.concerns(row["verification"], row["made_at"]):
                taken = self.before(row["taken_at"])
                found.append((row["verification"], taken, (row["taken_at"] - row["made_at"]) / SECOND if taken else None, ""))
        return found

    # --- 8.1, 8.2, 15.2

    def _systems(self) -> list[str]:
        rows = self.rows["systems"]
        return [row["code"] for row in rows if row["active"] and row["should_connect"] and self.scope in ("", row["unit"])]

    def _calls(self, system: str) -> list[Row]:
        return [row for row in self.by("system_calls", "system").get(system, ()) if row["first_at"] < self.cut]

    def systems_connected(self) -> Found:
        return [(system, bool(self._calls(system)), None, "") for system in self._systems()]

    def systems_called(self) -> Found:
        return [(system, any(call["last_at"] >= self.start for call in self._calls(system)), None, "") for system in self._systems()]

    def from_above(self) -> Found:
        cases: dict[Any, Row] = {row["id"]: row for row in self.rows["cases"]}
        found: Found = []
        for row in self.rows["verifications"]:
            origin = cases[row["case_id"]]["origin_system"] or row["via_system"]
            if self.within(row["filed_at"]) and origin and self.concerns(row["number"], row["filed_at"]):
                found.append((row["number"], origin in (ABOVE, "s-above"), None, ""))
        return found

    def electronic(self) -> Found:
        year, last = timedelta(days=365), (self.cut - timedelta.resolution).astimezone(LOCAL).date()
        connected = {row["source"] for row in self.rows["databases"] if row["connected_since"] and row["connected_since"] <= last}
        data, sealed = set(), set()
        proof_of = {row["id"]: row["proof"] for row in self.rows["entries"]}
        for row in self._standing_entries():
            if "data_sharing" in row["methods"] and row["source"] in connected:
                data.add(row["proof"])
        for row in self.rows["verifications"]:
            recent = row["ended_at"] is not None and self.cut - year <= row["ended_at"] < self.cut
            if recent and (row["state"], row["method"], row["result"]) == ("delivered", "issuer", "confirmed"):
                sealed.add(proof_of[row["entry_id"]])
        return [
            (row["code"], row["code"] in data | sealed, None, "")
            for row in self.rows["proof_kinds"]
            if not row["cancelled"] and row["issuing_unit"] and self.ours(self.stood(row["issuing_unit"], self.cut))
        ]

    # --- 9.4, 15.5

    def seal_uses(self) -> Found:
        seals: dict[Any, Row] = {row["id"]: row for row in self.rows["seals"]}
        found: Found = []
        for row in self.rows["seal_uses"]:
            at = row["started_at"]
            if self.within(at) and self.concerns(row["verification"], at):
                seal = seals.get(row["seal_id"])
                ends = [end for end in (seal["ended_at"], seal["valid_until"]) if end] if seal else []
                signed = row["completed_at"] or max(at, seal["started_at"] if seal else at)
                found.append((row["verification"], bool(seal and seal["started_at"] <= signed <= min(ends)), None, ""))
        return found

    def _standing(self) -> list[Row]:
        stood = [row for row in self.rows["seals"] if self.before(row["started_at"])]
        return [row for row in stood if not self.before(row["ended_at"])]

    def seals_in_force(self) -> Found:
        there = {row["kind"] for row in self._standing() if row["valid_until"] >= self.cut}
        return [(kind, kind in there, None, "") for kind in ("share", "issuer") if not self.scope]

    def seals_lasting(self) -> Found:
        days = timedelta(days=30)
        return [(str(row["id"]), row["valid_until"] - self.cut > days, None, "") for row in self._standing() if self.ours(row["unit"])]


@over_every_span
def test_each_figure_is_what_the_raw_rows_say_for_the_whole_and_for_each_part(period: Period, after: timedelta, scope: str) -> None:
    """Obligations 6.3, 7.4, 8.1, 8.2, 9.4, 11.3, 12.1, 15.2, 15.5."""
    compare_all(Raw, KEYS, period, after, scope)


@pytest.mark.parametrize("key", KEYS)
def test_behind_each_figure_and_each_of_its_parts_stand_its_cases(key: str) -> None:
    compare_lists(Raw, key)


def test_something_of_each_figure_happened_and_something_of_it_did_not() -> None:
    assert_mixed(Raw, KEYS)
