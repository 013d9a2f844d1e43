"""Names that stand for whoever speaks when nobody is named, unless a persona is called so."""

import unicodedata

from robotvoice.voice_warnings import VoiceWarnings

NOBODY_NAMED = frozenset({"", "default"})
OPENAI_VOICES = frozenset(
    {
        "alloy", "arbor", "ash", "ballad", "breeze", "cedar", "coral", "cove", "echo", "ember", "fable",
        "juniper", "maple", "marin", "nova", "onyx", "sage", "shimmer", "sol", "spruce", "vale", "verse",
    }
)  # fmt: skip
"""Of its API, old and new, and of its app; programs that know no other send one of these"""


def stands_for_anybody(name: str, speaks: str, warnings: VoiceWarnings) -> bool:
    """Whether the one who `speaks` by default may be meant; with a warning if another one is named."""
    folded = unicodedata.normalize("NFKC", name).strip().lower()
    if folded in OPENAI_VOICES:
        warnings.add("voice", f"there is no voice {folded} here: {speaks} speaks")
    return folded in OPENAI_VOICES or folded in NOBODY_NAMED
