"""The house keeps its shape: imports point inwards, flow files hide nothing, prefect stays where it belongs."""

from __future__ import annotations

import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from gateway.edge.permissions import RULES
from gateway.edge.visibility import THINGS

ROOT = Path(__file__).resolve().parent.parent
EVERYWHERE = {"settings"}
MAY_IMPORT = {
    "domain": set(),
    "settings": {"domain"},  # whose rules say how a limit is written
    "isolation": set(),
    "guomi": set(),
    "ledger": {"domain"},
    "connectors": {"domain", "guomi"},
    "proofs": {"domain", "isolation", "guomi"},
    "catalog": {"domain", "ledger", "isolation", "proofs"},  # of proofs the sheet as it is printed
    "reports": {"domain", "ledger", "proofs"},  # of proofs the fonts, the typesetter and the printed sheet
    "sandbox": {"domain"},
    "audit": set(),
    "tasks": {"domain", "ledger", "connectors", "catalog", "proofs", "reports", "isolation"},
    "flows": {"tasks", "domain"},
    "gateway": {"domain", "ledger", "connectors", "catalog", "proofs", "reports", "isolation"},
    "runtime": {"domain", "guomi", "ledger", "connectors", "catalog", "proofs", "reports", "tasks", "flows", "gateway", "sandbox"},
    "benchmarks": {
        "domain",
        "ledger",
        "connectors",
        "catalog",
        "proofs",
        "reports",
        "tasks",
        "flows",
        "gateway",
        "sandbox",
        "runtime",
        "tests",  # the slow reference that the soak is held against
    },
}
PACKAGES = set(MAY_IMPORT)
#: The one module of the gateway that starts runs needs no more than HTTP; only these know Prefect.
KNOW_PREFECT = {"flows", "tasks", "runtime", "benchmarks"}


def modules() -> list[Path]:
    return [path for package in PACKAGES - {"settings"} for path in (ROOT / package).rglob("*.py")] + [ROOT / "settings.py"]


def package_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    """The top-level names that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add((node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_imports_point_inwards(package: str) -> None:
    allowed = MAY_IMPORT[package] | {package} | (EVERYWHERE if package != "domain" else set())
    for path in modules():
        if package_of(path) == package:
            ours = imports(path) & (PACKAGES | {"tests"})
            assert ours <= allowed, f"{path.relative_to(ROOT)} imports {sorted(ours - allowed)}"


#: The rooms of the packages that have rooms, and what stands beside them: each imports only what stands before it.
ROOMS = {
    "ledger": (
        "tables",
        "actor",
        "vault",
        "paging",
        "opening",
        "copying",
        "listen_notify",
        "succession",
        "key_checks",
        "audit",
        "traces",
        "rules",
        "outbox",
        "timekeeping",
        "record",
        "streaming",
        "database",
        "migrate",
        "rewrapping",
        "recusal",
        "task_force",
        "withdrawals",
        "calendars",
        "catalog",
        "cases",
        "lifecycle",
        "registers",
        "deadlines",
        "oversight.indicators",
        "oversight",
        "retention",
        "methods",
        "supervision",
        "inbox",
        "sealing",
        "casework",
        "subject_access",
        "batches",
        "arrangements",
        "registry",
    ),
    "gateway": (
        "edge",
        "cases",
        "mismatches",
        "revocations",
        "verifications",
        "batches",
        "commitments",
        "inbox",
        "arrangements",
        "deadlines",
        "registers",
        "reports",
        "retention",
        "own_unit",
        "registry",
        "catalog",
        "oversight",
        "public",
        "operations",
        "subject_access",
        "counter",
        "routers",
        "app",
        "__main__",
    ),
    "runtime": ("failures", "progress", "services", "worker", "commands", "__main__"),
}


def room(module: str) -> str:
    """`ledger.inbox.claims` stands in the room `inbox`; `ledger.vault` is one of its own."""
    inside = module.split(".")[1:]
    return ".".join(inside[:-1]) or inside[0]


@pytest.mark.parametrize("package", sorted(ROOMS))
def test_rooms_stand_in_an_order(package: str) -> None:
    ours = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in (ROOT / package).rglob("*.py")}
    ours = {module: path for module, path in ours.items() if "migrations" not in module and path.name != "__init__.py"}
    order = ROOMS[package]
    assert {room(module) for module in ours} == set(order)
    upwards = [
        f"{module} imports {other}"
        for module, path in ours.items()
        for other in imported(path) & ours.keys()
        if order.index(room(other)) > order.index(room(module))
    ]
    assert upwards == []


def imported(path: Path) -> set[str]:
    """The modules that a file imports, wherever in it: of `from a import b` both `a` and `a.b`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


_TESTS_OF_WHO = {
    "domain.roles.Role",
    "ledger.succession.heir",
    "ledger.succession.estate",
    "ledger.deadlines.timing.was_asked",
    *(f"gateway.edge.permissions.{name}" for name in ("COUNTER", "WATCHERS", "DISTRICT")),
}


def test_who_sees_what_is_asked_in_one_place() -> None:
    """Obligations 15.4, 18.2: an endpoint tests neither unit nor role: gateway.edge.visibility does, and its table is a document."""
    for path in (ROOT / "gateway").rglob("*.py"):
        known = str(path.relative_to(ROOT))
        if known.startswith("gateway/edge/"):
            continue
        allowed = {"domain.roles.Role"} if known == "gateway/own_unit/schemas.py" else set()  # what roles are called
        assert not imported(path) & _TESTS_OF_WHO - allowed, f"{known} decides who sees what: {sorted(imported(path) & _TESTS_OF_WHO)}"
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Compare | ast.IfExp | ast.BinOp | ast.UnaryOp):
                asked = outside_calls(node) & {f"caller.{name}" for name in ("unit", "person", "roles", "scopes", "system")}
                assert not asked, f"{known}:{node.lineno} tests {ast.unparse(node)}"


def outside_calls(node: ast.AST) -> set[str]:
    """The attributes in an expression but for those that are handed on."""
    found = {ast.unparse(node)} if isinstance(node, ast.Attribute) else set()
    return found.union(*(outside_calls(one) for one in ast.iter_child_nodes(node) if not isinstance(one, ast.Call)))


def test_every_endpoint_that_shows_something_says_whose() -> None:
    shown = [endpoint for thing in THINGS for endpoint in thing.endpoints]
    reading = {name for name, rule in RULES.items() if not rule.public and name.startswith(("get_", "export_", "read_"))}
    assert sorted(shown) == sorted(reading)
    assert [thing.name for thing in THINGS if len({RULES[endpoint].roles for endpoint in thing.endpoints}) != 1] == []


#: What an answer is made of, and what the edge keeps: never a row.
_MAY_BE_SET = {
    "self",
    "problem",
    "refusal",
    "app.state",
    "request.state",
    "response",
    "part",
    "anyio.to_thread.current_default_thread_limiter()",
}
_READS = {"get", "get_one", "scalar", "scalars", "flush", "refresh", "execute"}


def test_the_gateway_writes_no_row_itself() -> None:
    """What a route decides and writes there, a command that does the same would have to know: it is the ledger's."""
    for path in (ROOT / "gateway").rglob("*.py"):
        tree, known = ast.parse(path.read_text("utf-8")), str(path.relative_to(ROOT))
        tables = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ledger.tables")
            for alias in node.names
        }
        assert not imported(path) & {
            f"{module}.{name}" for module in ("sqlalchemy", "sqlalchemy.dialects.postgresql") for name in ("insert", "update", "delete")
        }, known
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(ctx=ast.Store() | ast.Del()):
                    assert ast.unparse(node.value) in _MAY_BE_SET, f"{known}:{node.lineno} sets {ast.unparse(node)}"
                case ast.Call(func=ast.Attribute(value=ast.Name("session"), attr=name)):
                    assert name in _READS and (name != "execute" or "SET TRANSACTION" in ast.unparse(node)), (
                        f"{known}:{node.lineno} calls session.{name}"
                    )
                case ast.Call(func=ast.Name(name)):
                    assert name not in tables | {"setattr"}, f"{known}:{node.lineno} makes or sets {name}"


def test_domain_needs_the_standard_library_alone() -> None:
    for path in (ROOT / "domain").rglob("*.py"):
        foreign = imports(path) - set(sys.stdlib_module_names) - {"domain"}
        assert not foreign, f"{path.name} imports {sorted(foreign)}"


@pytest.mark.parametrize("name", ["verify.py", "why.py"])
def test_what_strangers_run_stands_alone(name: str) -> None:
    path = ROOT / "audit" / name
    assert not imports(path) - set(sys.stdlib_module_names) - {"cryptography"} and len(path.read_text("utf-8").splitlines()) <= 300


def test_prefect_stays_in_its_rooms() -> None:
    knowing = {package_of(path) for path in modules() if "prefect" in imports(path)}
    assert knowing <= KNOW_PREFECT


def test_flow_files_shadow_nothing() -> None:
    """Prefect puts `flows/` at the head of the path: a file there hides a module of the same name everywhere."""
    stems = {path.stem for path in (ROOT / "flows").glob("*.py")} - {"__init__"}
    installed = set(packages_distributions())
    assert not stems & (PACKAGES | set(sys.stdlib_module_names) | installed)


def test_the_flow_fits_one_screen() -> None:
    assert len((ROOT / "flows" / "verification.py").read_text("utf-8").splitlines()) <= 50


def test_one_file_is_one_room() -> None:
    rooms = [path for path in modules() if "migrations/versions" not in str(path)]
    assert [str(path) for path in rooms if len(path.read_text("utf-8").splitlines()) > 300] == []


def test_every_package_is_a_package() -> None:
    for folder in {path.parent for path in ROOT.glob("tests/**/*.py")} | {path.parent for path in modules()}:
        if folder != ROOT:
            assert (folder / "__init__.py").exists(), folder


#: What opens files, and who may: each of these runs in a process of its own (isolation), or on what we made ourselves.
PARSERS = {
    "python_calamine",
    "xlrd",
    "load_workbook",
    "read_excel",
    "read_csv",
    "read_html",
    "ZipFile",
    "TarFile",
    "tarfile",
    "PdfFileReader",
    "PIL",
    "pypdf",
    "pikepdf",
    "lxml",
    "ElementTree",
    "read_barcode",
    "read_barcodes",
}
OPEN_FILES = {
    "runtime/services/escrow.py": "our own backups, which the holder of the private key has chosen",
    "catalog/reading.py": "strangers' tables",
    "catalog/workbook_facts.py": "the same",
    "catalog/workbook_rows.py": "the same",
    "catalog/workbook_styles.py": "the same",
    "catalog/workbook_drawings.py": "the same",
    "catalog/sheet_cells.py": "the same",
    "catalog/file_kinds.py": "the same",
    "catalog/word_tables.py": "the same",
    "catalog/word_text.py": "the same",
    "catalog/word_margins.py": "the same",
    "catalog/xml_parts.py": "the same",
    "catalog/xml_tables.py": "the same",
    "gateway/edge/media.py": "attachments",
    "proofs/pdf_judgement.py": "what the public checks",
    "proofs/ofd/judgement.py": "the same, in its other form",
    "proofs/ofd/drawing.py": "the pages that we set ourselves",
    "connectors/seal_ofd.py": "the same",
    "guomi/ofd.py": "the package that it writes itself",
    "connectors/seal.py": "the pages that we set ourselves",
    "connectors/lasting.py": "the proofs that we sealed ourselves",
    "reports/xlsx.py": "the workbook that we wrote ourselves",
    "gateway/batches/workbook.py": "the workbook and the ZIP that it writes itself, while they are sent",
}
#: Who calls the readers of tables: inside, each other; from outside, by the guard alone.
READERS = {
    "catalog/reading.py": {"read_sheets", "read_parts"},
    "catalog/workbook_facts.py": {"facts"},
    "catalog/sheet_cells.py": {"cells_that_tell"},
    "catalog/file_kinds.py": {"form_of"},
    "catalog/word_tables.py": {"word_tables"},
    "catalog/web_tables.py": {"html_tables"},
    "catalog/xml_tables.py": {"xml_tables"},
}
GUARDED = {"catalog/sheets.py", "gateway/edge/media.py", "proofs/pdf_judgement.py", "proofs/ofd/judgement.py"}


def test_nobody_opens_a_strangers_file_outside_a_process_of_its_own() -> None:
    for path in modules():
        known = str(path.relative_to(ROOT))
        if known not in OPEN_FILES and package_of(path) not in ("benchmarks", "sandbox"):
            assert not names(path) & PARSERS, f"{known} opens files itself: {sorted(names(path) & PARSERS)}"
        if known not in READERS.keys() | GUARDED:
            inside = {f"{module.removesuffix('.py').replace('/', '.')}.{name}" for module, found in READERS.items() for name in found}
            assert not qualified(path) & inside, f"{known} reads files in its own process: {sorted(qualified(path) & inside)}"


@pytest.mark.parametrize("known", sorted(GUARDED))
def test_what_reads_a_file_is_reached_through_the_guard_alone(known: str) -> None:
    """A function that uses a parser, or calls one that does, is handed to `isolation` and never called from outside."""
    functions = {node.name: node for node in ast.parse((ROOT / known).read_text("utf-8")).body if isinstance(node, ast.FunctionDef)}
    risky = {name for name, node in functions.items() if named(node) & (PARSERS | {"reading.read_sheets", "reading.read_parts"})}
    assert risky, "nothing reads here"
    while further := {name for name, node in functions.items() if named(node) & risky} - risky:
        risky |= further
    assert not [name for name in risky if not name.startswith("_")], f"{known} reads in the process of who asks: {sorted(risky)}"


def named(function: ast.FunctionDef) -> set[str]:
    """What a function names, but for what it hands to the guard."""
    handed = {
        id(node.args[0]) for node in ast.walk(function) if isinstance(node, ast.Call) and ast.unparse(node.func) in ("read", "read_apart")
    }
    found = (node for node in ast.walk(function) if id(node) not in handed)
    return {ast.unparse(node) for node in found if isinstance(node, ast.Name | ast.Attribute)}


def qualified(path: Path) -> set[str]:
    """What a file takes from our modules, by its whole name, also where it takes the module: `catalog.reading.read_sheets`."""
    tree = ast.parse(path.read_text("utf-8"))
    modules_by_name, found = {}, set()
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom():
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
                modules_by_name |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            text = ast.unparse(node)
            head, _, rest = text.partition(".")
            found |= {text, f"{modules_by_name.get(head, head)}.{rest}"}
    return found


def names(path: Path) -> set[str]:
    """What a file imports or calls by name, for reading."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.ImportFrom():
                found |= {node.module or "", *(alias.name for alias in node.names)}
            case ast.Import():
                found |= {alias.name for alias in node.names}
            case ast.Attribute():
                found.add(node.attr)
    return found
