"""A wrong source stops the start, and the message leads to the file and the key."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from connectors.share import load_sources, make_source
from connectors.source_config import Meaning, SourceConfigError, parse_source, read_toml
from domain.share import Subject
from tests.sandbox.serving import SECRETS

FOLDER = Path(__file__).parents[2] / "connectors" / "sources"
ENVIRONMENT = {"PROOFLESS_SANDBOX_URL": "http://127.0.0.1:9"}


def table(key: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{key}.toml").read_text("utf-8"))


def test_the_shipped_sources_load_from_a_folder_of_secret_files(tmp_path: Path) -> None:
    for file, value in SECRETS.items():
        (tmp_path / file).write_text(value + "\n", "utf-8")
    sources = load_sources(FOLDER, ENVIRONMENT, tmp_path)
    assert {key: source.name for key, source in sources.items()} == {
        "licence_library": "枣庄市电子证照库",
        "province_gateway": "山东省数据共享交换平台",
    }


def test_the_librarys_codes_are_those_of_the_operators_table() -> None:
    """The city library's return codes, written down here a second time."""
    codes = parse_source("x", table("licence_library"), ENVIRONMENT).codes["head"]
    expected = {
        Meaning.OK: {0},
        Meaning.NONE: {10},
        Meaning.REVOKED: {21},
        Meaning.EXPIRED: {22},
        Meaning.RESTRICTED: {23},
        Meaning.NO_PERMISSION: {11, 100},
        Meaning.FAILING: {2, 99, 101, 106, 107, 108},
        Meaning.BAD_REQUEST: {12, 13, 102, 103, 105, 109, 110, 111, 113},
    }
    assert {meaning: {int(code) for code, m in codes.items() if m is meaning} for meaning in set(codes.values())} == expected


def change(path: str, value: Any) -> Any:
    """A change of one key of the table; None removes it."""

    def apply(config: dict[str, Any]) -> None:
        *inner, last = path.split("/")
        for key in inner:
            config = config[int(key)] if isinstance(config, list) else config[key]
        if value is None:
            del config[last]
        else:
            config[last] = value

    return apply


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("name", None, "name:缺少这个键"),
        ("surprise", 1, "surprise:不认识的键"),
        ("limits/read_seconds", None, "limits.read_seconds:缺少这个键"),
        ("limits/read_seconds", -1, "limits.read_seconds"),
        ("limits/max_bytes", 10**12, "limits.max_bytes"),
        ("base_url", "${NOT_SET}", "环境变量 NOT_SET"),
        ("base_url", "ftp://127.0.0.1", "base_url"),
        ("base_url", "http://user:geheim@127.0.0.1", "base_url"),
        ("base_url", "http://[", "base_url"),
        ("codes/department/01", "perhaps", "codes.department.01"),
        ("codes/department", None, "codes.department"),
        ("query/path", "no-slash", "query.path"),
        ("query/rows/holder", None, "query.rows.holder:缺少这个键"),
        ("query/rows/holder", "a..b", "query.rows.holder"),
        ("query/body/xm", "{{ subject.name", "query.body:模板写错了"),
        ("query/body/xm", "{{ row.name }}", "query.body:模板用了不认识的名称 row"),
        ("query/checks", [], "query.checks"),
        ("signing/scheme", "md5", "signing"),
        ("signing/secret", "nobody", "signing.secret"),
        ("signing/parameters", {"rid": "x"}, "signing:"),
        ("secrets/rid", "proofless_not_there", "密钥文件 proofless_not_there"),
        ("fields", {}, "fields"),
    ],
)
def test_a_wrong_key_is_named(path: str, value: Any, named: str) -> None:
    config = table("province_gateway")
    change(path, value)(config)
    with pytest.raises(SourceConfigError) as caught:
        make_source("province_gateway", config, ENVIRONMENT, SECRETS)
    text = str(caught.value)
    assert "province_gateway.toml" in text and named in text
    assert "geheim" not in text and not any(secret in text for secret in SECRETS.values())


def test_every_fault_is_told_at_once() -> None:
    config = table("province_gateway")
    change("name", None)(config)
    change("limits/read_seconds", 0)(config)
    with pytest.raises(SourceConfigError, match=r"(?s)name.*limits\.read_seconds"):
        make_source("province_gateway", config, ENVIRONMENT, SECRETS)


def test_a_file_that_is_no_toml_and_a_folder_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("name = ", "utf-8")
    with pytest.raises(SourceConfigError, match="broken.toml"):
        load_sources(tmp_path, ENVIRONMENT, SECRETS)
    with pytest.raises(SourceConfigError, match="nowhere"):
        load_sources(tmp_path / "nowhere", ENVIRONMENT, SECRETS)


def test_one_more_source_is_one_more_file(tmp_path: Path) -> None:
    """No Python knows the sources' names: a third one loads beside the others."""
    text = (FOLDER / "province_gateway.toml").read_text("utf-8").replace("山东省数据共享交换平台", "另一个平台")
    text = text.replace('scheme = "gjgxjhpt"', 'scheme = "x-client"')
    start, end = text.index("[signing.parameters]"), text.index("[codes.gateway]")
    text = text[:start] + '[signing.parameters]\nclient_id = "{{ secret.rid }}"\n\n' + text[end:]
    (tmp_path / "third.toml").write_text(text, "utf-8")
    assert load_sources(tmp_path, ENVIRONMENT, SECRETS)["third"].name == "另一个平台"
    assert read_toml(tmp_path / "third.toml")["signing"]["scheme"] == "x-client"


def test_a_source_says_whose_numbers_it_takes() -> None:
    config = table("licence_library")
    assert make_source("x", config, ENVIRONMENT, SECRETS).takes(Subject("演示", "hmt_residence", ""))
    assert not make_source("x", config, ENVIRONMENT, SECRETS).takes(Subject("演示", "passport", ""))
    config["holders"]["passport"] = "414"
    assert make_source("x", config, ENVIRONMENT, SECRETS).takes(Subject("演示", "passport", ""))
    config["holders"]["library_card"] = "7"
    with pytest.raises(SourceConfigError, match="holders"):
        make_source("x", config, ENVIRONMENT, SECRETS)
    del config["holders"]  # a file of before
    assert make_source("x", config, ENVIRONMENT, SECRETS).takes(Subject("演示", "citizen_id", ""))
