"""A daemon ends when it is told to, and for no other reason: the robot would be silent."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from edge_client.daemon.robot_daemon import Daemon
from edge_client.ground import restart as until_done
from edge_client.settings.settings import Settings
from robotvoice.utterance import Priority
from tests.edge_client.rig import SOON, Commands

pytestmark = pytest.mark.usefixtures("no_process_is_left")


async def test_what_breaks_in_one_part_of_it_harms_no_other(
    settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each of them breaks once; what must go on goes on, and lines are spoken."""
    monkeypatch.setattr(until_done, "FIRST_PAUSE", 0.01)
    daemon = Daemon(settings())
    parts = {
        daemon.speaker: ("run", "drop_late"),
        daemon.gateway: ("keep",),
        daemon.phrases: ("run",),
        daemon.keeping: ("run",),
        daemon.loudspeaker: ("prove",),
        daemon: ("_keep_espeak",),
    }
    broken = set()

    def breaking(part: object, name: str) -> None:
        whole = getattr(part, name)

        async def once(*arguments: object) -> None:
            if (part, name) not in broken:
                broken.add((part, name))
                raise KeyError(name)
            await whole(*arguments)

        monkeypatch.setattr(part, name, once)

    for part, names in parts.items():
        for name in names:
            breaking(part, name)
    running = asyncio.create_task(daemon.run())
    try:
        async with asyncio.timeout(SOON):
            while len(broken) < 7:  # noqa: ASYNC110 - they tell nobody
                await asyncio.sleep(0.01)
            line = await daemon.queue("Hello.", None, Priority.DIALOGUE, None)
            assert await line.wait()
    finally:
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert len([each for each in caplog.records if "broke, and begins anew" in each.getMessage()]) == 7


def test_one_that_is_to_outlive_its_terminal_does(robotvoice: Commands) -> None:
    """As with `nohup`, which has it ignore the end of the terminal."""
    with subprocess.Popen(
        (
            "sh",
            "-c",
            'trap "" HUP; exec "$@"',
            "sh",
            sys.executable,
            "-m",
            "edge_client",
            "daemon",
            "--port",
            "0",
        ),
        env={**robotvoice.environment, "ROBOTVOICE_PLAYER": "none"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("Listening at ")
            process.send_signal(signal.SIGHUP)
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.5)
            process.send_signal(signal.SIGTERM)
            assert process.wait(SOON) == 0
        finally:
            process.kill()
