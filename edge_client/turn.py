"""A turn at the loudspeaker: a line is spoken from where it got to, by whoever of its voices can."""

import time
from collections.abc import Callable

from edge_client.aloud import Begins, speak_aloud
from edge_client.known_gateway import KnownGateway
from edge_client.line import Line
from edge_client.loudspeaker import Loudspeaker
from edge_client.player_choice import plays_files
from edge_client.settings import Settings
from edge_client.voices import Voices
from speech.chain_events import SentenceStarted
from speech.errors import EmptyText, NothingCanSpeak, SpokenInPart
from speech.utterance import Utterance


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
                play=self._settings.player != "none",
                begins=begins,
                pre_buffer=self._loudspeaker.pre_buffer,
                proven=self._loudspeaker.proven,
                on_earcon=self._loudspeaker.tell_of_an_earcon,
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
