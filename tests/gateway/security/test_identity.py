"""One key for a gateway's life, whatever happens to its file."""

import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.security.identity import IDENTITY_FILE, Identity, identity_in, looked_at
from robotvoice.ground.state_files import write_whole
from robotvoice.wire.pairing import fingerprint
from tests.gateway.security.tls import seen_by

pytestmark = pytest.mark.usefixtures("umask")


@pytest.fixture
def umask() -> None:
    """What a user's machine has; a key is for its owner's eyes all the same."""
    os.umask(0o022)


def test_it_is_made_once_and_kept_for_its_owners_eyes(tmp_path: Path) -> None:
    first, second = (identity_in(tmp_path / "deep" / "state") for _ in range(2))
    assert (first.id, first.kept, first.problem) == (second.id, True, None)
    assert len(first.id) == 64 != len({first.id, identity_in(tmp_path / "other").id})
    assert first.file == tmp_path / "deep" / "state" / IDENTITY_FILE
    assert (first.file.stat().st_mode & 0o777, first.file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


async def test_its_id_is_the_fingerprint_of_the_certificate_that_others_see(tmp_path: Path) -> None:
    found = identity_in(tmp_path)
    der, version = await seen_by(found)
    assert (fingerprint(der).hex(), version) == (found.id, "TLSv1.3")
    assert fingerprint(der) == found.certificate


@pytest.mark.parametrize("clock", ["1970-01-02", "1999-12-31", "2038-02-01", "2099-12-30"])
def test_it_is_valid_whatever_the_clock_of_a_robot_says(tmp_path: Path, clock: str) -> None:
    """As OpenSSL judges it at that time, with this certificate as the only one that is trusted."""
    found = identity_in(tmp_path)
    at = subprocess.run(["date", "-u", "-d", clock, "+%s"], capture_output=True, text=True, check=True).stdout
    asked = ["openssl", "verify", "-attime", at.strip(), "-CAfile", str(found.file), str(found.file)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.stdout == f"{found.file}: OK\n", done.stderr


def test_it_says_nothing_of_the_machine(tmp_path: Path) -> None:
    from cryptography import x509

    (certificate,) = x509.load_pem_x509_certificates(identity_in(tmp_path).file.read_bytes())
    assert certificate.subject == certificate.issuer
    assert certificate.subject.rfc4514_string() == "CN=robotvoice gateway"
    basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert not basic.ca, "whoever trusts it trusts nothing else that is signed with its key"


def damaged(whole: bytes) -> dict[str, bytes]:
    key, _, certificate = whole.partition(b"-----BEGIN CERTIFICATE-----")
    return {
        "empty": b"",
        "cut off": whole[:-100],
        "no key": whole.partition(b"\n")[0] + b"\n" + whole[len(key) :],
        "no certificate": key,
        "no PEM": os.urandom(800),
        "a bit": whole.replace(certificate[100:104], b"AAAA"),
        "far too long": whole + bytes(70_000),
    }


@pytest.mark.parametrize("how", damaged(b""))
def test_what_is_damaged_is_left_as_it_is_and_closes_the_robots_door(
    how: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = identity_in(tmp_path).file
    left = damaged(file.read_bytes())[how]
    file.write_bytes(left)
    found = identity_in(tmp_path)
    assert (found.tls, found.kept, file.read_bytes()) == (None, False, left)
    assert len(found.id) == 64
    assert f"put it back from a copy, or type  rm -f {file} , start the gateway again" in caplog.text
    seen = looked_at(tmp_path)
    assert seen and seen.problem == found.problem


def test_another_gateways_certificate_with_this_ones_key_is_damaged(tmp_path: Path) -> None:
    ours, theirs = (identity_in(tmp_path / name).file for name in ("ours", "theirs"))
    key = ours.read_text().partition("-----BEGIN CERT")[0]
    ours.write_text(key + "-----BEGIN CERT" + theirs.read_text().partition("-----BEGIN CERT")[2])
    assert "is damaged" in (identity_in(tmp_path / "ours").problem or "")


def test_a_key_with_a_password_is_damaged_and_nobody_is_asked_for_it(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        PrivateFormat,
        load_pem_private_key,
    )

    file = identity_in(tmp_path).file
    head, _, rest = file.read_bytes().partition(b"-----BEGIN P")
    key = load_pem_private_key(b"-----BEGIN P" + rest, None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    file.write_bytes(head + locked + rest[rest.index(b"-----BEGIN C") :])
    assert "is damaged" in (identity_in(tmp_path).problem or "")


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_left_and_waited_for_by_nobody(make: object, tmp_path: Path) -> None:
    assert callable(make)
    make(tmp_path / IDENTITY_FILE)
    found = identity_in(tmp_path)
    assert (found.tls, "cannot be read" in (found.problem or "")) == (None, True)


def test_one_that_others_could_read_is_told_of_and_closed_to_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = identity_in(tmp_path)
    first.file.chmod(0o644)
    assert identity_in(tmp_path).id == first.id
    assert "other users of this machine could read it" in caplog.text
    assert first.file.stat().st_mode & 0o777 == 0o600
    caplog.clear()
    assert identity_in(tmp_path).tls
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("number", "todo"), [(errno.ENOSPC, "make room on its disk"), (errno.EROFS, "make the folder writable")]
)
async def test_without_a_place_to_keep_it_it_lasts_for_this_run_and_a_warning_says_so(
    number: int,
    todo: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(path: Path, content: bytes, **options: bool) -> None:
        if path.parent == tmp_path:
            raise OSError(number, os.strerror(number))
        write_whole(path, content, **options)

    monkeypatch.setattr("gateway.security.identity.write_whole", full)
    first, second = identity_in(tmp_path), identity_in(tmp_path)
    assert first.id != second.id
    assert not (tmp_path / IDENTITY_FILE).exists()
    assert (first.kept, second.kept) == (False, False)
    assert fingerprint((await seen_by(first))[0]).hex() == first.id
    assert f"no robot can be paired; {todo}" in caplog.text


def test_one_that_is_kept_is_used_although_its_folder_can_only_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first = identity_in(tmp_path)

    def read_only(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("gateway.security.state_lock.locked", read_only)
    found = identity_in(tmp_path)
    assert (found.id, found.kept, caplog.text) == (first.id, True, "")


def test_gateways_that_start_at_the_same_moment_are_one(tmp_path: Path) -> None:
    def start(_: int) -> Identity:
        return identity_in(tmp_path)

    with ThreadPoolExecutor(8) as threads:
        assert len({each.id for each in threads.map(start, range(8))}) == 1


def test_what_makes_a_certificate_is_loaded_only_to_make_one(tmp_path: Path) -> None:
    identity_in(tmp_path)
    program = (
        "import sys, pathlib; from gateway.security.identity import identity_in\n"
        "assert identity_in(pathlib.Path(sys.argv[1])).kept\n"
        "print('cryptography' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("False\n", "")
