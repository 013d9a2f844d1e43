"""A gateway that is killed while it records phrases goes on where it was."""

import asyncio
import hashlib
import json
import signal
from pathlib import Path

import pytest

from proofs.rig.program import environment
from tests.fakes.fake_upstream import FakeUpstream, hangs, head, running
from tests.gateway.clips.recordings import encoded, spoken
from tests.gateway.in_process import soon
from tests.gateway.process import START_WITHIN, GatewayProcess, started

pytestmark = pytest.mark.slow


SENTENCES = ("Hello there.", "One moment.", "I am back.", "See you soon.")
PERSONA = """
name: Ada
language: en
voice:
  {{engine: upstream, upstream: studio, reference: clip.wav, transcript: words.txt, send_reference: true}}
fallbacks: [{{engine: espeak, voice: en}}]
phrases: {phrases}
consent: {{subject: synthetic, granted_by: project, scope: tests}}
"""


def written(home: Path, url: str, *phrases: str) -> dict[str, str]:
    """The environment of a gateway whose one persona is a clone that an upstream speaks."""
    persona = home / "personas" / "ada"
    persona.mkdir(parents=True, exist_ok=True)
    (persona / "clip.wav").write_bytes(encoded(spoken(12.0)))
    (persona / "words.txt").write_text("What is said in it.")
    (persona / "persona.yaml").write_text(PERSONA.format(phrases=json.dumps(phrases)))
    settings = home / "gateway.toml"
    settings.write_text(f'[upstreams.studio]\nurl = "{url}"\nfirst_audio = 60.0\ndialect = "vllm-omni"\n')
    more = {
        "ROBOTVOICE_PERSONAS": str(home / "personas"),
        "ROBOTVOICE_HIDE": "*",
        "ROBOTVOICE_CONFIG": str(settings),
    }
    return {**environment(home), **more}


async def until_held(gateway: GatewayProcess, count: int) -> None:
    """Until so many recordings are in the manifest, each of which is there as it says."""
    async with asyncio.timeout(START_WITHIN):
        while not await holds(gateway, count):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)


async def holds(gateway: GatewayProcess, count: int) -> bool:
    """False also when a recording was replaced meanwhile, by a louder one."""
    told = (await gateway.ask("/v1/phrases/ada")).json
    at = f"/v1/phrases/ada/{told['revision']}"
    answers = [(each["sha256"], await gateway.ask(f"{at}/{each['sha256']}")) for each in told["sentences"]]
    whole = [wav for sha256, wav in answers if hashlib.sha256(wav.body).hexdigest() == sha256]
    return len(whole) == len(answers) == count


def asked_for(upstream: FakeUpstream) -> list[str]:
    return [each.fields["input"] for each in upstream.requests if each.fields]


async def test_killed_while_it_records_it_goes_on_where_it_was(tmp_path: Path) -> None:
    async with running() as upstream:
        upstream.next(upstream.always, upstream.always, hangs(head()))
        env = written(tmp_path, upstream.url, *SENTENCES)
        async with started(tmp_path, env=env) as gateway:
            await until_held(gateway, 2)
            await soon(lambda: len(asked_for(upstream)) == 3)
            assert await gateway.stopped(signal.SIGKILL) == -signal.SIGKILL
        assert asked_for(upstream) == list(SENTENCES[:3])
        async with started(tmp_path, env=env) as gateway:
            await until_held(gateway, len(SENTENCES))
        assert asked_for(upstream)[3:5] == list(SENTENCES[2:])


async def test_a_phrase_that_is_written_into_the_file_is_recorded_while_the_gateway_runs(
    tmp_path: Path,
) -> None:
    async with running() as upstream:
        env = written(tmp_path, upstream.url, SENTENCES[0])
        async with started(tmp_path, env=env) as gateway:
            await until_held(gateway, 1)
            assert set(asked_for(upstream)) == {SENTENCES[0]}
            written(tmp_path, upstream.url, *SENTENCES[:2])
            await until_held(gateway, 2)
            assert await gateway.stopped() == 0
    assert not [line for line in gateway.log for text in SENTENCES if text in line]
