"""An error of `/synthesize`, at the gateway and at the daemon that stands in for it."""

import json

SHORT_BODY = 100
"""Bytes: a robot's script takes a longer answer for audio."""
LONG_WORD = 16
"""Characters; half of such a word says more than none of it"""


def short_body(message: str) -> str:
    """`{"error": message}` in at most SHORT_BODY bytes; a longer message loses its last words."""
    body = json.dumps({"error": message})
    kept = message[:SHORT_BODY]
    while len(body) > SHORT_BODY:
        kept = kept[:-1]
        shorter = _at_a_word(kept) if message[len(kept)].isalnum() else kept
        body = json.dumps({"error": shorter.rstrip(" ,;:") + "..."})
    return body


def _at_a_word(cut: str) -> str:
    """Without the word that is cut, unless it is a long one."""
    words, space, last = cut.rpartition(" ")
    return words if space and len(last) <= LONG_WORD else cut
