"""What the tests of the upstream engine share: an engine that is started, and what came of a sentence."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from gateway.engines.upstream.upstream_engine import UpstreamEngine
from gateway.engines.upstream.upstream_settings import UpstreamSettings
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import UpstreamVoice, VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import NO_CLIENT, RequestOptions, Sentence
from tests.fakes.fake_upstream import FakeUpstream

TEXT = "The secret word is aubergine."
NOVA = VoiceSpec("upstream:studio", "nova", upstream_voice=UpstreamVoice("key", model="tts-1"))
PATIENT = {"first_audio": 10.0}


@dataclass(slots=True)
class Heard:
    """What came of one sentence."""

    chunks: list[AudioChunk]
    problem: EngineFailure | EngineUnavailable | None = None

    @property
    def pcm(self) -> bytes:
        return b"".join(chunk.pcm for chunk in self.chunks)

    @property
    def reason(self) -> str | None:
        return self.problem.reason if self.problem else None


@asynccontextmanager
async def upstream(
    fake: FakeUpstream | str, *, clock: Callable[[], float] | None = None, **settings: Any
) -> AsyncIterator[UpstreamEngine]:
    """An engine for this server, started; afterwards it is closed."""
    url = fake if isinstance(fake, str) else fake.url
    told = UpstreamSettings(**{"url": url, **PATIENT, **settings})
    clocks = {"clock": clock} if clock else {}
    engine = UpstreamEngine("studio", told, environment={"STUDIO_KEY": "sk-hidden"}, **clocks)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


async def listen(
    engine: UpstreamEngine, voice: VoiceSpec = NOVA, text: str = TEXT, asked: RequestOptions = NO_CLIENT
) -> Heard:
    """All of a sentence, and how it ended."""
    heard = Heard([])
    try:
        async with aclosing(engine.speak(Sentence(0, text, asked), voice)) as chunks:
            async for chunk in chunks:
                heard.chunks.append(chunk)
    except (EngineFailure, EngineUnavailable) as problem:
        heard.problem = problem
    return heard
