"""回调能发往哪里: judged by the address that a name gives, never by its spelling."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from connectors.receivers import ReceiverRefused, judge
from settings import Settings

SOMEWHERE = "203.0.113.7"  #: of a network that documents use


def refusal(url: str, **chosen: Any) -> str | None:
    try:
        judge(url, Settings(**chosen))
    except ReceiverRefused as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.9.9.9",
        "127.1",
        "0x7f000001",
        "0177.0.0.1",
        "2130706433",
        "localhost",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:5db8:d822:0:63bf:80ff:fffe]",
        "168.63.129.16",
        "192.0.0.192",
        "169.254.169.254",
        "[::ffff:169.254.169.254]",
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "224.0.0.1",
        "[ff02::1]",
        "240.0.0.1",
        "255.255.255.255",
    ],
)
def test_this_machine_link_local_and_special_addresses_in_every_spelling(host: str) -> None:
    assert refusal(f"http://{host}:8123/hook") in ("forbidden_address", "bad_address", "unknown_host")


def test_the_spellings_above_mean_what_they_seem_to() -> None:
    """With the list of the district in force the same addresses are reached: it was no fault of reading that refused."""
    for host in ("127.1", "0x7f000001", "2130706433", "localhost", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"):
        assert refusal(f"http://{host}:8123/hook", callback_networks="127.0.0.0/8") is None


@pytest.mark.parametrize("host", [SOMEWHERE, "10.20.30.40", "192.168.1.9", "172.16.0.5", "[2001:db8::5]", "[fd12:3456::1]"])
def test_the_world_and_the_governments_own_networks_are_reached(host: str) -> None:
    assert refusal(f"https://{host}/hook") is None


def test_a_name_is_judged_by_all_of_its_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    book = {"good.invalid": [SOMEWHERE], "inside.invalid": ["127.0.0.1"], "both.invalid": [SOMEWHERE, "127.0.0.1"]}

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        if host not in book and host[0].isalpha():
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in book.get(host, [host])]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert judge("https://good.invalid/x", Settings()).addresses == (SOMEWHERE,)
    assert refusal("https://inside.invalid/") == refusal("https://both.invalid/") == "forbidden_address"
    assert refusal("https://nowhere.invalid/") == "unknown_host"


def test_the_list_of_the_district_is_the_whole_list() -> None:
    allowed = {"callback_networks": "10.4.0.0/16, 203.0.113.7"}
    assert refusal("https://10.4.9.9/", **allowed) is None and refusal(f"https://{SOMEWHERE}/", **allowed) is None
    assert refusal("https://10.5.0.1/", **allowed) == refusal("https://198.51.100.1/", **allowed) == "forbidden_address"


def test_our_own_prefect_and_database_are_never_receivers() -> None:
    """Beyond one machine they have addresses of networks that callbacks may go to."""
    ours = {"prefect_api_url": "http://10.4.0.9:4200/api", "database_host": "10.4.0.8", "database_port": 5432}
    for chosen in (ours, ours | {"callback_networks": "10.4.0.0/16"}):
        assert refusal("http://10.4.0.9:4200/api/admin", **chosen) == "forbidden_address"
        assert refusal("http://[::ffff:10.4.0.9]:4200/", **chosen) == "forbidden_address"
        assert refusal("http://10.4.0.8:5432/", **chosen) == "forbidden_address"
        assert refusal("http://10.4.0.9:8443/hook", **chosen) is None


def test_the_sandbox_is_the_one_exception() -> None:
    sandbox = {"sandbox_url": "http://127.0.0.1:8123"}
    assert refusal("http://127.0.0.1:8123/hook", **sandbox) is None
    assert refusal("http://127.0.0.1:8124/hook", **sandbox) == "forbidden_address"
    assert refusal("http://127.0.0.1:8123/hook") == "forbidden_address"


@pytest.mark.parametrize(
    "url", ["http://[::1/", "ftp://203.0.113.7/", "https:///x", "http://203.0.113.7:0/x", "http://203.0.113.7:99999/x"]
)
def test_what_is_no_address(url: str) -> None:
    assert refusal(url) is not None
