"""清单版本: published once and never changed; what runs keeps the version that it started with."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from domain.lifecycle import State
from domain.listing import Change, ChangeConflict
from domain.methods import Answer, Method
from domain.scope import Exclusion
from ledger.catalog import versions
from ledger.database import engine
from ledger.lifecycle.snapshots import step_context
from tests.ledger.acting import ask, at_once, do, hold, reply, row, take_up
from tests.ledger.filing import file
from tests.ledger.listing import alter, publish, standing

pytestmark = pytest.mark.usefixtures("ledger")


def test_every_version_can_be_read_as_it_was() -> None:
    """Obligation 5.3."""
    first = do(versions.current)
    before = do(versions.entries_of)
    second = alter(validity_days=90)
    third = publish(Change(standing("DEMO-0002", "P-HARDSHIP"), None))
    assert (second, third) == (first + 1, first + 2)
    assert do(versions.entries_of, first) == before
    assert do(versions.entries_of, second)["DEMO-0001", "P-HOUSEHOLD"].validity_days == 90
    assert ("DEMO-0002", "P-HARDSHIP") in do(versions.entries_of, second)
    assert ("DEMO-0002", "P-HARDSHIP") not in do(versions.entries_of) == do(versions.entries_of, third)
    assert [one.number for one in do(versions.versions)][:3] == [third, second, first]
    assert do(versions.versions)[0].digest == versions.digest_of(do(versions.entries_of))
    with pytest.raises(versions.UnknownVersion):
        do(versions.entries_of, 99)


def test_what_runs_keeps_its_version_and_what_comes_takes_the_new_one() -> None:
    running = hold(file("P-HARDSHIP"))
    take_up(running)
    request = ask(running)
    alter("DEMO-0001", "P-HARDSHIP", fields=("家庭人口",), methods=(Method.ISSUER, Method.COMMITMENT))
    assert do(step_context, running.number).entry.fields == ("家庭人口", "人均月收入", "认定结论")
    reply(request, Answer.TRUE)
    assert row(running.number).state is State.TO_BE_SEALED
    publish(Change(standing("DEMO-0001", "P-HARDSHIP"), None))
    assert do(step_context, running.number).entry.fields == ("家庭人口", "人均月收入", "认定结论")
    with pytest.raises(AssertionError):
        file("P-HARDSHIP")


def test_a_change_that_rests_on_what_is_no_more_is_refused_whole() -> None:
    old = standing()
    alter(validity_days=90)
    number = do(versions.current)
    other = standing("DEMO-0002", "P-HARDSHIP")
    with pytest.raises(ChangeConflict):
        publish(Change(other, replace(other, validity_days=5)), Change(old, replace(old, validity_days=60)))
    assert do(versions.current) == number and standing("DEMO-0002", "P-HARDSHIP") == other


def test_two_publications_at_the_same_instant_follow_one_another() -> None:
    before, first = do(versions.current), standing()
    other = standing("DEMO-0002", "P-HARDSHIP")
    changes = (Change(first, replace(first, validity_days=60)), Change(other, replace(other, validity_days=61)))
    assert sorted(at_once(*[partial(publish, change) for change in changes])) == [before + 1, before + 2]
    assert (standing().validity_days, standing("DEMO-0002", "P-HARDSHIP").validity_days) == (60, 61)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entries SET validity_days = 1",
        "UPDATE entries SET until_version = NULL WHERE until_version IS NOT NULL",
        "UPDATE entries SET until_version = 2, fields = '{}' WHERE until_version IS NULL",
        "DELETE FROM entries",
        "TRUNCATE entries CASCADE",
        "UPDATE catalog_versions SET document = 'x'",
        "DELETE FROM catalog_versions",
    ],
)
def test_nobody_changes_what_is_published_not_even_the_owner(owner_url: str, change: str) -> None:
    alter(validity_days=90)
    owner = create_engine(owner_url)
    for who in (engine(), owner):
        with who.connect() as connection, pytest.raises(DBAPIError, match="不可更改|只增不改|permission denied"):
            connection.execute(text(change))
    owner.dispose()


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"methods": (Method.ISSUER,), "issuing_unit": None}, "issuer_is_named"),
        ({"methods": (Method.DATA_SHARING,), "source": None}, "source_is_named"),
        ({"exclusion": Exclusion.PUBLIC_SAFETY}, "exclusion_is_explained"),
        ({"issuing_unit": "370402-NOWHERE"}, "issuing_unit"),
    ],
)
def test_an_entry_that_the_rules_do_not_allow_is_refused_by_the_database(wrong: dict[str, Any], constraint: str) -> None:
    """Obligation 2.3."""
    with pytest.raises(IntegrityError, match=constraint):
        alter(**wrong)
