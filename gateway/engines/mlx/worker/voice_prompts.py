"""The references this worker has encoded: personas' kept long, those of single requests only shortly."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LASTING = 32
AD_HOC = 8


@dataclass(frozen=True, slots=True)
class VoicePrompt:
    """An encoded reference. What `parts` hold is its adapter's business."""

    parts: Any
    ad_hoc: bool = False


class VoicePrompts:
    """Bounded; those used longest ago go first. Many single requests never push out a persona."""

    def __init__(self, lasting: int = LASTING, ad_hoc: int = AD_HOC) -> None:
        self._sizes = {False: lasting, True: ad_hoc}
        self._prompts: OrderedDict[str, VoicePrompt] = OrderedDict()

    def get(self, name: str) -> VoicePrompt | None:
        if name in self._prompts:
            self._prompts.move_to_end(name)
        return self._prompts.get(name)

    def drop(self, names: Iterable[str]) -> None:
        """What is not there is no mistake."""
        for name in names:
            self._prompts.pop(name, None)

    def put(self, name: str, prompt: VoicePrompt) -> tuple[str, ...]:
        """Returns the names that had to make room."""
        self._prompts[name] = prompt
        self._prompts.move_to_end(name)
        alike = [key for key, other in self._prompts.items() if other.ad_hoc == prompt.ad_hoc]
        forgotten = tuple(alike[: max(0, len(alike) - self._sizes[prompt.ad_hoc])])
        for key in forgotten:
            del self._prompts[key]
        return forgotten
