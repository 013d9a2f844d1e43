"""`pair` and `robots`, with a real gateway as its owner starts it."""

import asyncio
import json
import os
import pty
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.security.credentials import ROBOTS_FILE, Credentials
from gateway.security.identity import looked_at
from proofs.rig.program import environment
from tests.gateway.in_process import SOON, running
from tests.gateway.process import started
from tests.gateway.security.robot import ask, connected, paired_socket

LINE = re.compile(r"On the robot type:  robotvoice pair ([0-9a-z]{4}-[0-9a-z]{4})\n")


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user's."""
    for name in [name for name in os.environ if name.startswith("ROBOTVOICE_")]:
        monkeypatch.delenv(name)
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)


def state() -> Path:
    return Path(os.environ["ROBOTVOICE_STATE_DIR"])


async def typed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = await asyncio.to_thread(main, arguments)
    return code, *capsys.readouterr()


@asynccontextmanager
async def pairing() -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The command, as its owner typed it, and the code it shows."""
    command = [sys.executable, "-m", "gateway", "pair"]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        async with asyncio.timeout(SOON):
            first = (await process.stdout.readline()).decode()
        found = LINE.fullmatch(first)
        assert found, first
        yield process, found[1]
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    async with asyncio.timeout(SOON):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_a_robot_is_let_in_speaks_and_is_forgotten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of it by the commands, with a gateway that its network reaches."""
    async with started(tmp_path, "--lan", env=environment(tmp_path)) as gateway:
        port = (await gateway.ask("/v1/status")).json["robots_door"]["port"]
        assert await typed(capsys, "robots") == (
            0, "no robot is paired; for what to type on one: robotvoice-gateway pair\n", "",
        )  # fmt: skip
        async with pairing() as (process, code):
            told = await ask(port, code)
            assert told.believed
            code_, out, err = await ended(process)
            assert (code_, err, out.splitlines()[0]) == (0, "", "It is valid for 5:00.")
            assert out.endswith("\npicar is paired and speaks with this gateway's voices from now on\n")
        identity = looked_at(state())
        assert identity and identity.id == told.fields["id"] == (await gateway.ask("/health")).json["id"]
        async with paired_socket(port, identity, told.fields["token"]) as robot:
            await robot.still_speaks()
            code_, out, _ = await typed(capsys, "robots")
            assert re.fullmatch(r"robot +paired +last seen\npicar +\d\d:\d\d +connected now\n", out), out
            assert (await typed(capsys, "robots", "forget", "picer"))[2] == (
                "robotvoice-gateway: no robot is called picer; did you mean picar?\n"
            )
            code_, out, _ = await typed(capsys, "robots", "forget", "picar")
            assert (code_, out.startswith("picar is forgotten")) == (0, True)
        async with connected(port, identity, told.fields["token"]) as (session, url):
            assert (await session.get(f"{url}/v1/personas")).status == 401
            assert (await session.get(f"{url}/healthz")).status == 200


@pytest.mark.parametrize(
    ("number", "exit_code"),
    [
        (signal.SIGINT, 0),
        pytest.param(signal.SIGTERM, 1, marks=pytest.mark.slow),
        pytest.param(signal.SIGHUP, 1, marks=pytest.mark.slow),
    ],
)
async def test_a_code_ends_with_the_command_that_showed_it(number: signal.Signals, exit_code: int) -> None:
    async with running(tls=True, state_dir=state()) as gateway:
        async with pairing() as (process, _):
            process.send_signal(number)
            code, out, err = await ended(process)
            assert (code, err) == (exit_code, "")
            assert out.endswith("\nthe code is void\n")
        told = (await gateway.order("/v1/owner/pairing")).json
        assert told["state"] == "ended"


@pytest.mark.slow
@pytest.mark.parametrize(("width", "counted"), [("80", True), ("30", False)])
async def test_on_a_terminal_the_time_is_counted_down_where_there_is_room(width: str, counted: bool) -> None:
    async with running(tls=True, state_dir=state()) as gateway:
        ours, theirs = pty.openpty()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway", "pair"),
            stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "COLUMNS": width},
        )  # fmt: skip
        drawn = b""
        try:
            async with asyncio.timeout(2 * SOON):
                while drawn.count(b"\rWaiting for 4:5") < 2 and b"valid for" not in drawn:
                    drawn += await asyncio.to_thread(os.read, ours, 65_536)
                found = re.match(rb"On the robot type:  robotvoice pair (\S+)", drawn)
                assert found
                await ask(gateway.tls_port, found[1].decode())
                while b"is paired" not in drawn:
                    drawn += await asyncio.to_thread(os.read, ours, 65_536)
                assert await process.wait() == 0
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            os.close(ours)
            os.close(theirs)
    assert (b"Ctrl-C ends the code" in drawn) == counted
    assert not counted or b"\r\x1b[Kpicar is paired" in drawn


@pytest.mark.slow
async def test_why_no_robot_was_paired_is_said(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tls=True, state_dir=state()) as gateway:
        port = (await gateway.ask("/v1/status")).json["robots_door"]["port"]
        async with pairing() as (process, _):
            assert process.stdout
            await process.stdout.readline()
            for left in ("2 tries are", "1 try is"):
                await ask(port, "0000-0000")
                async with asyncio.timeout(SOON):
                    line = (await process.stdout.readline()).decode()
                assert line == f"a wrong code was typed on a robot; {left} left\n"
            await ask(port, "0000-0000")
            code, out, err = await ended(process)
            assert (code, out) == (1, "")
            assert "three wrong codes were tried, so this one is void" in err
        told = [each for each in caplog.messages if "a wrong code" in each]
        assert [each.partition("; ")[2] for each in told] == [
            "2 tries are left", "1 try is left", "no try is left, so the pairing is over",
        ]  # fmt: skip
        async with pairing() as (process, _):
            await gateway.order("/v1/owner/pairing", "POST")
            code, _, err = await ended(process)
            assert (code, "another robotvoice-gateway pair has shown a new code" in err) == (1, True)
    async with running(state_dir=state()):
        code, out, err = await typed(capsys, "pair")
        assert (code, out) == (2, "")
        assert "start it with --lan" in err
    code, out, err = await typed(capsys, "pair")
    assert (code, out) == (1, "")
    assert err.startswith(
        "robotvoice-gateway: no gateway answers here; start it with `robotvoice-gateway serve --lan`"
    )


async def test_a_code_that_is_typed_on_the_wrong_machine_is_told_where_it_belongs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And it makes no new one, which would end the one that was typed."""
    async with running(tls=True, state_dir=state()) as gateway:
        await gateway.order("/v1/owner/pairing", "POST")
        for code in (("k7d2-m9qx",), ("K7D2", "M9QX")):
            told = f"a code is typed on the robot, not here: robotvoice pair {' '.join(code)}"
            assert await typed(capsys, "pair", *code) == (2, "", f"robotvoice-gateway: {told}\n")
        assert (await gateway.order("/v1/owner/pairing")).json["state"] == "waiting"


async def test_robots_are_listed_and_forgotten_while_no_gateway_runs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    robots = Credentials(state() / ROBOTS_FILE)
    robots.new("picar")
    code, out, _ = await typed(capsys, "robots", "--json")
    (told,) = json.loads(out)["robots"]
    assert (code, told["name"], told["connected"], told["seen"]) == (0, "picar", False, None)
    assert re.search(r"\npicar +\d\d:\d\d +not yet\n", (await typed(capsys, "robots"))[1])
    code, _, err = await typed(capsys, "robots", "forget", "pica")
    assert (code, "did you mean picar?" in err) == (2, True)
    assert (await typed(capsys, "robots", "forget", "picar"))[0] == 0
    code, _, err = await typed(capsys, "robots", "forget", "picar")
    assert (code, err) == (2, "robotvoice-gateway: no robot is called picar; none is paired\n")
    code, _, err = await typed(capsys, "robots", "forget")
    assert (code, "robotvoice-gateway robots forget NAME" in err) == (2, True)


async def test_a_list_that_is_damaged_is_told_and_left_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    file = state() / ROBOTS_FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("[{")
    for arguments in (("robots",), ("robots", "forget", "picar")):
        code, _, err = await typed(capsys, *arguments)
        assert (code, "cannot be read" in err) == (2, True)
        async with running(tls=True, state_dir=state()):
            for more in (arguments, ("pair",)):
                code, _, err = await typed(capsys, *more)
                assert (code, "cannot be read" in err) == (2, True)
    assert file.read_text() == "[{"
