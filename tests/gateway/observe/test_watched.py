"""A gateway in the foreground of a terminal tells one short line a text; a service writes fields."""

import asyncio
import os
import pty
import re
from pathlib import Path

import pytest

from gateway.observe.request_log import TextOutcome, log_account
from proofs.rig.gateway import PROGRAM
from proofs.rig.program import environment
from robotvoice.console.people_log import PLAIN
from robotvoice.utterance import Outcome, Reason, Spoken
from tests.gateway.in_process import SOON
from tests.gateway.process import started


def account(outcome: Outcome, *rows: Spoken, persona: str = "nova", reason: str | None = None) -> TextOutcome:
    return TextOutcome("1", "openai", persona, outcome, reason, "mlx", True, rows, (), 0.1, None, 1.53, 0.2)


LOADING = Reason("loading", "the model is loading")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (account(Outcome.COMPLETE, Spoken(0, "espeak", "en"), persona="gremlin"), "gremlin, 1.5 s, eSpeak"),
        (account(Outcome.COMPLETE, Spoken(0, "mlx", "x")), "nova, 1.5 s, cloned voice"),
        (account(Outcome.COMPLETE, Spoken(0, "mlx", "x", stored=True)), "nova, 1.5 s, cloned voice (kept)"),
        (
            account(Outcome.COMPLETE, Spoken(0, "mlx", "x"), Spoken(1, "espeak", "en", substitute=LOADING)),
            "nova, 1.5 s, cloned voice and eSpeak, not its own voice (loading)",
        ),
        (account(Outcome.INCOMPLETE, reason="died"), "nova: not spoken to the end (died)"),
        (account(Outcome.REFUSED, persona="", reason="unknown_voice"), "nobody: refused (unknown_voice)"),
        (account(Outcome.CANCELLED), "nova: cancelled"),
    ],
)
def test_a_text_is_told_in_words(told: TextOutcome, words: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    log_account(told)
    assert getattr(caplog.records[0], PLAIN) == words


@pytest.mark.slow
async def test_on_a_terminal_a_line_is_short_and_at_the_start_there_is_none(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    told, home = "", tmp_path / "watched"
    home.mkdir()
    async with started(tmp_path) as service:
        process = await asyncio.create_subprocess_exec(
            *(*PROGRAM, "serve", "--port", "0", "--no-mdns"),
            env=environment(home),
            cwd=home,
            stdout=asyncio.subprocess.PIPE,
            stderr=theirs,
        )
        try:
            assert process.stdout is not None
            async with asyncio.timeout(2 * SOON):
                port = int((await process.stdout.readline()).decode().partition(" - ")[0].rpartition(":")[2])
                service.port, before = port, service.port
                await service.until("/readyz", lambda answer: answer.status == 200)
                await service.ask("/synthesize?text=Hello&voice=gremlin")
                while "\n" not in told:
                    told += (await asyncio.to_thread(os.read, ours, 4096)).decode()
                service.port = before
            await service.ask("/synthesize?text=Hello&voice=gremlin")
        finally:
            process.terminate()
            await process.wait()
            os.close(ours)
            os.close(theirs)
    assert re.fullmatch(r"[0-9]{2}:[0-9]{2} gremlin, [0-9.]+ s, eSpeak\r\n", told)
    (line,) = [line for line in service.log if "persona=gremlin" in line]
    assert " INFO spoken request=" in line and PLAIN not in line
    assert not [line for line in service.log if "LUFS" in line]
