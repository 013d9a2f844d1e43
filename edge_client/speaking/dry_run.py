"""What would be said of a text: sentence by sentence, as each engine of the persona would be given it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from edge_client.link.command_gateway import CommandGateway
from edge_client.personas.own_engines import OwnEngines
from edge_client.personas.voices import Voices
from edge_client.settings.settings import Settings
from edge_client.speaking.robot import LONGEST_FILE_TEXT, LONGEST_TEXT
from robotvoice.console.tables import sheet, table
from robotvoice.console.wrapping import cells
from robotvoice.engines.base import legible_of
from robotvoice.errors import EmptyText, EngineFailure
from robotvoice.persona import VoiceSpec
from robotvoice.reading_options import Acting
from robotvoice.text import Omission, Omissions, apply_lexicon, sentences
from robotvoice.text.writing.scripts import Legible
from robotvoice.utterance import Sentence

COLUMNS = 80
HEADINGS = ("NO", "LANGUAGE", "GIVEN TO", "TEXT")
LONGEST_WORD = 36
"""Columns; scripts without spaces have no other place to be broken at"""
LONGEST_DROPPED = 300
"""Characters shown of a part that is not spoken"""


@dataclass(frozen=True, slots=True)
class Given:
    """To one engine and voice."""

    engine: str
    voice: str
    language: str
    text: str
    left_out: tuple[str, ...] = ()
    """Scripts of the sentence that this voice does not read, as far as this robot knows: `Arabic`"""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, as it was cut, and what each engine makes its sound of."""

    text: str
    pause_s: float
    """Silence after it"""
    given: tuple[Given, ...]
    """The persona's own voice first"""


@dataclass(frozen=True, slots=True)
class DryRun:
    """Of one text."""

    persona: str
    language: str
    acting: Acting
    sentences: tuple[Line, ...]
    """Empty: there is nothing to speak"""
    dropped: tuple[Omission, ...]


async def dry_run(
    settings: Settings, text: str, persona: str, *, language: str | None = None, file: bool
) -> DryRun:
    """Speaks nothing. A gateway that answers is asked for its personas, as they may have changed.

    `language` is a tag in place of the persona's own. With `file` as for a file. Raises TextTooLong and
    UnknownVoice.
    """
    gateway = CommandGateway(settings)
    engines = OwnEngines(settings)
    voices = Voices(settings, gateway, engines)
    try:
        if gateway.memory.addresses:
            with suppress(EngineFailure):
                await gateway.link.probe()
                await voices.learn()
        who, _ = await voices.find(persona)
        await engines.espeak.start()
        reading, omissions = who.reading.of(language), Omissions()
        limit = LONGEST_FILE_TEXT if file else LONGEST_TEXT
        cut: tuple[Sentence, ...] = ()
        with suppress(EmptyText):
            cut = sentences(text, reading=reading, limit=limit, omissions=omissions)
        asked = who.other_language(language)
        own = who.voices or (VoiceSpec(who.engine or "espeak"), *who.local_voices)
        spoken = [voice.speaking(asked) for voice in dict.fromkeys(own)]
        lines = tuple(
            Line(
                each.text,
                each.pause,
                tuple(_given(each, voice, reading.language, engines) for voice in spoken),
            )
            for each in cut
        )
    finally:
        await gateway.link.close()
        await engines.close()
    return DryRun(who.id, reading.language, who.acting, lines, omissions.found)


def _given(sentence: Sentence, voice: VoiceSpec, language: str, engines: OwnEngines) -> Given:
    text, engine = apply_lexicon(sentence.text, voice.lexicon), engines.get(voice.engine)
    read = legible_of(engine, text, voice) if engine else Legible(text)
    return Given(voice.engine, voice.voice, language, read.text, read.left_out)


def as_table(told: DryRun, width: int | None = None) -> str:
    """For a person: sentences with their engines, the pauses between them, what is not spoken and why."""
    width = min(width or COLUMNS, COLUMNS)
    rows = [row for number, line in enumerate(told.sentences, 1) for row in _rows(number, line)]
    parts = [table([HEADINGS, *rows], width) if rows else "nothing is spoken"]
    if told.dropped:
        pairs = [(each.kind, _printable(_shortened(each.text))) for each in told.dropped]
        parts.append(f"NOT SPOKEN\n{sheet(pairs, width)}")
    return "\n\n".join(parts)


def _rows(number: int, line: Line) -> Iterator[tuple[str, str, str, str]]:
    """One for each text that engines would be given, and one for the pause."""
    texts: dict[tuple[str, str], list[str]] = {}
    for each in line.given:
        unread = f"(does not read {' and '.join(each.left_out)})" if each.left_out else ""
        text = " ".join(filter(None, (each.text, unread)))
        texts.setdefault((each.language, text), []).append(f"{each.engine} {each.voice}".strip())
    for at, ((language, text), engines) in enumerate(texts.items()):
        yield "" if at else str(number), language, _printable(", ".join(engines)), _printable(text)
    if line.pause_s:
        yield "", "", "", f"(pause {line.pause_s:g} s)"


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_DROPPED else f"{text[:LONGEST_DROPPED]}..."


def _printable(text: str) -> str:
    """Without control characters and backticks, and no word longer than a column can be."""
    shown = "".join(
        each if each.isprintable() or each.isspace() else "\N{REPLACEMENT CHARACTER}" for each in text
    )
    return " ".join(part for word in shown.replace("`", "'").split() for part in _pieces(word))


def _pieces(word: str) -> Iterator[str]:
    piece = ""
    for each in word:
        if cells(piece) + cells(each) > LONGEST_WORD:
            yield piece
            piece = ""
        piece += each
    yield piece
