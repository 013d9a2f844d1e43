"""Another gateway of ours, a process of its own, is an upstream like any other."""

import asyncio
import signal
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from gateway.engines.upstream.response_head import NotAuthorised
from gateway.requests.app_keys import SETTINGS
from gateway.security.credentials import KEYS_FILE, Credentials
from robotvoice.errors import EngineFailure
from robotvoice.persona import UpstreamVoice, VoiceSpec
from robotvoice.utterance import Sentence
from tests.gateway.clips.recordings import encoded, spoken
from tests.gateway.engines.upstream.listening import listen, upstream
from tests.gateway.in_process import SOON, running
from tests.gateway.process import started

TEXT = "Hello, I am a voice from another machine, and I speak for a while."


def voice(name: str, **more: str) -> VoiceSpec:
    return VoiceSpec("upstream:studio", name, upstream_voice=UpstreamVoice(name, **more))  # type: ignore[arg-type] # only texts


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["robotvoice", "openai"])
@pytest.mark.parametrize("format", ["pcm", "wav"])
async def test_it_speaks_in_every_way_it_can_be_asked(dialect: str, format: str, tmp_path: Path) -> None:
    async with started(tmp_path) as far, upstream(_url(far.port), dialect=dialect, format=format) as engine:
        heard = await listen(engine, voice("vixen", model="any"), TEXT)
        assert heard.problem is None
        assert heard.chunks[0].format.sample_rate == 24_000
        samples = np.frombuffer(heard.pcm, "<i2")
        assert len(samples) > 24_000 and np.abs(samples).max() > 1000
        await engine.probe()


@pytest.mark.slow
async def test_who_is_not_there_is_refused_and_does_not_count(tmp_path: Path) -> None:
    async with started(tmp_path) as far, upstream(_url(far.port), dialect="robotvoice") as engine:
        assert (await listen(engine, voice("nobody"), TEXT)).reason == "refused"
        clip = tmp_path / "clip.wav"
        clip.write_bytes(encoded(spoken(4.0)))
        sent = VoiceSpec(
            "upstream:studio", upstream_voice=UpstreamVoice("sent", reference=clip, granted_by="Grace")
        )
        heard = await listen(engine, sent, TEXT)
        # It has no model that clones.
        assert heard.problem and "cannot_clone" in heard.problem.message


async def test_one_that_dies_in_a_sentence_is_a_failure_at_once(tmp_path: Path) -> None:
    async with started(tmp_path) as far, upstream(_url(far.port), dialect="robotvoice") as engine:
        assert (await listen(engine, voice("spark"), TEXT)).problem is None
        with pytest.raises(EngineFailure):
            async with (
                asyncio.timeout(SOON),
                aclosing(engine.speak(Sentence(0, f"{TEXT} " * 20), voice("spark"))) as chunks,
            ):
                async for _ in chunks:
                    far.process.send_signal(signal.SIGKILL)
                    far.process.wait()
        assert (await listen(engine, voice("spark"), TEXT)).reason == "unreachable"
        with pytest.raises(EngineFailure):
            await engine.probe()


async def test_a_key_of_the_other_gateway_opens_it_for_speech_and_canary(tmp_path: Path) -> None:
    """Another machine's, so that a key is needed."""
    file = tmp_path / "studio.key"
    async with running(from_network=True) as far:
        keys = Credentials(far.app[SETTINGS].state_dir / KEYS_FILE)
        file.write_text(keys.new("studio"))
        async with upstream(_url(far.port), dialect="robotvoice", key_file=str(file)) as engine:
            assert (await listen(engine, voice("vixen"), TEXT)).problem is None
            await engine.probe()
            clip = tmp_path / "clip.wav"
            clip.write_bytes(encoded(spoken(4.0)))
            sent = VoiceSpec(
                "upstream:studio", upstream_voice=UpstreamVoice("sent", reference=clip, granted_by="Ada")
            )
            heard = await listen(engine, sent, TEXT)
            assert heard.reason == "refused" and heard.problem
            assert "--clips" in heard.problem.message
            # That concerns a voice, and not the other gateway.
            assert (await listen(engine, voice("vixen"), TEXT)).problem is None
            keys.remove("studio")
            with pytest.raises(NotAuthorised):
                await engine.probe()
            assert (await listen(engine, voice("vixen"), TEXT)).reason == "not_authorised"


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"
