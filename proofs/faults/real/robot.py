"""A robot: it asks the gateway for the persona's own voice, and speaks itself when it does not get it."""

import asyncio
from contextlib import aclosing
from functools import partial

from edge_client.discovery.endpoint import parse_address
from edge_client.link.link import GatewayLink, OnDemand
from proofs.faults.real.clients import Dialect, Text, Told
from proofs.faults.real.world import LOCAL, LOCAL_VOICE
from robotvoice.chain.ahead import ahead
from robotvoice.chain.breaker import CircuitBreaker
from robotvoice.chain.budget import Budget
from robotvoice.chain.chain_events import Ended, TakenOver
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry, GuardedEngine
from robotvoice.chain.recovery import recover
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Outcome, Sentence, Utterance

CONNECT_WITHIN = 0.5
PATIENCE = 10.0


class Robot:
    """What nobody answers, its own eSpeak NG says; its breaker's canaries ask the gateway meanwhile."""

    dialect: Dialect = "robot"

    def __init__(self, url: str, budget: float) -> None:
        """`budget`: seconds to the first sound. Inside a running loop."""
        self._budget = Budget(first_audio=budget)
        self._link = GatewayLink(OnDemand([parse_address(url)], connect_timeout=CONNECT_WITHIN))
        self._espeak = EspeakEngine.installed()
        self._gateway = GuardedEngine(self._link, CircuitBreaker("gateway"))
        self._local = GuardedEngine(self._espeak, CircuitBreaker(LOCAL))
        watched = [(each.engine, each.breaker) for each in (self._gateway, self._local) if each.breaker]
        self._recovering = asyncio.create_task(recover(watched), name="recovery of a robot")

    async def connect(self) -> None:
        await self._espeak.start()

    async def speak(self, text: Text, told: Told) -> None:
        sentences = tuple(Sentence(index, said) for index, said in enumerate(text.sentences))
        entries = (
            ChainEntry(self._gateway, VoiceSpec("gateway", text.persona)),
            ChainEntry(self._local, LOCAL_VOICE),
        )
        chain = FallbackChain(entries, patience=PATIENCE)
        utterance = Utterance(text.id, text.persona, "en", sentences)
        coming = ahead(partial(chain.speak, utterance, budget=self._budget))
        try:
            async with asyncio.timeout(text.cancel_after), aclosing(coming):
                async for event in coming:
                    match event:
                        case AudioChunk():
                            told.hears(event.pcm, event.format.sample_rate)
                        case TakenOver():
                            told.takeovers += 1
                        case Ended():
                            told.ends(event.outcome, event.reason.code if event.reason else "", event.spoken)
        except TimeoutError:
            told.ends(Outcome.CANCELLED)

    async def close(self) -> None:
        self._recovering.cancel()
        await asyncio.wait({self._recovering})
        await self._link.close()
        await self._espeak.close()
