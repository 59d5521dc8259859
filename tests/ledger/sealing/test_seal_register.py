"""印章登记: the life of a seal, two persons where two are needed, one in force of a kind, bad certificates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from domain.seals import IN_FORCE, SEAL_STEPS, WAITING, KeyKind, SealKind, SealStanding, SealStep
from ledger.database import transaction
from ledger.sealing import seal_register
from ledger.sealing.certificates import SealRefused
from ledger.sealing.seal_register import Filing, SealUnknown
from ledger.tables.seals import RegisteredSeal
from tests.ledger.acting import do
from tests.ledger.filing import NOW
from tests.ledger.sealing.seal_life import FILING, ONE, TWO, UNIT, applied, cancelled, in_use, made, pem

pytestmark = pytest.mark.usefixtures("ledger")
DAY = timedelta(days=1)


def row(seal: UUID) -> RegisteredSeal:
    return do(seal_register.find, seal)


def ask(seal: UUID, certificate: str | None = None, actor: str = ONE, **more: Any) -> RegisteredSeal:
    given = {"key": KeyKind.DEVELOPMENT, "reference": "share.key.pem", "now": NOW} | more
    return do(seal_register.ask_making, seal, certificate or pem(), actor=actor, **given)


def test_a_seal_goes_through_its_life_and_every_step_is_on_the_record() -> None:
    """Obligations 9.4, 15.5: 申请, 制作, 备案, 使用, 变更, 注销."""
    first = in_use(pem())
    second = made(pem(), replaces=first)
    assert row(first).standing in IN_FORCE and row(second).standing is SealStanding.FILED
    do(seal_register.start, second, now=NOW + DAY, actor=TWO)
    assert (row(first).standing, row(first).ended_at) == (SealStanding.CHANGED, NOW + DAY)
    do(seal_register.ask_cancellation, second, "停用", now=NOW + 2 * DAY, actor=TWO)
    assert do(seal_register.in_force, now=NOW + 2 * DAY)[SealKind.SHARE].id == second, "asked for is not ended"
    do(seal_register.confirm, second, now=NOW + 3 * DAY, actor=ONE)
    assert do(seal_register.in_force, now=NOW + 3 * DAY).get(SealKind.SHARE) is None
    steps = [(one.step.value, one.actor) for one in do(seal_register.story, second)]
    assert " ".join(step for step, _ in steps) == "apply make confirm_making file start cancel confirm_cancellation"
    assert [actor for _, actor in steps] == [ONE, ONE, TWO, TWO, TWO, TWO, ONE]
    assert [one.step.value for one in do(seal_register.story, first)][-1] == "change"


def test_who_asks_for_making_or_cancelling_never_confirms_it() -> None:
    """Obligation 9.4: two persons, whichever system they use."""
    seal = applied()
    ask(seal)
    for same in (ONE, f"{ONE} via hall"):
        with pytest.raises(SealRefused, match="另一人"):
            do(seal_register.confirm, seal, now=NOW, actor=same)
    assert row(seal).standing is SealStanding.MAKING
    do(seal_register.confirm, seal, now=NOW, actor=TWO)
    do(seal_register.file, seal, FILING, now=NOW, actor=ONE)
    before = do(seal_register.in_force, now=NOW).get(SealKind.SHARE)
    if before is not None:
        cancelled(before.id)
    do(seal_register.start, seal, now=NOW, actor=ONE)
    do(seal_register.ask_cancellation, seal, "停用", now=NOW, actor=TWO)
    with pytest.raises(SealRefused, match="另一人"):
        do(seal_register.confirm, seal, now=NOW, actor=TWO)
    do(seal_register.refuse, seal, now=NOW, actor=TWO)
    assert row(seal).standing is SealStanding.IN_USE


def test_the_database_itself_refuses_one_person_for_both() -> None:
    """Obligation 9.4."""
    seal = applied()
    ask(seal)
    with pytest.raises(IntegrityError, match="made_by_another"), transaction() as session:
        session.execute(text("UPDATE seals SET making_confirmed_by = making_asked_by WHERE id = :id"), {"id": seal})
    with pytest.raises(IntegrityError, match="made_by_two"), transaction() as session:
        session.execute(text("UPDATE seals SET standing = 'made' WHERE id = :id"), {"id": seal})
    with pytest.raises(DBAPIError, match="permission denied|只增不改"), transaction() as session:
        session.execute(text("DELETE FROM seal_events"))


def test_one_of_a_kind_is_in_use_and_what_takes_its_place_says_so() -> None:
    first = in_use(pem())
    other = made(pem())
    with pytest.raises(SealRefused, match="已有一枚在用"):
        do(seal_register.start, other, now=NOW, actor=ONE)
    assert row(first).standing is SealStanding.IN_USE and row(other).standing is SealStanding.FILED
    with pytest.raises(SealRefused, match="不是同一种"):
        do(seal_register.apply, SealKind.ISSUER, "章", UNIT, first, now=NOW, actor=ONE)


BAD: dict[str, tuple[Callable[[], str], dict[str, Any], str]] = {
    "not pem": (lambda: "证书", {}, "读不了"),
    "two": (lambda: pem() + pem(), {}, "读不了"),
    "a key": (lambda: "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----", {}, "读不了"),
    "too long": (lambda: pem() + "x" * 20_000, {}, "过大"),
    "authority": (lambda: pem(authority=True), {}, "颁发机构"),
    "not for signing": (lambda: pem(signs=False), {}, "不含数字签名"),
    "over": (lambda: pem(end=NOW.astimezone(UTC).replace(microsecond=0) - DAY), {}, "已过有效期"),
    "real as development": (lambda: pem(organization="区大数据局"), {}, "正式证书"),
    "development as real": (lambda: pem(), {"key": KeyKind.PKCS11}, "演示证书"),
    "a pin": (lambda: pem(), {"reference": "pkcs11:token=t?pin-value=1234"}, "口令"),
    "a person": (lambda: pem(organization="演示 370402188102020017"), {"key": KeyKind.FILE}, "个人信息"),
    "filed tomorrow": (lambda: pem(), {"filing": Filing("1号", NOW.date() + 2 * DAY)}, "晚于今天"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_certificate_or_key_is_refused_in_words_and_nothing_is_written(name: str) -> None:
    certificate, more, words = BAD[name]
    seal = applied()
    with pytest.raises(SealRefused, match=words):
        ask(seal, certificate(), **more)
    assert row(seal).standing is SealStanding.APPLIED and row(seal).fingerprint is None
    assert len(do(seal_register.story, seal)) == 1


def test_a_certificate_belongs_to_one_seal_unless_that_was_withdrawn() -> None:
    same, first, second = pem(), applied(), applied()
    ask(first, same)
    with pytest.raises(SealRefused, match="另一枚"):
        ask(second, same)
    do(seal_register.withdraw, first, now=NOW, actor=TWO)
    assert ask(second, same).standing is SealStanding.MAKING


def test_a_certificate_that_is_not_valid_yet_is_not_put_to_use() -> None:
    before = do(seal_register.in_force, now=NOW).get(SealKind.SHARE)
    if before is not None:
        cancelled(before.id)
    start = NOW.astimezone(UTC).replace(microsecond=0) + DAY
    seal = made(pem(start=start, end=start + 30 * DAY))
    with pytest.raises(SealRefused, match="尚未生效"):
        do(seal_register.start, seal, now=start - timedelta(microseconds=1), actor=ONE)
    do(seal_register.start, seal, now=start, actor=ONE)
    assert do(seal_register.in_force, now=start)[SealKind.SHARE].id == seal
    assert do(seal_register.in_force, now=start + 30 * DAY)[SealKind.SHARE].id == seal, "its last instant is its own"
    assert SealKind.SHARE not in do(seal_register.in_force, now=start + 30 * DAY + timedelta(microseconds=1))
    assert [one.id for one in do(seal_register.expiring, now=start)] == [seal]
    assert do(seal_register.expiring, now=start - DAY) == []


def test_what_there_is_not_and_steps_that_do_not_follow_are_refused() -> None:
    with pytest.raises(SealUnknown):
        do(seal_register.start, uuid4(), now=NOW, actor=ONE)
    with pytest.raises(SealRefused, match="单位"):
        do(seal_register.apply, SealKind.SHARE, "章", "370402-NOBODY", now=NOW, actor=ONE)
    seal = applied()
    for step in (
        lambda: do(seal_register.confirm, seal, now=NOW, actor=TWO),
        lambda: do(seal_register.file, seal, FILING, now=NOW, actor=TWO),
    ):
        with pytest.raises(SealRefused, match="已申请"):
            step()


def test_the_table_of_steps_has_no_way_back_and_no_end_without_two() -> None:
    """Obligation 9.4: only a confirmed 注销, or another seal, ends what was in force; nothing leaves an end."""
    ended = {SealStanding.CHANGED, SealStanding.CANCELLED, SealStanding.WITHDRAWN}
    for standing, step in product(SealStanding, SealStep):
        target = SEAL_STEPS.get((standing, step))
        if target is None:
            continue
        assert standing not in ended
        if standing in IN_FORCE and target not in IN_FORCE:
            assert step in (SealStep.CHANGE, SealStep.CONFIRM_CANCELLATION)
        if target in IN_FORCE and standing not in IN_FORCE:
            assert (standing, step) == (SealStanding.FILED, SealStep.START)
    assert {SEAL_STEPS[standing, confirmed] for standing, (confirmed, _) in WAITING.items()} == {SealStanding.MADE, SealStanding.CANCELLED}


def test_of_two_who_start_at_once_one_is_in_force() -> None:
    import threading

    first = in_use(pem())
    both, refused = [made(pem(), replaces=first) for _ in range(2)], []

    def go(seal: UUID) -> None:
        try:
            do(seal_register.start, seal, now=datetime.now(UTC), actor=TWO)
        except SealRefused as why:
            refused.append(str(why))

    threads = [threading.Thread(target=go, args=(seal,)) for seal in both]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(refused) == 1 and {row(seal).standing for seal in both} == {SealStanding.IN_USE, SealStanding.FILED}
