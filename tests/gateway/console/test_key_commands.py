"""`robotvoice-gateway key new|list|revoke`: with a gateway that runs and without one."""

import asyncio
import json
import os
import re
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.security.credentials import KEYS_FILE, Credentials
from proofs.rig.program import environment
from robotvoice.ground.lock_file import locked
from tests.gateway.in_process import SOON, running
from tests.gateway.process import started


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user's."""
    for name in [name for name in os.environ if name.startswith("ROBOTVOICE_")]:
        monkeypatch.delenv(name)
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)


def file() -> Path:
    return Path(os.environ["ROBOTVOICE_STATE_DIR"]) / KEYS_FILE


def typed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["key", *arguments])
    return code, *capsys.readouterr()


def test_a_key_is_shown_once_alone_and_kept_by_its_hash(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = typed(capsys, "new", "home-assistant")
    key = out.removesuffix("\n")
    assert code == 0 and re.fullmatch(r"[\w-]{43}", key)
    assert "Authorization: Bearer" in err and "OPENAI_API_KEY" in err and key not in err
    assert key not in file().read_text() and file().stat().st_mode & 0o777 == 0o600
    assert key not in "".join(typed(capsys, "list")[1:])


def curl(err: str) -> str:
    """The address in the line to paste."""
    found = re.search(
        r'^To try it: curl -f -H "Authorization: Bearer KEY" "http://(\S+)/synthesize\?text=Hello" '
        r"-o hello\.wav$",
        err,
        re.MULTILINE,
    )
    assert found, err
    return found[1]


@pytest.mark.parametrize(
    ("settings", "told", "reached"),
    [
        ({"HOST": "192.0.2.7", "PORT": "7999"}, "192.0.2.7:7999", True),
        ({"HOST": "2001:db8::7"}, "[2001:db8::7]:7860", True),
        ({"HOST": "mac.example", "PORT": "0"}, "mac.example:PORT", True),
        ({"HOST": "localhost"}, ":7860", False),
        ({}, ":7860", False),
        ({"LAN": "1"}, ":7860", True),
    ],
)
def test_a_line_to_paste_tries_it_at_the_address_of_the_settings(
    settings: dict[str, str],
    told: str,
    reached: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"ROBOTVOICE_{name}", value)
    _, _, err = typed(capsys, "new", "agent")
    assert curl(err).endswith(told)
    assert ("start it with --lan" in err) != reached


async def test_a_line_to_paste_is_that_of_the_gateway_that_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which may have been started with other options."""
    async with started(tmp_path, "--lan", env=environment(tmp_path), ready=False) as gateway:
        _, _, err = await asyncio.to_thread(typed, capsys, "new", "agent")
        address = (await gateway.ask("/v1/status")).json["address"]
    assert curl(err) == address
    assert str(gateway.port) in address and "start it with --lan" not in err


def test_they_are_listed_with_when_they_were_made_and_used(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert typed(capsys, "list") == (
        0, "there are no keys; make one: robotvoice-gateway key new NAME\n", "",
    )  # fmt: skip
    for arguments in (("agent", "--clips"), ("küche",), ("x" * 40,)):
        assert typed(capsys, "new", *arguments)[0] == 0
    Credentials(file()).saw("agent")
    code, out, _ = typed(capsys, "list")
    heads, agent, kitchen, long = out.splitlines()
    assert code == 0 and max(map(len, out.splitlines())) <= 80
    assert heads.split() == ["name", "made", "last", "used", "recordings"]
    assert agent.startswith("agent ") and "never" not in agent and agent.endswith("may send them")
    assert kitchen.startswith("küche ") and "never" in kitchen and long.startswith("x" * 40)


@pytest.mark.parametrize("name", ["", " ", "-x", "a b", "x" * 41, "a/b", "a\n", "\x1b[31m", "\ud800"])
def test_what_cannot_be_a_name_is_refused_in_a_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = typed(capsys, "new", "--", name)
    assert (code, out) == (2, "") and "home-assistant" in err and "\x1b" not in err
    assert not file().exists()


def test_a_name_that_is_taken_or_unknown_is_told_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = typed(capsys, "revoke", "agent")
    assert code == 2 and err.endswith("there is no key called 'agent'; there are no keys\n")
    typed(capsys, "new", "agent")
    for arguments, words in ((("new", "agent"), "taken"), (("revoke", "agnt"), "did you mean agent?")):
        code, out, err = typed(capsys, *arguments)
        assert (code, out) == (2, "") and words in err and len(err.splitlines()) == 1


def test_a_damaged_file_is_told_and_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    typed(capsys, "new", "agent")
    file().write_text("{")
    for arguments in (("new", "other"), ("list",), ("revoke", "agent")):
        code, out, err = typed(capsys, *arguments)
        assert (code, out) == (2, "") and str(file()) in err and "move it away" in err
    assert file().read_text() == "{"


async def test_it_opens_the_gateway_that_runs_at_once_and_is_noted_and_revoked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with running(from_network=True, state_dir=file().parent) as gateway:
        _, key, _ = await asyncio.to_thread(typed, capsys, "new", "agent")
        headers = {"Authorization": f"Bearer {key.strip()}"}
        assert (await gateway.ask("/v1/personas", headers=headers)).status == 200
        async with asyncio.timeout(SOON):
            while not json.loads(file().read_text())[0]["seen"]:  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.01)
        noted = file().read_bytes()
        for _ in range(20):
            assert (await gateway.ask("/v1/personas", headers=headers)).status == 200
        assert file().read_bytes() == noted
        assert (await asyncio.to_thread(typed, capsys, "revoke", "agent"))[0] == 0
        assert (await gateway.ask("/v1/personas", headers=headers)).status == 401


async def test_a_note_that_has_to_wait_keeps_nobody_waiting(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process keeps the lock, as one that is stopped would."""
    async with running(from_network=True, state_dir=file().parent) as gateway:
        _, key, _ = await asyncio.to_thread(typed, capsys, "new", "agent")
        headers = {"Authorization": f"Bearer {key.strip()}"}
        monkeypatch.setattr("gateway.security.state_lock.WAIT", 100.0)
        lock = locked(file().with_suffix(".lock"), private=True)
        assert lock is not None
        try:
            for _ in range(5):
                assert (await gateway.ask("/v1/personas", headers=headers)).status == 200
            waiting = [task for task in asyncio.all_tasks() if task.get_name() == "note who was there"]
            assert len(waiting) == 1
        finally:
            os.close(lock)
