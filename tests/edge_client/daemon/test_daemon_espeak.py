"""An eSpeak NG that does not run when the daemon starts is not lost for the daemon's whole life."""

import asyncio
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from edge_client.daemon import robot_daemon as module
from edge_client.daemon.robot_daemon import Daemon
from edge_client.settings.settings import Settings
from robotvoice.utterance import Priority
from tests.edge_client.link.link_rig import until
from tests.edge_client.rig import SOON


async def test_one_that_runs_only_later_speaks_from_then_on(
    settings: Callable[..., Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a boot in which the machine was too busy for it."""
    found = shutil.which("espeak-ng")
    if found is None:
        pytest.skip("the command espeak-ng is not installed")
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.05)
    with monkeypatch.context() as without:
        without.setenv("PATH", str(tmp_path))
        daemon = Daemon(settings(espeak="command"))
        running = asyncio.create_task(daemon.run())
        try:
            await until(lambda: "does not run here" in daemon.own.espeak.description)
            (tmp_path / "espeak-ng").write_text(f'#!/bin/sh\nPATH={os.defpath}\nexec {found} "$@"\n')
            (tmp_path / "espeak-ng").chmod(0o755)
            await until(lambda: "(command espeak-ng)" in daemon.own.espeak.description)
            line = await daemon.queue("Hello.", None, Priority.DIALOGUE, None)
            async with asyncio.timeout(SOON):
                assert (await line.wait()).origin.engine == "espeak"
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
