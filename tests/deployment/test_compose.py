"""docker-compose.yml, Dockerfile, .dockerignore and .env.example keep what they promise, and keep to each other."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import prefect.settings
import pytest
from prefect.settings.base import PrefectBaseSettings
from pydantic import AliasChoices

from runtime.commands.keyfiles import main as make_keys
from runtime.services import allocation, container, keyfiles, postgres, prefect_server
from settings import ROOT, Settings, load
from tests.deployment.compose import config, environment_of, files_of, run_compose, secrets_of, services

OURS = {"setup", "prefect-api", "prefect-services", "worker", "gateway", "sandbox", "issuing-unit", "backup", "restore"}
ENDS = {"setup", "restore"}
OWNER_SECRETS = {"postgres_password", "owner_password"}
PERSONS_KEYS = {"proofless_master_keys", "proofless_lookup_key"}
KNOWN = {one.name: one.type for one in fields(Settings)}  #: name -> annotation
COMPOSE = (ROOT / "docker-compose.yml").read_text("utf-8")


def env_example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def all_variables() -> set[str]:
    return {name for service in services().values() for name in service.get("environment") or {}}


def test_the_real_binary_accepts_the_file_alone_and_with_the_example_environment() -> None:
    for variables in ({}, env_example()):
        done = run_compose("config", "--quiet", **variables)
        assert (done.returncode, done.stderr) == (0, "")


def test_it_would_have_told_a_wrong_file() -> None:
    done = run_compose("-f", str(ROOT / "pyproject.toml"), "config", "--quiet")
    assert done.returncode != 0


def test_the_sandbox_starts_only_when_asked_for() -> None:
    def names(**variables: str) -> set[str]:
        return set(run_compose("config", "--services", **variables).stdout.split())

    production = names()
    assert {"sandbox", "issuing-unit", "restore"} & production == set() and "backup" in production
    assert names(**env_example()) == production | {"sandbox", "issuing-unit"}


def test_the_example_names_exactly_what_can_be_set() -> None:
    interpolated = set(re.findall(r"\$\{(\w+)", COMPOSE))
    assert set(env_example()) == interpolated | {"COMPOSE_PROFILES"}


def test_no_secret_stands_in_an_environment_or_a_command() -> None:
    secret_fields = {f"PROOFLESS_{name}".upper() for name, kind in KNOWN.items() if kind == "Secret"}
    assert len(secret_fields) >= 4
    for name, service in services().items():
        for variable, value in environment_of(name).items():
            assert variable not in secret_fields
            telling = re.search(r"PASSWORD|SECRET|TOKEN|AUTH_STRING|CONNECTION_URL|_KEYS?$", variable)
            assert not telling or variable.endswith(("_FILE", "_DIR")), f"{name}: {variable}"
            assert not re.search(r"//[^/]*:[^/]*@", value), f"{name}: {variable} carries a password"
        assert "password" not in str(service.get("command")).lower()


def test_each_service_gets_its_own_secrets_and_no_others() -> None:
    opens = {"worker", "gateway", "backup", "restore"}
    for name in services():
        assert ("owner_password" in secrets_of(name)) == (name in {"setup", "restore"})
        assert ("postgres_password" in secrets_of(name)) == (name in {"setup", "postgres", "restore"})
        assert (PERSONS_KEYS <= secrets_of(name)) == (name in opens)
        assert bool(PERSONS_KEYS & secrets_of(name)) == (name in opens)
        sealing_keys = {secret for secret in secrets_of(name) if secret.startswith("seal_")}
        assert sealing_keys == ({"seal_share_key", "seal_issuer_key"} if name in {"worker", "restore"} else set())
        assert bool(set(keyfiles.SOURCE_SECRETS) & secrets_of(name)) == (name in {"worker", "sandbox"})
    assert secrets_of("prefect-api") == {"prefect_database_password", "proofless_prefect_password"}
    assert secrets_of("redis") == secrets_of("issuing-unit") == set()


def test_every_mounted_file_is_one_that_keyfiles_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROOFLESS_HOME", str(tmp_path / "var"))
    assert make_keys([]) == 0
    mounted = {path for name in services() for path in files_of(name).values()}
    made = {path.relative_to(tmp_path / "var") for path in (tmp_path / "var").rglob("*") if path.is_file()}
    assert mounted == made
    before = {path: (tmp_path / "var" / path).read_bytes() for path in made}
    assert make_keys([]) == 0
    assert {path: (tmp_path / "var" / path).read_bytes() for path in made} == before


def test_ports_are_published_on_loopback_alone() -> None:
    published = {name: service["ports"] for name, service in services().items() if service.get("ports")}
    assert set(published) == {"prefect-api", "gateway"}
    assert {port["host_ip"] for ports in published.values() for port in ports} == {"127.0.0.1"}


def test_each_replica_finds_a_port() -> None:
    example = env_example()
    for replicas, ports in (("GATEWAYS", "GATEWAY_PORTS"), ("PREFECT_APIS", "PREFECT_PORTS")):
        first, last = map(int, example[ports].split("-"))
        assert last - first + 1 > int(example[replicas])


def test_every_service_says_whether_it_is_well_or_ends() -> None:
    for name, service in services().items():
        assert ("healthcheck" in service) == (name not in ENDS)
        assert service["restart"] == ("no" if name in ENDS else "unless-stopped")


def test_services_start_after_what_they_need() -> None:
    waits = {
        name: {other: row["condition"] for other, row in (service.get("depends_on") or {}).items()} for name, service in services().items()
    }
    done, well = "service_completed_successfully", "service_healthy"
    assert waits["setup"] == {"postgres": well}
    for name in ("prefect-api", "prefect-services"):
        assert waits[name] == {"setup": done, "redis": well}
    for name in ("worker", "gateway"):
        assert waits[name] == {"setup": done, "prefect-api": well}


def test_containers_have_no_rights_that_they_do_not_need() -> None:
    for name, service in services().items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["user"] not in ("", "root", "0", "0:0"), name
        assert not service.get("privileged") and not service.get("cap_add"), name
        assert int(service["deploy"]["resources"]["limits"]["memory"]) > 0, name


def test_databases_cannot_be_reached_from_outside_and_the_broker_by_prefect_alone() -> None:
    networks = config()["networks"]
    assert [name for name, network in networks.items() if network.get("internal")] == ["broker", "inner"]
    on = {network: {name for name, service in services().items() if network in service["networks"]} for network in networks}
    assert on["broker"] == {"redis", "prefect-api", "prefect-services"}
    assert "postgres" in on["inner"] and not {"postgres", "redis", "setup"} & on["edge"]
    assert not {"sandbox", "issuing-unit"} & on["inner"]


def test_images_are_pinned_and_ours_is_one() -> None:
    for name, service in services().items():
        repository, _, tag = service["image"].rpartition(":")
        assert repository and re.match(r"\d", tag), f"{name}: {service['image']}"
        assert (service["image"] == services()["worker"]["image"]) == (name in OURS)


def test_only_what_settings_knows_is_set() -> None:
    ours = {name for name in all_variables() if name.startswith("PROOFLESS_")}
    unknown = ours - {f"PROOFLESS_{name}".upper() for name in KNOWN}
    assert unknown == {"PROOFLESS_SECRETS_DIR", "PROOFLESS_OWNER_DIR"}  # settings.settings, runtime.commands.migrate
    assert {name for name in env_example() if name.startswith("PROOFLESS_")} <= ours
    for name in OURS:
        with pytest.MonkeyPatch.context() as patch:
            for variable, text in environment_of(name).items():
                patch.setenv(variable, text)
            load(None)


DECIDED_BY_COMPOSE = {
    "home": "a folder of the container",
    "database_host": "the service postgres",
    "database_port": "as that service listens",
    "database_name": "as setup makes it (runtime/services/databases.py)",
    "database_user": "as setup makes it",
    "prefect_api_url": "the service prefect-api",
    "worker_name": "each replica has its own (runtime/services/container.py)",
    "gateway_host": "its own network; ports publish it on loopback",
    "gateway_port": "the port that compose publishes",
    "gateway_health_port": "the port that its health check asks, on its own network",
    "sources_dir": "the folder that SOURCES_FOLDER is mounted on",
    "seals_dir": "where the seals' secrets are mounted",
}


def test_compose_passes_on_every_setting() -> None:
    """To every process that reads them: one that counts by another clock or another reading would contradict the rest."""
    plain = {name for name, kind in KNOWN.items() if kind != "Secret"}
    assert set(DECIDED_BY_COMPOSE) < plain
    wanted = {f"PROOFLESS_{name.upper()}": f"of-the-operator-{name}" for name in plain - set(DECIDED_BY_COMPOSE)}
    done = run_compose("--profile", "*", "config", "--format", "json", **wanted)
    assert done.returncode == 0, done.stderr
    for service in ("setup", "worker", "gateway", "backup", "restore"):
        given = json.loads(done.stdout)["services"][service]["environment"]
        missing = sorted(name for name, value in wanted.items() if given.get(name) != value)
        assert not missing, f"{service}: {missing}"


def test_every_secret_of_the_settings_reaches_who_needs_it() -> None:
    secret = {f"proofless_{name}" for name, kind in KNOWN.items() if kind == "Secret"}
    at_the_door = {"proofless_oidc_client_secret"}  # people sign in at the gateway, and nowhere else
    assert secret - at_the_door <= secrets_of("worker") and not at_the_door & secrets_of("worker")
    assert secret <= secrets_of("gateway") and secret <= set(keyfiles.SERVICE_SECRETS)


def prefect_names(model: type[PrefectBaseSettings]) -> set[str]:
    """Every environment variable that Prefect reads."""
    found = set()
    for name, info in model.model_fields.items():
        nested = info.annotation
        if isinstance(nested, type) and issubclass(nested, PrefectBaseSettings):
            found |= prefect_names(nested)
            continue
        found.add(f"{model.model_config.get('env_prefix', '')}{name}".upper())
        if isinstance(info.validation_alias, AliasChoices):
            found |= {choice.upper() for choice in info.validation_alias.choices if isinstance(choice, str)}
    return found


def test_only_what_prefect_knows_is_set() -> None:
    known = prefect_names(prefect.settings.Settings)
    home = Path("/nowhere")
    native = prefect_server.server_environment(1, 2, "x", "y", home)
    asked = {name for name in all_variables() | set(native) if name.startswith("PREFECT_")}
    assert len(asked) > 30
    of_the_broker = {"PREFECT_REDIS_MESSAGING_HOST"}  # of the package prefect-redis
    of_the_process = {"PREFECT__SERVER_FINAL"}
    assert asked - known == of_the_broker | of_the_process


def test_the_broker_is_in_the_lock() -> None:
    """Prefect's API and its services in two processes need a broker between them, and the module that speaks to it."""
    locked = (ROOT / "requirements.lock").read_text("utf-8")
    pinned = re.search(r'"(prefect==[\d.]+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert pinned and f"\n{pinned[1]} " in locked
    assert re.search(r"^prefect-redis==", locked, re.M), "prefect-redis is missing in requirements.lock"


def test_postgres_has_the_settings_of_the_embedded_one() -> None:
    given = dict(argument.removeprefix("-c").split("=", 1) for argument in services()["postgres"]["command"][1:])
    elsewhere = {"listen_addresses", "unix_socket_directories"}  # a container listens on its own network
    assert given == {name: value for name, value in postgres.SETTINGS.items() if name not in elsewhere}
    arguments = environment_of("postgres")["POSTGRES_INITDB_ARGS"].split()
    embedded = (ROOT / "runtime" / "services" / "postgres.py").read_text("utf-8")
    assert all(f'"{argument}"' in embedded for argument in arguments)


def dockerfile() -> list[tuple[str, str]]:
    joined = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = (line.strip() for line in joined.splitlines())
    return [(line.split()[0], line.partition(" ")[2]) for line in lines if line and not line.startswith("#")]


def test_the_image_holds_what_the_hashed_lock_names_and_runs_as_nobody_special() -> None:
    steps = dockerfile()
    images = {rest.split()[0] for step, rest in steps if step == "FROM"}
    assert images == {"python:3.11-slim-trixie"}
    installs = [rest for step, rest in steps if step == "RUN" and "pip install" in rest]
    assert len(installs) == 1
    assert {"--require-hashes", "--no-deps", "--only-binary=:all:", "requirements.lock"} <= set(installs[0].replace("/tmp/", "").split())
    user = [rest for step, rest in steps if step == "USER"]
    assert user == ["1000:1000"] and steps.index(("USER", user[0])) > steps.index(("COPY", ". ."))
    # What glibc is told about memory without a container, it is told here and in PostgreSQL's.
    assert allocation.MALLOC.items() <= environment_of("postgres").items()
    assert {f"{name}={value}" for name, value in allocation.MALLOC.items()} <= {
        one for step, rest in steps if step == "ENV" for one in rest.split()
    }
    assert not [rest for step, rest in steps if step in ("ENV", "ARG") and re.search("PASSWORD|SECRET|TOKEN", rest)]
    assert steps[-1] == ("ENTRYPOINT", '["python", "-m", "runtime.services.container"]')


def test_the_image_gets_every_package_and_no_key() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").split("\n")
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    admitted = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert packages | {"settings.py", "prefect.yaml", "requirements.lock"} <= admitted
    assert not {"var", ".git", ".venv", ".env", "tests"} & admitted


def commands() -> dict[str, list[Any]]:
    return {name: service["command"] for name, service in services().items() if name in OURS - {"issuing-unit"}}


def test_every_role_is_known_to_the_container() -> None:
    roles = {command[0] for command in commands().values()}
    assert roles == {*container.OURS, *container.COMMANDS, *container.PREFECT, "sandbox"}
