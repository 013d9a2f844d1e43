"""`robotvoice pair` and `unpair`, as an owner types them, with a gateway whose door is really TLS."""

import json
import os
import pty
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge_client.cli import main
from tests.edge_client.pairing.pairing_rig import CODE, NAME, door, files_in, made, pair_by_hand
from tests.edge_client.rig import ROBOTVOICE, Commands, read_wav

LEARNED = ("personas.json", "gateway.json", "phrase-key", "phrasebook/vixen/book.json", "phrasebook/.lock")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Of a robot that has learned something of somebody."""
    folder = tmp_path / "state"
    for name in LEARNED:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}")
    (folder / "another-programs").write_text("stays")
    return folder


@dataclass(frozen=True, slots=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def typed(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """A command, in this process."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> Done:
        code = main(arguments)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run


def test_one_line_pairs_and_its_voice_is_used_from_then_on(
    typed: Callable[..., Done], robotvoice: Commands, state: Path, wav: Path
) -> None:
    """What was learned of others is gone; what it is spoken with is the gateway's; and the way back."""
    mac = made(state.parent / "mac")
    with door(mac, code=CODE) as there:
        done = typed("pair", "K7D2 M9QX", "--gateway", there.address, "--name", "picar two")
        assert (done.stdout, done.stderr, done.returncode) == (
            f'paired with "{NAME}"; its voice is used from now on\n', "", 0,
        )  # fmt: skip
        left = files_in(state)
        assert set(left) == {"pairing.json", "gateway.json", "another-programs"}
        assert stat.S_IMODE((state / "pairing.json").stat().st_mode) == 0o600
        assert robotvoice("say", "Hello there.", "--persona", "vixen", "--out", str(wav)).returncode == 0
        assert read_wav(wav).by_the_fake_gateway == 1
        assert "personas.json" in files_in(state)

        done = typed("unpair")
        assert done.stdout == (
            f'"{NAME}" is not asked any more, and what was learned from it is gone.\n'
            "It may still know this robot; on the Mac type: robotvoice-gateway robots forget 'picar two'\n"
        )
        assert set(files_in(state)) == {"another-programs"}


def test_a_code_may_be_typed_in_two_words(typed: Callable[..., Done], state: Path) -> None:
    with door(made(state.parent / "mac"), code=CODE) as there:
        done = typed("pair", "--gateway", there.address, "k7d2", "m9qx", "--name", "picar")
    assert (done.returncode, done.stdout.partition(";")[0]) == (0, f'paired with "{NAME}"')


@pytest.mark.parametrize(
    "arguments", [pytest.param(("pair", CODE), marks=pytest.mark.slow), ("discover", "--timeout", "0.5")]
)
def test_who_waits_at_a_terminal_is_told_for_what(robotvoice: Commands, arguments: tuple[str, ...]) -> None:
    robotvoice.environment |= {"ROBOTVOICE_MDNS": "true", "ROBOTVOICE_INTERFACE": "127.0.0.1"}
    ours, theirs = pty.openpty()
    try:
        environment = {**robotvoice.with_({}), "COLUMNS": "80"}
        command = [*ROBOTVOICE, *arguments]
        subprocess.run(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=theirs, check=False, timeout=30
        )
        assert os.read(ours, 4096).decode().startswith("Looking for ")
    finally:
        os.close(ours)
        os.close(theirs)
    assert "Looking for" not in robotvoice("discover", "--timeout", "0.1").stderr


def test_paired_anew_with_the_same_gateway_nothing_is_lost(typed: Callable[..., Done], state: Path) -> None:
    mac = made(state.parent / "mac")
    with door(mac, code=CODE) as there:
        pair_by_hand(state, mac, there.port)
        done = typed("pair", CODE, "--gateway", there.address, "--json")
        told = json.loads(done.stdout)
        assert (told["paired"], told["gateway"], told["id"]) == (True, NAME, mac.id)
        assert (state / "phrasebook/vixen/book.json").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ((), 2, "type `robotvoice-gateway pair` on the Mac; it shows what to type here"),
        (("k7d2", "m9q"), 2, "a code has 8 letters and digits, such as k7d2-m9qx, and this has 7"),
        (("k7d2-m9q",), 2, "a code has 8 letters and digits, such as k7d2-m9qx, and this has 7"),
        (("k7d2-m9q!",), 2, "no code has '!' in it; one looks like k7d2-m9qx"),
        ((CODE, "--gateway", "a:b:c"), 2, "--gateway: 'a:b:c' is not an address; give host"),
        ((CODE, "--name", "\t"), 2, "--name: robot must be a name of at most 40 printable characters"),
        ((CODE,), 3, "mDNS is off, so no gateway was looked for. Switch it on, or give its address"),
        ((CODE, "--gateway", "127.0.0.1:1"), 3, "the gateway at 127.0.0.1:1 refused the connection"),
    ],
)
def test_what_goes_wrong_says_what_to_do_and_changes_nothing(
    typed: Callable[..., Done], state: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    before = files_in(state)
    done = typed("pair", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(f"robotvoice: {told}")
    assert files_in(state) == before


def test_a_disk_that_takes_nothing_is_told(typed: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    mac = made(tmp_path / "mac")
    with door(mac, code=CODE) as there:
        done = typed("pair", CODE, "--gateway", there.address)
    assert done.returncode == 3
    assert "this robot is not paired, as" in done.stderr
    assert "on the Mac type: robotvoice-gateway pair" in done.stderr


def test_a_damaged_pairing_is_ended_by_unpair(typed: Callable[..., Done], state: Path) -> None:
    (state / "pairing.json").write_text("{}")
    done = typed("unpair")
    assert done.stdout.startswith("the damaged pairing is gone")
    assert set(files_in(state)) == {"another-programs"}
