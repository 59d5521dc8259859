"""Each remedy that is printed anywhere is a command that exists, and does what the API does."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import select

from domain.lifecycle import State
from domain.notices import NoticeChannel, NoticeKind
from gateway.app import ROUTERS
from gateway.edge.permissions import RULES
from gateway.edge.problems import PROBLEMS
from ledger.casework import watch
from ledger.database import transaction
from ledger.lifecycle import remedies
from ledger.tables.effects import Notice
from ledger.tables.verifications import EventRow, Verification
from runtime.commands import verifications
from runtime.commands.repair_verifications import close, reissue, reroute, settle
from runtime.commands.table import COMMANDS
from runtime.failures import Failure
from settings import settings
from tests.runtime.commands.test_verifications import in_attention
from tests.test_architecture import ROOT, modules

REMEDIES = [line for pair in remedies.REMEDIES.values() for line in pair] + [watch.PAUSED[1], watch.UNKNOWN_NOTICE[1], watch.UNDELIVERED[1]]
_ROUTES = {route.path for router in ROUTERS for route in router.routes}  # type: ignore[attr-defined]


def texts() -> Iterator[tuple[str, str]]:
    """Every text that the programs hold and a person may read, with its file; what is put in is a star."""
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else "*" for part in node.values]
                yield str(path.relative_to(ROOT)), "".join(map(str, parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield str(path.relative_to(ROOT)), node.value


def test_every_command_that_a_text_names_exists() -> None:
    named = {(path, name) for path, text in texts() for name in re.findall(r"\./run ([a-z][a-z-]*)", text)}
    assert len(named) > 20
    elsewhere = {"help", "setup"}  # `run` answers the one itself; the other is the set-up job of compose (runtime.commands.setup_job)
    assert [(path, name) for path, name in named if name not in COMMANDS and name not in elsewhere] == []


def test_every_address_that_a_text_names_exists() -> None:
    """A problem's remedy or a remedy of `stuck` sends nobody to an address that is not there."""
    shapes = [re.sub(r"\{[^}]*\}", "[^/]+", path) for path in _ROUTES]
    said = [*REMEDIES, *(kind.remedy for kind in PROBLEMS.values())]
    found = [address.rstrip("/.") for text in said for address in re.findall(r"(/(?:v1|docs|verify|catalog)[\w/{}.…-]*)", text)]
    assert found
    for address in found:
        assert any(
            re.match(rf"{re.escape(address)}(/|$)", path) or re.fullmatch(shape, address)
            for path, shape in zip(_ROUTES, shapes, strict=True)
        ), address


@pytest.mark.parametrize(
    "remedy", sorted({pair[1] for pair in remedies.REMEDIES.values()} | {watch.PAUSED[1], watch.UNKNOWN_NOTICE[1], watch.UNDELIVERED[1]})
)
def test_every_action_of_a_remedy_is_a_command_and_an_endpoint(remedy: str) -> None:
    words = re.findall(r"“([^”]+)”", remedy)
    assert words, "a remedy without an action is advice"
    for word in words:
        command, endpoint = remedies.ACTIONS[word]
        assert command.split()[0] in COMMANDS and endpoint in RULES
    assert len(remedies.commands("HY1", remedy)) == len(set(words))


@pytest.mark.parametrize("word", sorted(remedies.ACTIONS))
def test_a_printed_command_is_understood(ledger: str, word: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What `stuck` prints is typed as it stands, the blanks filled in: the command may refuse, but it understands."""
    import importlib

    number = "HY2026030400000000"
    filled = remedies.commands(number, f"“{word}”")[0]
    for blank, value in (("单位编码", "370402-CIVIL"), ("人员编码", "demo-admin"), ("理由", "other"), ("yes|no", "yes")):
        filled = filled.replace(blank, value)
    name, *arguments = shlex.split(filled)[1:]
    module, _, function = COMMANDS[name].target.partition(":")
    try:
        getattr(importlib.import_module(module), function)(arguments)
    except Failure as failure:
        assert number in failure.why or "没有" in failure.why
    except SystemExit:
        pytest.fail(f"{filled}: {capsys.readouterr().err}")


def last(number: str) -> EventRow:
    with transaction() as session:
        return session.scalars(select(EventRow).where(EventRow.verification == number).order_by(EventRow.id.desc())).first()  # type: ignore[return-value]


def test_stuck_prints_the_commands_of_its_remedy(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    number = in_attention("no_next_method")
    verifications.stuck([])
    shown = capsys.readouterr().out
    assert f"./run reroute {number} --to 单位编码 --by 人员编码 --reason 理由" in shown and f"./run close {number} --by" in shown


def test_reroute_asks_another_unit_by_a_named_person_for_a_reason(ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
    number = in_attention("no_next_method")
    with pytest.raises(Failure, match="不在名录中或已停用"):
        reroute([number, "--to", "NONE", "--by", "demo-admin", "--reason", "no_other_method"])
    assert reroute([number, "--to", "370402-CIVIL", "--by", "demo-admin", "--reason", "no_other_method"]) == 0
    assert "370402-CIVIL" in capsys.readouterr().out
    event = last(number)
    assert event.actor.startswith("person:demo-admin via operator:") and event.detail == {"unit": "370402-CIVIL", "why": "no_other_method"}
    with transaction() as session:
        assert (
            session.get_one(Verification, number).issuing_unit == "370402-CIVIL"
            and session.get_one(Verification, number).state is State.TO_ASK
        )


def test_close_ends_it_by_a_named_person_for_a_reason(ledger: str) -> None:
    number = in_attention("returned_twice")
    assert close([number, "--by", "demo-admin", "--reason", "verified_offline"]) == 0
    with transaction() as session:
        assert session.get_one(Verification, number).state is State.CLOSED
        closed = session.scalars(select(EventRow).where(EventRow.verification == number, EventRow.target == State.CLOSED)).one()
        assert closed.actor.startswith("person:demo-admin via ") and closed.detail["why"] == "verified_offline"
    with pytest.raises(Failure, match="不需要人工处理"):
        close([number, "--by", "demo-admin", "--reason", "other"])


@pytest.mark.parametrize("who", ["nobody", "demo-permit-1"])
def test_who_may_not_over_the_api_may_not_here(ledger: str, who: str) -> None:
    number = in_attention("no_next_method")
    before = last(number).id
    for act in (
        lambda: close([number, "--by", who, "--reason", "other"]),
        lambda: reroute([number, "--to", "370402-CIVIL", "--by", who, "--reason", "other"]),
    ):
        with pytest.raises(Failure, match=who):
            act()
    assert last(number).id == before


@pytest.mark.parametrize("act", [reroute, close, reissue])
def test_a_person_and_a_reason_are_asked_for(ledger: str, act: object, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        act(["HY2026030400000000", "--by", "demo-admin"])  # type: ignore[operator]
    assert "--reason" in capsys.readouterr().err


def test_settle_finds_what_was_given_up_as_the_api_does(ledger: str) -> None:
    number, now = in_attention(), settings().now()
    lost = Notice(
        id=uuid4(),
        verification=number,
        unit="370402-PERMIT",
        kind=NoticeKind.RETURNED,
        cause="x",
        channel=NoticeChannel.MAIL,
        recipient="demo-permit-1",
        about=now,
        made_at=now,
        given_up_at=now,
    )
    with transaction() as session:
        session.add(lost)
        lost_id = lost.id
    assert settle([number, "--by", "demo-admin", "--arrived", "no"]) == 0
    with transaction() as session:
        again = session.get_one(Notice, lost_id)
        assert again.given_up_at is None and (again.again_by or "").startswith("person:demo-admin via operator:")


def test_settle_says_what_it_did_not_find(ledger: str) -> None:
    with pytest.raises(Failure, match="没有待确认的通知"):
        settle([in_attention(), "--by", "demo-admin", "--arrived", "yes"])
