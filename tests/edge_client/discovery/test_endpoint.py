"""An address is read the way people write one, and nonsense is told at once."""

import pytest

from edge_client.discovery.endpoint import Endpoint, parse_address
from edge_client.settings.setting_values import address


@pytest.mark.parametrize(
    ("text", "host", "port", "url"),
    [
        ("mac.local", "mac.local", 7860, "http://mac.local:7860"),
        ("mac.local:80", "mac.local", 80, "http://mac.local:80"),
        (" 192.168.1.20 ", "192.168.1.20", 7860, "http://192.168.1.20:7860"),
        ("http://192.168.1.20:7861/", "192.168.1.20", 7861, "http://192.168.1.20:7861"),
        ("[fd00::2]", "fd00::2", 7860, "http://[fd00::2]:7860"),
        ("http://[FD00:0::2]:65535", "fd00::2", 65535, "http://[fd00::2]:65535"),
        ("my_container:1", "my_container", 1, "http://my_container:1"),
        ("[fe80::1%eth0]", "fe80::1%eth0", 7860, "http://[fe80::1%eth0]:7860"),
        ("http://[FE80::1%25en0]:80/", "fe80::1%en0", 80, "http://[fe80::1%en0]:80"),
        ("[fe80::1%wlp2s0.17]:80", "fe80::1%wlp2s0.17", 80, "http://[fe80::1%wlp2s0.17]:80"),
        ("[fe80::1%4]", "fe80::1%4", 7860, "http://[fe80::1%4]:7860"),
    ],
)
def test_an_address_becomes_an_endpoint(text: str, host: str, port: int, url: str) -> None:
    """With the usual port if none is given, and brackets around IPv6 where a URL wants them."""
    endpoint = parse_address(text)
    assert endpoint == Endpoint(host, port, "address")
    assert endpoint.url == url
    assert parse_address(endpoint.label) == endpoint


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "/", ":7860", "mac:", "mac:0", "mac:65536", "mac:-1", "mac:http", "mac 7860", "mac\x00"),
        *("https://mac", "ftp://mac", "http://user@mac", "http://mac/path", "mac?x", "--help", "mac\n.local"),
        *(
            "fd00::2",
            "[fd00::2",
            "[]",
            "[::g]",
            "[fe80::1%]",
            "[fe80::1%eth0 ]",
            "[fe80::1%a/b]",
            "[fe80::1%an-interface-with-a-long-name]",
            "mac%eth0",
            "10.0.0.1%eth0",
            "[1.2.3.4]x",
            "1.2.3",
            "300.1.1.1",
            "1.2.3.4.5",
        ),
        "a" * 300,
    ],
)
def test_nonsense_is_refused_with_what_to_give(text: str) -> None:
    """The message is one sentence, on one line."""
    with pytest.raises(ValueError, match=r"give host, host:port or \[IPv6\]:port") as refused:
        parse_address(text)
    assert str(refused.value).isprintable()


def test_a_link_local_address_wants_an_interface_and_any_other_wants_none() -> None:
    """And it is said with which one it may be tried here."""
    with pytest.raises(ValueError, match=r"means nothing without an interface .* \[fe80::1%\w+\]$"):
        parse_address("[fe80::1]:7860")
    with pytest.raises(ValueError, match=r"belongs to no single interface: leave out %eth0$"):
        parse_address("[fd00::1%eth0]:7860")


def test_settings_and_commands_read_an_address_alike() -> None:
    for text in ("mac", "[fe80::1%25eth0]", "http://[FD00:0::2]/"):
        assert address(text) == parse_address(text).label
    for text in ("[fe80::1]", "mac:0", "a" * 300):
        with pytest.raises(ValueError, match="give") as told:
            address(text)
        with pytest.raises(ValueError, match="give") as refused:
            parse_address(text)
        assert str(refused.value) == str(told.value)


def test_nobody_else_is_told_of_an_interface_of_this_machine() -> None:
    assert parse_address("[fe80::1%eth0]:80").headers == {"Host": "[fe80::1]:80"}
    assert parse_address("[fd00::1]:80").headers == {}
    assert parse_address("mac").headers == {}
