"""An address is read the way people write one, and nonsense is told at once."""

import pytest

from edge_client.endpoint import Endpoint, parse_address
from speech.errors import InvalidSettings


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
            "[fe80::1%eth0]",
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
    with pytest.raises(InvalidSettings, match=r"give host, host:port or \[IPv6\]:port") as refused:
        parse_address(text)
    assert refused.value.message.isprintable()
