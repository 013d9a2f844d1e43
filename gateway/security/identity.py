"""Who this gateway is: one key and one certificate, made once and never renewed.

A robot that was paired with it trusts this very certificate and nothing else, so its dates cover every clock,
also that of a Raspberry Pi which begins at 1970 after each power cut. The gateway's id is the certificate's
fingerprint: whoever copies the id cannot speak for it.
"""

import logging
import re
import secrets
import shlex
import ssl
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gateway.ground.problems import what_to_do
from gateway.security.state_lock import to_be_changed
from robotvoice.ground.state_files import read_whole, write_whole
from robotvoice.wire.pairing import fingerprint

log = logging.getLogger(__name__)

IDENTITY_FILE = "identity.pem"
"""In the state folder"""
FROM = datetime(1950, 1, 1, tzinfo=UTC)
UNTIL = datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)
LARGEST = 64 * 1024
"""Bytes of the file; it has about 800"""
_HEAD = "robotvoice gateway "
"""How the file begins, before the id: one in which anything has changed is no other gateway's"""
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----\s.*?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Identity:
    """Of one gateway."""

    id: str
    """64 hex digits: the SHA-256 of its certificate in DER"""
    file: Path
    tls: ssl.SSLContext | None
    """For the robots' door, which stays closed without: as where the next start has another one"""
    problem: str | None = None
    """What is wrong with it and what to do, in a sentence"""

    @property
    def certificate(self) -> bytes:
        """Its fingerprint."""
        return bytes.fromhex(self.id)


def identity_in(state_dir: Path) -> Identity:
    """As it is kept there, made if there is none. Blocks.

    What is kept and cannot be used is left as it is: with another one no paired robot would come back.
    """
    file = state_dir / IDENTITY_FILE
    try:
        with to_be_changed(file):
            kept = _kept(file)
            if kept is None:
                made = _made()
                write_whole(file, made, synced=True)
                kept = _usable(file, made)
    except OSError as error:
        # Also for a folder that can only be read, which nobody locks.
        kept = _kept(file) or _for_this_run(file, error)
    if kept.problem:
        log.warning("%s", kept.problem)
    if kept.tls and (others := readable_by_others(file)):
        log.warning("%s", others)
        with suppress(OSError):
            file.chmod(0o600)
    return kept


def looked_at(state_dir: Path) -> Identity | None:
    """As it is kept there, and nothing is changed; None if nothing is."""
    return _kept(state_dir / IDENTITY_FILE)


def readable_by_others(file: Path) -> str | None:
    """What that means for the gateway, in a sentence."""
    with suppress(OSError):
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            return (
                f"{file} holds the gateway's key, and other users of this machine could read it: if you do "
                "not trust them, remove it, start the gateway again and pair each robot anew"
            )
    return None


def _kept(file: Path) -> Identity | None:
    try:
        content = read_whole(file, LARGEST)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no file of this kind"
        return _damaged(file, f"cannot be read ({why})")
    try:
        return _usable(file, content)
    except (OSError, ValueError):
        return _damaged(file, "is damaged")


def _damaged(file: Path, how: str) -> Identity:
    return Identity(
        secrets.token_hex(32),
        file,
        None,
        f"no robot can reach this gateway, since {file} {how}; put it back from a copy, or type  "
        f"rm -f {shlex.quote(str(file))} , start the gateway again and pair each robot anew",
    )


def _for_this_run(file: Path, error: OSError) -> Identity:
    """Where nothing can be kept."""
    return Identity(
        secrets.token_hex(32),
        file,
        None,
        f"gateway id cannot be kept in {file} ({error.strerror}), so each start looks like a new gateway and "
        f"no robot can be paired; {what_to_do(error)}",
    )


def _usable(file: Path, content: bytes) -> Identity:
    """Raises ssl.SSLError, which is an OSError, or ValueError for what is none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.num_tickets = 0  # a robot comes rarely, and for long
    # With a password asked for on the terminal, a gateway would not start.
    context.load_cert_chain(file, password=b"")
    id = _id_in(content)
    if not content.startswith(f"{_HEAD}{id}\n".encode()):
        raise ValueError("another certificate")
    return Identity(id, file, context)


def _id_in(content: bytes) -> str:
    found = _CERTIFICATE.search(content)
    if found is None:
        raise ValueError("no certificate")
    return fingerprint(ssl.PEM_cert_to_DER_cert(found[0].decode("ascii"))).hex()


def _made() -> bytes:
    """A key and its certificate, in PEM."""
    # Late: needed once in a gateway's life.
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    # Nothing of the machine: it is shown to whoever connects.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "robotvoice gateway")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(FROM)
        .not_valid_after(UNTIL)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = certificate.public_bytes(Encoding.PEM)
    return f"{_HEAD}{_id_in(public)}\n".encode() + private + public
