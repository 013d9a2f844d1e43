"""By which names and from which pages a server may be asked."""

import pytest

from robotvoice.http.page_guard import is_private


@pytest.mark.parametrize(
    "name",
    [
        *("127.0.0.1", "192.168.1.5", "8.8.8.8", "[::1]", "[fe80::1%en0]", "[2001:db8::1]"),
        *("localhost", "LOCALHOST", "localhost.", "app.localhost", "mac", "gateway", "my_mac", "2130706433"),
        *("mac.local", "Mac.Local", "mac.local.", "mac.lan", "mac.home.arpa", "host.docker.internal"),
        *("mac.home", "mac.localdomain"),
    ],
)
def test_a_name_that_no_page_can_have_is_private(name: str) -> None:
    assert is_private(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "evil.example",
            "evil.example.",
            "127.0.0.1.evil.example",
            "127.0.0.1.nip.io",
            "localhost.evil.example",
        ),
        *("local.evil.com", "evillocal.com", "mac.fritz.box", "mac.local.evil.com", "notlan.xlan", "0x7f.1"),
        *("192.168.1", "192.168.1.5.", "1.2.3.4.5", "[::1", "xn--mac-local.com", "home.arpa.com"),
    ],
)
def test_a_name_that_somebody_can_register_is_not(name: str) -> None:
    assert is_private(name) is (name in ("192.168.1.5.", "[::1"))
