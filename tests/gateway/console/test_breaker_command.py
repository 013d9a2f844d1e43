"""`robotvoice-gateway breaker`: how each is and why, and forcing one."""

import asyncio
import os
import socket
from pathlib import Path

import pytest

from gateway.cli import main
from proofs.rig.program import environment
from tests.fakes.scripted_engine import ScriptedEngine
from tests.gateway.in_process import library, named, persona, running

ENGINES = named(ScriptedEngine("upstream:studio"), ScriptedEngine("speaks"))
PEOPLE = library(persona("rook", "upstream:studio", "speaks"))


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user's."""
    for name in [name for name in os.environ if name.startswith("ROBOTVOICE_")]:
        monkeypatch.delenv(name)
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)


def state() -> Path:
    return Path(os.environ["ROBOTVOICE_STATE_DIR"])


async def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = await asyncio.to_thread(main, ["breaker", *arguments])
    return code, *capsys.readouterr()


async def test_a_breaker_is_forced_and_left_to_itself_again(capsys: pytest.CaptureFixture[str]) -> None:
    async with running(PEOPLE, ENGINES, state_dir=state()) as gateway:
        where = ("--port", str(gateway.port))
        code, out, _ = await said(capsys, *where)
        assert code == 0
        assert [line.split() for line in out.splitlines()[1:]] == [
            ["upstream:studio", "closed"],
            ["speaks", "closed"],
        ]
        reason = "the \x1b[31mcable"
        code, out, _ = await said(capsys, "upstream:studio", "open", "--reason", reason, *where)
        assert code == 0
        assert "forced open by the operator" in out and "the \\x1b[31mcable" in out
        assert (await gateway.say("Hello.")).headers["X-Voice-Engine"] == "speaks"
        code, out, _ = await said(capsys, "upstream:studio", "close", *where)
        assert "forced closed by the operator" in out
        code, out, _ = await said(capsys, "upstream:studio", "auto", *where)
        assert code == 0 and "forced" not in out
        assert (await gateway.say("Hello.")).headers["X-Voice-Engine"] == "upstream:studio"


async def test_what_cannot_be_done_is_said_in_a_line_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    async with running(PEOPLE, ENGINES, state_dir=state()) as gateway:
        where = ("--port", str(gateway.port))
        for arguments, words in (
            (("speak", "open"), "did you mean speaks?"),
            (("speaks",), "open, close or auto"),
            (("speaks", "open", "--reason", "x" * 201), "at most 200 characters"),
        ):
            code, out, err = await said(capsys, *arguments, *where)
            assert (code, out) == (2, ""), err
            assert words in err and len(err.splitlines()) == 1


async def test_where_no_gateway_answers_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for arguments in ((), ("mlx", "open")):
        code, out, err = await said(capsys, *arguments, "--port", str(port))
        assert (code, out) == (1, "")
        assert "no gateway answers" in err and "robotvoice-gateway serve" in err
