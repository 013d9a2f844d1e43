"""`/v1/audio/speech` with a real worker: a caller's clip gives just the voice it gives a persona."""

import asyncio
import base64
from pathlib import Path

from gateway.clips.caller_clips import CallerClips
from gateway.clips.clip import Clip
from gateway.engines.mlx.mlx_engine import MlxEngine
from gateway.personas.persona_files import PersonaLibrary
from gateway.requests.app_keys import CALLER_CLIPS
from robotvoice.persona import ModelVoice, Persona
from tests.gateway.api.openai.openai_client import ask, refused
from tests.gateway.engines.mlx.listening import TEXT, Checkpoint, Voice, until
from tests.gateway.in_process import RunningGateway, running


async def test_a_callers_clip_sounds_as_a_personas_and_leaves_the_personas_as_they_were(
    checkpoint: Checkpoint, cloned: Voice, references: dict[str, tuple[Path, str]]
) -> None:
    clips: list[CallerClips] = []

    async def clip_of(voice: ModelVoice) -> Clip:
        return await clips[0].clip_of(voice)

    engine = MlxEngine([checkpoint()], clip_of)
    personas = {name: Persona(name, name.upper(), "en", cloned(name)) for name in ("a", "b")}
    async with running(PersonaLibrary(personas), {"mlx": engine}) as gateway:
        clips.append(gateway.app[CALLER_CLIPS])
        await until(lambda: engine.readiness(cloned("a")))
        alone = {name: await pcm(gateway, voice=name) for name in personas}
        assert alone["a"] != alone["b"]

        async def by_clip(name: str, **more: object) -> bytes:
            file, words = references[name]
            clip = base64.b64encode(file.read_bytes()).decode()
            return await pcm(gateway, ref_audio=clip, **{"ref_text": words, **more})

        answers = await asyncio.gather(
            *(by_clip("a"), pcm(gateway, voice="b"), by_clip("b"), pcm(gateway, voice="a"))
        )
        assert list(answers) == [alone["a"], alone["b"], alone["b"], alone["a"]]
        assert await by_clip("a", x_vector_only_mode=True) != alone["a"]
        assert await pcm(gateway, voice="a", seed=8) != alone["a"]

        silence = base64.b64encode(b"RIFF").decode()
        assert refused(await ask(gateway, ref_audio=silence), 400) == ("invalid_clip", "ref_audio")


async def pcm(gateway: RunningGateway, **asked: object) -> bytes:
    answer = await ask(gateway, **{"input": TEXT, "seed": 7, **asked})
    assert (answer.status, answer.headers["X-Voice-Substitute"]) == (200, "none"), answer.body[:200]
    return answer.body
