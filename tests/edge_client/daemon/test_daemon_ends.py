"""However a daemon ends, its callers are told, nothing sounds on, and nothing is said late."""

import json
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import psutil
import pytest

from robotvoice.ground.lock_file import locked
from tests.edge_client.daemon.daemon_rig import Loudspeaker, RunningDaemon, running_daemon
from tests.edge_client.rig import SOON, Commands, soon
from tests.edge_client.test_cli_ends import lives

pytestmark = pytest.mark.slow

STORY = " ".join(f"This is sentence number {number}." for number in range(40))


def callers(robotvoice: Commands, daemon: RunningDaemon) -> "list[subprocess.Popen[str]]":
    """One whose line is speaking and two that wait."""
    started = [robotvoice.start("say", STORY)]
    soon(lambda: daemon.status()["speaking"])
    started += [robotvoice.start("say", "Me too.") for _ in range(2)]
    soon(lambda: len(daemon.status()["waiting"]) == 2)
    return started


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_cleanly(
    robotvoice: Commands, daemon: RunningDaemon, number: signal.Signals
) -> None:
    """What is playing is cut, its children are gone, and every caller gets a clear error."""
    waiting = callers(robotvoice, daemon)
    children = psutil.Process(daemon.process.pid).children(recursive=True)
    assert children
    assert daemon.end(number) == 0
    soon(lambda: not any(map(lives, children)), "a child outlived it")
    for caller in waiting:
        out, err = caller.communicate(timeout=SOON)
        assert (caller.returncode, out) == (4, "")
        assert err == "robotvoice: the daemon ended before it was said\n"


def test_who_listens_to_its_events_does_not_hold_up_its_end(daemon: RunningDaemon) -> None:
    with (
        socket.create_connection(("127.0.0.1", daemon.port), SOON) as listener,
        listener.makefile("rb") as told,
    ):
        listener.sendall(f"GET /events HTTP/1.1\r\nHost: localhost:{daemon.port}\r\n\r\n".encode())
        while b": hello" not in told.readline():
            pass
        assert daemon.end() == 0
        assert not told.read().strip(b"\r\n0")


def test_callers_of_one_that_is_killed_are_told(robotvoice: Commands, daemon: RunningDaemon) -> None:
    waiting = callers(robotvoice, daemon)
    daemon.end(signal.SIGKILL)
    for caller in waiting:
        out, err = caller.communicate(timeout=SOON)
        assert (caller.returncode, out) == (4, "")
        assert err == "robotvoice: the daemon ended before it said what became of the text\n"


def test_after_it_was_killed_lines_are_spoken_directly_and_after_the_last_of_its_sound(
    robotvoice: Commands, tmp_path: Path
) -> None:
    """Its player has something left in its pipe, during which nobody else begins."""
    slow = Loudspeaker.make(tmp_path / "slow", 0.3)
    with running_daemon(robotvoice, slow) as daemon:
        daemon.say(STORY)
        soon(lambda: daemon.heard() and slow.plays())
        time.sleep(0.3)  # in which its pipe is filled
        daemon.end(signal.SIGKILL)
        assert locked(tmp_path / "voice.lock") is None
        done = robotvoice("say", "I am here.", "--json", **slow.environment)
    assert (done.returncode, json.loads(done.stdout)["via"]) == (0, "robot")
    assert slow.overlaps() == []
    with running_daemon(robotvoice, slow) as again:
        assert again.status()["speaking"] is None
        assert robotvoice("say", "So am I.").returncode == 0
        assert again.heard() == 1, "nothing of the former daemon's is said"


def test_one_that_hangs_is_passed_by(robotvoice: Commands, loudspeaker: Loudspeaker) -> None:
    with running_daemon(robotvoice, loudspeaker) as daemon:
        # It plays a moment of silence first, and would stand still with the loudspeaker in its hands.
        soon(lambda: daemon.status()["loudspeaker"]["tried"])
        daemon.process.send_signal(signal.SIGSTOP)
        done = robotvoice("say", "I speak myself.", "--json", **loudspeaker.environment)
        assert (done.returncode, json.loads(done.stdout)["via"]) == (0, "robot")
        told = f"the daemon at 127.0.0.1:{daemon.port} does not answer; restart it: "
        for command in (("status",), ("stop",)):
            done = robotvoice(*command)
            assert done.returncode == 4
            assert done.stderr.startswith(f"robotvoice: {told}")
        done = robotvoice("say", "I wait.", "--no-wait", ROBOTVOICE_PLAYER="none")
        assert f"this waits, as {told}" in done.stderr


def test_somebody_else_on_its_port_gets_no_text(robotvoice: Commands) -> None:
    """Whatever it answers."""
    got: list[bytes] = []

    def answer(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            got.append(connection.recv(4096))
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            got.append(connection.recv(4096))

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer, args=[server])
        thread.start()
        port = str(server.getsockname()[1])
        done = robotvoice("say", "My secret is a shoe.", "--json", ROBOTVOICE_DAEMON_PORT=port)
        thread.join(SOON)
    assert (done.returncode, json.loads(done.stdout)["via"]) == (0, "robot")
    assert b"secret" not in b"".join(got)
