"""What is to be recorded of a persona, and when two packs are the same."""

from dataclasses import replace

from gateway.phrases.phrase_pack import Recording, pack_of, sentences_to_record
from tests.gateway.phrases.phrase_gateway import ADA, PLAIN, TEXTS

HELD = {text: Recording(text, f"{number:064x}", 100 + number) for number, text in enumerate(TEXTS)}


def test_each_distinct_sentence_is_recorded_once_cleaned_as_every_text_is() -> None:
    persona = replace(ADA, phrases=("**Hello** there. One moment.", "One   moment.", "`I am back.`"))
    assert sentences_to_record(persona) == TEXTS


def test_who_speaks_with_nobodys_clone_has_an_empty_complete_pack() -> None:
    pack = pack_of(PLAIN, {})
    assert (pack.recordings, pack.complete) == ((), True)


def test_a_pack_is_complete_when_every_sentence_is_there_and_holds_no_other() -> None:
    part = pack_of(ADA, {TEXTS[1]: HELD[TEXTS[1]], "Other.": Recording("Other.", "0" * 64, 1)})
    assert ([each.text for each in part.recordings], part.complete) == ([TEXTS[1]], False)
    whole = pack_of(ADA, dict(reversed(HELD.items())))
    assert ([each.text for each in whole.recordings], whole.complete) == (list(TEXTS), True)


def test_packs_are_the_same_only_if_revision_sentences_and_sound_are() -> None:
    first = replace(HELD[TEXTS[0]], sha256="f" * 64)
    packs = [
        pack_of(ADA, HELD),
        pack_of(replace(ADA, revision="a2"), HELD),
        pack_of(ADA, {TEXTS[0]: HELD[TEXTS[0]]}),
        pack_of(ADA, {**HELD, TEXTS[0]: first}),
        pack_of(replace(ADA, phrases=TEXTS[:2]), HELD),
    ]
    assert len({pack.id for pack in packs}) == len(packs)
    assert all(len(pack.id) == 64 for pack in packs)
    # How it came about is no matter.
    assert pack_of(ADA, {text: replace(each, gain=2.0) for text, each in HELD.items()}).id == packs[0].id
