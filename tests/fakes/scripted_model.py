"""A model for the real worker process that speaks by eSpeak NG and goes wrong as its script says.

mlx-audio need not be installed: `scripted_mlx` stands in for it, and for MLX, where Python looks first. All
else is real: gateway, supervisor, pipe, worker, the adapter of Qwen3-TTS, guard, breaker and cache.

    model = ScriptedModel.made(tmp_path / "model")
    async with scripted_gateway(tmp_path, model, "nova", "brim") as gateway:
        await gateway.ask("/synthesize?voice=nova&text=1次")       # babbles
    model.given()   # text, language, seed, clip: exactly as the model got them

By itself it babbles without end on `1次`, is silent on `hush`, and makes 0.7 s of a run of ten equal letters.
`model.script(...)` changes the script, also while the worker runs; it holds

- `rules`: what the first that fits `does`: "babble", "silent", "short" (0.7 s), "cut" (0.2 s), "gap" (3 s of
  silence inside), "nothing", "nan", "raise", "clip first" (plays its reference, then speaks), "hang", "die"
  or "speak". A rule fits by `text` and `voice`, which are searched for in the text and in the voice's
  transcript (regular expressions); with `times` only so many times for each text, with `share` for so many
  of all seeds;
- `start_delay`: seconds before the first sound, `warm_up_delay` if it is another while warming up;
- `real_time_factor`: of what follows; `encode_seconds`: to encode a reference; `deadly`: the worker dies of a
  reference in whose transcript this is found.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofs.rig.program import ROOT, environment
from proofs.tiny_voice import reference_clip
from tests.gateway.process import GatewayProcess, started

STAND_IN = Path(__file__).with_name("scripted_mlx")
PERSONA = """name: {name}
language: en
voice: {{engine: mlx, model: {model}, reference: clip.wav, transcript: transcript.txt}}
fallbacks: [{{engine: espeak, voice: en, rate: 170}}]
consent: {{subject: synthetic, granted_by: project, scope: tests}}
{more}
"""


@dataclass(frozen=True, slots=True)
class Given:
    """One sentence as the model was given it; the word it warms up with is left out."""

    text: str
    language: str
    """As the model calls it: `english`, or `auto`"""
    seed: int
    speaker: str | None
    instruct: str | None
    clip: float
    """Seconds of the reference, the added silence included; 0.0 without one"""
    transcript: str | None
    at: float
    """When, in seconds of the wall clock"""


@dataclass(frozen=True, slots=True)
class ScriptedModel:
    """The folder that a persona's key `model` names."""

    folder: Path

    @classmethod
    def made(cls, folder: Path, kind: str = "base", **script: Any) -> "ScriptedModel":
        """`kind`: base, custom_voice or voice_design."""
        folder.mkdir(parents=True)
        config = {"model_type": "qwen3_tts", "tts_model_type": kind, "tts_model_size": "1b7"}
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "model.safetensors").touch()
        model = cls(folder)
        model.script(**script)
        return model

    def script(self, **script: Any) -> None:
        """From now on this one, and nothing of the one before."""
        draft = self.folder / "script.draft"
        draft.write_text(json.dumps(script))
        draft.replace(self.folder / "script.json")

    def given(self) -> list[Given]:
        """All that it was given, in its order."""
        log = self.folder / "given.jsonl"
        return [Given(**json.loads(line)) for line in log.read_text().splitlines()] if log.exists() else []


def import_path() -> str:
    """The PYTHONPATH with which a gateway, and so its worker, finds the stand-in in place of mlx-audio."""
    return os.pathsep.join([str(STAND_IN), str(ROOT)])


def write_persona(
    folder: Path, name: str, model: ScriptedModel, recorded: Path, words: str | None = None, more: str = ""
) -> None:
    """A persona `folder/name`: a cloned voice with eSpeak NG behind it; `more` are further lines."""
    persona = folder / name
    persona.mkdir(parents=True)
    (persona / "clip.wav").write_bytes(recorded.read_bytes())
    (persona / "transcript.txt").write_text(words or f"{name} {recorded.stem}")
    told = PERSONA.format(name=name.capitalize(), model=model.folder, more=more)
    (persona / "persona.yaml").write_text(told)


@asynccontextmanager
async def scripted_gateway(
    home: Path,
    model: ScriptedModel,
    *names: str,
    more: str = "",
    ready: bool = True,
    options: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
) -> AsyncIterator[GatewayProcess]:
    """A gateway as its owner starts it, with a persona of each name, whose transcript begins with that name.

    With `ready` everybody can speak with their own voice before it is handed out. `more` are lines of every
    persona.yaml, `variables` of the environment.
    """
    personas = home / "personas"
    if not personas.exists():
        recorded, words = await asyncio.to_thread(reference_clip, home, name="recorded")
        for name in names:
            write_persona(personas, name, model, recorded, f"{name} says: {words}", more)
    told = environment(home, ROBOTVOICE_DEFAULT_PERSONA=names[0], **(variables or {}))
    told["PYTHONPATH"] = import_path()
    async with started(home, "--personas", str(personas), *options, env=told) as gateway:
        if ready:
            await gateway.until("/health", lambda answer: answer.json["status"] == "ok")
        yield gateway
