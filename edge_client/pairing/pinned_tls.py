"""TLS to a gateway that has exactly one certificate. OpenSSL is loaded when the first is asked for."""

import functools
from typing import TYPE_CHECKING

from robotvoice.errors import EngineFailure

if TYPE_CHECKING:  # 7 MB that only a paired robot needs
    import ssl

NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL: a Raspberry Pi has no clock, and after its start it may be 1970"""


@functools.lru_cache(maxsize=4)
def only(certificate: str) -> "ssl.SSLContext":
    """Believes a server that has this certificate, in PEM, whatever it is called and whatever the time is.

    Raises EngineFailure.
    """
    context = _context()
    try:
        context.load_verify_locations(cadata=certificate)
    except OSError as error:  # every error of OpenSSL is one
        raise EngineFailure("no_tls", f"the gateway's certificate cannot be used ({error})") from error
    context.verify_flags |= NO_CHECK_TIME
    return context


def anybody() -> "ssl.SSLContext":
    """Believes everybody: for looking at a certificate. Raises EngineFailure."""
    import ssl

    context = _context()
    context.verify_mode = ssl.CERT_NONE
    return context


def _context() -> "ssl.SSLContext":
    try:
        import ssl
    except ImportError as error:
        raise EngineFailure(
            "no_tls", "this Python has no TLS: install one that has its ssl module"
        ) from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context
