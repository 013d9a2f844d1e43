"""A turn at the loudspeaker: a line is spoken from where it got to, by whoever of its voices can."""

import time
from collections.abc import Callable

from edge_client.daemon.job import Line
from edge_client.daemon.speaker import PATIENCE
from edge_client.link.known_gateway import KnownGateway
from edge_client.personas.voices import Voices
from edge_client.playback.loudspeaker import Loudspeaker
from edge_client.playback.player_session import Begins, speak_aloud
from edge_client.playback.players.player_choice import plays_files
from edge_client.settings.settings import Settings
from robotvoice.chain.chain_events import SentenceStarted
from robotvoice.errors import EmptyText, NothingCanSpeak, SpokenInPart
from robotvoice.utterance import Utterance


class Turns:
    """Gives lines their turns; one at a time, as they share one way to the gateway."""

    def __init__(
        self,
        settings: Settings,
        voices: Voices,
        gateway: KnownGateway,
        loudspeaker: Loudspeaker,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._voices, self._gateway, self._clock = settings, voices, gateway, clock
        self._loudspeaker = loudspeaker

    async def speak(self, line: Line, begins: Begins) -> int:
        """As `Speaker` wants it."""
        end = line.position + 1 if plays_files(self._settings) else len(line.sentences)
        sentences = line.sentences[line.position : end]
        utterance = Utterance(line.id, line.persona.id, line.persona.language, sentences)
        chain = self._voices.chain(line.persona, line.absent, language=line.language)
        try:
            heard = await speak_aloud(
                chain,
                utterance,
                self._settings,
                self._clock,
                self._on_sentence,
                loudspeaker=self._loudspeaker if self._settings.player != "none" else None,
                begins=begins,
                patience=lambda away: PATIENCE if away.is_a_voice else 0.0,
            )
        except EmptyText:
            # The rest of the line may well be read.
            if end == len(line.sentences) and line.heard is None:
                raise
        except (NothingCanSpeak, SpokenInPart) as error:
            raise self._voices.with_what_to_do(error) from error
        else:
            if heard:
                line.hear(heard)
        return end

    def _on_sentence(self, event: SentenceStarted) -> None:
        if event.entry > 0:
            self._gateway.use_the_time()
