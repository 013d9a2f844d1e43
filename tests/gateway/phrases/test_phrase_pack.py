"""What is to be recorded of a persona, and when two packs are the same."""

import datetime
from collections.abc import Mapping
from dataclasses import replace

from gateway.phrases.phrase_pack import PhrasePack, Recording, pack_of, sentences_to_record
from robotvoice.persona import Persona
from tests.gateway.phrases.phrase_gateway import ADA, PLAIN, TEXTS

HELD = {text: Recording(text, f"{number:064x}", 100 + number) for number, text in enumerate(TEXTS)}
TODAY = datetime.date(2026, 3, 1)


def packed(persona: Persona, held: Mapping[str, Recording]) -> PhrasePack:
    return pack_of(persona, sentences_to_record(persona, TODAY), held)


def test_nothing_is_recorded_once_the_consent_has_ended() -> None:
    until = replace(ADA, voice=replace(ADA.voice, until="2026-03-01"))
    assert sentences_to_record(until, TODAY) == TEXTS
    assert sentences_to_record(until, TODAY + datetime.timedelta(days=1)) == ()


def test_each_distinct_sentence_is_recorded_once_cleaned_as_every_text_is() -> None:
    persona = replace(ADA, phrases=("**Hello** there. One moment.", "One   moment.", "`I am back.`"))
    assert sentences_to_record(persona, TODAY) == TEXTS


def test_who_speaks_with_nobodys_clone_has_an_empty_complete_pack() -> None:
    pack = packed(PLAIN, {})
    assert (pack.recordings, pack.complete) == ((), True)


def test_a_pack_is_complete_when_every_sentence_is_there_and_holds_no_other() -> None:
    part = packed(ADA, {TEXTS[1]: HELD[TEXTS[1]], "Other.": Recording("Other.", "0" * 64, 1)})
    assert ([each.text for each in part.recordings], part.complete) == ([TEXTS[1]], False)
    whole = packed(ADA, dict(reversed(HELD.items())))
    assert ([each.text for each in whole.recordings], whole.complete) == (list(TEXTS), True)


def test_packs_are_the_same_only_if_revision_sentences_and_sound_are() -> None:
    first = replace(HELD[TEXTS[0]], sha256="f" * 64)
    packs = [
        packed(ADA, HELD),
        packed(replace(ADA, revision="a2"), HELD),
        packed(ADA, {TEXTS[0]: HELD[TEXTS[0]]}),
        packed(ADA, {**HELD, TEXTS[0]: first}),
        packed(replace(ADA, phrases=TEXTS[:2]), HELD),
    ]
    assert len({pack.id for pack in packs}) == len(packs)
    assert all(len(pack.id) == 64 for pack in packs)
    # How it came about is no matter.
    assert packed(ADA, {text: replace(each, gain=2.0) for text, each in HELD.items()}).id == packs[0].id
