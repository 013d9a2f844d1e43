"""What an engine is given of a sentence: the last step before it speaks, wherever that is asked."""

from dataclasses import replace

from speech.persona import VoiceSpec
from speech.text import apply_lexicon
from speech.utterance import Sentence


def given(sentence: Sentence, voice: VoiceSpec) -> Sentence:
    """As the engine of this voice is to be given it."""
    return replace(sentence, text=apply_lexicon(sentence.text, voice.lexicon))
