"""One form of refusal: each kind names a line of the table of problems, each line is raised somewhere, and one place translates."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator

import catalog
import domain
import ledger
import reports
from domain.refusal import Refusal
from gateway.edge.problems import PROBLEMS, Problem
from settings import ROOT

OURS = (catalog, domain, ledger, reports)
#: What a process or a stranger's data is at fault for, and nobody's call; what a rule catches itself.
FAULTS = {"_Stopped", "CannotUpgrade", "ClockOff", "Left", "MissingYear", "NoSealInForce", "NotTheSame", "UnknownDefinitions"} | {
    "VaultError",
    "WrongKeys",
}
#: What no call of the API meets: of one row of a file, of a command.
OF_NO_CALL = {"NoComplaint", "NotUnderstood", "RowRefused", "ScopeRefused", "UnknownHolder"}
#: Where the gateway comes to a code by a way round: who makes a problem of one, and who tells which one it is.
MAKERS = {"_at", "PydanticCustomError"}
TELLERS = {("gateway/edge/scopes.py", "refusal"), ("gateway/edge/validation_texts.py", "_code")}
#: Where the gateway says more of a refusal than its code: whose field it was, whose guess, which page was asked for, on which form.
SAID_OTHERWISE = {
    ("gateway/edge/authentication.py", "KeyInvalid"),
    ("gateway/reports/endpoints.py", "NoSuchPeriod"),
    ("gateway/public/figures.py", "NoSuchPeriod"),
    ("gateway/counter/door.py", "SignedOut"),
    ("gateway/counter/provider.py", "SignedOut"),
    ("gateway/counter/sign_in.py", "CodeWrong"),
    ("gateway/counter/sign_in.py", "PasswordRefused"),
    ("gateway/counter/sign_in.py", "SignInRefused"),
    ("gateway/counter/hand_in_telephone.py", "ConfirmationOver"),  # a page in the look of the public ones
    ("gateway/counter/adjustment.py", "Refusal"),  # the same
    ("gateway/counter/register_import.py", "Refusal"),
    ("gateway/counter/registers.py", "Refusal"),  # said over the form, which keeps what was typed
    ("gateway/counter/who_asked.py", "LookOver"),
    ("gateway/counter/who_asked.py", "NoIssuer"),
    ("gateway/counter/who_asked.py", "Refusal"),  # of an objection: said over the form, which keeps what was typed
}


def exceptions() -> set[type[Exception]]:
    """Every exception of the packages that hold the rules."""
    found: set[type[Exception]] = set()
    for package in OURS:
        for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in one.name:
                continue
            for thing in vars(importlib.import_module(one.name)).values():
                if isinstance(thing, type) and issubclass(thing, Exception) and thing.__module__ == one.name:
                    found.add(thing)
    return found


def trees(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            if not path.stem.endswith("problems"):
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))


def words(node: ast.AST) -> set[str]:
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def named() -> set[str]:
    """The codes that a class or a call names as such."""
    found: set[str] = set()
    kinds = {one.__name__ for one in exceptions() if issubclass(one, Refusal)}
    for _, tree in trees("domain", "ledger", "catalog", "reports", "gateway"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == Problem.__name__:
                found |= words(node.args[0])
            elif isinstance(node, ast.ClassDef) or (isinstance(node, ast.Call) and words_of_names(node.func) & kinds):
                found |= {word for one in node.keywords if one.arg == "code" for word in words(one.value)}
    return found


def chosen() -> set[str]:
    """Those that the gateway comes to by a way round: of a maker, of a teller, or out of a table that holds nothing but codes."""
    found: set[str] = set()
    for path, tree in trees("gateway"):
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(name)) if name in MAKERS:
                    found |= {word for one in node.args for word in words(one)}
                case ast.FunctionDef(name=name) if (path, name) in TELLERS:
                    found |= {word for one in ast.walk(node) if isinstance(one, ast.Return) for word in words(one)}
                case ast.Dict(values=values) if (codes := {word for one in values for word in words(one)}) <= PROBLEMS.keys():
                    found |= codes
    return found


def test_every_exception_of_the_rules_is_a_refusal_or_a_known_fault() -> None:
    others = {one.__name__ for one in exceptions() if not issubclass(one, Refusal)}
    assert others == FAULTS


def test_every_refusal_names_a_line_of_the_table() -> None:
    kinds = {one for one in exceptions() if issubclass(one, Refusal)} - {Refusal}
    assert {one.__name__ for one in kinds if not one.code} == OF_NO_CALL
    assert {one.code for one in kinds} - {""} <= PROBLEMS.keys()


def test_the_table_and_what_is_raised_are_the_same() -> None:
    assert named() - PROBLEMS.keys() == set()
    assert PROBLEMS.keys() - named() - chosen() == set()


def test_no_lookup_that_failed_is_a_refusal() -> None:
    bare = {
        f"{path}:{node.lineno}"
        for path, tree in trees("domain", "ledger", "catalog", "reports")
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and words_of_names(node) & {"LookupError", "KeyError", "IndexError"}
    }
    assert bare == set()


def test_refusals_are_translated_at_one_place() -> None:
    kinds = {one.__name__ for one in exceptions() if issubclass(one, Refusal)}
    caught = {
        (path, name)
        for path, tree in trees("gateway")
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and node.type is not None
        for name in words_of_names(node.type) & kinds
    }
    assert caught == SAID_OTHERWISE


def words_of_names(node: ast.AST) -> set[str]:
    return {one.id if isinstance(one, ast.Name) else one.attr for one in ast.walk(node) if isinstance(one, ast.Name | ast.Attribute)}
