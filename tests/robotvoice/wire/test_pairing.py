"""The code that people type, and what proves it."""

import subprocess
import sys

import pytest

from robotvoice.errors import InvalidCode, InvalidMessage
from robotvoice.json_records import read_record, write_record
from robotvoice.wire.pairing import (
    GATEWAY,
    LENGTH,
    LETTERS,
    ROBOT,
    Asked,
    fingerprint,
    new_code,
    new_salt,
    normalised,
    proof,
    proves,
    robot_name,
    shown,
    stretched,
)

CODE = "k7d2m9qx"
OURS, THEIRS = "00" * 16, "ff" * 16


@pytest.mark.parametrize(
    "typed",
    [
        "k7d2-m9qx", "k7d2m9qx", "K7D2-M9QX", " k7d2 m9qx \n", "k7d2\N{EN DASH}m9qx", "k-7-d-2-m-9-q-x",
        "k7d2_m9qx", "'k7d2-m9qx'", "k7d2\N{ZERO WIDTH SPACE}m9qx",
        "".join(chr(ord(each) + 0xFEE0) for each in "K7D2-M9QX"),
    ],
)  # fmt: skip
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert normalised(typed) == CODE


def test_letters_that_look_like_digits_are_those_digits() -> None:
    assert normalised("OoIi-LlAb") == "001111ab"


@pytest.mark.parametrize("typed", ["", "-", "k7d2", "k7d2-m9q", "k7d2-m9qxx", "k7d2-m9qx" * 1000])
def test_a_code_of_another_length_is_refused_with_one_that_is_right(typed: str) -> None:
    with pytest.raises(InvalidCode, match="a code has 8 letters and digits, such as k7d2-m9qx"):
        normalised(typed)


@pytest.mark.parametrize(
    ("typed", "named"), [("k7u2-m9qx", "'u'"), ("k7é2-m9qx", "'é'"), ("\0" * 8, "a control")]
)
def test_what_no_code_has_is_named(typed: str, named: str) -> None:
    with pytest.raises(InvalidCode, match=f"no code has {named}.* in it; one looks like k7d2-m9qx"):
        normalised(typed)


def test_a_new_code_reads_as_itself_and_no_two_are_alike() -> None:
    codes = {new_code() for _ in range(100)}
    assert len(codes) == 100
    assert all(normalised(shown(code)) == code and len(code) == LENGTH for code in codes)
    assert set("".join(codes)) == set(LETTERS)


def test_a_proof_is_right_only_for_its_code_salts_role_certificate_and_robot() -> None:
    seen, other = fingerprint(b"certificate"), fingerprint(b"another")
    key = stretched(CODE, OURS, THEIRS)
    given = proof(key, ROBOT, seen, "picar")
    assert proves(given, key, ROBOT, seen, "picar")
    assert not proves(given, key, GATEWAY, seen, "picar")
    assert not proves(given, key, ROBOT, other, "picar")
    assert not proves(given, key, ROBOT, seen, "picar2")
    assert not proves("", key, ROBOT, seen, "picar")
    assert not proves("é" * 64, key, ROBOT, seen, "picar")
    for code, ours, theirs in (("k7d2m9qy", OURS, THEIRS), (CODE, THEIRS, OURS), (CODE, OURS, OURS)):
        assert not proves(given, stretched(code, ours, theirs), ROBOT, seen, "picar")


def test_both_sides_make_the_proof_that_is_written_down() -> None:
    """Another version on the other side must make the very same one."""
    key = stretched(CODE, OURS, THEIRS)
    assert key.hex() == "b6b2bce737b36a77333e8363bf3b0d02c58ba76f6ce5a4f5c772d5046bd712af"
    assert (
        proof(key, ROBOT, fingerprint(b"certificate"), "Käfer")
        == "ddc1fa2d9e5acad88e744098f6663fc221baa2e985c1b1c2bb1c2ad429ac0f63"
    )


@pytest.mark.parametrize(
    "salt", ["", "00", "zz" * 16, "00" * 17, "0 " * 16, "\N{ARABIC-INDIC DIGIT ZERO}" * 32]
)
def test_half_a_salt_that_is_none_is_refused(salt: str) -> None:
    for halves in ((salt, THEIRS), (OURS, salt)):
        with pytest.raises(InvalidMessage, match="salt must be 32 hex digits"):
            stretched(CODE, *halves)
    assert len(new_salt()) == 32 != len({new_salt(), new_salt()})


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a" * 41, "\x1b[31mred", "a\N{RIGHT-TO-LEFT OVERRIDE}b"])
def test_what_is_no_name_of_a_robot_is_refused(name: str) -> None:
    with pytest.raises(InvalidMessage, match="robot must be a name"):
        robot_name(name)


def test_a_robots_name_may_be_what_people_call_it() -> None:
    assert robot_name(" Käfer 2 ") == robot_name("Ka\N{COMBINING DIAERESIS}fer 2") == "Käfer 2"


def test_a_message_goes_over_the_wire_and_back() -> None:
    asked = Asked("picar", THEIRS, "00")
    assert write_record(asked) == {"robot": "picar", "salt": THEIRS, "proof": "00"}
    assert read_record(Asked, write_record(asked)) == asked


def test_what_a_robot_knows_of_pairing_is_read_without_openssl() -> None:
    program = (
        "import sys; sys.modules['_hashlib'] = sys.modules['ssl'] = sys.modules['_ssl'] = None\n"
        "from robotvoice.wire import pairing\n"
        "print(pairing.normalised('K7D2 M9QX'), len(pairing.fingerprint(b'x')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.stdout, done.stderr) == ("k7d2m9qx 32\n", "")
