"""How a gateway is, in one sentence for whoever asks why it sounds as it does."""

from collections.abc import Mapping, Sequence
from typing import Any

from robotvoice.persona import Persona

MOST_NAMED = 3


def summary(speakers: Mapping[str, Mapping[str, Any]], personas: Mapping[str, Persona]) -> str:
    """Of what `/v1/status` tells of each persona: the worst first, and all is well only if it is."""
    mute = [id for id, told in speakers.items() if told["speaks"] is None]
    plain = [id for id, told in speakers.items() if told["clones"] and not told["own_voice"]]
    cloned = [id for id, told in speakers.items() if told["clones"] and told["own_voice"]]
    other = [id for id, told in speakers.items() if not told["clones"] and not told["own_voice"]]

    def of(ids: Sequence[str]) -> str:
        return _listed([personas[id].name for id in ids])

    def why(id: str) -> str:
        reason = speakers[id]["reason"]
        return reason["text"] if reason else "no voice is ready"

    if mute:
        return f"{of(mute)} cannot speak: {why(mute[0])}"
    if plain:
        verb = "sounds" if len(plain) == 1 else "sound"
        return f"{of(plain)} {verb} plain: {why(plain[0])}"
    if other:
        verb = "speaks" if len(other) == 1 else "speak"
        return f"{of(other)} {verb} with another voice: {why(other[0])}"
    if cloned:
        return f"All is well: {of(cloned)} {_with_own(cloned)}"
    return f"All is well: {of(list(speakers))} can speak; none of them has a cloned voice"


def _with_own(ids: Sequence[str]) -> str:
    return "has its cloned voice" if len(ids) == 1 else "have their cloned voices"


def _listed(names: Sequence[str]) -> str:
    if len(names) > MOST_NAMED:
        return f"{', '.join(names[: MOST_NAMED - 1])} and {len(names) - MOST_NAMED + 1} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
