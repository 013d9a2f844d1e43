"""Who speaks in a run: a gateway with a cloned voice, another server behind the proxy, and their personas."""

import asyncio
import importlib.util
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from proofs.faults.real.disk import Disk, small_disk
from proofs.faults.real.proxy import FaultProxy, running
from proofs.rig.asking import LOOPBACK, Answer, fetch
from proofs.rig.gateway import Gateway
from proofs.rig.program import RunBroken, environment
from proofs.tiny_voice import BABBLES_ON, CheckpointFailed, make_checkpoint, reference_clip
from robotvoice.persona import UPSTREAM_PREFIX, VoiceSpec

CLONE, LOCAL, LAST = "mlx", "espeak", "pyttsx3"
UPSTREAM = f"{UPSTREAM_PREFIX}far"
AT_ONCE = 3
"""Sentences that the other server is given at the same time"""
READY_WITHIN = 120.0
ANSWER_WITHIN = 30.0
LOCAL_VOICE = VoiceSpec("espeak", voice="en", rate=170)
_SPARE = "{engine: espeak, voice: en, rate: 170}"
_LAST = "{engine: pyttsx3}"
_FAR = "{engine: upstream, upstream: far, voice: far, model: any}"
_CLONE = "{{engine: mlx, model: {model}, reference: {clip}, transcript: words.txt}}"
_CONSENT = "consent: {subject: synthetic, granted_by: project, scope: tests}"
ECHO, WIRE, PLAIN, DRONE, RASP = "echo", "wire", "plain", "drone", "rasp"
"""Cloned, then the other server, then this machine; the last two; the last; the system's own voice; as the
first, with a clip of which the model makes nothing that can be used"""
ENTRIES: Mapping[str, frozenset[str]] = {
    ECHO: frozenset({CLONE, UPSTREAM, LOCAL, LAST}),
    WIRE: frozenset({UPSTREAM, LOCAL, LAST}),
    PLAIN: frozenset({LOCAL, LAST}),
    DRONE: frozenset({LAST}),
    RASP: frozenset({UPSTREAM, LOCAL, LAST}),
}
OWN: Mapping[str, str] = {ECHO: CLONE, WIRE: UPSTREAM, PLAIN: LOCAL, DRONE: LAST}
"""The engine of each persona's own voice, if it can be heard"""


@dataclass(frozen=True, slots=True)
class World:
    """All of it runs."""

    gateway: Gateway
    far: Gateway
    proxy: FaultProxy
    """Between the two"""
    disk: Disk
    """Where the gateway keeps what was spoken"""

    async def ask(self, path: str) -> Answer:
        """What the gateway answers. Raises OSError."""
        port = self.gateway.port
        return await asyncio.to_thread(fetch, LOOPBACK, port, "GET", path, within=ANSWER_WITHIN)

    async def own_voices(self) -> frozenset[str]:
        """The personas that have theirs now."""
        personas: dict[str, dict[str, object]] = (await self.ask("/readyz")).json["personas"]
        return frozenset(name for name, told in personas.items() if told["own_voice"])

    async def until_well(self, within: float, who: frozenset[str] = frozenset({ECHO, WIRE, PLAIN})) -> bool:
        """Whether all of them have their own voice before this time is over."""
        try:
            async with asyncio.timeout(within):
                while not who <= await self.own_voices():  # noqa: ASYNC110 (another process)
                    await asyncio.sleep(0.2)
        except TimeoutError:
            return False
        return True


@asynccontextmanager
async def running_world(folder: Path, *, fallbacks: bool = True) -> AsyncIterator[World]:
    """Everybody has their own voice. Without `fallbacks` they have no other. Raises RunBroken."""
    if importlib.util.find_spec("mlx_audio") is None:
        raise RunBroken("mlx-audio is not installed; pip install 'robotvoice[mlx]'")
    try:
        near = await asyncio.to_thread(_write_personas, folder, fallbacks=fallbacks)
    except CheckpointFailed as failed:
        raise RunBroken(str(failed)) from failed
    far_personas = _persona(folder / "far-personas", "far", "{engine: espeak, voice: en+f3, rate: 150}", ())
    async with await _started(folder / "far", far_personas) as far, running(far.port) as proxy:
        url = f'url = "http://{LOOPBACK}:{proxy.port}"'
        told = ("[upstreams.far]", url, 'dialect = "openai"', f"requests = {AT_ONCE}")
        kept = folder / "near" / "state" / "audio"
        async with small_disk(kept) as disk, await _started(folder / "near", near, *told) as gateway:
            world = World(gateway, far, proxy, disk)
            if not await world.until_well(READY_WITHIN):
                raise RunBroken(f"the gateway was not ready within {READY_WITHIN:g} s; see its log")
            yield world


async def _started(home: Path, personas: Path, *settings: str) -> Gateway:
    gateway = Gateway(environment(home, *settings, ROBOTVOICE_HIDE="*"), "--personas", str(personas))
    await asyncio.to_thread(gateway.until_listening)
    return gateway


def _write_personas(folder: Path, *, fallbacks: bool) -> Path:
    model = make_checkpoint(folder / "model")
    personas = folder / "personas"
    (personas / ECHO).mkdir(parents=True)
    clip, transcript = reference_clip(personas / ECHO)
    (personas / ECHO / "words.txt").write_text(transcript, encoding="utf-8")
    voice = _CLONE.format(model=model, clip=clip.name)
    _persona(personas, ECHO, voice, (_FAR, _SPARE, _LAST) if fallbacks else (), _CONSENT)
    rasp = _persona(personas, RASP, voice, (_FAR, _SPARE, _LAST), _CONSENT) / RASP
    shutil.copy(clip, rasp)
    (rasp / "words.txt").write_text(f"{transcript} Fi{BABBLES_ON}.", encoding="utf-8")
    _persona(personas, WIRE, _FAR, (_SPARE, _LAST) if fallbacks else ())
    _persona(personas, PLAIN, _SPARE, (_LAST,) if fallbacks else ())
    _persona(personas, DRONE, _LAST, ())
    return personas


def _persona(personas: Path, name: str, voice: str, fallbacks: tuple[str, ...], *more: str) -> Path:
    (personas / name).mkdir(parents=True, exist_ok=True)
    behind = f"fallbacks: [{', '.join(fallbacks)}]"
    lines = (f"name: {name.capitalize()}", "language: en", f"voice: {voice}", behind, *more)
    (personas / name / "persona.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return personas
