"""Whether what was heard is as long as the words: what each engine takes for them is measured before."""

import asyncio
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence

from proofs.faults.checker import Problem
from proofs.faults.real import texts
from proofs.faults.real.clients import Heard, Text, hear
from proofs.faults.real.over_websocket import SocketClient
from proofs.faults.real.world import OWN
from proofs.rig.program import RunBroken
from robotvoice.utterance import Outcome, Spoken

Lengths = Mapping[tuple[str, int], float]
"""Seconds by engine and number of the template"""
TOLERANCE = 0.3
"""Share by which another word may make a sentence longer or shorter"""
FAITHFUL = 0.1
"""Seconds by which the sound of a whole text may differ from what the ledger says: resampling, and no more"""
NOT_COUNTED = 1000
"""Hz of samples in a ledger that were reckoned from a length"""
MEASURED_WITHIN = 90.0
BETWEEN = 0.5


async def measured(url: str, personas: Sequence[str]) -> Lengths:
    """Each of them says all the templates with its own voice. Raises RunBroken."""
    client = SocketClient(url)
    lengths: dict[tuple[str, int], float] = {}
    try:
        async with asyncio.timeout(MEASURED_WITHIN):
            for persona in personas:
                for template in range(len(texts.TEMPLATES)):
                    lengths[OWN[persona], template] = await _measured(client, persona, template)
    except TimeoutError:
        message = f"{persona} does not speak with its own voice though nothing is broken"
        raise RunBroken(f"{message}; is this machine too busy?") from None
    finally:
        await client.close()
    return lengths


async def _measured(client: SocketClient, persona: str, template: int) -> float:
    """Seconds. Asks until the persona's own voice has time."""
    now = asyncio.get_running_loop().time
    for number in itertools.count():
        said = [texts.TEMPLATES[template].format(word=texts.word(random.Random(number)))]
        text = Text(f"measure-{persona}-{template}-{number}", persona, [template], said)
        for row in (await hear(client, text, now)).answer.ledger:
            if row.engine == OWN[persona]:
                return _seconds(row)
        await asyncio.sleep(BETWEEN)
    raise AssertionError("it is asked for ever")


def problems(heard: Heard, lengths: Lengths) -> Iterator[Problem]:
    """What of a text that is said to be spoken is too short or too long."""
    answer = heard.answer
    if answer.outcome is not Outcome.COMPLETE:
        return
    told = 0.0
    for row in answer.ledger:
        expected = lengths.get((row.engine, heard.text.templates[row.sentence]))
        told += _seconds(row)
        if expected and abs(_seconds(row) - expected) > TOLERANCE * expected:
            text = f"sentence {row.sentence} by {row.engine} took {_seconds(row):.2f} s, not {expected:.2f}"
            yield Problem(heard.text.id, "length", text)
    # A whole file is begun again, so that nothing is in it twice.
    again = answer.takeovers > 0 or any(row.repeated for row in answer.ledger)
    repeated = again and heard.dialect != "synthesize"
    counted = all(row.sample_rate != NOT_COUNTED for row in answer.ledger)
    margin = FAITHFUL if counted else TOLERANCE * told
    if heard.seconds < told - margin or (heard.seconds > told + margin and not repeated):
        text = f"{heard.seconds:.2f} s were heard of what is said to have {told:.2f}"
        yield Problem(heard.text.id, "heard", text)


def expected_row(sentence: int, engine: str, template: int, lengths: Lengths, *, stored: bool) -> Spoken:
    """Of a ledger that names only engines: with the samples that the sentence has to have."""
    seconds = lengths.get((engine, template), 0.0)
    samples = max(1, round(seconds * NOT_COUNTED))
    return Spoken(sentence, engine, "", samples=samples, sample_rate=NOT_COUNTED, stored=stored)


def _seconds(row: Spoken) -> float:
    return row.samples / row.sample_rate
