"""Pairing a robot with a gateway: a short code that is typed on both sides, and what proves it.

The two speak by TLS whose certificate nobody can vouch for yet. Each side proves that it knows the code, and
binds the proof to the certificate that it sees itself: who stands between them with a certificate of its own
can neither pass a proof on nor make one. How it goes, at the gateway's TLS port:

    GET  PATH                                          -> 200 `Offer`, or 409 `not_pairing`
    POST PATH `Asked`, its proof of role ROBOT         -> 200 `Paired`, its proof of role GATEWAY
                                                       -> 403 `wrong_code` with `tries`, or 409 `not_pairing`

The salt has a half from each side. One that the gateway alone chose could be a stranger's, which has a table
of all codes under that salt ready.

Only `stretched` needs OpenSSL, which is loaded when it is called.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Literal

from robotvoice.errors import InvalidCode, InvalidMessage

PATH = "/v1/pair"
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: without i, l, o and u"""
LENGTH = 8
"""Letters of a code, so that there are 2**40"""
SALT_BYTES = 16
"""Of each side's half"""
ROBOT_NAME = 40
"""Characters of a robot's name, at most"""
NOT_PAIRING = "not_pairing"
"""The error's code where there is no code that could be right: none, too old, used, or no try left"""
WRONG_CODE = "wrong_code"
EXAMPLE = "k7d2-m9qx"

Role = Literal["robot", "gateway"]
ROBOT: Role = "robot"
GATEWAY: Role = "gateway"

_MEANT = str.maketrans({"o": "0", "i": "1", "l": "1"})
_QUIET = frozenset("_'\"`\N{MINUS SIGN}")
_HEX = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class Offer:
    """A code is valid at this gateway."""

    salt: str
    """The gateway's half, in hex"""
    name: str
    """Of the gateway"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A robot that was told the code."""

    robot: str
    """The name it wants to be known by"""
    salt: str
    """The robot's half, in hex, fresh for each try"""
    proof: str


@dataclass(frozen=True, slots=True)
class Paired:
    """The robot is believed; it believes the gateway if the proof is right, and not before."""

    proof: str
    token: str
    """What the robot shows from now on"""
    robot: str
    """The name that it is known by, which differs from the one it asked for if that was taken"""
    id: str
    """The gateway's, which is `fingerprint` of its certificate in hex"""


def new_code() -> str:
    """A random one, as `normalised` gives it."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def shown(code: str) -> str:
    """As people are shown it."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def normalised(typed: str) -> str:
    """The code somebody meant: case, blanks and dashes say nothing, O is 0, I and L are 1.

    Raises InvalidCode for what cannot be one.
    """
    letters = "".join(
        each for each in unicodedata.normalize("NFKC", typed).lower() if not _says_nothing(each)
    ).translate(_MEANT)
    if strange := sorted(set(letters) - set(LETTERS)):
        raise InvalidCode(f"no code has {_named(strange[0])} in it; one looks like {EXAMPLE}")
    if len(letters) != LENGTH:
        raise InvalidCode(
            f"a code has {LENGTH} letters and digits, such as {EXAMPLE}, and this has {len(letters)}"
        )
    return letters


def _says_nothing(letter: str) -> bool:
    return letter.isspace() or letter in _QUIET or unicodedata.category(letter) in {"Pd", "Cf"}


def _named(letter: str) -> str:
    return f"'{letter}'" if letter.isprintable() else "a control character"


def fingerprint(certificate: bytes) -> bytes:
    """Of a certificate in DER; in hex it is the gateway's id."""
    return hashlib.sha256(certificate).digest()


def new_salt() -> str:
    """One side's half, in hex."""
    return secrets.token_hex(SALT_BYTES)


def stretched(code: str, gateway_salt: str, robot_salt: str) -> bytes:
    """The key that proofs are made with. Takes 16 MiB, and 50 ms here or a quarter of a second on a Pi 3.

    Raises InvalidMessage for half a salt that is none.
    """
    salt = _half(gateway_salt) + _half(robot_salt)
    return hashlib.scrypt(code.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)


def _half(salt: str) -> bytes:
    if len(salt) != 2 * SALT_BYTES or not _HEX.fullmatch(salt):
        raise InvalidMessage(f"salt must be {2 * SALT_BYTES} hex digits", "salt")
    return bytes.fromhex(salt)


def proof(key: bytes, role: Role, certificate: bytes, robot: str) -> str:
    """In hex: that its maker knows the code, is of this role, sees this `fingerprint`, and says this name."""
    return hmac.new(key, role.encode() + b"\0" + certificate + robot.encode(), "sha256").hexdigest()


def proves(given: str, key: bytes, role: Role, certificate: bytes, robot: str) -> bool:
    """Whether `given` is that `proof`; takes as long for a wrong one."""
    return hmac.compare_digest(given.encode(), proof(key, role, certificate, robot).encode())


def robot_name(asked: str) -> str:
    """As it is kept. Raises InvalidMessage for what is none."""
    name = unicodedata.normalize("NFC", asked).strip()
    if not name or len(name) > ROBOT_NAME or not name.isprintable():
        raise InvalidMessage(f"robot must be a name of at most {ROBOT_NAME} printable characters", "robot")
    return name
