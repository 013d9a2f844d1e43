"""A gateway on one machine, a robot on another, what is said on it and what is heard of it."""

import json
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofs.lan.ear import Ear, Sound
from proofs.lan.network import MAC, ON_MAC, Network
from proofs.lan.sink import Loudspeaker
from proofs.lan.texts import PHRASES
from proofs.rig.asking import LOOPBACK, ask
from proofs.rig.gateway import Gateway
from proofs.rig.pairing import pair
from proofs.rig.program import Program, environment, until
from proofs.tiny_voice import reference_clip
from robotvoice.persona import VoiceSpec

GATEWAY_PORT, DAEMON_PORT, VOICE_PORT = 7860, 7870, 9000
PERSONA = "gremlin"
"""One that a robot knows, and how it speaks by itself, before it has met a gateway"""
LOCAL_VOICE = VoiceSpec("espeak", voice="en+croak", pitch=20, rate=180)
PERSONA_FILE = """\
name: Gremlin
language: en
voice: {engine: upstream, upstream: tones, voice: tones, model: any}
fallbacks: [{engine: espeak, voice: en+croak, pitch: 20, rate: 180}]
"""
CLONED = "vixen"
"""One whose phrases are kept: that is done for cloned voices only, so she sends a clip to the same server"""
CLONED_FILE = """\
name: Vixen
language: en
voice: {{engine: upstream, upstream: clones, reference: {clip}, transcript: words.txt, send_reference: true}}
phrases: {phrases}
consent: {{subject: synthetic, granted_by: project, scope: tests}}
"""
PAIRING = "pairing.json"
"""In the robot's state folder"""
SETTLED_WITHIN = 20.0
LOOK_EVERY = 0.02


@dataclass(slots=True)
class World:
    """All of it runs. Raises RunBroken where something does not happen at all."""

    folder: Path
    network: Network
    loudspeaker: Loudspeaker
    ear: Ear
    voice: Program
    gateway: Gateway
    daemon: Program | None
    address: str = MAC

    @property
    def robot(self) -> dict[str, str]:
        """The environment of every program on the robot."""
        own = environment(self.folder / "robot")
        return {
            **own,
            "PATH": f"{self.loudspeaker.bin}:{own['PATH']}",
            "ROBOTVOICE_PLAYER": "aplay",
            "ROBOTVOICE_PERSONA": PERSONA,
        }

    def say(self, text: str, **more: Any) -> float:
        """Returns at once, with the moment before it was asked."""
        moment = time.monotonic()
        ask(LOOPBACK, DAEMON_PORT, "POST", "/say", {"text": text, **more})
        return moment

    def stop(self) -> None:
        ask(LOOPBACK, DAEMON_PORT, "POST", "/stop", {})

    def status(self) -> Any:
        return ask(LOOPBACK, DAEMON_PORT, "GET", "/status")

    def settle(self) -> None:
        """Waits until all was said."""

        def quiet() -> bool:
            told = self.status()
            return not told["speaking"] and not told["waiting"]

        until(quiet, "what was said has not ended", SETTLED_WITHIN, LOOK_EVERY)

    def until_connected(self) -> None:
        """Waits until the gateway can speak with its own voice and the daemon knows of it."""
        self.gateway.until_ready(who=[PERSONA])  # an engine that was asked in vain is given a rest there
        until(
            lambda: self.status()["gateway"]["ready"], "the robot has not found its gateway", every=LOOK_EVERY
        )

    def until_phrases(self) -> None:
        """Waits until the robot has the whole book of the persona that has one."""

        def complete() -> bool:
            books = self.status()["phrasebook"]["personas"]
            return any(each["persona"] == CLONED and each["complete"] for each in books)

        until(complete, "the robot has not got its phrases", every=LOOK_EVERY)

    def sounds(self, since: float) -> list[Sound]:
        """What is heard from that moment on, in its order."""
        heard = (sound for play in self.loudspeaker.plays for sound in self.ear.hear(play, since))
        return sorted(heard, key=lambda sound: sound.began)

    def start_gateway(self) -> float:
        """In place of the one there was. Returns when it was ready."""
        self.gateway.end(signal.SIGKILL)
        self.gateway = _gateway(self.folder)
        return self.gateway.until_ready(who=[PERSONA])

    def start_daemon(self, *, fresh: bool = False, **environment: str) -> None:
        """In place of the one there is; a `fresh` one knows nothing but whom it is paired with."""
        if self.daemon:
            self.daemon.end()
        if fresh:
            state, aside = self.folder / "robot" / "state", self.folder / PAIRING
            (state / PAIRING).replace(aside)
            shutil.rmtree(state, ignore_errors=True)
            state.mkdir(mode=0o700)
            aside.replace(state / PAIRING)
        command = (sys.executable, "-m", "edge_client", "daemon", "--port", str(DAEMON_PORT))
        self.daemon = _started("the daemon", command, {**self.robot, **environment})

    def start_all(self) -> None:
        """Everything is as in the beginning."""
        self.start_gateway()
        self.start_daemon()
        self.until_connected()

    def close(self) -> None:
        """The gateway and the daemon; whoever made the rest ends it."""
        for program in (self.daemon, self.gateway):
            if program:
                program.close()


@contextmanager
def running_world(folder: Path) -> Iterator[World]:
    """The robot has found its gateway, and learned from it. Afterwards none of it runs."""
    for part in ("mac", "robot"):
        (folder / part).mkdir(parents=True)
    _write_personas(folder / "personas")
    ear = Ear(LOCAL_VOICE)
    network = Network()
    with ExitStack() as running:
        loudspeaker = running.enter_context(closing(Loudspeaker(folder / "loudspeaker")))
        # Beside the gateway, so that it outlives the gateway.
        command = (*ON_MAC, sys.executable, "-m", "proofs.lan.far_voice", str(VOICE_PORT))
        voice = running.enter_context(_started("the far voice", command, environment(folder / "mac")))
        world = World(folder, network, loudspeaker, ear, voice, _gateway(folder), daemon=None)
        running.enter_context(closing(world))
        world.gateway.until_ready(who=[PERSONA])
        pair(environment(folder / "mac"), world.robot, on_mac=ON_MAC)
        world.start_daemon()
        world.until_connected()
        yield world


def _gateway(folder: Path) -> Gateway:
    """It listens; whether it is ready is another question."""
    url = f'url = "http://127.0.0.1:{VOICE_PORT}"'
    servers = ("[upstreams.tones]", url, "[upstreams.clones]", url, 'dialect = "vllm-omni"')
    own = environment(folder / "mac", "cache = false", *servers, ROBOTVOICE_HIDE="*")
    personas = str(folder / "personas")
    options = ("--lan", "--port", str(GATEWAY_PORT), "--personas", personas, "--name", "lan")
    gateway = Gateway(own, *options, mdns=True, prefix=ON_MAC)
    gateway.until_listening()
    return gateway


def _started(name: str, command: Sequence[str], own: Mapping[str, str]) -> Program:
    """It has said that it listens."""
    program = Program(name, command, own)
    program.until_says("")
    return program


def _write_personas(folder: Path) -> None:
    for name in (PERSONA, CLONED):
        (folder / name).mkdir(parents=True)
    (folder / PERSONA / "persona.yaml").write_text(PERSONA_FILE, encoding="utf-8")
    clip, transcript = reference_clip(folder / CLONED)
    (folder / CLONED / "words.txt").write_text(transcript, encoding="utf-8")
    cloned = CLONED_FILE.format(clip=clip.name, phrases=json.dumps(PHRASES))
    (folder / CLONED / "persona.yaml").write_text(cloned, encoding="utf-8")
